"""``interpolate``: ``u*h + (1-u)*c`` becomes ``c + u*(h-c)``, where that is the same."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.ir import Graph, evaluate, parse
from rnn2onnx.passes import PIPELINE, run_passes
from rnn2onnx.passes.value_ranges import Ranges
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import BY_NAME, after, assert_keeps, normal, quick
from tests.random_graphs import assert_same


def text(*lines: str, gate: str = "sigmoid %a", candidate: str = "tanh %b") -> str:
    """A graph that ends with ``lines``; the last one is its result."""
    given = ["one = const 1.0 : f32[]", f"u = {gate} : f32[B, 3]", f"c = {candidate} : f32[B, 3]"]
    rows = [*given, *(f"{line} : f32[B, 3]" for line in lines)]
    last = lines[-1].split()[0]
    body = "".join(f"  %{row}\n" for row in rows)
    return f'graph g(%a: f32[B, 3], %b: f32[B, 3], %h: f32[B, 3]) {{\n{body}  return "y" = %{last}\n}}'


USUAL = ("p = mul %u, %h", "v = sub %one, %u", "q = mul %v, %c", "y = add %p, %q")
SHORT = """graph g(%a: f32[B, 3], %b: f32[B, 3], %h: f32[B, 3]) {
  %u = sigmoid %a : f32[B, 3]
  %c = tanh %b : f32[B, 3]
  %0 = sub %h, %c : f32[B, 3]
  %1 = mul %u, %0 : f32[B, 3]
  %y = add %c, %1 : f32[B, 3]
  return "y" = %y
}"""
SPELLINGS = [
    USUAL,
    ("p = mul %h, %u", "v = sub %one, %u", "q = mul %c, %v", "y = add %q, %p"),
    ("p = mul %u, %h", "q = mul %u, %c", "d = sub %p, %q", "y = add %c, %d"),
    ("p = mul %u, %h", "q = mul %u, %c", "d = sub %q, %p", "y = sub %c, %d"),
    ("q = mul %u, %c", "d = sub %c, %q", "p = mul %h, %u", "y = add %d, %p"),
    ("n = neg %u", "v = add %n, %one", "p = mul %u, %h", "q = mul %v, %c", "y = add %p, %q"),
    ("v = sub %u, %one", "p = mul %u, %h", "q = mul %v, %c", "y = sub %p, %q"),
    ("n = neg %u", "p = mul %n, %h", "v = sub %one, %u", "q = mul %v, %c", "y = sub %q, %p"),
]
CANDIDATES = ["sigmoid %b", "softsign %b", "erf %b", "sin %b", "hard_sigmoid %b {alpha=0.2, beta=0.5}"]


@pytest.mark.parametrize("lines", SPELLINGS)
def test_every_spelling_becomes_the_short_one(lines: tuple[str, ...]) -> None:
    assert after("interpolate", text(*lines)) == SHORT


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_every_bounded_candidate_is_taken(candidate: str) -> None:
    assert after("interpolate", text(*USUAL, candidate=candidate)).count("mul") == 1


def test_a_candidate_may_be_computed_from_what_is_bounded() -> None:
    lines = ("p = mul %u, %h", "v = sub %one, %u", "m = mul %c, %s", "q = mul %v, %m", "y = add %p, %q")
    made = text(*lines).replace("  %p =", "  %s = sigmoid %b : f32[B, 3]\n  %p =")
    assert "sub %h, %m" in after("interpolate", made)


def test_a_gate_may_be_a_product() -> None:
    lines = ("g = mul %u, %s", "p = mul %g, %h", "v = sub %one, %g", "q = mul %v, %c", "y = add %p, %q")
    made = text(*lines).replace("  %g =", "  %s = sigmoid %b : f32[B, 3]\n  %g =")
    short = after("interpolate", made)
    assert "mul %g, %0" in short
    assert short.count("mul") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tanh %b", "relu %b"),
        ("tanh %b", "identity %b"),
        ("sigmoid %a", "identity %a"),
        ("const 1.0", "const 2.0"),
        ("sub %one, %u", "sub %u, %one"),
        ("sub %one, %u", "add %one, %u"),
        ("sub %one, %u", "sub %one, %c"),
        ("mul %v, %c", "mul %v, %h"),
        ("mul %v, %c", "add %v, %c"),
        ("mul %u, %h", "mul %c, %h"),
        ("add %p, %q", "sub %p, %q"),
        ("add %p, %q", "sub %q, %p"),
        ("add %p, %q", "maximum %p, %q"),
    ],
)
def test_what_only_looks_like_it_stays(old: str, new: str) -> None:
    near = text(*USUAL).replace(old, new)
    assert near != text(*USUAL)
    assert after("interpolate", near) == str(parse(near))


@pytest.mark.parametrize("extra", ["add %y, %v", "add %y, %q", "add %y, %p"])
def test_what_saves_nothing_stays(extra: str) -> None:
    used = text(*USUAL, f"z = {extra}")
    assert after("interpolate", used) == str(parse(used))


def test_what_is_bounded_but_large_is_not_subtracted() -> None:
    def clipped(limit: float) -> str:
        lines = ("m = minimum %b, %top", "c = maximum %m, %low", *USUAL)
        consts = f"  %top = const {limit} : f32[]\n  %low = const -{limit} : f32[]\n  %m ="
        return text(*lines).replace("  %c = tanh %b : f32[B, 3]\n", "", 1).replace("  %m =", consts)

    assert after("interpolate", clipped(6.0)).count("mul") == 1
    assert after("interpolate", clipped(100.0)).count("mul") == 2


def test_a_one_that_gives_the_result_its_shape_stays() -> None:
    wide = """graph g(%a: f32[1, 3], %b: f32[1, 3], %h: f32[1, 3]) {
  %one = const [[1.0], [1.0]] : f32[2, 1]
  %u = sigmoid %a : f32[1, 3]
  %c = tanh %b : f32[1, 3]
  %p = mul %u, %h : f32[1, 3]
  %v = sub %one, %u : f32[2, 3]
  %q = mul %v, %c : f32[2, 3]
  %y = add %p, %q : f32[2, 3]
  return "y" = %y
}"""
    assert after("interpolate", wide) == str(parse(wide))


def test_every_number_gives_the_same() -> None:
    numbers = [0.0, -0.0, 1e-30, 0.5, -3.0, 40.0, -40.0, 1e4, 3e38, -3e38, np.inf, -np.inf, np.nan]
    a, b, h = np.array(list(product(numbers, repeat=3)), np.float32).T[:, :, None] + np.zeros(3, np.float32)
    feeds = {"a": a, "b": b, "h": h}
    for candidate in ("tanh %b", *CANDIDATES):
        graph = parse(text(*USUAL, candidate=candidate))
        made = run_passes(graph, [BY_NAME["interpolate"]])[0]
        assert made is not graph
        with np.errstate(all="ignore"):
            assert_same(evaluate(made, feeds), evaluate(graph, feeds), 1e-6)
            assert_same(evaluate(made, feeds, float64=True), evaluate(graph, feeds, float64=True), 1e-12)


@pytest.mark.parametrize("lines", SPELLINGS)
def test_float64_agrees(lines: tuple[str, ...]) -> None:
    graph = parse(text(*lines))
    feeds = {name: normal(number, 7, 3) for number, name in enumerate("abh")}
    made = run_passes(graph, [BY_NAME["interpolate"]])[0]
    assert_same(evaluate(made, feeds, float64=True), evaluate(graph, feeds, float64=True), 1e-12)


GRU = """graph g(%x: f32[T, B, 4], %h0: f32[B, 4], %w: f32[T, B, 4]) {
  %one = const 1.0 : f32[]
  %gates = sigmoid %w : f32[T, B, 4]
  %0, %1 = recur %h0, %x, %gates {lengths=false, reverse=false, states=1} (%h: f32[B, 4], %xt: f32[B, 4], %u: f32[B, 4]) {
    %2 = add %xt, %h : f32[B, 4]
    %c = tanh %2 : f32[B, 4]
    %3 = mul %u, %h : f32[B, 4]
    %4 = sub %one, %u : f32[B, 4]
    %5 = mul %4, %c : f32[B, 4]
    %6 = add %3, %5 : f32[B, 4]
    return %6, %6
  } : f32[B, 4], f32[T, B, 4]
  return "y" = %1
}"""  # noqa: E501


def test_a_gate_that_is_a_sequence_is_as_bounded_as_the_sequence() -> None:
    made = after("interpolate", GRU)
    assert "sub %h, %c" in made
    assert made.count("mul") == 1
    open_gate = GRU.replace("sigmoid %w", "exp %w")
    assert after("interpolate", open_gate) == str(parse(open_gate))
    feeds = {"x": normal(0, 5, 2, 4), "h0": normal(1, 2, 4), "w": normal(2, 5, 2, 4)}
    assert_keeps(parse(GRU), feeds, "interpolate")


def test_it_comes_after_the_native_layers_are_recognised() -> None:
    names = [step.name for step in PIPELINE]
    assert names.index("recognise") < names.index("interpolate") < names.index("unbundle")


@given(random_recurrence())
@settings(quick, max_examples=25)
def test_random_recurrences_keep_their_meaning(made: tuple[Graph, dict[str, Any]]) -> None:
    graph, feeds = made
    assert_keeps(graph, feeds, "fold", "interpolate")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("tanh %x", (-1, 1)),
        ("relu %x", (0, np.inf)),
        ("exp %x", (-np.inf, np.inf)),
        ("minimum %x, %two", (-np.inf, 2)),
        ("maximum %x, %two", (2, np.inf)),
        ("neg %s", (-1, 0)),
        ("sub %two, %s", (1, 2)),
        ("add %two, %s", (2, 3)),
        ("mul %two, %s", (0, 2)),
        ("mul %x, %zero", (-np.inf, np.inf)),
        ("mul %large, %s", (0, 6e4)),
        ("add %large, %l", (60000, np.inf)),
    ],
)
def test_ranges(line: str, wanted: tuple[float, float]) -> None:
    graph = parse(f"""graph g(%x: f32[B]) {{
  %two = const 2.0 : f32[]
  %zero = const 0.0 : f32[]
  %large = const 60000.0 : f32[]
  %s = sigmoid %x : f32[B]
  %l = mul %large, %s : f32[B]
  %y = {line} : f32[B]
  return "y" = %y
}}""")
    assert Ranges(graph).of(graph.block.results[0]) == wanted
