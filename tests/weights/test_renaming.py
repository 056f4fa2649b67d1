"""Other names for a file's arrays."""

from __future__ import annotations

from typing import Any

import pytest

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, WeightsError
from rnn2onnx.weights import renamed


@pytest.mark.parametrize(
    ("rename", "names"),
    [
        (None, ["lstm/kernel", "lstm_1/kernel"]),
        ({}, ["lstm/kernel", "lstm_1/kernel"]),
        ({r"^lstm(_\d+)?/": r"lstm\1/lstm_cell\1/"}, ["lstm/lstm_cell/kernel", "lstm_1/lstm_cell_1/kernel"]),
        ([("lstm", "a"), ("^a/", "b/"), ("_1", "")], ["b/kernel", "a/kernel"]),
        ({"^": "model/"}, ["model/lstm/kernel", "model/lstm_1/kernel"]),
        ({"^lstm_1/.*": ""}, ["lstm/kernel"]),
        (str.upper, ["LSTM/KERNEL", "LSTM_1/KERNEL"]),
        (lambda name: None if "_1" in name else name, ["lstm/kernel"]),
    ],
)
def test_rules_in_order_or_a_function(rename: Any, names: list[str]) -> None:
    assert list(renamed({"lstm/kernel": 1, "lstm_1/kernel": 2}, rename)) == names


@pytest.mark.parametrize(
    ("rename", "error", "text"),
    [
        ({"(": ""}, ArgumentError, r"'\(' is no regular expression"),
        ({"a": r"\1"}, ArgumentError, r"cannot stand in place of 'a'"),
        ({"a": r"\g<b>"}, ArgumentError, r"cannot stand in place of 'a'"),
        ({"a": 1}, ArgumentTypeError, r"both should be strings"),
        ("a=b", ArgumentTypeError, r"'a=b' is no renaming"),
        (["ab"], ArgumentTypeError, r"rename has 'ab'"),
        ([("a", "b", "c")], ArgumentTypeError, r"each rule"),
        (7, ArgumentTypeError, r"rename=7 is no renaming"),
        (lambda name: 3, ArgumentTypeError, r"gave 3 for 'w'"),
    ],
)
def test_what_is_no_renaming(rename: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        renamed({"w": 1}, rename)


def test_two_names_that_become_one() -> None:
    with pytest.raises(WeightsError, match=r"'a/w' and 'b/w' are all called 'w' after renaming"):
        renamed({"a/w": 1, "b/w": 2}, {"^./": ""})
