from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.ir import Builder, Graph, Type, parse, print_graph, replay, walk, weights_of
from rnn2onnx.ir.text import attr_text
from tests.random_graphs import Feeds, random_graph

F32 = np.dtype(np.float32)


def tagger() -> Graph:
    """One recurrence over masked rows, with a weight, a captured bias and a scope-like hint."""
    builder = Builder("tagger")
    x = builder.input("x", Type(F32, ("T", "B", 2)))
    n = builder.input("n:0", Type(np.dtype(np.int64), ("B",)))
    h = builder.input("h", Type(F32, ("B", 3)))
    kernel = builder.const(np.ones((5, 3), np.float32), "fw/kernel")
    bias = builder.const(np.array([0.1, -1.5, np.inf], np.float32))
    with builder.body([Type(F32, ("B", 3)), Type(F32, ("B", 2))], ["h", "x"]) as body:
        both = builder.emit("concat", body.params[::-1], axis=1)[0]
        product = builder.emit("matmul", (both, kernel), names=["cell/MatMul:0"])[0]
        after = builder.emit("tanh", builder.emit("add", (product, bias)))[0]
        body.results = (after, after)
    state, rows = builder.emit(
        "recur", (h, x, n), blocks=[body], states=1, lengths=True, reverse=False, unmasked=(), names=["state", "rows"]
    )
    return builder.finish([("rows", rows), ("state_c", state)])


TAGGER = """\
graph tagger(%x: f32[T, B, 2], %n_0 "n:0": i64[B], %h: f32[B, 3]) {
  %fw/kernel = const "fw/kernel" : f32[5, 3]
  %0 = const [0.1, -1.5, inf] : f32[3]
  %state, %rows = recur %h, %x, %n_0 {lengths=true, reverse=false, states=1, unmasked=[]} (%h_1: f32[B, 3], %x_1: f32[B, 2]) {
    %1 = concat %x_1, %h_1 {axis=1} : f32[B, 5]
    %cell/MatMul_0 = matmul %1, %fw/kernel : f32[B, 3]
    %2 = add %cell/MatMul_0, %0 : f32[B, 3]
    %3 = tanh %2 : f32[B, 3]
    return %3, %3
  } : f32[B, 3], f32[T, B, 3]
  return "rows" = %rows, "state_c" = %state
}"""  # noqa: E501


def test_one_line_for_each_operation_and_a_brace_for_each_body():
    assert print_graph(tagger()) == TAGGER
    assert str(tagger()) == TAGGER
    assert repr(tagger()) == TAGGER


def test_weights_of_names_the_data_that_is_not_written_out():
    weights = weights_of(tagger())
    assert list(weights) == ["fw/kernel"]
    np.testing.assert_array_equal(weights["fw/kernel"], np.ones((5, 3), np.float32))


def test_locations_stand_behind_the_line_as_a_comment():
    lines = print_graph(tagger(), locations=True).split("\n")
    assert lines[1].startswith('  %fw/kernel = const "fw/kernel" : f32[5, 3]  # ')
    assert "test_text.py:" in lines[1]
    assert "{  # " in lines[3], "a body's operation has its place on the line that opens it"
    assert print_graph(parse("\n".join(lines), weights_of(tagger()))) == TAGGER


def test_large_unnamed_constants_are_named_by_their_content():
    builder = Builder()
    a = builder.const(np.arange(40, dtype=np.float32))
    b = builder.const(np.arange(40, dtype=np.float32) + 1)
    same = builder.const(np.arange(40, dtype=np.float32))
    graph = builder.finish([("a", a), ("b", b), ("same", same)])
    weights = weights_of(graph)
    assert len(weights) == 2
    assert all(key.startswith("@") and len(key) == 13 for key in weights)
    again = parse(print_graph(graph), weights)
    assert print_graph(again) == print_graph(graph)
    assert sum(op.kind.name == "const" for op in walk(again.block)) == len(graph.block.ops)
    assert {op.attrs["name"] for op in walk(again.block)} == {""}


