"""The numbers of TensorFlow's own tests: all weights 0.5, states 0.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.tf import rnn_cell
from tests.tf.recording import values


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph, tf.variable_scope("root", initializer=tf.constant_initializer(0.5)):
        yield graph


def ones(width: int) -> Any:
    return tf.ones([1, width])


def tenths(width: int) -> Any:
    return tf.fill([1, width], 0.1)


def near(got: Any, want: Any) -> None:
    np.testing.assert_allclose(np.asarray(got).reshape(-1), want, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("depth", "want"), [(2, 0.175991), (3, 0.156736)])
def test_gru(depth: int, want: float) -> None:
    y, _ = rnn_cell.GRUCell(2)(ones(depth), tenths(2))
    near(values(y), [want, want])


def test_stack_of_grus_with_one_state_tensor() -> None:
    stack = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(2) for _ in range(2)], state_is_tuple=False)
    _, state = stack(ones(2), tenths(4))
    near(values(state), [0.175991, 0.175991, 0.13248, 0.13248])


def test_stack_of_grus_with_a_tuple_of_states() -> None:
    stack = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(2) for _ in range(2)])
    y, state = values(stack(ones(2), (tenths(2), tenths(2))))
    near(state[0], [0.175991, 0.175991])
    near(state[1], [0.13248, 0.13248])
    near(y, [0.13248, 0.13248])


LSTM_STACK = [0.68967271, 0.68967271, 0.44848421, 0.44848421, 0.39897051, 0.39897051, 0.24024698, 0.24024698]


def test_stack_of_lstms_with_one_state_tensor() -> None:
    cells = [rnn_cell.BasicLSTMCell(2, state_is_tuple=False) for _ in range(2)]
    y, state = rnn_cell.MultiRNNCell(cells, state_is_tuple=False)(ones(2), tenths(8))
    y, state = values((y, state))
    near(y, [0.24024698, 0.24024698])
    near(state, LSTM_STACK)


def test_stack_of_lstms_with_tuples_of_states() -> None:
    stack = rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(2) for _ in range(2)])
    _, state = stack(ones(2), tuple((tenths(2), tenths(2)) for _ in range(2)))
    assert [type(part) for part in state] == [rnn_cell.LSTMStateTuple] * 2
    near(np.concatenate(tf.nest.flatten(values(state)), 1), LSTM_STACK)


@pytest.mark.parametrize("keep", [1, 1.0, "constant"])
def test_dropout_that_keeps_everything(keep: Any) -> None:
    keep = tf.constant(1.0) if keep == "constant" else keep
    cell = rnn_cell.DropoutWrapper(rnn_cell.LSTMCell(3), keep, keep, keep)
    state = rnn_cell.LSTMStateTuple(tenths(3), tenths(3))
    first, state = cell(2.0 * ones(3), state)
    second, state = cell(ones(3), state)
    first, second, state = values((first, second, state))
    near(first, [0.751109] * 3)
    near(second, [0.895509] * 3)
    near(state.c, [1.949385] * 3)
    near(state.h, [0.895509] * 3)


def test_one_set_of_weights_serves_both_steps() -> None:
    cell = rnn_cell.LSTMCell(3)
    _, state = cell(ones(3), (tenths(3), tenths(3)))
    cell(ones(3), state)
    assert list(tf.get_default_graph().variables) == ["root/lstm_cell/kernel", "root/lstm_cell/bias"]
