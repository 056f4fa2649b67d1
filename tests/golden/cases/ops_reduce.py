"""Reductions, running sums and matrix products."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, ints, normal


def reduction(name, dtype="float32"):
    def feeds(rng):
        if dtype == "float32":
            return [{"x": normal(rng, 2, 3, 4)}, {"x": normal(rng, 1, 5, 4)}]
        return {"x": ints(rng, 6, 2, 3, 4, low=-5)}

    @case(feeds, name=f"{name}_{dtype}")
    def build(tf):
        x = tf.placeholder(tf.as_dtype(dtype), [None, None, 4], "x")
        call = getattr(tf, name)
        return {
            "all": call(x),
            "axis": call(x, 1),
            "negative": call(x, axis=-1),
            "axes": call(x, [0, 2]),
            "keepdims": call(x, axis=1, keepdims=True),
            "keep_dims": call(x, [1, 2], keep_dims=True),
            "indices": call(x, reduction_indices=[1]),
            "none": call(x, axis=[]),
            "scalar": call(x[0, 0, 0]),
        }


for op in ["reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod", "reduce_logsumexp"]:
    reduction(op)
for op in ["reduce_sum", "reduce_mean", "reduce_max", "reduce_prod"]:
    reduction(op, "int32")


@case(lambda rng: {"x": normal(rng, 3, 4)})
def other_reductions(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    return {
        "euclidean": tf.math.reduce_euclidean_norm(x, 1),
        "variance": tf.math.reduce_variance(x, 0),
        "std": tf.math.reduce_std(x, axis=1, keepdims=True),
        "count": tf.count_nonzero(x > 0.0),
        "count_axis": tf.count_nonzero(tf.nn.relu(x), axis=1, dtype=tf.int32),
        "list": tf.reduce_sum([x[0], x[1]], 0),
        "numbers": tf.reduce_max([1, 5, 3]),
        "any": tf.reduce_any(x > 1.0, 1, keepdims=True),
        "all_axes": tf.reduce_all(x > -9.0, [0, 1]),
        "lengths": tf.reduce_sum(tf.cast(x > 0.0, tf.int32), axis=1),
        "masked_mean": tf.reduce_sum(tf.nn.relu(x)) / tf.maximum(tf.cast(tf.size(x), tf.float32), 1.0),
    }


@case(lambda rng: {"x": np.zeros((0, 3), "float32")})
def reductions_of_nothing(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    return tf.reduce_sum(x), tf.reduce_sum(x, 0), tf.reduce_prod(x, 0), tf.reduce_max(x, 1), tf.reduce_all(x > 0.0)


@case(lambda rng: {"x": normal(rng, 3, 4), "i": ints(rng, 5, 6)})
def running_sums(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    i = tf.placeholder(tf.int32, [None], "i")
    return {
        "sum": tf.cumsum(x),
        "axis": tf.cumsum(x, axis=1),
        "negative": tf.cumsum(x, -1),
        "exclusive": tf.cumsum(x, 1, exclusive=True),
        "reverse": tf.cumsum(x, 1, reverse=True),
        "both": tf.cumsum(x, 0, exclusive=True, reverse=True),
        "integers": tf.cumsum(i),
        "product": tf.cumprod(x, 1),
        "product_exclusive": tf.cumprod(x, axis=1, exclusive=True),
        "product_reverse": tf.math.cumprod(x, 0, reverse=True),
        "product_both": tf.cumprod(x, 1, True, True),
    }


@case(lambda rng: {"a": normal(rng, 2, 3), "b": normal(rng, 3, 4), "t": normal(rng, 4, 3)})
def matmul(tf):
    a = tf.placeholder(tf.float32, [None, 3], "a")
    b = tf.placeholder(tf.float32, [3, None], "b")
    t = tf.placeholder(tf.float32, [4, 3], "t")
    return {
        "plain": tf.matmul(a, b),
        "transpose_b": tf.matmul(a, t, transpose_b=True),
        "transpose_a": tf.matmul(a, a, True),
        "both": tf.matmul(b, a, transpose_a=True, transpose_b=True),
        "adjoint": tf.matmul(a, t, adjoint_b=True),
        "operator": a @ b,
        "matvec": tf.linalg.matvec(a, b[:, 0]),
        "linalg": tf.linalg.matmul(a, b),
        "vector": tf.squeeze(tf.matmul(a, b[:, :1]), 1),
    }


@case(lambda rng: {"a": normal(rng, 2, 3, 4, 5), "b": normal(rng, 2, 3, 5, 2)})
def batched_matmul(tf):
    a = tf.placeholder(tf.float32, [None, 3, None, 5], "a")
    b = tf.placeholder(tf.float32, [2, 3, 5, 2], "b")
    return {
        "rank_4": tf.matmul(a, b),
        "rank_3": tf.matmul(a[0], b[0]),
        "scores": tf.matmul(a, a, transpose_b=True),
        "transpose_a": tf.matmul(b, a, transpose_a=True, transpose_b=True),
        "broadcast": tf.matmul(a, b[0, 0]),
        "broadcast_left": tf.matmul(a[0, 0], b),
    }


@case(lambda rng: {"x": normal(rng, 2, 3, 4), "w": normal(rng, 4, 5), "k": normal(rng, 3, 4, 2)})
def tensordot(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    w = tf.placeholder(tf.float32, [4, 5], "w")
    k = tf.placeholder(tf.float32, [3, 4, 2], "k")
    y = tf.reshape(x, [-1, 3, 4])
    return {
        "one": tf.tensordot(x, w, 1),
        "two": tf.tensordot(y, k, 2),
        "axes": tf.tensordot(y, k, [[2], [1]]),
        "pairs": tf.tensordot(y, k, axes=[[1, 2], [0, 1]]),
        "outer": tf.tensordot(w[0], w[1], 0),
        "middle": tf.tensordot(w, y, [[0], [2]]),
        "vector": tf.tensordot(x, w[:, 0], 1),
        "numbers": tf.tensordot(x, w, axes=[2, 0]),
    }


def einsum_of(name, equation, *shapes):
    def feeds(rng):
        return {f"x{index}": normal(rng, *shape) for index, shape in enumerate(shapes)}

    @case(feeds, name=f"einsum_{name}")
    def build(tf):
        operands = [tf.placeholder(tf.float32, [None, *s[1:]], f"x{index}") for index, s in enumerate(shapes)]
        return tf.einsum(equation, *operands)


einsum_of("matmul", "ij,jk->ik", (2, 3), (3, 4))
einsum_of("batched", "bij,bjk->bik", (2, 3, 4), (2, 4, 5))
einsum_of("projection", "btd,dh->bth", (2, 3, 4), (4, 5))
einsum_of("scores", "bqd,bkd->bqk", (2, 3, 4), (2, 5, 4))
einsum_of("heads", "bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4))
einsum_of("head_projection", "btd,dhn->bthn", (2, 3, 4), (4, 2, 5))
einsum_of("weighted_sum", "bt,btd->bd", (2, 3), (2, 3, 4))
einsum_of("bilinear", "bi,ijk,bj->bk", (2, 3), (3, 4, 5), (2, 4))
einsum_of("outer", "bi,bj->bij", (2, 3), (2, 4))
einsum_of("dot", "bi,bi->b", (2, 3), (2, 3))
einsum_of("transpose", "ijk->kji", (2, 3, 4))
einsum_of("sum", "ij->i", (2, 3))
einsum_of("implicit", "ij,jk", (2, 3), (3, 4))
einsum_of("trace", "ii->i", (3, 3))
einsum_of("ellipsis", "...ij,jk->...ik", (2, 3, 4), (4, 5))
einsum_of("total", "ij,ij->", (2, 3), (2, 3))


@facts()
def inferred_shapes(tf):
    x = tf.placeholder(tf.float32, [None, 3, 4])
    return {
        "sum": tf.reduce_sum(x, 1).shape.as_list(),
        "keep": tf.reduce_mean(x, [1, 2], keepdims=True).shape.as_list(),
        "all": tf.reduce_max(x).shape.as_list(),
        "matmul": tf.matmul(x, x, transpose_b=True).shape.as_list(),
        "matmul_two": tf.matmul(x[:, 0], tf.zeros([4, 6])).shape.as_list(),
        "tensordot": tf.tensordot(x, tf.zeros([4, 7]), [[2], [0]]).shape.as_list(),
        "einsum": tf.einsum("abc,cd->abd", x, tf.zeros([4, 2])).shape.as_list(),
        "cumsum": tf.cumsum(x, 1).shape.as_list(),
    }


@error_case(name="error_matmul_of_other_widths")
def matmul_widths(tf):
    return tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 5]))


@error_case(name="error_matmul_of_a_vector")
def matmul_vector(tf):
    return tf.matmul(tf.zeros([2, 3]), tf.zeros([3]))


@error_case(name="error_matmul_of_mixed_dtypes")
def matmul_dtypes(tf):
    return tf.matmul(tf.zeros([2, 3]), tf.zeros([3, 2], tf.float64))


@error_case(name="error_reduce_past_the_rank")
def reduce_past(tf):
    return tf.reduce_sum(tf.zeros([2, 3]), 2)


@error_case(name="error_einsum_of_too_few_operands")
def einsum_operands(tf):
    return tf.einsum("ij,jk->ik", tf.zeros([2, 3]))
