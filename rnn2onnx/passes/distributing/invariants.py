"""Takes out of loops what is the same in every step and may run where the loop doesn't."""

from __future__ import annotations

from rnn2onnx.ir import Block, Copier, Graph, Op, Value, rebuild
from rnn2onnx.passes.dependence import inputs_of

_LOOPS = {"recur", "scan", "loop"}


def hoist(graph: Graph) -> Graph:
    """``graph`` with loop invariants before their loops; the same object if there are none."""
    return rebuild(graph, _Hoister)


class _Hoister(Copier):
    """Copies a loop's invariants before the loop itself."""

    def op(self, op: Op) -> tuple[Value, ...]:
        if op.kind.name in _LOOPS:
            for body in op.blocks:
                for inner in _invariants(body):
                    self.fired = True
                    self.op(inner)
        return super().op(op)

    def ops(self, block: Block) -> None:
        for op in block.ops:
            if not all(value in self.new for value in op.results):
                self.op(op)


def _invariants(body: Block) -> list[Op]:
    varying: set[Value] = set(body.params)
    found = []
    for op in body.ops:
        if op.kind.total and op.kind.reusable and not op.blocks and not any(v in varying for v in inputs_of(op)):
            found.append(op)
        else:
            varying.update(op.results)
    return found
