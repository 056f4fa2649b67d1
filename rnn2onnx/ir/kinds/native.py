"""The recurrent layers that engines have themselves, in ONNX's own layout: ``rnn``, ``gru`` and ``lstm``.

Operands are named by the attribute ``inputs``, a tuple of ``X`` [T, B, I], ``W`` [D, k*H, I], ``R`` [D, k*H, H],
``B`` [D, 2*k*H], ``sequence_lens`` i32[B], ``initial_h`` and ``initial_c`` [D, B, H], ``P`` [D, 3*H]; the last five may
be absent. Results are ``Y`` [T, D, B, H], ``Y_h`` and (lstm) ``Y_c`` [D, B, H]. Gate orders: gru z, r, h; lstm i, o,
f, c. A row of length 0 gives final states of zero, as onnxruntime does: whoever lowers to these restores the initial
state.
Source: the ONNX operators RNN, GRU and LSTM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Kind, Value
from rnn2onnx.ir.kinds.control import reverse_rows
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import Dim, Type, same_dim

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
Activation = tuple[str, float, float]
"""A name of ONNX's recurrent activations with its alpha and beta (0 where it takes none)."""


def activation(spec: Activation) -> Callable[[Array], Array]:
    """The numpy function of an activation."""
    name, alpha, beta = spec
    functions: dict[str, Callable[[Any], Any]] = {
        "Tanh": np.tanh,
        "Sigmoid": lambda x: 0.5 * (np.tanh(0.5 * x) + 1),
        "Relu": lambda x: np.maximum(x, 0),
        "Softsign": lambda x: x / (1 + np.abs(x)),
        "Softplus": lambda x: np.logaddexp(x, 0),
        "Elu": lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
        "LeakyRelu": lambda x: np.where(x >= 0, x, alpha * x),
        "HardSigmoid": lambda x: np.clip(alpha * x + beta, 0, 1),
        "Affine": lambda x: alpha * x + beta,
    }
    return functions[name]


def check_shapes(name: str, types: Mapping[str, Type], wanted: Mapping[str, tuple[Dim, ...]]) -> None:
    """Raises a ShapeError where an input of a layer has another shape than it must have."""
    for key, type in types.items():
        shape = wanted.get(key, type.shape)
        if type.rank != len(shape) or any(same_dim(a, b) is None for a, b in zip(type.shape, shape, strict=True)):
            raise ShapeError(f"{key} of {name} must be [{', '.join(map(str, shape))}], not {type}")


def _native_type(name: str) -> Callable[[Sequence[Value], Attrs, Sequence[Block]], list[Type]]:
    gates = GATES[name]

    def infer(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
        types = {key: value.type for key, value in zip(attrs["inputs"], values, strict=True)}
        x, hidden, dtype = types["X"], attrs["hidden_size"], types["X"].dtype
        directions = 2 if attrs["direction"] == "bidirectional" else 1
        if x.rank != 3:
            raise ShapeError(f"X is [T, B, I], not {x}")
        time, batch, depth = x.shape
        wanted: dict[str, tuple[Dim, ...]] = {
            "W": (directions, gates * hidden, depth),
            "R": (directions, gates * hidden, hidden),
            "B": (directions, 2 * gates * hidden),
            "P": (directions, 3 * hidden),
            "initial_h": (directions, batch, hidden),
            "initial_c": (directions, batch, hidden),
            "sequence_lens": (batch,),
        }
        check_shapes(name, types, wanted)
        state = Type(dtype, (directions, batch, hidden))
        return [Type(dtype, (time, directions, batch, hidden)), *[state] * (2 if name == "lstm" else 1)]

    return infer


def _run_direction(
    name: str, attrs: Attrs, d: int, given: dict[str, Array], backwards: bool
) -> tuple[Array, Array, Array]:
    x, hidden = given["X"], attrs["hidden_size"]
    total, batch = x.shape[:2]
    lengths = given.get("sequence_lens")
    ends = np.full(batch, total) if lengths is None else lengths.astype(np.int64)
    if backwards:
        x = reverse_rows(x, lengths)
    gates = GATES[name]
    w, r = given["W"][d].T, given["R"][d].T
    both = given["B"][d] if "B" in given else np.zeros(2 * gates * hidden, x.dtype)
    wb, rb = both[: gates * hidden], both[gates * hidden :]
    peep = given["P"][d].reshape(3, hidden) if "P" in given else np.zeros((3, hidden), x.dtype)
    zero = np.zeros((batch, hidden), x.dtype)
    h = given["initial_h"][d] if "initial_h" in given else zero
    c = given["initial_c"][d] if "initial_c" in given else zero
    functions = [activation(spec) for spec in attrs["activations"][d * len(attrs["activations"]) // _ways(attrs) :]]
    rows: Array = np.zeros((total, batch, hidden), x.dtype)
    for step in range(total):
        new_h, new_c = _step(name, attrs, functions, x[step] @ w + wb, h, c, r, rb, peep)
        alive = (step < ends)[:, None]
        h, c = np.where(alive, new_h, h), np.where(alive, new_c, c)
        rows[step] = np.where(alive, new_h, 0)
    started = (ends > 0)[:, None]
    if backwards:
        rows = reverse_rows(rows, lengths)
    return rows, np.where(started, h, 0), np.where(started, c, 0)


def _step(
    name: str,
    attrs: Attrs,
    act: Sequence[Callable[[Array], Array]],
    px: Array,
    h: Array,
    c: Array,
    r: Array,
    rb: Array,
    peep: Array,
) -> tuple[Array, Array]:
    hidden = attrs["hidden_size"]
    if name == "rnn":
        return act[0](px + h @ r + rb), c
    if name == "gru":
        zr = act[0](px[:, : 2 * hidden] + h @ r[:, : 2 * hidden] + rb[: 2 * hidden])
        z, reset = zr[:, :hidden], zr[:, hidden:]
        if attrs["linear_before_reset"]:
            inner = reset * (h @ r[:, 2 * hidden :] + rb[2 * hidden :])
        else:
            inner = (reset * h) @ r[:, 2 * hidden :] + rb[2 * hidden :]
        return (1 - z) * act[1](px[:, 2 * hidden :] + inner) + z * h, c
    pre = np.split(px + h @ r + rb, 4, axis=1)
    i, f = act[0](pre[0] + peep[0] * c), act[0](pre[2] + peep[2] * c)
    new_c = f * c + i * act[1](pre[3])
    o = act[0](pre[1] + peep[1] * new_c)
    return o * act[2](new_c), new_c


def _ways(attrs: Attrs) -> int:
    return 2 if attrs["direction"] == "bidirectional" else 1


def _native_value(name: str) -> Callable[..., tuple[Array, ...]]:
    def evaluate(attrs: Attrs, *arrays: Array) -> tuple[Array, ...]:
        given = dict(zip(attrs["inputs"], arrays, strict=True))
        runs = [
            _run_direction(name, attrs, d, given, attrs["direction"] == "reverse" or d == 1)
            for d in range(_ways(attrs))
        ]
        y = np.stack([rows for rows, _, _ in runs], axis=1)
        states = [np.stack([run[k] for run in runs]) for k in (1, 2)]
        return (y, *states) if name == "lstm" else (y, states[0])

    return evaluate


for _name in GATES:
    add_kind(Kind(_name, _native_type(_name), _native_value(_name)))
