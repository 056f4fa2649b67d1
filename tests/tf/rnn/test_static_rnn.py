"""What the static functions record: one recurrence where the steps are alike, and as few as possible elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.ir import Op, walk
from rnn2onnx.tf.recording.graph import get_default_graph
from tests.tf.rnn.onnx_nodes import nodes

X = np.random.default_rng(0).standard_normal((3, 6, 2)).astype("float32")


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


def steps(count: int = 6, batch: Any = None) -> list[Any]:
    return list(tf.unstack(tf.placeholder(tf.float32, [batch, count, 2], "x"), count, 1))


def lengths() -> Any:
    return tf.placeholder(tf.int32, [None], "n")


def recorded(kind: str) -> list[Op]:
    return [op for op in walk(get_default_graph().builder.root) if op.kind.name == kind]


CELLS = {
    "lstm": lambda: tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True),
    "layers": lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.LSTMCell(2)]),
    "residual": lambda: tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.BasicRNNCell(2)),
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("count", [1, 2, 6])
def test_any_number_of_steps_is_one_recurrence(cell: Any, masked: bool, count: int) -> None:
    tf.nn.static_rnn(cell(), steps(count), dtype=tf.float32, sequence_length=lengths() if masked else None)
    (only,) = recorded("recur")
    assert only.attrs["lengths"] == masked
    assert len(recorded("matmul")) == sum(op.kind.name == "matmul" for op in only.blocks[0].ops)


def test_each_direction_is_one_recurrence() -> None:
    cells = tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.GRUCell(3)
    tf.nn.static_bidirectional_rnn(*cells, steps(), dtype=tf.float32, sequence_length=lengths())
    assert [op.attrs["reverse"] for op in recorded("recur")] == [False, True]
    assert not recorded("reverse_sequence")


def test_variables_made_in_the_first_call_only_leave_the_steps_alike() -> None:
    class Own(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs: Any, state: Any) -> Any:
            start = tf.zeros([2, 2]) + 0.5
            new = tf.tanh(tf.matmul(inputs, tf.get_variable("w", initializer=start)) + tf.layers.dense(state, 2))
            return new, new

    tf.nn.static_rnn(Own(), steps(), dtype=tf.float32)
    assert len(recorded("recur")) == 1


def test_large_arrays_in_the_cell_leave_the_steps_alike() -> None:
    class Fixed(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 100

        def call(self, inputs: Any, state: Any) -> Any:
            new = tf.tanh(tf.matmul(inputs, np.ones([2, 100], np.float32)) + state)
            return new, new

    tf.nn.static_rnn(Fixed(), steps(), dtype=tf.float32)
    assert len(recorded("recur")) == 1


def test_a_loop_in_the_cell_leaves_the_steps_alike() -> None:
    class Inner(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs: Any, state: Any) -> Any:
            _, new = tf.while_loop(lambda i, _: i < 3, lambda i, h: (i + 1, tf.tanh(h + inputs)), (0, state))
            return new, new

    tf.nn.static_rnn(Inner(), steps(), dtype=tf.float32)
    assert len(recorded("recur")) == 1


class Scheduled(tf.nn.rnn_cell.RNNCell):
    """Scales by what a list says for each call."""

    state_size = output_size = 2

    def __init__(self, *scales: float) -> None:
        super().__init__()
        self.scales = list(scales)

    def call(self, inputs: Any, state: Any) -> Any:
        new = tf.tanh(inputs + self.scales.pop(0) * state)
        return new, new


def test_the_cell_is_called_once_a_step() -> None:
    cell = Scheduled(*range(8))
    tf.nn.static_rnn(cell, steps(), dtype=tf.float32)
    assert cell.scales == [6, 7]


def test_only_a_step_that_differs_stands_alone() -> None:
    tf.nn.static_rnn(Scheduled(2, 2, 2, 3, 1, 1), steps(), dtype=tf.float32)
    assert len(recorded("recur")) == 2
    assert len(recorded("tanh")) == 3


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("scales", [(2, 2, 2, 3, 1, 1), (1, 2, 2, 2, 2, 2), (1, 2, 3, 4, 5, 6)])
def test_recurrences_one_after_the_other_know_where_rows_end(scales: tuple[float, ...], reverse: bool) -> None:
    n = lengths()
    cells = Scheduled(*scales), Scheduled(*scales)
    outputs, forward, backward = tf.nn.static_bidirectional_rnn(*cells, steps(), dtype=tf.float32, sequence_length=n)
    program = rnn2onnx.compile(get_default_graph(), [tf.stack(outputs, 1), forward, backward])
    ends = np.array([6, 2, 0], np.int32)
    for found in (program.run({"x": X, "n": ends}), program.evaluate({"x": X, "n": ends}, float64=False)):
        for row, end in enumerate(ends):
            order = range(end)[::-1] if reverse else range(end)
            state, half = np.zeros(2, np.float32), slice(2, 4) if reverse else slice(2)
            for scale, step in zip(scales, order, strict=False):
                state = np.tanh(X[row, step] + scale * state)
                np.testing.assert_allclose(found[0][row, step, half], state, atol=1e-6)
            assert not found[0][row, end:].any()
            np.testing.assert_allclose(found[2 if reverse else 1][row], state, atol=1e-6)


def test_static_and_dynamic_become_the_same_operators() -> None:
    x = tf.placeholder(tf.float32, [None, 6, 2], "x")
    n = lengths()
    cell = tf.nn.rnn_cell.LSTMCell(3)
    static, _ = tf.nn.static_rnn(cell, tf.unstack(x, 6, 1), dtype=tf.float32, sequence_length=n)
    dynamic, _ = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    program = rnn2onnx.compile(get_default_graph(), [tf.stack(static, 1), dynamic])
    assert [node.op_type for node in nodes(program)].count("LSTM") >= 1
    assert not {"Sigmoid", "Tanh"} & {node.op_type for node in nodes(program)}
    first, second = program.run({"x": X, "n": np.array([9, 0, 3], np.int32)})
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_static_layers_are_native_in_both_directions() -> None:
    cells = tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.LSTMCell(3)
    outputs, *_ = tf.nn.static_bidirectional_rnn(*cells, steps(), dtype=tf.float32, sequence_length=lengths())
    made = nodes(rnn2onnx.compile(get_default_graph(), tf.stack(outputs)))
    assert {node.attributes["direction"] for node in made if node.op_type == "LSTM"} == {"forward", "reverse"}
    assert "ReverseSequence" not in {node.op_type for node in made}


def test_a_length_outside_the_list_counts_as_its_end_or_as_none() -> None:
    cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.GRUCell(3)
    found = tf.nn.static_bidirectional_rnn(*cells, steps(), dtype=tf.float32, sequence_length=lengths())
    program = rnn2onnx.compile(get_default_graph(), found)
    outside = tf.nest.flatten(program.run({"x": X, "n": np.array([9, -1, 3], np.int32)}))
    inside = tf.nest.flatten(program.run({"x": X, "n": np.array([6, 0, 3], np.int32)}))
    for a, b in zip(outside, inside, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_output_of_another_dtype_is_refused_with_lengths() -> None:
    class Wide(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs: Any, state: Any) -> Any:
            return tf.cast(inputs, tf.float64), state

    with pytest.raises(Rnn2OnnxError, match="float64 that does not match type float32"):
        tf.nn.static_rnn(Wide(), steps(), dtype=tf.float32, sequence_length=lengths())


def test_a_value_kept_from_inside_a_step_is_refused_where_it_is_used() -> None:
    kept = []

    class Leaking(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs: Any, state: Any) -> Any:
            kept.append(tf.tanh(state))
            return inputs, state + inputs

    tf.nn.static_rnn(Leaking(), steps(), dtype=tf.float32)
    with pytest.raises(Rnn2OnnxError, match="Return it from that body"):
        tf.stack(kept)


def test_the_names_before_tensorflow_1() -> None:
    outputs, _ = tf.nn.rnn(tf.nn.rnn_cell.GRUCell(3), steps(), dtype=tf.float32)
    assert len(outputs) == 6
    assert tf.nn.bidirectional_rnn is tf.nn.static_bidirectional_rnn
    assert tf.nn.state_saving_rnn is tf.nn.static_state_saving_rnn
