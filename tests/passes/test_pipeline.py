"""The passes together: their order, what they say when one fails, and that the whole keeps the meaning."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.errors import PassError, VerifyError
from rnn2onnx.ir import Graph, Type, evaluate, parse, replay, walk
from rnn2onnx.passes import PIPELINE, run_passes
from rnn2onnx.passes.report import Report
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, assert_keeps, decisions, normal, quick
from tests.random_graphs import assert_same, random_graph

TEXT = """graph g(%x: f32[B, 2]) {
  %0 = tanh %x : f32[B, 2]
  return "y" = %0
}"""


SOME = [step for step in PIPELINE if hasattr(step, "works_on")]
"""Passes that say what they work on."""


class Failing:
    name = "failing"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        raise RuntimeError("a bug")


class Breaking:
    name = "breaking"

    def __call__(self, graph: Graph, report: Report) -> Graph:
        copy = parse(str(graph))
        copy.block.ops[0].results[0].type = Type(np.dtype(np.float32), (7,))
        return copy


@pytest.mark.parametrize("step", SOME, ids=lambda step: step.name)
@settings(quick, max_examples=15)
@given(random_recurrence())
def test_a_pass_changes_nothing_without_what_it_works_on(step: Any, case: tuple[Graph, Any]) -> None:
    graph, _ = run_passes(case[0], [BY_NAME["fold"]])
    made: list[Graph] = [graph, *(after for each in PIPELINE if (after := run_passes(graph, [each])[0]) is not graph)]
    for each in made:
        if {op.kind.name for op in walk(each.block)}.isdisjoint(step.works_on):
            tidied = replay(replay(each))
            assert str(step(tidied, Report())) == str(tidied)


def test_a_pass_is_not_asked_without_what_it_works_on() -> None:
    class Working(Failing):
        works_on = ("sigmoid",)

    graph = parse(TEXT)
    assert run_passes(graph, [Working()])[0] is graph
    with pytest.raises(PassError):
        run_passes(parse(TEXT.replace("tanh", "sigmoid")), [Working()])


def test_the_order_of_the_passes() -> None:
    assert [step.name for step in PIPELINE] == [
        "fold",
        "roll_up",
        "raise_loops",
        "turn_around",
        "lengths",
        "normalise",
        "distribute",
        "parallelise",
        "recognise",
        "join",
        "sink",
        "interpolate",
        "unbundle",
        "fuse",
        "pack",
        "strip_mine",
        "tables",
        "contract",
        "take_in",
        "lower",
        "join",
        "sink",
        "clip",
        "tidy",
    ]


def test_a_pass_that_fails_is_named_with_those_before_it() -> None:
    with pytest.raises(PassError, match=r"the pass failing \(after fold, tidy\) failed: RuntimeError: a bug"):
        run_passes(parse(TEXT), [BY_NAME["fold"], BY_NAME["tidy"], Failing()])


def test_a_pass_that_breaks_the_graph_is_found_out() -> None:
    with pytest.raises(VerifyError, match="in the pass breaking"):
        run_passes(parse(TEXT), [Breaking()])


def test_every_pass_is_seen_with_its_graph_before_and_after() -> None:
    graph, seen = parse(TEXT), []
    made, _ = run_passes(graph, PIPELINE, lambda *facts: seen.append(facts))
    assert [name for name, *_ in seen] == [step.name for step in PIPELINE]
    assert seen[0][1] is graph
    assert all(before[2] is after[1] for before, after in pairwise(seen))
    assert seen[-1][2] is made
    assert all(seconds >= 0 for *_, seconds in seen)


def test_compiling_leaves_the_graph_as_it_is() -> None:
    text = """graph g(%x: f32[T, B, 2], %n: i64[B]) {
  %0 = recur %x, %n {lengths=true, reverse=false, states=0, unmasked=[]} (%1: f32[B, 2]) {
    %2 = exp %1 : f32[B, 2]
    return %2
  } : f32[T, B, 2]
  return "y" = %0
}"""
    graph = parse(text)
    run_passes(graph, PIPELINE)
    assert str(graph) == text


def test_every_recurrence_that_is_left_is_decided_about() -> None:
    text = """graph g(%x: f32[T, B, 2], %h: f32[B, 2], %go: bool[]) {
  %0, %1 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[B, 2]) {
    %4 = add %2, %3 : f32[B, 2]
    %5 = tanh %4 : f32[B, 2]
    return %5, %5
  } : f32[B, 2], f32[T, B, 2]
  %6 = recur %h, %1 {lengths=false, reverse=false, states=1, unmasked=[]} (%7: f32[B, 2], %8: f32[B, 2]) {
    %9 = mul %7, %8 : f32[B, 2]
    return %9
  } : f32[B, 2]
  %10 = loop %go, %6 (%11: i64[], %12: f32[B, 2]) {
    %13 = tanh %12 : f32[B, 2]
    %14 = const 3 : i64[]
    %15 = less %11, %14 : bool[]
    return %15, %13
  } : f32[B, 2]
  return "y" = %10
}"""
    made = decisions(text)
    assert sorted(decision.became for decision in made) == ["Loop", "RNN or Scan", "Scan"]
    assert all(decision.why and decision.source for decision in made)


def test_notes_of_several_passes_are_joined() -> None:
    (op,) = parse(TEXT.replace("tanh %x", "tanh %x")).block.ops
    report = Report()
    for text in ("one", "two", "one"):
        report.note(op, text)
    assert report.noted(op) == "one; two"


@given(random_graph())
@settings(quick, max_examples=200)
def test_the_pipeline_keeps_the_meaning(case: Any) -> None:
    made = assert_keeps(*case, *BY_NAME)
    assert not [op for op in walk(made.block) if op.kind.name == "recur"]


@given(random_recurrence())
@settings(quick, max_examples=400)
def test_the_pipeline_keeps_the_meaning_of_cells(case: Any) -> None:
    made = assert_keeps(*case, *BY_NAME)
    assert not [op for op in walk(made.block) if op.kind.name == "recur"]


@given(random_recurrence())
@settings(quick, max_examples=50)
def test_what_was_compiled_says_the_same_when_it_is_compiled_again(case: Any) -> None:
    graph, feeds = case
    once, _ = run_passes(graph, PIPELINE)
    twice, _ = run_passes(once, PIPELINE)
    assert_same(evaluate(twice, feeds), evaluate(once, feeds), 1e-5)


def test_a_recurrence_in_a_recurrence_becomes_native_too() -> None:
    text = """graph g(%x: f32[T, B, 2], %m: f32[S, B, 2], %h: f32[B, 2]) {
  %0 = recur %h, %x {lengths=false, reverse=false, states=1, unmasked=[]} (%1: f32[B, 2], %2: f32[B, 2]) {
    %3 = recur %1, %m {lengths=false, reverse=false, states=1, unmasked=[]} (%4: f32[B, 2], %5: f32[B, 2]) {
      %6 = add %4, %5 : f32[B, 2]
      %7 = tanh %6 : f32[B, 2]
      return %7
    } : f32[B, 2]
    %8 = add %3, %2 : f32[B, 2]
    return %8
  } : f32[B, 2]
  return "h" = %0
}"""
    feeds = {"x": normal(1, 3, 2, 2), "m": normal(2, 4, 2, 2), "h": normal(3, 2, 2)}
    made = assert_keeps(parse(text), feeds, *BY_NAME)
    assert [op.kind.name for op in walk(made.block) if op.kind.name in ("rnn", "scan")] == ["scan", "rnn", "scan"]
