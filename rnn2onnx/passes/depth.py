"""What of a recurrence runs one after the other: its steps, and the longest chain of operations in each of them."""

from __future__ import annotations

from rnn2onnx.ir import Dim, Graph, Op, Value, walk
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.report import Report

_NOTHING = {"const", "variable"}


def record_depths(graph: Graph, report: Report) -> None:
    """Tells the report what of each recurrence of a program runs one after the other as it was recorded."""
    for op in walk(graph.block):
        if op.kind.name in ("recur", "loop"):
            report.recorded(op.location, depth(op))


def depth(op: Op) -> str:
    """What of a ``recur``, ``scan`` or ``loop`` runs one after the other, in words."""
    chain = _chain(op)
    work = f"{chain} operation{'' if chain == 1 else 's'}"
    if op.kind.name == "loop":
        return f"{work} in each step, as many steps as it takes"
    steps: Dim = op.operands[op.attrs["states"]].type.shape[0]
    return f"{steps} steps of {work}"


def _chain(op: Op) -> int:
    """How many operations of a step wait for each other, from the states before it to those after it."""
    (body,) = op.blocks
    loop = op.kind.name == "loop"
    states = len(body.params) - 1 if loop else op.attrs["states"]
    # A loop's body has the number of the step before its states, and whether to go on before their new values.
    skipped = 1 if loop else 0
    news = body.results[skipped : states + skipped]
    longest: dict[Value, int] = dict.fromkeys(body.params[skipped : states + skipped], 0)
    for inner in body.ops:
        waited = [longest[value] for value in inputs_of(inner) if value in longest]
        if waited and inner.kind.name not in _NOTHING:
            longest.update((value, max(waited) + 1) for value in inner.results)
    return max((longest.get(value, 0) for value in news), default=0)
