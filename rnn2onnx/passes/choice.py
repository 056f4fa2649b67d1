"""Chooses between forms of a recurrence that mean the same: by their costs on the target, or as it was measured.

Where the lengths are known there is one best form. Where they are not, a form that is nowhere much slower than the best
one is taken; and where there is none, a branch decides by the lengths while the program runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np

from rnn2onnx.ir import Builder, Dim, Op, Value
from rnn2onnx.passes.costs import Estimate
from rnn2onnx.passes.report import Alternative, Report, Sizes, described, source
from rnn2onnx.passes.where_faster import where_faster
from rnn2onnx.targets import ONNXRUNTIME, Target

ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
STEPS = (10, 30, 100, 300, 1000)
"""The range over which no form that is taken is much slower than the best."""
Costs: TypeAlias = "Mapping[Sizes, tuple[float, float]]"
"""What another form and a recurrence's own one cost, by batch and steps."""
OpenDims: TypeAlias = "tuple[str | None, str | None]"
"""The lengths that a branch can decide by: batch and steps."""
ALLOWED = 1.05
"""How many times as long as the best one a form may take that is taken for all lengths."""


ANY = 2**62
"""More than any length."""


class Form(NamedTuple):
    """A form of a recurrence besides the one it has.

    Attributes:
        name: What it is called in reports.
        cost: Its microseconds.
        emit: Emits it; gives the results of the recurrence.
    """

    name: str
    cost: Callable[[Estimate], float]
    emit: Callable[[], Sequence[Value]]


class Limits(NamedTuple):
    """Where another form is taken: for so many rows and steps."""

    rows: tuple[int, int] | None
    steps: tuple[int, int] | None

    def hold(self, sizes: Sizes) -> bool:
        """Whether the form is taken at these sizes, which are those of the range."""
        return all(limit is None or limit[0] <= size <= limit[1] for limit, size in zip(self, sizes, strict=True))

    def __str__(self) -> str:
        words = []
        for limit, name in ((self.rows, "batch"), (self.steps, "steps")):
            if limit is not None and limit[0] > 0:
                words.append(f"{name} >= {limit[0]}")
            if limit is not None and limit[1] < ANY:
                words.append(f"{name} <= {limit[1]}")
        return " and ".join(words) or "always"


class Offer(NamedTuple):
    """What there is to choose for a recurrence.

    Attributes:
        forms: The names of the forms.
        rows: Its batch,
        steps: and its steps, as numbers or names.
        between: Whether a branch can decide between the first and the second form by its lengths.
        above: The forms differ where steps times rows are more than that.
    """

    forms: tuple[str, ...]
    rows: Dim
    steps: Dim
    between: bool
    above: int = 0


Times: TypeAlias = "Mapping[str, Mapping[Sizes, float]]"
"""Microseconds that the whole program took with each form, by batch and steps."""


@dataclass(frozen=True)
class Choice:
    """How it is chosen.

    Attributes:
        target: The engine.
        forced: What is taken whatever it costs, by the recurrence (``key_of``): a form, or where the first one is.
        measured: What was measured, by the recurrence, for the report.
        offers: Takes down what there is to choose, by the recurrence; nobody asks if None.
    """

    target: Target = ONNXRUNTIME
    forced: Mapping[str, str | Limits] = field(default_factory=dict)
    measured: Mapping[str, Times] = field(default_factory=dict)
    offers: MutableMapping[str, Offer] | None = None

    def wanted(self, key: str, offer: Offer) -> str | Limits | None:
        """What is forced for a recurrence out of what there is to choose; None if nothing is."""
        if self.offers is not None:
            self.offers.setdefault(key, offer)
        forced = self.forced.get(key)
        if isinstance(forced, Limits):
            return forced if offer.between else None
        return forced if forced in offer.forms else None

    def between(self, builder: Builder, op: Op, form: Form, own: str, report: Report) -> Sequence[Value] | None:
        """The results of a recurrence in another form, or by a branch; None where it keeps its own.

        Args:
            builder: Where to.
            op: The recurrence, of rows [B, …] over sequences [T, …].
            form: The other form.
            own: What its own form is called.
            report: Where the alternatives go.
        """
        rows, steps = lengths_of(op)
        costs = dict(self._costs(op, form, rows, steps))
        limits = self._limits(op, form, own, costs, (_open(builder, rows), _open(builder, steps)), report)
        times = self.measured.get(key_of(op), {})
        report.choose(op, _alternatives(form.name, own, costs, limits, times))
        if limits is None:
            report.note(op, f"as {own} it is the faster one")
            return None
        if limits == Limits(None, None):
            return form.emit()
        report.limits.add(limits)
        inside = condition(builder, op, limits, (rows, steps))
        return where_faster(builder, op, inside, form.emit)

    def _costs(self, op: Op, form: Form, rows: Dim, steps: Dim) -> Iterator[tuple[Sizes, tuple[float, float]]]:
        for batch in [rows] if isinstance(rows, int) else ROWS:
            for time in [steps] if isinstance(steps, int) else STEPS:
                at = {name: size for name, size in ((rows, batch), (steps, time)) if isinstance(name, str)}
                estimate = Estimate(self.target.costs, at)
                call = self.target.costs.call
                yield (batch, time), (call + form.cost(estimate), call + with_projections(estimate, op))

    def _limits(self, op: Op, form: Form, own: str, costs: Costs, dims: OpenDims, report: Report) -> Limits | None:
        """Where the form is taken; None where it is not."""
        everywhere = Limits(None, None)
        offer = Offer((form.name, own), *lengths_of(op), dims != (None, None))
        forced = self.wanted(key_of(op), offer)
        if isinstance(forced, Limits):
            return Limits(*(limit if dim is not None else None for limit, dim in zip(forced, dims, strict=True)))
        if forced is not None:
            return everywhere if forced == form.name else None
        always, never = _regret(costs, everywhere), _regret(costs, None)
        if min(always, never) <= ALLOWED or dims == (None, None):
            return everywhere if always <= never else None
        ranked = sorted(_candidates(dims), key=lambda limits: (_regret(costs, limits), _complexity(limits)))
        good = [limits for limits in ranked if _regret(costs, limits) <= max(ALLOWED, _regret(costs, ranked[0]))]
        return next((limits for limits in good if limits in report.limits), good[0])


