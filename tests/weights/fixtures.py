"""The small files that frameworks wrote, and what they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

FILES = Path(__file__).parent / "files"
NAMES = sorted(file.name.removesuffix(".expected.npz") for file in FILES.glob("*.expected.npz"))


def expected(name: str) -> dict[str, NDArray[Any]]:
    """What the framework that wrote a file has in it."""
    arrays: dict[str, NDArray[Any]] = {}
    with np.load(FILES / f"{name}.expected.npz") as archive:
        for key in archive.files:
            variable, _, dtype = key.partition("|")
            arrays[variable] = archive[key].view(getattr(ml_dtypes, dtype)) if dtype else archive[key]
    return arrays


def same(found: NDArray[Any], wanted: NDArray[Any]) -> bool:
    """Whether two arrays have the same dtype, shape and bits."""
    # Shapes first: a broken file may repeat one number more often than memory holds.
    return found.dtype == wanted.dtype and found.shape == wanted.shape and found.tobytes() == wanted.tobytes()
