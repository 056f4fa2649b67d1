"""``clip``: the lengths that a native layer is told are one operation away from those given."""

from __future__ import annotations

import numpy as np
import pytest

from rnn2onnx.ir import parse
from tests.passes.running import after, assert_keeps

TEXT = """graph g(%n: i32[B], %t: i32[]) {
  %0 = const 0 : i32[]
  %1 = maximum %n, %0 : i32[B]
  %2 = minimum %1, %t : i32[B]
  return "n" = %2
}"""
CLIPPED = """graph g(%n: i32[B], %t: i32[]) {
  %0 = const 0 : i32[]
  %1 = clip %n, %0, %t : i32[B]
  return "n" = %1
}"""


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("%n, %0", "%0, %n"), TEXT.replace("%1, %t", "%t, %1")])
def test_integers_between_two_limits(text: str) -> None:
    assert after("clip", text) == CLIPPED
    lengths = np.array([-(2**31), -1, 0, 3, 7, 2**31 - 1], np.int32)
    for steps in (5, 0, -3):
        assert_keeps(parse(text), {"n": lengths, "t": np.int32(steps)}, "clip")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("i32", "f32"),
        ("%t: i32[]", "%t: i32[B]"),
        ("%2 = minimum %1, %t", "%2 = maximum %1, %t"),
        ("%1 = maximum %n, %0", "%1 = maximum %n, %n"),
    ],
)
def test_what_is_not_clipped(old: str, new: str) -> None:
    text = TEXT.replace(old, new).replace("const 0 : f32", "const 0.0 : f32")
    assert old in TEXT
    assert "clip" not in after("clip", text)
