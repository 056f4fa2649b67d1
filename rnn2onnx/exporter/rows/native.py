"""The ONNX forms of the recurrent layers that engines have themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.exporter.kernels import carrier
from rnn2onnx.ir.graph import Op
from rnn2onnx.ir.kinds.native import Activation

V = onnx_ir.Value

_SLOTS = {
    "rnn": ("X", "W", "R", "B", "sequence_lens", "initial_h"),
    "gru": ("X", "W", "R", "B", "sequence_lens", "initial_h"),
    "lstm": ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"),
}
_ALPHA = frozenset({"Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu"})
_BETA = frozenset({"Affine", "ScaledTanh", "HardSigmoid"})


def _native(e: Emission, op: Op, *args: V) -> list[V]:
    op_type, dtype = op.kind.name.upper(), op.operands[0].type.dtype
    through = carrier(op_type, dtype)
    given: dict[str, V] = {}
    for name, value in zip(op.attrs["inputs"], args, strict=True):
        given[name] = value if name == "sequence_lens" else e.cast(value, dtype, through)
    operands = [given.get(slot) for slot in _SLOTS[op.kind.name]]
    while operands[-1] is None:
        operands.pop()
    attrs: dict[str, Any] = (
        {"linear_before_reset": int(op.attrs["linear_before_reset"])} if op.kind.name == "gru" else {}
    )
    results = e.many(
        op_type,
        operands,
        len(op.results),
        hidden_size=op.attrs["hidden_size"],
        direction=op.attrs["direction"],
        **activation_attributes(op.attrs["activations"]),
        **attrs,
    )
    return [e.cast(result, through, dtype) for result in results]


def activation_attributes(activations: Sequence[Activation]) -> dict[str, Any]:
    """How ONNX writes the activations of a layer; a list of alphas or betas has those of the ones that take one."""
    return {
        "activations": tuple(name for name, _, _ in activations),
        "activation_alpha": tuple(float(alpha) for name, alpha, _ in activations if name in _ALPHA) or None,
        "activation_beta": tuple(float(beta) for name, _, beta in activations if name in _BETA) or None,
    }


ROWS: dict[str, Row] = dict.fromkeys(_SLOTS, _native)
