"""Name scopes: the prefix of the names of what is recorded."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.recording.graph import Graph
from rnn2onnx.tf.recording.tensor import Tensor, graph_of

__all__ = ["graph_of_values", "name_scope", "op_scope"]


class name_scope:  # noqa: N801 (TensorFlow's name)
    """Puts a name before the names of what is recorded inside; variables of ``tf.get_variable`` are not affected.

    Args:
        name: The name; one that ends in ``/`` is taken as it is; None: ``default_name``, or the root if there is none.
        default_name: Used if there is no name.
        values: Tensors whose graph becomes the default graph.

    Attributes:
        name: The name that was given.

    Raises:
        ArgumentTypeError: ``default_name`` is no string.
        ArgumentError: There are values, but no name.

    Source:
        ``tf.name_scope``.
    """

    def __init__(self, name: str | None, default_name: str | None = None, values: Any = None) -> None:
        if default_name is not None and not isinstance(default_name, str):
            raise ArgumentTypeError(
                f"`default_name` type ({type(default_name)}) is not a string type. Tensors go into the argument "
                "`values`.",
                user_location(),
            )
        if name is None and default_name is None and values is not None:
            raise ArgumentError(
                f"At least one of name ({name}) and default_name ({default_name}) must be provided.", user_location()
            )
        self.name = default_name if name is None else name
        self._values = values
        self._entered: list[ExitStack] = []

    def __enter__(self) -> str:
        with ExitStack() as stack:
            graph = graph_of_values(self._values)
            stack.enter_context(graph.as_default())
            full = stack.enter_context(graph.name_scope(self.name))
            self._entered.append(stack.pop_all())
        return full

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._entered.pop().__exit__(kind, error, traceback)


def op_scope(values: Any, name: str | None, default_name: str | None = None) -> name_scope:
    """The old order of ``name_scope``'s arguments. Source: ``tf.op_scope``."""
    return name_scope(name, default_name, values)


def graph_of_values(values: Any) -> Graph:
    """The graph of the tensors among ``values``; the default graph if there are none or nothing was given."""
    return graph_of([value for value in values or () if isinstance(value, Tensor)])
