"""Forms chosen by a racer of our own: what it says is the fastest one is what the program has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, FeedError
from rnn2onnx.ir import Graph
from rnn2onnx.passes import Choice, Decision, pipeline, run_passes
from rnn2onnx.passes.choice import ANY, Limits
from rnn2onnx.runtime.tuning import Case, Tuner, cases, separating

Feeds = Mapping[str, Any]
Price = Callable[[set[str], Feeds], float]


def recorded(*units: int, batch: Any = "batch", lengths: bool = False) -> Graph:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["time", batch, 4], "x")
        n = tf.placeholder(tf.int32, [batch], "n") if lengths else None
        cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(size) for size in units])
        outputs, _ = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32, time_major=True)
        return graph.program(outputs, None)


def nodes(model: bytes) -> list[str]:
    found: list[str] = []

    def walk(graph: onnx.GraphProto) -> None:
        for node in graph.node:
            found.append(node.op_type)
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    walk(attribute.g)

    walk(onnx.load_from_string(model).graph)
    return found


def racer(price: Callable[[list[str], Feeds], float]) -> Callable[[Sequence[bytes], Feeds], list[float]]:
    return lambda models, feeds: [price(nodes(model), feeds) for model in models]


def tuned(graph: Graph, wanted: Any, price: Callable[[list[str], Feeds], float], **more: Any) -> Choice:
    return Tuner(graph, pipeline, Choice(), cases(graph, wanted), 17, racer(price), **more).tuned()


def decided(graph: Graph, choice: Choice) -> list[Decision]:
    return [each for each in run_passes(graph, pipeline(choice))[1] if each.alternatives]


def scans_are_fast(found: list[str], feeds: Feeds) -> float:
    return 100.0 + 10 * found.count("GRU")


def scans_are_slow(found: list[str], feeds: Feeds) -> float:
    return 100.0 - 10 * found.count("GRU")


@pytest.mark.parametrize(("price", "form"), [(scans_are_fast, "Scan"), (scans_are_slow, "GRU")])
def test_the_fastest_form_is_taken_for_each_recurrence(price: Any, form: str) -> None:
    graph = recorded(5, 6)
    choice = tuned(graph, {"batch": 3, "time": 4}, price)
    assert layers(choice) == [form, form]
    for decision in decided(graph, choice):
        taken = {each.form: each.taken for each in decision.alternatives}
        assert taken[form] == "always"
        measured = {each.form: dict(each.measured) for each in decision.alternatives}
        assert set(measured["GRU"]) == set(measured["Scan"]) == {(3, 4)}
        assert measured[form][3, 4] == min(each[3, 4] for each in measured.values())


def layers(choice: Choice) -> list[Any]:
    """What is forced for the recurrences themselves."""
    return [form for key, form in choice.forced.items() if not key.startswith("products of ")]


def test_what_was_found_best_before_stays() -> None:
    """The second layer is measured with the first one as it was chosen."""
    seen: list[int] = []

    def price(found: list[str], feeds: Feeds) -> float:
        seen.append(found.count("GRU"))
        return scans_are_fast(found, feeds)

    tuned(recorded(5, 6), {"batch": 3, "time": 4}, price)
    # Each layer is there twice: all steps at once, and tile by tile.
    assert seen[:4] == [4, 2, 2, 0]


def by_batch(found: list[str], feeds: Feeds) -> float:
    return scans_are_fast(found, feeds) if feeds["x"].shape[1] >= 16 else scans_are_slow(found, feeds)


def test_a_branch_where_each_form_wins_somewhere() -> None:
    graph = recorded(5)
    choice = tuned(graph, {"batch": [1, 4, 16, 64], "time": 4}, by_batch)
    assert layers(choice) == [Limits((0, 7), None)]
    ((first, second),) = (each.alternatives for each in decided(graph, choice))
    assert (first.form, first.taken, second.taken) == ("GRU", "batch <= 7", "else")
    program, _ = run_passes(graph, pipeline(choice))
    assert program is not None


def test_no_branch_where_no_length_tells_them_apart() -> None:
    """The middle one differs: the best on average is taken everywhere."""

    def price(found: list[str], feeds: Feeds) -> float:
        fast = feeds["x"].shape[1] == 4
        return scans_are_fast(found, feeds) if fast else 110.0 - 9 * found.count("GRU")

    choice = tuned(recorded(5), {"batch": [1, 4, 16], "time": 4}, price)
    assert layers(choice) == ["GRU"]


def test_a_branch_by_steps_where_the_batch_is_known() -> None:
    graph = recorded(5, batch=3)
    choice = tuned(
        graph, {"time": [2, 40]}, lambda found, feeds: 10.0 + ("GRU" not in found) * (feeds["x"].shape[0] - 9)
    )
    assert layers(choice) == [Limits(None, (9, ANY))]


def test_time_runs_out() -> None:
    assert tuned(recorded(5, 6), {"batch": 3, "time": 4}, scans_are_fast, seconds=-1.0).forced == {}


def test_limits_between_lengths() -> None:
    assert separating({1, 4}, {16, 64}) == (0, 7)
    assert separating({16, 64}, {1, 4}) == (8, ANY)
    assert separating({1}, {2}) == (0, 1)
    assert separating({2}, {1}) == (2, ANY)
    assert separating({0}, {1}) == (0, 0)
    assert separating({1, 16}, {4}) is None


def test_the_inputs_to_measure_on() -> None:
    graph = recorded(5, lengths=True)
    made = cases(graph, {"batch": [1, 3], "time": 7})
    assert [each.feeds["x"].shape for each in made] == [(7, 1, 4), (7, 3, 4)]
    assert all(each.feeds["n"].max() <= 7 for each in made)
    feeds = {"x": np.zeros((2, 3, 4), np.float32), "n": np.array([2, 1, 0], np.int32)}
    (given,) = cases(graph, feeds)
    assert isinstance(given, Case)
    assert given.lengths == {"time": 2, "batch": 3}
    assert [each.lengths["batch"] for each in cases(graph, [{"batch": 2}, feeds])] == [2, 3]


@pytest.mark.parametrize(
    ("wanted", "error", "message"),
    [
        (7, ArgumentTypeError, "tune is a dict of lengths"),
        ([], ArgumentTypeError, "tune is a dict of lengths"),
        ({"rows": 3}, ArgumentError, "no input has a length called 'rows'"),
        ({"batch": "3"}, ArgumentError, "the length 'batch' can't be '3'"),
        ({"batch": []}, ArgumentError, "the length 'batch' can't be"),
        ({"x": np.zeros((2, 3, 5), np.float32)}, FeedError, "x"),
    ],
)
def test_wishes_that_are_none(wanted: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        cases(recorded(5), wanted)


def test_a_tuned_program_computes_the_same() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["time", "batch", 4], "x")
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(5), x, dtype=tf.float32, time_major=True)
    program = rnn2onnx.compile(graph, outputs, tune={"batch": 2, "time": 3}, tune_seconds=1)
    (decision,) = program.report
    assert all((2, 3) in each.measured for each in decision.alternatives)
    for steps, rows in ((3, 2), (0, 2), (5, 40)):
        feeds = {"x": np.random.default_rng(0).standard_normal((steps, rows, 4)).astype(np.float32)}
        np.testing.assert_allclose(program.run(feeds), program.evaluate(feeds), atol=1e-5)
