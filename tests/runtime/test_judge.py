from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.ir import Graph, parse
from rnn2onnx.passes import PIPELINE, run_passes
from rnn2onnx.runtime import Program
from rnn2onnx.runtime.judge import Judgement, distance, judge
from tests.random_graphs import Feeds, random_graph


def test_a_distance_is_the_largest_difference_and_its_first_place():
    found = np.array([[1, 2, 3], [4, 5.5, 6.5]], np.float32)
    truth = np.array([[1, 2, 3], [4, 5.0, 6.0]])
    far = distance(found, truth)
    assert (far.absolute, far.place) == (0.5, (1, 1))
    assert far.relative == pytest.approx(0.5 / 6)
    assert far.ulps == np.float32(5.5).view(np.int32) - np.float32(5).view(np.int32)


@pytest.mark.parametrize(("a", "b", "steps"), [(1.0, 1 + 2**-23, 1), (0.0, -0.0, 0), (1e-45, -1e-45, 2), (1.0, 1.0, 0)])
def test_ulps_count_the_numbers_between(a, b, steps):
    assert distance(np.float32([a]), np.float32([b])).ulps == steps


def test_numbers_that_are_none_are_far_from_those_that_are():
    odd = np.float32([np.nan, np.inf, -np.inf])
    assert distance(odd, odd.astype(np.float64)).absolute == 0
    for a, b in ((np.nan, 1), (1, np.nan), (np.inf, 1), (1, np.inf), (np.inf, -np.inf)):
        far = distance(np.float32([0, a]), np.array([0, b]))
        assert far.absolute == far.relative == far.ulps == math.inf
        assert far.place == (1,)


def test_nothing_is_no_distance_apart():
    far = distance(np.zeros((0, 3), np.float32), np.zeros((0, 3)))
    assert (far.absolute, far.relative, far.ulps, far.place) == (0, 0, 0, None)


SUM = """\
graph g(%x: f32[B, 64], %i: i64[B]) {
  %one = const 1 : i64[]
  %bias = const 0.0 : f32[]
  %s = reduce_sum %x {axes=[1], keepdims=false} : f32[B]
  %t = tanh %s : f32[B]
  %y = add %t, %bias : f32[B]
  %j = add %i, %one : i64[B]
  return "y" = %y, "j" = %j
}"""
FEEDS = {"x": np.random.default_rng(0).standard_normal((3, 64)).astype(np.float32), "i": np.arange(3)}


def judged(wrong: str) -> dict[str, Judgement]:
    """The judgements of a program that was recorded as ``SUM`` and compiled to ``wrong``."""
    program = Program(parse(SUM), parse(wrong), {"y": True, "j": True}, (), opset=17)
    return {item.name: item for item in judge(program, FEEDS)}


def test_the_same_program_is_right():
    found = judged(SUM)
    assert [item.wrong for item in found.values()] == ["", ""]
    assert found["j"].engine.absolute == 0
    assert found["y"].engine.absolute < 1e-6
    assert found["y"].shape == (3,)


def test_a_small_mistake_is_told_with_what_float32_explains():
    wrong = judged(SUM.replace("const 0.0", "const 1e-05"))["y"].wrong
    assert wrong.startswith("it is off by 5.0e-06 of 1 + the magnitude, where float32 explains ")


def test_integers_are_exact():
    assert judged(SUM.replace("const 1 :", "const 2 :"))["j"].wrong == "3 of 3 elements differ"


def test_shapes_and_dtypes_are_part_of_the_meaning():
    keep = SUM.replace("keepdims=false} : f32[B]", "keepdims=true} : f32[B, 1]").replace(
        "tanh %s : f32[B]", "tanh %s : f32[B, 1]"
    )
    keep = keep.replace("%bias : f32[B]", "%bias : f32[B, 1]")
    assert judged(keep)["y"].wrong == "its shape is [3, 1], where [3] was meant"
    cast = SUM.replace('  return "y" = %y', '  %z = cast %y {dtype=f64} : f64[B]\n  return "y" = %z')
    assert judged(cast)["y"].wrong == "its dtype is float64, where float32 was meant"


def test_saturated_weights_are_judged_by_what_float32_can_do():
    text = """\
graph g(%x: f32[B]) {
  %big = const 30000.0 : f32[]
  %a = mul %x, %big : f32[B]
  %y = sin %a : f32[B]
  return "y" = %y
}"""
    program = Program(parse(text), parse(text), {"y": True}, (), opset=17)
    (found,) = judge(program, {"x": np.random.default_rng(1).uniform(-1, 1, 50).astype(np.float32)})
    assert found.float32.absolute > 1e-4, "float32 itself is far off"
    assert not found.wrong


@given(random_graph(empty=False, scan=False))
@settings(max_examples=15, deadline=None)
def test_random_programs_are_right(drawn: tuple[Graph, Feeds]):
    graph, feeds = drawn
    lowered, report = run_passes(graph, PIPELINE)
    program = Program(graph, lowered, dict.fromkeys(graph.outputs, True), report, opset=17)
    for item in judge(program, {name: feeds[name] for name in program.inputs}):
        assert not item.wrong, f"{item}\n{graph}"
