"""Whether two values are computed alike, where the builder does not make one of them: operations with bodies."""

from __future__ import annotations

from collections.abc import Sequence

from rnn2onnx.ir import Block, Value
from rnn2onnx.ir.graph import freeze


def computed_alike(a: Value, b: Value) -> bool:
    """Whether two values are computed alike, by operations with bodies too, which are never merged."""
    return _Alike().same(a, b)


class _Alike:
    def __init__(self) -> None:
        self.pairs: dict[Value, Value] = {}

    def same(self, a: Value, b: Value) -> bool:
        if a is b or self.pairs.get(a) is b:
            return True
        if a.op is None or b.op is None or a.op.kind is not b.op.kind or len(a.op.results) != len(b.op.results):
            return False
        if not a.op.kind.reusable or a.op.results.index(a) != b.op.results.index(b):
            return False
        if {n: freeze(v) for n, v in a.op.attrs.items()} != {n: freeze(v) for n, v in b.op.attrs.items()}:
            return False
        alike = self._all(a.op.operands, b.op.operands) and all(
            self._bodies(x, y) for x, y in zip(a.op.blocks, b.op.blocks, strict=True)
        )
        if alike:
            self.pairs[a] = b
        return alike

    def _all(self, a: Sequence[Value], b: Sequence[Value]) -> bool:
        return len(a) == len(b) and all(self.same(x, y) for x, y in zip(a, b, strict=True))

    def _bodies(self, a: Block, b: Block) -> bool:
        if [p.type.dtype for p in a.params] != [p.type.dtype for p in b.params]:
            return False
        self.pairs.update(zip(a.params, b.params, strict=True))
        return self._all(a.results, b.results)
