"""How much memory a running model takes: the most that a process of its own grows by when it opens and runs it.

.venv/bin/python -m tests.bench.memory MODEL.onnx FEEDS.npz        # prints bytes
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from onnx import parser

from rnn2onnx.passes import PIPELINE
from rnn2onnx.runtime.benchmark import Contender
from tests.bench.contest import Contest
from tests.bench.ours import compiled
from tests.bench.programs import PROGRAMS, Feeds, Program

RUNS = 5
SECOND_FORMS = {"pack", "strip_mine", "take_in"}
"""Passes that give a recurrence another form beside the one it has, which weights of its own belong to."""
NOTHING: bytes = parser.parse_model(
    '<ir_version: 8, opset_import: ["" : 17]> nothing (float[1] x) => (float[1] y) { y = Neg(x) }'
).SerializeToString()


class Memory(NamedTuple):
    """Bytes that ours takes, ours with one form of each recurrence only, and the fastest valid peer."""

    ours: int
    one_form: int
    peer: int


def memory(program: Program, folder: Path, batch: int, time: int) -> Memory | None:
    """Both at one shape, with one thread; None if there is no valid peer."""
    file = Contest(program, folder, 1).at(batch, time, 0.0, None).file
    if file is None:
        return None
    peer = (folder / file).read_bytes() if program.peer is None else compiled(PROGRAMS[program.peer]).model
    feeds = program.feeds(batch, time)
    plain = compiled(program, [step for step in PIPELINE if step.name not in SECOND_FORMS]).model
    return Memory(alone(compiled(program).model, feeds), alone(plain, feeds), alone(peer, feeds))


def alone(model: bytes, feeds: Feeds) -> int:
    """Bytes that a new process grows by."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, "model.onnx"), Path(folder, "feeds.npz")]
        paths[0].write_bytes(model)
        arrays: dict[str, Any] = {**feeds}
        np.savez(paths[1], **arrays)
        command = [sys.executable, "-m", "tests.bench.memory", *map(str, paths)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def growth(model: str, feeds: str) -> int:
    """Bytes from before the model is opened to the most while it runs. Linux only."""
    with np.load(feeds) as arrays:
        given = {name: arrays[name] for name in arrays.files}
    # What opening a first session costs is the engine's, not the model's.
    Contender(NOTHING, {"x": np.zeros(1, "float32")})
    before = kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    Contender(model, given).burst(RUNS)
    return (kilobytes("VmHWM") - before) * 1024


def kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    print(growth(*sys.argv[1:]))
