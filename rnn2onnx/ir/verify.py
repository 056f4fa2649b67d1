"""Checks that a graph keeps the rules of the language: scopes, types, names. A graph that breaks one is our own bug."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from rnn2onnx.errors import Rnn2OnnxError, VerifyError
from rnn2onnx.ir.graph import Block, Graph, Op, Value
from rnn2onnx.ir.table import KINDS
from rnn2onnx.ir.text import Printer, excerpt, location_text
from rnn2onnx.ir.types import UNKNOWN, Dim, Type

_AROUND = 10


def verify(graph: Graph, *, allowed: frozenset[str] | None = None) -> None:
    """Returns if ``graph`` keeps the rules of the language.

    Every operand is defined before its use in an enclosing block, every type says at least what its operation's kind
    infers from the operands, bodies take and give what their kind asks, inputs and outputs have names of their own.

    Args:
        graph: The program.
        allowed: The kinds it may have; None: all of the language.

    Raises:
        VerifyError: It breaks a rule; shows the operation, where it was recorded, and the text around it.
    """
    _Verifier(graph, allowed).run()


class _Lengths:
    """Which names of lengths must mean the same number.

    A type may say another name than its kind infers, if the two are never needed to differ: two lengths of inputs are.
    """

    def __init__(self, inputs: Iterable[Value]) -> None:
        self._same: dict[Dim, Dim] = {}
        self._fixed = {dim for value in inputs for dim in value.type.shape}

    def _root(self, dim: Dim) -> Dim:
        while dim in self._same:
            dim = self._same[dim]
        return dim

    def join(self, a: Dim, b: Dim) -> bool:
        """Notes that two lengths are one; False if they can't be."""
        a, b = self._root(a), self._root(b)
        if a == b:
            return True
        first, second = (isinstance(dim, int) or dim in self._fixed for dim in (a, b))
        if first and second:
            return False
        if first:
            self._same[b] = a
        else:
            self._same[a] = b
        return True


class _Verifier:
    """One check of a graph: ``known`` is every value met so far, ``defined`` those of them that are in scope."""

    def __init__(self, graph: Graph, allowed: frozenset[str] | None) -> None:
        self.graph = graph
        self.allowed = allowed
        self.defined: set[Value] = set()
        self.known: set[Value] = set()
        self.lengths = _Lengths(graph.inputs)

    def run(self) -> None:
        graph = self.graph
        self._check_names("input", [value.name for value in graph.inputs])
        self._check_names("output", graph.outputs)
        if len(graph.outputs) != len(graph.block.results):
            self._fail(f"{len(graph.outputs)} names of outputs stand for {len(graph.block.results)} values", None)
        self._block(graph.block, None)

    def _check_names(self, what: str, names: Sequence[str]) -> None:
        for name in names:
            if names.count(name) > 1:
                self._fail(f"two {what}s are called {name!r}", None)

    def _block(self, block: Block, owner: Op | None) -> None:
        mine = [*block.params]
        for param in block.params:
            self._define(param, block, None, owner)
        for op in block.ops:
            for value in op.operands:
                if value not in self.defined:
                    self._fail(f"{value!r} is used before its definition, or outside the body it belongs to", op)
            self._kind(op)
            for body in op.blocks:
                if body.parent is not block:
                    self._fail("the parent of a body is not the block around it", op)
                self._block(body, op)
            for value in op.results:
                self._define(value, block, op, op)
            self._types(op)
            mine += op.results
        for value in block.results:
            if value not in self.defined:
                self._fail(f"the result {value!r} of a block is not defined in it or around it", owner)
        self.defined.difference_update(mine)

    def _define(self, value: Value, block: Block, op: Op | None, at: Op | None) -> None:
        if value in self.known:
            self._fail(f"{value!r} is defined twice", at)
        if value.block is not block:
            self._fail(f"{value!r} says that it belongs to another block", at)
        if value.op is not op:
            self._fail(f"{value!r} says that another operation gives it", at)
        if UNKNOWN in value.type.shape:
            self._fail(f"{value!r} has a length without a name", at)
        if any(isinstance(dim, int) and dim < 0 for dim in value.type.shape):
            self._fail(f"{value!r} has a negative length", at)
        self.defined.add(value)
        self.known.add(value)

    def _kind(self, op: Op) -> None:
        name = op.kind.name
        if KINDS.get(name) is not op.kind:
            self._fail(f"{name!r} is not the row of that name in the table of kinds", op)
        if self.allowed is not None and name not in self.allowed:
            self._fail(f"{name!r} is not allowed here; a pass before this place should have replaced it", op)
        if len(op.blocks) != op.kind.blocks:
            self._fail(f"{name} has {op.kind.blocks} bodies, not {len(op.blocks)}", op)

    def _types(self, op: Op) -> None:
        try:
            inferred = list(op.kind.infer(op.operands, op.attrs, op.blocks))
        except Rnn2OnnxError as error:
            given = ", ".join(str(value.type) for value in op.operands)
            self._fail(f"{op.kind.name} of {given}: {error.message}", op, error)
        if len(inferred) != len(op.results):
            self._fail(f"{op.kind.name} gives {len(inferred)} results, not {len(op.results)}", op)
        for value, type in zip(op.results, inferred, strict=True):
            if not self._refines(value.type, type):
                self._fail(f"{value!r} says another type than its operands give, {type}", op)

    def _refines(self, said: Type, inferred: Type) -> bool:
        return (
            said.dtype == inferred.dtype
            and said.rank == inferred.rank
            and all(
                dim == UNKNOWN or self.lengths.join(dim, mine)
                for mine, dim in zip(said.shape, inferred.shape, strict=True)
            )
        )

    def _fail(self, message: str, op: Op | None, cause: Exception | None = None) -> NoReturn:
        printer = Printer(self.graph)
        at = printer.line_of.get(op, 0) if op is not None else 0
        place = f"\nrecorded at {location_text(op.location)}" if op is not None and op.location else ""
        where = f"in the operation {printer.lines[at].strip()}{place}" if op is not None else "in the graph"
        error = VerifyError(f"{message}\n{where}\n{excerpt(printer.lines, at, _AROUND)}")
        raise error from cause
