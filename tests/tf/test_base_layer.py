"""Layers: scopes and names, when variables are made and shared, checks of inputs (TensorFlow 2.15, v1 graphs)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError, TrainingError
from rnn2onnx.tf.layers.base_layer import InputSpec, Layer, to_snake_case
from tests.tf.recording import values


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


class Scale(Layer):
    """Multiplies by one weight for each column."""

    def build(self, input_shape: Any) -> None:
        self.w = self.add_weight("w", shape=[input_shape[-1]], initializer="ones")
        self.built = True

    def call(self, inputs: Any) -> Any:
        return inputs * self.w


class MyOwnLayer(Layer):
    """Makes its variable in ``call``, by ``tf.get_variable``."""

    def call(self, inputs: Any) -> Any:
        return inputs + tf.get_variable("b", [2])


def names() -> list[str]:
    return [variable.op.name for variable in tf.global_variables()]


@pytest.mark.parametrize(
    ("class_name", "snake"),
    [
        ("BasicLSTMCell", "basic_lstm_cell"),
        ("MyCell", "my_cell"),
        ("LSTMCell", "lstm_cell"),
        ("GRUCell", "gru_cell"),
        ("Conv2D", "conv2d"),
        ("MultiRNNCell", "multi_rnn_cell"),
        ("RNNCellWrapper", "rnn_cell_wrapper"),
        ("_Hidden", "private__hidden"),
        ("lower", "lower"),
    ],
)
def test_class_names_in_snake_case(class_name: str, snake: str) -> None:
    assert to_snake_case(class_name) == snake


def test_scopes_are_unique_and_so_are_names() -> None:
    first, second, named = MyOwnLayer(), MyOwnLayer(), MyOwnLayer(name="q")
    x = tf.ones([1, 2])
    for layer in (second, first, named):
        layer(x)
    assert names() == ["my_own_layer/b", "my_own_layer_1/b", "q/b"]
    assert [layer.name for layer in (first, second, named)] == ["my_own_layer_1", "my_own_layer_2", "q"]
    assert [layer.scope_name for layer in (first, second)] == ["my_own_layer_1", "my_own_layer"]


def test_the_first_call_decides_the_scope() -> None:
    with tf.variable_scope("made"):
        layer, placed = Scale(), Scale(_scope="given")
    with tf.variable_scope("called"):
        layer(tf.ones([1, 2]))
    placed(tf.ones([1, 2]))
    with tf.variable_scope("elsewhere"):
        layer(tf.ones([3, 2]))
    other = Scale()
    other(tf.ones([1, 2]), scope="said")
    assert names() == ["called/scale/w", "made/given/w", "said/w"]
    with pytest.raises(ValueError, match="has not been used yet"):
        Scale().scope_name  # noqa: B018


def test_build_runs_once_and_variables_are_shared(graph: tf.Graph) -> None:
    layer = Scale()
    assert not layer.built
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    total = layer(x) + layer.apply(x * 10.0)
    assert layer.built
    assert layer.variables == tf.global_variables() == layer.trainable_weights
    result = values(total, {"x": np.ones((1, 2), np.float32)}, {"scale/w": [2.0, 3.0]})
    np.testing.assert_array_equal(result, [[22, 33]])


def test_variables_made_in_call_are_shared_too() -> None:
    layer = MyOwnLayer()
    layer(tf.ones([1, 2]))
    layer(tf.ones([1, 2]))
    assert names() == ["my_own_layer/b"]

    class InCall(Layer):
        def call(self, inputs: Any) -> Any:
            return inputs * self.add_variable("w", shape=[2])

    made = InCall()
    made(tf.ones([1, 2]))
    made(tf.ones([1, 2]))
    assert [v.op.name for v in made.variables] == ["in_call/w"]


def test_reuse() -> None:
    x = tf.ones([1, 2])
    Scale(name="s")(x)
    with pytest.raises(ValueError, match="s/w already exists"):
        Scale(name="s", _scope="s")(x)
    assert Scale(name="s", _reuse=True)(x).shape.as_list() == [1, 2]
    Scale(name="t", _reuse=tf.AUTO_REUSE)(x)
    assert names() == ["s/w", "t/w"]


def test_dtypes_follow_the_first_input() -> None:
    layer, given = Scale(), Scale(dtype=tf.float64)
    assert (layer.dtype, given.dtype) == (None, "float64")
    layer(tf.ones([1, 2], tf.float16))
    given(tf.ones([1, 2], tf.float64))
    assert (layer.dtype, layer.w.dtype, given.w.dtype) == ("float16", tf.float16, tf.float64)


def test_call_gets_the_scope_where_it_asks_for_it() -> None:
    class Asks(Layer):
        def call(self, inputs: Any, scope: Any = None) -> Any:
            self.seen = scope.name
            return inputs

    layer = Asks()
    with tf.variable_scope("a"):
        layer(tf.ones([1]))
    assert layer.seen == "a/asks"


def test_operations_are_named_in_the_scope_of_the_layer() -> None:
    class Named(Layer):
        def call(self, inputs: Any) -> Any:
            return tf.identity(inputs * 2.0, name="y")

    layer = Named()
    assert [layer(tf.ones([1])).name, layer(tf.zeros([1])).name] == ["named/y:0", "named/y_1:0"]


def test_weights_and_their_options(graph: tf.Graph) -> None:
    class Many(Layer):
        def build(self, input_shape: Any) -> None:
            self.add_weight("scalar")
            self.add_weight("frozen", shape=(2,), trainable=False)
            self.add_weight("ints", shape=[2], dtype=tf.int32)
            self.add_weight("named", shape=[2], initializer="zeros")
            self.add_weight("on_read", shape=[2], synchronization=tf.VariableSynchronization.ON_READ)

        def call(self, inputs: Any) -> Any:
            return inputs

    layer = Many()
    layer(tf.ones([1]))
    assert [v.op.name for v in layer.trainable_variables] == ["many/scalar", "many/ints", "many/named"]
    assert [v.op.name for v in layer.non_trainable_variables] == ["many/frozen", "many/on_read"]
    assert layer.weights == layer.trainable_weights + layer.non_trainable_weights
    assert layer.count_params() == 1 + 4 * 2
    assert not graph.initial_values(["many/named"])["many/named"].any()


def test_a_layer_that_is_not_trainable_has_no_trainable_variables() -> None:
    layer = Scale(trainable=False)
    layer(tf.ones([1, 2]))
    assert (layer.trainable_variables, layer.variables, tf.trainable_variables()) == ([], [layer.w], [])


def test_the_initializer_of_the_scope_is_the_layers() -> None:
    class Plain(Layer):
        def build(self, input_shape: Any) -> None:
            self.add_weight("w", shape=[2])

        def call(self, inputs: Any) -> Any:
            return inputs

    with tf.variable_scope("s", initializer=tf.constant_initializer(3.0)):
        Plain()(tf.ones([1]))
    assert tf.get_default_graph().initial_values()["s/plain/w"].tolist() == [3, 3]


def test_regularizers_are_listed_once() -> None:
    class Regular(Layer):
        def build(self, input_shape: Any) -> None:
            self.w = self.add_weight("w", shape=[2], regularizer=lambda w: tf.reduce_sum(w * w))

        def call(self, inputs: Any) -> Any:
            return inputs * self.w

    with tf.variable_scope("s", regularizer=tf.reduce_sum):
        layer = Regular()
        layer(tf.ones([2]))
    assert layer.losses == tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert [float(values(loss, weights={"s/regular/w": [1.0, 2.0]})) for loss in layer.losses] == [5.0]
    assert layer.get_losses_for(None) == layer.losses
    assert layer.updates == layer.get_updates_for(None) == tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []


def test_a_custom_getter_may_freeze_variables() -> None:
    def freeze(getter: Any, *args: Any, **kwargs: Any) -> Any:
        return getter(*args, **(kwargs | {"trainable": False}))

    layer = Scale()
    with tf.variable_scope("s", custom_getter=freeze):
        layer(tf.ones([1, 2]))
    assert (layer.trainable_variables, layer.non_trainable_variables) == ([], [layer.w])


def test_arrays_and_numbers_become_tensors() -> None:
    assert isinstance(Scale()(np.ones((1, 2), np.float32)), tf.Tensor)

    class Pair(Layer):
        def call(self, inputs: Any) -> Any:
            return inputs["a"] + inputs["b"][0]

    assert values(Pair()({"a": np.float32(1.0), "b": [2.0]})) == 3.0


def test_copies_have_variables_of_their_own_until_they_are_made() -> None:
    layer = Scale()
    twin = copy.deepcopy(layer)
    layer(tf.ones([1, 2]))
    twin(tf.ones([1, 2]))
    late = copy.deepcopy(twin)
    late(tf.ones([1, 2]))
    assert names() == ["scale/w", "scale_1/w"]
    assert late.w is twin.w


@pytest.mark.parametrize(
    ("spec", "shape", "message"),
    [
        (InputSpec(ndim=2), [1, 2, 3], "expected ndim=2, found ndim=3"),
        (InputSpec(min_ndim=2), [1], "expected min_ndim=2, found ndim=1"),
        (InputSpec(max_ndim=1), [1, 2], "expected max_ndim=1, found ndim=2"),
        (InputSpec(dtype="int32"), [1], "expected dtype=int32, found dtype=float32"),
        (InputSpec(axes={-1: 3}), [1, 2], "expected axis -1 of input shape to have value 3"),
        (InputSpec(shape=(None, 3)), [1, 2], "expected shape="),
        ([InputSpec(), InputSpec()], [1], "expects 2 input"),
    ],
)
def test_inputs_are_checked(spec: Any, shape: list[int], message: str) -> None:
    layer = MyOwnLayer(name="layer")
    layer.input_spec = spec
    with pytest.raises(ValueError, match=message) as caught:
        layer(tf.ones(shape))
    assert isinstance(caught.value, Rnn2OnnxError)
    assert '"layer"' in str(caught.value)
    assert "test_base_layer.py" in str(caught.value)


def test_inputs_that_fit_pass() -> None:
    layer = MyOwnLayer()
    layer.input_spec = InputSpec(dtype=tf.float32, min_ndim=1, max_ndim=3, axes={0: None, -1: 2}, shape=[None, 2])
    assert layer(tf.ones([1, 2])).shape.as_list() == [1, 2]
    layer.input_spec = InputSpec(ndim=2)
    with pytest.raises(TypeError, match="should be tensors"):
        layer("words")


def test_a_layer_that_was_not_initialized_says_so() -> None:
    class Forgets(Layer):
        def __init__(self) -> None:
            self.units = 3

        def call(self, inputs: Any) -> Any:
            return inputs

    class CellForgets(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def __init__(self) -> None:
            self.units = 3

        def call(self, inputs: Any, state: Any) -> Any:
            return inputs, state

    x = tf.ones([1, 2])
    for call in (lambda: Forgets()(x), lambda: CellForgets()(x, x)):
        with pytest.raises(AttributeError, match=r"did not call super\(\)\.__init__\(\)") as caught:
            call()
        assert isinstance(caught.value, Rnn2OnnxError)
    with pytest.raises(AttributeError, match="'MyOwnLayer' object has no attribute 'nothing'"):
        MyOwnLayer().nothing  # noqa: B018


def test_what_a_layer_cannot_do() -> None:
    class Nothing(Layer):
        def call(self, inputs: Any) -> Any:
            self.called = True

    with pytest.raises(ValueError, match="not None"):
        Nothing()(tf.ones([1]))
    with pytest.raises(TypeError, match="foo"):
        Layer(foo=1)
    with pytest.raises(TypeError, match="foo"):
        Layer().add_weight("w", foo=1)
    with pytest.raises(ValueError, match="isn't built"):
        Layer().count_params()
    with pytest.raises(ValueError, match="compute_output_shape"):
        Layer().compute_output_shape([1])
    for refused in (Layer().get_weights, lambda: Layer().set_weights([]), lambda: Layer().add_update([])):
        with pytest.raises(TrainingError):
            refused()
    assert Layer(input_shape=(2,), activity_regularizer=None).graph is tf.get_default_graph()
    assert Layer()(tf.ones([1])).shape.as_list() == [1]
