"""Where weights stand in a file: once, and where onnxruntime rearranges them for the products that read them."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from rnn2onnx.exporter import export
from rnn2onnx.ir import Builder, Graph, Type, evaluate
from tests.exporter.running import run

F32 = np.dtype(np.float32)


def nested(depth: int) -> Graph:
    """A product of an input and a weight in branches in branches."""
    builder = Builder("nested")
    x, p = builder.input("x", Type(F32, ("B", 9))), builder.input("p", Type(np.dtype(bool), ()))
    weight = builder.const(np.arange(81, dtype=np.float32).reshape(9, 9), "kernel")

    def product(level: int) -> list:
        if level == 0:
            (once,) = builder.emit("matmul", (x, weight))
            return list(builder.emit("matmul", (once, weight)))
        with builder.body([]) as then:
            then.results = tuple(product(level - 1))
        with builder.body([]) as otherwise:
            otherwise.results = (x,)
        return list(builder.emit("cond", (p,), blocks=(then, otherwise)))

    return builder.finish([("y", product(depth)[0])])


def graphs_in(graph: onnx.GraphProto) -> list[onnx.GraphProto]:
    """A graph and those in it."""
    inner = [attr.g for node in graph.node for attr in node.attribute if attr.HasField("g")]
    return [graph, *(found for each in inner for found in graphs_in(each))]


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_a_weight_two_bodies_up_is_a_constant_of_the_body_too(depth: int) -> None:
    graph = nested(depth)
    model = export(graph, opset=17)
    copies = [node for each in graphs_in(model.graph) for node in each.node if node.op_type == "Concat"]
    assert len(copies) == (1 if depth >= 2 else 0)
    assert sum(tensor.dims == [9, 9] for tensor in model.graph.initializer) == 1
    assert sum(tensor.dims == [9, 9] for each in graphs_in(model.graph) for tensor in each.initializer) == 1
    feeds = {"x": np.ones((2, 9), np.float32), "p": np.array(True)}
    np.testing.assert_allclose(run(model, feeds)["y"], evaluate(graph, feeds)["y"])
