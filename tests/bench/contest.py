"""Ours against the fastest valid peer, at one shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.runtime.benchmark import Contender, Quartiles, apart, race
from tests.bench.ours import compiled
from tests.bench.programs import PROGRAMS, Array, Feeds, Program

Clock = Callable[[], float]

ALLOWED = 1e-3
"""How far a peer's outputs may be from TensorFlow's or ours; what computes something else is much further off."""


@dataclass(frozen=True)
class Result:
    """One line of the table.

    Attributes:
        program: The program's name.
        batch: How many rows.
        time: How many steps.
        threads: How many threads.
        ours: Seconds a call of ours takes.
        peer: Seconds a call of the fastest valid peer takes; None if there is none.
        ratio: Ours to the peer's, round by round.
        file: The peer's.
        target: What the ratio may be at most; None away from the table's shapes.
        invalid: The peers that were not used, and why.
    """

    program: str
    batch: int
    time: int
    threads: int
    ours: Quartiles
    peer: Quartiles | None
    ratio: Quartiles | None
    file: str | None
    target: float | None
    invalid: dict[str, str]


class Contest:
    """Ours and the peers' files of one program, opened once for a number of threads."""

    def __init__(self, program: Program, folder: Path, threads: int) -> None:
        self.program = program
        self.threads = threads
        self.invalid: dict[str, str] = {}
        feeds, truth = reference(program, folder)
        self.ours = Contender(compiled(program).model, feeds, threads=threads)
        off = apart(truth, self.ours.outputs)
        if off is None or off > ALLOWED:
            raise AssertionError(f"{program.name}: ours is off from TensorFlow by {off}")
        self.peers: dict[str, Contender] = {}
        for name, model in peer_models(program, folder, self.invalid):
            try:
                peer = Contender(model, feeds, threads=threads)
            except Exception as error:  # onnxruntime's errors have no common class
                self.invalid[name] = " ".join(str(error).split())[:200]
                continue
            off = apart(truth, peer.outputs)
            if off is None or off > ALLOWED or set(peer.outputs) != set(truth):
                self.invalid[name] = f"computes something else: off from TensorFlow by {off}"
            else:
                self.peers[name] = peer

    def at(
        self, batch: int, time: int, seconds: float, target: float | None = None, clock: Clock = perf_counter
    ) -> Result:
        """Measures at one shape."""
        feeds = self.program.feeds(batch, time)
        self.ours.bind(feeds)
        invalid, peers = dict(self.invalid), dict(self.peers)
        for name in list(peers):
            try:
                peers[name].bind(feeds)
                off = apart(self.ours.outputs, peers[name].outputs)
                problem = "" if off is not None and off <= ALLOWED else f"off from ours by {off} at this shape"
            except Rnn2OnnxError as error:
                problem = error.message[:200]
            if problem:
                invalid[name] = problem
                del peers[name]
        file = min(peers, default=None)
        if len(peers) > 1:
            names = list(peers)
            file = names[race([peers[name] for name in names], seconds / 2, clock).fastest]
        timings = race([self.ours, *([peers[file]] if file else [])], seconds, clock)
        return Result(
            self.program.name,
            batch,
            time,
            self.threads,
            timings.of(0),
            timings.of(1) if file else None,
            timings.ratio(0, 1) if file else None,
            file,
            target,
            invalid,
        )


def reference(program: Program, folder: Path) -> tuple[Feeds, dict[str, Array]]:
    """What TensorFlow was given, and what it gave."""
    with np.load(folder / f"{program.name}.npz") as arrays:
        feeds = {name: arrays[name] for name in arrays.files if not name.startswith("out:")}
        return feeds, {name[4:]: arrays[name] for name in arrays.files if name.startswith("out:")}


def peer_models(program: Program, folder: Path, invalid: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """The files of a program's peers; those that could not be made go into ``invalid``."""
    if program.peer is not None:
        yield f"our {program.peer}", compiled(PROGRAMS[program.peer]).model
        return
    entries: list[Mapping[str, Any]] = json.loads((folder / "peers.json").read_text())["programs"][program.name]
    for entry in entries:
        if "file" in entry:
            yield entry["file"], str(folder / entry["file"])
        else:
            name = ".".join(str(entry[key]) for key in ("way", "opset") if key in entry)
            invalid[name] = f"could not be converted: {entry['error']}"
