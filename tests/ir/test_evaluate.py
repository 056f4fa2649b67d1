from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnn2onnx.errors import FeedError, ShapeError
from rnn2onnx.ir import Array, Builder, Dim, DType, Graph, Type, Value, evaluate, evaluate_values, parse
from tests.random_graphs import Feeds, random_graph

F32, F64, I64, BOOL = (np.dtype(t) for t in (np.float32, np.float64, np.int64, bool))
Step = Callable[[Builder, Sequence[Value]], Sequence[Value]]


def accumulate(builder: Builder, params: Sequence[Value]) -> Sequence[Value]:
    """A step on (sum, steps, x): sum + x, steps + 1; gives the new sum and ten times it."""
    total, count, x = params
    new = builder.emit("add", (total, x))[0]
    more = builder.emit("add", (count, builder.const(np.array(1))))[0]
    return new, more, builder.emit("mul", (new, builder.const(np.float32(10))))[0]


def recurrence(*, lengths: bool = True, reverse: bool = False, batch: Dim = "B", step: Step = accumulate) -> Graph:
    """``recur`` over x f32[T, B] with a sum f32[B] that starts at ``start`` and a counter i64[] that is not masked."""
    builder = Builder()
    operands = [
        builder.input("start", Type(F32, (batch,))),
        builder.const(np.array(0)),
        builder.input("x", Type(F32, ("T", batch))),
    ]
    if lengths:
        operands.append(builder.input("n", Type(I64, (batch,))))
    with builder.body([Type(F32, (batch,)), Type(I64, ()), Type(F32, (batch,))]) as body:
        body.results = tuple(step(builder, body.params))
    attrs = {"states": 2, "lengths": lengths, "reverse": reverse, "unmasked": (1,)}
    results = builder.emit("recur", operands, blocks=[body], **attrs)
    return builder.finish(zip(("sum", "steps", "rows"), results, strict=True))


def run(graph: Graph, x: Any, n: Any = None, **options: bool) -> dict[str, Array]:
    x = np.array(x, np.float32)
    feeds = {"start": np.full(x.shape[1], 100, np.float32), "x": x}
    return evaluate(graph, feeds if n is None else {**feeds, "n": np.array(n, np.int64)}, **options)


X = [[1, 2], [3, 4], [5, 6], [7, 8]]


# -- recur: what dynamic_rnn means -------------------------------------------------------------------------------------


def test_past_its_length_a_row_keeps_its_state_and_gives_zeros():
    found = run(recurrence(), X, [1, 3])
    np.testing.assert_array_equal(found["sum"], [101, 112])
    np.testing.assert_array_equal(found["rows"], [[1010, 1020], [0, 1060], [0, 1120], [0, 0]])
    assert found["rows"].dtype == F32


@pytest.mark.parametrize("lengths", [[0, 4], [-3, 9], [-(2**40), 2**40]])
def test_lengths_outside_of_the_steps_are_none_and_all_of_them(lengths):
    found = run(recurrence(), X, lengths)
    np.testing.assert_array_equal(found["sum"], [100, 120])
    np.testing.assert_array_equal(found["rows"], [[0, 1020], [0, 1060], [0, 1120], [0, 1200]])
    assert found["steps"] == 4


@pytest.mark.parametrize(("lengths", "steps"), [([1, 2], 2), ([0, 0], 1), ([-1, -1], 1), ([4, 1], 4), ([9, 9], 4)])
def test_the_longest_row_says_how_many_steps_run_and_one_always_does(lengths, steps):
    found = run(recurrence(), X, lengths)
    assert found["steps"] == steps
    assert found["rows"].shape == (4, 2)
    np.testing.assert_array_equal(found["rows"][steps:], 0)


def test_without_lengths_every_step_runs():
    found = run(recurrence(lengths=False), X)
    assert found["steps"] == 4
    np.testing.assert_array_equal(found["sum"], [116, 120])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nothing_leaks_from_the_padding(bad):
    x = np.array(X, np.float32)
    x[1:, 0] = x[3:, 1] = bad
    found = run(recurrence(), x, [1, 3])
    np.testing.assert_array_equal(found["sum"], [101, 112])
    np.testing.assert_array_equal(found["rows"], [[1010, 1020], [0, 1060], [0, 1120], [0, 0]])


def test_backwards_each_row_begins_at_its_own_end():
    found = run(recurrence(reverse=True), X, [3, 2])
    np.testing.assert_array_equal(found["sum"], [109, 106])
    np.testing.assert_array_equal(found["rows"], [[1090, 1060], [1080, 1040], [1050, 0], [0, 0]])
    assert found["steps"] == 3


