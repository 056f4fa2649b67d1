"""Operations with effects, which TF1 code makes while it records and only a session could run."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.recording.graph import Graph, get_default_graph
from rnn2onnx.tf.refusals.training import refuse


class InertOperation:
    """Stands for an operation that a compiled program has no use for, such as an initializer's.

    It can be named, grouped, depended on and put into collections. Running it is an error, and it is no tensor.

    Attributes:
        name: Its unique name in the graph.
        type: What TensorFlow calls such an operation.
        graph: The graph it would belong to.
    """

    def __init__(self, type: str, name: str | None = None) -> None:
        self.graph: Graph = get_default_graph()
        self.type = type
        self.name = self.graph.unique_name(name or type)
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.control_inputs: list[Any] = []

    @property
    def op(self) -> InertOperation:
        """Itself."""
        return self

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Always an error.

        Raises:
            TrainingError: Nothing here runs operations one by one.
        """
        raise refuse("Operation.run")

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"


class Initialization(InertOperation):
    """Stands for the initialization of variables, which a compiled program has done."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__("NoOp", name)

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Nothing: it is done."""
