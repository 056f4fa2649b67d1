"""Whether two traced bodies compute the same thing, so that one of them stands for both."""

from __future__ import annotations

from rnn2onnx.ir import Block, Op, Type, Value, captures, constant
from rnn2onnx.ir.graph import freeze


def alike(first: Block, second: Block) -> bool:
    """Whether two bodies give equal results for equal parameters: the same operations on the same outer values.

    Their parameters have the same types. What no result needs is left out of account: the first step of a cell
    records how its variables begin, later ones don't.
    """
    same = [value.type for value in first.params] == [value.type for value in second.params]
    return same and _Pairs().are_alike(first, second)


class _Pairs:
    """Values of the first body and what stands for each in the second."""

    def __init__(self) -> None:
        self.other: dict[Value, Value] = {}

    def are_alike(self, first: Block, second: Block) -> bool:
        # Unknown lengths that each trace made have names of their own.
        if [_numbers(value.type) for value in first.params] != [_numbers(value.type) for value in second.params]:
            return False
        self.other.update(zip(first.params, second.params, strict=True))
        left, right = _needed(first), _needed(second)
        return (
            len(left) == len(right)
            and len(first.results) == len(second.results)
            and all(self.same_op(a, b) for a, b in zip(left, right, strict=True))
            and all(self.same(a, b) for a, b in zip(first.results, second.results, strict=True))
        )

    def same(self, a: Value, b: Value) -> bool:
        if self.other.get(a, a) is b:
            return True
        left, right = constant(a), constant(b)
        return left is not None and right is not None and bool(freeze(left) == freeze(right))

    def same_op(self, a: Op, b: Op) -> bool:
        same = (
            a.kind is b.kind
            and len(a.operands) == len(b.operands)
            and len(a.results) == len(b.results)
            and {name: freeze(attr) for name, attr in a.attrs.items()}
            == {name: freeze(attr) for name, attr in b.attrs.items()}
            and all(self.same(x, y) for x, y in zip(a.operands, b.operands, strict=True))
            and all(_numbers(x.type) == _numbers(y.type) for x, y in zip(a.results, b.results, strict=True))
        )
        if not same:
            return False
        self.other.update(zip(a.results, b.results, strict=True))
        return all(self.are_alike(x, y) for x, y in zip(a.blocks, b.blocks, strict=True))


def _numbers(type: Type) -> tuple[object, ...]:
    """A type without the names of its unknown lengths."""
    return (type.dtype, *(dim if isinstance(dim, int) else None for dim in type.shape))


def _needed(block: Block) -> list[Op]:
    """The operations that the results of a body need, in order."""
    needed = set(block.results)
    kept: list[Op] = []
    for op in reversed(block.ops):
        if any(value in needed for value in op.results):
            needed.update(op.operands)
            for body in op.blocks:
                needed.update(captures(body))
            kept.append(op)
    return kept[::-1]