def test_backwards_without_lengths_begins_at_the_end():
    found = run(recurrence(lengths=False, reverse=True), X)
    np.testing.assert_array_equal(found["rows"][:, 0], [1160, 1150, 1120, 1070])


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
def test_no_steps_give_the_initial_state_and_no_rows(lengths, reverse):
    graph = recurrence(lengths=lengths, reverse=reverse)
    found = run(graph, np.zeros((0, 2)), [3, 0] if lengths else None)
    np.testing.assert_array_equal(found["sum"], [100, 100])
    assert (found["rows"].shape, found["rows"].dtype, found["steps"]) == ((0, 2), F32, 0)


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
def test_no_rows_give_nothing_of_the_right_shape(lengths, reverse):
    graph = recurrence(lengths=lengths, reverse=reverse)
    found = run(graph, np.zeros((4, 0)), [] if lengths else None)
    assert (found["sum"].shape, found["rows"].shape) == ((0,), (4, 0))
    assert found["steps"] == (1 if lengths else 4)


def test_a_step_sees_what_is_around_it():
    def step(builder: Builder, params: Sequence[Value]) -> Sequence[Value]:
        total, count, x = params
        outer = builder.root.params[1]
        everything = builder.emit("reduce_sum", (outer,), axes=(0, 1), keepdims=False)[0]
        new = builder.emit("add", (total, builder.emit("mul", (x, everything))[0]))[0]
        return new, count, new

    found = run(recurrence(step=step), X, [2, 1])
    np.testing.assert_array_equal(found["sum"], [100 + 4 * 36, 100 + 2 * 36])


def test_a_row_of_any_rank_is_masked_along_its_first_axis():
    builder = Builder()
    x, n = builder.input("x", Type(F32, ("T", "B", 2, 2))), builder.input("n", Type(I64, ("B",)))
    h = builder.const(np.zeros((2, 2, 2), np.float32))
    with builder.body([Type(F32, ("B", 2, 2))] * 2) as body:
        body.results = (body.params[1], body.params[1])
    attrs = {"states": 1, "lengths": True, "reverse": False, "unmasked": ()}
    state, rows = builder.emit("recur", (h, x, n), blocks=[body], **attrs)
    x = np.arange(1, 25, dtype=np.float32).reshape(3, 2, 2, 2)
    found = evaluate(builder.finish([("state", state), ("rows", rows)]), {"x": x, "n": [1, 3]})
    np.testing.assert_array_equal(found["state"], [x[0, 0], x[2, 1]])
    np.testing.assert_array_equal(found["rows"][1:, 0], 0)
    np.testing.assert_array_equal(found["rows"][:, 1], x[:, 1])


# -- scan --------------------------------------------------------------------------------------------------------------


def scan(reverse: bool) -> Graph:
    builder = Builder()
    start, x = builder.input("start", Type(F32, ("B",))), builder.input("x", Type(F32, ("T", "B")))
    with builder.body([Type(F32, ("B",))] * 2) as body:
        new = builder.emit("add", body.params)[0]
        body.results = (new, new)
    results = builder.emit("scan", (start, x), blocks=[body], states=1, reverse=reverse)
    return builder.finish(zip(("sum", "rows"), results, strict=True))


def test_scan_walks_forwards_or_backwards():
    np.testing.assert_array_equal(run(scan(False), X)["rows"][:, 0], [101, 104, 109, 116])
    np.testing.assert_array_equal(run(scan(True), X)["rows"][:, 0], [116, 115, 112, 107])
    np.testing.assert_array_equal(run(scan(True), X)["sum"], [116, 120])


@pytest.mark.parametrize("shape", [(0, 2), (3, 0), (0, 0)])
def test_scan_over_nothing(shape):
    found = run(scan(False), np.zeros(shape))
    assert found["rows"].shape == shape
    np.testing.assert_array_equal(found["sum"], np.full(shape[1], 100))


# -- loop --------------------------------------------------------------------------------------------------------------


def halving() -> Graph:
    """Halves i64[] ``n`` while it is more than 1; gives what is left, and each number on the way with its index."""
    builder = Builder()
    n = builder.input("n", Type(I64, ()))
    one, two = builder.const(np.array(1)), builder.const(np.array(2))
    go = builder.emit("greater", (n, one))[0]
    with builder.body([Type(I64, ()), Type(I64, ())]) as body:
        count, left = body.params
        half = builder.emit("floor_div", (left, two))[0]
        pair = [builder.emit("unsqueeze", (value,), axes=(0,))[0] for value in (count, left)]
        row = builder.emit("concat", pair, axis=0)[0]
        body.results = (builder.emit("greater", (half, one))[0], half, row)
    results = builder.emit("loop", (go, n), blocks=[body])
    return builder.finish(zip(("left", "rows"), results, strict=True))


