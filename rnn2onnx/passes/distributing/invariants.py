"""Takes out of loops what is the same in every step and may run where the loop doesn't."""

from __future__ import annotations

from rnn2onnx.ir import Block, Builder, Copier, Graph, Op, Value
from rnn2onnx.ir.replay import dims_of, sweep
from rnn2onnx.passes.dependence import inputs_of

_LOOPS = {"recur", "scan", "loop"}


def hoist(graph: Graph) -> Graph:
    """``graph`` with loop invariants before their loops; the same object if there are none."""
    builder = Builder(graph.name)
    builder.reserve(dims_of(graph))
    copier = _Hoister(builder)
    for value in graph.inputs:
        copier.new[value] = builder.input(value.name, value.type)
    copier.ops(graph.block)
    if not copier.hoisted:
        return graph
    result = builder.finish(
        (name, copier.new[value]) for name, value in zip(graph.outputs, graph.block.results, strict=True)
    )
    sweep(result)
    return result


class _Hoister(Copier):
    """Copies a loop's invariants before the loop itself."""

    hoisted = False

    def op(self, op: Op) -> tuple[Value, ...]:
        if op.kind.name in _LOOPS:
            for body in op.blocks:
                for inner in _invariants(body):
                    self.hoisted = True
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
