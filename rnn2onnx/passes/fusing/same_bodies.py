"""Which values of two bodies play the same part: the same operations, on other weights and other sequences."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from rnn2onnx.ir import Op, Value, constant
from rnn2onnx.ir.graph import freeze


class UnlikeError(Exception):
    """Two recurrences do not compute the same; the message says in what they differ."""


def counterparts(a: Op, b: Op) -> Mapping[Value, Value]:
    """For each value of the body of one ``recur``, that of another one's which plays the same part.

    Parameters and values from outside that their states and rows are computed from are among them; constants, and
    other values of equal types from outside, may differ.

    Raises:
        UnlikeError: The bodies are not of the same operations in the same order.
    """
    found = _Pairs(a, b)
    states: int = a.attrs["states"]
    if states != b.attrs["states"]:
        raise UnlikeError("one carries more states than the other")
    (x,), (y,) = a.blocks, b.blocks
    for one, other in zip(x.params[:states], y.params[:states], strict=True):
        found.pair(one, other)
    for one, other in zip(x.results[:states], y.results[:states], strict=True):
        found.match(one, other)
    # Of what a body computes, one may give rows of more than the other.
    known = set(found.pairs.values())
    for one, other in zip_longest(x.results[states:], y.results[states:]):
        if one not in found.pairs or other not in known:
            if one is None or other is None:
                raise UnlikeError("one gives rows that the other does not compute")
            found.match(one, other)
    return found.pairs


class _Pairs:
    def __init__(self, a: Op, b: Op) -> None:
        self.pairs: dict[Value, Value] = {}
        self.inside = [{value for op in each.blocks[0].ops for value in op.results} for each in (a, b)]
        self.params = [set(each.blocks[0].params) for each in (a, b)]

    def pair(self, a: Value, b: Value) -> None:
        if a.type != b.type:
            raise UnlikeError(f"where one has {a.type} the other has {b.type}")
        self.pairs[a] = b

    def match(self, a: Value, b: Value) -> None:
        """Makes counterparts of two values and of all they are computed from."""
        stack = [(a, b)]
        while stack:
            one, other = stack.pop()
            if one in self.pairs:
                if self.pairs[one] is not other:
                    raise UnlikeError("one uses a value twice where the other uses two")
                continue
            self.pair(one, other)
            if one in self.params[0] or other in self.params[1]:
                # States are paired already; both are sequences.
                if one not in self.params[0] or other not in self.params[1]:
                    raise UnlikeError("one walks a sequence where the other does not")
            elif one in self.inside[0] and other in self.inside[1]:
                stack += self._operands(one, other)
            elif one in self.inside[0] or other in self.inside[1]:
                raise UnlikeError("one computes in its steps what the other has before them")
            elif one is not other and (constant(one) is None) != (constant(other) is None):
                raise UnlikeError("one has a constant where the other has none")

    def _operands(self, a: Value, b: Value) -> list[tuple[Value, Value]]:
        assert a.op is not None
        assert b.op is not None
        if a.op.kind is not b.op.kind or len(a.op.operands) != len(b.op.operands):
            raise UnlikeError(f"one has {a.op.kind.name} where the other has {b.op.kind.name}")
        if a.op.blocks or not a.op.kind.reusable:
            raise UnlikeError(f"{a.op.kind.name} is not compared")
        if a.op.results.index(a) != b.op.results.index(b) or _frozen(a.op) != _frozen(b.op):
            raise UnlikeError(f"they differ in what {a.op.kind.name} does")
        return list(zip(a.op.operands, b.op.operands, strict=True))


def _frozen(op: Op) -> dict[str, object]:
    return {name: freeze(attr) for name, attr in op.attrs.items()}
