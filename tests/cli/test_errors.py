from __future__ import annotations

import subprocess
import sys

import pytest

from rnn2onnx.cli.entry import spread
from rnn2onnx.ir import Graph, Type
from rnn2onnx.passes import Report
from rnn2onnx.runtime import compilation

FILES = {
    "bad.py": """\
from rnn2onnx import tf
import math


def divides():
    return helper(0)


def helper(n):
    return 1 / n


def domain():
    return math.sqrt(-1)


def shapes():
    x = tf.placeholder(tf.float32, ["batch", 4], name="x")
    return tf.matmul(x, tf.zeros([5, 8]))


def misspelt():
    return tf.nn.relux(tf.zeros([3]))


def calls():
    return tf.tanh()


def nothing():
    tf.placeholder(tf.float32, ["batch", 4], name="x")


def needs(size, other=1, *rest, **more):
    return size


def quits():
    raise SystemExit(3)


def fine():
    return tf.zeros([3])


def numbers():
    return "words"


constant = 3
""",
    "syntax.py": "def model(:\n",
    "imports.py": "\nimport no_such_module\n",
    "words.txt": "hello",
}


@pytest.fixture
def files(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("model", "line", "source", "message"),
    [
        ("bad.py:divides", 10, "return 1 / n", "ZeroDivisionError: division by zero"),
        ("bad.py:domain", 14, "return math.sqrt(-1)", "ValueError: "),
        ("bad.py:shapes", 19, "return tf.matmul(x, tf.zeros([5, 8]))", "Dimensions must be equal, but are 4 and 5"),
        (
            "bad.py:misspelt",
            23,
            "return tf.nn.relux(tf.zeros([3]))",
            "rnn2onnx has no tf.nn.relux. Nearest: tf.nn.relu,",
        ),
        ("bad.py:calls", 27, "return tf.tanh()", "TypeError: "),
        ("bad.py:nothing", 30, "def nothing():", "nothing returned None; return the tensors"),
        ("bad.py:needs", 34, "def needs(size, other=1, *rest, **more):", "bad.py:needs takes arguments (size), but"),
        ("bad.py:quits", 39, "raise SystemExit(3)", "SystemExit: 3"),
        ("syntax.py", 1, "def model(:", "SyntaxError: invalid syntax"),
        ("imports.py", 2, "import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_an_error_of_the_users_code_is_one_message_with_file_and_line(cli, files, model, line, source, message):
    found = cli("compile", model, "-o", "m.onnx")
    assert found.code == 1
    assert found.err.startswith(f"error: {message}")
    assert found.err.endswith(f"\n  at {files / model.partition(':')[0]}:{line}\n     {source}\n")
    assert "Traceback" not in found.err
    assert found.out == ""
    assert not (files / "m.onnx").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["compile", "bad.py", "-o", "m.onnx"], "bad.py: there is no function 'model' in the file; there is: divides,"),
        (["compile", "bad.py:constant", "-o", "m.onnx"], "bad.py:constant: there is no function 'constant'"),
        (["compile", "bad.py:numbers", "-o", "m.onnx"], "Failed to convert 'words' of class str"),
        (["compile", "missing.py", "-o", "m.onnx"], "there is no file 'missing.py'."),
        (["compile", "words.txt", "-o", "m.onnx"], "'words.txt' is not a Python file; a model is FILE.py"),
        (["compile", "missing", "-o", "m.onnx"], "there is no model 'missing': give a file (model.py,"),
        (["compile", "bad.py:fine", "-o", "no/m.onnx"], "the model was to be written to"),
        (["compile", "bad.py:fine", "-o", "m.onnx", "--opset", "3"], "opset 3 was asked for"),
        (["compile", "bad.py:fine", "-o", "m.onnx", "--weights", "no.npz"], "there is no weights file 'no.npz'"),
        (["compile", "bad.py:fine", "-o", "m.onnx", "--dump-ir", "words.txt"], "words.txt: File exists"),
        (["show", "bad.py:fine", "--svg", "."], ".: it is a folder; name a file in it"),
        (
            ["run", "missing.onnx"],
            "there is no file 'missing.onnx'; `rnn2onnx compile MODEL -o missing.onnx` makes one.",
        ),
        (["run", "words.txt"], "'words.txt' is not a model that onnxruntime can load: "),
    ],
)
def test_what_does_not_work_is_one_message_and_exit_1(cli, files, args, message):
    found = cli(*args)
    assert found.code == 1
    assert found.err.startswith(f"error: {message}")
    assert "Traceback" not in found.err
    assert sorted(path.name for path in files.iterdir() if path.suffix != ".onnx") == sorted(
        [*FILES, *(["__pycache__"] if (files / "__pycache__").exists() else [])]
    )
    assert not (files / "m.onnx").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["compile", "bad.py:fine"], "Missing option '-o' / '--output'"),
        (["compile", "bad.py:fine", "-o", "m.onnx", "--opset", "new"], "'--opset'"),
        (["compile", "bad.py:fine", "-o", "m.onnx", "--opsets", "17"], "No such option: --opsets"),
        (["compilx"], "No such command 'compilx'"),
        (["show", "bad.py:fine", "--after", "lunch"], "'lunch' is not one of record, fold,"),
        (["run", "m.onnx", "--feed", "x"], "'x' is not NAME=FILE.npy, such as x=x.npy."),
        (["run", "m.onnx", "--shape", "batch=two"], "'batch=two' is not NAME=LENGTH, such as batch=2."),
    ],
)
def test_a_command_that_is_not_understood_is_exit_2(cli, files, args, message):
    found = cli(*args)
    assert found.code == 2
    assert message in found.err
    assert "Traceback" not in found.err


