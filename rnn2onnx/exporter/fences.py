"""Keeps onnxruntime from fusing a transposition into a product where its fused kernel can't do without elements.

It fuses ``Transpose`` and ``MatMul`` into one node, and moves a transposition down through other nodes to get there.
Two of the fused forms fail on empty tensors (measured on 1.31): a product of batches whose operand had its leading axis
moved divides by the length of that axis, which ends the process if it is 0; a product of a batch of transposed matrices
and one matrix refuses a batch of none. In float16 the fusion itself ends the process, while the file is loaded,
whatever is transposed. A ``Reshape`` to the shape that is there already costs nothing and stays, except where all
lengths are known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import onnx_ir

from rnn2onnx.exporter.emission import Emission
from rnn2onnx.ir.types import DType

Moves = Callable[[Sequence[int]], bool]

_STOPS = frozenset({"MatMul", "Conv", "LSTM", "GRU", "RNN", "Scan", "Loop", "If", "Gather", "GatherND", "Shape"})


def fenced_pair(
    e: Emission, a: onnx_ir.Value, b: onnx_ir.Value, shapes: Sequence[Sequence[object]], dtype: DType
) -> tuple[onnx_ir.Value, onnx_ir.Value]:
    """The operands of a ``MatMul``, behind fences where they need one.

    Args:
        e: The export.
        a: The first operand.
        b: The second operand.
        shapes: The lengths of both; what is not a positive int may be 0.
        dtype: Of both.
    """
    if dtype == np.float16:
        return _fenced(e, a, _moves_any), _fenced(e, b, _moves_any)
    left, right = shapes
    if len(left) > 2 and len(right) > 2:
        a = _fenced(e, a, _moves_the_first) if any(map(_may_be_empty, left[-2:])) else a
        b = _fenced(e, b, _moves_the_first) if any(map(_may_be_empty, right[-2:])) else b
    elif len(left) > 2 and any(map(_may_be_empty, left[:-2])):
        a = _fenced(e, a, _moves_the_last)
    return a, b


def flat_product(
    e: Emission, a: onnx_ir.Value, b: onnx_ir.Value, shapes: Sequence[Sequence[object]], dtype: DType
) -> onnx_ir.Value | None:
    """The product of rows and a matrix in float16 as one of two matrices, if a fence is needed and would not stay.

    Where all lengths are known, onnxruntime takes a ``Reshape`` to the shape that is there away, but not a ``Flatten``.
    """
    left, right = shapes
    known = not any(map(_may_be_empty, left))
    if dtype != np.float16 or len(left) < 3 or len(right) != 2 or not known or not _descends(e, a, _moves_any):
        return None
    product = e.op("MatMul", e.op("Flatten", a, axis=len(left) - 1), b)
    return e.op("Reshape", product, e.ints(*(int(str(length)) for length in (*left[:-1], right[-1]))))


def _may_be_empty(length: object) -> bool:
    return not isinstance(length, int) or length == 0


def _moves_the_first(perm: Sequence[int]) -> bool:
    return perm[0] != 0


def _moves_any(perm: Sequence[int]) -> bool:
    return list(perm) != sorted(perm)


def _moves_the_last(perm: Sequence[int]) -> bool:
    return perm[-1] != len(perm) - 1


def _fenced(e: Emission, value: onnx_ir.Value, moves: Moves) -> onnx_ir.Value:
    if not _descends(e, value, moves):
        return value
    return e.op("Reshape", value, e.op("Shape", value))


def _descends(e: Emission, value: onnx_ir.Value, moves: Moves) -> bool:
    """Whether a transposition that ``moves`` may be brought to a value within its graph."""
    waiting, seen = [value], {id(value)}
    while waiting:
        node = waiting.pop().producer()
        if node is None or node.op_type in _STOPS or id(node.outputs[0]) not in e.scopes[-1].made:
            continue
        if node.op_type == "Transpose" and moves(node.attributes["perm"].as_ints()):
            return True
        for source in node.inputs:
            if source is not None and id(source) not in seen:
                seen.add(id(source))
                waiting.append(source)
    return False
