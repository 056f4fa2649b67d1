"""What a recurrence with attention scores is recorded as, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import deepctr, tf
from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.ir import Block, Op

CELLS = {"agru": deepctr.contrib.utils.QAAttGRUCell, "augru": deepctr.contrib.utils.VecAttGRUCell}
every_cell = pytest.mark.parametrize("cell", CELLS)


def attended(cell: str, steps: Any = "time", **options: Any) -> tuple[tf.Graph, Any]:
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, ["batch", "time", 3], "x")
        scores = tf.placeholder(tf.float32, ["batch", steps, 1], "a")
        n = tf.placeholder(tf.int32, ["batch"], "n")
        return graph, deepctr.contrib.rnn.dynamic_rnn(CELLS[cell](4), x, scores, n, dtype=tf.float32, **options)


def batch(rows: int, steps: int, scores: int | None = None) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "x": rng.standard_normal((rows, steps, 3), np.float32),
        "a": rng.uniform(0, 1, (rows, steps if scores is None else scores, 1)).astype("float32"),
        "n": rng.integers(-1, steps + 2, rows).astype("int32"),
    }


def ops(block: Block) -> Iterator[Op]:
    for op in block.ops:
        yield op
        for body in op.blocks:
            yield from ops(body)


@every_cell
def test_it_is_one_recurrence_over_inputs_and_scores(cell: str) -> None:
    program = rnn2onnx.compile(*attended(cell))
    (recur,) = (op for op in ops(program.graph.block) if op.kind.name == "recur")
    assert [value.type.shape for value in recur.blocks[0].params] == [("batch", 4), ("batch", 3), ("batch", 1)]


@every_cell
def test_only_what_depends_on_the_state_stays_in_the_scan(cell: str) -> None:
    program = rnn2onnx.compile(*attended(cell))
    assert [decision.became for decision in program.report] == ["Scan"]
    scans = [op for op in ops(program.lowered.block) if op.kind.name == "scan"]
    inside = [[op.operands[1].type.shape for op in ops(scan.blocks[0]) if op.kind.name == "matmul"] for scan in scans]
    # A product for each gate that is used: the update gate of agru is not. Of many rows a step reads the inputs too.
    assert [(4, 4)] * (2 if cell == "agru" else 3) in inside
    shapes = {op.operands[1].type.shape for op in ops(program.lowered.block) if op.kind.name == "matmul"}
    assert {(3, 4), (3, 8)} <= shapes


@every_cell
def test_scores_of_the_same_length_by_name_are_not_cut(cell: str) -> None:
    same, unknown = (rnn2onnx.compile(*attended(cell, steps)) for steps in ("time", None))
    feeds = batch(3, 5)
    for got, want in zip(same.run(feeds), unknown.run(feeds), strict=True):
        np.testing.assert_array_equal(got, want)
    counts = [sum(op.kind.name == "gather" for op in program.lowered.block.ops) for program in (same, unknown)]
    assert counts[0] < counts[1]


@every_cell
@pytest.mark.parametrize("scores", [0, 1, 4])
def test_fewer_scores_than_steps_fail_when_it_runs(cell: str, scores: int) -> None:
    program = rnn2onnx.compile(*attended(cell, None))
    with pytest.raises(Rnn2OnnxError):
        program.run(batch(3, 5, scores))


@every_cell
@pytest.mark.parametrize(("rows", "steps", "scores"), [(3, 0, 0), (3, 0, 2), (0, 5, 5), (0, 0, 0), (1, 1, 1)])
def test_no_steps_and_no_rows(cell: str, rows: int, steps: int, scores: int) -> None:
    program = rnn2onnx.compile(*attended(cell, None))
    feeds = batch(rows, steps, scores)
    for got, meant in zip(program.run(feeds), program.evaluate(feeds), strict=True):
        assert got.shape == meant.shape
        np.testing.assert_allclose(got, meant, rtol=1e-5, atol=1e-6)
    outputs, state = program.run(feeds)
    assert (outputs.shape, state.shape) == ((rows, steps, 4), (rows, 4))


@every_cell
def test_in_float64_and_float32_alike(cell: str) -> None:
    program = rnn2onnx.compile(*attended(cell))
    feeds = batch(9, 30)
    for got, exact in zip(program.run(feeds), program.evaluate(feeds, float64=True), strict=True):
        np.testing.assert_allclose(got, exact, rtol=1e-5, atol=2e-6)


@every_cell
def test_one_cell_over_two_walks_keeps_its_variables(cell: str) -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2, 5, 3], "x")
        scores = tf.placeholder(tf.float32, [2, 5, 1], "a")
        made = CELLS[cell](4)
        for scope in ("first", "second"):
            deepctr.contrib.rnn.dynamic_rnn(made, x, scores, dtype=tf.float32, scope=scope)
        assert {variable.op.name.partition("/")[0] for variable in tf.global_variables()} == {"first"}


class KerasLike:
    """A cell as Keras has them: it makes its first state itself, and has no ``zero_state``."""

    state_size = output_size = 2

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        return tf.zeros([batch_size, 2])

    def __call__(self, inputs: Any, state: Any) -> Any:
        return state, state


@pytest.mark.parametrize("cell", [None, "gru", KerasLike(), CELLS["agru"]])
def test_what_is_no_cell(cell: Any) -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, None, 3], "x")
        with pytest.raises(TypeError, match="cell must be an instance of RNNCell"):
            deepctr.contrib.rnn.dynamic_rnn(cell, x, dtype=tf.float32)
