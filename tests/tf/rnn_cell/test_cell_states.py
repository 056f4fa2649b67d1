"""Sizes and initial states of cells."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.tf import rnn_cell as rnn
from rnn2onnx.tf.rnn_cell import LSTMStateTuple, _concat, _zero_state_tensors
from tests.tf.recording import values


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


SIZES: list[tuple[Any, Any, Any]] = [
    (lambda: rnn.BasicRNNCell(3), 3, 3),
    (lambda: rnn.GRUCell(3), 3, 3),
    (lambda: tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(3), 3, 3),
    (lambda: rnn.BasicLSTMCell(3), LSTMStateTuple(3, 3), 3),
    (lambda: rnn.BasicLSTMCell(3, state_is_tuple=False), 6, 3),
    (lambda: rnn.LSTMCell(3), LSTMStateTuple(3, 3), 3),
    (lambda: rnn.LSTMCell(3, num_proj=2), LSTMStateTuple(3, 2), 2),
    (lambda: rnn.LSTMCell(3, num_proj=2, state_is_tuple=False), 5, 2),
    (lambda: rnn.MultiRNNCell([rnn.GRUCell(3), rnn.LSTMCell(2)]), (3, LSTMStateTuple(2, 2)), 2),
    (lambda: rnn.MultiRNNCell([rnn.GRUCell(3), rnn.GRUCell(2)], state_is_tuple=False), 5, 2),
    (lambda: rnn.DropoutWrapper(rnn.LSTMCell(3)), LSTMStateTuple(3, 3), 3),
    (lambda: rnn.ResidualWrapper(rnn.GRUCell(3)), 3, 3),
    (lambda: rnn.DeviceWrapper(rnn.GRUCell(3), "/gpu:0"), 3, 3),
    (lambda: rnn.LSTMCell(3, num_proj=0), LSTMStateTuple(3, 3), 3),
]
NO_COLUMNS = len(SIZES) - 1
"""The cell whose sizes TensorFlow gives as those of a cell without projection, but which can't take a step."""


@pytest.mark.parametrize("case", range(len(SIZES)))
def test_sizes_and_zero_states_have_the_cells_structure(case: int) -> None:
    make, state_size, output_size = SIZES[case]
    cell = make()
    assert cell.state_size == state_size
    assert cell.output_size == output_size
    for state in (cell.zero_state(4, tf.float64), cell.get_initial_state(batch_size=4, dtype=tf.float64)):
        tf.nest.assert_same_structure(state, state_size)
        assert [leaf.shape.as_list() for leaf in tf.nest.flatten(state)] == [
            [4, n] for n in tf.nest.flatten(state_size)
        ]
        for leaf in tf.nest.flatten(values(state)):
            assert leaf.dtype == np.float64
            assert not leaf.any()


@pytest.mark.parametrize("case", [case for case in range(len(SIZES)) if case != NO_COLUMNS])
def test_a_step_gives_back_the_cells_structure(case: int) -> None:
    make, state_size, output_size = SIZES[case]
    cell = make()
    x = tf.placeholder(tf.float32, [None, 3])
    y, state = cell(x, cell.get_initial_state(x))
    assert y.shape.as_list() == [None, output_size]
    tf.nest.assert_same_structure(state, state_size)
    assert [leaf.shape.as_list() for leaf in tf.nest.flatten(state)] == [[None, n] for n in tf.nest.flatten(state_size)]


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("shape", [[], [1]])
def test_the_batch_size_may_be_a_tensor(shape: list[int], dtype: str) -> None:
    batch = tf.placeholder(dtype, shape, name="batch")
    state = rnn.GRUCell(3).zero_state(batch, tf.float32)
    assert state.shape.as_list() == [None, 3]
    assert values(state, {"batch": np.full(shape, 5, dtype)}).shape == (5, 3)


def test_the_batch_size_may_be_a_length_of_the_input() -> None:
    x = tf.placeholder(tf.float32, [None, 7], name="x")
    state = rnn.LSTMCell(3).zero_state(tf.shape(x)[0], tf.float32)
    assert state.c.dims[0] == x.dims[0]
    assert values(state.c, {"x": np.zeros((6, 7))}).shape == (6, 3)


@pytest.mark.parametrize("batch", [4, np.int64(4), tf.Dimension(4)])
def test_a_static_batch_size_gives_a_constant(batch: Any) -> None:
    state = rnn.GRUCell(3).zero_state(batch, "float32")
    assert state.shape.as_list() == [4, 3]
    assert state.recorded.op.kind.name in ("const", "expand")


def test_a_constant_tensor_of_the_batch_size_is_known() -> None:
    assert rnn.GRUCell(3).zero_state(tf.constant(4), tf.float32).shape.as_list() == [4, 3]


