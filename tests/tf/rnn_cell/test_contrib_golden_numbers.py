"""The numbers of TensorFlow's own tests of contrib cells: all weights 0.5 unless a cell starts them otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.tf.contrib import rnn

Cell = Callable[[], Any]
THREE = [[1.0] * 4, [2.0] * 4, [3.0] * 4]
"""Three rows of input."""
TENTH = 0.1
UGRNN = [0.13752282, 0.10545051, 0.10074195]

# The cell, its inputs, its state, the output and the leaves of the new state. Where a row of an output is given as one
# number, all its elements are that.
NUMBERS: dict[str, tuple[Cell, Any, Any, Any, Any]] = {
    "coupled": (
        lambda: rnn.CoupledInputForgetGateLSTMCell(2),
        THREE,
        (TENTH, TENTH),
        [0.121753, 0.103349, 0.100178],
        [[0.137523, 0.105450, 0.100742], [0.121753, 0.103349, 0.100178]],
    ),
    "ugrnn": (lambda: rnn.UGRNNCell(2), THREE, TENTH, UGRNN, [UGRNN]),
    "intersection": (
        lambda: rnn.IntersectionRNNCell(2, num_in_proj=2),
        THREE,
        TENTH,
        [2.00431061, 4.00060606, 6.00008249],
        [UGRNN],
    ),
    "nas": (
        lambda: rnn.NASCell(6),
        THREE,
        (TENTH, TENTH),
        [0.57675087, 0.6189357, 0.62739348],
        [[0.71579772, 0.78041625, 0.79457647], [0.57675087, 0.6189357, 0.62739348]],
    ),
    "nas_projection": (
        lambda: rnn.NASCell(6, num_proj=5),
        THREE,
        (TENTH, TENTH),
        [1.69741797, 1.84003687, 1.87398517],
        [[0.69855207, 0.77073824, 0.78973997], [1.69741797, 1.84003687, 1.87398517]],
    ),
    "sru": (lambda: rnn.SRUCell(2), [[1.0] * 2], TENTH, [0.509682], None),
    "sru_of_3": (lambda: rnn.SRUCell(2), [[1.0] * 3], TENTH, [0.55255556], None),
    "cfn": (lambda: keras_halves(rnn.CFNCell), [[1.0] * 2], TENTH, [0.17188203], [[0.17188203]]),
    "cfn_of_3": (lambda: keras_halves(rnn.CFNCell), [[1.0] * 3], TENTH, [0.15535763], [[0.15535763]]),
    "minimal": (lambda: keras_halves(rnn.MinimalRNNCell), [[1.0] * 2], TENTH, [0.18899589], [[0.18899589]]),
    "minimal_of_3": (lambda: keras_halves(rnn.MinimalRNNCell), [[1.0] * 3], TENTH, [0.19554167], [[0.19554167]]),
    "weight_norm_off": (
        lambda: rnn.WeightNormLSTMCell(2, norm=False),
        [[1.0] * 2],
        ([[0.0, 0.1]], [[0.2, 0.3]]),
        [[0.44923624, 0.49362513]],
        [[[0.65937078, 0.74983585]], [[0.44923624, 0.49362513]]],
    ),
    "weight_norm_off_peepholes": (
        lambda: rnn.WeightNormLSTMCell(2, norm=False, use_peepholes=True),
        [[1.0] * 2],
        ([[0.0, 0.1]], [[0.2, 0.3]]),
        [[0.4792085, 0.53470564]],
        [[[0.65937084, 0.7574988]], [[0.4792085, 0.53470564]]],
    ),
    "weight_norm": (
        lambda: rnn.WeightNormLSTMCell(2),
        [[1.0] * 2],
        ([[0.0, 0.1]], [[0.2, 0.3]]),
        [[0.32770363, 0.37397948]],
        [[[0.50125383, 0.58805949]], [[0.32770363, 0.37397948]]],
    ),
    "weight_norm_peepholes": (
        lambda: rnn.WeightNormLSTMCell(2, use_peepholes=True),
        [[1.0] * 2],
        ([[0.0, 0.1]], [[0.2, 0.3]]),
        [[0.35041603, 0.40873795]],
        [[[0.50125383, 0.59587258]], [[0.35041603, 0.40873795]]],
    ),
}
BASIC_STATES = (([[0.0, 0.1]], [[0.2, 0.3]]), ([[0.4, 0.5]], [[0.6, 0.7]]))
EXTREMES = [[[-1.0, 1.0]], [[-0.38079708, 0.38079708]]] * 2
NUMBERS["basic_norm"] = (
    lambda: stack(lambda: rnn.LayerNormBasicLSTMCell(2)),
    [[1.0] * 2],
    BASIC_STATES,
    [[-0.38079708, 0.38079708]],
    EXTREMES,
)
NUMBERS["basic_norm_whose_bias_is_a_half_too"] = (
    lambda: stack(lambda: rnn.LayerNormBasicLSTMCell(2, layer_norm=False)),
    [[1.0] * 2],
    BASIC_STATES,
    [[0.70230919, 0.72581059]],
    [
        [[0.8020075, 0.89599884]],
        [[0.56668288, 0.60858738]],
        [[1.17500675, 1.26892781]],
        [[0.70230919, 0.72581059]],
    ],
)
BLOCK_STACK = [0.68967271, 0.44848421, 0.39897051, 0.24024698]
NUMBERS["blocks"] = (
    lambda: stack(lambda: rnn.LSTMBlockCell(2)),
    [[1.0] * 2],
    ((TENTH, TENTH), (TENTH, TENTH)),
    [0.24024698],
    [[number] for number in BLOCK_STACK],
)
NUMBERS["gru_block"] = (lambda: rnn.GRUBlockCell(2), [[1.0] * 2], TENTH, [0.175991], [[0.175991]])
NUMBERS["gru_block_v2"] = (lambda: rnn.GRUBlockCellV2(2), [[1.0] * 3], TENTH, [0.156736], [[0.156736]])


def keras_halves(kind: Any) -> Any:
    # Keras's initializers are the cell's own: the scope's has no say.
    return kind(2, kernel_initializer=tf.constant_initializer(0.5))


def stack(make: Cell) -> Any:
    return rnn.MultiRNNCell([make() for _ in range(2)])


def tensors(given: Any, sizes: Any, rows: int) -> Any:
    if isinstance(sizes, tuple):
        parts = [tensors(part, size, rows) for part, size in zip(given, sizes, strict=True)]
        return type(sizes)(*parts) if hasattr(sizes, "_fields") else tuple(parts)
    return tf.constant(np.broadcast_to(np.float32(given), (rows, sizes)))


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("run", ["evaluator", "onnxruntime"])
def test_cells_give_the_numbers_of_tensorflows_tests(name: str, run: str) -> None:
    make, x, state, output, leaves = NUMBERS[name]
    with tf.Graph().as_default() as graph:
        with tf.variable_scope("root", initializer=tf.constant_initializer(0.5)):
            cell = make()
            found = cell(tf.constant(np.float32(x)), tensors(state, cell.state_size, len(x)))
        program = rnn2onnx.compile(graph, found)
    got, new_state = program.evaluate({}, float64=False) if run == "evaluator" else program.run({})
    near(got, output)
    if leaves is not None:
        flat = tf.nest.flatten(new_state)
        assert len(flat) == len(leaves)
        for leaf, want in zip(flat, leaves, strict=True):
            near(leaf, want)


def near(got: Any, want: Any) -> None:
    wanted = np.asarray(want, np.float64)
    rows = wanted[:, None] if wanted.ndim == 1 else wanted
    np.testing.assert_allclose(got, np.broadcast_to(rows, got.shape), rtol=0, atol=2e-6)
