"""The benchmark's programs can be recorded, and their outputs have the names that the peers' files give them."""

from __future__ import annotations

import pytest

from rnn2onnx.runtime.benchmark import Contender
from tests.bench import bound, ours
from tests.bench.programs import PROGRAMS, leaves


@pytest.mark.parametrize("name", PROGRAMS)
def test_outputs_are_named_as_the_peers(name):
    import rnn2onnx

    program = PROGRAMS[name]
    graph, outputs = rnn2onnx.trace(lambda: program.call(ours.MODULES))
    assert {path for path, _ in leaves(outputs)} == set(ours.recorded(program).outputs)
    assert set(program.feeds(2, 4)) == set(graph.placeholders)


def test_the_bound_is_made_of_models_that_run():
    layer = bound.Layer(3, 4, 2, 1)
    for model in (bound.projection(layer), bound.walk(4, "Relu", 8), bound.walk(12, "Sigmoid"), bound.turned(3)):
        assert Contender(model.SerializeToString(), bound.feeds_of(model, 2, 5)).burst(1) > 0
