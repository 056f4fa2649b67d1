"""The errors that TensorFlow's semantics name, one by one: the class, and the words that a message must have.

The numbers are those of the catalogue of errors that this project keeps to. Where a golden case raises the error, that
case is run again; here its message must have the whole of the words.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import deepctr, keras, tf
from rnn2onnx.errors import Rnn2OnnxError
from tests.golden.registry import load

CASES = load()
MODULES = {"deepctr": deepctr, "keras": keras, "tf": tf}
Act = Callable[[], Any]


def zeros(*shape: Any, dtype: Any = tf.float32) -> Any:
    return tf.zeros(list(shape), dtype)


def over_a_class() -> Any:
    return tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.GRUCell, tf.nn.rnn_cell.GRUCell(3), zeros(2, 3, 4))


def another_output(lengths: Any, dtype: Any = tf.int32) -> Any:
    class Cast(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs: Any, state: Any) -> Any:
            return tf.cast(inputs, dtype), state

    return tf.nn.dynamic_rnn(Cast(), zeros(2, 4, 3), lengths, dtype=tf.float32)


def lstm_from(width: int) -> Any:
    state = tf.nn.rnn_cell.LSTMStateTuple(zeros(2, width), zeros(2, width))
    cell = tf.nn.rnn_cell.LSTMCell(5)
    cell.build([2, 3])
    return tf.nn.dynamic_rnn(cell, zeros(2, 4, 3), initial_state=state)


# What is done: a golden case or a function; the class; the words.
ERRORS: dict[str, tuple[str | Act, type[Exception], str]] = {
    "X1": ("dynamic_rnn_errors/no_cell", TypeError, "is not an RNNCell: 'output_size' property is missing"),
    "X1 backwards": ("bidirectional_rnn/backward_cell_is_no_cell", TypeError, "is not an RNNCell: 'output_size'"),
    "X1 statically": ("static_rnn_errors/no_cell", TypeError, "is not an RNNCell: 'output_size' property is missing"),
    "X1 raw": ("raw_rnn/error_no_cell", TypeError, "is not an RNNCell: 'output_size' property is missing"),
    "X2": (
        lambda: tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell, zeros(2, 3, 4), dtype=tf.float32),
        TypeError,
        "missing 1 required positional argument: 'self'",
    ),
    "X2 both ways": (over_a_class, TypeError, "missing 1 required positional argument: 'self'"),
    "X2 statically": (
        lambda: tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell, [zeros(2, 3)], dtype=tf.float32),
        TypeError,
        "missing 1 required positional argument: 'self'",
    ),
    "X3": ("dynamic_rnn_errors/inputs_none", ValueError, "None values not supported."),
    # TensorFlow raises an IndexError here, which its documentation says is a ValueError.
    "X4": ("dynamic_rnn_errors/inputs_empty_list", ValueError, "inputs"),
    "X4 tuple": ("dynamic_rnn_errors/inputs_empty_tuple", ValueError, "inputs"),
    "X5": ("dynamic_rnn_errors/inputs_of_rank_one", ValueError, "Input tensor should have rank >= 2. Received input="),
    "X6": ("dynamic_rnn_errors/inputs_of_rank_two", ValueError, "must have rank at least 3"),
    "X7": (
        "dynamic_rnn_errors/unknown_depth",
        ValueError,
        "Input size (depth of inputs) must be accessible via shape inference, but saw value None",
    ),
    "X8": (
        "dynamic_rnn_errors/different_time_steps",
        ValueError,
        "Time steps is not the same for all the elements in the input in a batch",
    ),
    "X9": (
        "dynamic_rnn_errors/different_batch_sizes",
        ValueError,
        "Batch_size is not the same for all the elements in the input",
    ),
    "X10": (
        "dynamic_rnn_errors/neither_state_nor_dtype",
        ValueError,
        "If no initial_state is provided, argument `dtype` must be specified",
    ),
    "X10 statically": (
        "static_rnn_errors/no_dtype_of_static_rnn",
        ValueError,
        "If no initial_state is provided, argument `dtype` must be specified",
    ),
    "X11": (
        "dynamic_rnn_errors/scalar_length",
        ValueError,
        "Argument sequence_length must be a vector of length batch_size",
    ),
    "X11 matrix": (
        "dynamic_rnn_errors/matrix_of_lengths",
        ValueError,
        "Argument sequence_length must be a vector of length batch_size",
    ),
    "X12": (
        "dynamic_rnn_errors/too_many_lengths",
        ValueError,
        "Dimension 0 in both shapes must be equal, but are 3 and 2",
    ),
    "X12 statically": (
        "static_rnn_errors/too_many_lengths",
        ValueError,
        "Dimension 0 in both shapes must be equal, but are 3 and 2",
    ),
    "X14": (
        "dynamic_rnn_errors/parallel_iterations_not_an_integer",
        AssertionError,
        "parallel_iterations must be int",
    ),
    "X15": (
        "dynamic_rnn_errors/heterogeneous_state_without_dtype",
        ValueError,
        "has tensors of different inferred dtypes. Unable to infer a single representative dtype",
    ),
    "X16": ("dynamic_rnn_errors/empty_state_without_dtype", ValueError, "Unable to infer dtype from argument state="),
    "X17": (
        "dynamic_rnn_errors/double_inputs_with_single_state",
        TypeError,
        "have types [float64, float32] that don't all match",
    ),
    **{
        f"X18 {kind}": (
            f"dynamic_rnn_errors/integers_into_{kind}",
            ValueError,
            "RNN cell only supports floating point inputs, but received dtype",
        )
        for kind in ("LSTMCell", "GRUCell", "BasicRNNCell", "BasicLSTMCell")
    },
    "X19": (lambda: another_output([1, 2]), TypeError, "that does not match type float32 of argument 't'"),
    "X19 without lengths": (lambda: another_output(None), TypeError, "float32"),
    "X20": (
        "dynamic_rnn_errors/output_size_is_not_the_outputs_width",
        ValueError,
        "Inconsistent shapes: saw (2, 3) but expected (2, 7)",
    ),
    "X21": (
        "dynamic_rnn_errors/cell_changes_the_structure_of_its_state",
        ValueError,
        "The two structures don't have the same nested structure",
    ),
    "X21 container": (
        "dynamic_rnn_errors/plain_tuple_for_an_lstm_state",
        TypeError,
        "The two structures don't have the same nested structure",
    ),
    "X22": ("dynamic_rnn_errors/one_tensor_for_an_lstm_state", TypeError, "Iterating over a symbolic"),
    "X23": (lambda: lstm_from(4), ValueError, "Dimensions must be equal, but are 7 and 8"),
    "X24": (
        "dynamic_rnn_errors/state_of_the_wrong_batch",
        ValueError,
        "Dimension 0 in both shapes must be equal, but are 2 and 3",
    ),
    "X25": (
        "dynamic_rnn_errors/second_cell_in_one_scope",
        ValueError,
        "already exists, disallowed. Did you mean to set reuse=True",
    ),
    "X26": ("dynamic_rnn_errors/one_cell_with_another_depth", ValueError, "Dimensions must be equal"),
    "X29": ("raw_rnn/error_loop_fn_is_a_number", TypeError, "Argument `loop_fn` must be a callable"),
    "X30": (
        "raw_rnn/error_initial_state_of_another_structure",
        ValueError,
        "The two structures don't have the same nested structure",
    ),
    "X31": ("raw_rnn/error_batched_emit_structure", ValueError, "Shapes must be equal rank, but are 3 and 2"),
    # TensorFlow's words are those of an accident: an operation that is None.
    "X32": ("raw_rnn/error_later_emit_is_none", ValueError, "emit"),
    **{
        f"{number} {name}": (f"static_rnn_errors/{case}_of_{name}", error, words)
        for name in ("static_rnn", "static_bidirectional_rnn")
        for number, case, error, words in (
            ("X33", "one_tensor_as_inputs", TypeError, "Argument `inputs` must be a sequence. Received: "),
            ("X34", "no_inputs", ValueError, "Argument `inputs` must not be empty."),
            ("X37", "a_scalar_length", ValueError, "Argument `sequence_length` must be a vector of length 2"),
        )
    },
    "X35": ("static_rnn_errors/different_batches", ValueError, "Dimensions 2 and 3 are not compatible"),
    "X36": ("static_rnn_errors/unknown_width", ValueError, "Input size (dimension 0 of input"),
    "X38": (
        "static_rnn_errors/a_tuple_of_names_for_one_state",
        ValueError,
        "Argument `state_name` should be the same type as `cell.state_size`",
    ),
    "X39": (
        "static_rnn_errors/too_few_names",
        ValueError,
        "Number of elements in argument `state_name` and `cell.state_size` are mismatched",
    ),
    "X40": ("static_rnn_errors/no_cell_to_save_the_state_of", AttributeError, "has no attribute 'state_size'"),
    "X41": ("cells/error_multi_of_nothing", ValueError, "Must specify at least one cell for MultiRNNCell."),
    "X42": ("cells/error_multi_of_a_cell", TypeError, "cells must be a list or tuple, but received"),
    "X43": (
        "cells/error_multi_of_tuple_states_in_one_tensor",
        ValueError,
        "Some cells return tuples of states, but the flag state_is_tuple is not set",
    ),
    "X44": (
        "cells/error_multi_state_is_no_tuple",
        ValueError,
        "Expected state to be a tuple of length 2, but received",
    ),
    "X45": ("cells/error_residual_of_another_width", ValueError, "Shapes (2, 3) and (2, 5) are incompatible"),
    "X46": (
        "cells/error_keep_probability",
        ValueError,
        "Parameter input_keep_prob must be between 0 and 1. Received 1.5",
    ),
    "X47": (
        "cells/error_variational_without_dtype",
        ValueError,
        "When variational_recurrent=True, dtype must be provided",
    ),
    "X48": (
        "cells/error_variational_without_input_size",
        ValueError,
        "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be provided",
    ),
    "X49": ("cells/error_DropoutWrapper_of_no_cell", TypeError, "is not an RNNCell: 'output_size' property is missing"),
    "X49 residual": (
        "cells/error_ResidualWrapper_of_no_cell",
        TypeError,
        "is not an RNNCell: 'output_size' property is missing",
    ),
    "X50": (
        lambda: tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(5, num_proj=0), zeros(2, 4, 3), dtype=tf.float32),
        ValueError,
        "Dimensions must be equal, but are 8 and 3",
    ),
    "X51": ("deepctr_rnn/no_cell", TypeError, "cell must be an instance of RNNCell"),
    "X51 keras": (
        lambda: deepctr.contrib.rnn.dynamic_rnn(keras.layers.GRUCell(3), zeros(2, 4, 3), dtype=tf.float32),
        TypeError,
        "cell must be an instance of RNNCell",
    ),
    "X52": (
        "deepctr_rnn/augru_scores_of_rank_2",
        ValueError,
        "Index out of range using input dim 2; input has only 2 dims",
    ),
    "X54": ("deepctr_rnn/augru_without_scores", TypeError, "missing 1 required positional argument: 'att_score'"),
    "X55": (
        "deepctr_rnn/scores_for_an_ordinary_cell",
        TypeError,
        "VariableScope: name_or_scope must be a string or VariableScope.",
    ),
    "X56": (
        "deepctr_rnn/no_state_and_no_dtype",
        ValueError,
        "If there is no initial_state, you must give a dtype.",
    ),
    "X57": (
        "deepctr_rnn/lengths_that_are_a_number",
        ValueError,
        "sequence_length must be a vector of length batch_size, but saw shape",
    ),
    "X58": (lambda: rnn2onnx.models.dien.model(gru_type="LSTM"), ValueError, "gru_type error"),
    "X59": ("keras_rnn_errors/cell_that_is_none", ValueError, "Argument `cell` should have a `call` method"),
    "X60": (
        "keras_rnn_errors/cell_without_a_state_size",
        ValueError,
        "The RNN cell should have a `state_size` attribute",
    ),
    "X61": ("keras_rnn_errors/state_of_another_width", ValueError, "however `cell.state_size` is"),
    "X61 too few": ("keras_rnn_errors/too_few_states", ValueError, "however `cell.state_size` is"),
    "X62": (
        "keras_rnn_errors/unrolled_without_a_time",
        ValueError,
        "Cannot unroll a RNN if the time dimension is undefined",
    ),
    "X63": (
        "keras_rnn_errors/stateful_without_a_batch",
        ValueError,
        "If a RNN is stateful, it needs to know its batch size",
    ),
    "X65": ("keras_rnn_errors/constants_of_a_cell_without", ValueError, "does not support constants"),
    "X66": ("keras_rnn_errors/merge_mode", ValueError, "Invalid merge mode"),
    "X67": (
        "keras_rnn_errors/odd_number_of_states",
        ValueError,
        "the state should be a list containing the states of the underlying RNNs",
    ),
    "X68": ("cells/error_initial_state_of_nothing", ValueError, "batch_size and dtype cannot be None"),
    "X68 batch": (
        "cells/error_initial_state_of_another_batch",
        ValueError,
        "batch size from input tensor is different from the input param",
    ),
    "X68 dtype": (
        "cells/error_initial_state_of_another_dtype",
        ValueError,
        "dtype from input tensor is different from the input param",
    ),
}


@pytest.mark.parametrize("number", ERRORS)
def test_the_class_and_the_words(number: str) -> None:
    act, error, words = ERRORS[number]
    run = functools.partial(CASES[act].call, MODULES) if isinstance(act, str) else act
    with tf.Graph().as_default(), pytest.raises(error) as caught:
        run()
    assert isinstance(caught.value, Rnn2OnnxError)
    assert words in str(caught.value)
    assert ".py:" in str(caught.value)


def test_every_number_is_here() -> None:
    by_themselves = {"X13", "X27", "X28", "X53", "X64"}
    assert {number.split()[0] for number in ERRORS} | by_themselves == {f"X{number}" for number in range(1, 69)}


def fed(build: Callable[[Any, Any], Any], shape: tuple[Any, ...] = (None, None, 3)) -> rnn2onnx.Program:
    graph = tf.Graph()
    with graph.as_default():
        found = build(tf.placeholder(tf.float32, list(shape), "x"), tf.placeholder(tf.int32, [None], "n"))
    return rnn2onnx.compile(graph, found)


def test_x13_lengths_of_another_size_when_it_runs() -> None:
    program = fed(lambda x, n: tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, n, dtype=tf.float32))
    with pytest.raises(Rnn2OnnxError, match="n"):
        program.run({"x": np.zeros((2, 4, 3), np.float32), "n": np.int32([1, 2, 3])})


def test_x27_no_steps_of_an_unknown_batch_are_no_error_here() -> None:
    program = fed(lambda x, n: tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, n, dtype=tf.float32))
    outputs, state = program.run({"x": np.zeros((2, 0, 3), np.float32), "n": np.int32([0, 0])})
    assert outputs.shape == (2, 0, 3)
    np.testing.assert_array_equal(state, np.zeros((2, 3)))


def test_x28_lengths_outside_the_sequence_are_clipped_here() -> None:
    cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.GRUCell(3)
    program = fed(lambda x, n: tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float32)[0])
    x = np.random.default_rng(0).standard_normal((2, 4, 3)).astype(np.float32)
    outside, inside = (program.run({"x": x, "n": np.int32(n)}) for n in ([9, -1], [4, 0]))
    for one, other in zip(outside, inside, strict=True):
        np.testing.assert_array_equal(one, other)


def test_x53_fewer_scores_than_steps_when_it_runs() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x, a = (tf.placeholder(tf.float32, [None, None, size], name) for name, size in (("x", 3), ("a", 1)))
        cell = deepctr.contrib.utils.VecAttGRUCell(4)
        found = deepctr.contrib.rnn.dynamic_rnn(cell, x, a, dtype=tf.float32)
    program = rnn2onnx.compile(graph, found)
    with pytest.raises(Rnn2OnnxError):
        program.run({"x": np.zeros((2, 4, 3), np.float32), "a": np.zeros((2, 3, 1), np.float32)})


def test_x64_ragged_inputs_are_refused() -> None:
    with tf.Graph().as_default(), pytest.raises(Rnn2OnnxError, match="ragged"):
        keras.Input((None, 3), ragged=True)
