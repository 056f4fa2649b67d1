"""A state that is a projection, or several states in one, on the way to a native layer."""

from __future__ import annotations

from typing import Any

import pytest

from rnn2onnx import tf
from tests.passes.cells_by_hand import became, compiled


def lstm(units: int, projection: int, **options: Any) -> Any:
    return tf.nn.rnn_cell.LSTMCell(units, num_proj=projection, **options)


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize(
    "options",
    [{}, {"use_peepholes": True}, {"activation": tf.nn.relu}, {"state_is_tuple": False}],
    ids=["plain", "peepholes", "relu", "joint"],
)
@pytest.mark.parametrize("projection", [2, 4, 7])
def test_a_projection_follows_a_native_layer(projection: int, options: dict[str, Any], lengths: bool) -> None:
    program = compiled(lstm(4, projection, **options), lengths=lengths, states=False)
    assert became(program) == ["LSTM"]


def test_projected_layers_of_a_stack_are_native_layers() -> None:
    cells = [lstm(4, 3), lstm(5, 3), lstm(3, 2)]
    program = compiled(tf.nn.rnn_cell.MultiRNNCell(cells), states=False)
    assert became(program) == ["LSTM"] * 3


def test_a_projection_stays_inside_where_it_starts_elsewhere_or_is_clipped_or_small() -> None:
    assert became(compiled(lstm(4, 2))) == ["Scan"]
    assert became(compiled(lstm(4, 2, proj_clip=0.3), states=False)) == ["Scan"]
    assert became(compiled(lstm(9, 2), states=False)) == ["Scan"]


@pytest.mark.parametrize("outer", [True, False])
def test_states_in_one_tensor_are_taken_apart_all_the_way(outer: bool) -> None:
    rnn = tf.nn.rnn_cell
    cells = [rnn.BasicLSTMCell(3, state_is_tuple=False), rnn.LSTMCell(2, state_is_tuple=False), rnn.GRUCell(2)]
    program = compiled(rnn.MultiRNNCell(cells, state_is_tuple=outer))
    assert sorted(became(program)) == ["GRU", "LSTM", "LSTM"]
