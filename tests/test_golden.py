"""Every golden case gives on this project what it gave on TensorFlow (see golden/record.py)."""

from __future__ import annotations

import builtins
import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import deepctr, keras, tf
from rnn2onnx.errors import Rnn2OnnxError
from tests.golden.registry import Case, flatten, load, structure

HERE = Path(__file__).parent / "golden"
CASES = load()
MODULES = {"deepctr": deepctr, "keras": keras, "tf": tf}


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    chosen = [case for case in CASES.values() if case.kind in kinds]
    return pytest.mark.parametrize("case", chosen, ids=[case.id for case in chosen])


@functools.cache
def facts(family: str) -> dict[str, Any]:
    return json.loads((HERE / f"{family}.json").read_text(encoding="utf-8"))


@functools.cache
def archive(family: str) -> dict[str, np.ndarray]:
    with np.load(HERE / f"{family}.npz") as arrays:
        return dict(arrays)


def recorded_arrays(case: Case, group: str) -> dict[str, np.ndarray]:
    prefix = f"{case.name}/{group}:"
    arrays = archive(case.family)
    return {key.removeprefix(prefix): arrays[key] for key in arrays if key.startswith(prefix)}


def replay(case: Case) -> tuple[Any, Any, list[str]]:
    """The graph, the nest of tensors and the names of the variables."""
    graph = tf.Graph()
    with graph.as_default():
        out = case.call(MODULES)
        return graph, out, [variable.op.name for variable in tf.global_variables()]


def compiled(case: Case) -> rnn2onnx.Program:
    graph, out, _ = replay(case)
    return rnn2onnx.compile(graph, out, weights=None if case.initial else recorded_arrays(case, "var"))


def feeds(case: Case) -> list[dict[str, np.ndarray]]:
    return [recorded_arrays(case, f"feed{run}") for run in range(facts(case.family)[case.name]["feeds"])]


def differences(case: Case, run: int, got: Any) -> list[str]:
    """What is not as it was recorded, one line for each leaf that differs."""
    recorded = facts(case.family)[case.name]
    if structure(got) != recorded["structure"]:
        return [f"structure {structure(got)}, recorded {recorded['structure']}"]
    lines = []
    want = recorded_arrays(case, f"out{run}")
    for index, leaf in enumerate(flatten(got)):
        if leaf is None:
            continue
        expected = want[str(index)]
        leaf = np.asarray(leaf)
        if leaf.shape != expected.shape or leaf.dtype != expected.dtype:
            lines.append(f"leaf {index}: {leaf.dtype}{leaf.shape}, recorded {expected.dtype}{expected.shape}")
            continue
        if np.issubdtype(expected.dtype, np.inexact):
            close = np.isclose(leaf, expected, rtol=case.tolerance, atol=case.tolerance, equal_nan=True)
        else:
            close = leaf == expected
        if not np.all(close):
            first = tuple(int(i) for i in np.argwhere(~close)[0])
            lines.append(f"leaf {index} at {first}: {leaf[first]}, recorded {expected[first]}")
    return lines


@of_kind("values")
def test_variables_structure_and_static_shapes_are_tensorflows(case: Case) -> None:
    recorded = facts(case.family)[case.name]
    _, out, variables = replay(case)
    assert variables == recorded["variables"]
    assert structure(out) == recorded["structure"]
    for leaf, want in zip(flatten(out), recorded["outputs"], strict=True):
        if want is None:
            continue
        assert leaf.dtype.base_dtype.name == want["dtype"]
        if want["shape"] is None:
            continue
        shape = leaf.get_shape().as_list()
        # A length that TensorFlow loses track of may be known here; one that it knows must be known.
        assert [None if w is None else s for s, w in zip(shape, want["shape"], strict=True)] == want["shape"]


@of_kind("values")
def test_evaluator_gives_tensorflows_values(case: Case) -> None:
    program = compiled(case)
    for run, feed in enumerate(feeds(case)):
        assert differences(case, run, program.evaluate(feed, float64=False)) == []


@of_kind("values")
def test_onnxruntime_gives_tensorflows_values(case: Case) -> None:
    program = compiled(case)
    for run, feed in enumerate(feeds(case)):
        assert differences(case, run, program.run(feed)) == []


@of_kind("facts")
def test_plain_facts_are_tensorflows(case: Case) -> None:
    with tf.Graph().as_default():
        found = case.call(MODULES)
    assert json.loads(json.dumps(found)) == facts(case.family)[case.name]["value"]


def is_as_recorded(case: Case, error: Exception) -> bool:
    """Whether the error is one of this project and also of the builtin class that TensorFlow raises."""
    recorded = facts(case.family)[case.name]["bases"]
    wanted = case.instead or (getattr(builtins, recorded[0]) if recorded else Exception)
    return isinstance(error, wanted) and isinstance(error, Rnn2OnnxError)


@of_kind("error")
def test_errors_are_of_tensorflows_class_and_say_the_same(case: Case) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 (the class is the assertion below)
        replay(case)
    assert is_as_recorded(case, caught.value), f"{type(caught.value).__mro__}: {caught.value}"
    for part in case.mentions:
        assert part in str(caught.value)


@of_kind("error")
def test_errors_point_to_the_users_line(case: Case) -> None:
    with pytest.raises(Rnn2OnnxError) as caught:
        replay(case)
    assert Path(case.build.__code__.co_filename).name in str(caught.value)


@of_kind("run_error")
def test_what_fails_to_run_on_tensorflow_fails_here(case: Case) -> None:
    program = compiled(case)
    for feed in feeds(case):
        with pytest.raises(Rnn2OnnxError):
            program.run(feed)


def test_every_case_is_recorded_and_nothing_else_is() -> None:
    families = {case.family for case in CASES.values()}
    assert {path.stem for path in HERE.glob("*.npz")} == families == {path.stem for path in HERE.glob("*.json")}
    for family in families:
        assert set(facts(family)) == {case.name for case in CASES.values() if case.family == family}
