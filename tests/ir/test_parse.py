from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.errors import ParseError
from rnn2onnx.ir import Graph, evaluate, parse, print_graph, weights_of
from tests.random_graphs import Feeds, assert_same, random_graph

ADD = """\
graph g(%a: f32[B, 3], %b: f32[3]) {
  %c = add %a, %b : f32[B, 3]
  return "y" = %c
}"""


def failure(text: str, weights: dict[str, np.ndarray] | None = None) -> list[str]:
    with pytest.raises(ParseError) as caught:
        parse(text, weights)
    return str(caught.value).split("\n")


@given(random_graph())
@settings(max_examples=60, deadline=None)
def test_a_parsed_graph_means_the_same(drawn: tuple[Graph, Feeds]):
    graph, feeds = drawn
    again = parse(print_graph(graph), weights_of(graph))
    assert_same(evaluate(again, feeds), evaluate(graph, feeds), tolerance=0)


def test_handwriting_may_be_loose():
    graph = parse(
        """
        # two lines of what a person may write
        graph g (%a : f32[ B,3 ], %b "b": f32[3]) { %c = add %a, %b : f32[?, 3]   # a comment
          %d = neg %c : f32[?, ?]
          return "y" = %d }
        """
    )
    assert print_graph(graph) == ADD.replace("return", "%d = neg %c : f32[B, 3]\n  return").replace(
        '"y" = %c', '"y" = %d'
    )


def test_an_unknown_length_gets_a_name_that_the_text_does_not_use():
    graph = parse('graph g(%a: f32[?], %d0: f32[d0, d1]) {\n  return "y" = %a\n}')
    assert graph.inputs[0].type.shape == ("d2",)


def test_operations_know_their_line_in_the_text():
    assert parse(ADD).block.ops[0].location == ("<text>", 2)


def test_types_say_more_than_is_inferred():
    graph = parse('graph g(%a: f32[B]) {\n  %c = non_zero %a : i64[1, K]\n  return "y" = %c\n}')
    assert graph.block.results[0].type.shape == (1, "K")


def test_errors_show_line_column_and_a_caret():
    assert failure(ADD.replace("add", "plus")) == [
        "line 2, column 8: the language has no 'plus'",
        "    %c = plus %a, %b : f32[B, 3]",
        "         ^",
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("graph g", "graf g", "line 1, column 1", "a text begins with 'graph', not 'graf'"),
        ("g(", "(", "line 1, column 7", "the graph's name was expected here, not '('"),
        ("%b:", "%b", "line 1, column 27", "':' was expected here, not 'f32'"),
        ("f32[3]", "f33[3]", "line 1, column 28", "'f33' is not a dtype"),
        ("f32[3]", "f32[-3]", "line 1, column 32", "a length is a whole number, not -3"),
        ("f32[3]", "f32[3.5]", "line 1, column 32", "a length is a whole number, not 3.5"),
        ("%b: ", "%a: ", "line 1, column 24", "the input 'a' is there already"),
        ("%b: ", '%b "a": ', "line 1, column 24", "the input 'a' is there already"),
        ("%b: ", '%a "b": ', "line 1, column 24", "%a is defined already"),
        (", %b :", ", %x :", "line 2, column 16", "%x is not defined before this line, or in a body that is closed"),
        (", %b :", " %b :", "line 2, column 15", "':' was expected here, not %b"),
        ("%c = add", "%c add", "line 2, column 6", "'=' was expected here, not 'add'"),
        ("%c = add", "%a = add", "line 2, column 3", "%a is defined already"),
        ("%c = add", "%c, %d = add", "line 2, column 3", "2 results have 1 types"),
        ("f32[B, 3]\n", "f32[B, 4]\n", "line 2, column 8", "add gives f32[B, 3], where f32[B, 4] was said"),
        (", %b :", " :", "line 2, column 8", "add of f32[B, 3]: it takes 2 operands, not 1"),
        ("%b: f32[3]", "%b: f32[4]", "line 2, column 8", "add of f32[B, 3], f32[4]: 3 is not 4"),
        ("add %a, %b", "reverse %a", "line 2, column 8", "reverse needs the attribute 'axes'"),
        ("add %a, %b", "reverse %a {axes=1}", "line 2, column 8", "reverse is not written so: "),
        ("add %a, %b", "reverse %a {axes=1", "line 2, column 27", "',' was expected here, not ':'"),
        ("add %a, %b", "reverse %a {axes=%a}", "line 2, column 25", "a dtype was expected here, not %a"),
        ("add %a, %b", "cast %a {dtype=f9}", "line 2, column 23", "'f9' is not a dtype"),
        ("add %a, %b", "neg %a {blocks=1}", "line 2, column 8", "neg is not written so: "),
        ("add %a, %b", "scan %a {states=0}", "line 2, column 27", "'(' was expected here, not ':'"),
        ("return", "retrun", "line 3, column 3", "the language has no 'retrun'"),
        ("return", ")", "line 3, column 3", "an operation or 'return' was expected here, not ')'"),
        ('"y" = %c', "%c", "line 3, column 10", "the name of an output was expected here, not %c"),
        ('"y" = %c', '"y" = %c, "y" = %a', "line 3, column 20", "the output 'y' is there already"),
        ("\n}", "", "line 3, column 18", "',' was expected here, not the end of the text"),
        ("\n}", "\n}}", "line 4, column 2", "the end of the text was expected here, not '}'"),
        ("add", "add;", "line 2, column 11", "';' means nothing here"),
        ('"y"', '"\\q"', "line 3, column 10", '"\\q" is not a string'),
        ('"y"', '"y', "line 3, column 10", "'\"' means nothing here"),
    ],
)
def test_each_mistake_is_pointed_at(old, new, where, message):
    assert failure(ADD.replace(old, new))[0].startswith(f"{where}: {message}")


def const(text: str, weights: dict[str, np.ndarray] | None = None) -> str:
    return failure(f'graph g() {{\n  %c = const {text}\n  return "y" = %c\n}}', weights)[0]


def test_a_constant_that_is_not_its_type_is_an_error():
    assert const("[1, 2] : f32[3]") == "line 2, column 14: this is f32[2], not f32[3]"
    assert const("[[1, 2], [3]] : f32[3]").startswith("line 2, column 14: this is no f32[3]: ")
    assert const("[1000] : i8[1]").startswith("line 2, column 14: this is no i8[1]: ")
    assert const('["a"] : f32[1]').startswith("line 2, column 14: this is no f32[1]: ")
    assert const("[1] : f32[B]") == "line 2, column 8: the type of a constant has numbers only, not f32[B]"


def test_weights_must_be_there_and_of_their_type():
    assert const('"w" : f32[3]') == "line 2, column 14: the weights have no 'w'"
    assert const("@12ab : f32[3]", {"w": np.zeros(3)}) == "line 2, column 14: the weights have no '@12ab'"
    assert const('"w" : f32[3]', {"w": np.zeros(3)}) == "line 2, column 14: the weight 'w' is f64[3], not f32[3]"


def test_a_body_hides_its_values():
    text = """\
graph g(%x: f32[T, 3]) {
  %y = scan %x {reverse=false, states=0} (%row: f32[3]) {
    %z = neg %row : f32[3]
    return %z
  } : f32[T, 3]
  return "y" = %z
}"""
    assert failure(text)[0] == "line 6, column 16: %z is not defined before this line, or in a body that is closed"
    assert print_graph(parse(text.replace("= %z\n", "= %y\n"))) == text.replace("= %z\n", "= %y\n")
