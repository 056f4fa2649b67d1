from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings

from rnn2onnx.ir import Builder, Graph, Type, parse, print_graph, walk
from rnn2onnx.ir.draw import draw_svg
from tests.random_graphs import Feeds, random_graph

SVG = "{http://www.w3.org/2000/svg}"

COUNTING = """\
graph g(%x: f32[T, B, 3], %h: f32[B, 3], %n: i64[B]) {
  %w = const "cell/deep/kernel" : f32[3, 3]
  %two = const 2.0 : f32[]
  %go = const true : bool[]
  %scale = mul %h, %two : f32[B, 3]
  %s, %y = recur %h, %x, %n {lengths=true, reverse=true, states=1, unmasked=[]} (%h_t: f32[B, 3], %x_t: f32[B, 3]) {
    %p = matmul %h_t, %w : f32[B, 3]
    %q = add %p, %scale : f32[B, 3]
    %r = add %q, %x_t : f32[B, 3]
    return %r, %q
  } : f32[B, 3], f32[T, B, 3]
  %l, %m = loop %go, %s (%i: i64[], %c: f32[B, 3]) {
    %limit = const 3 : i64[]
    %more = less %i, %limit : bool[]
    %d = neg %c : f32[B, 3]
    return %more, %d, %d
  } : f32[B, 3], f32[K, B, 3]
  return "y" = %y, "l" = %l, "m" = %m
}"""


def drawn(graph: Graph) -> ElementTree.Element:
    return ElementTree.fromstring(draw_svg(graph))


def texts(root: ElementTree.Element, style: str) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text") if node.get("class") == style]


def count(root: ElementTree.Element, tag: str, style: str) -> int:
    return sum(style in (node.get("class") or "").split() for node in root.iter(f"{SVG}{tag}"))


def example() -> Graph:
    return parse(COUNTING, {"cell/deep/kernel": np.ones((3, 3), np.float32)})


def test_every_operation_has_a_card_and_its_line_as_tooltip():
    graph = example()
    root = drawn(graph)
    kinds = sorted(op.kind.name for op in walk(graph.block) if op.kind.name != "const")
    assert sorted(texts(root, "kind")) == kinds
    titles = {node.text.split("\n")[0] for node in root.iter(f"{SVG}title") if node.text}
    for line in print_graph(graph).split("\n"):
        if " = " in line and "const" not in line and "return" not in line:
            assert line.strip() in titles


def test_bodies_are_boxes_in_boxes_with_their_parameters_and_results():
    root = drawn(example())
    assert count(root, "rect", "frame") == 2
    assert count(root, "rect", "end") == 3 + 3 + 2 + 2 + 2 + 3
    roles = texts(root, "role")
    assert roles.count("state") == 2
    assert "step of" in roles
    assert "step number" in roles
    names = texts(root, "name")
    assert [names.count(word) for word in ("next state", "row", "go on")] == [2, 2, 1]
    assert {"%x", "%h", "%n", "y", "l", "m"} <= set(names)
    assert count(root, "path", "back") == 2, "a line leads back from each next state"


def test_constants_and_what_a_body_takes_from_outside_are_pills():
    root = drawn(example())
    pills = [
        node.text
        for group in root.iter(f"{SVG}g")
        if "pill" in group.get("class", "")
        for node in group.iter(f"{SVG}text")
    ]
    assert sorted(pills) == ["%scale", "2", "3", "True", "deep/kernel f32[3, 3]"]
    assert count(root, "path", "caught") == 1, "a dashed line leads from the value to the box"


def test_lines_say_what_they_carry():
    root = drawn(example())
    lines = [node for node in root.iter(f"{SVG}path") if "line" in (node.get("class") or "")]
    assert all(re.fullmatch(r"%\w+: \w+\[.*\]", node[0].text or "") for node in lines)
    carried = [node[0].text for node in lines]
    assert carried.count("%n: i64[B]") == 1
    assert carried.count("%q: f32[B, 3]") == 2


def test_a_drawing_needs_nothing_else():
    text = draw_svg(example())
    assert "<script" not in text
    assert "href" not in text
    assert "@import" not in text
    assert "prefers-color-scheme:dark" in text


def test_odd_names_are_escaped():
    builder = Builder("<&>")
    x = builder.input('<x> & "y"', Type(np.dtype(np.float32), ("a<b",)))
    root = drawn(builder.finish([("</svg>", builder.emit("neg", (x,))[0])]))
    assert root[0].text == "<&>"
    assert "</svg>" in texts(root, "name")


def test_a_constant_may_be_a_result():
    builder = Builder()
    root = drawn(builder.finish([("y", builder.const(np.zeros((2, 3), np.float32)))]))
    assert [node.text for node in root.iter(f"{SVG}text")] == ["y", "f32[2, 3]", "0 f32[2, 3]"]


def test_the_empty_program_is_drawn():
    assert drawn(Builder().finish([])).get("width") == "28"


@given(random_graph(ops=12))
@settings(max_examples=40, deadline=None)
def test_every_program_is_drawn_inside_its_frame(example: tuple[Graph, Feeds]):
    graph, _ = example
    root = drawn(graph)
    width, height = float(root.get("width", 0)), float(root.get("height", 0))

    def check(node: ElementTree.Element, x: float, y: float) -> None:
        shift = re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", node.get("transform") or "")
        if shift:
            x, y = x + float(shift[1]), y + float(shift[2])
        if node.tag == f"{SVG}rect" and node.get("class") != "page":
            left, top = x + float(node.get("x") or 0), y + float(node.get("y") or 0)
            assert left >= 0
            assert top >= 0
            assert left + float(node.get("width") or 0) <= width
            assert top + float(node.get("height") or 0) <= height
        for child in node:
            check(child, x, y)

    check(root, 0.0, 0.0)
    assert len(texts(root, "kind")) == sum(op.kind.name != "const" for op in walk(graph.block))
    assert draw_svg(graph) == draw_svg(graph)
