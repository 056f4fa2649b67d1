"""Cells that users write: by ``call`` or ``__call__``, with get_variable, add_weight or layers, with any state."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.tf import rnn_cell as rnn
from tests.tf.recording import random_weights, values, variables


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


class Plus(rnn.RNNCell):
    """Variables by get_variable, in ``call``."""

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self._units = units

    @property
    def state_size(self) -> int:
        return self._units

    @property
    def output_size(self) -> int:
        return self._units

    def call(self, inputs: Any, state: Any) -> Any:
        weight = tf.get_variable("w", [self._units], initializer=tf.ones_initializer())
        new = inputs + weight * state
        return new, new


X = np.arange(6, dtype="float32").reshape(2, 3)


def test_call_with_get_variable_runs_in_a_scope_named_after_the_class() -> None:
    cell = Plus(3)
    y, state = cell(tf.constant(X), cell.zero_state(2, tf.float32))
    y, state = cell(tf.constant(X), state)
    assert variables() == {"plus/w": (3,)}
    np.testing.assert_array_equal(values(y, {}, {"plus/w": [1, 2, 3]}), X + [1, 2, 3] * X)
    assert [variable.op.name for variable in cell.trainable_weights] == ["plus/w"]
    assert cell.non_trainable_weights == []


def test_two_cells_of_one_class_in_one_scope_meet_as_in_tensorflow() -> None:
    first, second = Plus(3), Plus(3)
    first(tf.constant(X), first.zero_state(2, tf.float32))
    with pytest.raises(ValueError, match="Variable plus/w already exists, disallowed"):
        second(tf.constant(X), second.zero_state(2, tf.float32))
    with tf.variable_scope("", reuse=True):
        shared = Plus(3)
        shared(tf.constant(X), shared.zero_state(2, tf.float32))
    assert list(variables()) == ["plus/w"]


def test_name_and_scope_of_the_call() -> None:
    with tf.variable_scope("a"):
        named, scoped = Plus(3, name="mine"), Plus(3)
        named(tf.constant(X), named.zero_state(2, tf.float32))
        scoped(tf.constant(X), scoped.zero_state(2, tf.float32), scope="given")
    assert list(variables()) == ["a/mine/w", "a/given/w"]
    assert [variable.op.name for variable in scoped.variables] == ["a/given/w"]


def test_variables_that_are_not_trainable_are_told_apart() -> None:
    class Frozen(Plus):
        def call(self, inputs: Any, state: Any) -> Any:
            weight = tf.get_variable("w", [self._units], trainable=False)
            return inputs * weight, state

    cell = Frozen(3)
    cell(tf.constant(X), cell.zero_state(2, tf.float32))
    assert cell.trainable_weights == []
    assert [variable.op.name for variable in cell.non_trainable_weights] == ["frozen/w"]


def test_call_may_take_the_scope() -> None:
    seen = []

    class Scoped(Plus):
        def call(self, inputs: Any, state: Any, scope: Any = None) -> Any:
            seen.append(scope.name)
            return super().call(inputs, state)

    cell = Scoped(3)
    cell(tf.constant(X), cell.zero_state(2, tf.float32))
    assert seen == ["scoped"]


def test_dunder_call_without_a_constructor_of_its_own() -> None:
    class Old(rnn.RNNCell):
        def __init__(self, units: int) -> None:
            self._units = units

        @property
        def state_size(self) -> Any:
            return rnn.LSTMStateTuple(self._units, self._units)

        @property
        def output_size(self) -> int:
            return self._units

        def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
            with tf.variable_scope(scope or type(self).__name__):
                new = rnn._linear([inputs, state.h], self._units, True)
            return new, rnn.LSTMStateTuple(state.c, new)

    cell = Old(3)
    state = cell.zero_state(2, tf.float32)
    assert state.c.shape.as_list() == [2, 3]
    _, new = cell(tf.constant(X), state)
    assert variables() == {"Old/kernel": (6, 3), "Old/bias": (3,)}
    assert type(new) is rnn.LSTMStateTuple
    stack = rnn.MultiRNNCell([Old(3), Old(3)])
    stack(tf.constant(X), stack.zero_state(2, tf.float32))
    assert list(variables())[2:] == [
        "multi_rnn_cell/cell_0/Old/kernel",
        "multi_rnn_cell/cell_0/Old/bias",
        "multi_rnn_cell/cell_1/Old/kernel",
        "multi_rnn_cell/cell_1/Old/bias",
    ]


def test_build_with_add_weight_and_add_variable() -> None:
    class Built(rnn.LayerRNNCell):
        state_size = output_size = 3

        def build(self, inputs_shape: Any) -> None:
            depth = inputs_shape[1].value
            self.a = self.add_variable("a", shape=[depth, 3])
            self.b = self.add_weight("b", shape=[3], initializer=tf.zeros_initializer())
            self.built = True

        def call(self, inputs: Any, state: Any) -> Any:
            new = tf.matmul(inputs, self.a) + self.b + state
            return new, new

    cell = Built(name="cell")
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y, _ = cell(x, cell.zero_state(2, tf.float32))
    weights = random_weights()
    got = values(y, {"x": X}, weights, float64=True)
    rounded = {name: np.float64(np.float32(w)) for name, w in weights.items()}
    np.testing.assert_allclose(got, X @ rounded["cell/a"] + rounded["cell/b"])
    assert [variable.op.name for variable in cell.trainable_weights] == ["cell/a", "cell/b"]


def test_nested_states_of_any_shape_and_dtype() -> None:
    class Nested(rnn.RNNCell):
        @property
        def output_size(self) -> Any:
            return tf.TensorShape([2, 2])

        @property
        def state_size(self) -> Any:
            return {"sum": tf.TensorShape([2, 2]), "count": tf.TensorShape([])}

        def call(self, inputs: Any, state: Any) -> Any:
            new = state["sum"] + inputs
            return new, {"sum": new, "count": state["count"] + 1}

    cell = Nested()
    state = cell.zero_state(3, tf.float32)
    assert {name: leaf.shape.as_list() for name, leaf in state.items()} == {"sum": [3, 2, 2], "count": [3]}
    y, state = cell(tf.ones([3, 2, 2]), state)
    assert values(state)["count"].tolist() == [1, 1, 1]
    assert values(y).shape == (3, 2, 2)


def test_a_subclass_of_a_built_in_cell_keeps_its_variables() -> None:
    class Scaled(rnn.GRUCell):
        def call(self, inputs: Any, state: Any) -> Any:
            output, new = super().call(inputs, state)
            return 2.0 * output, new

    cell = Scaled(3)
    y, state = cell(tf.constant(X), cell.zero_state(2, tf.float32))
    assert next(iter(variables())) == "scaled/gates/kernel"
    got, new = values((y, state), {}, random_weights())
    np.testing.assert_array_equal(got, 2 * new)


def test_copies_of_a_cell_are_cells_of_their_own() -> None:
    stack = rnn.MultiRNNCell([copy.deepcopy(cell) for cell in [rnn.LSTMCell(3, use_peepholes=True)] * 2])
    stack(tf.constant(X), stack.zero_state(2, tf.float32))
    assert [name for name in variables() if name.endswith("kernel")] == [
        "multi_rnn_cell/cell_0/lstm_cell/kernel",
        "multi_rnn_cell/cell_1/lstm_cell/kernel",
    ]
