"""``rnn2onnx tune`` and what ``compile`` makes of it: ``--target FILE.json``, ``--tune``."""

from __future__ import annotations

import json

import pytest

from rnn2onnx.runtime import compilation, cost_measurement
from rnn2onnx.runtime.cost_measurement import predicted
from rnn2onnx.targets import ONNXRUNTIME, load


def test_the_command(cli, tmp_path, monkeypatch) -> None:
    """On what the shipped table says, tune finds it again, and compile takes it."""
    monkeypatch.setattr(
        cost_measurement,
        "stopwatch",
        lambda seconds, threads, told: lambda programs: [predicted(each, ONNXRUNTIME.costs) for each in programs],
    )
    made = cli("tune", "-o", "mine.json", "--seconds", "1")
    assert made.code == 0, made.err
    assert "compile --target mine.json" in made.out
    facts = json.loads((tmp_path / "mine.json").read_text())
    assert facts["threads"] == 1
    assert facts["machine"]["onnxruntime"]
    assert load("mine.json").costs.flops == pytest.approx(ONNXRUNTIME.costs.flops, rel=0.05)
    assert json.loads(cli("tune", "--json").out)["costs"].keys() == facts["costs"].keys()
    assert cli("tune", "-o", "mine.txt").code == 2


def test_compile_for_a_file(cli, model, tmp_path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    found = cli("compile", "model.py", "-o", "m.onnx", "--target", "bad.json")
    assert found.code == 1
    assert "error: the target bad.json does not say" in found.err


def test_really_measured(cli):
    facts = json.loads(cli("tune", "--seconds", "0", "--json").out)
    assert 1e3 < facts["costs"]["flops"] < 1e7


def test_compile_tune_measures_at_the_shapes(cli, model, monkeypatch):
    raced: list[tuple[int, int]] = []

    def racer(models, feeds):
        raced.append(feeds["x"].shape[:2])
        # The first form is the faster one of few rows.
        return [1.0 if (feeds["x"].shape[0] < 10) == (index == 0) else 2.0 for index, _ in enumerate(models)]

    monkeypatch.setattr(compilation, "on_this_machine", lambda: racer)
    made = cli("compile", "model.py", "-o", "m.onnx", "--tune", "--shape", "batch=1,64", "time=20", "--json")
    assert made.code == 0, made.err
    assert {(1, 20), (64, 20)} <= set(raced)
    (decision,) = (each for each in json.loads(made.out)["report"] if "GRU" in each["became"])
    assert "GRU where batch <= 7" in decision["why"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--tune"], "say at which lengths: --shape batch=1,32 time=100"),
        (["--shape", "batch=3"], "it is about what --tune measures"),
        (["--tune-seconds", "3"], "it is about what --tune measures"),
        (["--tune", "--shape", "batch=many"], "is not NAME=LENGTH"),
    ],
)
def test_usage(cli, model, args, message):
    found = cli("compile", "model.py", "-o", "m.onnx", *args)
    assert found.code == 2
    assert message in found.err


def test_a_length_that_no_input_has(cli, model):
    found = cli("compile", "model.py", "-o", "m.onnx", "--tune", "--shape", "rows=3")
    assert found.code == 1
    assert "no input has a length called 'rows'" in found.err
