from __future__ import annotations

import json

import numpy as np
import pytest

from rnn2onnx.cli.run import summary


@pytest.fixture
def file(cli, model):
    assert cli("compile", "model.py", "-o", "m.onnx").code == 0
    return model.parent / "m.onnx"


def rows(text: str) -> dict[str, list[str]]:
    """The words of each line by its first one."""
    return {line.split()[0]: line.split()[1:] for line in text.split("\n") if line.strip()}


def test_run_draws_inputs_and_shows_what_comes_out(cli, file):
    found = cli("run", "m.onnx", "--shape", "batch=2", "time=4")
    assert (found.code, found.err) == (0, "")
    lines = rows(found.out)
    assert lines["x"][:4] == ["float32", "[2,", "4,", "3]"]
    assert lines["x"][-1] == "random"
    assert lines["outputs"][:4] == ["float32", "[2,", "4,", "4]"]
    assert lines["state"][:3] == ["float32", "[2,", "4]"]
    assert "ms; random inputs of seed 0" in found.out


def test_run_takes_arrays_from_files_and_json_and_writes_the_outputs(cli, file):
    x = np.random.default_rng(1).standard_normal((2, 5, 3)).astype(np.float32)
    np.save(file.parent / "x.npy", x)
    found = cli("run", "m.onnx", "--feed", "x=x.npy", "n=[5, 0]", "-o", "out.npz")
    assert found.code == 0
    assert "random" not in found.out
    assert found.out.rstrip().endswith("written to out.npz")
    with np.load(file.parent / "out.npz") as archive:
        out = dict(archive)
    assert sorted(out) == ["outputs", "state"]
    assert out["outputs"].shape == (2, 5, 4)
    assert (out["outputs"][1] == 0).all()
    np.testing.assert_array_equal(out["outputs"][0, -1], out["state"][0])


def test_equal_seeds_give_equal_outputs(cli, file):
    facts = [json.loads(cli("run", "m.onnx", "--seed", seed, "--json").out)["outputs"] for seed in ("1", "1", "2")]
    assert facts[0] == facts[1]
    assert facts[0] != facts[2]
    assert facts[0][0]["shape"] == [3, 5, 4]


def test_random_inputs_fit_the_given_ones(cli, file):
    found = cli("run", "m.onnx", "--feed", "n=[1,2,3,4]")
    assert rows(found.out)["x"][:3] == ["float32", "[4,", "5,"]


@pytest.mark.parametrize("shape", [("batch=0", "time=3"), ("batch=2", "time=0"), ("batch=0", "time=0")])
def test_no_rows_and_no_steps_run(cli, file, shape):
    found = cli("run", "m.onnx", "--shape", *shape)
    assert found.code == 0
    assert "no elements" in found.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--feed", "x=x.npy"], "--feed x=x.npy: there is no file 'x.npy', and it is not a number or a list in JSON."),
        (["--feed", "x=m.onnx"], "--feed x=m.onnx: it is no .npy file as numpy.save writes it"),
        (["--feed", "x=[1, 2]"], "the input 'x' is f32[batch, time, 3], but an array of shape [2] was given."),
        (
            ["--feed", "x=[[[1, 2.5]]]"],
            "the input 'x' is f32[batch, time, 3], but axis 2 of the array given has length 2",
        ),
        (["--feed", "n=[1.5]"], "the input 'n' is i32[batch], but an array of dtype float64 was given; convert it"),
        (["--feed", "n=[1]", "x=[[[1, 2, 3.5]], [[1, 2, 3]]]"], "the input 'n' is i32[batch], but axis 0"),
        (["--feed", "z=[1]"], "the feeds don't fit the inputs (unknown: z)."),
        (["--shape", "width=3"], "no input has a length called 'width'"),
        (["-o", "no/out.npz"], ""),
    ],
)
def test_inputs_that_do_not_fit_are_named(cli, file, args, message):
    found = cli("run", "m.onnx", *args)
    assert found.code == 1
    assert found.err.startswith(f"error: {message}")
    assert "Traceback" not in found.err
    assert {path.name for path in file.parent.iterdir()} <= {"m.onnx", "model.py", "__pycache__"}


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((0, 2)), "no elements"),
        (np.array([1.5, 2.0]), "[1.5, 2. ]"),
        (np.array(3), "3"),
        (np.arange(10), "0 to 9"),
        (np.full(10, 7), "all 7"),
        (np.full(10, 0.5), "all 0.5"),
        (np.arange(10) > 6, "3 of 10 true"),
        (np.arange(10) / 10, "0 to 0.9, mean 0.45"),
        (np.array([np.nan, np.inf, *range(8)]), "0 to 7, mean 3.5, 2 not finite"),
        (np.full(10, np.nan), "10 elements, 10 not finite"),
    ],
)
def test_a_summary_says_in_a_few_words_what_is_in_an_array(array, words):
    assert summary(array) == words
