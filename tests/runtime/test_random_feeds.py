from __future__ import annotations

import numpy as np
import pytest

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import Builder, Graph, Type, parse
from rnn2onnx.runtime.random_feeds import all_sizes, integer_ranges, random_feeds

F32, I32, I64 = np.dtype(np.float32), np.dtype(np.int32), np.dtype(np.int64)
TYPES = {
    "x": Type(F32, ("B", "T", 4)),
    "n": Type(I32, ("B",)),
    "flag": Type(np.dtype(bool), ()),
    "half": Type(np.dtype(np.float16), (200,)),
}


def test_every_input_gets_an_array_of_its_type():
    feeds = random_feeds(TYPES, {"T": 2})
    assert {name: (array.dtype, array.shape) for name, array in feeds.items()} == {
        "x": (F32, (3, 2, 4)),
        "n": (I32, (3,)),
        "flag": (np.dtype(bool), ()),
        "half": (np.dtype(np.float16), (200,)),
    }
    assert abs(feeds["half"]).max() <= 1
    assert feeds["half"].std() > 0.4
    assert set(random_feeds({"i": Type(I64, (200,))})["i"]) == {0, 1, 2, 3}


def test_equal_seeds_give_equal_arrays():
    first, same, other = (random_feeds(TYPES, seed=seed)["x"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_lengths_that_are_not_said_tell_axes_apart():
    assert all_sizes(TYPES) == {"B": 3, "T": 5}
    assert all_sizes(TYPES, {"T": 0}) == {"B": 3, "T": 0}


def test_a_length_that_is_not_there_is_an_error_that_lists_those_that_are():
    with pytest.raises(ArgumentError, match=r"no input has a length called 'K'; those there are: B, T\."):
        all_sizes(TYPES, {"K": 1})
    with pytest.raises(ArgumentError, match="every length is a number"):
        all_sizes({"x": Type(F32, (3,))}, {"K": 1})
    with pytest.raises(ArgumentError, match="the length B can't be -1"):
        all_sizes(TYPES, {"B": -1})


def test_integers_are_what_the_program_takes_them_for():
    graph = parse(
        """\
graph g(%x: f32[T, B, 2], %n: i32[B], %ids: i32[B, T], %free: i64[B], %steps: i64[B]) {
  %c0 = const [0.5, 1.5, 2.5, 3.5, 4.5, 5.5] : f32[6]
  %wide = cast %ids {dtype=i64} : i64[B, T]
  %turned = transpose %wide {perm=[1, 0]} : i64[T, B]
  %n64 = cast %n {dtype=i64} : i64[B]
  %t = scan %turned {reverse=false, states=0} (%row: i64[B]) {
    %found = gather %c0, %row {axis=0} : f32[B]
    return %found
  } : f32[T, B]
  %r = recur %x, %n64 {lengths=true, reverse=false, states=0, unmasked=[]} (%row_1: f32[B, 2]) {
    return %row_1
  } : f32[T, B, 2]
  %turn = reverse_sequence %x, %steps {batch_axis=1, seq_axis=0} : f32[T, B, 2]
  return "t" = %t, "r" = %r, "free" = %free, "turn" = %turn
}"""
    )
    ranges = integer_ranges(graph, {"T": 4, "B": 3})
    assert ranges == {"ids": range(6), "n": range(6), "steps": range(6)}
    feeds = random_feeds({"n": Type(I32, (500,)), "free": Type(I64, (500,))}, ranges=ranges)
    assert set(feeds["n"]) == {0, 1, 2, 3, 4, 5}, "no step, all steps, and one too many"
    assert set(feeds["free"]) == {0, 1, 2, 3}


def table(rows: int) -> Graph:
    builder = Builder()
    ids = builder.input("ids", Type(I64, ("B",)))
    found = builder.emit("gather", (builder.const(np.zeros((rows, 2), np.float32)), ids), axis=0)[0]
    return builder.finish([("y", found)])


def test_positions_are_those_of_the_smallest_table():
    assert integer_ranges(table(1), {"B": 3}) == {"ids": range(1)}
    assert not random_feeds({"ids": Type(I64, (9,))}, ranges=integer_ranges(table(0), {"B": 9}))["ids"].any()
