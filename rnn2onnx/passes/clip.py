"""``clip``: integers between two limits are one operation, as the lengths of a native layer are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rnn2onnx.ir import Builder, Graph, Op, Value, replay
from rnn2onnx.ir.types import is_integer
from rnn2onnx.passes.report import Report


@dataclass(frozen=True)
class Clip:
    """The lesser of a number and the greater of two is one ``clip``."""

    name: ClassVar[str] = "clip"
    works_on: ClassVar[Collection[str]] = ("minimum",)

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with ``clip`` of integers for ``minimum`` of ``maximum``."""
        return replay(graph, (_clipped,))


def _clipped(builder: Builder, op: Op) -> Sequence[Value] | None:
    if op.kind.name != "minimum" or not is_integer(op.results[0].type.dtype):
        return None
    for least, high in (op.operands, op.operands[::-1]):
        if high.type.rank or least.op is None or least.op.kind.name != "maximum":
            continue
        for x, low in (least.op.operands, least.op.operands[::-1]):
            if not low.type.rank:
                return builder.emit("clip", (x, low, high), location=op.location)
    return None
