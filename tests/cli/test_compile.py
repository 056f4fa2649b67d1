from __future__ import annotations

import json
import re

import numpy as np
import onnx

from rnn2onnx.ir import parse
from rnn2onnx.passes import PIPELINE


def test_compile_writes_the_file_and_says_what_became_of_each_recurrence(cli, model):
    found = cli("compile", "model.py", "-o", "model.onnx")
    assert (found.code, found.err) == (0, "")
    lines = found.out.split("\n")
    assert lines[0].startswith("model.onnx: opset 17, ")
    assert "x      f32[batch, time, 3]" in lines
    assert "n      i32[batch]" in lines
    assert "outputs  f32[batch, time, 4]" in lines
    assert any(line.startswith("gru of 4 units -> ") and line.endswith(" (model.py:8)") for line in lines)
    proto = onnx.load(model.parent / "model.onnx")
    assert [value.name for value in proto.graph.input] == ["x", "n"]
    assert [value.name for value in proto.graph.output] == ["outputs", "state"]


def test_a_function_by_name_and_an_opset(cli, model):
    model.write_text(model.read_text().replace("def model", "def tagger"))
    assert cli("compile", "model.py:tagger", "-o", "tagger.onnx", "--opset", "21").code == 0
    assert onnx.load(model.parent / "tagger.onnx").opset_import[0].version == 21


def test_facts_for_programs(cli, model):
    found = cli("compile", str(model), "-o", "m.onnx", "--json")
    facts = json.loads(found.out)
    assert facts["file"] == "m.onnx"
    assert facts["bytes"] == (model.parent / "m.onnx").stat().st_size
    assert facts["opset"] == 17
    assert facts["inputs"][0] == {"name": "x", "dtype": "float32", "shape": ["batch", "time", 3]}
    assert [output["name"] for output in facts["outputs"]] == ["outputs", "state"]
    assert [step["name"] for step in facts["passes"]] == ["record", *(step.name for step in PIPELINE)]
    (decision,) = facts["report"]
    assert decision["source"] == f"{model}:8"
    assert set(decision) == {"source", "what", "became", "why"}


def test_every_stage_is_written_down(cli, model):
    assert cli("compile", "model.py", "-o", "m.onnx", "--dump-ir", "stages").code == 0
    names = sorted(path.name for path in (model.parent / "stages").iterdir())
    assert names == [f"{i:02}-{name}.ir" for i, name in enumerate(["record", *(step.name for step in PIPELINE)])]
    text = (model.parent / "stages" / "00-record.ir").read_text()
    assert "# model.py:8" in text
    assert " = recur " in text


def test_a_stage_parses_back(cli, model):
    text = "from rnn2onnx import tf\n\n\ndef model():\n    return tf.placeholder(tf.float32, [None, 3], 'x') * 2\n"
    model.write_text(text)
    assert cli("compile", "model.py", "-o", "m.onnx", "--dump-ir", "stages").code == 0
    for path in (model.parent / "stages").iterdir():
        assert parse(path.read_text()).inputs[0].name == "x"


def weighed(model, **change):
    rng = np.random.default_rng(0)
    shapes = {"gates/kernel": (7, 8), "gates/bias": (8,), "candidate/kernel": (7, 4), "candidate/bias": (4,)}
    arrays = {f"rnn/gru_cell/{name}": rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    arrays.update(change)
    np.savez(model.parent / "w.npz", **arrays)


def test_weights_come_from_a_file(cli, model):
    weighed(model)
    assert cli("compile", "model.py", "-o", "seeded.onnx").code == 0
    assert cli("compile", "model.py", "-o", "trained.onnx", "--weights", "w.npz").code == 0
    files = [(model.parent / name).read_bytes() for name in ("seeded.onnx", "trained.onnx")]
    assert files[0] != files[1]
    assert cli("compile", "model.py", "-o", "again.onnx", "--weights", "w.npz").code == 0
    assert (model.parent / "again.onnx").read_bytes() == files[1]


def test_weights_that_do_not_fit_are_listed(cli, model):
    weighed(model, **{"rnn/gru_cell/gates/bias": np.zeros(9, np.float32), "extra": np.zeros(3, np.float32)})
    found = cli("compile", "model.py", "-o", "m.onnx", "--weights", "w.npz")
    assert found.code == 1
    assert "extra" in found.err
    assert "rnn/gru_cell/gates/bias" in found.err
    assert not (model.parent / "m.onnx").exists()


def test_a_ready_model_has_its_own_weights(cli, tmp_path):
    found = cli("compile", "g2p", "-o", "g2p.onnx", "--json")
    assert found.code == 0
    assert json.loads(found.out)["bytes"] > 2_500_000


def test_a_ready_model_without_trained_weights_has_its_initial_ones(cli, tmp_path):
    found = cli("compile", "dien", "-o", "dien.onnx", "--json")
    assert found.code == 0
    became = [decision["became"].split(" or ")[0] for decision in json.loads(found.out)["report"]]
    assert became == ["GRU", "Scan"]


def test_passes_are_listed_with_what_they_do(cli):
    lines = cli("passes").out.rstrip().split("\n")
    assert [line.split()[0] for line in lines[1:]] == [step.name for step in PIPELINE]
    facts = json.loads(cli("passes", "--json").out)
    assert [fact["name"] for fact in facts] == [step.name for step in PIPELINE]
    assert all(fact["does"].endswith(".") for fact in facts)


def test_targets_are_listed_with_their_numbers(cli):
    (facts,) = json.loads(cli("targets", "--json").out)
    assert facts["name"] == "onnxruntime"
    lines = [re.split(r"\s{2,}", line) for line in cli("targets").out.split("\n")]
    shown = {line[0]: line[1] for line in lines if len(line) > 1}
    costs = facts.pop("costs")
    for name, value in [*facts.items(), ("step", costs["step"]), ("numbers: add", costs["numbers"]["add"])]:
        assert name == "name" or float(shown[name.replace("_", " ")].replace(",", "")) == value, name
    assert shown["flops"] == f"{costs['flops']:,.0f}"


def test_a_file_that_imports_tensorflow(cli, model):
    model.write_text(
        model.read_text()
        .replace("from rnn2onnx import tf", "import tensorflow as tf\nfrom tensorflow.contrib import rnn")
        .replace("tf.nn.rnn_cell.GRUCell", "rnn.GRUCell")
    )
    lacking = cli("compile", "model.py", "-o", "model.onnx").err
    assert "No module named 'tensorflow'. Say --as-tensorflow" in lacking
    for command in (("compile", "-o", "model.onnx"), ("show",), ("verify",)):
        found = cli(command[0], "model.py", *command[1:], "--as-tensorflow")
        assert (found.code, found.err) == (0, "")
    model.write_text(model.read_text().replace("rnn.GRUCell", "rnn.GRUCel"))
    assert "tf.contrib.rnn.GRUCell" in cli("compile", "model.py", "-o", "model.onnx", "--as-tensorflow").err
