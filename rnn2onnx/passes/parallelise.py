"""``parallelise``: a state that is only multiplied and added to becomes a prefix scan in blocks.

``s' = a * s + b`` composes: two steps are one step with ``a2 * a1`` and ``a2 * b1 + b2``. So the steps are cut into
blocks that run side by side, each from zero, with the product of its factors beside it; then the blocks are walked, and
what came in at each is added to its steps. Of T steps about twice the square root are left one after the other.
Nothing is divided, so a factor may be 0, and no logarithm is taken, so it may be negative. Each number is computed
twice: at 1000 steps of 128 numbers it takes 0.3 of the time of a Scan, at 100 steps 0.6; of 512 numbers 0.9 to 1, of
2048 numbers 1.5 to 1.9.
Source: Blelloch, Prefix Sums and Their Applications, 1990.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Block, Builder, Dim, Graph, Op, Value, replay, walk
from rnn2onnx.ir.replay import sweep_block
from rnn2onnx.ir.types import is_float
from rnn2onnx.passes.choice import BY_COSTS, Choice, Form
from rnn2onnx.passes.costs import Estimate
from rnn2onnx.passes.linear_states import LinearForms, NotLinearError
from rnn2onnx.passes.report import Report, described
from rnn2onnx.passes.vectorise import Steps, step_mask

_I64 = np.dtype(np.int64)


PREFIX = "prefix scan"
"""What the form is called in reports."""


@dataclass(frozen=True)
class Parallelise:
    """Recurrences that are linear and elementwise in their state become prefix scans."""

    name: ClassVar[str] = "parallelise"
    works_on: ClassVar[Collection[str]] = ("recur",)
    choice: Choice = BY_COSTS

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with prefix scans where states are linear."""

        def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
            if op.kind.name != "recur" or op.attrs["states"] != 1 or op.attrs["unmasked"]:
                return None
            try:
                return _chosen(builder, op, report, self.choice)
            except NotLinearError as error:
                report.note(op, f"no prefix scan, since {error}")
                return None

        return replay(graph, (rule,))


def _chosen(builder: Builder, op: Op, report: Report, choice: Choice) -> Sequence[Value] | None:
    """The prefix scan, or a branch that runs it where it pays; None where it never does."""
    prefix = _Prefix(builder, op)
    with builder.body([]) as trial:
        trial.results = tuple(prefix.results())
    sweep_block(trial)

    def cost(estimate: Estimate) -> float:
        return Estimate(estimate.costs, prefix.sizes(estimate, trial)).block(trial)

    made = choice.between(builder, op, Form(PREFIX, cost, prefix.results), "Scan", report)
    if made is not None:
        report.decide(op, described(op), PREFIX, "its state is multiplied and added to element by element")
    return made


