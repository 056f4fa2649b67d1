"""PyTorch's recurrent modules onto this project's cells and layers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import ArgumentError, WeightsError
from rnn2onnx.weights.layouts.recurrent import Kind, Recurrent

Arrays = Mapping[str, NDArray[Any]]
Scope = str | Callable[[int, str], str]
Target = Literal["cells", "keras"]

_KINDS: dict[int, Kind] = {4: "lstm", 3: "gru", 1: "rnn"}
"""By the number of gates."""

_ORDERS: dict[Kind, str] = {"lstm": "ifco", "gru": "rzh", "rnn": "h"}
"""PyTorch's orders of gates: i, f, g, o; r, z, n."""

_WEIGHT = re.compile(r"weight_ih_l(\d+)(_reverse)?")


def from_torch(
    state: Arrays, module: str = "", scope: Scope | None = None, *, to: Target = "cells", forget_bias: float = 1.0
) -> dict[str, NDArray[Any]]:
    """The variables that compute what a ``torch.nn.RNN``, ``LSTM`` or ``GRU`` computes, by their names.

    Which module it is, how many layers, directions and projections it has, follows from the shapes.

    Args:
        state: The ``state_dict``, as ``load`` gives it for a file of PyTorch's.
        module: The name of the recurrent module: ``"encoder.rnn"`` for ``encoder.rnn.weight_ih_l0``. ``""`` if the
            state is its own.
        scope: The scope of the variables; or, by layer (from 0) and direction (``"fw"``, ``"bw"``), the scope of each
            cell or Keras layer. Else the scope that TensorFlow gives: ``"rnn"`` of ``dynamic_rnn``,
            ``"bidirectional_rnn"`` of ``bidirectional_dynamic_rnn``, ``"stack_bidirectional_rnn"`` of
            ``stack_bidirectional_dynamic_rnn``, with several layers of one direction in a ``MultiRNNCell``; Keras's
            layers are called ``lstm``, ``lstm_1``, …, ``bidirectional``, ``bidirectional_1``, …
        to: ``"cells"``: variables of ``LSTMCell`` (``num_proj`` for projections), ``CudnnCompatibleGRUCell`` (PyTorch's
            GRU resets after the product, as TensorFlow's own cell does not), or ``BasicRNNCell`` with the module's
            nonlinearity as ``activation``. ``"keras"``: of ``LSTM``, ``GRU(reset_after=True)``, or ``SimpleRNN``.
        forget_bias: What the ``LSTMCell`` adds to its forget gate (1 unless it was given another), which is subtracted
            from the bias. Biases keep every bit only with 0.

    Returns:
        New arrays. Without biases in the state, cells get biases of 0, and Keras's layers none (``use_bias=False``).

    Raises:
        WeightsError: The state has no such module, or arrays whose shapes do not fit each other.
        ArgumentError: ``to`` is something else, or Keras's layers can't compute this.

    Source:
        ``torch.nn.RNN``, ``torch.nn.LSTM``, ``torch.nn.GRU``.
    """
    if to not in ("cells", "keras"):
        raise ArgumentError(f"to={to!r}; give 'cells' or 'keras'.")
    prefix = f"{module}." if module else ""
    own = {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
    layers = dict(_layers(own, module))
    ways = 2 if any(way == "bw" for _, way in layers) else 1
    if len(layers) % ways or set(layers) != {(k, w) for k in range(len(layers) // ways) for w in ("fw", "bw")[:ways]}:
        raise WeightsError(f"the module {module!r} lacks layers or directions: it has {sorted(layers)}.")
    found: dict[str, NDArray[Any]] = {}
    for (layer, way), weights in layers.items():
        if to == "keras" and weights.projection is not None:
            raise ArgumentError("Keras's LSTM has no projections; use to='cells' with LSTMCell(num_proj=...).")
        place = _scope(scope, layer, way, len(layers) // ways, ways, weights, to)
        variables = weights.of_keras() if to == "keras" else weights.of_cell(forget_bias)
        found |= {f"{place}/{name}": array for name, array in variables.items()}
    return found


def _scope(scope: Scope | None, layer: int, way: str, layers: int, ways: int, weights: Recurrent, to: Target) -> str:
    """The scope of the variables of one cell, the cell's own name included."""
    cell = weights.keras_cell if to == "keras" else weights.cell
    if callable(scope):
        return f"{scope(layer, way)}/{cell}"
    if to == "keras":
        own = {"lstm": "lstm", "gru": "gru", "rnn": "simple_rnn"}[weights.kind]
        name = scope or ("bidirectional" if ways == 2 else own)
        name += f"_{layer}" if layer else ""
        direction = {"fw": "forward", "bw": "backward"}[way]
        # A bidirectional layer's inner layer is counted, too.
        inner = f"{own}_{layer}" if layer else own
        return f"{name}/{direction}_{inner}/{cell}" if ways == 2 else f"{name}/{cell}"
    if ways == 1:
        return f"{scope or 'rnn'}/multi_rnn_cell/cell_{layer}/{cell}" if layers > 1 else f"{scope or 'rnn'}/{cell}"
    if layers == 1:
        return f"{scope or 'bidirectional_rnn'}/{way}/{cell}"
    return f"{scope or 'stack_bidirectional_rnn'}/cell_{layer}/bidirectional_rnn/{way}/{cell}"


def _layers(own: Arrays, module: str) -> Iterator[tuple[tuple[int, str], Recurrent]]:
    """The weights of each layer and direction."""
    names = [match for name in own if (match := _WEIGHT.fullmatch(name))]
    if not names:
        first = f"{module}.weight_ih_l0" if module else "weight_ih_l0"
        raise WeightsError(f"the state has no recurrent module {module!r}: there is no {first!r}.")
    for match in sorted(names, key=lambda match: (int(match[1]), match[2] or "")):
        end = match[0].removeprefix("weight_ih")
        yield (int(match[1]), "bw" if match[2] else "fw"), _layer(own, end, module)


def _layer(own: Arrays, end: str, module: str) -> Recurrent:
    weights = {name: own.get(f"{name}{end}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")}
    inputs, states, projection = weights["weight_ih"], weights["weight_hh"], weights["weight_hr"]
    if inputs is None or states is None or inputs.ndim != 2 or states.ndim != 2:
        raise WeightsError(f"the module {module!r} has no matrices weight_ih{end} and weight_hh{end}.")
    rows = states.shape[0]
    units = states.shape[1] if projection is None else projection.shape[-1]
    gates = rows // units if units else 0
    kind = _KINDS.get(gates)
    biases = (weights["bias_ih"], weights["bias_hh"])
    expected: list[tuple[NDArray[Any] | None, tuple[int, ...]]] = [
        (inputs, (rows, inputs.shape[1])),
        *[(bias, (rows,)) for bias in biases],
        (projection, (states.shape[1], units)),
    ]
    if kind is None or gates * units != rows or any(a is not None and a.shape != shape for a, shape in expected):
        shapes = {f"{name}{end}": list(array.shape) for name, array in weights.items() if array is not None}
        raise WeightsError(f"the shapes of the module {module!r} are no RNN's, LSTM's or GRU's: {shapes}.")
    order = _ORDERS[kind]

    def by_gate(array: NDArray[Any] | None) -> dict[str, NDArray[Any]] | None:
        if array is None:
            return None
        return dict(zip(order, np.split(array.T, gates, axis=-1), strict=True))

    return Recurrent(
        kind,
        by_gate(inputs) or {},
        by_gate(states) or {},
        by_gate(biases[0]),
        by_gate(biases[1]),
        projection.T if projection is not None else None,
        reset_after=kind == "gru",
    )
