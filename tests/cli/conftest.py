from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from rnn2onnx.cli import main

MODEL = """\
from rnn2onnx import tf


def model():
    x = tf.placeholder(tf.float32, ["batch", "time", 3], name="x")
    n = tf.placeholder(tf.int32, ["batch"], name="n")
    cell = tf.nn.rnn_cell.GRUCell(4)
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=n, dtype=tf.float32)
    return {"outputs": outputs, "state": state}
"""


class Result(NamedTuple):
    """What a command did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Runs ``rnn2onnx`` with arguments in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*args: str) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(args)
        out, err = capfd.readouterr()
        return Result(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file with a model: a GRU over x f32[batch, time, 3] and lengths n i32[batch]."""
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path
