"""A native layer that walks a sequence and one that walks it backwards are one layer of two directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn2onnx.ir import Builder, Op, Value, constant
from rnn2onnx.ir.kinds.native import GATES

_OF_BOTH = {"X", "sequence_lens"}


def are_directions(a: Op, b: Op) -> bool:
    """Whether two operations are the directions of one native layer: besides, neither may wait for the other."""
    if a.kind is not b.kind or a.kind.name not in GATES:
        return False
    if {a.attrs["direction"], b.attrs["direction"]} != {"forward", "reverse"}:
        return False
    if any(a.attrs[name] != b.attrs[name] for name in ("inputs", "hidden_size", "linear_before_reset")):
        return False
    named = zip(a.attrs["inputs"], a.operands, b.operands, strict=True)
    return all(x is y if name in _OF_BOTH else x.type == y.type for name, x, y in named)


def both_directions(builder: Builder, new: Callable[[Value], Value], a: Op, b: Op) -> dict[Value, Value]:
    """What the results of two directions are by one layer.

    Args:
        builder: Where to.
        new: What the operands of the two became.
        a: One direction.
        b: The other.

    Returns:
        For each result of the two the new value.
    """
    forward, backward = (a, b) if a.attrs["direction"] == "forward" else (b, a)
    given = []
    for name, x, y in zip(a.attrs["inputs"], forward.operands, backward.operands, strict=True):
        given.append(new(x) if name in _OF_BOTH else _joined(builder, new(x), new(y)))
    attrs: dict[str, Any] = {
        **forward.attrs,
        "direction": "bidirectional",
        "activations": (*forward.attrs["activations"], *backward.attrs["activations"]),
    }
    made = builder.emit(forward.kind, given, location=forward.location, **attrs)
    found: dict[Value, Value] = {}
    for place, op in enumerate((forward, backward)):
        for axis, old, value in zip((1, 0, 0), op.results, made, strict=False):
            found[old] = _direction(builder, value, axis, place)
    return found


def _joined(builder: Builder, x: Value, y: Value) -> Value:
    first, second = constant(x), constant(y)
    if first is None or second is None or x.op is None:
        return builder.emit("concat", (x, y), axis=0)[0]
    return builder.const(np.concatenate([first, second]), x.op.attrs["name"])


def _direction(builder: Builder, value: Value, axis: int, place: int) -> Value:
    ends = [builder.const(np.array([end])) for end in (place, place + 1)]
    return builder.emit("slice", (value, *ends), axes=(axis,), steps=(1,))[0]
