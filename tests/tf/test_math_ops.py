from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn2onnx import tf
from tests.tf.against_numpy import integers, normal, same
from tests.tf.recording import kinds, values

X = normal(2, 3, 4)
N = integers(3, 4)
D = np.where(integers(3, 4, seed=1) == 0, 3, integers(3, 4, seed=1)).astype(np.int32)

Function = Callable[..., Any]

UNARY: dict[str, tuple[Function, float, float]] = {
    "abs": (np.abs, -3, 3),
    "negative": (np.negative, -3, 3),
    "sign": (np.sign, -3, 3),
    "exp": (np.exp, -3, 3),
    "expm1": (np.expm1, -3, 3),
    "log": (np.log, 0.1, 5),
    "log1p": (np.log1p, -0.9, 5),
    "sqrt": (np.sqrt, 0, 5),
    "rsqrt": (lambda x: 1 / np.sqrt(x), 0.1, 5),
    "reciprocal": (lambda x: 1 / x, 0.1, 5),
    "square": (np.square, -3, 3),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), -9, 9),
    "log_sigmoid": (lambda x: -np.logaddexp(0, -x), -9, 9),
    "tanh": (np.tanh, -3, 3),
    "sin": (np.sin, -3, 3),
    "cos": (np.cos, -3, 3),
    "tan": (np.tan, -1, 1),
    "asin": (np.arcsin, -1, 1),
    "acos": (np.arccos, -1, 1),
    "atan": (np.arctan, -3, 3),
    "sinh": (np.sinh, -3, 3),
    "cosh": (np.cosh, -3, 3),
    "asinh": (np.arcsinh, -3, 3),
    "acosh": (np.arccosh, 1, 5),
    "atanh": (np.arctanh, -0.9, 0.9),
    "erf": (np.vectorize(math.erf, otypes=[np.float32]), -3, 3),
    "erfc": (np.vectorize(math.erfc, otypes=[np.float32]), -3, 3),
    "floor": (np.floor, -3, 3),
    "ceil": (np.ceil, -3, 3),
    "round": (np.rint, -3, 3),
    "rint": (np.rint, -3, 3),
}


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_number(name: str) -> None:
    function, low, high = UNARY[name]
    x = np.linspace(low, high, 25, dtype=np.float32)
    call = getattr(tf, name, None) or getattr(tf.math, name)
    same(call, lambda x: function(x).astype(np.float32), x)


def test_small_numbers_keep_their_digits() -> None:
    x = np.array([1e-12, -1e-10, 1e-7, -3e-5, 0], np.float32)
    with tf.Graph().as_default():
        placeholder = tf.placeholder(tf.float32, [5], "x")
        got = values([tf.expm1(placeholder), tf.log1p(placeholder)], {"x": x})
    np.testing.assert_allclose(got[0], np.expm1(x.astype(float)), rtol=1e-6)
    np.testing.assert_allclose(got[1], np.log1p(x.astype(float)), rtol=1e-6)


def test_infinite_and_absent_numbers() -> None:
    x = np.array([np.inf, -np.inf, np.nan, 1], np.float32)
    same(
        lambda x: [tf.is_nan(x), tf.is_inf(x), tf.is_finite(x)], lambda x: [np.isnan(x), np.isinf(x), np.isfinite(x)], x
    )
    same(lambda x: tf.log1p(x[:1]), lambda x: x[:1], x)
    same(lambda x: tf.expm1(x[:3]), lambda x: np.array([np.inf, -1, np.nan], np.float32), x)
    same(lambda x: tf.math.multiply_no_nan(x, [0.0, 0.0, 0.0, 2.0]), lambda x: np.array([0, 0, 0, 2], np.float32), x)


BINARY: dict[str, Function] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "realdiv": np.divide,
    "div": np.divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "squared_difference": lambda x, y: (x - y) ** 2,
    "floordiv": lambda x, y: np.floor(x / y),
    "floormod": np.mod,
    "mod": np.mod,
    "truncatemod": np.fmod,
    "atan2": np.arctan2,
    "div_no_nan": np.divide,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
}


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_numbers_broadcast(name: str) -> None:
    call = getattr(tf, name)
    y = normal(3, 1, seed=3)
    same(
        lambda x, y: [call(x, y), call(x, 0.5), call(y, x)],
        lambda x, y: [BINARY[name](x, y), BINARY[name](x, np.float32(0.5)), BINARY[name](y, x)],
        X,
        y,
    )


