"""``fuse``: recurrences side by side and one above the other as one; two directions of a native layer as one."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn2onnx.exporter import export
from rnn2onnx.ir import Graph, constant, evaluate, parse, walk
from rnn2onnx.passes import Decision, Report, run_passes
from rnn2onnx.passes.fusing.fuse import Fuse
from rnn2onnx.targets import ONNXRUNTIME
from tests.edges import server
from tests.exporter.running import run as on_onnxruntime
from tests.passes.alike_recurrences import feeds, stacks, towers
from tests.passes.running import BY_NAME, NARROW, quick
from tests.random_graphs import assert_same

EAGER = Fuse(replace(ONNXRUNTIME, costs=replace(ONNXRUNTIME.costs, branch=-1e15, step=1e6)))
"""For an engine on which fusing always pays."""


def fused(graph: Graph, step: Fuse = EAGER) -> tuple[Graph, tuple[Decision, ...]]:
    return run_passes(graph, [step])


def assert_keeps(graph: Graph, step: Fuse, *cases: Any) -> Graph:
    made, _ = fused(graph, step)
    for case in cases:
        assert_same(evaluate(made, case, float64=True), evaluate(graph, case, float64=True), NARROW)
        assert_same(evaluate(made, case), evaluate(graph, case), 1e-4)
    return made


def sizes_of(graph: Graph, steps: int, rows: int) -> tuple[int, int]:
    """The sizes asked for, or those that the graph says."""
    time, batch, _ = graph.inputs[0].type.shape
    return (time if isinstance(time, int) else steps), (batch if isinstance(batch, int) else rows)


def columns(graph: Graph) -> set[Any]:
    """The columns of the first state of each recurrence."""
    return {op.operands[0].type.shape[1] for op in walk(graph.block) if op.kind.name == "recur"}


@given(towers(), st.sampled_from([4, 2, 1, 0]), st.sampled_from([3, 1, 0]), st.integers(0, 99))
@settings(quick, max_examples=40)
def test_side_by_side_means_the_same(graph: Graph, steps: int, rows: int, seed: int) -> None:
    sizes = sizes_of(graph, steps, rows)
    dirty = any(op.attrs.get("lengths") for op in walk(graph.block))
    made = assert_keeps(graph, EAGER, feeds(*sizes, seed), feeds(*sizes, seed, dirty=dirty))
    assert columns(made) - columns(graph)


@given(stacks(), st.sampled_from([4, 2, 1, 0]), st.sampled_from([3, 1, 0]), st.integers(0, 99))
@settings(quick, max_examples=40)
def test_layers_as_a_wavefront_mean_the_same(graph: Graph, steps: int, rows: int, seed: int) -> None:
    sizes = sizes_of(graph, steps, rows)
    dirty = any(op.attrs.get("lengths") for op in walk(graph.block))
    made = assert_keeps(graph, EAGER, feeds(*sizes, seed), feeds(*sizes, seed, dirty=dirty))
    assert columns(made) - columns(graph)


TOWERS = """graph g(%x: f32[T, B, 2], %h: f32[B, 2], %n: i64[B]) {
  %v = const [[1, 2], [3, 4]] : f32[2, 2]
  %w = const [[5, 6], [7, 8]] : f32[2, 2]
  %a, %ys = recur %h, %x, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%s: f32[B, 2], %x_t: f32[B, 2]) {
    %0 = matmul %s, %v : f32[B, 2]
    %1 = add %0, %x_t : f32[B, 2]
    %2 = sigmoid %1 : f32[B, 2]
    return %2, %2
  } : f32[B, 2], f32[T, B, 2]
  %b, %zs = recur %h, %x, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%s: f32[B, 2], %x_t: f32[B, 2]) {
    %0 = matmul %s, %w : f32[B, 2]
    %1 = add %0, %x_t : f32[B, 2]
    %2 = sigmoid %1 : f32[B, 2]
    return %2, %2
  } : f32[B, 2], f32[T, B, 2]
  return "a" = %a, "zs" = %zs
}"""


def changed(text: str, *pairs: tuple[str, str]) -> Graph:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return parse(text)


def test_two_recurrences_become_one() -> None:
    made, (decision,) = fused(parse(TOWERS))
    (joint, *apart) = [op for op in walk(made.block) if op.kind.name == "recur"]
    assert [str(value.type) for value in joint.results] == ["f32[B, 4]", "f32[T, B, 4]"]
    assert [op.kind.name for op in joint.blocks[0].ops] == ["matmul", "add", "sigmoid"]
    matrix = constant(joint.blocks[0].ops[0].operands[1])
    assert matrix is not None
    assert matrix.tolist() == [[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 5, 6], [0, 0, 7, 8]]
    # Once where a number is not finite, and once where there are too many rows.
    assert len(apart) == 4
    assert decision.became == "one recurrence where batch <= 256"


@given(st.one_of(towers(), stacks()))
@settings(quick, max_examples=8)
def test_onnxruntime_gives_the_same(graph: Graph) -> None:
    made, _ = fused(graph)
    case = feeds(*sizes_of(graph, 6, 3), 1, dirty=True)
    if not any(op.attrs.get("lengths") for op in walk(graph.block)):
        case = feeds(*sizes_of(graph, 6, 3), 1)
    assert_same(run(made, case), evaluate(graph, case), 1e-4)


EDGES = ((6, 3), (0, 3), (6, 0), (0, 0), (1, 1), (2, 2))
"""Steps and rows."""


def test_edges_on_onnxruntime(tmp_path: Path) -> None:
    graphs = {
        "beside": parse(TOWERS.replace("reverse=false", "reverse=true", 1)),
        "layers": parse(LAYERS),
        "held": changed(LAYERS, ("tanh", "sigmoid"), ("recur %zero", "recur %h")),
    }
    jobs, wanted = [], []
    for name, graph in graphs.items():
        lowered, _ = run_passes(graph, [EAGER, BY_NAME["lower"], BY_NAME["tidy"]])
        onnx.save(export(lowered, opset=17), tmp_path / f"{name}.onnx")
        for steps, rows in EDGES:
            for seed in range(2):
                number = len(jobs)
                case = feeds(steps, rows, seed, dirty=True)
                case = {key: case[key][..., :2] if case[key].ndim > 1 else case[key] for key in ("x", "h", "n")}
                np.savez(tmp_path / f"feeds{number}.npz", **case)
                jobs.append({"model": f"{name}.onnx", "feeds": f"feeds{number}.npz", "result": f"result{number}.npz"})
                wanted.append(evaluate(graph, case))
    (tmp_path / "jobs.json").write_text(json.dumps(jobs))
    ended = subprocess.run([sys.executable, server.__file__, tmp_path], capture_output=True, text=True, check=False)
    assert ended.stdout.split()[-1:] == ["done"], ended.stdout[-20:] + ended.stderr[-2000:]
    for job, want in zip(jobs, wanted, strict=True):
        with np.load(tmp_path / job["result"]) as found:
            assert_same(dict(found), want, 1e-5)


def test_where_sizes_are_known_one_form_is_chosen() -> None:
    small = parse(TOWERS.replace("B, 2]", "1, 2]").replace("[B]", "[1]"))
    made, (decision,) = fused(small)
    assert len([op for op in walk(made.block) if op.kind.name == "cond"]) == 1
    assert decision.became == "one recurrence"
    large = parse(TOWERS.replace("B, 2]", "999, 2]").replace("[B]", "[999]"))
    assert fused(large, Fuse())[0] is large


@pytest.mark.parametrize(("steps", "rows"), [(0, 0), (0, 1), (1, 0)])
def test_what_has_no_steps_or_no_rows_is_left(steps: int, rows: int) -> None:
    graph = parse(TOWERS.replace("[T,", f"[{steps},").replace("B, 2]", f"{rows}, 2]").replace("[B]", f"[{rows}]"))
    assert fused(graph, Fuse())[0] is graph


@pytest.mark.parametrize(
    "graph",
    [
        changed(TOWERS, ("%zs = recur %h", "%zs = recur %a")),
        changed(TOWERS, ("%zs = recur %h, %x, %n", "%zs = recur %h, %x, %m"), ("%n: i64[B]", "%n: i64[B], %m: i64[B]")),
        changed(
            TOWERS,
            ("%zs = recur %h, %x, %n", "%zs = recur %h, %z, %n"),
            ("(%x", "(%z: f32[S, B, 2], %x"),
            ("[T, B, 2]\n  return", "[S, B, 2]\n  return"),
        ),
        changed(TOWERS, ("%0 = matmul %s, %w", "%p = relu %s : f32[B, 2]\n    %0 = matmul %p, %w")),
        changed(TOWERS, ("sigmoid %1", "reverse %1 {axes=[1]}")),
    ],
    ids=["waits", "other lengths", "other steps", "other body", "columns change places"],
)
def test_what_stays_apart(graph: Graph) -> None:
    made, decisions = fused(graph)
    assert made is graph
    assert not decisions


def test_what_hides_that_a_number_is_none_stays_apart() -> None:
    graph = changed(TOWERS, ("sigmoid %1", "maximum %1, %s"))
    report = Report()
    assert EAGER(graph, report) is graph
    recurrence = next(op for op in graph.block.ops if op.kind.name == "recur")
    assert "maximum may hide that a number of another recurrence is none" in report.noted(recurrence)


def test_numbers_that_are_not_finite_stay_where_they_are() -> None:
    graph = changed(TOWERS, ("sigmoid %1", "relu %1"), ('"zs" = %zs', '"zs" = %zs, "ys" = %ys'))
    h = np.array([[1, 1], [np.inf, 0], [0, np.nan]], np.float32)
    for case in ({"h": h}, {"h": np.full((3, 2), 1e30, np.float32)}):
        case |= {"x": np.zeros((30, 3, 2), np.float32), "n": np.array([30, 2, 7])}
        with np.errstate(all="ignore"):
            made = assert_keeps(graph, EAGER, case)
            assert_same(run(made, case), run(graph, case), 1e-6)


def run(graph: Graph, case: Any) -> dict[str, Any]:
    """What onnxruntime gives."""
    lowered, _ = run_passes(graph, [BY_NAME["lower"], BY_NAME["tidy"]])
    return on_onnxruntime(export(lowered, opset=17), case)


LAYERS = """graph g(%x: f32[T, B, 2], %h: f32[B, 2], %n: i64[B]) {
  %v = const [[1, 2], [3, 4]] : f32[2, 2]
  %w = const [[5, 6], [7, 8]] : f32[2, 2]
  %u = const [[9, 10], [11, 12]] : f32[2, 2]
  %bias = const [0.5, 0.25] : f32[2]
  %none = const 0 : f32[]
  %shape = shape %h : i64[2]
  %zero = expand %none, %shape : f32[B, 2]
  %a, %ys = recur %zero, %x, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%s: f32[B, 2], %x_t: f32[B, 2]) {
    %0 = matmul %s, %v : f32[B, 2]
    %1 = add %0, %x_t : f32[B, 2]
    %2 = tanh %1 : f32[B, 2]
    return %2, %2
  } : f32[B, 2], f32[T, B, 2]
  %p = matmul %ys, %u : f32[T, B, 2]
  %q = add %p, %bias : f32[T, B, 2]
  %b, %zs = recur %zero, %q, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%s: f32[B, 2], %x_t: f32[B, 2]) {
    %0 = matmul %s, %w : f32[B, 2]
    %1 = add %0, %x_t : f32[B, 2]
    %2 = tanh %1 : f32[B, 2]
    return %2, %2
  } : f32[B, 2], f32[T, B, 2]
  return "b" = %b, "zs" = %zs
}"""


def test_layers_become_a_wavefront() -> None:
    made, _ = fused(parse(LAYERS))
    joint = next(op for op in walk(made.block) if op.kind.name == "recur")
    # One product for what a layer gives to itself and to the one above; zeros stay zeros until a layer begins.
    assert [op.kind.name for op in joint.blocks[0].ops] == ["matmul", "add", "tanh"]
    matrix = constant(joint.blocks[0].ops[0].operands[1])
    assert matrix is not None
    assert matrix.tolist() == [[1, 2, 9, 10], [3, 4, 11, 12], [0, 0, 5, 6], [0, 0, 7, 8]]


def test_layers_whose_state_does_not_stay_zero_are_held() -> None:
    made, _ = fused(changed(LAYERS, ("tanh", "sigmoid")))
    joint = next(op for op in walk(made.block) if op.kind.name == "recur")
    assert [op.kind.name for op in joint.blocks[0].ops] == ["matmul", "add", "sigmoid", "mul"]


@pytest.mark.parametrize(
    "graph",
    [
        changed(LAYERS, ("%q = add %p, %bias", "%q = tanh %p")),
        changed(LAYERS, ("recur %zero, %q", "recur %a, %q")),
        changed(LAYERS, ("%q = add %p, %bias", "%r = reverse %p {axes=[0]} : f32[T, B, 2]\n  %q = add %r, %bias")),
    ],
    ids=["a curve between", "from the end of the one below", "backwards"],
)
def test_layers_that_stay_apart(graph: Graph) -> None:
    assert fused(graph)[0] is graph
