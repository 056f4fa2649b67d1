"""Files of targets: what one says is what it was; what is wrong with another is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.targets import ONNXRUNTIME, described, load, written


def facts(**changes: Any) -> dict[str, Any]:
    return {**described(ONNXRUNTIME), **changes}


def costs(**changes: Any) -> dict[str, Any]:
    return {**described(ONNXRUNTIME)["costs"], **changes}


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    mine = replace(ONNXRUNTIME, name="mine", pack_rows=3, costs=replace(ONNXRUNTIME.costs, node=0.5))
    (tmp_path / "mine.json").write_bytes(written(mine, machine={"processor": "a fast one"}))
    assert load(str(tmp_path / "mine.json")) == mine


def test_what_a_file_does_not_limit_is_as_on_onnxruntime(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(facts(name="mine", limits={"pack_rows": 5})))
    assert load(str(path)) == replace(ONNXRUNTIME, name="mine", pack_rows=5)


def test_a_name() -> None:
    assert load("onnxruntime") is ONNXRUNTIME


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON"),
        ("[]", 'does not say "format": "rnn2onnx target"'),
        (json.dumps({"format": "rnn2onnx target"}), "does not say name, costs"),
        (json.dumps(facts(costs=3)), "has no table of costs"),
        (json.dumps(facts(costs={})), "does not say costs.call, costs.node, "),
        (json.dumps(facts(costs=costs(numbers={}))), "does not say costs.numbers.other"),
        (json.dumps(facts(costs=costs(native_step={"gru": 1}))), "does not say costs.native_step.lstm"),
        (json.dumps(facts(costs=costs(node="much"))), "says 'much' for costs.node, which is no number of 0 or more"),
        (json.dumps(facts(costs=costs(node=-1))), "says -1 for costs.node"),
        (json.dumps(facts(costs=costs(cache=1e300))), "says 1e+300 for costs.cache"),
        (json.dumps(facts(costs=costs(node=float("nan")))), "says nan for costs.node"),
        (json.dumps(facts(limits={"pack_rows": float("inf")})), "says inf for limits.pack_rows"),
        (json.dumps(facts(costs=costs(node=True))), "says True for costs.node"),
        (json.dumps(facts(costs=costs(flops=0))), "says 0 for costs.flops, which is a rate"),
        (json.dumps(facts(costs=costs(more=2))), "has no table of numbers in costs.more"),
        (json.dumps(facts(limits={"rows": 3})), "has limits that there are not: rows"),
        (json.dumps(facts(limits=7)), "has no table of limits"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(ArgumentError) as raised:
        load(str(path))
    assert message in raised.value.message
    assert "rnn2onnx tune" in raised.value.message


def test_there_is_no_such_target(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"there is no target 'onyx'; there is: 'onnxruntime', or a file.json"):
        load("onyx")
    with pytest.raises(ArgumentError, match="can't be read: No such file"):
        load(str(tmp_path / "none.json"))


def test_compiled_for_a_file(tmp_path: Path) -> None:
    """Where a native layer takes for ever, there is a Scan."""
    slow = {"gru": 1e6, "lstm": 1e6, "rnn": 1e6}
    target = replace(ONNXRUNTIME, name="mine", costs=replace(ONNXRUNTIME.costs, native_step=slow))
    (tmp_path / "mine.json").write_bytes(written(target))
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["batch", "time", 4], "x")
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), x, dtype=tf.float32)
    assert [each.became for each in rnn2onnx.compile(graph, outputs).report] == ["LSTM"]
    made = rnn2onnx.compile(graph, outputs, target=tmp_path / "mine.json")
    assert [each.became for each in made.report] == ["Scan"]
    assert made.report.target == "mine"


ENDS = {"pack_rows": (0, 1), "pack_share": (0, 2, 1e15), "pack_sort": (0, 1e15), "pack_tile": (0, 1e15)}
ENDS |= {"pack_weights": (0,), "twice_weights": (0,), "inside_numbers": (0, 1e15), "inside_rows": (0,)}


@pytest.mark.parametrize(("limit", "value"), [(name, value) for name, values in ENDS.items() for value in values])
def test_the_least_and_the_greatest_that_a_file_can_say(tmp_path: Path, limit: str, value: float) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(facts(limits={"pack_rows": 2, "pack_sort": 0, limit: value})))
    graph = tf.Graph()
    with graph.as_default():
        x, n = tf.placeholder(tf.float32, [None, None, 4], "x"), tf.placeholder(tf.int32, [None], "n")
        ended, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), x, n, dtype=tf.float32, scope="ended")
        whole, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(4), x, dtype=tf.float32, scope="whole")
    program = rnn2onnx.compile(graph, [ended, whole], target=tmp_path / "mine.json")
    rng = np.random.default_rng(0)
    for rows, steps in ((1, 3), (6, 70), (0, 2), (5, 0)):
        given = {
            "x": rng.standard_normal((rows, steps, 4)).astype(np.float32),
            "n": rng.integers(-1, 80, rows, np.int32),
        }
        for found, want in zip(program.run(given), program.evaluate(given), strict=True):
            np.testing.assert_allclose(found, want, atol=1e-5)
