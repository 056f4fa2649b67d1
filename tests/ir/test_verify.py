from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.errors import VerifyError
from rnn2onnx.ir import KINDS, Block, Builder, Graph, Kind, Op, Type, Value, parse, replay, verify, walk
from tests.random_graphs import Feeds, random_graph

F32 = np.dtype(np.float32)

TEXT = """\
graph g(%x: f32[T, B, 3], %h: f32[B, 3]) {
  %a = neg %x : f32[T, B, 3]
  %s, %y = scan %h, %a {reverse=false, states=1} (%h_t: f32[B, 3], %x_t: f32[B, 3]) {
    %sum = add %h_t, %x_t : f32[B, 3]
    %new = tanh %sum : f32[B, 3]
    return %new, %sum
  } : f32[B, 3], f32[T, B, 3]
  %p = non_zero %s : i64[2, K]
  return "y" = %y, "p" = %p
}"""


def named(graph: Graph, name: str) -> Op:
    """The operation whose first result has this name."""
    return next(op for op in walk(graph.block) if op.results and op.results[0].name == name)


def failure(graph: Graph, **options: frozenset[str]) -> str:
    with pytest.raises(VerifyError) as caught:
        verify(graph, **options)
    return str(caught.value)


@given(random_graph())
@settings(max_examples=60, deadline=None)
def test_what_the_builder_makes_is_a_program(drawn: tuple[Graph, Feeds]):
    verify(drawn[0])
    verify(replay(drawn[0]))


def test_an_error_shows_the_operation_its_place_and_the_text_around_it():
    graph = parse(TEXT)
    named(graph, "new").results[0].type = Type(F32, ("B", 4))
    assert failure(graph).split("\n") == [
        "%new: f32[B, 4] says another type than its operands give, f32[B, 3]",
        "in the operation %new = tanh %sum : f32[B, 4]",
        "recorded at <text>:5",
        "   1 | graph g(%x: f32[T, B, 3], %h: f32[B, 3]) {",
        "   2 |   %a = neg %x : f32[T, B, 3]",
        "   3 |   %s, %y = scan %h, %a {reverse=false, states=1} (%h_t: f32[B, 3], %x_t: f32[B, 3]) {",
        "   4 |     %sum = add %h_t, %x_t : f32[B, 3]",
        ">  5 |     %new = tanh %sum : f32[B, 4]",
        "   6 |     return %new, %sum",
        "   7 |   } : f32[B, 3], f32[T, B, 3]",
        "   8 |   %p = non_zero %s : i64[2, K]",
        '   9 |   return "y" = %y, "p" = %p',
        "  10 | }",
    ]


@pytest.mark.parametrize(
    "type",
    [
        Type(np.dtype(np.float64), ("T", "B", 3)),
        Type(F32, ("T", "B")),
        Type(F32, ("B", "T", 3)),
        Type(F32, (5, "B", 3)),
    ],
)
def test_a_type_says_what_its_operands_give(type):
    graph = parse(TEXT)
    named(graph, "a").results[0].type = type
    assert "says another type than its operands give, f32[T, B, 3]" in failure(graph)


@pytest.mark.parametrize("dim", ["J", "T", 4])
def test_a_length_that_no_operand_tells_may_be_said(dim):
    graph = parse(TEXT)
    named(graph, "p").results[0].type = Type(np.dtype(np.int64), (2, dim))
    verify(graph)


def test_a_name_that_stands_for_another_length_does_so_everywhere():
    text = """\
graph g(%x: f32[T, B]) {
  %a = neg %x : f32[T, B]
  %b = neg %a : f32[T, B]
  %c = transpose %x {perm=[1, 0]} : f32[B, T]
  return "b" = %b, "c" = %c
}"""
    graph = parse(text)
    named(graph, "a").results[0].type = Type(F32, ("K", "B"))
    named(graph, "c").results[0].type = Type(F32, ("B", "J"))
    verify(graph)
    named(graph, "c").results[0].type = Type(F32, ("K", "J"))
    assert "%c: f32[K, J] says another type" in failure(graph)


def test_a_length_without_a_name_or_below_zero_is_no_length():
    graph = parse(TEXT)
    named(graph, "p").results[0].type = Type(np.dtype(np.int64), (2, "?"))
    assert failure(graph).startswith("%p: i64[2, ?] has a length without a name")
    named(graph, "p").results[0].type = Type(np.dtype(np.int64), (2, -1))
    assert failure(graph).startswith("%p: i64[2, -1] has a negative length")


def test_a_value_is_defined_before_its_use():
    graph = parse(TEXT)
    ops = named(graph, "s").blocks[0].ops
    ops.reverse()
    assert failure(graph).startswith("%sum: f32[B, 3] is used before its definition, or outside the body")