def test_units_may_be_a_dimension_of_another_tensor() -> None:
    units = tf.placeholder(tf.float32, [2, 3]).shape[1]
    for cell in (rnn.BasicRNNCell(units), rnn.GRUCell(units), rnn.LSTMCell(units), rnn.BasicLSTMCell(units)):
        y, _ = cell(tf.ones([2, 4]), cell.zero_state(2, tf.float32))
        assert y.shape.as_list() == [2, 3]


def test_state_sizes_may_be_shapes_and_nests() -> None:
    Pair = collections.namedtuple("Pair", ["a", "b"])
    sizes = {"m": Pair(tf.TensorShape([2, 3]), [4, ()]), "k": tf.Dimension(5)}
    state = _zero_state_tensors(sizes, 6, tf.float32)
    assert state["m"].a.shape.as_list() == [6, 2, 3]
    assert state["m"].b[0].shape.as_list() == [6, 4]
    assert state["m"].b[1] == ()
    assert state["k"].shape.as_list() == [6, 5]


def test_a_scalar_state_is_a_vector_of_the_batch() -> None:
    assert _zero_state_tensors(tf.TensorShape([]), 6, tf.int32).shape.as_list() == [6]


def test_concat_of_sizes() -> None:
    batch = tf.placeholder(tf.int32, [], name="batch")
    assert _concat(3, 4, static=True) == [3, 4]
    assert _concat(3, tf.TensorShape([None, 2]), static=True) == [3, None, 2]
    assert _concat(3, tf.TensorShape(None), static=True) is None
    assert _concat(batch, 4, static=True) == [None, 4]
    assert _concat(tf.constant([2, 3]), 4, static=True) == [2, 3, 4]
    np.testing.assert_array_equal(values(_concat(batch, [4, 5]), {"batch": np.int32(2)}), [2, 4, 5])
    with pytest.raises(ValueError, match="Prefix or suffix can't be None"):
        _concat(3, tf.TensorShape([None]))
    with pytest.raises(ValueError, match="Prefix tensor must be either a scalar or vector"):
        _concat(tf.placeholder(tf.int32, [1, 1]), 3)


@pytest.mark.parametrize("batch", [None, tf.Dimension(None)])
def test_an_unknown_batch_size_is_an_error(batch: Any) -> None:
    with pytest.raises(ValueError, match="Prefix or suffix can't be None"):
        rnn.GRUCell(3).zero_state(batch, tf.float32)


def test_initial_states_follow_the_inputs() -> None:
    cell = rnn.GRUCell(3)
    x = tf.placeholder(tf.float64, [None, 2], name="x")
    state = cell.get_initial_state(x)
    assert (state.dtype, state.shape.as_list()) == (tf.float64, [None, 3])
    assert values(state, {"x": np.zeros((4, 2))}).shape == (4, 3)
    assert cell.get_initial_state(inputs=tf.zeros([5, 2])).shape.as_list() == [5, 3]
    assert cell.get_initial_state(tf.zeros([5, 2]), tf.constant(5), tf.float32).shape.as_list() == [5, 3]
    assert cell.get_initial_state(x, tf.placeholder(tf.int32, []), tf.float64).shape.as_list() == [None, 3]


def test_initial_states_that_contradict_the_inputs_are_errors() -> None:
    cell = rnn.GRUCell(3)
    x = tf.placeholder(tf.float32, [4, 2])
    with pytest.raises(ValueError, match="batch size from input tensor is different from the input param"):
        cell.get_initial_state(inputs=x, batch_size=5)
    with pytest.raises(ValueError, match="dtype from input tensor is different from the input param"):
        cell.get_initial_state(inputs=x, dtype=tf.float64)
    for known in ({}, {"batch_size": 3}, {"dtype": tf.float32}):
        with pytest.raises(ValueError, match="batch_size and dtype cannot be None"):
            cell.get_initial_state(**known)


def test_a_state_tuple_has_the_dtype_of_both() -> None:
    c, h = tf.zeros([2]), tf.zeros([2], tf.float64)
    assert LSTMStateTuple(c, c).dtype == tf.float32
    with pytest.raises(TypeError, match="Inconsistent dtypes for internal state"):
        _ = LSTMStateTuple(c, h).dtype


def test_a_stack_takes_cells_that_only_have_initial_states() -> None:
    class Plain:
        state_size = output_size = 3

        def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
            return tf.ones([batch_size, 3], dtype)

        def __call__(self, inputs: Any, state: Any) -> Any:
            return state + inputs, state + inputs

    stack = rnn.MultiRNNCell([Plain(), rnn.ResidualWrapper(Plain())])
    state = stack.zero_state(2, tf.float32)
    y, _ = stack(tf.ones([2, 3]), state)
    np.testing.assert_array_equal(values(y), np.full((2, 3), 5.0))
