"""Programs before and after a pass, side by side."""

from __future__ import annotations

import random
from difflib import SequenceMatcher
from itertools import pairwise

import pytest

from rnn2onnx.runtime.report import alignment
from rnn2onnx.runtime.report.alignment import common
from rnn2onnx.runtime.report.side_by_side import CONTEXT, Row, side_by_side, stretches


def shown(before: str, after: str) -> list[str]:
    """A line for each row: the two numbers, and ``=`` where it stayed."""
    rows = side_by_side(before.strip().split("\n"), after.strip().split("\n"))
    return [
        f"{row.left[0] if row.left else '-'}{'=' if row.same else ' '}{row.right[0] if row.right else '-'}"
        for row in rows
    ]


def test_a_value_less_gives_all_others_another_number() -> None:
    before = "%0 = tanh %x : f32[B]\n%1 = exp %0 : f32[B]\n%2 = neg %x : f32[B]\n%3 = add %2, %9 : f32[B]"
    after = "%0 = tanh %x : f32[B]\n%1 = neg %x : f32[B]\n%2 = add %1, %7 : f32[B]"
    assert shown(before, after) == ["1=1", "2 -", "3=2", "4=3"]


def test_another_operand_is_a_change() -> None:
    before = "%0 = tanh %x : f32[B]\n%1 = exp %x : f32[B]\n%2 = neg %0 : f32[B]"
    after = "%0 = tanh %x : f32[B]\n%1 = exp %x : f32[B]\n%2 = neg %1 : f32[B]"
    assert shown(before, after) == ["1=1", "2=2", "3 3"]
    assert shown("%2 = add %0, %0 : f32[B]", "%2 = add %0, %1 : f32[B]") == ["1 1"]
    assert shown("%2 = add %0, %1 : f32[B]", "%2 = add %0, %0 : f32[B]") == ["1 1"]


def test_what_uses_a_changed_value_stays() -> None:
    before = "%0 = tanh %x : f32[B]\n%1 = neg %0 : f32[B]"
    after = "%4 = exp %x : f32[B]\n%5 = neg %4 : f32[B]"
    assert shown(before, after) == ["1 1", "2=2"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("%a = tanh %x : f32[B]", "%b = tanh %x : f32[B]"),
        ("%a = tanh %x : f32[B]", "%a = tanh %x : f32[C]"),
        ("%a = slice %x {axis=0} : f32[B]", "%a = slice %x {axis=1} : f32[B]"),
        ('%a = const "k" : f32[B]', '%a = const "l" : f32[B]'),
    ],
)
def test_other_hints_types_attributes_and_weights_are_changes(before: str, after: str) -> None:
    assert shown(before, after) == ["1 1"]


def test_a_line_that_goes_into_a_body_stands_beside_itself_but_changed() -> None:
    before = "%0 = tanh %x : f32[B]\nreturn %0"
    after = "%0 = cond %c () {\n  %1 = tanh %x : f32[B]\n  return %1\n} : f32[B]\nreturn %0"
    rows = shown(before, after)
    assert "1 2" in rows
    assert not any("=" in row for row in rows[:3])


def rows_of(pattern: str) -> list[Row]:
    return [Row((i, ""), (i, ""), same=letter == "=") for i, letter in enumerate(pattern)]


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [
        ("=" * 20, [(20, True)]),
        ("x" * 5, [(5, False)]),
        ("=" * 10 + "x" + "=" * 10, [(7, True), (1 + 2 * CONTEXT, False), (7, True)]),
        ("x" + "=" * 8 + "x", [(4, False), (2, False), (4, False)]),
        ("", []),
    ],
)
def test_what_is_far_from_changes_is_folded(pattern: str, lengths: list[tuple[int, bool]]) -> None:
    found = list(stretches(rows_of(pattern)))
    assert [(len(each.rows), each.folded) for each in found] == lengths
    assert [row for each in found for row in each.rows] == rows_of(pattern)


@pytest.mark.parametrize("bound", [1, 3, 250])
def test_common_lines_are_in_order_and_as_many_as_can_be(monkeypatch: pytest.MonkeyPatch, bound: int) -> None:
    monkeypatch.setattr(alignment, "BOUND", bound)
    draw = random.Random(0)
    for _ in range(300):
        before, after = (draw.choices("abcd", k=draw.randrange(14)) for _ in range(2))
        pairs = common(before, after)
        assert all(before[i] == after[j] for i, j in pairs)
        assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))
        if bound == 250:
            assert len(pairs) == longest(before, after)


def longest(a: list[str], b: list[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for one in a:
        before = row
        row = [0]
        for j, other in enumerate(b):
            row.append(before[j] + 1 if one == other else max(before[j + 1], row[j]))
    return row[-1]


def test_lines_that_are_alike_align_in_long_programs() -> None:
    before = [f"{['tanh', 'exp', 'neg'][index % 3]}" for index in range(6000)]
    after = [line for index, line in enumerate(before) if index % 500 != 7]
    assert len(common(before, after)) == len(after)
    assert SequenceMatcher(None, before, after).ratio() < 0.5, "difflib would do"
