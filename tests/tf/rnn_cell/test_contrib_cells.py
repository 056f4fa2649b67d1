"""Contrib cells: equal to the core cells where they should be, what they start from, dropout, and edges in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.tf.contrib import rnn
from tests.tf.recording import initial, values

RNG = np.random.default_rng(5)
X, C, M = RNG.standard_normal((3, 4)), 2 * RNG.standard_normal((3, 4)), RNG.standard_normal((3, 4))
Weights = dict[str, np.ndarray]


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        yield graph


def normal(*shape: int) -> np.ndarray:
    return 0.5 * RNG.standard_normal(shape)


def stepped(cell: Any, weights: Weights, x: np.ndarray = X, c: np.ndarray = C, m: np.ndarray = M) -> list[np.ndarray]:
    """The leaves of a step of a cell in float64."""
    with tf.Graph().as_default():
        state = tf.constant(np.float32(m))
        if isinstance(cell.state_size, tuple):
            state = tf.nn.rnn_cell.LSTMStateTuple(tf.constant(np.float32(c)), state)
        found = cell(tf.constant(np.float32(x)), state)
        return tf.nest.flatten(values(found, weights=weights, float64=True))


def same(one: list[np.ndarray], other: list[np.ndarray]) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


LSTM = {"lstm_cell/kernel": normal(8, 16), "lstm_cell/bias": normal(16)}
PEEPHOLES = {f"lstm_cell/w_{gate}_diag": normal(4) for gate in "fio"}


def moved(weights: Weights, scope: str) -> Weights:
    return {name.replace("lstm_cell", scope): value for name, value in weights.items()}


# -- equal to core cells ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", [None, 0.5])
@pytest.mark.parametrize("peepholes", [False, True])
def test_the_block_cell_is_lstm_cell_with_the_same_checkpoint(peepholes: bool, clip: float | None) -> None:
    weights = LSTM | PEEPHOLES
    want = stepped(rnn.LSTMCell(4, use_peepholes=peepholes, cell_clip=clip), weights)
    same(stepped(rnn.LSTMBlockCell(4, use_peephole=peepholes, cell_clip=clip), weights), want)


def test_a_block_cell_without_a_bound_does_not_clip_at_3() -> None:
    _, c, _ = stepped(rnn.LSTMBlockCell(4), LSTM, c=np.full((3, 4), 50.0))
    assert np.min(c) > 3


def test_the_gru_block_cells_are_gru_cell() -> None:
    names = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")
    arrays = (normal(8, 8), normal(8), normal(8, 4), normal(4))
    weights = {f"gru_cell/{name}": array for name, array in zip(names, arrays, strict=True)}
    want = stepped(rnn.GRUCell(4), weights)
    same(stepped(rnn.GRUBlockCellV2(4), weights), want)
    older = {f"gru_cell/{name}": array for name, array in zip(("w_ru", "b_ru", "w_c", "b_c"), arrays, strict=True)}
    same(stepped(rnn.GRUBlockCell(4), older), want)


@pytest.mark.parametrize("options", [{}, {"use_peepholes": True, "cell_clip": 0.5, "forget_bias": 2.0}])
def test_cells_without_their_norms_are_lstm_cell(options: dict[str, Any]) -> None:
    want = stepped(rnn.LSTMCell(4, **options), LSTM | PEEPHOLES)
    same(stepped(rnn.LayerNormLSTMCell(4, **options), moved(LSTM | PEEPHOLES, "layer_norm_lstm_cell")), want)
    weights = moved(LSTM | PEEPHOLES, "wn_lstm_cell/wn_lstm_cell")
    same(stepped(rnn.WeightNormLSTMCell(4, norm=False, **options), weights), want)
    if not options:
        plain = rnn.LayerNormBasicLSTMCell(4, layer_norm=False)
        same(stepped(plain, moved(LSTM, "layer_norm_basic_lstm_cell")), want)


def test_a_weight_normed_cell_with_the_lengths_of_its_columns_is_lstm_cell() -> None:
    weights = moved(LSTM, "wn_lstm_cell/wn_lstm_cell")
    kernel = LSTM["lstm_cell/kernel"]
    for k, rows in enumerate((kernel[:4], kernel[4:])):
        weights[f"wn_lstm_cell/wn_lstm_cell/norm_{k}"] = np.linalg.norm(rows, axis=0)
    for mine, want in zip(stepped(rnn.WeightNormLSTMCell(4), weights), stepped(rnn.LSTMCell(4), LSTM), strict=True):
        np.testing.assert_allclose(mine, want, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_grouped_lstm_is_an_lstm_for_each_group(groups: int) -> None:
    width = 4 // groups
    kernels = [normal(2 * width, 4 * width) for _ in range(groups)]
    biases = {gate: normal(4) for gate in "ijfo"}
    weights = {f"glstm_cell/group{g}/kernel": kernel for g, kernel in enumerate(kernels)}
    weights |= {f"glstm_cell/bias_{gate}": bias for gate, bias in biases.items()}
    parts = []
    for g, kernel in enumerate(kernels):
        columns = slice(g * width, (g + 1) * width)
        own = {
            "lstm_cell/kernel": kernel,
            "lstm_cell/bias": np.concatenate([biases[gate][columns] for gate in "ijfo"]),
        }
        parts.append(stepped(rnn.LSTMCell(width), own, X[:, columns], C[:, columns], M[:, columns]))
    same(
        stepped(rnn.GLSTMCell(4, number_of_groups=groups), weights),
        [np.concatenate(leaves, 1) for leaves in zip(*parts, strict=True)],
    )


def diagonal(vector: np.ndarray) -> np.ndarray:
    """The matrix of several gates that sees each unit's own state only."""
    return np.concatenate([np.diag(part) for part in vector.reshape(-1, 4)], 1)


