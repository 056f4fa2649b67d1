"""What cells refuse: TensorFlow's classes and words, at the user's line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.tf import rnn_cell as rnn
from rnn2onnx.tf.rnn_cell import assert_like_rnncell


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


def f32(*shape: int | None) -> Any:
    return tf.placeholder(tf.float32, shape)


def i32(*shape: int | None) -> Any:
    return tf.placeholder(tf.int32, shape)


class Nothing:
    def __repr__(self) -> str:
        return "nothing"


class Almost:
    output_size = state_size = 3

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        return tf.zeros([batch_size, 3], dtype)

    def __repr__(self) -> str:
        return "almost"


class Pair(rnn.RNNCell):
    """Gives a pair whatever it takes."""

    state_size = 3
    output_size = (3, 3)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        return (state, state), state


def test_all_that_is_missing_is_said_in_tensorflows_words() -> None:
    with pytest.raises(TypeError) as caught:
        assert_like_rnncell("cell_fw", Nothing())
    assert str(caught.value).splitlines()[0] == (
        "The argument 'cell_fw' (nothing) is not an RNNCell: 'output_size' property is missing, "
        "'state_size' property is missing, either 'zero_state' or 'get_initial_state' method is required, "
        "is not callable."
    )


def test_only_what_is_missing_is_said() -> None:
    with pytest.raises(TypeError) as caught:
        assert_like_rnncell("cell", Almost())
    assert str(caught.value).splitlines()[0] == "The argument 'cell' (almost) is not an RNNCell: is not callable."


def test_what_is_like_a_cell_passes_and_its_class_does_not() -> None:
    assert assert_like_rnncell("cell", rnn.GRUCell(3)) is None
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'self'"):
        assert_like_rnncell("cell", rnn.GRUCell)


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "integer input": (lambda: rnn.GRUCell(3)(i32(2, 3), f32(2, 3)), ValueError, "only supports floating point inputs"),
    "integer state": (lambda: rnn.GRUCell(3)(f32(2, 3), i32(2, 3)), ValueError, "received dtype: <dtype: 'int32'>"),
    "integer basic": (
        lambda: rnn.BasicRNNCell(3)(i32(2, 3), f32(2, 3)),
        ValueError,
        "received dtype: <dtype: 'int32'>",
    ),
    "integer lstm": (
        lambda: rnn.LSTMCell(3)(i32(2, 3), (f32(2, 3), f32(2, 3))),
        ValueError,
        "RNN cell only supports floating point inputs, but received dtype: <dtype: 'int32'>",
    ),
    "integer basic lstm": (
        lambda: rnn.BasicLSTMCell(3)(i32(2, 3), (f32(2, 3), f32(2, 3))),
        ValueError,
        "RNN cell only supports floating point inputs, but received dtype: <dtype: 'int32'>",
    ),
    "integer dtype": (lambda: rnn.LSTMCell(3, dtype=tf.int64), ValueError, "received dtype: <dtype: 'int64'>"),
    "unknown depth": (
        lambda: rnn.LSTMCell(3)(f32(2, None), (f32(2, 3), f32(2, 3))),
        ValueError,
        r"Expected inputs.shape\[-1\] to be known, received shape: \(2, None\)",
    ),
    "build of unknown depth": (
        lambda: rnn.GRUCell(3).build((None, None)),
        ValueError,
        r"Expected inputs.shape\[-1\] to be known, received shape: \(None, None\)",
    ),
    "input of rank 3": (
        lambda: rnn.LSTMCell(3)(f32(2, 3, 4), (f32(2, 3), f32(2, 3))),
        ValueError,
        "expected ndim=2, found ndim=3",
    ),
    "state of wrong width": (
        lambda: rnn.LSTMCell(5)(f32(2, 3), (f32(2, 5), f32(2, 4))),
        ValueError,
        "Dimensions must be equal, but are 7 and 8",
    ),
    "memory of wrong width": (
        lambda: rnn.LSTMCell(5)(f32(2, 3), (f32(2, 4), f32(2, 5))),
        ValueError,
        "Dimensions must be equal, but are 5 and 4",
    ),
    "state of wrong batch": (
        lambda: rnn.BasicLSTMCell(5)(f32(2, 3), (f32(2, 5), f32(3, 5))),
        ValueError,
        "Dimension 0 in both shapes must be equal, but are 2 and 3",
    ),
    "one tensor for a tuple": (lambda: rnn.LSTMCell(5)(f32(2, 3), f32(2, 10)), TypeError, "Iterating over a symbolic"),
    "three tensors for a tuple": (
        lambda: rnn.LSTMCell(5)(f32(2, 3), (f32(2, 5),) * 3),
        ValueError,
        r"expected the state \(c, h\), but received 3 values",
    ),
    "a tuple for one tensor": (
        lambda: rnn.BasicLSTMCell(5, state_is_tuple=False)(f32(2, 3), (f32(2, 5), f32(2, 5))),
        ValueError,
        r"expected one tensor \[batch, 10\] as its state",
    ),
    "no projection columns": (
        lambda: rnn.LSTMCell(5, num_proj=0)(f32(2, 3), (f32(2, 5), f32(2, 5))),
        ValueError,
        "Dimensions must be equal, but are 8 and 3",
    ),
    "other depth for a built cell": (
        lambda: [cell(f32(2, depth), f32(2, 4)) for cell in [rnn.GRUCell(4)] for depth in (3, 2)],
        ValueError,
        "Dimensions must be equal, but are 6 and 7",
    ),
    "unknown activation": (
        lambda: rnn.GRUCell(3, activation="foo"),
        ValueError,
        "Unknown activation function 'foo' cannot be deserialized",
    ),
    "activation of another class": (
        lambda: rnn.GRUCell(3, activation=3),
        TypeError,
        "Could not interpret activation function identifier: 3",
    ),
    "no cells": (lambda: rnn.MultiRNNCell([]), ValueError, "Must specify at least one cell for MultiRNNCell."),
    "no list of cells": (
        lambda: rnn.MultiRNNCell(rnn.GRUCell(3)),
        TypeError,
        "cells must be a list or tuple, but received: ",
    ),
    "something else among the cells": (
        lambda: rnn.MultiRNNCell([rnn.GRUCell(3), 3]),
        TypeError,
        r"The argument 'cells\[1\]' \(3\) is not an RNNCell: 'output_size' property is missing",
    ),
    "tuples in a stack without": (
        lambda: rnn.MultiRNNCell([rnn.LSTMCell(2)], state_is_tuple=False),
        ValueError,
        "Some cells return tuples of states, but the flag state_is_tuple is not set. State sizes are: "
        r"\[LSTMStateTuple\(c=2, h=2\)\]",
    ),
    "one tensor for a stack": (
        lambda: rnn.MultiRNNCell([rnn.GRUCell(2)] * 2)(f32(2, 3), f32(2, 2)),
        ValueError,
        "Expected state to be a tuple of length 2, but received: ",
    ),
    "residual of other shapes": (
        lambda: rnn.ResidualWrapper(rnn.GRUCell(5))(f32(2, 3), f32(2, 5)),
        ValueError,
        r"Shapes \(2, 3\) and \(2, 5\) are incompatible",
    ),
    "residual of other structures": (
        lambda: rnn.ResidualWrapper(Pair())([f32(2, 3), f32(2, 3)], f32(2, 3)),
        TypeError,
        "The two structures don't have the same nested structure",
    ),
    "batch size of no integer": (
        lambda: rnn.GRUCell(3).zero_state(2.5, tf.float32),
        TypeError,
        "Dimension value must be integer or None",
    ),
    "unknown initializer": (
        lambda: rnn.LSTMCell(3, initializer="onez"),
        ValueError,
        "Unknown initializer: 'onez'",
    ),
    "other initializer": (
        lambda: rnn.GRUCell(3, bias_initializer=3.0),
        ValueError,
        "Could not interpret initializer identifier: 3.0",
    ),
    "too few states for a stack": (
        lambda: rnn.MultiRNNCell([rnn.GRUCell(2)] * 2)(f32(2, 2), (f32(2, 2),)),
        ValueError,
        "Expected state to be a tuple of length 2, but received: ",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_class_words_and_line(case: str) -> None:
    act, error, words = REFUSED[case]
    with pytest.raises(error, match=words) as caught:
        act()
    assert isinstance(caught.value, Rnn2OnnxError)
    assert caught.value.location is not None
    assert caught.value.location[0] == __file__


@pytest.mark.parametrize("function", [tf.nn.dynamic_rnn], ids=["dynamic_rnn"])
def test_a_class_is_not_a_cell(function: Any) -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'self'"):
        function(rnn.GRUCell, f32(2, 3, 4), dtype=tf.float32)


def test_a_cell_without_sizes_says_so() -> None:
    class Bare(rnn.RNNCell):
        def call(self, inputs: Any, state: Any) -> Any:
            return inputs, state

    with pytest.raises(Rnn2OnnxError, match="Bare is an RNNCell but has no state_size"):
        _ = Bare().state_size
    with pytest.raises(TypeError, match="'output_size' property is missing, 'state_size' property is missing"):
        assert_like_rnncell("cell", Bare())
