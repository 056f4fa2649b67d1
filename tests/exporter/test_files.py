"""Opsets, file versions, names, external weights, and files that are whole or absent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from rnn2onnx.errors import ExportError
from rnn2onnx.exporter import export, files, save
from rnn2onnx.ir import Builder, Graph, Type
from tests.exporter.running import run
from tests.opsets import EVERY

F32 = np.dtype(np.float32)


def dense(size: int = 3) -> Graph:
    b = Builder("dense")
    x = b.input("frames", Type(F32, ("batch", size)))
    w = b.const(np.arange(size * size, dtype=np.float32).reshape(size, size), "dense/kernel")
    return b.finish([("outputs", b.emit("matmul", [x, w])[0])])


@pytest.mark.parametrize("opset", EVERY)
def test_every_opset_loads_with_its_ir_version(opset: int) -> None:
    model = export(dense(), opset=opset)
    pairs = {13: 7, 14: 7, 15: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11, 24: 11, 25: 12, 26: 12, 16: 8}
    assert (model.opset_import[0].version, model.ir_version) == (opset, pairs[opset])
    np.testing.assert_array_equal(run(model, {"frames": np.ones((2, 3), np.float32)})["outputs"], [[9, 12, 15]] * 2)


def test_the_default_is_opset_17_and_ir_version_8() -> None:
    model = export(dense())
    assert (model.opset_import[0].version, model.ir_version, len(model.opset_import)) == (17, 8, 1)
    assert export(dense(), ir_version=9).ir_version == 9


@pytest.mark.parametrize("opset", [12, 27, 0])
def test_an_opset_out_of_range_names_the_range(opset: int) -> None:
    with pytest.raises(ExportError, match=f"opset {opset} .* 13 to 26"):
        export(dense(), opset=opset)


def test_names_and_dims_are_those_of_the_graph() -> None:
    model = export(dense(), properties={"weights": "model.ckpt"})
    (x,), (y,), (w,) = model.graph.input, model.graph.output, model.graph.initializer
    assert (x.name, y.name, w.name) == ("frames", "outputs", "dense/kernel")
    for value in (x, y):
        assert [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim] == ["batch", 3]
    assert (model.producer_name, model.graph.name) == ("rnn2onnx", "dense")
    assert {entry.key: entry.value for entry in model.metadata_props} == {"weights": "model.ckpt"}


def test_outputs_that_are_inputs_constants_or_one_value_twice() -> None:
    b = Builder()
    x = b.input("x", Type(F32, ("n",)))
    w = b.const(np.ones(2, np.float32), "w")
    y = b.emit("neg", [x])[0]
    graph = b.finish([("a", y), ("b", y), ("c", x), ("d", w), ("e", x)])
    found = run(export(graph), {"x": np.array([1, 2, 3], np.float32)})
    assert {name: array.tolist() for name, array in found.items()} == {
        "a": [-1, -2, -3],
        "b": [-1, -2, -3],
        "c": [1, 2, 3],
        "d": [1, 1],
        "e": [1, 2, 3],
    }


def test_a_weight_that_has_the_name_of_an_input_gets_another() -> None:
    b = Builder()
    x = b.input("x", Type(F32, (2,)))
    y = b.emit("add", [x, b.const(np.ones(2, np.float32), "x")])[0]
    z = b.emit("add", [y, b.const(np.ones(2, np.float32) * 2, "y")])[0]
    model = export(b.finish([("y", z)]))
    assert [tensor.name for tensor in model.graph.initializer] == ["x_2", "y_2"]
    assert run(model, {"x": np.zeros(2, np.float32)})["y"].tolist() == [3, 3]


def test_two_outputs_of_one_name_are_refused() -> None:
    b = Builder()
    x = b.input("x", Type(F32, (2,)))
    for name in ("x", ""):
        with pytest.raises(ExportError, match=r"named 'x'|no name"):
            export(b.finish([(name, b.emit("neg", [x])[0])]))


def test_a_half_or_brain_float_model_runs() -> None:
    import ml_dtypes

    for dtype in (np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)):
        b = Builder()
        x = b.input("x", Type(F32, ("n", 2)))
        small = b.emit("cast", [x], dtype=dtype)[0]
        w = b.const(np.eye(2).astype(dtype), "w")
        y = b.emit("tanh", [b.emit("add", [b.emit("matmul", [small, w])[0], small])[0]])[0]
        big = b.emit("reduce_sum", [y], axes=(1,), keepdims=False)[0]
        found = run(
            export(b.finish([("y", b.emit("cast", [big], dtype=F32)[0])])), {"x": np.full((3, 2), 0.25, np.float32)}
        )
        np.testing.assert_allclose(found["y"], [2 * np.tanh(0.5)] * 3, rtol=2e-2)


def test_saved_models_load(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    save(export(dense()), path)
    assert os.listdir(tmp_path) == ["model.onnx"]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert session.run(None, {"frames": np.ones((1, 3), np.float32)})[0].tolist() == [[9, 12, 15]]


def test_large_weights_go_beside_the_model(tmp_path: Path) -> None:
    model = export(dense(64))
    before = model.SerializeToString()
    path = tmp_path / "large.onnx"
    save(model, path, external_from=1000)
    assert sorted(os.listdir(tmp_path)) == ["large.onnx", "large.onnx.data"]
    assert path.stat().st_size < 2000
    assert (tmp_path / "large.onnx.data").stat().st_size >= 64 * 64 * 4
    assert model.SerializeToString() == before
    onnx.checker.check_model(str(path))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    x = np.ones((2, 64), np.float32)
    np.testing.assert_array_equal(session.run(None, {"frames": x})[0], run(model, {"frames": x})["outputs"])


def test_weights_near_2_gib_are_large() -> None:
    assert 2**31 - 2**28 < files.NEAR_2_GIB < 2**31


FULL_DISK = """
import resource, sys
from tests.exporter.test_files import dense
from rnn2onnx.exporter import export, save
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    save(export(dense(64)), sys.argv[1], external_from=int(sys.argv[2]))
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("external_from", [1000, 10**9])
def test_an_error_while_writing_leaves_what_was_there(tmp_path: Path, external_from: int) -> None:
    path = tmp_path / "model.onnx"
    save(export(dense()), path)
    before = path.read_bytes()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", FULL_DISK, str(path), str(external_from)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert printed.startswith("ExportError the model could not be written to")
    assert os.listdir(tmp_path) == ["model.onnx"]
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"no folder .*missing"):
        save(export(dense()), tmp_path / "missing" / "model.onnx")
    with pytest.raises(ExportError, match="is a folder"):
        save(export(dense()), tmp_path)


def test_only_the_exporter_loads_onnx() -> None:
    code = "import sys, rnn2onnx.ir; print([name for name in sys.modules if name.split('.')[0].startswith('onnx')])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
