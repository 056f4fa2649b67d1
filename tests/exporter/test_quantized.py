"""Products with int8 weights on onnxruntime against their numpy meaning.

What is rounded to a byte is rounded alike in both, so that they agree as closely as without int8, save where a number
lies in the very middle between two steps.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import onnx
import pytest

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.exporter import export
from rnn2onnx.ir import Builder, Graph, Type, evaluate, parse, weights_of
from tests.exporter.running import assert_close, run
from tests.opsets import SOME

F32 = np.dtype(np.float32)
PLAIN = (("Sigmoid", 0.0, 0.0), ("Tanh", 0.0, 0.0), ("Tanh", 0.0, 0.0))


def lstm(
    *,
    time: int = 7,
    batch: int = 5,
    direction: str = "forward",
    given: tuple[str, ...] = ("B",),
    activations: tuple[tuple[str, float, float], ...] = PLAIN,
) -> tuple[Graph, dict[str, Any]]:
    rng = np.random.default_rng(2)
    ways, depth, hidden = (2 if direction == "bidirectional" else 1), 6, 8

    def normal(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    b, feeds = Builder("lstm"), {"x": normal(time, batch, depth)}
    operands = {"X": b.input("x", Type(F32, ("T", "B", depth)))}
    for key, rows in (("W", depth), ("R", hidden)):
        operands[key] = b.const(rng.integers(-127, 128, (ways, rows, 4 * hidden)).astype(np.int8), key.lower())
        scales = rng.uniform(0.002, 0.004, (ways, 4 * hidden)).astype(np.float32)
        operands[f"{key}_scale"] = b.const(scales, f"{key.lower()}_scale")
    if "B" in given:
        operands["B"] = b.const(normal(ways, 8 * hidden), "b")
    if "sequence_lens" in given:
        operands["sequence_lens"] = b.input("lengths", Type(np.dtype(np.int32), ("B",)))
        feeds["lengths"] = np.array([7, 0, 3, 5, 1], np.int32)[:batch]
    for key in ("initial_h", "initial_c"):
        if "initial" in given:
            operands[key] = b.input(key, Type(F32, (ways, "B", hidden)))
            feeds[key] = normal(ways, batch, hidden)
    if "P" in given:
        operands["P"] = b.const(normal(ways, 3 * hidden), "p")
    results = b.emit(
        "quantized_lstm",
        list(operands.values()),
        inputs=tuple(operands),
        hidden_size=hidden,
        direction=direction,
        activations=activations * ways,
    )
    return b.finish((f"y{i}", value) for i, value in enumerate(results)), feeds


def agree(graph: Graph, feeds: dict[str, Any], opset: int = 17) -> onnx.ModelProto:
    model = export(graph, opset=opset)
    onnx.checker.check_model(model, full_check=True)
    found = run(model, feeds)
    for name, array in evaluate(graph, feeds).items():
        assert_close(found[name], array, name)
    return model


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize(
    "given", [(), ("B",), ("B", "sequence_lens"), ("B", "initial", "P"), ("B", "sequence_lens", "initial", "P")]
)
def test_a_quantized_lstm_means_what_the_engine_computes(direction: str, given: tuple[str, ...]) -> None:
    agree(*lstm(direction=direction, given=given))


def test_activations_of_a_quantized_lstm() -> None:
    others = (("HardSigmoid", 0.25, 0.4), ("Softsign", 0.0, 0.0), ("LeakyRelu", 0.3, 0.0))
    agree(*lstm(direction="bidirectional", activations=others))


@pytest.mark.parametrize("opset", SOME)
def test_at_every_opset_the_domain_is_said(opset: int) -> None:
    model = agree(*lstm(), opset=opset)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", opset), ("com.microsoft", 1)]


def products(count: int, *shape: int | str) -> Graph:
    rng, b = np.random.default_rng(3), Builder("products")
    x = b.input("x", Type(F32, shape))
    results = []
    for number in range(count):
        weights = b.const(rng.integers(-127, 128, (9, 4)).astype(np.int8), f"w{number}")
        scales = b.const(rng.uniform(0.01, 0.02, 4).astype(np.float32), f"s{number}")
        results.append(b.emit("quantized_matmul", (x, weights, scales))[0])
    return b.finish((f"y{i}", value) for i, value in enumerate(results))


@pytest.mark.parametrize("rows", [(5,), (1,), (0,), (2, 3), (0, 3), (3, 0)])
@pytest.mark.parametrize("count", [1, 2])
def test_a_quantized_product_means_what_the_engine_computes(count: int, rows: tuple[int, ...]) -> None:
    graph = products(count, *(f"n{axis}" for axis in range(len(rows))), 9)
    x = np.random.default_rng(4).normal(0.5, 1, (*rows, 9)).astype(np.float32)
    agree(graph, {"x": x})
    for same in (np.zeros_like(x), np.full_like(x, 3), np.full_like(x, -2)):
        agree(graph, {"x": same})


def test_products_of_one_value_round_it_once() -> None:
    kinds = [node.op_type for node in export(products(2, "B", 9)).graph.node]
    assert kinds == ["DynamicQuantizeLinear", "MatMulIntegerToFloat", "MatMulIntegerToFloat"]
    assert [node.op_type for node in export(products(1, "B", 9)).graph.node] == ["DynamicQuantizeMatMul"]


def test_a_product_is_off_by_the_steps_of_what_is_rounded() -> None:
    graph, x = products(1, "B", 9), np.random.default_rng(5).uniform(-1, 1, (40, 9)).astype(np.float32)
    rng = np.random.default_rng(3)
    exact = x.astype(np.float64) @ (rng.integers(-127, 128, (9, 4)) * rng.uniform(0.01, 0.02, 4).astype(np.float32))
    off = np.sqrt(np.mean((evaluate(graph, {"x": x})["y0"] - exact) ** 2) / np.mean(exact**2))
    # A step is 2/255, and an error spread evenly over it a twelfth of the square root of 1.
    assert off == pytest.approx(2 / 255 / np.sqrt(12) / np.sqrt(1 / 3), rel=0.2)


def test_operands_that_do_not_fit_are_refused() -> None:
    b = Builder("bad")
    x, weights = b.input("x", Type(F32, ("B", 9))), b.const(np.zeros((9, 4), np.int8))
    with pytest.raises(ShapeError, match=r"\[..., K\], \[K, N\] and \[N\]"):
        b.emit("quantized_matmul", (x, weights, b.const(np.zeros(3, np.float32))))
    with pytest.raises(ShapeError, match="9 columns do not meet 8 rows"):
        b.emit("quantized_matmul", (x, b.const(np.zeros((8, 4), np.int8)), b.const(np.zeros(4, np.float32))))
    with pytest.raises(DTypeError, match="f32, i8 and f32"):
        b.emit("quantized_matmul", (x, b.const(np.zeros((9, 4), np.float32)), b.const(np.zeros(4, np.float32))))


def test_text_of_quantized_words_parses_back() -> None:
    for graph in (products(2, "B", 9), lstm(given=("B", "sequence_lens"))[0]):
        assert str(parse(str(graph), weights_of(graph))) == str(graph)


ABORTS = """
import numpy as np
from rnn2onnx.exporter import export
from tests.exporter.running import run
from tests.exporter.test_quantized import lstm
run(export(lstm(batch=0)[0]), lstm(batch=0)[1])
"""


def test_without_rows_the_engine_ends_the_process_so_somebody_must_see_to_it() -> None:
    ended = subprocess.run([sys.executable, "-c", ABORTS], capture_output=True, check=False)
    assert ended.returncode == -6
