"""The ONNX forms of products with int8 weights: operators that only onnxruntime has, in its own domain."""

from __future__ import annotations

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.exporter.rows.native import activation_attributes
from rnn2onnx.ir.graph import Op

V = onnx_ir.Value

DOMAIN = "com.microsoft"
_SLOTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")


def _matmul(e: Emission, op: Op, x: V, weights: V, scales: V) -> V:
    block = op.results[0].block
    assert block is not None
    shared = sum(other.kind is op.kind and other.operands[0] is op.operands[0] for other in block.ops) > 1
    if not shared:
        return e.op("DynamicQuantizeMatMul", x, weights, scales, domain=DOMAIN)
    # What several products share is rounded once.
    rounded, step, zero = e.many("DynamicQuantizeLinear", [x], 3)
    return e.op("MatMulIntegerToFloat", rounded, weights, step, scales, zero, domain=DOMAIN)


def _lstm(e: Emission, op: Op, *args: V) -> tuple[V, ...]:
    given = dict(zip(op.attrs["inputs"], args, strict=True))
    scales = {key: value.type.shape for key, value in zip(op.attrs["inputs"], op.operands, strict=True)}
    operands = [given.get(slot) for slot in _SLOTS]
    for key in ("W_scale", "R_scale"):
        operands += [given[key], e.const(np.zeros(tuple(map(int, scales[key])), np.int8))]
    return e.many(
        "DynamicQuantizeLSTM",
        operands,
        3,
        domain=DOMAIN,
        hidden_size=op.attrs["hidden_size"],
        direction=op.attrs["direction"],
        **activation_attributes(op.attrs["activations"]),
    )


ROWS: dict[str, Row] = {"quantized_matmul": _matmul, "quantized_lstm": _lstm}
