"""Graphs of one operation, and models on onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime

from rnn2onnx.ir import Builder, Graph, Type


def run(model: onnx.ModelProto, feeds: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The outputs of a model by name, on one thread of the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    wanted = {value.name for value in session.get_inputs()}
    results = session.run(None, {name: array for name, array in feeds.items() if name in wanted})
    return dict(zip([value.name for value in session.get_outputs()], results, strict=True))


def graph_of(
    kind: str, operands: Sequence[tuple[np.ndarray, str]], attrs: Mapping[str, Any]
) -> tuple[Graph, dict[str, np.ndarray]]:
    """A graph of one operation and its feeds.

    Each operand says how it is given: ``const``, ``static`` (an input of known lengths) or ``named``.
    """
    builder, feeds, values = Builder("one"), {}, []
    for i, (array, how) in enumerate(operands):
        if how == "const":
            values.append(builder.const(array))
            continue
        shape = array.shape if how == "static" else [f"n{i}_{axis}" for axis in range(array.ndim)]
        values.append(builder.input(f"x{i}", Type(array.dtype, tuple(shape))))
        feeds[f"x{i}"] = array
    results = builder.emit(kind, values, **attrs)
    return builder.finish((f"y{i}", value) for i, value in enumerate(results)), feeds


def assert_as_inferred(graph: Graph, feeds: Mapping[str, np.ndarray], results: Mapping[str, np.ndarray]) -> None:
    """Every result has the lengths its type says, a name being the length it stands for among the inputs."""
    lengths: dict[Any, int] = {}
    for value in graph.inputs:
        lengths.update(zip(value.type.shape, feeds[value.name].shape, strict=True))
    for value, array in zip(graph.block.results, results.values(), strict=True):
        assert array.ndim == value.type.rank
        for dim, found in zip(value.type.shape, array.shape, strict=True):
            assert found == (dim if isinstance(dim, int) else lengths.get(dim, found)), f"{value.type} is {array.shape}"


def assert_close(found: np.ndarray, wanted: np.ndarray, what: str = "", slack: float = 1.0) -> None:
    """Equal dtypes, shapes and elements; floats as near as the dtype's rounding allows a few operations."""
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape), what
    if found.dtype.kind != "f":
        np.testing.assert_array_equal(found, wanted, what)
        return
    near = {2: 4e-3, 4: 1e-5, 8: 1e-11}[found.dtype.itemsize] * slack
    with np.errstate(all="ignore"):
        wrong = ~(
            (found == wanted)
            | (np.isnan(found) & np.isnan(wanted))
            | (np.abs(found.astype(np.float64) - wanted) <= near * (1 + np.abs(wanted.astype(np.float64))))
        )
    assert not wrong.any(), f"{what}: {found[wrong][:5]} instead of {wanted[wrong][:5]}"