def _whole(function: Function) -> Function:
    return lambda a, b: function(a.astype(np.float64) / b).astype(np.int32)


INTEGERS: dict[str, Function] = {
    "floordiv": np.floor_divide,
    "floor_div": np.floor_divide,
    "div": np.floor_divide,
    "truncatediv": _whole(np.trunc),
    "floormod": np.mod,
    "mod": np.mod,
    "truncatemod": np.fmod,
    "truediv": np.divide,
    "divide": np.divide,
    "add": np.add,
    "multiply": np.multiply,
    "maximum": np.maximum,
    "squared_difference": lambda a, b: (a - b) ** 2,
}


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_divide_as_tensorflow_does(name: str) -> None:
    same(getattr(tf, name), INTEGERS[name], N, D)


def test_angles_in_every_quarter() -> None:
    y, x = (np.array(v, np.float32) for v in ([0, 1, 0, -1, 2, -2, 2, -2, 0], [1, 0, -1, 0, 3, 3, -3, -3, 0]))
    same(tf.atan2, np.arctan2, y, x)


def test_powers() -> None:
    same(lambda x: [tf.pow(x, 3), x**2, 2.0**x], lambda x: [x**3, x**2, 2**x], X)
    same(lambda n: [tf.pow(n, 3), tf.pow(2, abs(n))], lambda n: [n**3, 2 ** abs(n)], N)


