"""A file's numbers as the dtype of the model's variable, where that keeps what they say."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

_finfo: Any = ml_dtypes.finfo
_iinfo: Any = ml_dtypes.iinfo

SAME, EXACT, ROUNDED, CHECKED = "", "widened", "rounded", "if exact"
"""What becomes of numbers: nothing; other bits for the same numbers; the nearest numbers; or that is up to them."""


def conversion(source: np.dtype[Any], target: np.dtype[Any]) -> str | None:
    """What ``cast`` does to an array, as far as its dtype says; None where there is no number to cast."""
    if source == target:
        return SAME
    if not (_is_number(source) and _is_number(target)):
        return None
    # numpy calls 64 bits to a double's 53 safe.
    if np.can_cast(source, target) and not (source.kind in "iu" and source.itemsize == 8 and target.kind in "fc"):
        return EXACT
    if _is_float(source) and _is_float(target):
        return EXACT if _covers(target, source) else ROUNDED
    if "c" in (source.kind, target.kind):
        return ROUNDED if source.kind == target.kind else None
    return CHECKED


def cast(array: NDArray[Any], target: np.dtype[Any]) -> NDArray[Any]:
    """An array as another dtype: the array itself where it has that already.

    Between floating-point dtypes numbers are rounded, as the trained model would be stored; all else must be exact.

    Raises:
        ValueError: A number has no like in the other dtype; the message ends a sentence.
    """
    what = conversion(array.dtype, target)
    if what == SAME:
        return np.ascontiguousarray(array).reshape(array.shape)
    if what is None:
        raise ValueError(f"{array.dtype} is no {target}")
    with np.errstate(all="ignore"):
        found = np.ascontiguousarray(array.astype(target)).reshape(array.shape)
        if what == EXACT:
            return found
        if what == ROUNDED:
            wrong = np.isfinite(array) & ~np.isfinite(found)
        else:
            wrong = found.astype(array.dtype) != array
            if _is_float(target):
                wrong |= _past(found, array.dtype)
            elif _is_float(array.dtype):
                wrong |= _past(array, target)
            else:
                # Integers of the same size and other sign come back as they were.
                wrong |= (found < 0) != (array < 0)
    if wrong.any():
        first = tuple(int(axis[0]) for axis in np.nonzero(np.atleast_1d(wrong)))
        number = np.atleast_1d(array)[first]
        raise ValueError(f"its {number} has no like in {target}")
    return found


def _past(numbers: NDArray[Any], integer: np.dtype[Any]) -> NDArray[np.bool_]:
    """Which floating-point numbers are past an integer dtype's greatest: machines differ in what they become."""
    most = 1 if integer.kind == "b" else int(_iinfo(integer).max)
    past: NDArray[np.bool_] = numbers.astype(np.float64) >= float(most + 1)
    return past


def _is_number(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in "biufc" or _is_float(dtype) or _is_small_integer(dtype)


def _is_float(dtype: np.dtype[Any]) -> bool:
    if dtype.kind == "f":
        return True
    try:
        _finfo(dtype)
    except (ValueError, TypeError, KeyError):
        return False
    return dtype.kind != "c"


def _is_small_integer(dtype: np.dtype[Any]) -> bool:
    return dtype in (np.dtype(ml_dtypes.int4), np.dtype(ml_dtypes.uint4))


def _covers(wide: np.dtype[Any], narrow: np.dtype[Any]) -> bool:
    """Whether a floating-point dtype has every number of another."""
    big, small = _finfo(wide), _finfo(narrow)
    return bool(big.nmant >= small.nmant and big.maxexp >= small.maxexp and big.minexp <= small.minexp)
