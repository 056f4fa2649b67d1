"""Slicing, gathering, scattering, choosing and finding."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, ints, normal


@case(lambda rng: [{"x": normal(rng, 4, 5, 3)}, {"x": normal(rng, 3, 6, 3)}])
def python_slices(tf):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    return {
        "int": x[0],
        "negative_int": x[-1],
        "two_ints": x[1, 2],
        "scalar": x[0, 1, 2],
        "range": x[1:3],
        "open": x[1:],
        "to": x[:2],
        "negative": x[:-1],
        "from_end": x[:, -2:],
        "step": x[::2, 1::2],
        "backwards": x[::-1, ::-2],
        "ellipsis": x[..., 0],
        "ellipsis_middle": x[0, ..., 1:],
        "newaxis": x[:, None],
        "newaxis_last": x[..., None],
        "newaxis_name": x[tf.newaxis, :, 0],
        "mixed": x[1, :, None, ::2],
        "past_the_end": x[:, :99],
        "empty": x[2:1],
        "slice_object": x[slice(0, 2)],
        "last_column": x[:, :, 2],
        "all": x[:],
    }


@case(lambda rng: [{"x": normal(rng, 4, 5), "i": np.array(i, "int32")} for i in (0, 2, 3)])
def slices_with_tensors(tf):
    x = tf.placeholder(tf.float32, [None, 5], "x")
    i = tf.placeholder(tf.int32, [], "i")
    return {
        "index": x[i],
        "from": x[i:],
        "to": x[:i],
        "both": x[i : i + 1],
        "column": x[:, i],
        "element": x[i, i],
        "negative": x[-i - 1],
        "computed_end": x[: tf.shape(x)[0] - 1],
        "constant_tensor": x[tf.constant(1)],
        "wide": x[tf.cast(i, tf.int64)],
        "vector": tf.range(10)[i : i + 3],
    }


@case(lambda rng: [{"x": normal(rng, 4, 5), "i": np.array(i, "int32")} for i in (0, 2)])
def slice_calls(tf):
    x = tf.placeholder(tf.float32, [4, None], "x")
    i = tf.placeholder(tf.int32, [], "i")
    return {
        "constant": tf.slice(x, [1, 0], [2, 3]),
        "rest": tf.slice(x, [1, 2], [-1, -1]),
        "computed": tf.slice(x, [i, 0], [1, 2]),
        "computed_rest": tf.slice(x, tf.stack([0, i]), [-1, -1]),
        "size_of_shape": tf.slice(x, [0, 0], [2, tf.shape(x)[1] - 1]),
        "strided": tf.strided_slice(x, [0, 1], [4, 4], [2, 1]),
        "strided_masks": tf.strided_slice(x, [0, 0], [1, 3], begin_mask=1, end_mask=2, shrink_axis_mask=1),
        "strided_back": tf.strided_slice(x, [-1, -1], [-4, -4], [-1, -2]),
    }


@case(lambda rng: {"x": normal(rng, 5, 4), "i": ints(rng, 5, 3), "j": ints(rng, 4, 2, 3, dtype="int64")})
def gather(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    i = tf.placeholder(tf.int32, [None], "i")
    j = tf.placeholder(tf.int64, [2, None], "j")
    return {
        "rows": tf.gather(x, i),
        "columns": tf.gather(x, j, axis=1),
        "matrix": tf.gather(x, j),
        "scalar": tf.gather(x, 2),
        "list": tf.gather(x, [3, 0, 3]),
        "last": tf.gather(x, j, axis=-1),
        "integers": tf.gather(tf.constant([5, 6, 7, 8]), j),
        "name": tf.gather(params=x, indices=i, name="picked"),
    }


@case(lambda rng: {"x": normal(rng, 3, 5, 2), "i": ints(rng, 5, 3, 4)})
def gather_by_rows(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    i = tf.placeholder(tf.int32, [None, 4], "i")
    return {
        "one": tf.gather(x, i, axis=1, batch_dims=1),
        "default_axis": tf.gather(x, i, batch_dims=1),
        "vector": tf.gather(x, i[:, 0], batch_dims=1),
        "negative": tf.gather(x, i, axis=-2, batch_dims=-1),
        "batch_gather": tf.batch_gather(x, i),
    }


@case(lambda rng: {"x": normal(rng, 3, 5, 2), "i": ints(rng, 3, 4, 2)})
def gather_nd(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    i = tf.placeholder(tf.int32, [None, 2], "i")
    rows = tf.range(tf.shape(x)[0])
    return {
        "pairs": tf.gather_nd(x, i),
        "rows": tf.gather_nd(x, i[:, :1]),
        "one": tf.gather_nd(x, [1, 2]),
        "elements": tf.gather_nd(x, [[0, 1, 1], [2, 4, 0]]),
        "stacked": tf.gather_nd(x, tf.stack([rows, rows + 1], 1)),
        "batch": tf.gather_nd(x, [[[0], [1]], [[2], [3]], [[4], [0]]], batch_dims=1),
        "nested": tf.gather_nd(x, tf.stack([i, i])),
    }


@case(lambda rng: {"u": normal(rng, 4, 2), "i": np.array([[3], [0], [3], [1]], "int32")})
def scatter_nd(tf):
    u = tf.placeholder(tf.float32, [None, 2], "u")
    i = tf.placeholder(tf.int32, [None, 1], "i")
    return {
        "adds": tf.scatter_nd(i, u, [5, 2]),
        "computed": tf.scatter_nd(i, u, tf.stack([tf.shape(u)[0], 2])),
        "elements": tf.scatter_nd([[0, 1], [1, 0]], [5, 6], [2, 2]),
        "update": tf.tensor_scatter_nd_update(tf.ones([4, 2]), [[2], [0]], u[:2]),
        "add": tf.tensor_scatter_nd_add(tf.ones([4, 2]), i, u),
        "sub": tf.tensor_scatter_nd_sub(tf.ones([4, 2]), i, u),
    }


@case(lambda rng: {"x": normal(rng, 3, 4), "y": normal(rng, 3, 4), "m": rng.random(3) > 0.4})
def where_of_three(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    y = tf.placeholder(tf.float32, [3, 4], "y")
    m = tf.placeholder(tf.bool, [None], "m")
    return {
        "elements": tf.where(x > y, x, y),
        "rows": tf.where(m, x, y),
        "zeros": tf.where(m, x, tf.zeros_like(x)),
        "integers": tf.where(x > 0.0, tf.ones_like(x, tf.int32), tf.zeros_like(x, tf.int32)),
        "scalar": tf.where(tf.constant(True), 1.0, 2.0),
        "v2": tf.where_v2(x > 0.0, x, 0.0),
        "v2_rows": tf.where_v2(m[:, None], x, y),
        "tiled": tf.where(tf.tile(m[:, None], [1, 4]), x, y),
    }


@case(lambda rng: [{"x": normal(rng, 3, 4)}, {"x": np.zeros((3, 4), "float32")}, {"x": np.ones((2, 4), "float32")}])
def where_of_one(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    found = tf.where(x > 0.0)
    return {
        "matrix": found,
        "vector": tf.where(x[0] > 0.0),
        "column": tf.where(x > 0.0)[:, 0],
        "picked": tf.gather_nd(x, found),
        "count": tf.shape(found)[0],
        "sum": tf.reduce_sum(tf.gather_nd(x, found)),
    }


@case(lambda rng: {"x": normal(rng, 3, 4), "m": np.array([True, False, True]), "k": rng.random((3, 4)) > 0.5})
def boolean_mask(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    m = tf.placeholder(tf.bool, [None], "m")
    k = tf.placeholder(tf.bool, [None, 4], "k")
    return {
        "rows": tf.boolean_mask(x, m),
        "elements": tf.boolean_mask(x, k),
        "axis": tf.boolean_mask(x, [True, False, True, True], axis=1),
        "integers": tf.boolean_mask(tf.range(3), m),
    }


@case(lambda rng: {"x": normal(rng, 3, 5), "i": ints(rng, 4, 3, 5)})
def arg_extremes(tf):
    x = tf.placeholder(tf.float32, [None, 5], "x")
    i = tf.placeholder(tf.int32, [3, 5], "i")
    return {
        "max": tf.argmax(x, 1),
        "max_default": tf.argmax(x),
        "max_last": tf.argmax(x, axis=-1, output_type=tf.int32),
        "min": tf.argmin(x, 0),
        "min_int": tf.arg_min(x, 1),
        "first_of_equals": tf.argmax(i, 1),
        "dimension": tf.argmax(x, dimension=1),
        "old_name": tf.arg_max(x, 1),
    }


@case(lambda rng: {"x": normal(rng, 3, 6), "k": np.array(4, "int32")})
def top_k(tf):
    x = tf.placeholder(tf.float32, [None, 6], "x")
    k = tf.placeholder(tf.int32, [], "k")
    values, indices = tf.nn.top_k(x, 3)
    return {
        "values": values,
        "indices": indices,
        "tuple": tf.math.top_k(x, k=2),
        "one": tf.nn.top_k(x[0]).indices,
        "computed": tf.nn.top_k(x, k).values,
        "equal": tf.nn.top_k(tf.constant([1.0, 3.0, 3.0, 2.0]), 2),
        "in_top": tf.nn.in_top_k(x, [0, 1, 2], 2),
        "wide": tf.nn.in_top_k(x, tf.constant([3, 4, 5], tf.int64), 4),
    }


@case(lambda rng: {"x": normal(rng, 6, 2), "s": np.array([0, 0, 2, 1, 2, 0], "int32")})
def segments(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    s = tf.placeholder(tf.int32, [None], "s")
    return tf.unsorted_segment_sum(x, s, 4), tf.math.unsorted_segment_sum(x[:, 0], s, num_segments=3)


@case(lambda rng: {"x": normal(rng, 6), "ids": ints(rng, 6, 2, 3)})
def nested_indices_of_a_beam(tf):
    x = tf.placeholder(tf.float32, [6], "x")
    ids = tf.placeholder(tf.int32, [None, 3], "ids")
    flat = tf.reshape(tf.gather(x, ids), [-1])
    best, where = tf.nn.top_k(flat, 2)
    return best, where // 3, where % 3, tf.gather(tf.reshape(ids, [-1]), where)


@facts()
def inferred_shapes(tf):
    x = tf.placeholder(tf.float32, [None, 3, 4])
    i = tf.placeholder(tf.int32, [5, None])
    return {
        "index": x[0].shape.as_list(),
        "range": x[:, 1:].shape.as_list(),
        "range_unknown": x[1:].shape.as_list(),
        "step": x[:, ::2].shape.as_list(),
        "newaxis": x[:, None, 0].shape.as_list(),
        "ellipsis": x[..., -1].shape.as_list(),
        "by_tensor": x[:, i[0, 0]].shape.as_list(),
        "to_tensor": x[:, : i[0, 0]].shape.as_list(),
        "slice": tf.slice(x, [0, 1, 0], [-1, 2, 2]).shape.as_list(),
        "gather": tf.gather(x, i).shape.as_list(),
        "gather_axis": tf.gather(x, i, axis=1).shape.as_list(),
        "gather_nd": tf.gather_nd(x, tf.zeros([7, 2], tf.int32)).shape.as_list(),
        "where": tf.where(x > 0.0).shape.as_list(),
        "mask": tf.boolean_mask(x, tf.placeholder(tf.bool, [None])).shape.as_list(),
        "argmax": tf.argmax(x, 1).shape.as_list(),
        "top_k": tf.nn.top_k(x, 2).values.shape.as_list(),
        "scatter": tf.scatter_nd(tf.zeros([2, 1], tf.int32), tf.zeros([2, 3]), [6, 3]).shape.as_list(),
    }


@error_case(name="error_index_past_the_end")
def past_the_end(tf):
    return tf.zeros([2, 3])[5]


@error_case(name="error_too_many_indices")
def too_many(tf):
    return tf.zeros([2, 3])[0, 0, 0]


@error_case(name="error_index_by_a_float")
def by_float(tf):
    return tf.zeros([2, 3])[1.5]


@error_case(name="error_index_by_a_string")
def by_name(tf):
    return tf.zeros([2, 3])["first"]


@error_case(name="error_two_ellipses")
def ellipses(tf):
    return tf.zeros([2, 3])[..., ...]


@error_case(name="error_gather_with_float_indices")
def float_indices(tf):
    return tf.gather(tf.zeros([2, 3]), tf.zeros([2]))


@error_case(name="error_where_of_two")
def where_of_two(tf):
    return tf.where(tf.constant([True]), tf.zeros([1]))


@error_case(name="error_top_k_of_too_many")
def too_many_k(tf):
    return tf.nn.top_k(tf.zeros([2, 3]), 5)


@case(lambda rng: [{"x": np.array(x, "int32")} for x in ([5, 2, 5, 5, -1, 2], [3], [])])
def distinct(tf):
    x = tf.placeholder(tf.int32, [None], "x")
    return {
        "unique": tf.unique(x),
        "wide": tf.unique(x, tf.int64),
        "counts": tf.unique_with_counts(x),
        "floats": tf.unique(tf.cast(x, tf.float32)).y,
        "rows": tf.gather(tf.get_variable("table", [10, 2]), tf.unique(tf.abs(x))[0]),
    }


@error_case("rank 1")
def distinct_rows(tf):
    tf.unique(tf.zeros([2, 2]))
