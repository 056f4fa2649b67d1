"""Variables: what they are, what they start with, and what cannot be done to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError, TrainingError
from tests.tf.recording import values


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def test_a_variable_is_a_tensor_with_a_name(graph: tf.Graph) -> None:
    v = tf.Variable([[1.0, 2.0]], name="v")
    assert isinstance(v, tf.Tensor)
    assert (v.name, v.op.name, v.shape.as_list(), v.dtype, v.trainable) == ("v:0", "v", [1, 2], tf.float32, True)
    assert graph.variables == {"v": v}
    assert graph.get_tensor_by_name("v:0") is v
    assert bool(v)
    assert repr(v) == "<tf.Variable 'v:0' shape=(1, 2) dtype=float32>"


@pytest.mark.parametrize(
    ("given", "dtype", "want"),
    [
        (3, None, np.int32(3)),
        (3, tf.float32, np.float32(3)),
        (2.5, None, np.float32(2.5)),
        ([1, 2], tf.int64, np.array([1, 2], np.int64)),
        (np.arange(3.0), None, np.arange(3.0)),
        (True, None, np.bool_(True)),
        (lambda: np.ones(2, np.float32), None, np.ones(2, np.float32)),
    ],
)
def test_initial_values_of_all_kinds(graph: tf.Graph, given: Any, dtype: Any, want: Any) -> None:
    tf.Variable(given, dtype=dtype, name="v")
    found = graph.initial_values()["v"]
    np.testing.assert_array_equal(found, want)
    assert found.dtype == want.dtype


def test_names_are_unique_among_variables_operations_and_scopes() -> None:
    # As TensorFlow 2.15 names them in v1 graphs.
    tf.placeholder(tf.float32, [1], name="x")
    with tf.variable_scope("a"):
        pass
    with tf.name_scope("w"):
        pass
    with tf.name_scope("u"):
        inside = [tf.Variable(1.0, name="z"), tf.get_variable("z", [1])]
    made = [tf.get_variable("x", [1]), tf.get_variable("a", [1]), tf.Variable(1.0, name="w"), *inside]
    made += [tf.Variable(1.0), tf.Variable(1.0)]
    assert [v.name for v in made] == ["x_1:0", "a_1:0", "w_1:0", "u/z:0", "z:0", "Variable:0", "Variable_1:0"]


def test_collections() -> None:
    v = tf.Variable(1.0, name="v")
    frozen = tf.Variable(1.0, trainable=False, name="frozen")
    local = tf.Variable(1.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False, name="local")
    on_read = tf.Variable(1.0, synchronization=tf.VariableSynchronization.ON_READ, name="on_read")
    assert tf.global_variables() == [v, frozen, on_read]
    assert tf.trainable_variables() == [v]
    assert tf.local_variables() == [local]
    assert tf.global_variables("fro") == [frozen]
    assert tf.all_variables() == tf.global_variables()
    assert tf.model_variables() == tf.moving_average_variables() == []


def test_reading_gives_the_value_as_a_plain_tensor() -> None:
    v = tf.Variable([1.0, 2.0], name="v")
    reads = [v.value(), v.read_value(), v.initialized_value()]
    assert not any(isinstance(read, tf.Variable) for read in reads)
    assert {read.name for read in reads} == {"v/read:0"}
    for read in values([*reads, v + 0.0], weights={"v": [3.0, 4.0]}):
        np.testing.assert_array_equal(read, [3, 4])


def test_a_variable_made_inside_a_body_belongs_to_the_whole_graph() -> None:
    def body(i: tf.Tensor, x: tf.Tensor) -> list[tf.Tensor]:
        with tf.variable_scope("step", reuse=tf.AUTO_REUSE):
            return [i + 1, x * tf.get_variable("v", [2])]

    result = tf.while_loop(lambda i, x: i < 3, body, [0, tf.ones([2])])[1]
    with tf.variable_scope("step", reuse=True):
        total = result + tf.get_variable("v")
    np.testing.assert_array_equal(values(total, weights={"step/v": [2.0, 3.0]}), [8 + 2, 27 + 3])


# -- initial values ---------------------------------------------------------------------------------------------------


def drawn(*names: str, seed: int | None = None) -> dict[str, np.ndarray]:
    with tf.Graph().as_default() as graph:
        if seed is not None:
            tf.set_random_seed(seed)
        for name in names:
            tf.get_variable(name, [4, 4])
        return graph.initial_values()


def test_what_is_drawn_follows_from_name_and_seed_not_from_order() -> None:
    first, second = drawn("a", "b"), drawn("b", "c", "a")
    np.testing.assert_array_equal(first["a"], second["a"])
    np.testing.assert_array_equal(first["b"], second["b"])
    assert not np.array_equal(first["a"], first["b"])
    np.testing.assert_array_equal(drawn("a", seed=5)["a"], drawn("x", "a", seed=5)["a"])
    assert not np.array_equal(drawn("a", seed=5)["a"], first["a"])


def test_some_variables_only(graph: tf.Graph) -> None:
    tf.get_variable("a", [2])
    tf.get_variable("b", [2], initializer=tf.ones_initializer())
    assert list(graph.initial_values(["b"])) == ["b"]
    with pytest.raises(ValueError, match="no variable 'c'; it has a, b"):
        graph.initial_values(["c"])


def test_a_variable_may_start_from_others(graph: tf.Graph) -> None:
    v = tf.get_variable("v", [2, 2])
    twice = tf.Variable(v.initialized_value() * 2.0, name="twice")
    tf.Variable(twice.initial_value + 1.0, name="more")
    found = graph.initial_values(["more"])
    np.testing.assert_allclose(found["more"], graph.initial_values(["v"])["v"] * 2 + 1, rtol=1e-6)


def test_random_tensors_are_drawn_once_per_graph(graph: tf.Graph) -> None:
    tf.Variable(tf.truncated_normal([50], stddev=0.1), name="v")
    tf.Variable(tf.truncated_normal([50], stddev=0.1), name="w")
    found = graph.initial_values()
    assert np.abs(found["v"]).max() <= 0.2
    assert not np.array_equal(found["v"], found["w"])
    np.testing.assert_array_equal(found["v"], graph.initial_values()["v"])


def test_initializers_of_the_users_own(graph: tf.Graph) -> None:
    asked: list[Any] = []

    def rows(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        asked.append((shape, dtype, partition_info))
        return np.arange(6).reshape(shape)

    class Ramp(tf.initializers.Initializer):
        def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            return tf.range(shape[0]) * 2

    tf.get_variable("rows", [2, 3], initializer=rows)
    tf.get_variable("ramp", [3], tf.int32, initializer=Ramp)
    tf.get_variable("plain", [2], initializer=lambda shape, dtype: tf.zeros(shape, dtype) + 7.0)
    tf.get_variable("nothing", initializer=lambda: tf.ones([1]))
    assert not asked
    found = graph.initial_values()
    assert asked == [([2, 3], tf.float32, None)]
    assert {name: array.tolist() for name, array in found.items()} == {
        "rows": [[0, 1, 2], [3, 4, 5]],
        "ramp": [0, 2, 4],
        "plain": [7, 7],
        "nothing": [1],
    }
    assert found["rows"].dtype == np.float32


def test_default_initial_values(graph: tf.Graph) -> None:
    for dtype in (tf.float32, tf.float64, tf.int32, tf.uint8, tf.bool):
        tf.get_variable(dtype.name, [30, 30], dtype)
    found = graph.initial_values()
    limit = np.sqrt(6 / 60)
    for name in ("float32", "float64"):
        assert 0.9 * limit < np.abs(found[name]).max() <= limit
    assert not any(found[name].any() for name in ("int32", "uint8", "bool"))


def test_an_initial_value_that_needs_an_input_is_refused_when_it_is_asked_for(graph: tf.Graph) -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    tf.Variable(x * 2.0, name="v")
    with pytest.raises(ValueError, match="'v' cannot be computed without running"):
        graph.initial_values()


def test_an_initial_value_of_another_shape_is_refused(graph: tf.Graph) -> None:
    tf.get_variable("v", [3], initializer=lambda shape, dtype: tf.zeros([4]))
    with pytest.raises(ValueError, match=r"\(4,\) and \(3,\) are incompatible"):
        graph.initial_values()


# -- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: tf.Variable(), ValueError, "initial_value must be specified"),
        (lambda: tf.Variable(1.0, collections="a"), TypeError, "must be a list, tuple, or set"),
        (lambda: tf.Variable(tf.placeholder(tf.float32, [None])), ValueError, "must have a shape specified"),
        (lambda: tf.Variable([1.0], shape=[2]), ValueError, "not compatible with the explicitly supplied"),
        (lambda: tf.get_variable("v", [1], tf.string), Rnn2OnnxError, "strings"),
        (lambda: tf.Variable(1.0, variable_def=1), Rnn2OnnxError, "variable_def"),
        (
            lambda: tf.Variable(1.0, trainable=True, synchronization=tf.VariableSynchronization.ON_READ),
            ValueError,
            "ON_READ",
        ),
    ],
)
def test_what_no_variable_can_be(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        make()
    assert isinstance(caught.value, Rnn2OnnxError)
    assert "test_variables.py" in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.assign(1.0),
        lambda v: v.assign_add(1.0),
        lambda v: v.assign_sub(1.0),
        lambda v: v.scatter_update(0, 1.0),
        lambda v: v.scatter_add(0, 1.0),
        lambda v: v.scatter_sub(0, 1.0),
        lambda v: v.count_up_to(3),
        lambda v: v.load(1.0),
        lambda v: v.eval(),
        lambda v: tf.assign(v, 1.0),
        lambda v: tf.assign_add(v, 1.0),
        lambda v: tf.assign_sub(v, 1.0),
        lambda v: v.initializer.run(),
        lambda v: tf.is_variable_initialized(v),
        lambda v: tf.report_uninitialized_variables(),
        lambda v: tf.scatter_update(v, 0, 1.0),
    ],
)
def test_nothing_changes_a_variable(change: Any) -> None:
    v = tf.get_variable("v", [2])
    with pytest.raises(TrainingError, match=r"rnn2onnx\.compile") as caught:
        change(v)
    assert caught.value.location is not None
    assert caught.value.location[0] == __file__


def test_initializer_operations_may_be_recorded() -> None:
    v = tf.get_variable("v", [2])
    init = tf.group(tf.global_variables_initializer(), tf.local_variables_initializer(), tf.tables_initializer())
    assert (v.initializer.name, v.initializer.type) == ("v/Assign", "Assign")
    assert init.name == "group_deps"
    assert tf.variables_initializer([v]).op.type == "NoOp"
