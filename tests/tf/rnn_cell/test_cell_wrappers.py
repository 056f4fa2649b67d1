"""Wrappers: what they add to a cell, and what they leave as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.tf import rnn_cell as rnn
from tests.tf.recording import random_weights, values


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


X = np.random.default_rng(3).standard_normal((2, 3)).astype("float32")


def x() -> Any:
    return tf.placeholder(tf.float32, [None, 3], name="x")


def test_residual_adds_the_input_to_the_output_and_leaves_the_state() -> None:
    cell = rnn.GRUCell(3)
    given, state = x(), tf.ones([2, 3])
    plain = cell(given, state)
    wrapped = rnn.ResidualWrapper(cell)(given, state)
    plain, wrapped = values((plain, wrapped), {"x": X}, random_weights())
    np.testing.assert_array_equal(wrapped[0], X + plain[0])
    np.testing.assert_array_equal(wrapped[1], plain[1])


def test_residual_function_gets_inputs_and_outputs() -> None:
    cell = rnn.GRUCell(2)
    given, state = x(), tf.ones([2, 2])
    plain, _ = cell(given, state)
    wrapped, _ = rnn.ResidualWrapper(cell, residual_fn=lambda i, o: i[:, :2] * o)(given, state)
    plain, wrapped = values((plain, wrapped), {"x": X}, random_weights())
    np.testing.assert_array_equal(wrapped, X[:, :2] * plain)


class Both(rnn.RNNCell):
    """Gives a pair and takes one."""

    state_size = 1
    output_size = (3, 3)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        return (2.0 * inputs[0], 3.0 * inputs[1]), state


def test_residual_adds_leaf_by_leaf() -> None:
    given = x()
    outputs, _ = rnn.ResidualWrapper(Both())((given, given), tf.zeros([2, 1]))
    first, second = values(outputs, {"x": X})
    np.testing.assert_array_equal(first, X + 2 * X)
    np.testing.assert_array_equal(second, X + 3 * X)


def test_residual_refuses_other_shapes_and_structures() -> None:
    with pytest.raises(ValueError, match=r"Shapes \(2, 3\) and \(2, 5\) are incompatible"):
        rnn.ResidualWrapper(rnn.GRUCell(5))(tf.zeros([2, 3]), tf.zeros([2, 5]))
    with pytest.raises(TypeError, match="don't have the same nested structure"):
        rnn.ResidualWrapper(Both())([x(), x()], tf.zeros([2, 1]))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda cell: rnn.DeviceWrapper(cell, "/gpu:0"),
        lambda cell: rnn.DropoutWrapper(cell),
        lambda cell: rnn.DropoutWrapper(cell, 0.5, 0.6, 0.7, inference=True),
        lambda cell: rnn.DropoutWrapper(cell, tf.placeholder(tf.float32, []), inference=True),
        lambda cell: rnn.DropoutWrapper(
            cell, 0.5, variational_recurrent=True, input_size=3, dtype=tf.float32, seed=1, inference=True
        ),
        lambda cell: rnn.DropoutWrapper(cell, dropout_state_filter_visitor=lambda state: True),
    ],
)
def test_device_and_dropout_at_inference_record_nothing(wrap: Any) -> None:
    cell = rnn.LSTMCell(3)
    given, state = x(), (tf.ones([2, 3]), tf.ones([2, 3]))
    plain = cell(given, state)
    wrapped = wrap(cell)(given, state)
    assert [leaf.recorded for leaf in tf.nest.flatten(wrapped)] == [leaf.recorded for leaf in tf.nest.flatten(plain)]


@pytest.mark.parametrize("name", ["input_keep_prob", "output_keep_prob", "state_keep_prob"])
def test_dropout_that_drops_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}=0.5 drops values at random.*inference=True"):
        rnn.DropoutWrapper(rnn.GRUCell(2), **{name: 0.5})
    with pytest.raises(ValueError, match="inference=True"):
        rnn.DropoutWrapper(rnn.GRUCell(2), **{name: tf.placeholder(tf.float32, [])})


@pytest.mark.parametrize("name", ["input_keep_prob", "output_keep_prob", "state_keep_prob"])
@pytest.mark.parametrize("value", [1.5, -1, -0.001, float("nan")])
def test_keep_probabilities_are_between_zero_and_one(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"Parameter {name} must be between 0 and 1. Received {value}"):
        rnn.DropoutWrapper(rnn.GRUCell(2), inference=True, **{name: value})


def test_variational_dropout_says_what_it_needs() -> None:
    with pytest.raises(ValueError, match="When variational_recurrent=True, dtype must be provided"):
        rnn.DropoutWrapper(rnn.GRUCell(2), variational_recurrent=True)
    with pytest.raises(ValueError, match="input_size must be provided"):
        rnn.DropoutWrapper(rnn.GRUCell(2), 0.5, variational_recurrent=True, dtype=tf.float32)
    assert rnn.DropoutWrapper(rnn.GRUCell(2), variational_recurrent=True, dtype=tf.float32).output_size == 2


def test_dropout_refuses_a_visitor_that_cannot_be_called() -> None:
    with pytest.raises(TypeError, match=r"dropout_state_filter_visitor must be callable\. Received: 3"):
        rnn.DropoutWrapper(rnn.GRUCell(2), dropout_state_filter_visitor=3)


@pytest.mark.parametrize("wrap", [rnn.DropoutWrapper, rnn.ResidualWrapper, lambda cell: rnn.DeviceWrapper(cell, "")])
def test_wrappers_take_cells_only(wrap: Any) -> None:
    with pytest.raises(TypeError, match="is not an RNNCell: 'output_size' property is missing"):
        wrap(3)


def test_dropout_shows_the_cell_inside() -> None:
    cell = rnn.BasicRNNCell(10)
    wrapper = rnn.DropoutWrapper(cell)
    assert wrapper.wrapped_cell is wrapper.cell is cell
    wrapper.build((None, 3))
    assert [weight.op.name for weight in cell.variables] == ["basic_rnn_cell/kernel", "basic_rnn_cell/bias"]


def test_a_wrapper_takes_the_zero_state_of_the_cell_inside() -> None:
    class Ones(rnn.BasicRNNCell):
        def zero_state(self, batch_size: Any, dtype: Any) -> Any:
            return tf.ones([batch_size, 2], dtype)

    for wrap in (rnn.DropoutWrapper, rnn.ResidualWrapper, lambda cell: rnn.DeviceWrapper(cell, "/cpu:0")):
        np.testing.assert_array_equal(values(wrap(Ones(2)).zero_state(3, tf.float32)), np.ones((3, 2)))
