"""Passes run on texts, and the meaning of graphs before and after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings

from rnn2onnx.ir import Graph, Op, evaluate, parse, walk
from rnn2onnx.passes import PIPELINE, Decision, run_passes
from tests.random_graphs import assert_same

BY_NAME = {step.name: step for step in PIPELINE}
quick = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
NARROW = 3e-6
"""How far weights multiplied with each other and rounded to float32 may move a result computed in float64."""


def after(names: str, text: str) -> str:
    """The text of a graph after some passes, separated by spaces."""
    return str(run_passes(parse(text), [BY_NAME[name] for name in names.split()])[0])


def decisions(text: str, names: str = "fold distribute recognise lower tidy") -> list[Decision]:
    """What some passes decide about a graph."""
    return list(run_passes(parse(text), [BY_NAME[name] for name in names.split()])[1])


def assert_keeps(graph: Graph, feeds: Mapping[str, Any], *names: str, float32: float = 1e-4) -> Graph:
    """The graph after some passes; fails if it means anything else, in float64 or in its own dtypes."""
    made, _ = run_passes(graph, [BY_NAME[name] for name in names])
    assert_same(evaluate(made, feeds, float64=True), evaluate(graph, feeds, float64=True), NARROW)
    assert_same(evaluate(made, feeds), evaluate(graph, feeds), float32)
    return made


def kinds(graph: Graph, name: str) -> list[Op]:
    """The operations of a kind, in order, those in bodies too."""
    return [op for op in walk(graph.block) if op.kind.name == name]


def normal(seed: int, *shape: int) -> np.ndarray:
    """Standard normal float32."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
