"""Elementwise arithmetic, comparison, rounding and integer semantics."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, ints, normal


def unary(name, low=-2.0, high=2.0, dtype="float32"):
    def feeds(rng):
        return {"x": (low + (high - low) * rng.random((3, 4))).astype(dtype)}

    @case(feeds, name=f"unary_{name}")
    def build(tf):
        call = tf
        for part in name.split("."):
            call = getattr(call, part)
        return call(tf.placeholder(tf.as_dtype(dtype), [3, None], "x"))


for op in ["abs", "negative", "sign", "exp", "expm1", "square", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh"]:
    unary(op)
for op in ["sigmoid", "erf", "floor", "ceil", "rint", "is_finite", "is_nan", "is_inf"]:
    unary(op)
for op in ["log", "log1p", "sqrt", "rsqrt", "reciprocal", "erfc"]:
    unary(op, 0.1, 4.0)
for op in ["asin", "acos", "atanh"]:
    unary(op, -0.9, 0.9)
unary("acosh", 1.1, 4.0)
unary("asinh")
for op in ["math.log_sigmoid", "math.softplus", "nn.sigmoid", "nn.tanh"]:
    unary(op, -4.0, 4.0)


def binary(name, dtype="float32"):
    def feeds(rng):
        if dtype == "float32":
            return {"x": normal(rng, 3, 4), "y": normal(rng, 3, 4)}
        return {"x": ints(rng, 9, 3, 4, low=-9), "y": np.array([[3, -3, 2, -2]] * 3, "int32")}

    @case(feeds, name=f"binary_{name}_{dtype}")
    def build(tf):
        x = tf.placeholder(tf.as_dtype(dtype), [3, 4], "x")
        y = tf.placeholder(tf.as_dtype(dtype), [None, 4], "y")
        call = tf
        for part in name.split("."):
            call = getattr(call, part)
        return call(x, y), call(x, y[0]), call(x[:, :1], y)


for op in ["add", "subtract", "multiply", "divide", "maximum", "minimum", "squared_difference", "realdiv"]:
    binary(op)
for op in ["atan2", "floor_div", "floordiv", "floormod", "mod", "div_no_nan", "greater", "greater_equal"]:
    binary(op)
for op in ["less", "less_equal", "equal", "not_equal", "truediv", "div"]:
    binary(op)
for op in ["add", "subtract", "multiply", "divide", "maximum", "minimum", "squared_difference"]:
    binary(op, "int32")
for op in ["floor_div", "floordiv", "floormod", "mod", "truncatediv", "truncatemod", "truediv", "div"]:
    binary(op, "int32")
for op in ["greater", "greater_equal", "less", "less_equal", "equal", "not_equal"]:
    binary(op, "int32")


@case(lambda rng: {"x": np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 1e6 + 0.5], "float32")})
def round_half_to_even(tf):
    x = tf.placeholder(tf.float32, [None], "x")
    return tf.round(x), tf.rint(x), tf.floor(x), tf.ceil(x)


@case(lambda rng: {"i": ints(rng, 20, 6, low=-20)})
def round_of_integers(tf):
    return tf.round(tf.placeholder(tf.int32, [6], "i"))


@case(lambda rng: {"i": np.array([-7, -6, -1, 0, 1, 6, 7], "int32"), "j": np.array([2, -4, 3, 5, -2, 4, -7], "int64")})
def python_operators_on_integers(tf):
    i = tf.placeholder(tf.int32, [None], "i")
    j = tf.placeholder(tf.int64, [None], "j")
    return {
        "add": i + 3,
        "radd": 3 + i,
        "sub": 10 - i,
        "mul": i * i,
        "floordiv": i // 2,
        "rfloordiv": 100 // (i * i + 1),
        "mod": i % 4,
        "negative_mod": i % -4,
        "truediv": i / 2,
        "neg": -i,
        "abs": abs(i),
        "pow": i**2,
        "lt": i < 1,
        "ge": i >= 0,
        "wide": j // 3 + j % 3,
        "wide_truediv": j / 4,
    }


@case(lambda rng: {"x": normal(rng, 2, 3), "y": np.abs(normal(rng, 3)) + 0.5})
def python_operators_on_floats(tf):
    x = tf.placeholder(tf.float32, [2, 3], "x")
    y = tf.placeholder(tf.float32, [None], "y")
    return {
        "div": x / y,
        "rdiv": 1.0 / y,
        "floordiv": x // y,
        "mod": x % y,
        "pow": y**x,
        "rpow": 2.0**x,
        "square": x**2,
        "rsub": 1 - x,
        "gt": x > y,
        "le": x >= 0.0,
        "matmul": x @ tf.reshape(y, [3, 1]),
        "numpy_left": np.array([1.0, 2.0, 3.0], "float32") * x,
    }


@case(lambda rng: {"a": rng.random((2, 3)) > 0.5, "b": rng.random(3) > 0.5})
def logic(tf):
    a = tf.placeholder(tf.bool, [2, 3], "a")
    b = tf.placeholder(tf.bool, [3], "b")
    return {
        "and": a & b,
        "or": a | b,
        "xor": a ^ b,
        "not": ~a,
        "named": (tf.logical_and(a, b), tf.logical_or(a, b), tf.logical_xor(a, b), tf.logical_not(b)),
        "equal": tf.equal(a, b),
        "any": tf.reduce_any(a, axis=1),
        "all": tf.reduce_all(a),
    }


@case(lambda rng: {"x": normal(rng, 2, 3), "e": ints(rng, 4, 3)})
def power(tf):
    x = tf.placeholder(tf.float32, [2, 3], "x")
    e = tf.placeholder(tf.int32, [3], "e")
    return tf.pow(x, 3.0), tf.pow(x, 2), tf.pow(tf.abs(x), 0.5), tf.pow(e, 3), tf.pow(2, e)


@case(lambda rng: {"x": normal(rng, 3, 4)})
def clipping(tf):
    x = tf.placeholder(tf.float32, [3, None], "x")
    return {
        "scalars": tf.clip_by_value(x, -0.5, 0.7),
        "tensors": tf.clip_by_value(x, tf.constant([[-0.1], [-0.2], [0.0]]), tf.constant(1.0)),
        "norm": tf.clip_by_norm(x, 1.5),
        "norm_axes": tf.clip_by_norm(x, 0.5, axes=[1]),
        "norm_large": tf.clip_by_norm(x, 1e3),
        "global": tf.clip_by_global_norm([x, x[0]], 1.0),
    }


@case(lambda rng: {"x": normal(rng, 3, 4)})
def normalising(tf):
    x = tf.placeholder(tf.float32, [3, 4], "x")
    return {
        "last": tf.nn.l2_normalize(x, -1),
        "first": tf.nn.l2_normalize(x, axis=0, epsilon=1e-3),
        "all": tf.math.l2_normalize(x, [0, 1]),
        "dim": tf.nn.l2_normalize(x, dim=1),
        "zero": tf.nn.l2_normalize(x * 0.0, 1),
        "norm": tf.norm(x),
        "norm_axis": tf.norm(x, axis=1, keepdims=True),
        "norm_1": tf.norm(x, ord=1, axis=0),
        "norm_inf": tf.norm(x, ord=np.inf, axis=-1),
        "global": tf.global_norm([x, x * 2.0]),
    }


@case(lambda rng: {"x": normal(rng, 3, 4)})
def sums_of_lists(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    return tf.add_n([x, x, 2.0 * x]), tf.accumulate_n([x, x * x]), tf.add_n([x])


@case(lambda rng: {"x": np.array([-1e9, -3.7, -0.2, 0.2, 3.7, 254.6], "float32"), "b": np.array([True, False])})
def casts(tf):
    x = tf.placeholder(tf.float32, [6], "x")
    b = tf.placeholder(tf.bool, [2], "b")
    return {
        "int32": tf.cast(x, tf.int32),
        "int64": tf.to_int64(x),
        "double": tf.cast(x, tf.float64),
        "bool": tf.cast(x, tf.bool),
        "half": tf.cast(x / 1e6, tf.float16),
        "from_bool": tf.cast(b, tf.float32),
        "from_bool_int": tf.to_int32(b),
        "to_float": tf.to_float(tf.constant([1, 2])),
        "by_name": tf.cast(b, "int64"),
        "numpy": tf.cast(x, np.float64),
        "same": tf.cast(x, tf.float32),
        "small": tf.cast(tf.constant([1, 2, 100]), tf.uint8),
        "saturate": tf.saturate_cast(x, tf.int8),
    }


@case(lambda rng: {"x": normal(rng, 5)})
def special_values(tf):
    x = tf.placeholder(tf.float32, [5], "x")
    bad = tf.concat([x[:1], tf.constant([np.nan, np.inf, -np.inf], tf.float32), x[4:]], 0)
    return {
        "nan": tf.is_nan(bad),
        "inf": tf.is_inf(bad),
        "finite": tf.is_finite(bad),
        "chosen": tf.where(tf.is_finite(bad), bad, tf.zeros_like(bad)),
        "maximum": tf.maximum(bad, 0.0)[2:],
        "multiply_no_nan": tf.math.multiply_no_nan(bad, tf.constant([1.0, 0.0, 0.0, 0.0, 2.0])),
        "div_no_nan": tf.div_no_nan(x, tf.constant([1.0, 0.0, 2.0, 0.0, 4.0])),
        "xlogy": tf.math.xlogy(tf.constant([0.0, 1.0]), tf.constant([0.0, 2.0])),
    }


@case(lambda rng: {"x": normal(rng, 2, 3).astype("float64")})
def double_precision(tf):
    x = tf.placeholder(tf.float64, [2, 3], "x")
    return tf.tanh(x) * 2.0 + tf.exp(-x), tf.matmul(x, x, transpose_b=True), tf.reduce_mean(x, 0)


@case(lambda rng: {"x": normal(rng, 2, 3).astype("float16")}, tolerance=4e-3)
def half_precision(tf):
    x = tf.placeholder(tf.float16, [2, 3], "x")
    return tf.tanh(x) + 1.0, x * x, tf.maximum(x, 0.0), tf.cast(x, tf.float32)


@case(lambda rng: {"x": ints(rng, 9, 2, 3).astype("int64")})
def constants_follow_the_dtype_of_the_tensor(tf):
    x = tf.placeholder(tf.int64, [2, 3], "x")
    return x + 1, 2 * x, tf.maximum(x, 3), tf.equal(x, 4), x - np.int64(1)


@case(lambda rng: {"x": normal(rng, 4)})
def identity_and_friends(tf):
    x = tf.placeholder(tf.float32, [4], "x")
    with tf.control_dependencies([x]):
        held = tf.identity(x, name="held")
    return {
        "identity": held,
        "stop": tf.stop_gradient(x),
        "group": tf.tuple([x, x + 1.0]),
        "prevent": tf.identity_n([x, x * 2.0]),
        "default": tf.placeholder_with_default(tf.constant([1.0, 2.0]), [None]) + 1.0,
        "named": tf.add(x, x, name="named"),
    }


@facts()
def dtypes_of_mixed_constants(tf):
    return {
        "int": tf.constant(1).dtype.name,
        "float": tf.constant(1.5).dtype.name,
        "bool": tf.constant(True).dtype.name,
        "numpy_double": tf.constant(np.zeros(2)).dtype.name,
        "numpy_int": tf.constant(np.array([1, 2])).dtype.name,
        "range_float": tf.range(0.0, 1.0, 0.5).dtype.name,
        "converted": tf.convert_to_tensor([1.0, 2]).dtype.name,
        "asked": tf.convert_to_tensor([1, 2], tf.float32).dtype.name,
        "preferred": tf.convert_to_tensor([1, 2], preferred_dtype=tf.float32).dtype.name,
        "division": (tf.constant(3) / tf.constant(2)).dtype.name,
        "int8_division": (tf.constant(3, tf.int8) / tf.constant(2, tf.int8)).dtype.name,
        "comparison": (tf.constant(3) > 2).dtype.name,
        "argmax": tf.argmax([1.0, 2.0]).dtype.name,
        "shape": tf.shape(tf.zeros([2])).dtype.name,
        "shape_int64": tf.shape(tf.zeros([2]), out_type=tf.int64).dtype.name,
        "equal_dtype": tf.float32 == np.float32,
        "is_floating": [tf.float16.is_floating, tf.int32.is_floating, tf.bool.is_integer, tf.int64.is_integer],
        "limits": [tf.int32.max, tf.int32.min, tf.uint8.max],
        "as_numpy": np.dtype(tf.float64.as_numpy_dtype).name,
        "base": tf.float32.base_dtype.name,
        "sizes": [tf.float16.size, tf.float64.size, tf.bool.size],
    }


@error_case(name="error_mixed_dtypes")
def mixed(tf):
    return tf.placeholder(tf.float32, [2]) + tf.placeholder(tf.int32, [2])


@error_case(name="error_float_constant_for_integer")
def float_for_integer(tf):
    return tf.placeholder(tf.int32, [2]) + 1.5


@error_case(name="error_shapes_do_not_broadcast")
def broadcast(tf):
    return tf.placeholder(tf.float32, [2, 3]) + tf.placeholder(tf.float32, [2, 4])


@error_case(name="error_tensor_as_python_bool")
def as_bool(tf):
    return 1 if tf.placeholder(tf.float32, []) > 0 else 2


@error_case(name="error_iterating_a_tensor")
def iterate(tf):
    return list(tf.placeholder(tf.float32, [2, 3]))


@error_case(name="error_len_of_a_tensor")
def length(tf):
    return len(tf.placeholder(tf.float32, [2, 3]))


@error_case(name="error_string_where_a_number_belongs")
def text(tf):
    return tf.placeholder(tf.float32, [2]) + "one"
