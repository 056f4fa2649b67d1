"""CuDNNLSTM and CuDNNGRU compute what LSTM and GRU compute, with cuDNN's weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import keras, tf
from tests.tf.recording import initial, random_weights, values, variables

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def x() -> Any:
    return tf.placeholder(tf.float32, [None, None, 3], "x")


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(("kind", "gates"), [("LSTM", 4), ("GRU", 3)])
def test_values_are_those_of_the_layer_without_cudnn(kind: str, gates: int, backwards: bool) -> None:
    options = {"return_sequences": True, "return_state": True, "go_backwards": backwards}
    inputs = x()
    fast = getattr(tf.keras.layers, f"CuDNN{kind}")(4, name="fast", **options)(inputs)
    plain = getattr(keras.layers, kind)(4, name="plain", **options)(inputs)
    weights = random_weights()
    cell = f"plain/{kind.lower()}_cell"
    for name in ("kernel", "recurrent_kernel"):
        parts = np.split(weights[f"fast/{name}"], gates, axis=1)
        weights[f"{cell}/{name}"] = np.concatenate([part.reshape(4, -1).T for part in parts], axis=1)
    both = weights["fast/bias"].reshape(2, gates * 4)
    weights[f"{cell}/bias"] = both.sum(0) if kind == "LSTM" else both
    feeds = {"x": RNG.standard_normal((2, 5, 3)).astype(np.float32)}
    got, want = values([fast, plain], feeds, weights, float64=True)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7)


def test_variables_stand_in_the_layers_own_scope() -> None:
    inputs = x()
    tf.keras.layers.CuDNNLSTM(4)(inputs)
    tf.keras.layers.Bidirectional(tf.keras.layers.CuDNNGRU(2))(inputs)
    assert variables() == {
        "cu_dnnlstm/kernel": (3, 16),
        "cu_dnnlstm/recurrent_kernel": (4, 16),
        "cu_dnnlstm/bias": (32,),
        "bidirectional/forward_cu_dnngru/kernel": (3, 6),
        "bidirectional/forward_cu_dnngru/recurrent_kernel": (2, 6),
        "bidirectional/forward_cu_dnngru/bias": (12,),
        "bidirectional/backward_cu_dnngru/kernel": (3, 6),
        "bidirectional/backward_cu_dnngru/recurrent_kernel": (2, 6),
        "bidirectional/backward_cu_dnngru/bias": (12,),
    }


def test_weights_are_the_layers_own_and_stand_once() -> None:
    layer = tf.keras.layers.CuDNNLSTM(4)
    layer(x())
    assert [weight.op.name for weight in layer.weights] == [
        "cu_dnnlstm/kernel",
        "cu_dnnlstm/recurrent_kernel",
        "cu_dnnlstm/bias",
    ]


def test_the_bias_of_the_forget_gate_of_states_is_one_at_first() -> None:
    tf.keras.layers.CuDNNLSTM(2)(x())
    np.testing.assert_array_equal(initial()["cu_dnnlstm/bias"], [0] * 10 + [1] * 2 + [0] * 4)


def test_configuration_makes_an_equal_layer() -> None:
    layer = tf.keras.layers.CuDNNLSTM(4, return_sequences=True, unit_forget_bias=False, name="given")
    again = tf.keras.layers.CuDNNLSTM.from_config(layer.get_config())
    assert (again.name, again.units, again.return_sequences, again.unit_forget_bias) == ("given", 4, True, False)
