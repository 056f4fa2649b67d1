"""Edge values on the exported files, each model in a process of its own: no abort, right shapes, right numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx.ir import evaluate
from tests.edges import server
from tests.edges.models import KINDS, MODELS, PADDING_READ, SHAPES, feeds
from tests.opsets import SOME as OPSETS


class Jobs:
    """Files and feeds for one process, and what it must answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs: list[dict[str, str]] = []
        self.wanted: list[tuple[str, dict[str, np.ndarray]]] = []

    def model(self, name: str, batch: Any, time: Any, opset: int) -> Any:
        program = rnn2onnx.compile(*MODELS[name](batch, time), opset=opset)
        program.save(self.folder / f"{name}_{batch}_{time}_{opset}.onnx")
        return program

    def add(self, name: str, program: Any, batch: Any, time: Any, arrays: dict[str, np.ndarray], what: str) -> None:
        number = len(self.jobs)
        file = f"{name}_{batch}_{time}_{program.opset}.onnx"
        np.savez(self.folder / f"feeds{number}.npz", **arrays)
        self.jobs.append({"model": file, "feeds": f"feeds{number}.npz", "result": f"result{number}.npz"})
        self.wanted.append((f"{file} {what}", evaluate(program.graph, arrays, float64=True)))

    def check(self) -> None:
        """Runs the process and compares its answers."""
        (self.folder / "jobs.json").write_text(json.dumps(self.jobs))
        run = subprocess.run(
            [sys.executable, server.__file__, self.folder], capture_output=True, text=True, timeout=120
        )
        said = run.stdout.split()
        at = self.wanted[int(said[-1])][0] if said and said[-1].isdigit() else "loading"
        assert run.returncode == 0, f"the process ended with {run.returncode} at {at}\n{run.stderr[-2000:]}"
        assert said[-1] == "done"
        for number, (what, wanted) in enumerate(self.wanted):
            refused = self.folder / f"result{number}.error"
            assert not refused.exists(), f"{what}: {refused.read_text()}"
            with np.load(self.folder / f"result{number}.npz") as found:
                assert set(found.files) == set(wanted), what
                for output, want in wanted.items():
                    have = found[output]
                    assert have.shape == want.shape, f"{what}: {output} is {have.shape}, not {want.shape}"
                    np.testing.assert_allclose(have, want, rtol=2e-5, atol=2e-5, err_msg=f"{what}: {output}")


@pytest.mark.parametrize("name", MODELS)
def test_edge_values_on_the_exported_file(name: str, tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    for opset in OPSETS:
        program = jobs.model(name, "batch", "time", opset)
        for rows, steps in SHAPES:
            for kind in KINDS if opset == 17 else ("mixed",):
                if kind == "padded" and name in PADDING_READ:
                    continue
                jobs.add(name, program, "batch", "time", feeds(rows, steps, kind), f"{rows} rows {steps} steps {kind}")
    for rows, steps in SHAPES:
        program = jobs.model(name, rows, steps, 17)
        for kind in ("inside", "none", "mixed"):
            jobs.add(name, program, rows, steps, feeds(rows, steps, kind), f"{kind}")
    jobs.check()


def test_a_length_may_be_a_number_while_the_other_is_not(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    for name in ("lstm", "gru_without_lengths", "clipped", "counting", "raw_rnn"):
        for batch, time, cases in ((2, "time", [(2, 0), (2, 3)]), ("batch", 3, [(0, 3), (2, 3)])):
            program = jobs.model(name, batch, time, 17)
            for rows, steps in cases:
                jobs.add(name, program, batch, time, feeds(rows, steps, "mixed"), f"{rows} rows {steps} steps")
    jobs.check()
