from __future__ import annotations

import contextlib

import numpy as np
import pytest

from rnn2onnx.errors import DTypeError, ShapeError, TraceError
from rnn2onnx.ir import Builder, Dim, Type, Value, print_graph, user_location

F32, I64, BOOL = np.dtype(np.float32), np.dtype(np.int64), np.dtype(bool)


def matrix(*shape: Dim) -> Type:
    return Type(F32, shape)


def lengths(builder: Builder, *values: Value) -> list[str]:
    """The lines that a builder recorded so far, without the graph around them."""
    return [line.strip() for line in print_graph(builder.finish([])).split("\n")[1:-2]]


# -- append or reuse -------------------------------------------------------------------------------------------------


def test_equal_operations_are_one():
    builder = Builder()
    x, y = builder.input("x", matrix(3)), builder.input("y", matrix(3))
    assert builder.emit("add", (x, y)) == builder.emit("add", (x, y))
    assert builder.emit("add", (x, y)) != builder.emit("add", (y, x))
    assert builder.emit("reverse", (x,), axes=(0,)) == builder.emit("reverse", (x,), axes=(0,))
    assert len(builder.root.ops) == 3


@pytest.mark.parametrize(("a", "b"), [(1, 1.0), (1, True), (0.0, -0.0), ((1,), (1.0,))])
def test_attributes_that_only_look_equal_are_different(a, b):
    builder = Builder()
    x = builder.input("x", matrix(3))
    assert builder.emit("leaky_relu", (x,), alpha=a) != builder.emit("leaky_relu", (x,), alpha=b)


def test_nan_attributes_are_equal():
    builder = Builder()
    x = builder.input("x", matrix(3))
    nan = float("nan")
    assert builder.emit("leaky_relu", (x,), alpha=nan) == builder.emit("leaky_relu", (x,), alpha=nan * 2)


def test_small_constants_are_one_if_all_of_them_is_equal():
    builder = Builder()
    a = builder.const(np.float32(1))
    assert builder.const(np.float32(1)) is a
    assert builder.const(np.float64(1)) is not a
    assert builder.const(np.array([1], np.float32)) is not a
    assert builder.const(np.float32(1), "weight") is not a


def test_large_constants_are_one_if_they_are_the_same_array():
    builder = Builder()
    array = np.zeros(1000, np.float32)
    assert builder.const(array) is builder.const(array)
    assert builder.const(array) is not builder.const(array.copy())


def test_random_numbers_are_drawn_anew():
    builder = Builder()
    shape = builder.const(np.array([3]))
    attrs = {"distribution": "uniform", "a": 0.0, "b": 1.0, "seed": 1, "dtype": F32}
    assert builder.emit("random", (shape,), **attrs) != builder.emit("random", (shape,), **attrs)


def test_a_body_uses_what_is_known_around_it_and_forgets_its_own():
    builder = Builder()
    x = builder.input("x", matrix("T", 3))
    outer = builder.emit("tanh", (x,))[0]
    with builder.body([matrix(3)]) as body:
        assert builder.emit("tanh", (x,))[0] is outer
        inner = builder.emit("neg", (x,))[0]
        body.results = (inner,)
    assert inner.block is body
    assert builder.emit("neg", (x,))[0] is not inner


def test_constants_stand_outside_of_bodies():
    builder = Builder()
    with builder.body([]) as body:
        one = builder.const(np.float32(1))
        body.results = (one,)
    assert one.block is builder.root
    assert builder.const(np.float32(1)) is one


# -- scopes ----------------------------------------------------------------------------------------------------------


def test_a_value_of_a_closed_body_is_an_error_that_says_where_it_was_made():
    builder = Builder()
    x = builder.input("x", matrix(3))
    with builder.body([matrix(3)], ["row"]) as body:
        leaked, line = builder.emit("tanh", (x,), names=["kept"])[0], user_location()
    assert line is not None
    with pytest.raises(TraceError) as caught:
        builder.emit("neg", (leaked,))
    assert str(caught.value).startswith(
        f"neg uses %kept: f32[3] (made at {line[0]}:{line[1]}), which belongs to a body"
    )
    assert "Return it from that body" in str(caught.value)
    assert caught.value.location is not None
    assert caught.value.location[0] == __file__
    with pytest.raises(TraceError, match="neg uses %row"):
        builder.emit("neg", body.params)


def test_a_value_of_another_graph_is_an_error():
    x = Builder().input("x", matrix(3))
    with pytest.raises(TraceError, match="or to another graph"):
        Builder().emit("neg", (x,))


