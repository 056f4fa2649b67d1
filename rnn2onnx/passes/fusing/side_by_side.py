"""A body in which those of several recurrences stand side by side: their columns are one beside the other.

States [B, H] of L recurrences are one [B, L*H]; what works element by element works on all of it at once; a product
has a matrix with those of the recurrences along its diagonal. So a step has as many operations as that of one of them.
The products have L times as many multiplications: it pays where the engine's cost of an operation is what counts.

The zeros beside the diagonal keep recurrences apart for numbers only: infinity times zero is not a number. So whoever
runs such a body must look at what it gives: where a row of one holds no number, that of another may hold none, too.
Each operation here passes on what is no number, so none of it gets lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Array, Block, Builder, Op, Value, constant
from rnn2onnx.ir.types import is_float
from rnn2onnx.passes.fusing.same_bodies import UnlikeError

Columns = tuple[Value, int]
"""A value of the body of the first recurrence, and how many columns each recurrence has of it; 0 where all share it."""
_PASSES_ON = {
    "add", "sub", "mul", "div", "neg", "abs", "identity", "exp", "log", "sqrt", "reciprocal", "sin", "cos", "tanh",
    "sigmoid", "relu", "softplus", "softsign", "selu", "erf", "elu", "leaky_relu", "hard_sigmoid",
}  # fmt: skip
"""What gives no number where an operand is none, on onnxruntime as in numpy: tried for each of them."""


def width(value: Value) -> int:
    """The number of columns of a value.

    Raises:
        UnlikeError: It is not known.
    """
    found = value.type.shape[-1] if value.type.rank else 1
    if not isinstance(found, int):
        raise UnlikeError(f"of {value.type} the number of columns is not known")
    return found


def joined(arrays: Sequence[Array], columns: int) -> Array:
    """Constant rows one beside the other, each repeated to so many columns."""
    rows = [np.atleast_1d(array) for array in arrays]
    return np.concatenate([np.repeat(row, columns // row.shape[-1], axis=-1) for row in rows], axis=-1)


def diagonal(matrices: Sequence[Array], columns: int) -> Array:
    """Matrices along a diagonal, each widened to so many columns."""
    wide = [np.repeat(matrix, columns // matrix.shape[1], axis=1) for matrix in matrices]
    made: Array = np.zeros((sum(map(len, wide)), columns * len(wide)), wide[0].dtype)
    row = 0
    for place, matrix in enumerate(wide):
        made[row : row + len(matrix), place * columns : (place + 1) * columns] = matrix
        row += len(matrix)
    return made


@dataclass(frozen=True)
class _Step:
    """One value of the joint body.

    Attributes:
        wanted: What it is.
        operands: What it is made of.
        make: Emits it.
        joins: Whether columns of all recurrences meet in it, with zeros between them.
    """

    wanted: Columns
    operands: Sequence[Columns]
    make: Callable[[], Value]
    joins: bool = False


class SideBySide:
    """Plans a joint body, then emits it.

    Attributes:
        leaves: What the plan needs from outside: columns of parameters, and of values of the outer blocks.
        made: Once it is emitted, what columns of values became.
        products: For values that are products: columns and the matrix that they are multiplied with.
    """

    def __init__(
        self, builder: Builder, body: Block, states: int, pairs: Sequence[Mapping[Value, Value]], common: set[Value]
    ) -> None:
        """Makes an empty plan.

        Args:
            builder: Where to.
            body: That of the first recurrence.
            states: How many states it carries.
            pairs: For each of the others, the counterparts of its values.
            common: The parameters that walk one sequence in all of them.
        """
        self.builder, self.body = builder, body
        self.pairs, self.count = pairs, 1 + len(pairs)
        self.common = common
        self.states = set(body.params[:states])
        self.inside = {value for op in body.ops for value in op.results}
        self.leaves: dict[Columns, None] = {}
        self.made: dict[Columns, Value] = {}
        self.products: dict[Columns, tuple[Columns, Array]] = {}
        self._demanded: dict[Value, dict[int, None]] = {}
        self._steps: list[_Step] = []
        self._shared: dict[Value, bool] = {}
        for op in body.ops:
            alike = not op.blocks and all(map(self.shared, op.operands))
            self._shared.update(dict.fromkeys(op.results, alike))

    def parts(self, value: Value) -> tuple[Value, ...]:
        """What plays the part of a value in each of the recurrences."""
        return (value, *(pairs.get(value, value) for pairs in self.pairs))

    def shared(self, value: Value) -> bool:
        """Whether all recurrences have one and the same value, in their steps or outside."""
        if value in self.inside:
            return self._shared[value]
        if value in self.body.params:
            return value in self.common
        return all(part is value for part in self.parts(value))

    # -- the plan -----------------------------------------------------------------------------------------------------

    def need(self, value: Value, columns: int | None = None) -> Columns:
        """Asks for the columns of a value; what ``plan`` is to plan."""
        wanted = (value, width(value) if columns is None else columns)
        if value not in self.inside:
            if wanted[1] and constant(value) is None and value.type.rank != 2:
                raise UnlikeError(f"{value.type} is not a row of numbers for each batch row")
            self.leaves[wanted] = None
        else:
            self._demanded.setdefault(value, {})[wanted[1]] = None
        return wanted

    def plan(self) -> None:
        """Plans all that was asked for.

        Raises:
            UnlikeError: It can't be computed side by side.
        """
        for op in reversed(self.body.ops):
            for value in op.results:
                for columns in self._demanded.get(value, ()):
                    self._steps.append(self._step(op, (value, columns)))
        self._steps.reverse()
        tainted = {leaf for leaf in self.leaves if leaf[0] in self.states}
        for step in self._steps:
            spoilt = [operand for operand in step.operands if operand in tainted]
            if step.joins:
                tainted.add(step.wanted)
            elif spoilt:
                self._check_passes_on(step, spoilt)
                tainted.add(step.wanted)

    def _check_passes_on(self, step: _Step, spoilt: Sequence[Columns]) -> None:
        op = step.wanted[0].op
        assert op is not None
        name = op.kind.name
        chosen = name == "where" and step.operands[0] not in spoilt
        real = name == "cast" and is_float(op.attrs["dtype"])
        if not (name in _PASSES_ON or chosen or real):
            raise UnlikeError(f"{name} may hide that a number of another recurrence is none")

    def _step(self, op: Op, wanted: Columns) -> _Step:
        value, columns = wanted
        if not columns:
            operands = [self.need(operand, 0) for operand in op.operands]
            return _Step(wanted, operands, lambda: self._copied(op, operands, value))
        if self.shared(value):
            return self._tiled(wanted)
        if value.type.rank != 2 or len(op.results) > 1:
            raise UnlikeError(f"{op.kind.name} gives {value.type}, which is not a row of numbers for each batch row")
        rule = self._RULES.get(op.kind.name)
        if rule is not None:
            return rule(self, op, wanted)
        if op.kind.elementwise:
            operands = [self._broadcast(operand, columns) for operand in op.operands]
            return _Step(wanted, operands, lambda: self._copied(op, operands, value))
        raise UnlikeError(f"{op.kind.name} does not work on each element, nor on the columns of each by itself")

    def _tiled(self, wanted: Columns) -> _Step:
        value, columns = wanted
        if columns != width(value):
            raise UnlikeError("one number for all columns is computed in the steps of all")
        one = self.need(value, 0)
        axis = value.type.rank - 1
        return _Step(wanted, [one], lambda: self.emit("concat", *[self.made[one]] * self.count, axis=axis))

    def _broadcast(self, operand: Value, columns: int) -> Columns:
        if width(operand) == 1 and self.shared(operand):
            return self.need(operand, 0)
        if width(operand) not in (1, columns):
            raise UnlikeError(f"{operand.type} has other columns than what is made of it")
        return self.need(operand, columns)

    def _matmul(self, op: Op, wanted: Columns) -> _Step:
        rows, matrix = op.operands
        fixed = [array for part in self.parts(matrix) if (array := constant(part)) is not None and array.ndim == 2]
        if len(fixed) < self.count or matrix.op is None:
            raise UnlikeError("a product is not with a fixed matrix")
        name = matrix.op.attrs["name"]
        if self.shared(rows):
            return self._product(wanted, self.need(rows, 0), joined(fixed, wanted[1]), name)
        return self._product(wanted, self.need(rows), diagonal(fixed, wanted[1]), name)

    def _product(self, wanted: Columns, left: Columns, matrix: Array, name: str = "") -> _Step:
        label = f"{name}/joint" if name else ""
        self.products[wanted] = left, matrix
        return _Step(
            wanted, [left], lambda: self.emit("matmul", self.made[left], self.builder.const(matrix, label)), joins=True
        )

    def _reduced(self, op: Op, wanted: Columns) -> _Step:
        """A sum or mean of columns, as a product that gives it in all columns that are wanted."""
        (row,) = op.operands
        if op.attrs["axes"] != (1,) or not op.attrs["keepdims"]:
            raise UnlikeError(f"{op.kind.name} is not along the columns of each row")
        count = width(row)
        weight = 1 / count if op.kind.name == "reduce_mean" else 1.0
        column: Array = np.full((count, 1), weight, row.type.dtype)
        return self._product(wanted, self.need(row), diagonal([column] * self.count, wanted[1]))

    def _grouped(self, op: Op, wanted: Columns) -> _Step:
        """What works along the columns of each recurrence by itself."""
        value, columns = wanted
        row, *lines = op.operands
        if columns != width(value) or op.attrs.get("axis", 1) != 1:
            raise UnlikeError(f"{op.kind.name} is not along the columns of each row")
        left = self.need(row)
        same = all(map(self.shared, lines))
        scaled = [self.need(line, 0 if same else columns) for line in lines]
        attrs = {**op.attrs, "axis": 2} if "axis" in op.attrs else dict(op.attrs)

        def make() -> Value:
            const, dtype = self.builder.const, value.type.dtype
            given = [self.made[line] for line in scaled]
            lines = given if same else [const(np.ones(columns, dtype)), const(np.zeros(columns, dtype))]
            split = self.emit("reshape", self.made[left], const(np.array([-1, self.count, columns])))
            out = self.emit(op.kind.name, split, *lines, **attrs)
            types = [self.made[left].type]
            back = const(np.array([-1, self.count * columns]))
            out = self.builder.emit("reshape", (out, back), types=types)[0]
            return out if same else self.emit("add", self.emit("mul", out, given[0]), given[1])

        return _Step(wanted, [left, *scaled], make, joins=True)

    _RULES: ClassVar[Mapping[str, Callable[[SideBySide, Op, Columns], _Step]]] = {
        "matmul": _matmul,
        "reduce_mean": _reduced,
        "reduce_sum": _reduced,
        "softmax": _grouped,
        "log_softmax": _grouped,
        "layer_norm": _grouped,
    }

    # -- what is made of it -------------------------------------------------------------------------------------------

    def make(self, leaves: Mapping[Columns, Value]) -> None:
        """Emits all that is planned into the innermost open block; ``made`` holds it then."""
        self.made.update(leaves)
        for step in self._steps:
            self.made[step.wanted] = step.make()

    def emit(self, name: str, *operands: Value, **attrs: object) -> Value:
        """The result of an operation."""
        return self.builder.emit(name, operands, **attrs)[0]  # type: ignore[arg-type]

    def _copied(self, op: Op, operands: Sequence[Columns], value: Value) -> Value:
        given = [self.made[operand] for operand in operands]
        made = self.builder.emit(op.kind, given, location=op.location, **op.attrs)
        return made[op.results.index(value)]

    def outside(self, wanted: Columns, parts: Sequence[Value]) -> Value:
        """Columns of values outside the body, one beside the other.

        Args:
            wanted: What it is for.
            parts: What each recurrence has of it: constants, or tensors of equal ranks.
        """
        columns = wanted[1]
        if not columns:
            return parts[0]
        arrays = [constant(part) for part in parts]
        known = [array for array in arrays if array is not None]
        if len(known) == len(parts):
            assert parts[0].op is not None
            name = parts[0].op.attrs["name"]
            return self.builder.const(joined(known, columns), f"{name}/joint" if name else "")
        rank = parts[0].type.rank
        wide = []
        for part in parts:
            times = columns // width(part)
            repeats = self.builder.const(np.array([*[1] * (rank - 1), times]))
            wide.append(part if times == 1 else self.emit("tile", part, repeats))
        return self.emit("concat", *wide, axis=rank - 1)

    def column(self, value: Value, place: int, columns: int) -> Value:
        """The columns of one recurrence of what holds those of all."""
        ends = [self.builder.const(np.array([end * columns])) for end in (place, place + 1)]
        return self.emit("slice", value, *ends, axes=(value.type.rank - 1,), steps=(1,))
