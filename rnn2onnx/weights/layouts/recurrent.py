"""One recurrent layer's weights gate by gate, between the layouts that frameworks keep them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["lstm", "gru", "rnn"]
GATES: dict[Kind, str] = {"lstm": "ifco", "gru": "zrh", "rnn": "h"}
"""The gates: of an LSTM input, forget, candidate, output; of a GRU update, reset, candidate."""

_CELLS: dict[Kind, str] = {"lstm": "lstm_cell", "gru": "cudnn_compatible_gru_cell", "rnn": "basic_rnn_cell"}
_KERAS_CELLS: dict[Kind, str] = {"lstm": "lstm_cell", "gru": "gru_cell", "rnn": "simple_rnn_cell"}


@dataclass(frozen=True)
class Recurrent:
    """A layer in one direction. Each array has an entry per letter of ``GATES``.

    Attributes:
        kind: What it computes.
        inputs: By gate, ``[depth, units]``: what inputs are multiplied by.
        states: By gate, ``[outputs, units]``: what the output before is multiplied by.
        bias: By gate, ``[units]``: is added to the product of the inputs, or to the sum of both; None for no bias.
        state_bias: By gate, ``[units]``: is added to the product of the output before; None for none.
        projection: ``[units, outputs]``: what an LSTM's output is multiplied by; None for no projection.
        reset_after: Whether a GRU resets the product of the output before, not the output before itself.
    """

    kind: Kind
    inputs: dict[str, NDArray[Any]]
    states: dict[str, NDArray[Any]]
    bias: dict[str, NDArray[Any]] | None
    state_bias: dict[str, NDArray[Any]] | None = None
    projection: NDArray[Any] | None = None
    reset_after: bool = False

    @property
    def cell(self) -> str:
        """The name that the TensorFlow cell of this kind gives its scope."""
        return "gru_cell" if self.kind == "gru" and not self.reset_after else _CELLS[self.kind]

    @property
    def keras_cell(self) -> str:
        """The name that the cell of the Keras layer of this kind gives its scope."""
        return _KERAS_CELLS[self.kind]

    def of_cell(self, forget_bias: float) -> dict[str, NDArray[Any]]:
        """The variables of the TensorFlow cell of this kind, by their names below the cell's scope.

        Args:
            forget_bias: What an LSTM's cell adds to the forget gate by itself, so that its bias is that much less.
        """
        if self.kind == "lstm":
            return self._lstm_cell(forget_bias)
        if self.kind == "rnn":
            return {"kernel": self._stacked("h"), "bias": self._sum("h")}
        gates = {"gates/kernel": self._stacked("rz"), "gates/bias": self._sum("rz")}
        if not self.reset_after:
            return {**gates, "candidate/kernel": self._stacked("h"), "candidate/bias": self._sum("h")}
        return {
            **gates,
            "candidate/input_projection/kernel": np.ascontiguousarray(self.inputs["h"]),
            "candidate/hidden_projection/kernel": np.ascontiguousarray(self.states["h"]),
            "candidate/input_projection/bias": self._one(self.bias, "h"),
            "candidate/hidden_projection/bias": self._one(self.state_bias, "h"),
        }

    def _lstm_cell(self, forget_bias: float) -> dict[str, NDArray[Any]]:
        bias = {gate: self._sum(gate) for gate in "ifco"}
        bias["f"] = bias["f"] - bias["f"].dtype.type(forget_bias)
        found = {"kernel": self._stacked("icfo"), "bias": np.concatenate([bias[gate] for gate in "icfo"])}
        return (
            found if self.projection is None else {**found, "projection/kernel": np.ascontiguousarray(self.projection)}
        )

    def of_keras(self) -> dict[str, NDArray[Any]]:
        """The variables of the Keras layer of this kind, by their names below the layer's cell."""
        order = GATES[self.kind]
        found = {
            "kernel": np.concatenate([self.inputs[gate] for gate in order], axis=1),
            "recurrent_kernel": np.concatenate([self.states[gate] for gate in order], axis=1),
        }
        if self.bias is None:
            return found
        if not self.reset_after:
            return {**found, "bias": self._sum(order)}
        both = [np.concatenate([self._one(bias, gate) for gate in order]) for bias in (self.bias, self.state_bias)]
        return {**found, "bias": np.stack(both)}

    def _stacked(self, order: str) -> NDArray[Any]:
        """The kernel of cells that multiply inputs and states at once."""
        rows = [np.concatenate([part[gate] for gate in order], axis=1) for part in (self.inputs, self.states)]
        return np.concatenate(rows, axis=0)

    def _sum(self, order: str) -> NDArray[Any]:
        """What is added to the sum of both products."""
        return np.concatenate([self._one(self.bias, gate) + self._one(self.state_bias, gate) for gate in order])

    def _one(self, bias: dict[str, NDArray[Any]] | None, gate: str) -> NDArray[Any]:
        if bias is not None:
            return np.ascontiguousarray(bias[gate])
        kernel = self.inputs[gate]
        return np.zeros(kernel.shape[1], kernel.dtype)
