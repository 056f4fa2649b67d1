"""The ONNX forms of matrix products, convolution and pooling."""

from __future__ import annotations

import onnx_ir

from rnn2onnx.exporter.emission import Emission, Row
from rnn2onnx.ir.graph import Op

V = onnx_ir.Value


def _matmul(e: Emission, op: Op, a: V, b: V) -> V:
    return e.carried("MatMul", [a, b], op.operands[0].type.dtype)


def _conv(e: Emission, op: Op, x: V, w: V) -> V:
    names = ("strides", "pads", "dilations", "group")
    kernel = op.operands[1].type.shape[2:]
    attrs = {name: op.attrs[name] for name in names}
    return e.carried("Conv", [x, w], op.operands[0].type.dtype, kernel_shape=kernel, **attrs)


def _pool(op_type: str) -> Row:
    def row(e: Emission, op: Op, x: V) -> V:
        kernel, strides, pads = (op.attrs[name] for name in ("kernel", "strides", "pads"))
        return e.carried(op_type, [x], op.operands[0].type.dtype, kernel_shape=kernel, strides=strides, pads=pads)

    return row


ROWS: dict[str, Row] = {
    "matmul": _matmul,
    "conv": _conv,
    "max_pool": _pool("MaxPool"),
    "average_pool": _pool("AveragePool"),
}
