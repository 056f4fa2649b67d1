"""What importing the package costs and brings with it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

CODE = """
import json, sys, time
start = time.perf_counter()
import rnn2onnx
seconds = time.perf_counter() - start
heavy = [name for name in ("onnx", "onnx_ir", "onnxruntime", "numpy", "tensorflow") if name in sys.modules]
from rnn2onnx import tf
recorder = [name for name in ("onnx", "onnx_ir", "onnxruntime", "tensorflow") if name in sys.modules]
print(json.dumps([seconds, heavy, recorder]))
"""


def test_the_package_loads_nothing_heavy() -> None:
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", CODE], text=True)) for _ in range(3)]
    assert min(seconds for seconds, _, _ in runs) < 0.15
    for _, heavy, recorder in runs:
        assert heavy == []
        assert recorder == []


def test_the_package_is_typed_and_says_its_version() -> None:
    import rnn2onnx

    assert rnn2onnx.__version__.count(".") == 2
    assert all(getattr(rnn2onnx, name) is not None for name in rnn2onnx.__all__)


def test_a_name_that_is_not_there_lists_what_is() -> None:
    import rnn2onnx

    with pytest.raises(AttributeError, match="compile"):
        rnn2onnx.compil  # noqa: B018
