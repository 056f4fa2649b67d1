"""cuDNN's layouts of recurrent weights in Keras's files, turned into the plain ones.

``CuDNNLSTM`` and ``CuDNNGRU`` keep a gate's matrices the other way round and have a bias for each product; everything
else is as in ``LSTM`` and ``GRU(reset_after=True)``.

Source: Keras 2.15, ``keras/src/saving/legacy/hdf5_format.py``, ``preprocess_weights_for_loading``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights.entry import Entry

_LSTM, _GRU = 4, 3


def plain_kernel(kernel: NDArray[Any], gates: int) -> NDArray[Any]:
    """A kernel ``[depth, gates * units]`` of cuDNN's as Keras's plain layers have it."""
    parts = np.split(kernel, gates, axis=1)
    return np.concatenate([part.T.reshape(part.shape, order="F") for part in parts], axis=1)


def plain_recurrent_kernel(kernel: NDArray[Any], gates: int) -> NDArray[Any]:
    """A recurrent kernel ``[units, gates * units]`` of cuDNN's as Keras's plain layers have it."""
    return np.concatenate([part.T for part in np.split(kernel, gates, axis=1)], axis=1)


def plain_bias(bias: NDArray[Any], gates: int) -> NDArray[Any]:
    """The two biases ``[2 * gates * units]`` of cuDNN's: their sum for an LSTM, ``[2, 3 units]`` for a GRU."""
    both = bias.reshape(2, -1)
    return both[0] + both[1] if gates == _LSTM else both


def without_cudnn(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a file with cuDNN's layouts turned into the plain ones; a bias's length gives them away."""
    named = {entry.name: entry for entry in entries}
    changed: dict[str, Entry] = {}
    for name, bias in named.items():
        scope, _, last = name.rpartition("/")
        if not (last == "bias" or last.startswith("bias_")):
            continue
        end = last.removeprefix("bias")
        kernel, recurrent = named.get(f"{scope}/kernel{end}"), named.get(f"{scope}/recurrent_kernel{end}")
        gates = _gates(kernel, recurrent, bias)
        if gates is None or kernel is None or recurrent is None:
            continue
        changed[kernel.name] = _turned(kernel, kernel.shape, plain_kernel, gates)
        changed[recurrent.name] = _turned(recurrent, recurrent.shape, plain_recurrent_kernel, gates)
        units = recurrent.shape[0]
        changed[name] = _turned(bias, (4 * units,) if gates == _LSTM else (2, 3 * units), plain_bias, gates)
    return [changed.get(entry.name, entry) for entry in entries]


def _gates(kernel: Entry | None, recurrent: Entry | None, bias: Entry) -> int | None:
    """How many gates a layer of cuDNN's has; None for any other layer."""
    if kernel is None or recurrent is None or len(kernel.shape) != 2 or len(recurrent.shape) != 2:
        return None
    units = recurrent.shape[0]
    for gates in (_LSTM, _GRU):
        shapes = (kernel.shape[1], recurrent.shape[1], bias.shape)
        if units and shapes == (gates * units, gates * units, (2 * gates * units,)):
            return gates
    return None


def _turned(
    entry: Entry, shape: tuple[int, ...], turn: Callable[[NDArray[Any], int], NDArray[Any]], gates: int
) -> Entry:
    def read() -> NDArray[Any]:
        array = np.ascontiguousarray(turn(entry.read(), gates))
        array.setflags(write=False)
        return array

    return replace(entry, shape=shape, read=read)


def with_cudnn(plain: Mapping[str, Entry], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Entry]:
    """The entries of cuDNN's layers in a model, from a file's plain ones: ``without_cudnn`` the other way round.

    Args:
        plain: The file's entries by the names of the model's variables.
        shapes: Of the model's variables, by name: a bias's tells which layers are cuDNN's.

    Returns:
        The kernels and biases of those layers. A plain LSTM's one bias becomes the first, and the second is zero.
    """
    found: dict[str, Entry] = {}
    for name, shape in shapes.items():
        scope = name.rpartition("/")[0]
        bias, kernel, recurrent = (plain.get(f"{scope}/{last}") for last in ("bias", "kernel", "recurrent_kernel"))
        if name != f"{scope}/bias" or bias is None or bias.shape == shape:
            continue
        gates = _gates(kernel, recurrent, replace(bias, shape=shape))
        if gates is None or kernel is None or recurrent is None:
            continue
        units = recurrent.shape[0]
        if bias.shape == ((4 * units,) if gates == _LSTM else (2, 3 * units)):
            found[f"{scope}/kernel"] = _turned(kernel, kernel.shape, _cudnn_kernel, gates)
            found[f"{scope}/recurrent_kernel"] = _turned(recurrent, recurrent.shape, plain_recurrent_kernel, gates)
            found[f"{scope}/bias"] = _turned(bias, shape, _cudnn_bias, gates)
    return found


def _cudnn_kernel(kernel: NDArray[Any], gates: int) -> NDArray[Any]:
    parts = np.split(kernel, gates, axis=1)
    return np.concatenate([part.reshape(part.shape[::-1], order="F").T for part in parts], axis=1)


def _cudnn_bias(bias: NDArray[Any], gates: int) -> NDArray[Any]:
    return np.concatenate([bias, np.zeros_like(bias)]) if gates == _LSTM else bias.reshape(-1)
