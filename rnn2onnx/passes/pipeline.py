"""Runs passes one after the other, verifying the graph after each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Protocol, TypeAlias

from rnn2onnx.errors import PassError, VerifyError
from rnn2onnx.ir import Graph, verify, walk
from rnn2onnx.passes.choice import Choice
from rnn2onnx.passes.depth import record_depths
from rnn2onnx.passes.report import Decision, Report


class Pass(Protocol):
    """A graph in, a graph out: the same object if nothing changed."""

    @property
    def name(self) -> str:
        """The name it goes by in dumps and on the command line.

        One that does nothing to graphs without certain operations has their kinds in ``works_on``.
        """

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` after the pass; what it decided goes into ``report``."""


Observe: TypeAlias = "Callable[[str, Graph | None, Graph, float], None]"


def chosen_by(choice: Choice, step: Pass) -> Pass:
    """A pass that chooses so, where it has anything to choose: a field ``choice``, or one for its ``target``."""
    if not is_dataclass(step) or isinstance(step, type):
        return step
    given: dict[str, Any] = {"choice": choice, "target": choice.target}
    ours = {field.name: given[field.name] for field in fields(step) if field.name in given}
    return replace(step, **ours) if ours else step


def run_passes(
    graph: Graph, passes: Sequence[Pass], observe: Observe | None = None
) -> tuple[Graph, tuple[Decision, ...]]:
    """``graph`` after ``passes``, and what they decided.

    Args:
        graph: A verified or fresh program; it stays as it is.
        passes: In order.
        observe: Called after each pass with its name, the graph before and after it, and the seconds it took.

    Raises:
        PassError: A pass failed: a bug of the compiler. The message names it and those before it.
        VerifyError: A pass broke the graph.
    """
    verify(graph)
    report = Report()
    record_depths(graph, report)
    done: list[str] = []
    kinds = _kinds(graph)
    for step in passes:
        start, after = time.perf_counter(), graph
        try:
            works_on = getattr(step, "works_on", None)
            if works_on is None or not kinds.isdisjoint(works_on):
                after = step(graph, report)
                verify(after)
                kinds = _kinds(after)
        except VerifyError as error:
            error.add_note_text(f"in the pass {step.name} (after {', '.join(done) or 'none'})")
            raise
        except Exception as error:
            raise PassError(
                f"the pass {step.name} (after {', '.join(done) or 'none'}) failed: {type(error).__name__}: {error}"
            ) from error
        if observe is not None:
            observe(step.name, graph, after, time.perf_counter() - start)
        done.append(step.name)
        graph = after
    return graph, tuple(report.decisions)


def _kinds(graph: Graph) -> set[str]:
    return {op.kind.name for op in walk(graph.block)}
