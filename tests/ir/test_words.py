"""What the words of a graph's text are."""

from __future__ import annotations

import pytest

from rnn2onnx.ir.words import words


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("graph g(%x: f32[B]) {", "frame:graph value:%x type:f32[B]"),
        ("  %a/b_1 = const @0a1b#2 : bf16[3]", "value:%a/b_1 kind:const digest:@0a1b#2 type:bf16[3]"),
        ("  %y = pad %x {k=-1.5e-05, m=true} : i64[]", "value:%y kind:pad value:%x attribute:k number:-1.5e-05 "
         "attribute:m number:true type:i64[]"),
        ("    return %h, %h", "frame:return value:%h value:%h"),
        ('  return "a \\" b" = %y', 'frame:return string:"a \\" b" value:%y'),
        ("  %0 = const -inf : f32[]  # m.py:3", "value:%0 kind:const number:-inf type:f32[] place:# m.py:3"),
    ],
)  # fmt: skip
def test_each_word_has_its_role(line: str, found: str) -> None:
    assert " ".join(f"{what}:{piece.strip()}" for piece, what in words(line) if what) == found
    assert "".join(piece for piece, _ in words(line)) == line
