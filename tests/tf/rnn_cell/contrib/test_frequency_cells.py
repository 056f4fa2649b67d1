"""Cells that walk over frequencies: the numbers of TensorFlow's own tests, and what TensorFlow cannot run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from tests.tf.recording import values

WINDOWS = {"feature_size": 2, "frequency_skip": 1, "num_frequency_blocks": [3]}


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as graph:
        # All weights are 0.5, as in TensorFlow's tests.
        tf.get_variable_scope().set_initializer(tf.constant_initializer(0.5))
        yield graph


def tenths(sizes: Any, rows: int) -> Any:
    return tf.nest.map_structure(lambda size: tf.fill([rows, size], 0.1), sizes)


def near(got: Any, want: Any) -> None:
    np.testing.assert_allclose(got, np.repeat(want, 2), rtol=0, atol=2e-6)


ROWS = np.float32([[1] * 4, [2] * 4, [3] * 4])
COUPLED = [0.416383, 0.403238, 0.524020, 0.565425, 0.557865, 0.609699]
COUPLED_STATE = [0.625556, 0.416383, 0.759134, 0.524020, 0.798795, 0.557865]


@pytest.mark.parametrize("state_is_tuple", [False, True])
def test_coupled_grid(state_is_tuple: bool) -> None:
    cell = tf.contrib.rnn.GridLSTMCell(2, couple_input_forget_gates=True, state_is_tuple=state_is_tuple, **WINDOWS)
    output, state = values(cell(tf.constant(ROWS), tenths(cell.state_size, 3)))
    near(output[0], COUPLED)
    near((np.concatenate(state, 1) if state_is_tuple else state)[0], COUPLED_STATE)


UPWARDS = [0.464130, 0.419165, 0.593283, 0.738350, 0.661638, 0.866774]


@pytest.mark.parametrize("offset", [0, 1])
def test_bidirectional_grid(offset: int) -> None:
    cell = tf.contrib.rnn.BidirectionalGridLSTMCell(
        2, share_time_frequency_weights=True, backward_slice_offset=offset, **WINDOWS
    )
    x = tf.constant(np.float32([np.arange(1.0, 1.4, 0.1)[:4]]))
    output, state = values(cell(x, tenths(cell.state_size, 1)))
    near(output[0, :12], UPWARDS)
    assert len(state) == 12
    if offset:
        near(output[0, 12:18], [0.322645, 0.276068, 0.584654])


@pytest.mark.parametrize("make", [tf.contrib.rnn.GridLSTMCell, tf.contrib.rnn.BidirectionalGridLSTMCell])
def test_rows_do_not_mix(make: Any) -> None:
    cell = make(2, use_peepholes=True, **WINDOWS)
    output, _ = values(cell(tf.constant(ROWS), tenths(cell.state_size, 3)))
    assert len({tuple(row) for row in output.round(4).tolist()}) == 3


def test_time_frequency_windows_have_one_set_of_weights(graph: Any) -> None:
    cell = tf.contrib.rnn.TimeFreqLSTMCell(2, feature_size=2, use_peepholes=True)
    output, state = values(cell(tf.constant(ROWS), tf.fill([3, 12], 0.1)))
    assert output.shape == (3, 6)
    assert state.shape == (3, 12)
    np.testing.assert_array_equal(output, state.reshape(3, 3, 2, 2)[:, :, 1].reshape(3, 6))
    assert list(graph.variables) == [f"time_freq_lstm_cell/{name}" for name in ("W_0", "B", *PEEPHOLES)]


PEEPHOLES = ("W_F_diag", "W_I_diag", "W_O_diag")


def test_the_batch_of_a_time_frequency_cell_may_be_unknown(graph: Any) -> None:
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    cell = tf.contrib.rnn.TimeFreqLSTMCell(3, feature_size=4)
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    program = rnn2onnx.compile(graph, {"outputs": outputs, "state": state})
    for rows, steps in ((3, 4), (1, 1), (2, 0), (0, 3)):
        feeds = {"x": np.ones([rows, steps, 4], np.float32)}
        got, want = program.run(feeds), program.evaluate(feeds, float64=False)
        for name, shape in (("outputs", (rows, steps, 3)), ("state", (rows, 6))):
            assert got[name].shape == shape
            np.testing.assert_allclose(got[name], want[name], rtol=0, atol=1e-6)


def test_padding_does_not_reach_a_grid(graph: Any) -> None:
    x, n = tf.placeholder(tf.float32, [None, None, 4], "x"), tf.placeholder(tf.int32, [None], "n")
    cell = tf.contrib.rnn.GridLSTMCell(2, use_peepholes=True, cell_clip=0.5, **WINDOWS)
    outputs, state = tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)
    program = rnn2onnx.compile(graph, {"outputs": outputs, "state": state})
    frames = np.ones([2, 4, 4], np.float32)
    frames[0, 2:] = frames[1] = np.nan
    result = program.run({"x": frames, "n": np.int32([2, 0])})
    assert np.isfinite(result["outputs"]).all()
    assert not result["outputs"][1].any()
    assert result["outputs"][0, 1].all()
    assert not np.concatenate(result["state"], 1)[1].any()


def test_a_plain_tuple_is_a_state() -> None:
    cell = tf.contrib.rnn.GridLSTMCell(2, **WINDOWS)
    named = tenths(cell.state_size, 3)
    with tf.variable_scope("a"):
        first = cell(tf.constant(ROWS), named)
    second = cell(tf.constant(ROWS), tuple(named))
    assert type(second[1]) is cell.state_tuple_type
    np.testing.assert_array_equal(*values([first[0], second[0]]))


def test_states_of_another_length_are_refused() -> None:
    cell = tf.contrib.rnn.GridLSTMCell(2, **WINDOWS)
    with pytest.raises(ValueError, match=r"expected a state of 6 tensors, state_f00_b00_c, .* received 2") as caught:
        cell(tf.constant(ROWS), (tf.zeros([3, 2]),) * 2)
    assert "test_frequency_cells.py" in str(caught.value)


@pytest.mark.parametrize("make", [tf.contrib.rnn.TimeFreqLSTMCell, tf.contrib.rnn.GridLSTMCell])
def test_a_window_must_have_a_size(make: Any) -> None:
    grid = make is tf.contrib.rnn.GridLSTMCell
    cell = make(2, num_frequency_blocks=[1], frequency_skip=1) if grid else make(2)
    with pytest.raises(TypeError, match="feature_size is None") as caught:
        cell(tf.constant(ROWS), tenths(cell.state_size, 3))
    assert "test_frequency_cells.py" in str(caught.value)