def test_a_loop_runs_as_long_as_its_condition_holds():
    found = evaluate(halving(), {"n": 11})
    np.testing.assert_array_equal(found["rows"], [[0, 11], [1, 5], [2, 2]])
    assert found["left"] == 1


def test_a_loop_that_never_runs_gives_what_it_started_with_and_no_rows():
    found = evaluate(halving(), {"n": 1})
    assert found["left"] == 1
    assert (found["rows"].shape, found["rows"].dtype) == ((0, 2), I64)


def test_a_carried_value_may_grow():
    builder = Builder()
    x = builder.input("x", Type(F32, ("N",)))
    limit = builder.const(np.array(2))
    with builder.body([Type(I64, ()), Type(F32, ("K",))]) as body:
        go = builder.emit("less", (body.params[0], limit))[0]
        body.results = (go, builder.emit("concat", (body.params[1], body.params[1]), axis=0)[0])
    (grown,) = builder.emit("loop", (builder.const(np.array(True)), x), blocks=[body])
    assert grown.type.shape[0] not in ("N", "K")
    found = evaluate(builder.finish([("y", grown)]), {"x": [1.0, 2.0]})
    np.testing.assert_array_equal(found["y"], [1, 2] * 8)


# -- cond --------------------------------------------------------------------------------------------------------------


def branches(*, dims: tuple[Dim, Dim] = ("B", "B")) -> Graph:
    builder = Builder()
    test = builder.input("test", Type(BOOL, ()))
    a, b = builder.input("a", Type(F32, dims[:1])), builder.input("b", Type(F32, dims[1:]))
    with builder.body([]) as then:
        then.results = (builder.emit("neg", (a,))[0], builder.const(np.array(1)))
    with builder.body([]) as otherwise:
        # A gather of a position that isn't there: an error, if this branch ran.
        place = builder.emit("gather", (b, builder.const(np.array(5))), axis=0)[0]
        otherwise.results = (builder.emit("add", (b, place))[0], builder.const(np.array(2)))
    results = builder.emit("cond", (test,), blocks=[then, otherwise])
    return builder.finish(zip(("y", "which"), results, strict=True))


def test_only_the_branch_that_is_chosen_runs():
    found = evaluate(branches(), {"test": True, "a": [1.0], "b": [2.0]})
    np.testing.assert_array_equal(found["y"], [-1])
    assert found["which"] == 1
    found = evaluate(branches(), {"test": False, "a": [1.0] * 6, "b": [2.0, 0, 0, 0, 0, 5.0]})
    np.testing.assert_array_equal(found["y"], [7, 5, 5, 5, 5, 10])
    assert found["which"] == 2
    with pytest.raises(FeedError):
        evaluate(branches(), {"test": False, "a": [1.0], "b": [2.0]})


def test_branches_of_different_lengths_give_an_unknown_one():
    graph = branches(dims=("M", "N"))
    assert graph.block.results[0].type.shape[0] not in ("M", "N")
    assert evaluate(graph, {"test": True, "a": [1.0, 2.0], "b": [2.0]})["y"].shape == (2,)


# -- dtypes, feeds -----------------------------------------------------------------------------------------------------


def test_float64_mode_computes_every_float_in_float64():
    builder = Builder()
    x = builder.input("x", Type(F32, ("N",)))
    third = builder.emit("div", (x, builder.const(np.float32(3))))[0]
    half = builder.emit("cast", (third,), dtype=np.dtype(np.float16))[0]
    back = builder.emit("cast", (half,), dtype=F32)[0]
    count = builder.emit("cast", (x,), dtype=np.dtype(np.int32))[0]
    graph = builder.finish([("back", back), ("count", count)])
    narrow, wide = evaluate(graph, {"x": [1.5]}), evaluate(graph, {"x": [1.5]}, float64=True)
    assert (narrow["back"].dtype, wide["back"].dtype, wide["count"].dtype) == (F32, F64, np.int32)
    assert narrow["back"][0] == np.float16(0.5)
    one = evaluate(graph, {"x": [1.0]}, float64=True)["back"][0]
    assert one == 1 / 3