def test_two_weights_of_one_name_get_two_names():
    builder = Builder()
    a = builder.const(np.zeros(3, np.float32), "w")
    b = builder.const(np.ones(3, np.float32), "w")
    graph = builder.finish([("a", a), ("b", b)])
    assert list(weights_of(graph)) == ["w", "w#2"]
    again = parse(print_graph(graph), weights_of(graph))
    assert print_graph(again) == print_graph(graph)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (np.bool_(False), "false"),
        (None, "none"),
        (-3, "-3"),
        (np.int64(7), "7"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (5e-324, "5e-324"),
        (-0.0, "-0.0"),
        (float("-inf"), "-inf"),
        (float("nan"), "nan"),
        ('a "b"\n\\é', '"a \\"b\\"\\n\\\\\\u00e9"'),
        ((), "[]"),
        ((1, (2.0, "x"), (True,)), '[1, [2.0, "x"], [true]]'),
        (np.dtype(np.int64), "i64"),
        (Type(F32, ("T", 3)), "f32[T, 3]"),
        (Type(F32, ("a b", "")), 'f32["a b", ""]'),
    ],
)
def test_every_kind_of_attribute_has_a_text_that_reads_back(value, text):
    assert attr_text(value) == text
    source = f"graph g() {{\n  %s = const [] : i64[0]\n  %0 = random %s {{dtype=f32, x={text}}} : f32[]\n  return \n}}"
    (op,) = [op for op in parse(source).block.ops if op.kind.name == "random"]
    assert attr_text(op.attrs["x"]) == text
    assert isinstance(op.attrs["x"], type(value) if not isinstance(value, np.generic) else int)


def test_an_array_is_no_attribute():
    with pytest.raises(TypeError, match="ndarray"):
        attr_text(np.zeros(3))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i4", "i8", "u1", "u8", "?", "bfloat16"])
def test_small_constants_of_every_dtype_read_back_bit_for_bit(dtype):
    if dtype == "bfloat16":
        dtype = pytest.importorskip("ml_dtypes").bfloat16
    rng = np.random.default_rng(3)
    bits = np.frombuffer(rng.bytes(12 * np.dtype(dtype).itemsize), np.uint8)
    array = (bits[:12] > 99 if dtype == "?" else bits.view(dtype)).reshape(2, 6)
    builder = Builder()
    graph = builder.finish([("y", builder.const(array))])
    back = parse(print_graph(graph)).block.ops[0].attrs["value"]
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize("array", [np.zeros((0, 3), np.int64), np.zeros((2, 0), np.float32), np.array(True)])
def test_constants_without_elements_keep_their_shape(array):
    builder = Builder()
    graph = builder.finish([("y", builder.const(array))])
    back = parse(print_graph(graph)).block.ops[0].attrs["value"]
    assert (back.dtype, back.shape) == (array.dtype, array.shape)


def test_hints_become_names_of_their_own():
    builder = Builder("my graph")
    inputs = [builder.input(name, Type(F32, ())) for name in ("a:0", "a_0", "3", "", "a b")]
    first = builder.emit("neg", inputs[:1], names=["a_0"])[0]
    last = builder.emit("neg", (first,), names=["7"])[0]
    graph = builder.finish([("y", last), ('a "b"', first)])
    text = print_graph(graph)
    assert text.split("\n") == [
        'graph "my graph"(%a_0 "a:0": f32[], %a_0_1 "a_0": f32[], %_3 "3": f32[], %0 "": f32[], %a_b "a b": f32[]) {',
        "  %a_0_2 = neg %a_0 : f32[]",
        "  %_7 = neg %a_0_2 : f32[]",
        '  return "y" = %_7, "a \\"b\\"" = %a_0_2',
        "}",
    ]
    again = parse(text)
    assert [value.name for value in again.inputs] == ["a:0", "a_0", "3", "", "a b"]
    assert again.outputs == ("y", 'a "b"')
    assert print_graph(again) == text


@given(random_graph())
@settings(max_examples=100, deadline=None)
def test_a_parsed_text_prints_as_it_was(drawn: tuple[Graph, Feeds]):
    graph, _ = drawn
    text, weights = print_graph(graph), weights_of(graph)
    again = parse(text, weights)
    assert print_graph(again) == text
    assert weights_of(again).keys() == weights.keys()
    for old, new in zip(walk(graph.block), walk(again.block), strict=True):
        assert [value.type for value in old.results] == [value.type for value in new.results]
        assert [value.content for value in old.results] == [value.content for value in new.results]


@given(random_graph(empty=False))
@settings(max_examples=25, deadline=None)
def test_replaying_what_was_parsed_finds_nothing_to_change_but_dead_code(drawn: tuple[Graph, Feeds]):
    graph = replay(drawn[0])
    again = parse(print_graph(graph), weights_of(graph))
    assert replay(again) is again
