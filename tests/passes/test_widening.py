"""Casts that lose no integer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rnn2onnx.passes.widening import holds

DTYPES = [np.dtype(name) for name in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "?"]]


@pytest.mark.parametrize(("narrow", "wide"), [*itertools.product(DTYPES, DTYPES)])
def test_what_holds_all_integers_of_another_dtype_gives_them_back(narrow: np.dtype, wide: np.dtype) -> None:
    if narrow.kind not in "iu":
        assert not holds(narrow, wide)
        return
    info = np.iinfo(narrow)
    ends = [info.min, info.max] + [end for bits in range(7, 63) for end in (2**bits - 1, 2**bits + 1, 1 - 2**bits)]
    given = np.array([end for end in ends if info.min <= end <= info.max], narrow)
    with np.errstate(all="ignore"):
        cast = given.astype(wide)
        same = all(int(x) == int(y) if np.isfinite(y) else False for x, y in zip(given, cast, strict=True))
    assert holds(narrow, wide) == same
