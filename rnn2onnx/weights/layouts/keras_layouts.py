"""Keras's recurrent layers onto TensorFlow's cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.layouts.recurrent import GATES, Kind, Recurrent

_KINDS: dict[int, Kind] = {4: "lstm", 3: "gru", 1: "rnn"}
"""By the number of gates."""


def from_keras(
    arrays: Mapping[str, NDArray[Any]],
    layer: str,
    scope: str = "rnn",
    *,
    forget_bias: float = 1.0,
    reset_after: bool | None = None,
) -> dict[str, NDArray[Any]]:
    """The variables of the cell that computes what a Keras ``LSTM``, ``GRU`` or ``SimpleRNN`` computes, by their names.

    Args:
        arrays: All arrays by name, as ``load`` gives them for a file of Keras's.
        layer: The layer's name, ``"lstm_1"``; of one direction ``"bidirectional/forward_lstm"``.
        scope: The cell's scope: ``"rnn"`` of ``dynamic_rnn``, ``"rnn/multi_rnn_cell/cell_0"``,
            ``"bidirectional_rnn/fw"``.
        forget_bias: What the ``LSTMCell`` adds to its forget gate (1 unless it was given another), which is subtracted
            from the bias. Biases keep every bit only with 0.
        reset_after: Whether a ``GRU`` resets after the product. Its bias's shape says so; one without a bias must be
            told, and is ``reset_after=True``, Keras's default, otherwise.

    Returns:
        New arrays for ``LSTMCell``, ``BasicRNNCell``, ``GRUCell`` (``reset_after=False``) or ``CudnnCompatibleGRUCell``
        (``reset_after=True``). These have sigmoid gates: a layer with ``recurrent_activation="hard_sigmoid"``, Keras's
        default before TensorFlow 2, is another function.

    Raises:
        WeightsError: There is no such layer, or its arrays do not fit each other.

    Source:
        ``tf.keras.layers.LSTM``, ``GRU`` and ``SimpleRNN``.
    """
    weights = _recurrent(arrays, layer, reset_after)
    return {f"{scope}/{weights.cell}/{name}": array for name, array in weights.of_cell(forget_bias).items()}


def _recurrent(arrays: Mapping[str, NDArray[Any]], layer: str, reset_after: bool | None) -> Recurrent:
    own = {name.removeprefix(f"{layer}/"): array for name, array in arrays.items() if name.startswith(f"{layer}/")}
    scopes = {name.rpartition("/")[0] for name in own if name.rpartition("/")[2] == "recurrent_kernel"}
    if len(scopes) != 1:
        found = f"several: {', '.join(sorted(scopes))}" if scopes else "none"
        raise WeightsError(f"the recurrent layer {layer!r} should have one 'recurrent_kernel', and there are {found}.")
    cell = scopes.pop()
    parts = {name: own.get(f"{cell}/{name}".lstrip("/")) for name in ("kernel", "recurrent_kernel", "bias")}
    kernel, recurrent, bias = parts["kernel"], parts["recurrent_kernel"], parts["bias"]
    units = recurrent.shape[0] if recurrent is not None and recurrent.ndim == 2 else 0
    gates = recurrent.shape[1] // units if recurrent is not None and units else 0
    kind = _KINDS.get(gates)
    width = gates * units
    fits = kernel is not None and kernel.ndim == 2 and kernel.shape[1] == width and kind is not None
    both = bias is not None and kind == "gru" and bias.shape == (2, width)
    if (
        not fits
        or kernel is None
        or recurrent is None
        or kind is None
        or recurrent.shape[1] != width
        or not (bias is None or both or bias.shape == (width,))
    ):
        shapes = {name: list(array.shape) for name, array in parts.items() if array is not None}
        raise WeightsError(f"the shapes of the layer {layer!r} are no LSTM's, GRU's or SimpleRNN's: {shapes}.")

    def by_gate(array: NDArray[Any]) -> dict[str, NDArray[Any]]:
        return dict(zip(GATES[kind], np.split(array, gates, axis=-1), strict=True))

    rows = [None, None] if bias is None else [bias[0], bias[1]] if both else [bias, None]
    first, second = (None if row is None else by_gate(row) for row in rows)
    after = both if bias is not None else reset_after is not False
    if kind == "gru" and reset_after not in (None, after):
        raise WeightsError(f"the layer {layer!r} has a bias of a GRU with reset_after={after}.")
    return Recurrent(kind, by_gate(kernel), by_gate(recurrent), first, second, reset_after=kind == "gru" and after)
