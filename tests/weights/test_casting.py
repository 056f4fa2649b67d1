"""A file's numbers in the dtype of the model's variable."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from rnn2onnx.weights.fit.casting import CHECKED, EXACT, ROUNDED, SAME, cast, conversion

BF16 = np.dtype(ml_dtypes.bfloat16)


@pytest.mark.parametrize(
    ("source", "target", "what"),
    [
        ("f4", "f4", SAME),
        ("f2", "f4", EXACT),
        (BF16, "f4", EXACT),
        (">f4", "f4", EXACT),
        ("f8", "f4", ROUNDED),
        ("f4", "f2", ROUNDED),
        ("f2", BF16, ROUNDED),
        (BF16, "f2", ROUNDED),
        ("c16", "c8", ROUNDED),
        ("i2", "f4", EXACT),
        ("i8", "f4", CHECKED),
        ("i8", "f8", CHECKED),
        ("f4", "i4", CHECKED),
        ("i8", "i4", CHECKED),
        ("?", "f4", EXACT),
        ("c8", "f4", None),
        ("U3", "f4", None),
        ("O", "f4", None),
        ("M8[s]", "i8", None),
    ],
)
def test_what_becomes_of_a_dtype(source: Any, target: Any, what: str | None) -> None:
    assert conversion(np.dtype(source), np.dtype(target)) == what


def test_the_same_dtype_is_the_same_memory() -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert np.shares_memory(cast(array, array.dtype), array)
    assert cast(np.float32(3).reshape(()), np.dtype("f4")).shape == ()


@pytest.mark.parametrize(
    ("given", "target", "wanted"),
    [
        (np.array([1 / 3, np.inf, np.nan]), "f4", np.array([1 / 3, np.inf, np.nan], np.float32)),
        (np.array([1.5, -2], BF16), "f4", np.array([1.5, -2], np.float32)),
        (np.array([1, -(2**24)]), "f4", np.array([1, -(2**24)], np.float32)),
        (np.array([3.0, -7.0]), "i4", np.array([3, -7], np.int32)),
        (np.array([[2, 1]]), "u1", np.array([[2, 1]], np.uint8)),
        (np.array([0, 1]), "?", np.array([False, True])),
        (np.zeros((0, 3), np.int64), "f4", np.zeros((0, 3), np.float32)),
        (np.asfortranarray(np.arange(6.0).reshape(2, 3)), "f4", np.arange(6, dtype=np.float32).reshape(2, 3)),
    ],
)
def test_numbers_that_have_their_like(given: Any, target: Any, wanted: Any) -> None:
    found = cast(given, np.dtype(target))
    assert found.dtype == wanted.dtype
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("given", "target", "text"),
    [
        (np.array([[0, 1e300]]), "f4", r"its 1e\+300 has no like in float32"),
        (np.array([70000], np.float32), "f2", r"its 70000.0 has no like in float16"),
        (np.array([2**24 + 1]), "f4", r"its 16777217 has no like"),
        (np.array([2**63 - 1]), "f8", r"its 9223372036854775807 has no like"),
        (np.array([2**64 - 1], np.uint64), "f4", r"its 18446744073709551615 has no like"),
        (np.array([0.5]), "i4", r"its 0.5 has no like in int32"),
        (np.array([np.nan]), "i4", r"its nan has no like"),
        (np.array([2147483648.0], np.float32), "i4", r"its 2147483648.0 has no like"),
        (np.array([-1]), "u8", r"its -1 has no like"),
        (np.array([2**63], np.uint64), "i8", r"its 9223372036854775808 has no like"),
        (np.array(2), "?", r"its 2 has no like in bool"),
        (np.array(["1"]), "f4", r"<U1 is no float32"),
    ],
)
def test_numbers_that_have_none(given: Any, target: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        cast(given, np.dtype(target))