def test_independent_cells_are_the_core_cells_with_diagonal_matrices() -> None:
    w, u, b = normal(4, 4), normal(1, 4), normal(4)
    weights = {"ind_rnn_cell/kernel_w": w, "ind_rnn_cell/kernel_u": u, "ind_rnn_cell/bias": b}
    full = {"basic_rnn_cell/kernel": np.concatenate([w, diagonal(u)]), "basic_rnn_cell/bias": b}
    same(stepped(rnn.IndRNNCell(4), weights), stepped(rnn.BasicRNNCell(4), full))

    w, u, b = normal(4, 16), normal(1, 16), normal(16)
    weights = {"indy_lstm_cell/kernel_w": w, "indy_lstm_cell/kernel_u": u, "indy_lstm_cell/bias": b}
    full = {"lstm_cell/kernel": np.concatenate([w, diagonal(u)]), "lstm_cell/bias": b}
    same(stepped(rnn.IndyLSTMCell(4), weights), stepped(rnn.LSTMCell(4), full))

    weights, full = {}, {}
    for part, kernel, gates in (("gates", "kernel_w", 2), ("candidate", "kernel", 1)):
        w, u, b = normal(4, 4 * gates), normal(1, 4 * gates), normal(4 * gates)
        scope = f"indy_gru_cell/{part}"
        weights |= {f"{scope}/{kernel}": w, f"{scope}/kernel_u": u, f"{scope}/bias": b}
        full |= {f"gru_cell/{part}/kernel": np.concatenate([w, diagonal(u)]), f"gru_cell/{part}/bias": b}
    same(stepped(rnn.IndyGRUCell(4), weights), stepped(rnn.GRUCell(4), full))


def test_a_coupled_lstm_is_an_lstm_whose_input_gate_is_the_forget_gates_rest() -> None:
    j, f, o = normal(8, 4), normal(8, 4), normal(8, 4)
    # In binary fractions, so that the forget bias of 1 is added without rounding.
    bj, bf, bo = normal(4), np.round(64 * normal(4)) / 64, normal(4)
    scope = "coupled_input_forget_gate_lstm_cell"
    weights = {f"{scope}/W_0": np.concatenate([j, f, o], 1), f"{scope}/B": np.concatenate([bj, bf, bo])}
    full = {
        "lstm_cell/kernel": np.concatenate([-f, j, f, o], 1),
        "lstm_cell/bias": np.concatenate([-bf - 1, bj, bf, bo]),
    }
    same(stepped(rnn.CoupledInputForgetGateLSTMCell(4), weights), stepped(rnn.LSTMCell(4), full))


# -- initial values ---------------------------------------------------------------------------------------------------


def test_recurrent_vectors_start_within_one() -> None:
    for cell in (rnn.IndRNNCell(500), rnn.IndyGRUCell(500), rnn.IndyLSTMCell(500)):
        cell(tf.ones([1, 2]), cell.zero_state(1, tf.float32))
    drawn = {name: value for name, value in initial().items() if name.endswith("kernel_u")}
    assert len(drawn) == 4
    for value in drawn.values():
        assert -1 <= value.min() < -0.9
        assert 0.9 < value.max() < 1


def phased_start(**options: Any) -> Weights:
    cell = rnn.PhasedLSTMCell(2000, **options)
    cell((tf.ones([1, 1]), tf.ones([1, 2])), cell.zero_state(1, tf.float32))
    return {name.rpartition("/")[2]: value for name, value in initial().items()}


def test_periods_are_spread_evenly_over_the_powers_and_phases_within_them() -> None:
    start = phased_start(period_init_min=2.0, period_init_max=tf.constant(200.0), ratio_on=0.25)
    assert 2 <= start["period"].min() < 2.1
    assert 190 < start["period"].max() < 200
    assert np.median(start["period"]) == pytest.approx(20, rel=0.2)
    assert np.all((start["phase"] >= 0) & (start["phase"] < start["period"]))
    assert np.median(start["phase"] / start["period"]) == pytest.approx(0.5, abs=0.05)
    assert np.all(start["ratio_on"] == 0.25)


