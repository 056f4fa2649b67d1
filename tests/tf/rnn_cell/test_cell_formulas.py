"""Every cell computes its formula: against a transcription in numpy, in float64, from random weights and states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.tf import rnn_cell
from tests.tf.recording import kinds, random_weights, values
from tests.tf.rnn_cell import formulas
from tests.tf.rnn_cell.formulas import within

B, DEPTH, N, P = 3, 4, 5, 2
RNG = np.random.default_rng(7)
X, H, C = RNG.standard_normal((B, DEPTH)), RNG.standard_normal((B, N)), 2 * RNG.standard_normal((B, N))
M = RNG.standard_normal((B, P))
FEEDS = {"x": X, "h": H, "c": C, "m": M}


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


def inputs(*names: str) -> list[Any]:
    width = {"x": DEPTH, "h": N, "c": N, "m": P}
    return [tf.placeholder(tf.float32, [None, width[name]], name=name) for name in names]


def stepped(cell: Any, x: Any, state: Any, scope: str) -> tuple[Any, Any, dict[str, Any]]:
    """Output and new state in float64, and the random weights without their scope."""
    outputs = cell(x, state)
    weights = random_weights()
    used = {name: FEEDS[name] for name in tf.get_default_graph().placeholders}
    got = values(outputs, used, weights, float64=True)
    return (*got, within(scope, {name: w.astype("float32").astype("float64") for name, w in weights.items()}))


def same(a: Any, b: Any) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda v: np.maximum(v, 0),
    "sigmoid": formulas.sigmoid,
    "linear": lambda v: v,
    "softsign": lambda v: v / (1 + np.abs(v)),
    "hard_sigmoid": lambda v: np.clip(0.2 * v + 0.5, 0, 1),
    "swish": lambda v: v * formulas.sigmoid(v),
}


@pytest.mark.parametrize("name", [None, *ACTIVATIONS])
def test_basic_rnn(name: str | None) -> None:
    x, h = inputs("x", "h")
    y, state, w = stepped(rnn_cell.BasicRNNCell(N, activation=name), x, h, "basic_rnn_cell")
    same(y, formulas.basic_rnn(X, H, w, ACTIVATIONS[name or "tanh"]))
    same(state, y)


@pytest.mark.parametrize("name", [None, *ACTIVATIONS])
def test_gru(name: str | None) -> None:
    x, h = inputs("x", "h")
    y, state, w = stepped(rnn_cell.GRUCell(N, activation=name), x, h, "gru_cell")
    same(y, formulas.gru(X, H, w, ACTIVATIONS[name or "tanh"]))
    same(state, y)


def test_cudnn_gru_resets_after_the_product() -> None:
    x, h = inputs("x", "h")
    y, state, w = stepped(tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(N), x, h, "cudnn_compatible_gru_cell")
    same(y, formulas.cudnn_gru(X, H, w))
    same(state, y)


def test_cudnn_lstm_has_no_forget_bias() -> None:
    x, c, h = inputs("x", "c", "h")
    y, state, w = stepped(tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(N), x, (c, h), "cudnn_compatible_lstm_cell")
    new_c, new_h = formulas.lstm(X, C, H, w, forget_bias=0.0)
    same(y, new_h)
    same(state.c, new_c)


@pytest.mark.parametrize("name", [None, *ACTIVATIONS])
@pytest.mark.parametrize("forget_bias", [1.0, 0, 2.5])
def test_basic_lstm(name: str | None, forget_bias: float) -> None:
    x, c, h = inputs("x", "c", "h")
    cell = rnn_cell.BasicLSTMCell(N, forget_bias, activation=name)
    y, state, w = stepped(cell, x, rnn_cell.LSTMStateTuple(c, h), "basic_lstm_cell")
    new_c, new_h = formulas.lstm(X, C, H, w, ACTIVATIONS[name or "tanh"], forget_bias)
    same(y, new_h)
    assert type(state) is rnn_cell.LSTMStateTuple
    same(state.c, new_c)
    same(state.h, new_h)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"activation": "relu"},
    {"forget_bias": -0.5},
    {"use_peepholes": True},
    {"cell_clip": 0.25},
    {"cell_clip": 0.25, "use_peepholes": True},
    {"num_proj": P},
    {"num_proj": P, "proj_clip": 0.125},
    {"proj_clip": 0.125},
    {"use_peepholes": True, "cell_clip": 0.5, "num_proj": P, "proj_clip": 0.25, "activation": "softsign"},
]


@pytest.mark.parametrize("tuples", [True, False], ids=["tuple", "tensor"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_lstm(options: dict[str, Any], tuples: bool) -> None:
    last = "m" if "num_proj" in options else "h"
    x, c, h = inputs("x", "c", last)
    state = rnn_cell.LSTMStateTuple(c, h) if tuples else tf.concat([c, h], 1)
    cell = rnn_cell.LSTMCell(N, state_is_tuple=tuples, **options)
    y, new_state, w = stepped(cell, x, state, "lstm_cell")
    new_c, new_h = formulas.lstm(
        X,
        C,
        FEEDS[last],
        w,
        ACTIVATIONS[options.get("activation", "tanh")],
        options.get("forget_bias", 1.0),
        options.get("cell_clip"),
        options.get("proj_clip"),
    )
    same(y, new_h)
    if tuples:
        assert type(new_state) is rnn_cell.LSTMStateTuple
        new_state = np.concatenate(new_state, 1)
    same(new_state, np.concatenate([new_c, new_h], 1))


def test_basic_lstm_and_lstm_agree_on_the_same_weights() -> None:
    x, c, h = inputs("x", "c", "h")
    one = rnn_cell.BasicLSTMCell(N)(x, (c, h))
    other = rnn_cell.LSTMCell(N, name="basic_lstm_cell", reuse=True)(x, (c, h))
    a, b = values((one, other), FEEDS | {"m": M}, random_weights())
    np.testing.assert_array_equal(a[0], b[0])
    np.testing.assert_array_equal(a[1].c, b[1].c)


def test_float32_follows_float64_to_rounding() -> None:
    x, c, h = inputs("x", "c", "h")
    outputs = rnn_cell.LSTMCell(N, use_peepholes=True)(x, (c, h))
    weights = random_weights()
    near, exact = values(outputs, FEEDS, weights), values(outputs, FEEDS, weights, float64=True)
    assert near[0].dtype == np.float32
    np.testing.assert_allclose(near[0], exact[0], rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_states_and_outputs_keep_the_dtype_of_the_input(dtype: str) -> None:
    x = tf.placeholder(dtype, [B, DEPTH], name="x")
    for cell in (rnn_cell.BasicRNNCell(N), rnn_cell.GRUCell(N), rnn_cell.LSTMCell(N, use_peepholes=True)):
        y, state = cell(x, cell.zero_state(B, dtype))
        assert y.dtype.name == dtype
        assert {leaf.dtype.name for leaf in tf.nest.flatten(state)} == {dtype}
        assert {weight.dtype.base_dtype.name for weight in cell.variables} == {dtype}


def test_a_step_is_recorded_as_few_operations() -> None:
    x, c, h = inputs("x", "c", "h")
    gru, _ = rnn_cell.GRUCell(N)(x, h)
    wanted = {"concat": 2, "matmul": 2, "add": 3, "sigmoid": 1, "slice": 2, "mul": 3, "sub": 1, "tanh": 1}
    assert Counter(kinds(gru)) == wanted
    lstm, _ = rnn_cell.LSTMCell(N)(x, (c, h))
    wanted = {"concat": 1, "matmul": 1, "add": 3, "slice": 4, "sigmoid": 3, "mul": 3, "tanh": 2}
    assert Counter(kinds(lstm)) == wanted


def test_a_clip_of_zero_leaves_exact_zeros() -> None:
    x, c, h = inputs("x", "c", "h")
    outputs = rnn_cell.LSTMCell(N, use_peepholes=True, cell_clip=0.0)(x, (c, h))
    for leaf in tf.nest.flatten(values(outputs, FEEDS, random_weights())):
        np.testing.assert_array_equal(leaf, np.zeros((B, N), np.float32))


def test_numpy_inputs_and_states_are_taken() -> None:
    y, _ = rnn_cell.GRUCell(N)(np.float32(X), np.float32(H))
    weights = random_weights()
    same(
        np.float32(values(y, {}, weights)).round(5),
        np.float32(formulas.gru(X, H, within("gru_cell", weights))).round(5),
    )