def test_a_body_gives_what_is_in_scope():
    builder = Builder()
    x = builder.input("x", matrix(3))
    with builder.body([]) as first:
        inner = builder.emit("tanh", (x,))[0]
        first.results = (inner,)
    with pytest.raises(TraceError), builder.body([]) as second:
        second.results = (inner,)
    with builder.body([]) as third:
        third.results = (x,)
    assert third.parent is builder.root


def test_a_body_that_fails_is_closed():
    builder = Builder()
    x = builder.input("x", matrix(3))
    with pytest.raises(ZeroDivisionError), builder.body([]):
        builder.const(1 / 0)
    assert builder.block is builder.root
    assert builder.emit("neg", (x,))[0].block is builder.root


# -- errors at the user's line ---------------------------------------------------------------------------------------


def test_an_error_has_the_types_and_the_line_of_the_call():
    builder = Builder()
    x, w = builder.input("x", matrix("B", 4)), builder.input("w", matrix(5, 8))
    with pytest.raises(ShapeError) as caught:
        builder.emit("matmul", (x, w))
    line = user_location()
    assert line is not None
    assert caught.value.message == "matmul of f32[B, 4], f32[5, 8]: 4 columns do not meet 5 rows"
    assert caught.value.location == (__file__, line[1] - 1)
    with pytest.raises(DTypeError, match="the dtypes differ: f32 and i64"):
        builder.emit("add", (x, builder.const(1)))


def test_a_given_location_is_kept():
    builder = Builder()
    x = builder.input("x", matrix("B", 4))
    value = builder.emit("tanh", (x,), location=("model.py", 3))[0]
    assert value.op is not None
    assert value.op.location == ("model.py", 3)
    with pytest.raises(ShapeError, match=r"at model\.py:4"):
        builder.emit("reverse", (x,), location=("model.py", 4), axes=(2,))


def test_an_operation_knows_the_line_that_recorded_it():
    builder = Builder()
    x = builder.input("x", matrix(3))
    value, here = builder.emit("tanh", (x,))[0], user_location()
    assert value.op is not None
    assert value.op.location == here
    with contextlib.ExitStack():
        shape, here = builder.shape_of(builder.input("y", matrix("N"))), user_location()
    assert shape.op is not None
    assert shape.op.location == here
    assert here is not None
    assert here[0] == __file__


# -- lengths ---------------------------------------------------------------------------------------------------------


def test_unknown_lengths_get_names_that_nothing_has():
    builder = Builder()
    builder.reserve(["d1"])
    x = builder.input("x", matrix("?", "d0", "?"))
    assert x.type == matrix("d2", "d0", "d3")
    assert builder.emit("non_zero", (x,))[0].type == Type(I64, (3, "d4"))
    assert builder.fresh_dim("rows") == "rows5"


def test_said_types_sharpen_inferred_ones():
    builder = Builder()
    x = builder.input("x", matrix("T", 3))
    assert builder.emit("non_zero", (x,), types=[Type(I64, (2, "N"))])[0].type == Type(I64, (2, "N"))
    assert builder.emit("tanh", (x,), types=[matrix("T", "?")])[0].type == matrix("T", 3)
    with pytest.raises(ShapeError, match=r"neg gives f32\[T, 3\], where f32\[T, 4\] was said"):
        builder.emit("neg", (x,), types=[matrix("T", 4)])


def test_unify_renames_a_length_everywhere():
    builder = Builder()
    x, n = builder.input("x", matrix("T", "B")), builder.input("n", Type(I64, ("N",)))
    shape = builder.shape_of(n)
    assert builder.unify("B", "N") == "B"
    assert n.type.shape == ("B",)
    assert shape.content == ("B",)
    assert builder.unify("T", 7) == 7
    assert x.type == matrix(7, "B")
    assert builder.unify("B", "B") == "B"
    assert builder.unify(4, "B") == 4
    assert (x.type, n.type) == (matrix(7, 4), Type(I64, (4,)))
    assert builder.unify(4, 4) == 4
    with pytest.raises(ShapeError, match="4 is not 7"):
        builder.unify(4, 7)


def test_unify_keeps_the_older_name():
    builder = Builder()
    builder.input("x", matrix("old"))
    builder.input("y", matrix("new"))
    assert builder.unify("new", "old") == "old"


def test_the_lengths_of_a_value_are_a_constant_where_all_are_numbers():
    builder = Builder()
    known = builder.shape_of(builder.input("x", matrix(2, 3)))
    assert known.op is not None
    assert known.op.kind.name == "const"
    assert known.content == (2, 3)
    some = builder.shape_of(builder.input("y", matrix("T", 3)))
    assert some.op is not None
    assert some.op.kind.name == "shape"
    assert some.content == ("T", 3)


