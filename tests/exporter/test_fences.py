"""Products of transposed operands without elements: each in a process of its own, since onnxruntime may end it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from rnn2onnx.exporter import export
from rnn2onnx.ir import Builder, Graph, Type, Value, evaluate
from tests.exporter.running import run


def product(
    first: Sequence[int],
    second: Sequence[int],
    shapes: Sequence[Sequence[int | str]],
    how: str,
    dtype: type = np.float32,
) -> Graph:
    """The product of two transposed inputs, or what it is after ``how``."""
    builder = Builder("product")
    values: list[Value] = []
    for name, perm, shape in zip("ab", (first, second), shapes, strict=True):
        value = builder.input(name, Type(np.dtype(dtype), tuple(shape)))
        if list(perm) != sorted(perm):
            (value,) = builder.emit("transpose", [value], perm=tuple(perm))
        if how == "joined" and name == "a":
            (value,) = builder.emit("concat", [value, value], axis=1)
        values.append(value)
    if how == "einsum":
        return builder.finish([("y", *builder.emit("einsum", values, equation="bik,bkj->bij"))])
    return builder.finish([("y", *builder.emit("matmul", values))])


def answer(
    first: Sequence[int],
    second: Sequence[int],
    shapes: Sequence[Sequence[int | str]],
    how: str,
    dtype: type = np.float32,
) -> bool:
    """Whether the exported product is what the graph means, for every choice of empty axes."""
    graph = product(first, second, shapes, how, dtype)
    names = sorted({dim for shape in shapes for dim in shape if isinstance(dim, str)})
    model = export(graph, opset=17)
    for empty in [*([name] for name in names), names, []]:
        lengths = {name: 0 if name in empty else 2 for name in names}
        feeds = {
            name: np.ones([lengths.get(dim, dim) if isinstance(dim, str) else dim for dim in shape], dtype)
            for name, shape in zip("ab", shapes, strict=True)
        }
        if not np.array_equal(run(model, feeds)["y"], evaluate(graph, feeds)["y"]):
            return False
    return True


@pytest.mark.parametrize(
    ("first", "second", "shapes"),
    [
        ((1, 0, 2), (0, 1, 2), (("t", "b", 3), ("b", 3, 4))),
        ((0, 1, 2), (1, 2, 0), (("b", 2, 3), ("t", "b", 3))),
        ((1, 2, 0), (1, 0, 2), (("t", "b", 3), ("t", "b", 4))),
        ((0, 2, 1), (0, 1, 2), (("b", 3, "t"), ("b", 3, 4))),
    ],
)
def test_batches_of_matrices_whose_leading_axis_moved(
    first: Sequence[int], second: Sequence[int], shapes: Sequence[Sequence[int | str]]
) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        for how in ("plain", "joined", "einsum"):
            assert pool.submit(answer, first, second, shapes, how).result(timeout=60)


def test_transposed_matrices_of_float16() -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        for how in ("plain", "joined"):
            for shapes in ((("t", "b", 3), (3, 4)), ((5, 2, 3), (3, 4))):
                assert pool.submit(answer, (1, 0, 2), (0, 1), shapes, how, np.float16).result(timeout=60)


def test_no_rows_of_transposed_matrices_by_one_matrix() -> None:
    assert answer((0, 2, 1), (0, 1), (("b", 3, "t"), (3, 4)), "plain")


def test_what_needs_no_fence_has_none() -> None:
    swapped = export(product((0, 1, 2), (0, 2, 1), (("b", 2, 3), ("b", "t", 3)), "plain"), opset=17)
    fixed = export(product((1, 0, 2), (0, 1, 2), ((5, "b", 3), ("b", 3, 4)), "plain"), opset=17)
    for model in (swapped, fixed):
        assert {node.op_type for node in model.graph.node} == {"Transpose", "MatMul"}
