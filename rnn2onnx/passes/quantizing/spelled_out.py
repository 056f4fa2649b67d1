"""A native GRU or RNN as the recurrence that it computes, for what can be done to a recurrence but not to the layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn2onnx.ir import Array, Builder, Op, Type, Value, constant
from rnn2onnx.ir.kinds.native import GATES, Activation

Multiply = Callable[[Value, Array, str], Value]
"""Emits the product of a value and a matrix that has this name."""

_KINDS = {
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Softsign": "softsign",
    "Softplus": "softplus",
    "Elu": "elu",
    "LeakyRelu": "leaky_relu",
    "HardSigmoid": "hard_sigmoid",
}
_ALPHA = {"elu", "leaky_relu", "hard_sigmoid"}


def can_be_spelled_out(op: Op) -> bool:
    """Whether a native layer is a GRU or RNN of constant weights whose activations the language has."""
    given = dict(zip(op.attrs["inputs"], op.operands, strict=True)) if op.kind.name in ("gru", "rnn") else {}
    weights = [given[key] for key in ("W", "R", "B") if key in given]
    return bool(weights) and all(constant(w) is not None for w in weights) and _all_known(op.attrs["activations"])


def _all_known(activations: Sequence[Activation]) -> bool:
    return all(name in _KINDS or name == "Affine" for name, _, _ in activations)


def spelled_out(builder: Builder, op: Op, multiply: Multiply) -> list[Value]:
    """The results of a native GRU or RNN by a recurrence for each direction.

    Args:
        builder: Where to.
        op: The layer; ``can_be_spelled_out`` holds.
        multiply: Emits its products.
    """
    ways = 2 if op.attrs["direction"] == "bidirectional" else 1
    runs = [_Direction(builder, op, multiply, d).run() for d in range(ways)]
    rows, finals = zip(*runs, strict=True)
    return [builder.emit("concat", rows, axis=1)[0], builder.emit("concat", finals, axis=0)[0]]


class _Direction:
    """One direction of a layer."""

    def __init__(self, builder: Builder, op: Op, multiply: Multiply, number: int) -> None:
        self.builder, self.op, self.multiply, self.number = builder, op, multiply, number
        self.given = dict(zip(op.attrs["inputs"], op.operands, strict=True))
        self.hidden: int = op.attrs["hidden_size"]
        self.gates = GATES[op.kind.name]
        self.lengths = self.given.get("sequence_lens")
        count = len(op.attrs["activations"]) // (2 if op.attrs["direction"] == "bidirectional" else 1)
        self.activations = op.attrs["activations"][number * count : (number + 1) * count]

    def run(self) -> tuple[Value, Value]:
        """Y and Y_h of this direction."""
        builder, op = self.builder, self.op
        x = self.given["X"]
        time, batch = x.type.shape[:2]
        state = Type(x.type.dtype, (batch, self.hidden))
        initial = self._initial(state)
        bias = self._bias()
        inputs = [self._added(self.multiply(x, w, name), bias[g]) for g, (w, name) in enumerate(self._matrices("W"))]
        step = Type(x.type.dtype, (batch, self.hidden))
        with builder.body([state, *[step] * self.gates], ["h", *"zrn"[-self.gates :]]) as block:
            new = self._gru(*block.params) if op.kind.name == "gru" else self._rnn(*block.params)
            block.results = (new, new)
        final, rows = builder.emit(
            "recur",
            [initial, *inputs, *([] if self.lengths is None else [self.lengths])],
            blocks=(block,),
            location=op.location,
            types=[state, state.with_shape((time, *state.shape))],
            states=1,
            lengths=self.lengths is not None,
            reverse=op.attrs["direction"] == "reverse" or self.number == 1,
            unmasked=(),
        )
        final = self._ended(final, x)
        return builder.emit("unsqueeze", (rows,), axes=(1,))[0], builder.emit("unsqueeze", (final,), axes=(0,))[0]

    def _initial(self, state: Type) -> Value:
        builder = self.builder
        if "initial_h" in self.given:
            at = builder.const(np.array(self.number, np.int64))
            return builder.emit("gather", (self.given["initial_h"], at), axis=0, types=[state])[0]
        count = builder.dim_value(state.shape[0])
        assert count is not None
        shape = builder.emit("concat", (self._vector(count), builder.const(np.array([self.hidden]))), axis=0)[0]
        return builder.emit("expand", (builder.const(np.zeros((), state.dtype)), shape), types=[state])[0]

    def _vector(self, number: Value) -> Value:
        return self.builder.emit("reshape", (number, self.builder.const(np.array([1]))))[0]

    def _ended(self, final: Value, x: Value) -> Value:
        """The final state as the native layer gives it: zero where no step was taken."""
        builder = self.builder
        zero = builder.const(np.zeros((), final.type.dtype))
        if self.lengths is not None:
            none = builder.const(np.array(0, self.lengths.type.dtype))
            some = builder.emit("unsqueeze", (builder.emit("less", (none, self.lengths))[0],), axes=(1,))[0]
        elif isinstance(x.type.shape[0], int) and x.type.shape[0]:
            return final
        else:
            steps = builder.dim_value(x.type.shape[0])
            assert steps is not None
            some = builder.emit("less", (builder.const(np.array(0, np.int64)), steps))[0]
        return builder.emit("where", (some, final, zero), types=[final.type])[0]

    # -- weights ------------------------------------------------------------------------------------------------------

    def _matrices(self, key: str) -> list[tuple[Array, str]]:
        """The matrix of each gate, columns to units, and a name for it."""
        array = constant(self.given[key])
        assert array is not None
        made = self.given[key].op
        name = str(made.attrs["name"]) if made is not None else ""
        parts = np.split(array[self.number], self.gates)
        return [(part.T, f"{name or key}/{self.number}/{gate}") for gate, part in enumerate(parts)]

    def _biases(self) -> tuple[list[Array], list[Array]]:
        array = constant(self.given["B"]) if "B" in self.given else None
        if array is None:
            array = np.zeros((self.number + 1, 2 * self.gates * self.hidden), self.given["X"].type.dtype)
        of_input, of_state = np.split(array[self.number], 2)
        return np.split(of_input, self.gates), np.split(of_state, self.gates)

    def _bias(self) -> list[Array]:
        """What is added to the input's products: both biases, save one that is inside of the reset."""
        of_input, of_state = self._biases()
        inside = self.gates - 1 if self._reset_after() else self.gates
        return [a + b if gate < inside else a for gate, (a, b) in enumerate(zip(of_input, of_state, strict=True))]

    def _reset_after(self) -> bool:
        return self.op.kind.name == "gru" and bool(self.op.attrs["linear_before_reset"])

    # -- a step -------------------------------------------------------------------------------------------------------

    def _added(self, value: Value, bias: Array) -> Value:
        if not bias.any():
            return value
        return self.builder.emit("add", (value, self.builder.const(bias)), location=self.op.location)[0]

    def _emit(self, kind: str, *operands: Value) -> Value:
        return self.builder.emit(kind, operands, location=self.op.location)[0]

    def _activated(self, value: Value, activation: Activation) -> Value:
        name, alpha, beta = activation
        builder, dtype = self.builder, value.type.dtype
        if name == "Affine":
            scaled = value if alpha == 1 else self._emit("mul", value, builder.const(np.array(alpha, dtype)))
            return scaled if beta == 0 else self._emit("add", scaled, builder.const(np.array(beta, dtype)))
        kind = _KINDS[name]
        attrs: dict[str, Any] = {"alpha": alpha} if kind in _ALPHA else {}
        if kind == "hard_sigmoid":
            attrs["beta"] = beta
        return builder.emit(kind, (value,), location=self.op.location, **attrs)[0]

    def _rnn(self, h: Value, x: Value) -> Value:
        ((matrix, name),) = self._matrices("R")
        return self._activated(self._emit("add", self.multiply(h, matrix, name), x), self.activations[0])

    def _gru(self, h: Value, xz: Value, xr: Value, xn: Value) -> Value:
        (rz, rr, rn), gate = self._matrices("R"), self.activations[0]
        z = self._activated(self._emit("add", self.multiply(h, *rz), xz), gate)
        r = self._activated(self._emit("add", self.multiply(h, *rr), xr), gate)
        if self._reset_after():
            inner = self._emit("mul", r, self._added(self.multiply(h, *rn), self._biases()[1][2]))
        else:
            inner = self.multiply(self._emit("mul", r, h), *rn)
        n = self._activated(self._emit("add", inner, xn), self.activations[1])
        return self._emit("add", n, self._emit("mul", z, self._emit("sub", h, n)))
