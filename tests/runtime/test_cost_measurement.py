"""Costs are found from the times of programs: those from which the times were made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnn2onnx.exporter import export
from rnn2onnx.ir import evaluate
from rnn2onnx.runtime import cost_measurement
from rnn2onnx.runtime.cost_measurement import explained, not_negative, predicted, stopwatch, unexplained
from rnn2onnx.runtime.cost_probes import Probe, probes
from rnn2onnx.targets import ONNXRUNTIME

ALL = probes()
OTHER = replace(
    ONNXRUNTIME.costs,
    call=4.0,
    node=0.7,
    step=0.9,
    carried=0.2,
    flops=50e3,
    bytes=30e3,
    cache=1e6,
    numbers={kind: 1.5 * cost + 0.05 for kind, cost in ONNXRUNTIME.costs.numbers.items()},
)


def test_every_probe_has_a_name_of_its_own_and_runs() -> None:
    assert len({probe.name for probe in ALL}) == len(ALL)
    small = [probe for probe in ALL if not any(size in probe.name for size in ("256", "512", "1024k", "3072k"))]
    for probe in small:
        results = evaluate(probe.graph, probe.feeds())
        assert all(np.isfinite(array).all() for array in results.values()), probe.name
        export(probe.graph)


@pytest.mark.parametrize("costs", [ONNXRUNTIME.costs, OTHER], ids=["shipped", "other"])
def test_the_costs_that_made_the_times_are_found(costs) -> None:
    times = [predicted(probe, costs) for probe in ALL]
    found = explained(ALL, times)
    assert unexplained(ALL, times, found) < 0.02
    for name in ("flops", "bytes", "node", "branch", "loop_step", "cache"):
        assert getattr(found, name) == pytest.approx(getattr(costs, name), rel=0.1), name


def test_noise_moves_them_little() -> None:
    random = np.random.default_rng(3)
    times = [predicted(probe, OTHER) * random.uniform(1.0, 1.1) for probe in ALL]
    found = explained(ALL, times)
    assert unexplained(ALL, times, found) < 0.05
    assert found.flops == pytest.approx(OTHER.flops, rel=0.1)


def test_least_squares_without_negative_numbers() -> None:
    random = np.random.default_rng(1)
    a = random.uniform(0, 1, (40, 6))
    x = np.array([1.0, 0.0, 2.0, 0.0, 0.5, 3.0])
    np.testing.assert_allclose(not_negative(a, a @ x), x, atol=1e-9)
    got = not_negative(a, a @ np.array([1.0, -1.0, 2.0, 0.3, 0.5, 3.0]))
    assert got.min() == 0
    # No direction in which it may go makes it better.
    gain = a.T @ (a @ np.array([1.0, -1.0, 2.0, 0.3, 0.5, 3.0]) - a @ got)
    assert gain.max() < 1e-8


def test_the_stopwatch_lets_all_programs_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []

    class Fake:
        def __init__(self, model: bytes, feeds: object, *, threads: int, name: str) -> None:
            assert threads == 2
            self.name = name

        def burst(self, calls: int, clock: object = None) -> float:
            if clock is not None:
                turns.append(self.name)
            return {"a": 2e-6, "b": 3e-3}[self.name]

    monkeypatch.setattr(cost_measurement, "Contender", Fake)
    graph = ALL[0].graph
    assert stopwatch(0, 2)([Probe("a", graph), Probe("b", graph)]) == pytest.approx([2, 3000])
    assert turns == ["a", "b"] * cost_measurement.FEWEST