class Failing:
    """A pass that has a bug."""

    name = "failing"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        raise IndexError("list index out of range")


class Breaking:
    """A pass that makes a graph that is none."""

    name = "breaking"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        value = graph.block.results[0]
        value.type = Type(value.type.dtype, (99,))
        return graph


@pytest.mark.parametrize(
    ("broken", "message"),
    [(Failing(), "PassError: the pass failing (after none) failed: IndexError"), (Breaking(), "VerifyError: ")],
)
def test_a_bug_of_ours_is_exit_70_with_everything_we_know(cli, files, monkeypatch, broken, message):
    monkeypatch.setattr(compilation, "pipeline", lambda choice: (broken,))
    found = cli("compile", "bad.py:fine", "-o", "m.onnx")
    assert found.code == 70
    assert "Traceback" in found.err
    assert message in found.err
    assert "error: This is a bug in rnn2onnx " in found.err
    assert not (files / "m.onnx").exists()


def test_a_bug_outside_of_passes_is_exit_70_too(cli, files, monkeypatch):
    monkeypatch.setattr(compilation, "run_passes", None)
    found = cli("compile", "bad.py:fine", "-o", "m.onnx")
    assert found.code == 70
    assert "TypeError: 'NoneType' object is not callable" in found.err


def test_a_file_that_was_there_stays_when_compiling_fails(cli, files):
    (files / "m.onnx").write_bytes(b"before")
    assert cli("compile", "bad.py:shapes", "-o", "m.onnx").code == 1
    assert (files / "m.onnx").read_bytes() == b"before"


def test_a_model_file_may_import_its_neighbours(cli, files):
    (files / "sizes.py").write_text("WIDTH = 3\n")
    (files / "types.py").write_text(
        "from sizes import WIDTH\nfrom rnn2onnx import tf\n\n\ndef model():\n    return tf.zeros([WIDTH])\n"
    )
    assert cli("compile", "types.py", "-o", "m.onnx").code == 0


def test_several_values_may_follow_one_option():
    assert spread(["run", "--shape", "a=1", "b=2", "m.onnx", "c=3"]) == [
        "run", "--shape", "a=1", "--shape", "b=2", "m.onnx", "c=3",
    ]  # fmt: skip
    assert spread(["--feed", "x=x.npy", "y=y.npy", "--shape", "a=1", "b=2", "--seed", "3"]) == [
        "--feed", "x=x.npy", "--feed", "y=y.npy", "--shape", "a=1", "--shape", "b=2", "--seed", "3",
    ]  # fmt: skip
    assert spread(["--shape=a=1", "-o", "x=1.npz"]) == ["--shape=a=1", "-o", "x=1.npz"]
    assert spread([]) == []


def test_help_is_quick_because_nothing_heavy_is_loaded():
    code = """
import sys
from rnn2onnx.cli import main
try:
    main(["--help"])
except SystemExit as ended:
    loaded = {"numpy", "onnx", "onnx_ir", "onnxruntime"} & set(sys.modules)
    print(ended.code, loaded or "light")
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.rstrip().endswith("0 light")
    for command in ("compile", "run", "verify", "show", "passes", "demo"):
        assert f"\n  {command} " in found.stdout
