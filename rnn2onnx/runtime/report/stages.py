"""What a compilation went through: the graph before and after each pass."""

from __future__ import annotations

from dataclasses import dataclass

from rnn2onnx.ir import Graph, walk

RECORD = "record"
"""The name of the first stage, which has no graph before it."""


@dataclass(frozen=True, repr=False)
class Stage:
    """One pass of a compilation, or the recording before all passes.

    Attributes:
        name: Of the pass; ``record`` for the recording.
        before: The graph it got; None for the recording.
        after: The graph it gave; the same object if nothing changed.
        seconds: How long it took.
    """

    name: str
    before: Graph | None
    after: Graph
    seconds: float

    @property
    def changed(self) -> bool:
        """Whether it gave another graph than it got."""
        return self.after is not self.before

    def __repr__(self) -> str:
        return f"Stage({self.name!r}, {operations(self.after)} operations, {self.seconds:.4f} s)"


def operations(graph: Graph) -> int:
    """How many operations a graph has, those in bodies included and constants not."""
    return sum(op.kind.name != "const" for op in walk(graph.block))