def test_float64_mode_reaches_into_bodies():
    def step(builder: Builder, params: Sequence[Value]) -> Sequence[Value]:
        total, count, x = params
        new = builder.emit("add", (total, builder.emit("mul", (x, builder.const(np.float32(0.1))))[0]))[0]
        return new, count, new

    tenth = float(np.float32(0.1))
    found = run(recurrence(step=step), X, [4, 4], float64=True)
    assert found["rows"].dtype == F64
    np.testing.assert_allclose(found["sum"], [100 + 16 * tenth, 100 + 20 * tenth], rtol=1e-15)


@given(random_graph(empty=False))
@settings(max_examples=50, deadline=None)
def test_float32_is_float64_up_to_rounding(drawn: tuple[Graph, Feeds]):
    graph, feeds = drawn
    narrow, wide = evaluate(graph, feeds), evaluate(graph, feeds, float64=True)
    for name, array in narrow.items():
        assert array.shape == wide[name].shape
        np.testing.assert_allclose(array, wide[name], rtol=2e-5, atol=2e-5)


@given(random_graph())
@settings(max_examples=50, deadline=None)
def test_results_have_the_types_that_were_inferred(drawn: tuple[Graph, Feeds]):
    graph, feeds = drawn
    sizes: dict[Dim, int] = {"T": len(feeds["x"]), "B": len(feeds["n"])}
    for array, value in zip(evaluate(graph, feeds).values(), graph.block.results, strict=True):
        assert (array.dtype, array.ndim) == (value.type.dtype, value.type.rank)
        for length, dim in zip(array.shape, value.type.shape, strict=True):
            assert length == (dim if isinstance(dim, int) else sizes.setdefault(dim, length))


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64, bool])
def test_feeds_become_the_dtype_of_their_input(dtype):
    assert run(scan(False), np.ones((2, 2), dtype))["rows"].dtype == F32


def test_feeds_that_do_not_fit_are_errors_that_name_the_input():
    with pytest.raises(FeedError, match=r"the input 'x' \(f32\[T, B\]\) was not given; given: start"):
        evaluate(scan(False), {"start": [1.0]})
    with pytest.raises(FeedError, match=r"the input 'x' is f32\[T, B\], but an array of shape \(2,\) was given"):
        evaluate(scan(False), {"start": [1.0], "x": [1.0, 2.0]})


def test_a_variable_has_no_value_of_its_own():
    builder = Builder()
    w = builder.emit("variable", (), name="w", type=Type(F32, (3,)))[0]
    with pytest.raises(ShapeError, match="the variable 'w' has no value"):
        evaluate(builder.finish([("w", w)]), {})


def test_values_can_be_computed_while_the_graph_is_recorded():
    builder = Builder()
    x = builder.input("x", Type(F32, (2,)))
    three = builder.emit("add", (builder.const(np.float32(1)), builder.const(np.float32(2))))[0]
    scaled = builder.emit("mul", (x, three))[0]
    assert evaluate_values([three], {}) == [3]
    np.testing.assert_array_equal(evaluate_values([scaled, three], {x: np.float32([1, 2])})[0], [3, 6])
    with pytest.raises(FeedError, match=r"%x: f32\[2\] is an input: its value is not known"):
        evaluate_values([scaled], {})


def test_random_numbers_are_those_of_their_seed():
    def drawn(seed: int, distribution: str, dtype: DType = F32) -> Array:
        builder = Builder()
        attrs = {"distribution": distribution, "a": 2.0, "b": 3.0, "seed": seed, "dtype": dtype}
        values = builder.emit("random", (builder.const(np.array([500])),), **attrs)
        return evaluate(builder.finish([("y", values[0])]), {})["y"]

    np.testing.assert_array_equal(drawn(1, "normal"), drawn(1, "normal"))
    assert (drawn(1, "normal") != drawn(2, "normal")).all()
    uniform, truncated = drawn(1, "uniform"), drawn(1, "truncated_normal")
    assert uniform.dtype == F32
    assert uniform.min() >= 2
    assert uniform.max() <= 3
    assert abs(truncated - 2).max() <= 6
    assert truncated.std() > 2


def test_what_has_no_value_is_one_of_our_errors_and_says_where() -> None:
    text = """graph g(%x: f32[T, 2]) {
  %0 = const 0 : i64[]
  %1 = gather %x, %0 {axis=0} : f32[2]
  return "y" = %1
}"""
    with pytest.raises(FeedError, match=r"gather of float32\[0, 2\], int64\[\] has no value"):
        evaluate(parse(text), {"x": np.zeros((0, 2), np.float32)})