def test_periods_follow_the_seed_of_the_graph() -> None:
    found = []
    for seed in (1, 1, 2):
        with tf.Graph().as_default():
            tf.set_random_seed(seed)
            found.append(phased_start()["period"])
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_cells_of_keras_start_from_keras_initializers_not_from_the_scopes() -> None:
    with tf.variable_scope("root", initializer=tf.constant_initializer(7.0)):
        for cell in (rnn.MinimalRNNCell(3), rnn.CFNCell(3)):
            cell(tf.ones([1, 2]), tf.ones([1, 3]))
    for name, value in initial().items():
        if name.endswith("bias"):
            assert np.all(value == 1)
        else:
            assert 0 < np.abs(value).max() < 2


# -- dropout ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [0.5, 0, "unknown"])
def test_dropped_gates_are_refused_unless_it_is_inference(keep: Any) -> None:
    keep = tf.placeholder(tf.float32, [], "keep") if keep == "unknown" else keep
    with pytest.raises(ArgumentError, match=r"LayerNormBasicLSTMCell with dropout_keep_prob.*inference=True"):
        rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=keep)
    rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=keep, inference=True)


def test_at_inference_nothing_is_dropped() -> None:
    weights = moved(LSTM, "layer_norm_basic_lstm_cell")
    options: dict[str, Any] = {"layer_norm": False, "activation": tf.nn.relu}
    want = stepped(rnn.LayerNormBasicLSTMCell(4, **options), weights)
    for kept in (1, 1.0, 2.0, tf.constant(1.0)):
        same(stepped(rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=kept, **options), weights), want)
    same(stepped(rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=0.3, inference=True, **options), weights), want)


# -- edges in time ----------------------------------------------------------------------------------------------------

IN_TIME: dict[str, Callable[[], Any]] = {
    "block": lambda: rnn.LSTMBlockCell(4),
    "gru_block": lambda: rnn.GRUBlockCell(4),
    "coupled": lambda: rnn.CoupledInputForgetGateLSTMCell(4, num_proj=3),
    "basic_norm": lambda: rnn.LayerNormBasicLSTMCell(4),
    "norm": lambda: rnn.LayerNormLSTMCell(4, layer_norm=True, num_proj=3),
    "nas": lambda: rnn.NASCell(4, num_proj=3),
    "ugrnn": lambda: rnn.UGRNNCell(4),
    "intersection": lambda: rnn.IntersectionRNNCell(4, num_in_proj=4),
    "sru": lambda: rnn.SRUCell(4),
    "weight_norm": lambda: rnn.WeightNormLSTMCell(4),
    "ind_rnn": lambda: rnn.IndRNNCell(4),
    "indy_lstm": lambda: rnn.IndyLSTMCell(4),
    "minimal": lambda: rnn.MinimalRNNCell(4),
    "cfn": lambda: rnn.CFNCell(4),
    "groups": lambda: rnn.GLSTMCell(4, number_of_groups=2),
}


def in_time(name: str, lengths: bool = True) -> rnn2onnx.Program:
    """A program of a cell in dynamic_rnn, from a state of ones."""
    with tf.Graph().as_default() as graph:
        cell = IN_TIME[name]()
        x = tf.placeholder(tf.float32, [None, None, 2], "x")
        n = tf.placeholder(tf.int32, [None], "n") if lengths else None
        state = tf.nest.map_structure(tf.ones_like, cell.zero_state(tf.shape(x)[0], tf.float32))
        return rnn2onnx.compile(graph, tf.nn.dynamic_rnn(cell, x, n, initial_state=state))


@pytest.mark.parametrize("name", IN_TIME)
def test_padding_is_never_seen(name: str) -> None:
    program = in_time(name)
    x = np.random.default_rng(1).standard_normal((3, 4, 2)).astype("f")
    n = np.array([4, 2, 0], "i")
    outputs, state = program.run({"x": x, "n": n})
    x[1, 2:], x[2] = np.nan, np.inf
    again, state_again = program.run({"x": x, "n": n})
    np.testing.assert_array_equal(again, outputs)
    for a, b in zip(tf.nest.flatten(state), tf.nest.flatten(state_again), strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.all(a[2] == 1)
    assert not np.any(outputs[1, 2:])
    assert not np.any(outputs[2])


@pytest.mark.parametrize("lengths", [False, True])
@pytest.mark.parametrize(("rows", "steps"), [(2, 0), (0, 3), (0, 0)])
@pytest.mark.parametrize("name", ["block", "coupled", "nas", "sru", "intersection", "minimal", "basic_norm"])
def test_no_rows_and_no_steps(name: str, rows: int, steps: int, lengths: bool) -> None:
    program = in_time(name, lengths)
    feeds = {"x": np.zeros((rows, steps, 2), "f")} | ({"n": np.zeros(rows, "i")} if lengths else {})
    outputs, state = program.run(feeds)
    assert outputs.shape[:2] == (rows, steps)
    for leaf in tf.nest.flatten(state):
        assert leaf.shape[0] == rows
        assert np.all(leaf == 1)
