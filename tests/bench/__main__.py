"""The benchmark: this project's files beside tf2onnx's, on onnxruntime, in one process.

``make bench`` does all that the table of targets needs; FOLDER is ``.peers/files`` there. By hand: first the peers'
files, in an environment of their own (see ``peers.py``), then, in ours, in the repository's root:

    ENV/bin/python -m tests.bench.peers FOLDER
    .venv/bin/python -m tests.bench FOLDER                # the table of targets, with one thread and with two
    .venv/bin/python -m tests.bench FOLDER --sweep        # every program at batch 1, 8, 64 and 10, 100, 1000 steps
    .venv/bin/python -m tests.bench FOLDER --bound        # beside the engine's matrix products alone
    .venv/bin/python -m tests.bench FOLDER --ablation     # without one pass at a time; --at BATCH STEPS
    .venv/bin/python -m tests.bench FOLDER --compile      # how long compiling takes; by the number of operations, too
    .venv/bin/python -m tests.bench FOLDER --memory       # how much memory the running models take

Behind these: the names of programs to run; ``--threads 1 2``; ``--seconds S`` for each measurement; ``--cpu``: the time
that the processor gave to the one thread, which is what to look at where other people's work shares the machine;
``--json FILE``.

The peer is, at each shape, the fastest of tf2onnx's files that compute what TensorFlow computes. Models take turns in
bursts; the tables have medians and, in brackets, quartiles; a ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.runtime.benchmark import machine
from tests.bench import ablation, bound, compile_time, memory, tables
from tests.bench.contest import Contest, Result
from tests.bench.programs import PROGRAMS, Program

SWEEP = [(batch, steps) for batch in (1, 8, 64) for steps in (10, 100, 1000)]
MEGABYTES = ("program", "ours, MB", "of one form, MB", "peer, MB", "ratio", "of one form")
WIDE = (32, 100)
"""Batch and steps at which the bound is measured; of what is mostly one product, at its own, too."""


def main() -> None:
    options = parsed()
    clock = time.thread_time if options.cpu else time.perf_counter
    programs = [PROGRAMS[name] for name in options.program] or list(PROGRAMS.values())
    about = {**machine(), "clock": "processor time of the one thread" if options.cpu else "wall clock"}
    print("; ".join(f"{key}: {value}" for key, value in about.items()), end="\n\n", flush=True)
    found: Any
    if options.bound:
        found = [
            (each.name, *shape, threads, bound.bound(each.name, *shape, threads, options.seconds, clock))
            for threads in options.threads
            for each in programs
            if each.name in bound.LAYERS
            for shape in (WIDE, *(point[:2] for point in each.points if each.name in bound.FREE_OF_STATE))
        ]
        print(bound.markdown(found))
    elif options.ablation:
        found = {}
        for each in programs:
            for point in [options.at] if options.at else [point[:2] for point in each.points[:1]]:
                found[each.name] = ablation.ablation(each, *point, options.threads[0], options.seconds, clock)
                print(ablation.markdown(each.title, found[each.name]), end="\n\n", flush=True)
        found = {name: [vars(line) for line in lines] for name, lines in found.items()}
    elif options.compile:
        found = {each.name: compile_time.seconds(each) for each in programs}
        print(tables.simple(("program", "compiled in, s"), [(name, f"{s:.2f}") for name, s in found.items()]))
        if not options.program:
            found |= compile_by_size()
    elif options.memory:
        found = {
            each.title: memory.memory(each, options.folder, *each.points[-1][:2]) for each in programs if each.points
        }
        print(tables.simple(MEGABYTES, [megabytes(title, each) for title, each in found.items() if each is not None]))
    else:
        results = [
            result
            for threads in options.threads
            for each in programs
            for result in contest(each, options, threads, clock)
        ]
        print(tables.markdown(results))
        found = tables.as_json(results)
    if options.json is not None:
        options.json.write_text(json.dumps({"machine": about, "found": found}, indent=1) + "\n")


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests.bench", description="See the text at the top of tests/bench/__main__.py."
    )
    parser.add_argument("folder", type=Path, help="where tests.bench.peers has put the peers' files")
    parser.add_argument("program", nargs="*", metavar="PROGRAM", help=", ".join(PROGRAMS))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--at", type=int, nargs=2, metavar=("BATCH", "STEPS"), help="where passes are left out")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--json", type=Path)
    kind = parser.add_mutually_exclusive_group()
    for name in ("sweep", "bound", "ablation", "compile", "memory"):
        kind.add_argument(f"--{name}", action="store_true")
    options = parser.parse_intermixed_args()
    unknown = [name for name in options.program if name not in PROGRAMS]
    if unknown:
        parser.error(f"there is no program {unknown[0]!r}; those there are: {', '.join(PROGRAMS)}")
    if options.cpu:
        options.threads = [1]
    return options


def contest(program: Program, options: argparse.Namespace, threads: int, clock: Any) -> list[Result]:
    """The program's rows of the table, or of the sweep."""
    shapes: list[tuple[int, int, float | None]] = list(program.points)
    if options.sweep:
        steps = sorted({program.fixed_time or steps for _, steps in SWEEP})
        shapes = [(batch, time, None) for batch in sorted({batch for batch, _ in SWEEP}) for time in steps]
    if not shapes:
        return []
    match = Contest(program, options.folder, threads)
    found: list[Result] = []
    for shape in shapes:
        try:
            found.append(match.at(*shape[:2], options.seconds, shape[2], clock))
        except Rnn2OnnxError as error:
            raise SystemExit(f"{program.name} at {shape}: {error.message}") from None
        print(tables.row(tables.cells(found[-1])), flush=True)
    return found


def megabytes(title: str, found: memory.Memory) -> tuple[str, ...]:
    ratios = [f"{each / found.peer:.2f}" for each in (found.ours, found.one_form)]
    return title, *(f"{each / 1e6:.1f}" for each in found), *ratios


def compile_by_size() -> dict[str, Any]:
    """The table of how compiling grows with the number of operations."""
    found = {
        name: [compile_time.of_size(build, size) for size in compile_time.SIZES]
        for name, build in compile_time.BUILDS.items()
    }
    rows = [(name, str(each.ops), f"{each.seconds:.2f}") for name, made in found.items() for each in made]
    print("", tables.simple(("program", "operations", "recorded and compiled in, s"), rows), sep="\n")
    return {name: [each._asdict() for each in made] for name, made in found.items()}


if __name__ == "__main__":
    main()
