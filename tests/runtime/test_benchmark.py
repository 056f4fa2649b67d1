"""Times that are taken in turns: their structure, and what can go wrong. Nothing here depends on how fast it is."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from onnx import parser

from rnn2onnx.errors import FeedError, ModelError
from rnn2onnx.runtime import benchmark
from rnn2onnx.runtime.benchmark import Contender, Quartiles, Timings, apart, machine, race

X = np.ones((2, 3), np.float32)


def model(body: str = "y = Add(x, x)", inputs: str = "float[N, 3] x", outputs: str = "float[N, 3] y") -> bytes:
    text = f'<ir_version: 8, opset_import: ["" : 17]> g ({inputs}) => ({outputs}) {{ {body} }}'
    made: bytes = parser.parse_model(text).SerializeToString()
    return made


def test_a_contender_gives_outputs_and_takes_time():
    contender = Contender(model(), {"x": X, "unused": X})
    np.testing.assert_array_equal(contender.outputs["y"], 2 * X)
    assert contender.burst(3) > 0


def test_other_inputs_of_another_shape_take_the_place_of_the_first():
    contender = Contender(model(), {"x": X})
    contender.bind({"x": np.zeros((5, 3), np.float32)})
    np.testing.assert_array_equal(contender.outputs["y"], np.zeros((5, 3), np.float32))
    assert contender.burst(2) > 0


def test_tensorflows_names_are_known_without_their_ends():
    renamed = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]> {GRAPH}')
    renamed.graph.input[0].name = renamed.graph.node[0].input[0] = "x:0"
    renamed.graph.output[0].name = renamed.graph.node[0].output[0] = "y:0"
    contender = Contender(renamed.SerializeToString(), {"x": X})
    assert list(contender.outputs) == ["y"]
    assert contender.burst(1) > 0


GRAPH = "g (float[N, 3] x) => (float[N, 3] y) { y = Neg(x) }"


def test_models_that_cannot_run_are_named():
    with pytest.raises(ModelError, match=r"^their file is not a model"):
        Contender(b"nonsense", {}, name="their file")
    with pytest.raises(FeedError, match=r"the model has an input 'x'; .*: z"):
        Contender(model(), {"z": X})
    with pytest.raises(FeedError, match=r"could not run theirs on x: float32\[2, 4\]"):
        Contender(model(), {"x": np.ones((2, 4), np.float32)}, name="theirs")


def test_contenders_run_in_turns_and_the_order_is_turned_round(monkeypatch):
    calls: list[int] = []

    class Fake:
        def __init__(self, index: int) -> None:
            self.index = index

        def burst(self, count, clock=None):
            if clock is not None:
                calls.append(self.index)
            return [0.01, 0.02][self.index]

    monkeypatch.setattr(benchmark, "FEWEST", 4)
    timings = race([Fake(0), Fake(1)], seconds=0)
    assert calls == [0, 1, 1, 0, 0, 1, 1, 0]
    assert timings.seconds.shape == (2, 4)
    assert timings.fastest == 0
    assert timings.of(1) == Quartiles(0.02, 0.02, 0.02)
    assert timings.ratio(0, 1).median == 0.5


def test_a_ratio_is_taken_within_each_round():
    timings = Timings(np.array([[1.0, 10.0, 100.0], [2.0, 20.0, 400.0]]))
    assert timings.ratio(1, 0) == Quartiles(2.0, 2.0, 3.0)


def test_the_clock_is_the_one_that_is_given():
    ticks = itertools.count()
    assert Contender(model(), {"x": X}).burst(4, lambda: float(next(ticks))) == 0.25


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"y": [1.0, 3.0]}, {"y": [1.0, 2.0]}, 1 / 3),
        ({"y": [np.nan, np.inf]}, {"y": [np.nan, np.inf]}, 0.0),
        ({"y": [np.nan]}, {"y": [1.0]}, np.inf),
        ({"y": [[1.0]]}, {"y": [1.0]}, np.inf),
        ({"y": [1, 2, 3, 4]}, {"y": [1, 2, 3, 5]}, 0.25),
        ({"y": np.zeros(0)}, {"y": np.zeros(0)}, 0.0),
        ({"y": [1.0], "z": [5.0]}, {"y": [1.0]}, 0.0),
        ({"y": [1.0]}, {"z": [1.0]}, None),
    ],
)
def test_how_far_outputs_are_apart(ours, theirs, expected):
    arrays = [{name: np.asarray(value) for name, value in each.items()} for each in (ours, theirs)]
    assert apart(*arrays) == expected


def test_the_machine_is_described():
    facts = machine()
    assert json.loads(json.dumps(facts)) == facts
    assert all(facts.values())
