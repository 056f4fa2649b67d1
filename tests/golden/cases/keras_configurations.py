"""Keras's models from what they were written down as: configurations, JSON, clones."""

from __future__ import annotations

import json

import numpy as np

from tests.golden.registry import case, facts, ints, normal

WORDS = np.array([[3, 1, 2, 5, 0], [4, 6, 0, 0, 0], [2, 2, 7, 1, 1]], np.int32)


def layer(kind, config, *calls):
    """A layer as Keras 2 writes it, with the calls that each of its own follows."""
    return {"class_name": kind, "config": config, "name": config["name"], "inbound_nodes": [list(c) for c in calls]}


def after(name, call=0, output=0):
    return [name, call, output, {}]


SIAMESE = {
    "class_name": "Model",
    "config": {
        "name": "siamese",
        "layers": [
            layer("InputLayer", {"batch_input_shape": [None, 5], "dtype": "int32", "sparse": False, "name": "a"}),
            layer("InputLayer", {"batch_input_shape": [None, 5], "dtype": "int32", "sparse": False, "name": "b"}),
            layer(
                "Embedding",
                {"name": "words", "input_dim": 8, "output_dim": 4, "mask_zero": True, "trainable": True},
                [after("a")],
                [after("b")],
            ),
            layer(
                "Bidirectional",
                {
                    "name": "both",
                    "layer": {
                        "class_name": "LSTM",
                        "config": {
                            "name": "lstm",
                            "units": 3,
                            "recurrent_activation": "hard_sigmoid",
                            "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
                            "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.1}},
                            "implementation": 1,
                        },
                    },
                    "merge_mode": "concat",
                },
                [after("words", 0)],
                [after("words", 1)],
            ),
            layer("Multiply", {"name": "product"}, [after("both", 0), after("both", 1)]),
            layer("Dense", {"name": "out", "units": 2, "activation": "softmax"}, [after("product")]),
        ],
        "input_layers": [["a", 0, 0], ["b", 0, 0]],
        "output_layers": [["out", 0, 0]],
    },
    "keras_version": "2.2.4-tf",
    "backend": "tensorflow",
}


@case(lambda rng: {"a": WORDS, "b": WORDS[::-1].copy()})
def a_functional_model_from_its_configuration(tf, keras):
    return keras.models.model_from_config(SIAMESE).outputs


@case(lambda rng: {"a": WORDS, "b": WORDS[::-1].copy()})
def a_functional_model_from_json(tf):
    return tf.keras.models.model_from_json(json.dumps(SIAMESE)).output


@facts()
def what_a_model_from_json_knows(tf, keras):
    model = keras.models.model_from_json(json.dumps(SIAMESE))
    return [model.name, [one.name for one in model.layers], [v.name for v in model.weights], model.count_params()]


@case(lambda rng: {"first_input": normal(rng, 2, 4, 3)})
def a_sequential_model_from_json(tf, keras):
    layers = [
        {
            "class_name": "TimeDistributed",
            "config": {
                "name": "first",
                "batch_input_shape": [None, 4, 3],
                "layer": {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "relu"}},
            },
        },
        {"class_name": "GRU", "config": {"name": "gru", "units": 3, "reset_after": False}},
    ]
    return keras.models.model_from_json(
        json.dumps({"class_name": "Sequential", "config": {"name": "net", "layers": layers}})
    ).output


@case(lambda rng: {"x": normal(rng, 2, 4, 3)})
def models_written_and_read_again(tf, keras):
    k = keras.layers
    x = k.Input((4, 3))
    h, state = k.GRU(3, return_sequences=True, return_state=True, name="gru")(x)
    y = k.LSTM(2, name="lstm")(k.Masking()(k.Conv1D(3, 2, activation="tanh", padding="causal", name="conv")(h)))
    model = keras.Model(x, k.concatenate([k.BatchNormalization(name="norm")(y), k.Dense(2, name="d")(state)]))
    z = tf.placeholder(tf.float32, [None, 4, 3], "x")
    outputs = []
    copies = [keras.models.model_from_json(model.to_json()), keras.Model.from_config(model.get_config())]
    for number, copy in enumerate(copies):
        with tf.name_scope(f"again{number}"):
            outputs.append(copy(z))
    return [model(z), *outputs]


@case(lambda rng: {"x": normal(rng, 2, 3)})
def shared_layers_and_models_inside(tf, keras):
    k = keras.layers
    i = k.Input((3,))
    inner = keras.Model(i, k.Dense(3, activation="relu", name="inside")(i), name="inner")
    x = k.Input((3,), name="i")
    dense = k.Dense(3, name="shared")
    model = keras.Model(x, k.add([dense(inner(x)), dense(x)]))
    return keras.models.model_from_json(model.to_json())(tf.placeholder(tf.float32, [None, 3], "x"))


@case(lambda rng: {"h": normal(rng, 2, 4), "y": normal(rng, 2, 5, 3)})
def states_between_layers(tf, keras):
    k = keras.layers
    x, h = k.Input((None, 3)), k.Input((4,))
    y = k.GRU(4, name="gru")(x, initial_state=h)
    model = keras.Model([x, h], y)
    copy = keras.models.model_from_json(model.to_json())
    z, s = tf.placeholder(tf.float32, [None, None, 3], "y"), tf.placeholder(tf.float32, [None, 4], "h")
    return copy([z, s])


@case(lambda rng: {"x": normal(rng, 2, 3)})
def a_clone(tf, keras):
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,), name="a"), keras.layers.Dense(1, name="b")])
    copy = keras.models.clone_model(model)
    return copy(tf.placeholder(tf.float32, [None, 3], "x"))


@case(lambda rng: {"x": normal(rng, 2, 3)})
def layers_of_ones_own_by_name(tf, keras):
    class Scale(keras.layers.Layer):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    x = keras.Input((3,))
    model = keras.Model(x, Scale(3.0, name="scale")(keras.layers.Dense(2, name="d")(x)))
    copy = keras.models.model_from_json(model.to_json(), custom_objects={"Scale": Scale})
    return copy(tf.placeholder(tf.float32, [None, 3], "x"))


@case(lambda rng: {"x": ints(rng, 5, 2, 3)})
def a_layer_and_its_data(tf, keras):
    first = keras.layers.Embedding(5, 2, name="e")
    again = keras.layers.deserialize(keras.layers.serialize(first))
    return again(tf.placeholder(tf.int32, [None, 3], "x"))
