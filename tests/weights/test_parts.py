"""Variables in parts are one variable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights import Expected, Given

WHOLE = np.arange(12, dtype=np.float32).reshape(4, 3)
EXPECTED = {"a/kernel": Expected(WHOLE.dtype, WHOLE.shape)}


@pytest.mark.parametrize("axis", [0, 1])
def test_parts_along_any_axis_are_joined_in_order(axis: int) -> None:
    parts = {f"a/kernel/part_{i}": part for i, part in enumerate(np.array_split(WHOLE, 3, axis))}
    found = Given.of(dict(reversed(parts.items()))).arrays(EXPECTED)
    np.testing.assert_array_equal(found["a/kernel"], WHOLE)


def test_parts_are_renamed_with_their_variable() -> None:
    parts = {f"b/kernel/part_{i}": part for i, part in enumerate(np.array_split(WHOLE, 2))}
    found = Given.of(parts, rename={"^b/": "a/"}).arrays(EXPECTED)
    np.testing.assert_array_equal(found["a/kernel"], WHOLE)


@pytest.mark.parametrize(
    "parts",
    [
        {"part_0": WHOLE[:2]},
        {"part_1": WHOLE},
        {"part_0": WHOLE[:2], "part_1": WHOLE[2:].astype(np.float64)},
        {"part_0": WHOLE[:2], "part_1": WHOLE[2:, :2]},
        {"part_0": WHOLE[:2], "part_1": WHOLE[2:], "part_2": WHOLE[:1]},
    ],
    ids=["too few", "no first", "another dtype", "another width", "too many"],
)
def test_parts_that_do_not_make_up_the_variable_don_t_fit(parts: dict[str, Any]) -> None:
    with pytest.raises(WeightsError, match="a/kernel"):
        Given.of({f"a/kernel/{name}": part for name, part in parts.items()}).arrays(EXPECTED)


def test_a_variable_that_is_there_needs_no_parts() -> None:
    fitted = Given.of({"a/kernel": WHOLE, "a/kernel/part_0": WHOLE}).fit(EXPECTED)
    assert list(fitted.matched) == ["a/kernel"]
    assert list(fitted.left_over) == ["a/kernel/part_0"]
