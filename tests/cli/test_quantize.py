from __future__ import annotations

import json

import numpy as np
import pytest

TAGGER = """\
from rnn2onnx import tf


def model():
    x = tf.placeholder(tf.float32, ["batch", "time", 64], name="x")
    n = tf.placeholder(tf.int32, ["batch"], name="n")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(64), x, n, dtype=tf.float32)
    return {"scores": tf.layers.dense(outputs, 70), "steps": n + 1}
"""


@pytest.fixture
def tagger(tmp_path):
    (tmp_path / "tagger.py").write_text(TAGGER)
    return tmp_path


def test_compile_says_what_int8_costs(cli, tagger):
    found = cli("compile", "tagger.py", "-o", "m.onnx", "--quantize", "int8")
    assert (found.code, found.err) == (0, "")
    lines = found.out.rstrip().split("\n")
    assert any(line.startswith("lstm of 64 units -> DynamicQuantizeLSTM (tagger.py:7)") for line in lines)
    at = lines.index("int8 on random inputs (batch=16, time=24); off from float64 by (relative: root mean squares):")
    assert lines[at + 1].split() == ["output", "relative", "at", "most", "in", "float32"]
    assert lines[at + 2].split()[0] == "scores"
    assert lines[at + 3].split() == ["steps", "exact", "exact", "exact"]
    assert lines[at + 3 :] == lines[-1:]


def test_parts_that_were_taken_back_are_listed(cli, tagger):
    found = cli("compile", "tagger.py", "-o", "m.onnx", "--quantize", "int8", "--max-error", "1e-9")
    assert found.code == 0
    lines = found.out.rstrip().split("\n")
    assert "lstm of 64 units: not in int8" in lines
    assert any(line.startswith("  alone it moves an output by ") for line in lines)
    assert lines[-1] == "nothing is in int8."


def test_facts_for_programs(cli, tagger):
    rng = np.random.default_rng(0)
    np.savez("c.npz", x=rng.uniform(-1, 1, (3, 4, 64)).astype(np.float32), n=np.array([4, 2, 0], np.int32))
    found = cli("compile", "tagger.py", "-o", "m.onnx", "--quantize", "int8", "--calibration", "c.npz", "--json")
    assert (found.code, found.err) == (0, "")
    facts = json.loads(found.out)["quantization"]
    assert facts["kind"] == "int8"
    assert facts["measured_on"] == "the calibration inputs"
    assert facts["max_error"] is None
    scores, steps = facts["outputs"]
    assert scores["name"] == "scores"
    assert 0 < scores["float32"]["relative_rms"] < 1e-6 < scores["int8"]["relative_rms"] == facts["error"] < 0.05
    assert steps["int8"] == {"max_abs": 0, "relative_rms": 0}
    assert [part["int8"] for part in facts["parts"]] == [True, True]
    assert set(facts["parts"][0]) == {"what", "source", "int8", "why_not", "alone"}
    plain = json.loads(cli("compile", "tagger.py", "-o", "plain.onnx", "--json").out)
    assert plain["quantization"] is None
    assert (tagger / "m.onnx").stat().st_size < 0.45 * plain["bytes"]


def test_verify_holds_a_program_to_its_error(cli, tagger):
    found = cli("verify", "tagger.py", "--quantize", "int8")
    assert (found.code, found.err) == (0, "")
    header, scores, steps = found.out.rstrip().split("\n")[2:]
    assert header.endswith("int8, relative  allowed")
    assert scores.split()[:2] == ["ok", "scores"]
    assert steps.split()[:2] == ["ok", "steps"]
    facts = json.loads(cli("verify", "tagger.py", "--quantize", "int8", "--json").out)
    assert facts["agrees"] is True
    moved = facts["outputs"][0]["int8"]
    assert 1e-3 < moved["relative_rms"] < moved["allowed"] < 0.1
    assert json.loads(cli("verify", "tagger.py", "--json").out)["outputs"][0]["int8"] is None


def test_verify_of_what_is_farther_off_than_allowed_is_exit_1(cli, tagger):
    # Calibrated on rows without steps nothing is off; on others something is.
    np.savez("none.npz", x=np.zeros((2, 3, 64), np.float32), n=np.zeros(2, np.int32))
    found = cli("verify", "tagger.py", "--quantize", "int8", "--max-error", "1e-5", "--calibration", "none.npz")
    assert found.code == 1
    lines = found.out.rstrip().split("\n")
    assert lines[3].split()[:2] == ["WRONG", "scores"]
    assert "1.0e-05 is allowed" in lines[-1]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--quantize", "int4"), "quantize='int4' was asked for; there is: 'int8'"),
        (("--max-error", "0.1"), "max_error is about quantization"),
        (("--quantize", "int8", "--max-error", "-1"), "a number above 0"),
        (("--quantize", "int8", "--calibration", "no.npz"), "there is no such file"),
        (("--quantize", "int8", "--calibration", "tagger.py"), "it is no .npz file"),
        (("--quantize", "int8", "--calibration", "other.npz"), "missing: x"),
    ],
)
def test_what_does_not_fit_is_said(cli, tagger, options, text):
    np.savez("other.npz", y=np.zeros(3))
    found = cli("compile", "tagger.py", "-o", "m.onnx", *options)
    assert found.code == 1
    assert text in found.err
    assert "Traceback" not in found.err
    assert not (tagger / "m.onnx").exists()
