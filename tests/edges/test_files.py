"""What no exported file may have, because some engine crashes on it, refuses it or runs it wrongly."""

from __future__ import annotations

from collections.abc import Iterator

import onnx
import pytest

import rnn2onnx
from tests.edges.models import MODELS

IR_VERSIONS = {13: 7, 17: 8, 21: 10, 26: 12}


def graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from graphs(attribute.g)


def rank(value: onnx.ValueInfoProto) -> int:
    assert value.type.tensor_type.HasField("shape"), f"{value.name} has no shape"
    return len(value.type.tensor_type.shape.dim)


def bodies(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    return [attribute.g for attribute in node.attribute if attribute.type == onnx.AttributeProto.GRAPH]


@pytest.mark.parametrize("opset", IR_VERSIONS)
@pytest.mark.parametrize("name", MODELS)
def test_no_file_has_what_engines_choke_on(name: str, opset: int) -> None:
    model = rnn2onnx.compile(*MODELS[name]("batch", "time"), opset=opset).model
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", opset)]
    assert model.ir_version == IR_VERSIONS[opset]
    onnx.checker.check_model(model, full_check=True)
    for graph in graphs(model.graph):
        for value in [*graph.input, *graph.output, *graph.value_info]:
            assert value.type.WhichOneof("value") == "tensor_type", f"{value.name} is no tensor"
        for node in graph.node:
            assert node.domain == ""
            assert not node.op_type.startswith(("Sequence", "Optional", "SplitToSequence", "ConcatFromSequence"))
            assert "layout" not in {attribute.name for attribute in node.attribute}
            if node.op_type in ("Loop", "Scan", "If"):
                assert all(node.output), f"{node.op_type} leaves an output without a name"
            if node.op_type == "If":
                then, otherwise = bodies(node)
                assert list(map(rank, then.output)) == list(map(rank, otherwise.output))
            if node.op_type == "Loop":
                (body,) = bodies(node)
                assert all(rank(value) >= 0 for value in body.output)


@pytest.mark.parametrize("name", ["gru", "lstm", "rnn"])
def test_a_native_layer_only_runs_behind_a_guard_or_with_known_lengths(name: str) -> None:
    open_lengths = rnn2onnx.compile(*MODELS[name]("batch", "time")).model
    outer = [node.op_type for node in open_lengths.graph.node]
    assert name.upper() not in outer
    assert "If" in outer
    known = rnn2onnx.compile(*MODELS[name](3, 4)).model
    outer = [node.op_type for node in known.graph.node]
    assert name.upper() in outer
    assert "If" not in outer
