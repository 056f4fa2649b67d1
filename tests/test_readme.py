"""What README shows runs as it is printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn2onnx import tf

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_ten_lines_of_python_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    recorded: dict[str, object] = {}
    exec(code.split("program =")[0], recorded)
    graph = recorded["graph"]
    assert isinstance(graph, tf.Graph)
    rng = np.random.default_rng(0)
    arrays = {name: rng.standard_normal(v.shape.as_list()) * 0.1 for name, v in graph.variables.items()}
    np.savez(tmp_path / "model.npz", **arrays)
    monkeypatch.chdir(tmp_path)
    given = {"frames": np.ones((3, 5, 40), np.float32), "lengths": np.array([5, 0, 2], np.int32)}
    exec(code, given)
    result = given["result"]
    assert result["outputs"].shape == (3, 5, 256)
    assert [type(state).__name__ for state in result["state"]] == ["LSTMStateTuple", "LSTMStateTuple"]
    assert not result["outputs"][1].any()
    assert not result["outputs"][2, 2:].any()
    assert (tmp_path / "model.onnx").stat().st_size > 1_000_000


def test_every_command_of_the_readme_exists() -> None:
    (lines,) = re.findall(r"```\n(rnn2onnx compile.*?)```", README, re.DOTALL)
    commands = set(re.findall(r"^rnn2onnx (\w+)", lines, re.MULTILINE))
    assert {"compile", "run", "verify", "show", "passes", "demo"} <= commands
    for command in sorted(commands):
        shown = subprocess.run(
            [sys.executable, "-m", "rnn2onnx", command, "--help"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "200"},
        )
        assert shown.returncode == 0, shown.stderr
        for option in re.findall(rf"^rnn2onnx {command} [^#\n]*", lines, re.MULTILINE):
            for flag in re.findall(r"--[\w-]+", option):
                assert flag in shown.stdout


def test_the_two_commands_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