def test_a_value_stays_in_its_body():
    graph = parse(TEXT)
    inner = named(graph, "sum").results[0]
    named(graph, "p").operands = (inner,)
    assert failure(graph).startswith("%sum: f32[B, 3] is used before its definition, or outside the body")


def test_a_result_stays_in_its_body():
    graph = parse(TEXT)
    graph.block.results = (named(graph, "sum").results[0], graph.block.results[1])
    message = failure(graph)
    assert message.startswith("the result %sum: f32[B, 3] of a block is not defined in it or around it")
    assert "in the graph" in message


def test_a_value_of_another_graph_is_not_defined():
    graph = parse(TEXT)
    named(graph, "a").operands = parse(TEXT).inputs[:1]
    assert failure(graph).startswith("%x: f32[T, B, 3] is used before its definition")


def test_a_body_belongs_to_one_operation():
    graph = parse(TEXT)
    scan = named(graph, "s")
    results = tuple(Value(value.type, "again", block=graph.block) for value in scan.results)
    twin = Op(scan.kind, scan.operands, scan.attrs, scan.blocks, results)
    for value in results:
        value.op = twin
    graph.block.ops.append(twin)
    assert failure(graph).startswith("%h_t: f32[B, 3] is defined twice")


def test_a_value_knows_its_block_and_operation():
    graph = parse(TEXT)
    named(graph, "new").results[0].block = graph.block
    assert failure(graph).startswith("%new: f32[B, 3] says that it belongs to another block")
    graph = parse(TEXT)
    named(graph, "new").results[0].op = named(graph, "sum")
    assert failure(graph).startswith("%new: f32[B, 3] says that another operation gives it")
    graph = parse(TEXT)
    named(graph, "s").blocks[0].parent = None
    assert failure(graph).startswith("the parent of a body is not the block around it")


def test_what_a_body_gives_fits_its_kind():
    graph = parse(TEXT)
    body = named(graph, "s").blocks[0]
    body.results = body.results[:1]
    assert failure(graph).startswith("scan gives 1 results, not 2")
    body.results = (Value(Type(F32, ("B", 5)), "wide"), body.results[0])
    assert failure(graph).startswith("the result %wide: f32[B, 5] of a block is not defined")
    graph = parse(TEXT)
    named(graph, "s").operands = (graph.inputs[0], named(graph, "a").results[0])
    assert "scan of f32[T, B, 3], f32[T, B, 3]: a body's state is f32[B, 3] but starts as f32[T, B, 3]" in failure(
        graph
    )
    named(graph, "s").blocks = ()
    assert failure(graph).startswith("scan has 1 bodies, not 0")


def test_operands_fit_their_kind():
    graph = parse(TEXT)
    named(graph, "sum").operands = named(graph, "sum").operands[:1]
    assert failure(graph).startswith("add of f32[B, 3]: it takes 2 operands, not 1")


def test_names_of_inputs_and_outputs_are_their_own():
    graph = parse(TEXT)
    graph.inputs[1].name = "x"
    assert failure(graph).startswith("two inputs are called 'x'\nin the graph\n")
    graph = parse(TEXT)
    graph.outputs = ("y", "y")
    assert failure(graph).startswith("two outputs are called 'y'")
    graph.outputs = ("y",)
    assert failure(graph).startswith("1 names of outputs stand for 2 values")
    assert str(graph).endswith('return "y" = %y, ? = %p\n}')


def test_only_allowed_kinds_are_there():
    graph = parse(TEXT)
    kinds = frozenset(op.kind.name for op in walk(graph.block))
    verify(graph, allowed=kinds)
    message = failure(graph, allowed=kinds - {"tanh"})
    assert message.startswith("'tanh' is not allowed here; a pass before this place should have replaced it")
    assert "in the operation %new = tanh %sum : f32[B, 3]" in message


def test_a_kind_is_the_row_of_the_table():
    neg = KINDS["neg"]
    builder = Builder()
    x = builder.input("x", Type(F32, (3,)))
    twin = Kind("neg", neg.infer, neg.evaluate)
    graph = builder.finish([("y", builder.emit(twin, (x,))[0])])
    assert failure(graph).startswith("'neg' is not the row of that name in the table of kinds")


def test_a_broken_graph_still_prints():
    lost = Value(Type(F32, ()), "lost")
    graph = Graph("g", Block(results=(lost,)), ("y",))
    assert str(graph) == 'graph g() {\n  return "y" = %lost\n}'
    assert failure(graph).startswith("the result %lost: f32[] of a block is not defined in it or around it")
