"""A graph as an ONNX model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import metadata

import onnx
import onnx_ir

from rnn2onnx.errors import ExportError
from rnn2onnx.exporter.emission import Emission
from rnn2onnx.exporter.opsets import DEFAULT_OPSET, ir_version_of
from rnn2onnx.exporter.rows import REMOVED, ROWS
from rnn2onnx.ir.graph import Graph


def export(
    graph: Graph,
    *,
    opset: int = DEFAULT_OPSET,
    ir_version: int | None = None,
    properties: Mapping[str, str] | None = None,
) -> onnx.ModelProto:
    """The ONNX model that computes ``graph``.

    Inputs and outputs have the graph's names and its names of lengths; weights are initializers by their own names.

    Args:
        graph: A program without the kinds that passes remove (``recur``, ``variable``, ``random``).
        opset: 13 to 26.
        ir_version: The version of the file format; by default the one that goes with the opset.
        properties: Metadata to write into the model.

    Raises:
        ExportError: The opset is out of range, two inputs or outputs have one name, or an operation has no ONNX form.
    """
    version = ir_version_of(opset)
    _check_names(graph)
    emission = Emission(opset, {**ROWS, **REMOVED}, taken=[v.name for v in graph.inputs] + list(graph.outputs))
    inputs = [emission.declare(onnx_ir.Value(name=value.name), value.type) for value in graph.inputs]
    scope = emission.scopes[0]
    scope.values.update(zip(graph.inputs, inputs, strict=True))
    for op in graph.block.ops:
        emission.emit(op)
    outputs = emission.outputs(graph.block.results)
    for value, name in zip(outputs, graph.outputs, strict=True):
        value.name = name
    made = onnx_ir.Graph(
        inputs,
        outputs,
        nodes=scope.nodes,
        initializers=scope.initializers,
        opset_imports={"": opset, **dict.fromkeys(sorted(emission.domains), 1)},
        name=graph.name or "graph",
    )
    _give_names(made, emission, fixed=[*inputs, *outputs])
    model = onnx_ir.Model(
        made,
        ir_version=version if ir_version is None else ir_version,
        producer_name="rnn2onnx",
        producer_version=_version(),
        metadata_props=dict(properties or {}),
    )
    proto = onnx_ir.to_proto(model)
    assert isinstance(proto, onnx.ModelProto)
    return proto


def _version() -> str:
    try:
        return metadata.version("rnn2onnx")
    except metadata.PackageNotFoundError:
        return ""


def _check_names(graph: Graph) -> None:
    seen: set[str] = set()
    for name in [*(value.name for value in graph.inputs), *graph.outputs]:
        if not name:
            raise ExportError("an input or output has no name; give every one a name")
        if name in seen:
            raise ExportError(f"two of the inputs and outputs are named {name!r}; a file needs a name for each")
        seen.add(name)


def _give_names(graph: onnx_ir.Graph, emission: Emission, fixed: Iterable[onnx_ir.Value] = ()) -> None:
    """Names every value but the ``fixed`` ones, in this graph and in the bodies in it; no name is used twice anywhere.

    onnx_ir has named them by then, in each graph for itself: a body's name may be that of an outer value.
    """
    keep = set(map(id, fixed))
    for value in graph.inputs:
        if id(value) not in keep:
            value.name = emission.unique(value.meta["hint"])
    for node in graph:
        for value in node.outputs:
            if id(value) not in keep:
                value.name = emission.unique(value.meta.get("hint", node.op_type.lower()))
        node.name = f"{node.op_type}:{node.outputs[0].name}"
        for attribute in node.attributes.values():
            if attribute.type == onnx_ir.AttributeType.GRAPH:
                _give_names(attribute.as_graph(), emission)