def test_operators_are_tensorflows() -> None:
    def build(x: Any) -> list[Any]:
        return [x + 1, 1 - x, x * x, x / 2, 1 / x, x // 0.5, x % 0.5, -x, abs(x), x > 0, x <= x]

    same(build, lambda x: [x + 1, 1 - x, x * x, x / 2, 1 / x, np.floor(x / 0.5), x % 0.5, -x, abs(x), x > 0, x <= x], X)
    same(lambda n: [n / 2, n // -4, n % -4, 7 // n, n**2], lambda n: [n / 2, n // -4, n % -4, 7 // n, n**2], D)
    a, b = N > 0, D > 0
    same(lambda a, b: [a & b, a | b, a ^ b, ~a], lambda a, b: [a & b, a | b, a ^ b, ~a], a, b)
    same(lambda a, b: tf.logical_xor(a, b), np.logical_xor, a, b)


def test_casts() -> None:
    x = np.array([-3.7, -0.2, 0.2, 3.7, 300], np.float32)
    same(lambda x: tf.cast(x, tf.int32), lambda x: x.astype(np.int32), x)
    same(
        lambda x: [tf.to_int64(x), tf.to_double(x), tf.cast(x, "bool")],
        lambda x: [x.astype(np.int64), x.astype(float), x != 0],
        x,
    )
    same(lambda x: tf.cast(x > 0, tf.float32), lambda x: (x > 0).astype(np.float32), x)
    same(lambda x: tf.saturate_cast(x, tf.int8), lambda x: np.clip(np.trunc(x), -128, 127).astype(np.int8), x)
    same(lambda x: tf.saturate_cast(x, tf.uint8), lambda x: np.clip(np.trunc(x), 0, 255).astype(np.uint8), x)
    with tf.Graph().as_default():
        y = tf.placeholder(tf.float32, [2])
        assert tf.cast(y, tf.float32) is y


REDUCTIONS: dict[str, Function] = {
    "reduce_sum": np.sum,
    "reduce_mean": np.mean,
    "reduce_prod": np.prod,
    "reduce_max": np.max,
    "reduce_min": np.min,
    "reduce_logsumexp": lambda x, axis, keepdims: np.log(np.sum(np.exp(x), axis, keepdims=keepdims)),
    "math.reduce_std": np.std,
    "math.reduce_variance": np.var,
    "math.reduce_euclidean_norm": lambda x, axis, keepdims: np.sqrt(np.sum(x * x, axis, keepdims=keepdims)),
}


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("axis", [None, 0, -1, [0, 2], [-2, -1], []], ids=str)
def test_reductions_over_any_axes(name: str, keep: bool, axis: Any) -> None:
    call = getattr(tf.math if "." in name else tf, name.split(".")[-1])
    along = tuple(axis) if isinstance(axis, list) else axis
    same(lambda x: call(x, axis, keepdims=keep), lambda x: REDUCTIONS[name](x, axis=along, keepdims=keep), X)


def test_reductions_take_the_old_names() -> None:
    same(lambda x: tf.reduce_sum(x, reduction_indices=[1], keep_dims=True), lambda x: x.sum(1, keepdims=True), X)
    same(lambda x: tf.argmax(x, dimension=1), lambda x: x.argmax(1), X)
    with tf.Graph().as_default(), pytest.raises(ValueError, match="Cannot specify both"):
        tf.reduce_sum(tf.zeros([2]), axis=0, reduction_indices=0)


def test_means_of_integers_are_cut_off() -> None:
    same(lambda n: tf.reduce_mean(n, 1), lambda n: np.trunc(n.mean(1)).astype(np.int32), N)
    same(lambda n: tf.reduce_mean(n), lambda n: np.trunc(n.mean()).astype(np.int32), N)


def test_logic_counts_and_positions() -> None:
    same(lambda n: [tf.reduce_any(n > 5, 1), tf.reduce_all(n > -9)], lambda n: [(n > 5).any(1), (n > -9).all()], N)
    same(lambda n: tf.count_nonzero(n, axis=0, dtype=tf.int32), lambda n: (n != 0).sum(0).astype(np.int32), N)
    same(lambda x: tf.nn.zero_fraction(tf.nn.relu(x)), lambda x: np.float32((x <= 0).mean()), X)
    same(
        lambda x: [tf.argmax(x, 1), tf.argmin(x, output_type=tf.int32)],
        lambda x: [x.argmax(1), x.argmin(0).astype(np.int32)],
        X,
    )


def test_an_infinite_logsumexp() -> None:
    x = np.array([[-np.inf, -np.inf], [np.inf, 1]], np.float32)
    same(lambda x: tf.reduce_logsumexp(x, 1), lambda x: np.array([-np.inf, np.inf], np.float32), x)


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_running_sums_and_products(exclusive: bool, reverse: bool, axis: int) -> None:
    x = X.copy()
    x[:, 1, 2] = 0

    def running(x: Any, function: Function, first: float) -> Any:
        turned = np.flip(x, axis) if reverse else x
        out = function(turned, axis=axis)
        if exclusive:
            out = np.concatenate([np.full_like(np.take(out, [0], axis), first), np.delete(out, -1, axis)], axis)
        return np.flip(out, axis) if reverse else out

    same(lambda x: tf.cumsum(x, axis, exclusive, reverse), lambda x: running(x, np.cumsum, 0), x)
    same(lambda x: tf.cumprod(x, axis, exclusive, reverse), lambda x: running(x, np.cumprod, 1), x)


def test_matrix_products() -> None:
    a, b = normal(2, 3, 4, 5), normal(2, 3, 5, 6, seed=1)
    same(tf.matmul, np.matmul, a, b)
    same(lambda a, b: tf.matmul(a, b[0, 0]), lambda a, b: a @ b[0, 0], a, b)
    same(lambda a, b: tf.matmul(b, a, transpose_a=True, adjoint_b=True), lambda a, b: (a @ b).swapaxes(-1, -2), a, b)
    same(lambda a, b: a @ b, np.matmul, a, b)
    same(lambda a, b: tf.linalg.matvec(a, b[..., 0]), lambda a, b: (a @ b[..., :1])[..., 0], a, b)


TENSORDOT = [1, 2, 0, [[2], [1]], [[0, 2], [2, 1]], [[-1], [1]], [2, 1]]


@pytest.mark.parametrize("axes", TENSORDOT, ids=str)
def test_tensordot(axes: Any) -> None:
    y = normal(*{1: (4, 5), 2: (3, 4, 2), 0: (2,)}.get(axes, (3, 4, 2)) if isinstance(axes, int) else (3, 4, 2), seed=1)
    same(lambda x, y: tf.tensordot(x, y, axes), lambda x, y: np.tensordot(x, y, axes), X, y)


def test_a_projection_by_tensordot_or_einsum_is_a_matmul() -> None:
    with tf.Graph().as_default():
        x, w = tf.placeholder(tf.float32, [None, None, 4]), tf.placeholder(tf.float32, [4, 5])
        assert kinds(tf.tensordot(x, w, 1)) == ["matmul"]
        assert kinds(tf.einsum("btd,dh->bth", x, w)) == ["matmul"]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_einsum_of_two_gives_numpys(data: Any) -> None:
    sizes = dict(zip("aBcdE", (2, 3, 1, 4, 2), strict=True))
    terms = [data.draw(st.lists(st.sampled_from("aBcdE"), min_size=1, max_size=3, unique=True)) for _ in range(2)]
    every = sorted({letter for term in terms for letter in term})
    result = data.draw(st.lists(st.sampled_from(every), unique=True, max_size=3))
    arrow = data.draw(st.booleans())
    equation = ", ".join("".join(term) for term in terms) + (" -> " + "".join(result) if arrow else "")
    arrays = [normal(*(sizes[letter] for letter in term), seed=i) for i, term in enumerate(terms)]
    same(lambda *xs: tf.einsum(equation, *xs), lambda *xs: np.einsum(equation, *xs), *arrays)


@pytest.mark.parametrize("equation", ["...ij,jk->...ik", "ij...,jk->...ik", "...ij,...jk", "...ii->...i"])
def test_einsum_with_an_ellipsis(equation: str) -> None:
    shapes = {
        "ij...,jk->...ik": [(4, 5, 2, 3), (5, 6)],
        "...ij,...jk": [(2, 3, 4), (2, 4, 5)],
        "...ii->...i": [(2, 3, 3)],
    }
    arrays = [normal(*shape, seed=i) for i, shape in enumerate(shapes.get(equation, [(2, 3, 4), (4, 5)]))]
    same(lambda *xs: tf.einsum(equation, *xs), lambda *xs: np.einsum(equation, *xs), *arrays)


def test_clipping_and_norms() -> None:
    same(lambda x: tf.clip_by_value(x, -0.5, 0.5), lambda x: np.clip(x, -0.5, 0.5), X)
    length = np.sqrt((X * X).sum())
    same(lambda x: tf.clip_by_norm(x, 1.0), lambda x: x / length, X)
    same(lambda x: tf.clip_by_norm(x, 99.0), lambda x: x, X)
    same(lambda x: tf.clip_by_norm(x * 0, 1.0), lambda x: x * 0, X)
    same(
        lambda x: tf.clip_by_global_norm([x, x[0]], 1.0)[0][1],
        lambda x: x[0] / np.sqrt((x * x).sum() + (x[0] ** 2).sum()),
        X,
    )
    same(lambda x: tf.global_norm([x, x]), lambda x: np.float32(np.sqrt(2) * length), X)
    same(
        lambda x: [tf.norm(x), tf.norm(x, 1, 1), tf.norm(x, np.inf, -1, True)],
        lambda x: [length, abs(x).sum(1), abs(x).max(-1, keepdims=True)],
        X,
    )
    same(lambda x: tf.norm(x, 3, 0), lambda x: (abs(x) ** 3).sum(0) ** (1 / 3), X)
    same(lambda x: tf.norm(x, "fro", axis=[1, 2]), lambda x: np.sqrt((x * x).sum((1, 2))), X)
    same(lambda x: tf.nn.l2_normalize(x, -1), lambda x: x / np.sqrt((x * x).sum(-1, keepdims=True)), X)
    same(lambda x: tf.nn.l2_normalize(x * 0, dim=1), lambda x: x * 0, X)


def test_sums_of_lists_and_polynomials() -> None:
    same(lambda x: [tf.add_n([x, x, 2 * x]), tf.accumulate_n([x, x])], lambda x: [4 * x, 2 * x], X)
    same(lambda x: tf.math.polyval([2.0, 0.0, 1.0], x), lambda x: 2 * x * x + 1, X)
    same(lambda x: tf.scalar_mul(3, x), lambda x: 3 * x, X)


def test_numbers_take_the_dtype_of_the_tensor_beside_them() -> None:
    with tf.Graph().as_default():
        half, wide = tf.placeholder(tf.float16, [2]), tf.placeholder(tf.int64, [2])
        assert (half * 2 + 1.5).dtype == tf.float16
        assert (1 - wide).dtype == tf.maximum(3, wide).dtype == tf.int64
        assert (wide / 2).dtype == tf.float64
        assert (tf.placeholder(tf.int8, []) / 2).dtype == tf.float32


def test_initial_values_are_drawn_by_seed() -> None:
    def drawn(seed: int | None, graph_seed: int = 0) -> Any:
        with tf.Graph().as_default():
            tf.set_random_seed(graph_seed)
            return values(
                [
                    tf.random_normal([50], 3.0, 2.0, seed=seed),
                    tf.truncated_normal([500], seed=seed),
                    tf.random_uniform([500], -3, 4, tf.int32, seed=seed),
                ]
            )

    first, again, other = drawn(5), drawn(5), drawn(6)
    for a, b, c in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()
    assert (drawn(None)[0] != drawn(None, 1)[0]).any()
    assert abs(first[0].mean() - 3) < 1
    assert abs(first[1]).max() <= 2
    assert set(first[2]) == set(range(-3, 4))