class _Prefix:
    def __init__(self, builder: Builder, op: Op) -> None:
        self.builder, self.op = builder, op
        (self.body,) = op.blocks
        self.state, self.initial = self.body.params[0], op.operands[0]
        self.lengths = op.operands[-1] if op.attrs["lengths"] else None
        self.sequences = op.operands[1 : len(op.operands) - (self.lengths is not None)]
        self.time: Dim = self.sequences[0].type.shape[0]
        self.dims: tuple[Dim, Dim] = (self.time, 1)
        self._check()

    def _check(self) -> None:
        type, new = self.state.type, self.body.results[0].type
        if not type.rank or not is_float(type.dtype) or new.shape != type.shape or self.initial.type != type:
            raise NotLinearError("its state is not a tensor of numbers of one shape")
        if self.lengths is not None and type.shape[0] != self.lengths.type.shape[0]:
            raise NotLinearError("its state has no rows")
        if any(self.builder.dim_value(dim) is None for dim in (self.time, *type.shape)):
            raise NotLinearError("a length of it is known in a step only")

    def emit(self, name: str, *operands: Value, **attrs: object) -> Value:
        """The result of an operation, at the recurrence's line."""
        return self.builder.emit(name, operands, location=self.op.location, **attrs)[0]  # type: ignore[arg-type]

    def sizes(self, estimate: Estimate, made: Block) -> Mapping[str, int]:
        """Numbers for lengths: of the blocks, of their steps; what else ``results`` made is as long as all steps."""
        steps = estimate.length(self.time)
        inside = max(1, math.isqrt(max(0, steps - 1)) + 1)
        known = {**estimate.lengths, str(self.dims[0]): -(-steps // inside), str(self.dims[1]): inside}
        dims = {dim for op in walk(made) for value in op.results for dim in value.type.shape if isinstance(dim, str)}
        return {**dict.fromkeys(dims, steps), **known}

    def results(self) -> list[Value]:
        """The final state and the rows."""
        builder = self.builder
        steps = Steps(builder, self.time, self.lengths)
        steps.rows.update(zip(self.body.params[1:], self.sequences, strict=False))
        forms = LinearForms(steps, self.state)
        for each in self.body.ops:
            forms.take(each)
        step = forms.form(self.body.results[0])
        given = [forms.form(value) for value in self.body.results[1:]]
        if step.factor is None:
            raise NotLinearError("its state is no longer there after a step")
        final, states = self._scanned(step.factor, step.rest)
        rows, before = [], None
        for value, form in zip(self.body.results[1:], given, strict=True):
            if value.type.shape != self.state.type.shape:
                raise NotLinearError("what it gives has another shape than its state")
            if value is self.body.results[0]:
                row = states
            else:
                before = self._before(states) if before is None else before
                row = before if form.factor is None else self.emit("mul", form.factor, before)
                row = row if form.rest is None else self.emit("add", row, form.rest)
            rows.append(self._masked(row))
        return [final, *rows]

    # -- lengths and order ------------------------------------------------------------------------------------------

    def _masked(self, row: Value) -> Value:
        """Zero where a row has ended."""
        if self.lengths is None:
            return row
        return self.emit("where", self._alive(), row, self.number(0.0))

    def _alive(self) -> Value:
        """bool[T, B, 1, …]: whether a row has not ended."""
        mask = step_mask(self.builder, self.time, self.lengths)
        return self.emit("unsqueeze", mask, axes=tuple(range(2, 1 + self.state.type.rank)))

    def number(self, number: float) -> Value:
        """A number of the dtype of the state."""
        return self.builder.const(np.array(number, self.state.type.dtype))

    def _turned(self, rows: Value) -> Value:
        """The rows in the order in which they are walked, or back."""
        if not self.op.attrs["reverse"] or rows.type.shape[0] == 1 != self.time:
            return rows
        return self.emit("reverse", rows, axes=(0,))

    def _before(self, states: Value) -> Value:
        """The state before each step, for the states after it."""
        first = self.emit("unsqueeze", self.initial, axes=(0,))
        start, end = self.builder.const(np.array([0])), self.builder.const(np.array([-1]))
        rows = self.emit(
            "concat", first, self.emit("slice", self._turned(states), start, end, axes=(0,), steps=(1,)), axis=0
        )
        # Of no steps there is one row too many: the initial state.
        limit = self.emit("unsqueeze", self.length(self.time), axes=(0,))
        before = self.emit("slice", rows, start, limit, axes=(0,), steps=(1,))
        self.builder.unify(self.time, before.type.shape[0])
        return self._turned(before)

    # -- the scan ---------------------------------------------------------------------------------------------------

    def _scanned(self, factor: Value, rest: Value | None) -> tuple[Value, Value]:
        """The state at the end and after each step."""
        builder = self.builder
        if rest is None:
            rest = self.number(0.0)
        if self.lengths is not None:
            alive = self._alive()
            factor = self.emit("where", alive, factor, self.number(1.0))
            rest = self.emit("where", alive, rest, self.number(0.0))
        blocks = _Blocks(self, self.time)
        self.dims = blocks.dims
        factors = blocks.cut(self._turned(self._all_steps(factor, wide=False)), 1.0)
        rests = blocks.cut(self._turned(self._all_steps(rest, wide=True)), 0.0)
        zero = blocks.filled(self.number(0.0), self.state.type.shape)
        one = blocks.filled(self.number(1.0), factors.type.shape[2:])
        with builder.body(
            [
                zero.type,
                one.type,
                rests.type.with_shape(rests.type.shape[1:]),
                factors.type.with_shape(factors.type.shape[1:]),
            ]
        ) as block:
            state, product, b, a = block.params
            after = self.emit("add", self.emit("mul", a, state), b)
            block.results = (after, self.emit("mul", a, product))
            block.results += block.results
        ends, products, inner, leading = self._recur((zero, one), (rests, factors), block)
        with builder.body(
            [self.state.type, self.state.type, products.type.with_shape(products.type.shape[1:])]
        ) as block:
            state, b, a = block.params
            block.results = (self.emit("add", self.emit("mul", a, state), b), state)
        final, incoming = self._recur((self.initial,), (ends, products), block)
        states = self.emit("add", self.emit("mul", leading, incoming), inner)
        return final, self._turned(blocks.joined(states))

    def _recur(self, states: Sequence[Value], sequences: Sequence[Value], block: Block) -> Sequence[Value]:
        return self.builder.emit(
            "recur",
            [*states, *sequences],
            blocks=(block,),
            location=self.op.location,
            states=len(states),
            lengths=False,
            reverse=False,
            unmasked=(),
        )

    def _all_steps(self, rows: Value, *, wide: bool) -> Value:
        """[T, …] of what may be [1, …]; of the shape of the state too if ``wide``."""
        shape = [self.time, *rows.type.shape[1:]]
        if wide or self.lengths is not None:
            shape[1:] = self.state.type.shape if wide else [self.state.type.shape[0], *rows.type.shape[2:]]
        if tuple(shape) == rows.type.shape:
            return rows
        lengths = self.emit("concat", *(self.vector(dim) for dim in shape), axis=0)
        return self.builder.emit("expand", (rows, lengths), types=[rows.type.with_shape(shape)])[0]

    def length(self, dim: Dim) -> Value:
        """i64[]: a length of the sequences or the state."""
        value = self.builder.dim_value(dim)
        assert value is not None, f"the length {dim} has no value"
        return value

    def vector(self, dim: Dim) -> Value:
        """i64[1]: the same."""
        return self.emit("reshape", self.length(dim), self.builder.const(np.array([1])))


class _Blocks:
    """Steps cut into blocks of equal length, as [step in the block, block, …]."""

    def __init__(self, scan: _Prefix, time: Dim) -> None:
        self.scan, self.builder, self.time = scan, scan.builder, time
        emit, steps = scan.emit, scan.length(time)
        one = self.builder.const(np.array(1, _I64))
        if isinstance(time, int):
            length = max(1, math.isqrt(max(0, time - 1)) + 1)
            self.dims: tuple[Dim, Dim] = (-(-time // length), length)
            self.length, self.count = (self.builder.const(np.array(dim, _I64)) for dim in self.dims[::-1])
        else:
            root = emit("ceil", emit("sqrt", emit("cast", steps, dtype=np.dtype(np.float32))))
            self.length = emit("maximum", emit("cast", root, dtype=_I64), one)
            above = emit("add", steps, emit("sub", self.length, one))
            self.count = emit("trunc_div", above, self.length)
            self.dims = (self.builder.fresh_dim("blocks"), self.builder.fresh_dim("steps"))
        total = emit("mul", self.count, self.length)
        self.total = self._vector(total)
        self.padding = self._vector(emit("sub", total, steps))

    def _vector(self, number: Value) -> Value:
        return self.scan.emit("unsqueeze", number, axes=(0,))

    def cut(self, rows: Value, fill: float) -> Value:
        """[T, …] as [step in the block, block, …], filled up behind the last step."""
        emit, rank = self.scan.emit, rows.type.rank
        before = self.builder.const(np.zeros(rank, _I64))
        pads = emit("concat", before, self.padding, self.builder.const(np.zeros(rank - 1, _I64)), axis=0)
        padded = emit("pad", rows, pads, self.scan.number(fill), mode="constant")
        inner = [self.scan.vector(dim) for dim in rows.type.shape[1:]]
        shape = emit("concat", self._vector(self.count), self._vector(self.length), *inner, axis=0)
        types = [rows.type.with_shape((*self.dims, *rows.type.shape[1:]))]
        blocks = self.builder.emit("reshape", (padded, shape), types=types, location=self.scan.op.location)[0]
        return emit("transpose", blocks, perm=(1, 0, *range(2, rank + 1)))

    def joined(self, rows: Value) -> Value:
        """[step in the block, block, …] as [T, …]."""
        emit, rank = self.scan.emit, rows.type.rank
        blocks = emit("transpose", rows, perm=(1, 0, *range(2, rank)))
        shape = emit("concat", self.total, *(self.scan.vector(dim) for dim in rows.type.shape[2:]), axis=0)
        flat = emit("reshape", blocks, shape)
        start, end = self.builder.const(np.array([0])), self.scan.vector(self.time)
        types = [rows.type.with_shape((self.time, *rows.type.shape[2:]))]
        return self.builder.emit("slice", (flat, start, end), axes=(0,), steps=(1,), types=types)[0]

    def filled(self, number: Value, shape: Sequence[Dim]) -> Value:
        """[block, …] of one number."""
        lengths = self.scan.emit("concat", self._vector(self.count), *(self.scan.vector(dim) for dim in shape), axis=0)
        types = [number.type.with_shape((self.dims[0], *shape))]
        return self.builder.emit("expand", (number, lengths), types=types)[0]
