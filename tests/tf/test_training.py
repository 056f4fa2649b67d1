"""What training, sessions and TensorFlow's run time leave in code that is only recorded."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError, TrainingError, UnsupportedError
from rnn2onnx.tf.refusals.training import refuse
from tests.tf.recording import values


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph


def test_a_refusal_says_what_to_do_instead() -> None:
    error = refuse("tf.Session")
    assert isinstance(error, TrainingError)
    assert "rnn2onnx.compile(graph, outputs, weights=...)" in str(error)
    assert "Program.run(feeds)" in str(error)
    assert __file__ in str(error)


def test_code_that_prepares_training_around_a_model_records() -> None:
    config = tf.ConfigProto(allow_soft_placement=True)
    config.gpu_options.allow_growth = True
    assert (config.allow_soft_placement, config.gpu_options.allow_growth) == (True, True)
    step = tf.train.get_or_create_global_step()
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with tf.device("/gpu:0"), tf.container("c"), tf.colocate_with(x), tf.init_scope():
        y = tf.layers.dense(x, 2)
    tf.add_to_collection("outputs", y)
    tf.add_to_collections(["outputs", "more"], x)
    with tf.control_dependencies([tf.no_op("nothing"), tf.group(tf.global_variables_initializer())]):
        y = tf.identity(y)
    assert tf.get_collection("outputs")[1] is tf.get_collection_ref("more")[0] is x
    assert step in tf.global_variables()
    with pytest.raises(TrainingError, match=r"tf\.train\.AdamOptimizer"):
        tf.train.AdamOptimizer(1e-3).minimize(tf.reduce_mean(y))
    with pytest.raises(TrainingError, match=r"tf\.Session"), tf.Session(config=config) as session:
        session.run(y)


def test_the_global_step() -> None:
    assert tf.train.get_global_step() is None
    step = tf.train.create_global_step()
    assert (step.name, step.dtype, step.shape.as_list(), step.trainable) == ("global_step:0", tf.int64, [], False)
    assert tf.train.get_global_step() is tf.train.get_or_create_global_step() is step
    assert tf.get_collection(tf.GraphKeys.GLOBAL_STEP) == [step]
    assert tf.get_default_graph().initial_values() == {"global_step": 0}
    with pytest.raises(ValueError, match="already exists"):
        tf.train.create_global_step()


def test_inert_operations_have_names_and_cannot_be_run() -> None:
    first, second = tf.no_op(), tf.no_op()
    assert [op.name for op in (first, second, tf.group(first, name="both"))] == ["NoOp", "NoOp_1", "both"]
    assert repr(first) == "<tf.Operation 'NoOp' type=NoOp>"
    with pytest.raises(TrainingError, match=r"Operation\.run"):
        first.run()
    with pytest.raises(TypeError):
        tf.convert_to_tensor(first)


def test_switches_have_no_effect() -> None:
    tf.disable_v2_behavior()
    tf.disable_eager_execution()
    tf.enable_resource_variables()
    assert not tf.executing_eagerly()
    assert not tf.resource_variables_enabled()
    assert not tf.control_flow_v2_enabled()
    with pytest.raises(UnsupportedError, match="records graphs"):
        tf.enable_eager_execution()
    tf.set_random_seed(7)
    assert tf.get_seed(3) == (7, 3)
    assert tf.is_tensor(tf.zeros([1]))
    assert not tf.is_tensor(np.zeros(1))


def test_what_only_concerns_gradients_passes_through() -> None:
    @tf.custom_gradient
    def clipped(x: tf.Tensor) -> Any:
        return x * 2.0, lambda dy: dy

    @tf.RegisterGradient("Mine")
    def gradient(op: Any, grad: Any) -> Any:
        return grad

    @tf.function
    def doubled(x: tf.Tensor) -> tf.Tensor:
        return x + x

    @tf.function(autograph=False)
    def tripled(x: tf.Tensor) -> tf.Tensor:
        return x * 3.0

    x = tf.constant(3.0)
    assert [float(values(f(x))) for f in (clipped, doubled, tripled)] == [6, 6, 9]
    assert tf.grad_pass_through(gradient)(None, 5) == 5


# -- assertions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("holds", "fails"),
    [
        (lambda: tf.assert_equal(2, tf.constant([2, 2])), lambda: tf.assert_equal(2, [2, 3], message="why")),
        (lambda: tf.assert_none_equal(2, 3), lambda: tf.assert_none_equal(2, 2, message="why")),
        (lambda: tf.assert_less(2, 3), lambda: tf.assert_less(3, 3, message="why")),
        (lambda: tf.assert_less_equal(3, 3), lambda: tf.assert_less_equal(4, 3, message="why")),
        (lambda: tf.assert_greater(3, 2), lambda: tf.assert_greater(3, 3, message="why")),
        (lambda: tf.assert_greater_equal(3, 3), lambda: tf.assert_greater_equal(2, 3, message="why")),
        (lambda: tf.assert_near(1.0, 1.0 + 1e-7), lambda: tf.assert_near(1.0, 1.1, message="why")),
        (lambda: tf.assert_near(1.0, 1.1, atol=0.2), lambda: tf.assert_near(1.0, 1.1, rtol=0.01, message="why")),
        (lambda: tf.assert_positive([1]), lambda: tf.assert_positive([0], message="why")),
        (lambda: tf.assert_negative([-1.0]), lambda: tf.assert_negative([0.0], message="why")),
        (lambda: tf.assert_non_negative([0]), lambda: tf.assert_non_negative([-1], message="why")),
        (lambda: tf.assert_non_positive([0]), lambda: tf.assert_non_positive([1], message="why")),
        (lambda: tf.Assert(tf.constant(True), [1]), lambda: tf.Assert(tf.constant(False), ["why"])),
        (lambda: tf.debugging.assert_equal(1, 1), lambda: tf.Assert([True, False], ["why"])),
    ],
)
def test_an_assertion_on_known_values_is_checked_at_once(holds: Any, fails: Any) -> None:
    assert holds().outputs == []
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)assertion failed.*why") as caught:
        fails()
    assert isinstance(caught.value, Rnn2OnnxError)
    assert caught.value.location is not None
    assert caught.value.location[0] == __file__


def test_an_assertion_on_values_of_the_run_leaves_nothing() -> None:
    x = tf.placeholder(tf.int32, [2], name="x")
    with tf.control_dependencies([tf.assert_equal(x, 3), tf.Assert(tf.reduce_all(x > 5), [x]), tf.print("x", x)]):
        y = tf.identity(tf.Print(x, [x], "x is"))
    checked = tf.check_numerics(tf.cast(y, tf.float32), "nan?")
    both = tf.verify_tensor_all_finite(checked, "nan?"), tf.debugging.assert_all_finite(checked, "nan?")
    for result in values(both, {"x": [1, 2]}):
        np.testing.assert_array_equal(result, [1, 2])


def test_assertions_on_ranks_and_dtypes() -> None:
    x = tf.placeholder(tf.float32, [None, 2])
    for passes in (
        tf.assert_rank(x, 2),
        tf.assert_rank_at_least(x, 1),
        tf.assert_rank_in(x, (1, 2)),
        tf.assert_type(x, tf.float32),
        tf.assert_integer([1]),
    ):
        assert passes.type == "NoOp"
    assert tf.assert_scalar(3).shape.as_list() == []
    assert tf.assert_same_float_dtype([x, x]) == tf.assert_same_float_dtype() == tf.float32
    tf.assert_proper_iterable([x])
    assert tf.is_numeric_tensor(x)
    assert not tf.is_numeric_tensor(tf.constant(True))


@pytest.mark.parametrize(
    ("check", "error"),
    [
        (lambda x: tf.assert_rank(x, 3, message="why"), ValueError),
        (lambda x: tf.assert_rank_at_least(x, 3), ValueError),
        (lambda x: tf.assert_rank_in(x, [0, 1]), ValueError),
        (lambda x: tf.assert_scalar(x), ValueError),
        (lambda x: tf.assert_type(x, tf.int32), TypeError),
        (lambda x: tf.assert_integer(x), TypeError),
        (lambda x: tf.assert_same_float_dtype([x], tf.float64), ValueError),
        (lambda x: tf.assert_proper_iterable(x), TypeError),
    ],
)
def test_ranks_and_dtypes_that_are_wrong(check: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        check(tf.placeholder(tf.float32, [None, 2]))
    assert isinstance(caught.value, Rnn2OnnxError)
    assert __file__ in str(caught.value)


# -- errors and messages ----------------------------------------------------------------------------------------------


def test_run_time_errors_have_tensorflows_numbers() -> None:
    errors = tf.errors
    error = errors.NotFoundError(None, None, "no such file")
    assert (error.error_code, error.message, error.op) == (errors.NOT_FOUND, "no such file", None)
    assert errors.exception_type_from_error_code(3) is errors.InvalidArgumentError
    assert errors.error_code_from_exception_type(errors.OutOfRangeError) == errors.OUT_OF_RANGE == 11
    codes = [errors.exception_type_from_error_code(code).code for code in range(1, 17)]
    assert codes == list(range(1, 17))
    assert issubclass(errors.UnimplementedError, errors.OpError)
    assert issubclass(errors.OpError, Rnn2OnnxError)


def test_logging_is_pythons(caplog: pytest.LogCaptureFixture) -> None:
    before = tf.logging.get_verbosity()
    tf.logging.set_verbosity(tf.logging.DEBUG)
    try:
        for call in (tf.logging.debug, tf.logging.info, tf.logging.warn, tf.logging.warning, tf.logging.error):
            call("%s", call.__name__)
        tf.logging.fatal("fatal")
        tf.logging.log(tf.logging.INFO, "log")
        tf.logging.vlog(tf.logging.INFO, "vlog")
        tf.logging.log_if(tf.logging.INFO, "never", False)
        for count in range(5):
            tf.logging.log_first_n(tf.logging.INFO, "first %d", 2, count)
            tf.logging.log_every_n(tf.logging.INFO, "every %d", 3, count)
        tf.logging.flush()
    finally:
        tf.logging.set_verbosity(before)
    assert [record.getMessage() for record in caplog.records] == [
        *("debug", "info", "warn", "warning", "error", "fatal", "log", "vlog"),
        *("first 0", "every 0", "first 1", "every 3"),
    ]
    assert tf.get_logger() is logging.getLogger("tensorflow")
    assert (tf.logging.INFO, tf.logging.FATAL) == (20, 50)
