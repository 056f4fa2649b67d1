"""Keras's layers: what recorded values can't show."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import keras, tf
from rnn2onnx.errors import ArgumentError, Rnn2OnnxError, TraceError, TrainingError, UnsupportedError
from rnn2onnx.keras.engine.masks import mask_of
from rnn2onnx.keras.engine.serialization import clone, deserialize, serialize


def placeholder(*shape: int | None) -> Any:
    return tf.placeholder(tf.float32, list(shape), "x")


def test_a_layer_belongs_to_the_graph_of_its_inputs() -> None:
    graph = tf.Graph()
    with graph.as_default():
        x = placeholder(None, 3)
    y = keras.layers.Dense(2, name="outside")(x)
    assert y.graph is graph
    assert list(graph.variables) == ["outside/kernel", "outside/bias"]


def test_weights_are_what_variables_start_with() -> None:
    with tf.Graph().as_default() as graph:
        layer = keras.layers.Dense(2)
        y = layer(placeholder(None, 3))
        kernel, bias = np.arange(6.0).reshape(3, 2), np.array([1.0, -1.0])
        layer.set_weights([kernel, bias])
        assert [w.tolist() for w in layer.get_weights()] == [kernel.tolist(), bias.tolist()]
        x = np.ones((1, 3), "float32")
        assert rnn2onnx.compile(graph, y).run({"x": x}).tolist() == [[7.0, 8.0]]
        given = {"dense/kernel": np.zeros((3, 2)), "dense/bias": bias}
        assert rnn2onnx.compile(graph, y, weights=given).run({"x": x}).tolist() == [[1.0, -1.0]]


def test_values_of_variables_can_be_read_and_set() -> None:
    with tf.Graph().as_default():
        variable = keras.backend.variable([1.0, 2.0])
        assert keras.backend.get_value(variable).tolist() == [1.0, 2.0]
        keras.backend.batch_set_value([(variable, [3.0, 4.0])])
        assert keras.backend.batch_get_value([variable])[0].tolist() == [3.0, 4.0]
        with pytest.raises(ValueError, match="incompatible"):
            keras.backend.set_value(variable, [1.0])


def test_a_layer_that_forgot_to_become_one_says_so() -> None:
    class Hasty(keras.layers.Layer):
        def __init__(self) -> None:
            self.units = 3

    layer = Hasty()
    assert layer.units == 3
    with pytest.raises(UnsupportedError, match=r"super\(\).__init__\(\)"):
        _ = layer.nothing
    with pytest.raises(TraceError, match=r"super\(\).__init__\(\)"), tf.Graph().as_default():
        layer(placeholder(None, 3))


def test_layers_assigned_before_super_are_found() -> None:
    class Early(keras.layers.Layer):
        def __init__(self) -> None:
            self.dense = keras.layers.Dense(2)
            super().__init__()

        def call(self, inputs: Any) -> Any:
            return self.dense(inputs)

    with tf.Graph().as_default():
        layer = Early()
        layer(placeholder(None, 3))
        assert [v.name for v in layer.weights] == ["early/dense/kernel:0", "early/dense/bias:0"]
        assert layer.submodules == (layer.dense,)


def test_a_layer_assigned_anew_takes_the_old_ones_place() -> None:
    with tf.Graph().as_default():
        layer = keras.layers.Layer()
        layer.inner = keras.layers.Dense(2)
        layer.inner(placeholder(None, 3))
        layer.inner = keras.layers.Dense(1, name="new")
        layer.inner(placeholder(None, 3))
        assert [v.name for v in layer.weights] == ["new/kernel:0", "new/bias:0"]


def test_cells_of_tensorflow_1_are_part_of_a_layer() -> None:
    class Step(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.cell = tf.nn.rnn_cell.GRUCell(2)

        def call(self, inputs: Any) -> Any:
            return self.cell(inputs, tf.zeros([tf.shape(inputs)[0], 2]))[0]

    with tf.Graph().as_default():
        layer = Step()
        layer(placeholder(None, 3))
        assert len(layer.weights) == 4


@pytest.mark.parametrize(
    ("layer", "call"),
    [
        (lambda: keras.layers.Dropout(0.5), {"training": True}),
        (lambda: keras.layers.SpatialDropout1D(0.5), {"training": 1}),
        (lambda: keras.layers.BatchNormalization(), {"training": True}),
        (lambda: keras.layers.GaussianNoise(0.5), {"training": True}),
    ],
)
def test_training_is_refused(layer: Any, call: dict[str, Any]) -> None:
    with tf.Graph().as_default(), pytest.raises(TrainingError, match="inference"):
        layer()(placeholder(None, 4, 3), **call)


def test_training_reaches_the_layers_inside() -> None:
    class Block(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.dropout = keras.layers.Dropout(0.5)

        def call(self, inputs: Any) -> Any:
            return self.dropout(inputs)

    with tf.Graph().as_default():
        x = placeholder(None, 3)
        Block()(x, training=False)
        with pytest.raises(TrainingError):
            Block()(x, training=True)
        assert keras.layers.Dropout(0.0)(x, training=True).shape.as_list() == [None, 3]


def test_what_a_compiled_program_cannot_do_is_refused() -> None:
    with pytest.raises(TrainingError, match="dynamic=True"):
        keras.layers.Layer(dynamic=True)
    with pytest.raises(TrainingError):
        keras.layers.Layer().add_update(None)
    with pytest.raises(TrainingError, match="renorm"):
        keras.layers.BatchNormalization(renorm=True)
    with pytest.raises(ArgumentError, match="groups"):
        keras.layers.Conv1D(4, 2, groups=2)
    with pytest.raises(UnsupportedError, match="sparse or ragged"):
        keras.Input((3,), ragged=True)


def test_names_that_stand_for_nothing_are_refused() -> None:
    with pytest.raises(ArgumentError, match="l3"):
        keras.layers.Dense(2, kernel_regularizer="l3")
    with pytest.raises(UnsupportedError, match=r"keras\.layers\.LSTM"):
        _ = keras.layers.Lstm
    with pytest.raises(TrainingError, match=r"keras\.optimizers\.Adam"):
        keras.optimizers.Adam(0.1)
    for setting, value in (("floatx", "float16"), ("epsilon", 1e-5), ("learning_phase", 1)):
        with pytest.raises(ArgumentError, match=setting):
            getattr(keras.backend, f"set_{setting}")(value)
    keras.backend.set_floatx("float32")
    keras.backend.set_learning_phase(0)


def test_regularizers_are_losses_that_nobody_need_compute() -> None:
    with tf.Graph().as_default() as graph:
        layer = keras.layers.Dense(2, kernel_regularizer=keras.regularizers.l2(0.5), weights=[np.ones((3, 2)), [0, 0]])
        layer(placeholder(None, 3))
        (loss,) = layer.losses
        assert rnn2onnx.compile(graph, loss).run({}) == pytest.approx(3.0)
        assert [keras.regularizers.get(name)(tf.constant([2.0])).shape.as_list() for name in ("l1", "l2")] == [[], []]


def test_a_layer_becomes_data_and_a_layer_again() -> None:
    class Own(keras.layers.Layer):
        def __init__(self, size: int, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.size = size

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "size": self.size}

    layer = keras.layers.TimeDistributed(Own(3, name="own"), name="t")
    again = deserialize(copy.deepcopy(serialize(layer)))
    assert (again.name, again.layer.name, again.layer.size) == ("t", "own", 3)
    assert again.layer is not layer.layer
    dense = keras.layers.Dense(2, activation=tf.sin, kernel_initializer=keras.initializers.RandomNormal(0.0, 2.0))
    twin = clone(dense)
    assert twin.activation is dense.activation
    assert twin.kernel_initializer.stddev == 2.0
    with pytest.raises(ArgumentError, match="Unknown layer: Nowhere"):
        deserialize({"class_name": "Nowhere", "config": {}})


def test_names_of_ones_own() -> None:
    with keras.utils.custom_object_scope({"Tiny": keras.layers.ReLU}):
        assert isinstance(deserialize({"class_name": "Tiny", "config": {}}), keras.layers.ReLU)
    assert "Tiny" not in keras.utils.get_custom_objects()
    assert keras.utils.to_categorical([[1], [0]]).tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_a_mask_goes_with_the_tensor_and_not_with_its_value() -> None:
    with tf.Graph().as_default():
        x = placeholder(None, 5, 3)
        masked = keras.layers.Masking()(x)
        assert mask_of(x) is None
        assert mask_of(masked) is not None
        assert mask_of(masked + 0.0) is None
        assert mask_of(keras.layers.Activation("linear")(masked)) is mask_of(masked)
        assert mask_of(keras.layers.Flatten()(masked)) is None


def test_errors_carry_the_users_line() -> None:
    with tf.Graph().as_default(), pytest.raises(Rnn2OnnxError) as caught:
        keras.layers.Dense(2)(placeholder(None, None))
    assert "test_layer.py" in str(caught.value)


def test_a_value_that_no_layer_can_take() -> None:
    with tf.Graph().as_default(), pytest.raises(TypeError, match="should be tensors"):
        keras.layers.Dense(2)("text")


def test_a_layer_of_an_array() -> None:
    with tf.Graph().as_default() as graph:
        y = keras.layers.Dense(2, kernel_initializer="ones")(np.ones((1, 3), "float32"))
        assert rnn2onnx.compile(graph, y).run({}).tolist() == [[3.0, 3.0]]
