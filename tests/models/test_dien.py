"""The ready model dien gives what deepctr's DIEN gave, whatever its sizes and its scores (see record_dien.py)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError, WeightsError
from rnn2onnx.models import dien, load
from tests.models.dien_cases import CASES, FIRST

ALL = {**FIRST, **CASES}
FOLDER = Path(__file__).parent / "dien"
every_case = pytest.mark.parametrize("name", ALL)


@cache
def recorded(name: str) -> dict[str, dict[str, np.ndarray]]:
    """The weights, the feeds and the outputs of a recording, each by name."""
    groups: dict[str, dict[str, np.ndarray]] = {"var": {}, "feed": {}, "out": {}}
    with np.load(FOLDER / f"{name}.npz") as arrays:
        for key in arrays:
            group, _, rest = key.partition(":")
            groups[group][rest] = arrays[key]
    return groups


@cache
def compiled(name: str) -> rnn2onnx.Program:
    graph, outputs = rnn2onnx.trace(lambda: dien.model(**ALL[name]))
    return rnn2onnx.compile(graph, outputs, weights=recorded(name)["var"])


@every_case
def test_both_meanings_give_what_deepctr_gave(name: str) -> None:
    program, feeds, want = compiled(name), recorded(name)["feed"], recorded(name)["out"]
    for got in (program.run(feeds), program.evaluate(feeds, float64=False)):
        assert got.keys() == want.keys()
        for key, array in want.items():
            assert got[key].dtype == np.float32
            np.testing.assert_allclose(got[key], array, rtol=1e-5, atol=1e-6)


@every_case
def test_as_close_to_float64_as_deepctr_itself(name: str) -> None:
    program, feeds, want = compiled(name), recorded(name)["feed"], recorded(name)["out"]
    got, exact = program.run(feeds), program.evaluate(feeds, float64=True)
    for key, array in want.items():
        error = np.abs(got[key] - exact[key]).max()
        assert error <= 4 * np.abs(array - exact[key]).max() + 1e-7 * (1 + np.abs(exact[key]).max())


@every_case
def test_variables_are_deepctrs_by_name_order_and_shape(name: str) -> None:
    graph, _ = rnn2onnx.trace(lambda: dien.model(**ALL[name]))
    made = {variable.op.name: tuple(variable.shape.as_list()) for variable in graph.variables.values()}
    assert list(made.items()) == [(key, array.shape) for key, array in recorded(name)["var"].items()]


@pytest.mark.parametrize("gru_type", dien.GRU_TYPES)
def test_a_user_alone(gru_type: str) -> None:
    name = f"dien_{gru_type}_raw_other_sizes"
    program, feeds, want = compiled(name), recorded(name)["feed"], recorded(name)["out"]["probability"]
    for row in range(len(want)):
        alone = program.run({key: array[row : row + 1] for key, array in feeds.items()})
        np.testing.assert_allclose(alone["probability"], want[row : row + 1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("gru_type", dien.GRU_TYPES)
def test_no_users_and_no_steps(gru_type: str) -> None:
    name = f"dien_{gru_type}_normalised_other_sizes"
    program, feeds = compiled(name), recorded(name)["feed"]
    nobody = {key: array[:0] for key, array in feeds.items()}
    without = {key: array[:, :0] if key.startswith("hist") else array for key, array in feeds.items()}
    for batch in (nobody, without):
        got, meant = program.run(batch)["probability"], program.evaluate(batch)["probability"]
        assert got.shape == (len(batch["user"]), 1)
        np.testing.assert_allclose(got, meant, rtol=1e-5, atol=1e-6)
    # Who has no past is the same user whether or not there are steps.
    past = program.run({**feeds, "seq_length": np.zeros_like(feeds["seq_length"])})["probability"]
    np.testing.assert_allclose(program.run(without)["probability"], past, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("gru_type", dien.GRU_TYPES)
def test_what_stands_in_the_padding_is_not_read(gru_type: str) -> None:
    name = f"dien_{gru_type}_raw"
    program, feeds = compiled(name), recorded(name)["feed"]
    padding = np.arange(6) >= feeds["seq_length"][:, None]
    other = {
        **feeds,
        "hist_item_id": np.where(padding, 49, feeds["hist_item_id"]),
        "hist_cate_id": np.where(padding, 9, feeds["hist_cate_id"]),
    }
    np.testing.assert_array_equal(program.run(other)["probability"], program.run(feeds)["probability"])


def test_two_recurrences_each_as_cheap_as_can_be() -> None:
    for gru_type, second in (("GRU", "GRU"), ("AIGRU", "GRU"), ("AGRU", "Scan"), ("AUGRU", "Scan")):
        program = compiled(f"dien_{gru_type}_normalised")
        # A GRU may have a Scan beside it for large batches.
        assert [decision.became.split(" or ")[0] for decision in program.report] == ["GRU", second]
        assert all(decision.source.rpartition(":")[0] == dien.__file__ for decision in program.report)


def test_lengths_are_named_and_inputs_are_the_features() -> None:
    program = compiled("dien_AUGRU_normalised")
    types = {value.name: str(value.type) for value in program.lowered.inputs}
    assert types == {
        **dict.fromkeys(("user", "gender", "item_id", "cate_id", "seq_length"), "i64[batch]"),
        **dict.fromkeys(("hist_item_id", "hist_cate_id"), "i64[batch, time]"),
        "pay_score": "f32[batch]",
    }


def test_initial_values_make_a_program_too() -> None:
    program = rnn2onnx.compile(*rnn2onnx.trace(load("dien").model))
    probability = program.run(recorded("dien_AUGRU_normalised")["feed"])["probability"]
    assert probability.shape == (64, 1)
    np.testing.assert_allclose(probability, 0.5, atol=0.2)


def test_weights_of_negative_samples_serve_the_probability_alone() -> None:
    name = "dien_negative_samples"
    graph, outputs = rnn2onnx.trace(lambda: dien.model(**ALL[name]))
    program = rnn2onnx.compile(graph, outputs["probability"], weights=recorded(name)["var"])
    feeds = {key: array for key, array in recorded(name)["feed"].items() if not key.startswith("neg_")}
    np.testing.assert_allclose(program.run(feeds), recorded(name)["out"]["probability"], rtol=1e-5, atol=1e-6)


def test_a_feature_that_is_left_out_of_the_weights_is_named() -> None:
    graph, outputs = rnn2onnx.trace(dien.model)
    weights = dict(recorded("dien_AUGRU_normalised")["var"])
    weights["gru2/gru_cell/gates/bias"] = weights.pop("gru2/gates/bias")
    with pytest.raises(WeightsError, match="gru2/gates/bias"):
        rnn2onnx.compile(graph, outputs, weights=weights)


@pytest.mark.parametrize(
    "arguments",
    [
        {"gru_type": "LSTM"},
        {"task": "ranking"},
        {"att_activation": "dise"},
        {"use_negsampling": True, "gru_type": "GRU"},
    ],
)
def test_what_there_is_not(arguments: dict[str, Any]) -> None:
    said = {
        "gru_type": "gru_type error .*AUGRU",
        "task": "task must be binary",
        "att_activation": "dise",
        "use_negsampling": "AUGRU",
    }
    with tf.Graph().as_default(), pytest.raises(ArgumentError, match=said[next(iter(arguments))]):
        dien.model(**arguments)
