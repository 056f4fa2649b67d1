from __future__ import annotations

import json

import numpy as np

BRITTLE = """\
from rnn2onnx import tf


def model():
    x = tf.placeholder(tf.float32, ["batch", 1000], name="x")
    # The last bits of a sum depend on its order, which is the engine's own: these integers can't agree.
    return {"bits": tf.cast(tf.reduce_sum(x, axis=1) * 1e8, tf.int32), "sum": tf.reduce_sum(x, axis=1)}
"""


def test_a_model_that_agrees_is_exit_0(cli, model):
    found = cli("verify", "model.py", "--shape", "batch=4", "time=6")
    assert (found.code, found.err) == (0, "")
    lines = found.out.split("\n")
    assert lines[0] == "inputs: x [4, 6, 3], n [4] (random, seed 0); off from float64 by:"
    assert [line.split()[:2] for line in lines[3:5]] == [["ok", "outputs"], ["ok", "state"]]


def test_a_model_that_does_not_is_exit_1_and_says_where(cli, tmp_path):
    (tmp_path / "brittle.py").write_text(BRITTLE)
    found = cli("verify", "brittle.py", "--shape", "batch=20")
    assert found.code == 1
    lines = found.out.rstrip().split("\n")
    assert lines[3].split()[:2] == ["WRONG", "bits"]
    assert "batch " in lines[3]
    assert lines[4].split()[:2] == ["ok", "sum"]
    assert lines[-1].startswith("bits: ")
    assert lines[-1].endswith(" of 20 elements differ.")
    assert found.err == ""


def test_verdicts_for_programs(cli, model):
    np.save(model.parent / "n.npy", np.array([0, 9], np.int32))
    found = cli("verify", "model.py", "--feed", "n=n.npy", "--seed", "3", "--json")
    facts = json.loads(found.out)
    assert facts["agrees"] is True
    assert facts["seed"] == 3
    assert facts["sizes"] == {"batch": 2, "time": 5}
    outputs = facts["outputs"][0]
    assert (outputs["name"], outputs["dtype"], outputs["shape"]) == ("outputs", "float32", [2, 5, 4])
    assert 0 < outputs["onnxruntime"]["max_abs"] < 1e-6
    assert outputs["onnxruntime"]["max_ulp"] >= 1
    assert outputs["onnxruntime"]["worst"][0] == 1, "the first row has no steps: nothing is off there"
    assert set(outputs["float32"]) == {"max_abs", "max_relative", "max_ulp", "worst"}


def test_nothing_agrees_with_nothing(cli, model):
    found = cli("verify", "model.py", "--shape", "batch=0")
    assert found.code == 0
    assert found.out.count("exact") == 4
