from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

OTHER = """\
from rnn2onnx import tf


def model():
    x = tf.placeholder(tf.float32, ["batch", "time", 3], name="x")
    return {"outputs": x[:, :, :1] * tf.ones([4]), "other": x}


def unlike():
    return {"nothing": tf.placeholder(tf.float32, ["batch", "time", 3], name="x")}


def more():
    x = tf.placeholder(tf.float32, ["batch", "time", 3], name="x")
    return {"outputs": x + tf.placeholder(tf.float32, ["batch", 1, 3], name="more")}
"""

QUICK = ("--seconds", "0")


@pytest.fixture
def file(cli, model):
    assert cli("compile", "model.py", "-o", "m.onnx").code == 0
    return model.parent / "m.onnx"


def compiled(cli, tmp_path, function):
    (tmp_path / "other.py").write_text(OTHER)
    assert cli("compile", f"other.py:{function}", "-o", "other.onnx").code == 0


def test_every_combination_of_lengths_is_a_row(cli, model):
    found = cli("bench", "model.py", "--shape", "batch=1,2", "time=3,4", *QUICK)
    assert (found.code, found.err) == (0, "")
    lines = [line.split() for line in found.out.split("\n")]
    assert lines[0] == ["batch", "time", "a", "call", "quartiles"]
    assert [line[:2] for line in lines[1:5]] == [["1", "3"], ["1", "4"], ["2", "3"], ["2", "4"]]
    assert all(line[3] in ("µs", "ms", "s") and float(line[2]) > 0 for line in lines[1:5])


def test_two_files_are_compared(cli, file):
    found = cli("bench", "model.py", "--against", "m.onnx", *QUICK)
    assert (found.code, found.err) == (0, "")
    assert found.out.split("\n")[0].split()[-4:] == ["m.onnx", "quartiles", "ratio", "quartiles"]
    assert "different things" not in found.out


def test_numbers_for_programs(cli, file):
    options = ("--shape", "time=6", "batch=2", "--threads", "2", "--seed", "4", "--json", *QUICK)
    facts = json.loads(cli("bench", "model.py", "--against", "m.onnx", *options).out)
    assert {key: facts[key] for key in ("model", "against", "threads", "seconds", "seed")} == {
        "model": "model.py",
        "against": "m.onnx",
        "threads": 2,
        "seconds": 0,
        "seed": 4,
    }
    assert facts["machine"]["onnxruntime"]
    (measured,) = facts["measured"]
    assert measured["sizes"] == {"batch": 2, "time": 6}
    assert measured["apart"] == 0
    for key in ("seconds", "against_seconds", "ratio"):
        assert 0 < measured[key]["low"] <= measured[key]["median"] <= measured[key]["high"]


def test_a_file_is_a_model_too(cli, file):
    (measured,) = json.loads(cli("bench", "m.onnx", "--feed", "n=[3,0]", "--json", *QUICK).out)["measured"]
    assert measured["sizes"]["batch"] == 2
    assert measured["against_seconds"] is measured["ratio"] is measured["apart"] is None


def test_files_that_compute_something_else_are_told(cli, model, tmp_path):
    compiled(cli, tmp_path, "model")
    found = cli("bench", "model.py", "--against", "other.onnx", *QUICK)
    assert found.code == 0
    assert "At batch=3 time=5 the outputs differ by" in found.out


def test_a_drawing_has_a_line_for_each_model_and_other_length(cli, file):
    shapes = ("--shape", "batch=1,2", "time=1,2,40", "--plot", "p.svg")
    assert cli("bench", "model.py", "--against", "m.onnx", *shapes, *QUICK).code == 0
    root = ElementTree.parse(file.parent / "p.svg").getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "model.py on onnxruntime"
    assert texts[2] == "time"
    assert [text for text in texts if "batch=" in text] == [
        "model.py batch=1",
        "m.onnx batch=1",
        "model.py batch=2",
        "m.onnx batch=2",
    ]
    assert {"1", "2", "40"} <= set(texts)


@pytest.mark.parametrize(
    ("args", "code", "text"),
    [
        (["nowhere.py"], 1, "there is no file 'nowhere.py'"),
        (["nowhere.onnx"], 1, "there is no file 'nowhere.onnx'"),
        (["model.py", "--against", "nowhere.onnx"], 1, "there is no file 'nowhere.onnx'"),
        (["model.py", "--against", "model.py"], 1, "not a model that onnxruntime can load"),
        (["model.py", "--shape", "width=3"], 1, "no input has a length called 'width'"),
        (["model.py", "--feed", "y=[3]"], 1, "unknown: y"),
        (["model.py", "--plot", "nowhere/p.svg"], 1, "there is no such folder"),
        (["model.py", "--shape", "batch=1,x"], 2, "NAME=LENGTH[,LENGTH...]"),
        (["model.py", "--shape", "batch"], 2, "NAME=LENGTH[,LENGTH...]"),
        (["model.py", "--threads", "0"], 2, "--threads"),
    ],
)
def test_errors_are_one_message(cli, model, args, code, text):
    found = cli("bench", *args, *QUICK)
    assert found.code == code
    assert text in found.err
    assert "Traceback" not in found.err
    assert not found.out


def test_a_peer_that_does_not_fit_is_an_error(cli, model, tmp_path):
    compiled(cli, tmp_path, "unlike")
    found = cli("bench", "model.py", "--against", "other.onnx", *QUICK)
    assert found.code == 1
    assert "model.py gives outputs state, and other.onnx gives nothing: no output has the same name" in found.err
    compiled(cli, tmp_path, "more")
    found = cli("bench", "model.py", "--against", "other.onnx", *QUICK)
    assert found.code == 1
    assert "other.onnx has an input 'more'; the inputs that there are arrays for: x, n" in found.err
