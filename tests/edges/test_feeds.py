"""Feeds that don't fit: the message names the input, what was given and what was expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import FeedError, Rnn2OnnxError
from tests.edges.models import MODELS, feeds


@pytest.fixture(scope="module")
def program() -> Any:
    return rnn2onnx.compile(*MODELS["lstm"]("batch", "time"))


X = np.zeros((3, 4, 2), np.float32)
N = np.zeros(3, np.int32)
START = np.zeros((3, 1), np.float32)
GOOD = {"x": X, "n": N, "start": START}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": np.zeros((3, 4), np.float32)}, ["'x'", "f32[batch, time, 2]", "[3, 4]"]),
        ({"x": np.zeros((3, 4, 5), np.float32)}, ["'x'", "f32[batch, time, 2]", "axis 2", "5"]),
        ({"x": 1.0}, ["'x'", "f32[batch, time, 2]", "[]"]),
        ({"n": np.zeros(2, np.int32)}, ["'n'", "i32[batch]", "length 2", "batch is 3", "'x'"]),
        ({"n": np.zeros(3, np.float32)}, ["'n'", "i32[batch]", "float32"]),
        ({"n": np.array([1, 2**40, 3])}, ["'n'", "i32[batch]", "int64"]),
        ({"n": ["a", "b", "c"]}, ["'n'", "i32[batch]", "<U1"]),
        ({"n": None}, ["'n'", "i32[batch]", "[]"]),
        ({"n": [[1], [2, 3]]}, ["'n'", "i32[batch]", "no array"]),
        ({"n": np.array([1, None, 3])}, ["'n'", "i32[batch]", "object"]),
        ({"n": [1j, 2, 3]}, ["'n'", "i32[batch]", "complex"]),
        ({"x": np.zeros((3, 4, 2), np.int64)}, ["'x'", "f32[batch, time, 2]", "int64"]),
        ({"x": np.zeros((3, 4, 2), bool)}, ["'x'", "f32[batch, time, 2]", "bool"]),
        ({"start": START, "strat": START}, ["strat", "start: f32[batch, 1]"]),
        ({0: X}, ["0", "x: f32[batch, time, 2]"]),
    ],
)
def test_a_feed_that_does_not_fit_is_named(program: Any, change: dict[Any, Any], words: list[str]) -> None:
    with pytest.raises(FeedError) as caught:
        program.run({**GOOD, **change})
    for word in words:
        assert word in str(caught.value), f"{word!r} is missing in: {caught.value}"
    assert caught.value.__cause__ is None
    assert isinstance(caught.value, Rnn2OnnxError)


def test_a_feed_that_is_missing_is_named_with_its_type(program: Any) -> None:
    with pytest.raises(FeedError, match=r"missing: n \(i32\[batch\]\), start \(f32\[batch, 1\]\)"):
        program.run({"x": X})


@pytest.mark.parametrize("given", [None, X, [X, N], "x"])
def test_feeds_that_are_no_mapping_are_refused(program: Any, given: Any) -> None:
    with pytest.raises(FeedError, match=r"by name.*x: f32\[batch, time, 2\]"):
        program.run(given)


@pytest.mark.parametrize(
    "change",
    [
        {"n": [1, 2, 3]},
        {"n": np.array([1, 2, 3], np.int64)},
        {"n": np.array([1, 2, 3], np.uint8)},
        {"x": X.tolist()},
        {"x": X.astype(np.float64)},
        {"x": np.asfortranarray(X)},
        {"x": np.zeros((3, 4, 2), int).tolist()},
        {"x:0": X},
    ],
)
def test_a_feed_that_loses_nothing_is_converted(program: Any, change: dict[str, Any]) -> None:
    given = {**GOOD, **change}
    if "x:0" in given:
        del given["x"]
    assert program.run(given)["y"].shape == (3, 4, 3)


def test_a_placeholder_that_no_output_needs_may_be_fed_or_not() -> None:
    graph, outputs = MODELS["gru_without_lengths"]("batch", "time")
    with graph.as_default():
        tf.placeholder(tf.float32, [None], name="unused")
    program = rnn2onnx.compile(graph, outputs)
    arrays = {name: array for name, array in feeds(2, 3, "inside").items() if name != "n"}
    first, second = program.run(arrays), program.run({**arrays, "unused": np.zeros(7)})
    np.testing.assert_array_equal(first["y"], second["y"])


def test_what_the_engine_refuses_is_an_error_with_the_feeds_in_it() -> None:
    graph = tf.Graph()
    with graph.as_default():
        ids = tf.placeholder(tf.int32, [None], name="ids")
        rows = tf.gather(tf.constant([[1.0], [2.0]]), ids)
    program = rnn2onnx.compile(graph, rows)
    with pytest.raises(FeedError, match=r"ids: int32\[1\]"):
        program.run({"ids": [5]})


@pytest.mark.parametrize("rows", [0, 2])
@pytest.mark.parametrize("steps", [0, 3])
def test_program_run_gives_the_nest_whatever_the_lengths(program: Any, rows: int, steps: int) -> None:
    found = program.run(feeds(rows, steps, "mixed"))
    assert found["y"].shape == (rows, steps, 3)
    assert type(found["s"]).__name__ == "LSTMStateTuple"
    assert found["s"].c.shape == (rows, 3)
    if not steps:
        start = np.tile(feeds(rows, steps, "mixed")["start"], (1, 3))
        np.testing.assert_array_equal(found["s"].h, start)