BY_COSTS = Choice()
"""By the shipped table."""


def _open(builder: Builder, dim: Dim) -> str | None:
    """A length that a branch can decide by."""
    return dim if isinstance(dim, str) and builder.dim_value(dim) is not None else None


def key_of(op: Op) -> str:
    """What a recurrence goes by where a form is forced: the user's line and what it carries and gives."""
    return f"{source(op.location)} {described(op)}"


def lengths_of(op: Op) -> tuple[Dim, Dim]:
    """The batch and the number of steps of a recurrence; 1 row where its states have none."""
    states: int = op.attrs["states"]
    shape = op.operands[0].type.shape if states else op.operands[states].type.shape[1:]
    return (shape[0] if shape else 1), op.operands[states].type.shape[0]


def with_projections(estimate: Estimate, op: Op) -> float:
    """Microseconds of a recurrence and of the products that its sequences are, which a native layer computes itself."""
    states: int = op.attrs["states"]
    seen: set[Op] = set()
    waiting = [value.op for value in op.operands[states:]]
    total = estimate.recurrence(op)
    while waiting:
        made = waiting.pop()
        if made is None or made in seen or made.kind.name not in ("matmul", "add", "slice"):
            continue
        if not any(
            value.op is not None and value.op.kind.name == "matmul" for value in (*made.results, *made.operands)
        ):
            continue
        seen.add(made)
        total += estimate.op(made)
        if made.kind.name != "matmul":
            waiting.extend(value.op for value in made.operands)
    return total


def _regret(costs: Costs, limits: Limits | None) -> float:
    """How many times as long as the best form the chosen one takes where that is worst."""
    worst = 1.0
    for sizes, (form, own) in costs.items():
        taken = form if limits is not None and limits.hold(sizes) else own
        if min(form, own) > 0:
            worst = max(worst, taken / min(form, own))
    return worst


def _candidates(dims: OpenDims) -> Iterator[Limits]:
    yield from (
        Limits(rows, steps)
        for rows in _intervals(ROWS, dims[0])
        for steps in _intervals(STEPS, dims[1])
        if rows is not None or steps is not None
    )


def _intervals(sizes: Sequence[int], dim: str | None) -> Iterator[tuple[int, int] | None]:
    yield None
    if dim is not None:
        for size in sizes[1:]:
            yield (0, size - 1)
            yield (size, ANY)


def _complexity(limits: Limits) -> int:
    return sum(limit is not None for limit in limits)


def condition(builder: Builder, op: Op, limits: Limits, dims: tuple[Dim, Dim]) -> Value:
    """bool[]: whether the lengths are within the limits."""
    found: list[Value] = []
    for limit, dim in ((limits.rows, dims[0]), (limits.steps, dims[1])):
        if limit is None:
            continue
        count = builder.dim_value(dim)
        assert count is not None, f"the length {dim} has no value here"
        low = limit[0] > 0
        bound = builder.const(np.array(limit[0] if low else limit[1], np.int64))
        kind = "greater_equal" if low else "less_equal"
        found.append(builder.emit(kind, (count, bound), location=op.location)[0])
    return found[0] if len(found) == 1 else builder.emit("and", found, location=op.location)[0]


def _alternatives(name: str, own: str, costs: Costs, limits: Limits | None, times: Times) -> tuple[Alternative, ...]:
    taken = "never" if limits is None else str(limits)
    other = {"never": "always", "always": "never"}.get(taken, "else")
    return (
        Alternative(name, {sizes: pair[0] for sizes, pair in costs.items()}, taken, times.get(name, {})),
        Alternative(own, {sizes: pair[1] for sizes, pair in costs.items()}, other, times.get(own, {})),
    )