def test_a_length_is_computed_from_a_value_in_scope_that_has_it():
    builder = Builder()
    x = builder.input("x", matrix("T", "B"))
    value = builder.dim_value("B")
    assert value is not None
    assert (value.type, value.content) == (Type(I64, ()), ("B",))
    assert lengths(builder, x)[-1] == "%2 = gather %0, %1 {axis=0} : i64[]"
    assert builder.dim_value("B") is value
    five = builder.dim_value(5)
    assert five is not None
    assert five.content == (5,)
    assert builder.dim_value("K") is None
    with builder.body([matrix("K")]) as body:
        inner = builder.dim_value("K")
        body.results = (inner,) if inner else ()
    assert inner is not None
    assert inner.block is body
    assert builder.dim_value("K") is None


def test_a_length_is_found_in_a_number_that_is_known_to_be_it():
    builder = Builder()
    x = builder.input("x", matrix("T", "B"))
    steps = builder.dim_value("T")
    assert steps is not None
    with builder.body([]) as body:
        assert builder.dim_value("T") is steps
        body.results = ()
    small = builder.emit("cast", (steps,), dtype=np.dtype(np.int32))[0]
    assert small.content == ("T",)
    assert x.type.shape == ("T", "B")


# -- contents --------------------------------------------------------------------------------------------------------


def test_what_is_known_of_integers_follows_them():
    builder = Builder()
    x = builder.input("x", matrix("T", "B", 40))
    shape = builder.shape_of(x)
    batch = builder.emit("slice", (shape, builder.const([1]), builder.const([2])), axes=(0,), steps=(1,))[0]
    assert batch.content == ("B",)
    joined = builder.emit("concat", (builder.const([-1]), batch, builder.const([4])), axis=0)[0]
    assert joined.content == (-1, "B", 4)
    assert builder.emit("reshape", (x, joined))[0].type.shape[1:] == ("B", 4)
    turned = builder.emit("transpose", (x,), perm=(1, 0, 2))[0]
    assert builder.shape_of(turned).content == ("B", "T", 40)


def test_numbers_are_computed_while_the_graph_is_recorded():
    builder = Builder()
    three = builder.const(np.array([1, 2, 3]))
    doubled = builder.emit("mul", (three, builder.const(np.array(2))))[0]
    assert doubled.content == (2, 4, 6)
    assert builder.emit("reduce_sum", (doubled,), axes=(0,), keepdims=False)[0].content == (12,)
    assert builder.emit("add", (doubled, builder.input("n", Type(I64, ()))))[0].content is None
    assert builder.emit("cast", (doubled,), dtype=F32)[0].content is None


def test_a_long_constant_is_not_followed():
    builder = Builder()
    long = builder.const(np.arange(65))
    assert long.content is None
    assert builder.emit("neg", (long,))[0].content is None


# -- the graph -------------------------------------------------------------------------------------------------------


def test_a_graph_has_inputs_and_named_outputs():
    builder = Builder("g")
    x = builder.input("x", matrix(3))
    y = builder.emit("neg", (x,))[0]
    graph = builder.finish([("y", y), ("x", x), ("again", y)])
    assert (graph.name, graph.inputs, graph.outputs) == ("g", (x,), ("y", "x", "again"))
    assert graph.block.results == (y, x, y)


def test_hints_name_results():
    builder = Builder()
    x = builder.input("x", matrix(3))
    values, indices = builder.emit("top_k", (x, builder.const(2)), names=["best"])
    assert (values.name, indices.name) == ("best", "")
    assert repr(values) == "%best: f32[2]"
    assert values.op is indices.op


def test_a_length_the_user_names_is_not_one_that_was_given_that_name() -> None:
    builder = Builder()
    x = builder.input("x", matrix("N"))
    (rows,) = builder.emit("non_zero", (x,))
    given = rows.type.shape[1]
    y = builder.input("y", Type(x.type.dtype, (given,)))
    assert rows.type.shape[1] != given
    assert y.type.shape == (given,)


def test_two_names_said_of_one_length_are_one() -> None:
    builder = Builder()
    x = builder.input("x", Type(F32, ("T", "B")))
    y = builder.input("y", Type(F32, ("S", "B")))
    (made,) = builder.emit("neg", (x,), types=[Type(F32, ("S", "B"))])
    assert made.type == x.type == y.type
    (later,) = builder.emit("tanh", (y,), types=[Type(F32, ("S", "B"))])
    assert later.type == x.type
