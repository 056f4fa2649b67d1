"""Cuts and flips of every file in ``tests/weights/files``: each gives the right arrays or one WeightsError.

``python -m tests.weights.fuzz COUNT [SEED]`` tries COUNT broken files and prints what became of them.
"""

from __future__ import annotations

import collections
import os
import random
import shutil
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights import load
from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.tensorflow.sorted_table import MAGIC, read_table
from tests.weights.fixtures import FILES, NAMES, expected, same
from tests.weights.tensor_bundle_writer import table

SLACK = 64 << 20
"""How much more memory than the file's size reading may take."""

SLOW = 20.0
"""Seconds after which a file counts as one that hangs."""


def broken(content: bytes, rng: random.Random) -> bytes:
    """The content cut, or with some bytes changed, put in, taken out or taken from another place."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at = rng.randrange(len(data) + 1) if data else 0
        # Headers and footers are where most is said.
        at = rng.choice((at, min(at, rng.randrange(64)), max(len(data) - rng.randrange(1, 64), 0)))
        kind = rng.randrange(7)
        if kind == 0:
            del data[at:]
        elif kind == 1:
            del data[at : at + rng.randrange(1, 16)]
        elif kind == 2:
            data[at:at] = rng.randbytes(rng.randrange(1, 16))
        elif kind == 3 and data:
            start = rng.randrange(len(data))
            piece = data[start : start + rng.randrange(1, 200)]
            data[at : at + len(piece)] = piece
        elif kind == 4:
            data[at : at + 9] = rng.choice((b"\xff" * 9, b"\x00" * 9, b"\xff" * 8 + b"\x7f", b"\x80" * 9))
        elif at < len(data):
            data[at] = rng.randrange(256) if kind == 5 else data[at] ^ (1 << rng.randrange(8))
    return bytes(data)


def resigned(table_file: Path, rng: random.Random) -> bytes:
    """A sorted table with one key or value broken and all checksums right, so that what lies behind them is reached."""
    rows = [(key, bytes(value.data)) for key, value in read_table(BoundedFile.open(str(table_file))).items()]
    at = rng.randrange(len(rows))
    key, value = rows[at]
    rows[at] = (broken(key, rng), value) if rng.random() < 0.2 else (key, broken(value, rng))
    return table(sorted(rows))


def attempt(name: str, folder: Path, rng: random.Random) -> str:
    """Breaks one file of a fixture and loads it; says what came of it.

    Raises:
        AssertionError: It took too long or too much memory, or arrays are wrong although they have checksums.
    """
    whole, copy = FILES / name, folder / name
    if whole.is_dir():
        shutil.copytree(whole, copy)
        files = sorted(file for file in copy.rglob("*") if file.is_file())
    else:
        shutil.copy(whole, copy)
        files = [copy]
    victim = rng.choice(files)
    size = sum(file.stat().st_size for file in files)
    signed = victim.read_bytes().endswith(MAGIC) and rng.random() < 0.7
    if rng.random() < 0.02:
        victim.unlink()
    elif signed:
        victim.write_bytes(resigned(victim, rng))
    else:
        victim.write_bytes(broken(victim.read_bytes(), rng))
    tracemalloc.reset_peak()
    before, start = tracemalloc.get_traced_memory()[0], time.perf_counter()
    try:
        found = load(copy, keep="")
    except WeightsError as error:
        outcome = "refused" if str(copy) in str(error) else f"refused without the file's name: {error}"
    else:
        outcome = "read"
        wanted = expected(name)
        if not all(key in found and same(found[key], array) for key, array in wanted.items()):
            outcome = "read, other arrays"
            # Checkpoints have checksums of everything, frozen graphs of nothing.
            assert signed or not whole.is_dir(), f"{victim.name} was changed, and nobody noticed"
    seconds, peak = time.perf_counter() - start, tracemalloc.get_traced_memory()[1] - before
    assert seconds < SLOW, f"it took {seconds:.0f} seconds"
    assert peak < size + SLACK, f"it took {peak >> 20} MiB for a file of {size} bytes"
    shutil.rmtree(copy) if whole.is_dir() else copy.unlink(missing_ok=True)
    return outcome


def fuzz(count: int, seed: int) -> dict[str, int]:
    """Tries broken files, all fixtures in turn; how often each outcome was.

    Raises:
        AssertionError: One was not refused as it should be; names the fixture and the seed that shows it again.
    """
    outcomes: collections.Counter[str] = collections.Counter()
    tracemalloc.start()
    try:
        for index in range(count):
            name = NAMES[index % len(NAMES)]
            with tempfile.TemporaryDirectory() as folder:
                try:
                    outcomes[attempt(name, Path(folder), random.Random(f"{seed}/{index}"))] += 1
                except Exception as error:
                    raise AssertionError(f"{name}, number {index} of seed {seed}: {error!r}") from error
    finally:
        tracemalloc.stop()
    return dict(outcomes)


def main() -> None:
    """Runs the command line."""
    import resource

    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "big")
    start = time.perf_counter()
    outcomes = fuzz(count, seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{count} broken files of {len(NAMES)} whole ones, seed {seed}: {outcomes}")
    assert set(outcomes) <= {"refused", "read", "read, other arrays"}
    print(f"{time.perf_counter() - start:.0f} s, {peak} MiB at most in the whole process")


if __name__ == "__main__":
    main()
