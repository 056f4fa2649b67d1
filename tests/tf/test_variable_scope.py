"""Variable scopes, name scopes and templates name and share as TensorFlow 1 does (TensorFlow 2.15, v1 graphs)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError
from tests.tf.recording import values


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def made(name: str = "v", **options: Any) -> str:
    return tf.get_variable(name, [1], **options).name


# -- names ------------------------------------------------------------------------------------------------------------


def test_default_names_are_unique_until_the_scope_outside_is_left() -> None:
    with tf.variable_scope("foo") as foo:
        names = []
        for label in "ab":
            with tf.variable_scope(None, default_name="bar"):
                names.append(made(label))
    with tf.variable_scope(foo), tf.variable_scope(None, default_name="bar"):
        names.append(made("c"))
    with tf.variable_scope("bar2"):
        pass
    with tf.variable_scope(None, default_name="bar2"):
        names.append(made("d"))
    assert names == ["foo/bar/a:0", "foo/bar_1/b:0", "foo/bar/c:0", "bar2_1/d:0"]


def test_a_scope_opened_again_has_the_same_variables_and_other_operations() -> None:
    one = tf.constant(1.0)
    with tf.variable_scope("a"), tf.variable_scope("b"):
        first = tf.identity(one, name="i")
    with tf.variable_scope("a") as again, tf.variable_scope("b"):
        second = tf.identity(one * 2.0, name="i")
    with tf.variable_scope(again):
        third = tf.identity(one * 3.0, name="i")
    with tf.variable_scope(again, auxiliary_name_scope=False):
        fourth = tf.identity(one * 4.0, name="i")
    assert [t.name for t in (first, second, third, fourth)] == ["a/b/i:0", "a_1/b/i:0", "a_2/i:0", "i:0"]
    assert (again.name, again.original_name_scope) == ("a", "a_1/")


def test_a_scope_object_may_be_entered_many_times() -> None:
    scope = tf.variable_scope("a", reuse=tf.AUTO_REUSE)
    with scope as first, scope as second:
        names = [first.name, second.name, made()]
    with scope as third:
        names += [third.name, made()]
    assert names == ["a", "a/a", "a/a/v:0", "a", "a/v:0"]
    fresh = tf.variable_scope(None, "fresh")
    with fresh:
        outer = made()
    with fresh as again:
        assert again.name == "fresh"
        assert outer == "fresh/v:0"


def test_the_root_scope() -> None:
    root = tf.get_variable_scope()
    assert (root.name, root.reuse, root.original_name_scope, root.dtype) == ("", False, "", tf.float32)
    with tf.variable_scope("a"), tf.variable_scope(root) as again:
        assert (again.name, made()) == ("", "v:0")


def test_the_scope_outside_comes_back_after_an_error() -> None:
    with pytest.raises(KeyError), tf.variable_scope("a"):
        raise KeyError
    assert tf.get_variable_scope().name == ""
    assert tf.get_default_graph().get_name_scope() == ""


def test_graphs_have_scopes_of_their_own() -> None:
    with tf.variable_scope("a"), tf.Graph().as_default():
        assert tf.get_variable_scope().name == ""
        assert made() == "v:0"


def test_old_orders_of_arguments() -> None:
    x = tf.zeros([1])
    with tf.variable_op_scope([x], None, "op"):
        assert made() == "op/v:0"
    with tf.op_scope([x], "named") as name:
        assert name == "named/"


def test_name_scopes() -> None:
    x = tf.zeros([1])
    with tf.name_scope("a") as a, tf.name_scope(None, "b", [x]) as b, tf.name_scope(a) as back:
        assert (a, b, back) == ("a/", "a/b/", "a/")
        with tf.name_scope(None) as top:
            assert top == ""
    assert tf.name_scope("a").name == "a"
    with pytest.raises(ValueError, match="At least one of name"):
        tf.name_scope(None, None, [x])
    with pytest.raises(TypeError, match="not a string type"):
        tf.name_scope(None, [x])


# -- what is taken for granted inside ---------------------------------------------------------------------------------


def test_defaults_are_inherited_and_may_be_replaced(graph: tf.Graph) -> None:
    half, ones = tf.constant_initializer(0.5), tf.ones_initializer()
    with tf.variable_scope("a", initializer=half, dtype=tf.float64) as a:
        tf.get_variable("v", [1])
        with tf.variable_scope("b") as b:
            tf.get_variable("v", [1])
            b.set_initializer(ones)
            b.set_dtype(tf.float32)
            tf.get_variable("w", [1])
        tf.get_variable("own", [1], tf.int32, ones)
    assert (a.initializer, a.dtype, a.custom_getter, a.regularizer) == (half, tf.float64, None, None)
    found = {name: (array.dtype.name, float(array[0])) for name, array in graph.initial_values().items()}
    assert found == {
        "a/v": ("float64", 0.5),
        "a/b/v": ("float64", 0.5),
        "a/b/w": ("float32", 1.0),
        "a/own": ("int32", 1.0),
    }


def test_what_only_is_kept() -> None:
    with tf.variable_scope("a", caching_device="/cpu:0", use_resource=True, constraint=abs) as a:
        assert (a.caching_device, a.use_resource, a.constraint) == ("/cpu:0", True, abs)
        a.set_caching_device(None)
        a.set_use_resource(False)
        a.set_partitioner(len)
        a.set_regularizer(abs)
        a.set_custom_getter(None)
        assert (a.caching_device, a.use_resource, a.partitioner, a.regularizer) == (None, False, len, abs)


def test_custom_getters_call_those_of_the_scopes_outside() -> None:
    calls: list[str] = []

    def getter(label: str) -> Any:
        def get(inner: Any, name: str, *args: Any, **kwargs: Any) -> Any:
            calls.append(f"{label} {name}")
            return inner(f"{name}_{label}", *args, **kwargs)

        return lambda getter, *args, **kwargs: get(getter, *args, **kwargs)

    with tf.variable_scope("a", custom_getter=getter("out")), tf.variable_scope("b", custom_getter=getter("in")):
        assert made() == "a/b/v_in_out:0"
    assert calls == ["in a/b/v", "out a/b/v_in"]


def test_a_custom_getter_gets_the_names_of_all_arguments() -> None:
    asked: dict[str, Any] = {}

    def get(getter: Any, **options: Any) -> Any:
        asked.update(options)
        return getter(**options)

    v = tf.get_variable("v", [2], trainable=False, custom_getter=get)
    assert (asked["name"], asked["shape"], asked["trainable"], asked["reuse"]) == ("v", [2], False, False)
    assert "constraint" in asked
    assert not v.trainable
    with pytest.raises(ValueError, match="not callable"):
        tf.get_variable("w", [2], custom_getter=3)


def test_partitioned_variables_are_one_variable_here() -> None:
    with tf.variable_scope("a", partitioner=tf.fixed_size_partitioner(2)):
        v = tf.get_variable("v", [4, 3])
    assert (v.name, v.shape.as_list(), len(tf.global_variables())) == ("a/v:0", [4, 3], 1)
    sizes = tf.variable_axis_size_partitioner(24), tf.min_max_variable_partitioner(3, min_slice_size=8)
    assert [partitioner([4, 3], tf.float32) for partitioner in sizes] == [[2, 1], [3, 1]]
    assert tf.fixed_size_partitioner(3, axis=1)(tf.TensorShape([4, 2])) == [1, 2]
    with pytest.raises(ValueError, match="must be >=1"):
        tf.variable_axis_size_partitioner(0)


def test_regularizers_give_losses_only_when_they_are_asked_for() -> None:
    asked: list[str] = []

    def squares(weights: tf.Tensor) -> tf.Tensor:
        asked.append(weights.op.name)
        return tf.reduce_sum(weights * weights)

    with tf.variable_scope("a", regularizer=squares):
        v = tf.get_variable("v", [2])
        tf.get_variable("free", [2], regularizer=tf.no_regularizer)
        with tf.variable_scope("b", regularizer=lambda weights: None):
            tf.get_variable("none", [2])
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert (len(losses), asked) == (2, [])
    weights = {"a/v": [1.0, 2.0], "a/free": [3.0, 4.0], "a/b/none": [5.0, 6.0]}
    assert values(tf.add_n(losses), weights=weights) == 5.0
    assert set(asked) == {"a/v"}
    assert v in tf.trainable_variables()


def test_variables_of_a_scope() -> None:
    with tf.variable_scope("a") as a:
        v = tf.get_variable("v", [1])
        w = tf.get_variable("w", [1], trainable=False)
        local = tf.get_local_variable("l", [1])
    tf.get_variable("ab", [1])
    assert a.global_variables() == [v, w]
    assert a.trainable_variables() == [v]
    assert a.local_variables() == [local]
    assert not local.trainable


# -- reuse ------------------------------------------------------------------------------------------------------------


def test_reuse_is_inherited_and_follows_a_scope_into_others() -> None:
    with tf.variable_scope("a") as a:
        v = tf.get_variable("v", [1])
    with tf.variable_scope(a, reuse=True) as again:
        assert tf.get_variable("v") is v
    with tf.variable_scope("x"), tf.variable_scope(again) as back:
        assert (back.reuse, tf.get_variable("v") is v) == (True, True)
    with tf.variable_scope("y", reuse=True), tf.variable_scope(a) as back:
        assert not back.reuse
    with tf.variable_scope("a", reuse=tf.AUTO_REUSE) as auto, tf.variable_scope("b", reuse=False) as inner:
        assert (auto.reuse, inner.reuse) == (tf.AUTO_REUSE, tf.AUTO_REUSE)
        assert tf.get_variable("v", [1]) is tf.get_variable("v", [1])


@pytest.mark.parametrize(
    ("reuse", "options", "message"),
    [
        (
            None,
            {"shape": [2]},
            "Variable s/v already exists, disallowed. Did you mean to set reuse=True or reuse=tf",
        ),
        (True, {"shape": [3]}, "Trying to share variable s/v, but specified shape (3,) and found shape (2,)."),
        (
            tf.AUTO_REUSE,
            {"shape": [2], "dtype": tf.int32},
            "share variable s/v, but specified dtype int32 and found",
        ),
        (
            True,
            {"name": "w"},
            "Variable s/w does not exist, or was not created with tf.get_variable(). Did you mean",
        ),
        (None, {"name": "w"}, "Variable s/w did not get an initializer, so its `shape` argument must be specified"),
        (None, {"name": "w", "shape": [2, None]}, "'s/w' is called with a shape, but its shape is (2, ?)"),
        (None, {"name": "w", "shape": [1], "initializer": np.zeros(1)}, "is a constant, do not specify shape"),
        (None, {"name": "w", "initializer": np.zeros(1), "dtype": tf.int32}, "Initializer type '<dtype: 'float64'>'"),
        (None, {"name": "w", "initializer": 1.0, "dtype": tf.int32}, "explicit dtype '<dtype: 'int32'>' don't match"),
    ],
)
def test_variables_that_cannot_be_had(reuse: Any, options: dict[str, Any], message: str) -> None:
    with tf.variable_scope("s"):
        tf.get_variable("v", [2])
    with tf.variable_scope("s", reuse=reuse), pytest.raises(ValueError, match=re.escape(message)) as caught:
        tf.get_variable(**({"name": "v"} | options))
    assert isinstance(caught.value, Rnn2OnnxError)
    assert "test_variable_scope.py" in str(caught.value)


def test_a_missing_variable_is_told_from_those_that_there_are() -> None:
    tf.get_variable("kernel", [1])
    with tf.variable_scope("", reuse=True), pytest.raises(ValueError, match="There are: kernel"):
        tf.get_variable("kernal")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"name_or_scope": 3}, TypeError, "must be a string or VariableScope"),
        ({"name_or_scope": None}, TypeError, "name_or_scope is required"),
        ({"name_or_scope": "a", "reuse": 3}, ValueError, "must be True or False or None"),
        ({"name_or_scope": None, "default_name": "a", "reuse": True}, ValueError, "without a name_or_scope"),
        ({"name_or_scope": "a", "auxiliary_name_scope": 1}, TypeError, "must be `True` or `False`"),
    ],
)
def test_scopes_that_cannot_be_opened(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        tf.variable_scope(**arguments).__enter__()
    assert isinstance(caught.value, Rnn2OnnxError)


def test_the_name_of_a_variable_is_a_string() -> None:
    with pytest.raises(TypeError, match="is a string"):
        tf.get_variable(3, [1])


# -- templates --------------------------------------------------------------------------------------------------------


def test_a_template_shares_its_variables_between_calls() -> None:
    def scale(x: tf.Tensor, by: float) -> tf.Tensor:
        return x * tf.get_variable("w", [2]) * by

    first, second = (tf.make_template("scale", scale, by=2.0) for _ in range(2))
    x = tf.ones([2])
    total = first(x) + first(x) + second(x)
    assert [v.name for v in tf.global_variables()] == ["scale/w:0", "scale_1/w:0"]
    assert (first.name, first.variable_scope_name, second.var_scope.name) == ("scale", "scale", "scale_1")
    assert first.variables == first.global_variables == first.trainable_variables == [tf.global_variables()[0]]
    weights = {"scale/w": [1.0, 2.0], "scale_1/w": [10.0, 20.0]}
    np.testing.assert_array_equal(values(total, weights=weights), [24, 48])


def test_a_template_makes_no_variables_later() -> None:
    names = iter("ab")
    grows = tf.make_template("t", lambda: tf.get_variable(next(names), [1]))
    grows()
    with pytest.raises(ValueError, match="t/b does not exist"):
        grows()


def test_a_template_may_take_its_place_where_it_is_made() -> None:
    with tf.variable_scope("here"):
        now = tf.make_template("t", made, create_scope_now_=True)
        later = tf.make_template("t", made)
        named = tf.make_template("t", made, unique_name_="exactly")
    assert [now(), later(), named()] == ["here/t/v:0", "t/v:0", "exactly/v:0"]
    with pytest.raises(ValueError, match="cannot be empty"):
        tf.make_template("", made)
