from __future__ import annotations

import json

import pytest

from rnn2onnx.passes import PIPELINE


def test_a_report_is_written_as_page_and_as_data(cli, model):
    found = cli("compile", "model.py", "-o", "m.onnx", "--report", "r.html", "--report", "r.json")
    assert (found.code, found.err) == (0, "")
    assert "r.html: all of this and more, " in found.out
    page = (model.parent / "r.html").read_text()
    assert "<h1>model.py</h1>" in page
    assert "model.py:8" in page
    assert "outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=n, dtype=tf.float32)" in page
    data = json.loads((model.parent / "r.json").read_text())
    assert data["model"] == "model.py"
    assert data["file"]["bytes"] == (model.parent / "m.onnx").stat().st_size
    assert [step["name"] for step in data["passes"]] == ["record", *(step.name for step in PIPELINE)]
    assert data["recurrences"][0]["source"] == {"file": str(model), "line": 8}


@pytest.mark.parametrize(
    ("report", "code", "text"),
    [("r.txt", 2, "ends in .html or .json"), ("nowhere/r.html", 1, "there is no such folder"), ("folder.html", 1, "")],
)
def test_a_report_that_cannot_be_written_is_found_before_all_else(cli, model, report, code, text):
    (model.parent / "folder.html").mkdir()
    model.write_text("raise AssertionError('it was run')\n")
    found = cli("compile", "model.py", "-o", "m.onnx", "--report", report)
    assert found.code == code
    assert text in found.err
    assert "it was run" not in found.err
    assert not (model.parent / "m.onnx").exists()


def test_no_report_stays_of_a_compilation_that_failed(cli, model):
    found = cli("compile", "model.py", "-o", "nowhere/m.onnx", "--report", "r.html")
    assert found.code == 1
    assert sorted(path.name for path in model.parent.iterdir() if path.name[0] != "_") == ["model.py"]
