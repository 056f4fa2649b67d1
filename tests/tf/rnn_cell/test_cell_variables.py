"""Variables of cells: named, shaped, ordered and initialised as TensorFlow does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.tf import rnn_cell as rnn
from tests.tf.recording import initial, variables


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


def step(cell: Any, depth: int = 3, dtype: Any = tf.float32, **options: Any) -> Any:
    return cell(tf.placeholder(dtype, [2, depth]), cell.zero_state(2, dtype), **options)


CASES: dict[str, tuple[Callable[[], Any], dict[str, tuple[int, ...]]]] = {
    "basic_rnn": (
        lambda: rnn.BasicRNNCell(2),
        {"basic_rnn_cell/kernel": (5, 2), "basic_rnn_cell/bias": (2,)},
    ),
    "gru": (
        lambda: rnn.GRUCell(2),
        {
            "gru_cell/gates/kernel": (5, 4),
            "gru_cell/gates/bias": (4,),
            "gru_cell/candidate/kernel": (5, 2),
            "gru_cell/candidate/bias": (2,),
        },
    ),
    "basic_lstm": (
        lambda: rnn.BasicLSTMCell(2),
        {"basic_lstm_cell/kernel": (5, 8), "basic_lstm_cell/bias": (8,)},
    ),
    "lstm": (
        lambda: rnn.LSTMCell(2, use_peepholes=True, num_proj=4),
        {
            "lstm_cell/kernel": (7, 8),
            "lstm_cell/bias": (8,),
            "lstm_cell/w_f_diag": (2,),
            "lstm_cell/w_i_diag": (2,),
            "lstm_cell/w_o_diag": (2,),
            "lstm_cell/projection/kernel": (2, 4),
        },
    ),
    "cudnn_gru": (
        lambda: tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(2),
        {
            "cudnn_compatible_gru_cell/gates/kernel": (5, 4),
            "cudnn_compatible_gru_cell/gates/bias": (4,),
            "cudnn_compatible_gru_cell/candidate/input_projection/kernel": (3, 2),
            "cudnn_compatible_gru_cell/candidate/hidden_projection/kernel": (2, 2),
            "cudnn_compatible_gru_cell/candidate/input_projection/bias": (2,),
            "cudnn_compatible_gru_cell/candidate/hidden_projection/bias": (2,),
        },
    ),
    "cudnn_lstm": (
        lambda: tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(2),
        {"cudnn_compatible_lstm_cell/kernel": (5, 8), "cudnn_compatible_lstm_cell/bias": (8,)},
    ),
    "multi": (
        lambda: rnn.MultiRNNCell([rnn.LSTMCell(2), rnn.GRUCell(1)]),
        {
            "multi_rnn_cell/cell_0/lstm_cell/kernel": (5, 8),
            "multi_rnn_cell/cell_0/lstm_cell/bias": (8,),
            "multi_rnn_cell/cell_1/gru_cell/gates/kernel": (3, 2),
            "multi_rnn_cell/cell_1/gru_cell/gates/bias": (2,),
            "multi_rnn_cell/cell_1/gru_cell/candidate/kernel": (3, 1),
            "multi_rnn_cell/cell_1/gru_cell/candidate/bias": (1,),
        },
    ),
    "wrapped": (
        lambda: rnn.DeviceWrapper(
            rnn.ResidualWrapper(rnn.DropoutWrapper(rnn.MultiRNNCell([rnn.DropoutWrapper(rnn.BasicRNNCell(3))]))),
            "/cpu:0",
        ),
        {
            "multi_rnn_cell/cell_0/basic_rnn_cell/kernel": (6, 3),
            "multi_rnn_cell/cell_0/basic_rnn_cell/bias": (3,),
        },
    ),
    "named": (
        lambda: rnn.GRUCell(1, name="mine"),
        {
            "mine/gates/kernel": (4, 2),
            "mine/gates/bias": (2,),
            "mine/candidate/kernel": (4, 1),
            "mine/candidate/bias": (1,),
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_names_shapes_and_order(case: str) -> None:
    make, want = CASES[case]
    step(make())
    assert list(variables().items()) == list(want.items())


@pytest.mark.parametrize("case", CASES)
def test_a_second_step_makes_no_variables(case: str) -> None:
    make, want = CASES[case]
    cell = make()
    step(cell)
    with tf.variable_scope("elsewhere"):
        step(cell)
    assert list(variables()) == list(want)


@pytest.mark.parametrize("cell", [rnn.BasicRNNCell, rnn.GRUCell, rnn.BasicLSTMCell, rnn.LSTMCell])
@pytest.mark.parametrize("dtype", [tf.float32, tf.float64])
def test_build_makes_the_variables_that_a_call_then_uses(cell: Any, dtype: Any) -> None:
    made = cell(2, dtype=dtype)
    made.build((None, 3))
    names = list(variables())
    assert names
    step(made, dtype=dtype)
    assert list(variables()) == names
    assert {weight.dtype.base_dtype for weight in made.variables} == {dtype}


def test_the_same_cell_twice_in_a_stack_shares_the_first_ones_variables() -> None:
    cell = rnn.LSTMCell(3)
    step(rnn.MultiRNNCell([cell, cell]))
    assert list(variables()) == ["multi_rnn_cell/cell_0/lstm_cell/kernel", "multi_rnn_cell/cell_0/lstm_cell/bias"]


def test_two_cells_in_one_scope_are_numbered() -> None:
    step(rnn.BasicRNNCell(2))
    step(rnn.BasicRNNCell(2))
    assert [name.split("/")[0] for name in variables()] == ["basic_rnn_cell"] * 2 + ["basic_rnn_cell_1"] * 2


def test_reuse_shares_the_variables_of_a_name() -> None:
    step(rnn.BasicRNNCell(2, name="n"))
    step(rnn.BasicRNNCell(2, name="n", reuse=True))
    assert list(variables()) == ["n/kernel", "n/bias"]


def test_reuse_without_variables_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not exist"):
        step(rnn.BasicRNNCell(2, reuse=True))


def test_a_scope_given_to_the_call_replaces_the_cells_own() -> None:
    step(rnn.BasicRNNCell(2), scope="given")
    step(rnn.DropoutWrapper(rnn.BasicRNNCell(2)), scope="around")
    assert list(variables()) == ["given/kernel", "given/bias", "around/kernel", "around/bias"]


def test_initial_values_of_biases() -> None:
    step(rnn.GRUCell(2))
    step(rnn.LSTMCell(2))
    np.testing.assert_array_equal(initial()["gru_cell/gates/bias"], np.ones(4, "float32"))
    np.testing.assert_array_equal(initial()["gru_cell/candidate/bias"], np.zeros(2, "float32"))
    np.testing.assert_array_equal(initial()["lstm_cell/bias"], np.zeros(8, "float32"))


def test_initializers_of_gru() -> None:
    step(rnn.GRUCell(2, kernel_initializer="ones", bias_initializer=tf.constant_initializer(0.25)))
    assert {name: set(initial()[name].reshape(-1)) for name in variables()} == {
        "gru_cell/gates/kernel": {1.0},
        "gru_cell/gates/bias": {0.25},
        "gru_cell/candidate/kernel": {1.0},
        "gru_cell/candidate/bias": {0.25},
    }


def test_initializer_of_lstm_is_for_all_but_the_bias() -> None:
    step(rnn.LSTMCell(2, use_peepholes=True, num_proj=1, initializer=tf.constant_initializer(3.0)))
    assert {name: set(initial()[name].reshape(-1)) for name in variables()} == {
        name: {0.0 if name.endswith("bias") else 3.0} for name in variables()
    }


def test_the_scopes_initializer_is_for_kernels_only() -> None:
    with tf.variable_scope("a", initializer=tf.constant_initializer(0.5)):
        step(rnn.GRUCell(2))
    np.testing.assert_array_equal(initial()["a/gru_cell/gates/kernel"], np.full((5, 4), 0.5, "float32"))
    np.testing.assert_array_equal(initial()["a/gru_cell/gates/bias"], np.ones(4, "float32"))


def test_shards_do_not_split_the_variables() -> None:
    step(rnn.LSTMCell(4, num_proj=2, num_unit_shards=2, num_proj_shards=2))
    assert variables() == {
        "lstm_cell/kernel": (5, 16),
        "lstm_cell/bias": (16,),
        "lstm_cell/projection/kernel": (4, 2),
    }


def test_a_stack_lists_its_cells_variables() -> None:
    stack = rnn.MultiRNNCell([rnn.GRUCell(2), rnn.LSTMCell(2)])
    step(stack)
    names = list(variables())
    assert [weight.op.name for weight in stack.weights] == names
    assert [weight.op.name for weight in stack.trainable_weights] == names
    assert stack.non_trainable_weights == []
    stack.trainable = False
    assert stack.trainable_weights == []
    assert [weight.op.name for weight in stack.non_trainable_weights] == names


def test_a_getter_can_make_a_cells_variables_not_trainable() -> None:
    def frozen(getter: Any, *args: Any, **kwargs: Any) -> Any:
        return getter(*args, **{**kwargs, "trainable": False})

    with tf.variable_scope("root", custom_getter=frozen):
        cell = rnn.BasicRNNCell(2)
        step(cell)
    assert cell.trainable_variables == []
    assert [weight.op.name for weight in cell.non_trainable_variables] == [
        "root/basic_rnn_cell/kernel",
        "root/basic_rnn_cell/bias",
    ]
