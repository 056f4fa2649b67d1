"""One array of a weights file, known before it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file says of one array; the data are touched by ``read`` alone.

    Attributes:
        name: The name that the file gives it, or the variable's own where the file keeps both.
        dtype: Of the array that ``read`` gives.
        shape: Of the array that ``read`` gives.
        read: Gives the array, checked as far as the format allows: a read-only view of the mapped file where that can
            be, else a new array. Raises WeightsError for broken data.
        path: The object that holds the variable, where the file names variables by their place among objects (TF2).
        optimizer: Whether the file itself says that only an optimizer needs the array.
        constant: Whether the file itself says that it was never a variable: a frozen graph's axes, shapes and the like.
            A model is not expected to have a variable for it.
    """

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    read: Callable[[], NDArray[Any]]
    path: str = ""
    optimizer: bool = False
    constant: bool = False

    @property
    def nbytes(self) -> int:
        """The size of the array in bytes."""
        count = self.dtype.itemsize
        for size in self.shape:
            count *= size
        return count
