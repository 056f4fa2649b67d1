"""Loading a 1 GB checkpoint against numpy reading the same bytes: ``python -m tests.weights.bench_load [FOLDER]``.

The checkpoint is written here, checksums and all, so that no TensorFlow is needed. Both ways take turns; the file is in
the operating system's cache for both, and both end with every byte in reach of the program.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights import load
from tests.weights.tensor_bundle_writer import write_bundle

ROUNDS = 7


def main() -> None:
    """Runs the command line."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        prefix = Path(folder) / "model.ckpt"
        random = np.random.default_rng(0)
        arrays: dict[str, NDArray[Any]] = {
            f"embedding_{i}/weights": random.standard_normal((1 << 16, 512), np.float32) for i in range(7)
        }
        arrays |= {f"cell_{i:02}/kernel": random.standard_normal((1024, 1024), np.float32) for i in range(14)}
        arrays |= {f"cell_{i:02}/bias": random.standard_normal(4096, np.float32) for i in range(200)}
        write_bundle(prefix, arrays)
        size = sum(array.nbytes for array in arrays.values())
        names, file = list(arrays), f"{prefix}.data-00000-of-00001"
        del arrays
        load_seconds, read_seconds, sum_load, sum_read = [], [], [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            raw = np.fromfile(file, np.uint8)
            read_seconds.append(time.perf_counter() - start)
            int(raw.view(np.uint64).max())
            sum_read.append(time.perf_counter() - start)
            del raw
            start = time.perf_counter()
            found = load(prefix)
            load_seconds.append(time.perf_counter() - start)
            for name in names:
                int(found[name].reshape(-1).view(np.uint32).max())
            sum_load.append(time.perf_counter() - start)
            assert len(found) == len(names)
            del found
        for what, ours, theirs in (("load", load_seconds, read_seconds), ("load and touch", sum_load, sum_read)):
            mine, numpy = statistics.median(ours), statistics.median(theirs)
            print(
                f"{what}: {size / 1e9:.2f} GB in {mine:.3f} s; numpy.fromfile {numpy:.3f} s; ratio {mine / numpy:.2f} "
                f"(of each round: {', '.join(f'{a / b:.2f}' for a, b in zip(ours, theirs, strict=True))})"
            )


if __name__ == "__main__":
    main()
