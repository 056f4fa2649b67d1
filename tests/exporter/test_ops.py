"""Every row of the export table against the numpy meaning of its kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn2onnx.exporter import export
from rnn2onnx.exporter.rows import REMOVED, ROWS
from rnn2onnx.ir import KINDS, evaluate
from tests.exporter.cases import CASES
from tests.exporter.running import assert_as_inferred, assert_close, graph_of, run
from tests.opsets import NEWEST

WITH_BODIES_OR_LAYERS = frozenset({"scan", "loop", "cond", "lstm", "gru", "rnn", "quantized_lstm", "quantized_matmul"})
SINGLE = frozenset({"asin", "acos", "atan", "asinh", "acosh", "atanh", "erf", "conv", "average_pool"})
"""Functions that onnxruntime has in float32 only and that go through it."""

quick = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)


def check(kind: str, data: st.DataObject, opset: int) -> None:
    operands, attrs = CASES[kind](data.draw)
    graph, feeds = graph_of(kind, operands, attrs)
    what = f"{kind}({', '.join(f'{a.dtype}{list(a.shape)} {how}' for a, how in operands)}){attrs}"
    wanted = evaluate(graph, feeds)
    assert_as_inferred(graph, feeds, wanted)
    model = export(graph, opset=opset)
    onnx.checker.check_model(model, full_check=True)
    try:
        found = run(model, feeds)
    except Exception as error:
        raise AssertionError(f"{what}: {error}") from None
    slack: float = 2
    for name, array in wanted.items():
        if array.dtype == np.float64 and kind in SINGLE:
            slack = 1e6
        assert_close(found[name], array, what, slack)


def test_every_kind_has_a_row_or_is_removed_by_a_pass() -> None:
    assert set(KINDS) == set(ROWS) | set(REMOVED) | {"const"}
    assert not set(ROWS) & set(REMOVED)
    assert set(REMOVED) == {"recur", "variable", "random"}


def test_every_row_is_tested() -> None:
    assert set(ROWS) == set(CASES) | WITH_BODIES_OR_LAYERS


@pytest.mark.parametrize("kind", sorted(CASES))
@given(data=st.data())
@settings(quick, max_examples=20)
def test_a_row_means_what_its_kind_means(kind: str, data: Any) -> None:
    check(kind, data, 17)


@pytest.mark.parametrize("opset", [13, 21, NEWEST])
@pytest.mark.parametrize("kind", sorted(CASES))
@given(data=st.data())
@settings(quick, max_examples=4)
def test_a_row_means_the_same_at_other_opsets(kind: str, opset: int, data: Any) -> None:
    check(kind, data, opset)


@pytest.mark.parametrize("kind", sorted(CASES))
@given(data=st.data())
@settings(quick, max_examples=8)
def test_a_kind_means_the_same_in_float64(kind: str, data: Any) -> None:
    operands, attrs = CASES[kind](data.draw)
    if any(array.dtype == np.float16 for array, _ in operands) or kind in ("cast", "floor", "ceil", "round"):
        return
    graph, feeds = graph_of(kind, operands, attrs)
    narrow, wide = evaluate(graph, feeds), evaluate(graph, feeds, float64=True)
    for name, array in narrow.items():
        assert wide[name].dtype == (np.float64 if array.dtype.kind == "f" else array.dtype)
        assert_close(wide[name].astype(array.dtype), array, kind, slack=3)


@pytest.mark.parametrize("steps", [0, 1, 5])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_convolution_that_keeps_its_length_takes_an_input_without_steps(width: int, steps: int) -> None:
    pads = ((width - 1) // 2, width // 2)
    operands = [(np.ones((2, 3, steps), np.float32), "named"), (np.ones((4, 3, width), np.float32), "const")]
    graph, feeds = graph_of("conv", operands, {"strides": (1,), "pads": pads, "dilations": (1,), "group": 1})
    found = run(export(graph), feeds)["y0"]
    assert_close(found, evaluate(graph, feeds)["y0"])
    assert found.shape == (2, 4, steps)
