from __future__ import annotations

import json

import numpy as np
import pytest

from tests.weights.fixtures import FILES

SHAPES = {"gates/kernel": (7, 8), "gates/bias": (8,), "candidate/kernel": (7, 4), "candidate/bias": (4,)}


@pytest.fixture
def trained(model):
    """Weights of the model as a file of another project would have them."""
    arrays = {f"net/rnn/gru_cell/{name}": np.full(shape, 0.25) for name, shape in SHAPES.items()}
    arrays |= {f"{name}/Adam": array for name, array in arrays.items()}
    averages = {f"{name}/ExponentialMovingAverage": array * 2 for name, array in arrays.items() if "Adam" not in name}
    np.savez(model.parent / "w.npz", **arrays, **averages, global_step=np.int64(3))
    return model.parent / "w.npz"


def test_what_a_file_holds(cli, trained):
    found = cli("weights", "w.npz")
    assert (found.code, found.err) == (0, "")
    lines = [line.split() for line in found.out.rstrip().split("\n")]
    assert lines[0] == ["name", "dtype", "shape", "size"]
    assert lines[1] == ["net/rnn/gru_cell/gates/kernel", "float64", "[7,", "8]", "448", "bytes"]
    assert len(lines) == 7
    assert " ".join(lines[-1]) == "4 arrays, 768 bytes; 9 left out that no model needs (--all lists them)"


def test_all_that_a_file_holds(cli, trained):
    lines = cli("weights", "w.npz", "--all").out.rstrip().split("\n")
    assert sum("left out" in line for line in lines[:-1]) == 9
    assert any(line.startswith("global_step ") for line in lines)


def test_facts_of_a_file(cli, trained):
    facts = json.loads(cli("weights", "w.npz", "--json", "--rename", "^net/=").out)
    assert facts["bytes"] == 768
    assert facts["left_out"] == 9
    assert facts["arrays"][1] == {
        "name": "rnn/gru_cell/gates/bias",
        "in_file": "net/rnn/gru_cell/gates/bias",
        "dtype": "float64",
        "shape": [8],
        "bytes": 64,
    }
    assert len(json.loads(cli("weights", "w.npz", "--json", "--all").out)["left_out"]) == 9


def test_objects_of_a_file(cli):
    lines = cli("weights", str(FILES / "tf2_objects")).out.split("\n")
    assert lines[0].split()[-1] == "object"
    assert lines[1].split()[-1] == "model/layer_with_weights-0/bias"


def test_weights_that_do_not_fit_a_model(cli, trained):
    found = cli("weights", "w.npz", "--model", "model.py")
    assert (found.code, found.err) == (1, "")
    assert "missing  rnn/gru_cell/gates/kernel" in found.out
    assert "0 of 4 fit, 4 missing, 4 left over; 9 left out" in found.out
    assert "(--rename '^net/=') makes all of them fit, if the pairs above are right." in found.out
    facts = json.loads(cli("weights", "w.npz", "--model", "model.py", "--json").out)
    assert facts["fits"] is False
    assert facts["rename"] == [["^net/", ""]]
    assert [(fact["status"], fact["nearest"]) for fact in facts["variables"]] == [
        ("missing", [f"net/{fact['name']}"]) for fact in facts["variables"]
    ]


def test_weights_that_fit_a_model(cli, trained):
    found = cli("weights", "w.npz", "--model", "model.py", "--rename", "^net/=")
    assert (found.code, found.err) == (0, "")
    assert found.out.count("rounded") == 4
    assert "4 of 4 fit; 9 left out" in found.out
    facts = json.loads(cli("weights", "w.npz", "--model", "model.py", "--rename", "^net/=", "--json").out)
    assert facts["fits"] is True
    assert {fact["conversion"] for fact in facts["variables"]} == {"rounded"}


KERAS = """\
from rnn2onnx import keras, tf


def model():
    x = tf.placeholder(tf.float32, ["batch", "time", 2], name="x")
    return keras.layers.Dense(1)(keras.layers.SimpleRNN(3)(x))
"""


@pytest.mark.parametrize(
    ("name", "rename"),
    [
        ("keras1_model.h5", "^(simple_rnn)/=\\1/simple_rnn_cell/"),
        ("keras2_model.h5", None),
        ("keras2_model.keras", None),
    ],
)
def test_files_of_keras_fit_its_layers(cli, model, name, rename):
    model.write_text(KERAS)
    options = ("--rename", rename) if rename else ()
    found = cli("weights", str(FILES / name), "--model", "model.py", *options)
    assert (found.code, found.err) == (0, "")
    assert "5 of 5 fit; " in found.out
    assert cli("compile", "model.py", "-o", "m.onnx", "--weights", str(FILES / name), *options).code == 0
    if rename:
        assert (
            "--rename '^simple_rnn/=simple_rnn/simple_rnn_cell/'"
            in cli("weights", str(FILES / name), "--model", "model.py").out
        )


def test_no_numbers_are_read(cli, trained):
    broken = bytearray(trained.read_bytes())
    value = np.float64(0.25).tobytes()
    place = broken.index(value * 8)
    broken[place : place + 8] = np.float64(0.5).tobytes()
    trained.write_bytes(broken)
    assert cli("weights", "w.npz", "--model", "model.py", "--rename", "^net/=").code == 0
    found = cli("compile", "model.py", "-o", "m.onnx", "--weights", "w.npz", "--rename", "^net/=")
    assert found.code == 1
    assert "'w.npz' is broken" in found.err


def test_every_command_renames_and_takes_averages(cli, trained):
    options = ("--weights", "w.npz", "--rename", "^net/=x/", "x/=")
    assert cli("compile", "model.py", "-o", "m.onnx", *options).code == 0
    assert cli("compile", "model.py", "-o", "a.onnx", *options, "--ema").code == 0
    first, second = ((trained.parent / name).read_bytes() for name in ("m.onnx", "a.onnx"))
    assert first != second
    for command in (("show",), ("verify",)):
        assert cli(*command, "model.py", *options, "--ema").code == 0
        assert cli(*command, "model.py", *options[:-1], "--ema").code == 1


@pytest.mark.parametrize(
    ("args", "code", "text"),
    [
        (("weights", "nowhere"), 1, "there is no weights file 'nowhere'"),
        (("weights", "w.npz", "--rename", "net"), 2, "'net' is not OLD=NEW"),
        (("weights", "w.npz", "--rename", "(="), 1, "'(' is no regular expression"),
        (("weights", "model.py"), 1, "in no format that is read"),
        (("compile", "model.py", "-o", "m.onnx", "--rename", "a=b"), 1, "rename is about weights"),
        (("compile", "model.py", "-o", "m.onnx", "--ema"), 1, "ema is about weights"),
    ],
)
def test_bad_arguments_get_one_message(cli, trained, args, code, text):
    found = cli(*args)
    assert found.code == code
    assert text in found.err
    assert "Traceback" not in found.err
