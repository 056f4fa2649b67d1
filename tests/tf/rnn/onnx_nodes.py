"""The nodes of a compiled program, those of bodies and branches included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import onnx

import rnn2onnx


class Node(NamedTuple):
    """A node: its type, and its attributes as Python values."""

    op_type: str
    attributes: dict[str, Any]


def nodes(program: rnn2onnx.Program) -> list[Node]:
    """Every node of a program."""
    return list(_walk(program.model.graph))


def _walk(graph: onnx.GraphProto) -> Iterator[Node]:
    for node in graph.node:
        attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
        yield Node(node.op_type, {n: v.decode() if isinstance(v, bytes) else v for n, v in attributes.items()})
        for value in attributes.values():
            if isinstance(value, onnx.GraphProto):
                yield from _walk(value)
