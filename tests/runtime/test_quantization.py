"""Int8 weights: what they cost is measured, and parts are taken back until it is little enough."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, FeedError, WeightsError
from rnn2onnx.runtime.judge import judge
from rnn2onnx.runtime.quantization import Error, error_of


def tagger() -> Any:
    x = tf.placeholder(tf.float32, ["batch", "time", 64], "x")
    n = tf.placeholder(tf.int32, ["batch"], "n")
    cells = [tf.nn.rnn_cell.LSTMCell(64, name="first"), tf.nn.rnn_cell.GRUCell(64, name="second")]
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), x, n, dtype=tf.float32)
    scores = tf.layers.dense(outputs, 70, name="scores")
    return {"scores": scores, "state": state, "tags": tf.argmax(scores, -1), "steps": n + 1}


def compiled(**options: Any) -> rnn2onnx.Program:
    return rnn2onnx.compile(*rnn2onnx.trace(tagger), quantize="int8", **options)


def feeds(rows: int = 6, steps: int = 11, seed: int = 1) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "x": rng.uniform(-1, 1, (rows, steps, 64)).astype(np.float32),
        "n": rng.integers(0, steps + 1, rows).astype(np.int32),
    }


@pytest.fixture(scope="module")
def program() -> rnn2onnx.Program:
    """The tagger in int8."""
    return compiled()


@pytest.fixture(scope="module")
def calibrated() -> rnn2onnx.Program:
    """The tagger in int8, measured on ``feeds``."""
    return compiled(calibration=feeds())


@pytest.fixture(scope="module")
def plain() -> rnn2onnx.Program:
    """The tagger in float32."""
    return rnn2onnx.compile(*rnn2onnx.trace(tagger))


# -- errors --------------------------------------------------------------------------------------------------------


def test_an_error_is_relative_to_the_output() -> None:
    found = error_of([np.array([3.0, 4.3])], [np.array([3.0, 4.0])])
    assert found.absolute == pytest.approx(0.3)
    assert found.relative == pytest.approx(0.3 / 5)
    both = error_of([np.array([1.0]), np.array([[0.0]])], [np.array([1.0]), np.array([[0.5]])])
    assert both.relative == pytest.approx(0.5 / math.sqrt(1.25))
    assert error_of([np.zeros((2, 0))], [np.zeros((2, 0))]) == Error(0, 0)
    assert error_of([np.zeros(3)], [np.zeros(3)]) == Error(0, 0)
    assert error_of([np.full(3, 0.1)], [np.zeros(3)]) == Error(0.1, math.inf)


def test_an_error_of_integers_is_the_share_that_differs() -> None:
    assert error_of([np.array([1, 2, 3, 9])], [np.array([1, 2, 3, 4])]) == Error(5, 0.25)
    assert error_of([np.array([True, False])], [np.array([True, True])]) == Error(1, 0.5)
    assert error_of([np.array(["a", "b"])], [np.array(["a", "b"])]) == Error(0, 0)


def test_an_error_is_infinite_where_only_one_is_a_number() -> None:
    holes = np.array([np.nan, np.inf, 1.0])
    assert error_of([holes], [holes]) == Error(0, 0)
    assert error_of([holes], [np.ones(3)]) == Error(math.inf, math.inf)
    assert error_of([np.ones((2, 3))], [np.ones(6)]) == Error(math.inf, math.inf)


def test_what_only_one_has_differs() -> None:
    assert error_of([np.array([[1, 2, 0]])], [np.array([[1, 2]])]) == Error(0, 1 / 3)
    longer = error_of([np.array([3.0, 4.0])], [np.array([3.0])])
    assert longer.relative == pytest.approx(4 / 3)
    assert error_of([np.ones((0, 2))], [np.ones((1, 2))]) == Error(1, 1)


# -- programs ----------------------------------------------------------------------------------------------------------


def test_every_output_has_its_error(program: rnn2onnx.Program, plain: rnn2onnx.Program) -> None:
    found = program.quantization
    assert found is not None
    assert [output.name for output in found.outputs] == list(program.outputs)
    by_name = {output.name: output for output in found.outputs}
    for name in ("scores", "state_0_c", "state_0_h", "state_1"):
        assert 1e-3 < by_name[name].int8.relative < 3e-2
        assert 0 < by_name[name].float32.relative < 1e-6
        assert by_name[name].float32.absolute < by_name[name].int8.absolute
    assert by_name["steps"].int8 == Error(0, 0)
    assert found.error == max(output.int8.relative for output in found.outputs)
    assert found.measured_on == "random inputs (batch=16, time=24)"
    assert [(part.int8, part.why_not, part.alone) for part in found.parts] == [(True, "", None)] * 3
    assert [part.what.split(" ")[0] for part in found.parts] == ["lstm", "gru", "product"]
    assert all("test_quantization.py:" in part.source for part in found.parts)
    assert plain.quantization is None


def test_the_error_is_that_of_the_calibration_inputs(calibrated: rnn2onnx.Program) -> None:
    program = calibrated
    assert program.quantization is not None
    assert program.quantization.measured_on == "the calibration inputs"
    result, exact = program.run(feeds()), program.evaluate(feeds(), float64=True)
    wanted = np.sqrt(np.mean((result["scores"] - exact["scores"]) ** 2) / np.mean(exact["scores"] ** 2))
    (scores,) = [output.int8 for output in program.quantization.outputs if output.name == "scores"]
    assert scores.relative == pytest.approx(wanted, rel=1e-6)
    assert scores.absolute == pytest.approx(np.abs(result["scores"] - exact["scores"]).max(), rel=1e-6)
    several = compiled(calibration=[feeds(), feeds(3, 4, seed=2)]).quantization
    assert several is not None
    assert several.measured_on == "the calibration inputs (2 sets)"


def nodes(program: rnn2onnx.Program) -> set[str]:
    def walk(graph: onnx.GraphProto) -> Any:
        for node in graph.node:
            yield node.op_type
            for attribute in node.attribute:
                yield from walk(attribute.g)

    return set(walk(program.model.graph))


def test_parts_are_taken_back_until_the_error_is_kept(calibrated: rnn2onnx.Program) -> None:
    free = calibrated.quantization
    assert free is not None
    limit = free.error * 0.8
    program = compiled(calibration=feeds(), max_error=limit)
    found = program.quantization
    assert found is not None
    assert found.error <= limit
    back = [part for part in found.parts if not part.int8]
    kept = [part for part in found.parts if part.int8]
    assert back
    assert kept
    assert all(part.alone is not None and part.alone > 0 for part in found.parts)
    assert min(part.alone or 0 for part in back) >= max(part.alone or 0 for part in kept)
    assert all(f"{part.alone:.1e}" in part.why_not for part in back)
    assert ("DynamicQuantizeLSTM" in nodes(program)) == found.parts[0].int8


def test_an_error_that_is_kept_already_takes_nothing_back() -> None:
    found = compiled(max_error=0.1).quantization
    assert found is not None
    assert all(part.int8 and part.alone is None for part in found.parts)
    assert found.max_error == 0.1


def test_where_nothing_can_be_int8_the_file_is_the_one_without(plain: rnn2onnx.Program) -> None:
    program = compiled(max_error=1e-9)
    found = program.quantization
    assert found is not None
    assert not any(part.int8 for part in found.parts)
    assert all(output.int8 == output.float32 for output in found.outputs)
    assert not any("Quantize" in name or "Integer" in name for name in nodes(program))
    np.testing.assert_array_equal(program.run(feeds())["scores"], plain.run(feeds())["scores"])


def test_a_part_that_cannot_be_int8_says_why() -> None:
    def model() -> Any:
        x = tf.placeholder(tf.float32, ["batch", "time", 64], "x")
        n = tf.placeholder(tf.int32, ["batch"], "n")
        return tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(64), x, n, dtype=tf.float32), tf.layers.dense(x, 64)

    found = rnn2onnx.compile(*rnn2onnx.trace(model), quantize="int8", max_error=1e-9).quantization
    assert found is not None
    (stuck,) = [part for part in found.parts if part.what.startswith("product")]
    assert "behind the end of shorter rows" in stuck.why_not
    assert stuck.alone is None


def test_a_model_without_weights_worth_it() -> None:
    def model() -> Any:
        return tf.placeholder(tf.float32, ["batch", 3], "x") * 2.0

    program = rnn2onnx.compile(*rnn2onnx.trace(model), quantize="int8", max_error=0.01)
    assert program.quantization is not None
    assert program.quantization.parts == ()
    assert program.quantization.error == 0


def test_the_file_is_smaller(program: rnn2onnx.Program, plain: rnn2onnx.Program, tmp_path: Path) -> None:
    program.save(tmp_path / "int8.onnx")
    plain.save(tmp_path / "plain.onnx")
    assert (tmp_path / "int8.onnx").stat().st_size < 0.6 * (tmp_path / "plain.onnx").stat().st_size
    loaded = onnx.load(tmp_path / "int8.onnx")
    assert {entry.domain for entry in loaded.opset_import} == {"", "com.microsoft"}
    for rows, steps in ((0, 3), (2, 0), (1, 1)):
        assert program.run(feeds(rows, steps))["scores"].shape == (rows, steps, 70)


@pytest.mark.parametrize("opset", [13, 26])
def test_at_every_opset(opset: int) -> None:
    program = compiled(opset=opset)
    assert program.quantization is not None
    assert program.quantization.error < 0.05


# -- judging -----------------------------------------------------------------------------------------------------------


def test_a_program_is_held_to_the_error_that_was_measured(program: rnn2onnx.Program) -> None:
    found = {item.name: item for item in judge(program, feeds())}
    assert not any(item.wrong for item in found.values())
    scores = found["scores"].int8
    assert scores is not None
    assert 0 < scores.relative < scores.allowed < 0.1


def test_a_program_that_is_farther_off_than_allowed_is_wrong(
    program: rnn2onnx.Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program.quantization is not None
    monkeypatch.setattr(program, "quantization", replace(program.quantization, max_error=1e-4))
    found = {item.name: item for item in judge(program, feeds())}
    assert "off by" in found["scores"].wrong
    assert "1.0e-04 is allowed" in found["scores"].wrong
    assert not found["steps"].wrong


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"quantize": "int4"}, ArgumentError, "quantize='int4' was asked for; there is: 'int8'"),
        ({"quantize": None, "max_error": 0.1}, ArgumentError, "max_error is about quantization"),
        ({"quantize": None, "calibration": {}}, ArgumentError, "calibration is about quantization"),
        ({"max_error": 0}, ArgumentError, "a number above 0"),
        ({"max_error": math.nan}, ArgumentError, "a number above 0"),
        ({"calibration": "x.npz"}, ArgumentTypeError, "arrays by input name, or a list of such mappings, not str"),
        ({"calibration": []}, ArgumentTypeError, "a list of such mappings"),
        ({"calibration": [3]}, ArgumentTypeError, "not list of something else"),
        ({"calibration": {"y": [1]}}, FeedError, r"missing: x .*unknown: y"),
        ({"calibration": [{"x": np.zeros((2, 3, 5)), "n": [1, 2]}]}, FeedError, "axis 2 .* has length 5"),
        ({"weights": {}}, WeightsError, "missing"),
    ],
)
def test_what_does_not_fit_is_said(options: dict[str, Any], error: type[Exception], text: str) -> None:
    graph, outputs = rnn2onnx.trace(tagger)
    with pytest.raises(error, match=text):
        rnn2onnx.compile(graph, outputs, **{"quantize": "int8", **options})
