"""Making, joining, splitting, padding and reordering arrays."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, ints, normal


def floats(*shape):
    return lambda rng: {"x": normal(rng, *shape)}


def two_runs(first, second):
    return lambda rng: [{"x": normal(rng, *first)}, {"x": normal(rng, *second)}]


@case(two_runs((2, 3, 4), (5, 1, 4)))
def reshape(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    dims = tf.shape(x)
    return {
        "flat": tf.reshape(x, [-1]),
        "rows": tf.reshape(x, [-1, 4]),
        "head": tf.reshape(x, [dims[0], -1]),
        "back": tf.reshape(tf.reshape(x, [-1, 4]), [-1, dims[1], 4]),
        "packed": tf.reshape(x, tf.stack([dims[0] * dims[1], 2, 2])),
        "concat": tf.reshape(x, tf.concat([dims[:2], [2, 2]], 0)),
        "same": tf.reshape(x, dims),
        "ones": tf.reshape(x, [dims[0], dims[1], 1, 4]),
    }


@case(floats(2, 3, 4))
def reshape_to_known_shapes(tf):
    x = tf.placeholder(tf.float32, [2, 3, 4], "x")
    return tf.reshape(x, [6, -1]), tf.reshape(x, (4, 6)), tf.reshape(x[:1, :1, :1], []), tf.reshape(x, [24])


@case(two_runs((2, 3, 4), (1, 5, 4)))
def transpose(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    return {
        "default": tf.transpose(x),
        "major": tf.transpose(x, [1, 0, 2]),
        "last": tf.transpose(x, perm=(0, 2, 1)),
        "matrix": tf.matrix_transpose(x),
        "vector": tf.transpose(x[0, 0]),
        "computed": tf.transpose(x, tf.concat([[1, 0], tf.range(2, tf.rank(x))], 0)),
    }


@case(two_runs((2, 3), (4, 3)))
def concat(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    return {
        "rows": tf.concat([x, x * 2.0], 0),
        "columns": tf.concat([x, x[:, :1], tf.zeros_like(x)], axis=1),
        "negative": tf.concat([x, x], -1),
        "one": tf.concat([x], 0),
        "values": tf.concat(values=(x, x), axis=0),
        "constant": tf.concat([x, tf.ones([tf.shape(x)[0], 2])], 1),
        "bare": tf.concat(x, 0),
    }


@case(floats(4, 6))
def split(tf):
    x = tf.placeholder(tf.float32, [None, 6], "x")
    y = tf.placeholder_with_default(tf.ones([4, 6]), [4, 6])
    return {
        "number": tf.split(x, 3, axis=1),
        "negative": tf.split(x, 2, -1),
        "sizes": tf.split(x, [1, 2, 3], 1),
        "rest": tf.split(x, [4, -1], 1),
        "positional": tf.split(value=x, num_or_size_splits=2, axis=1),
        "first": tf.split(y, 4),
        "one": tf.split(x, 1, 1),
    }


@case(two_runs((3, 4), (3, 2)))
def stack_and_unstack(tf):
    x = tf.placeholder(tf.float32, [3, None], "x")
    a, b, c = tf.unstack(x)
    return {
        "rows": tf.stack([a, c]),
        "columns": tf.stack([a, b], axis=1),
        "last": tf.stack([x, x], -1),
        "middle": tf.stack([x, x * 2.0], 1),
        "numbers": tf.stack([1, 2, tf.shape(x)[1]]),
        "by_axis": tf.unstack(tf.transpose(x), axis=1),
        "by_number": tf.unstack(tf.transpose(x), 3, 1),
        "automatic": tf.convert_to_tensor([a[0], 1.0, c[1]]),
    }


@case(two_runs((2, 1, 3, 1), (1, 1, 3, 1)))
def expand_and_squeeze(tf):
    x = tf.placeholder(tf.float32, [None, 1, 3, 1], "x")
    return {
        "expand": tf.expand_dims(x, 0),
        "expand_last": tf.expand_dims(x, -1),
        "expand_dim": tf.expand_dims(x, dim=2),
        "squeeze": tf.squeeze(x, [1]),
        "squeeze_both": tf.squeeze(x, axis=[1, -1]),
        "squeeze_number": tf.squeeze(x, 1),
        "squeeze_dims": tf.squeeze(x, squeeze_dims=[3]),
        "squeeze_known": tf.squeeze(tf.reshape(x[:1], [1, 1, 3, 1])),
    }


@case(two_runs((2, 3), (1, 3)))
def tile_and_repeat(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    rows = tf.shape(x)[0]
    return {
        "constant": tf.tile(x, [2, 3]),
        "one": tf.tile(x, [1, 1]),
        "computed": tf.tile(x[:1], [rows + 1, 1]),
        "multiples": tf.tile(tf.expand_dims(x, 1), multiples=tf.stack([1, 4, 1])),
        "integers": tf.tile(tf.constant([[1, 2]]), [2, 1]),
        "broadcast": tf.broadcast_to(x[:1], [4, 3]),
        "broadcast_computed": tf.broadcast_to(tf.constant([1.0, 2.0, 3.0]), tf.shape(x)),
        "repeat": tf.repeat(x, 2, axis=0),
        "repeat_each": tf.repeat(tf.constant([7, 8, 9]), [2, 0, 1]),
        "zero": tf.tile(x, [0, 1]),
    }


@case(floats(2, 3))
def pad(tf):
    x = tf.placeholder(tf.float32, [2, None], "x")
    return {
        "constant": tf.pad(x, [[1, 0], [2, 1]]),
        "value": tf.pad(x, [[0, 1], [0, 0]], constant_values=-5.0),
        "reflect": tf.pad(x, [[1, 1], [2, 0]], "REFLECT"),
        "symmetric": tf.pad(x, [[2, 0], [1, 3]], mode="SYMMETRIC"),
        "lower": tf.pad(x, [[0, 0], [1, 1]], mode="constant"),
        "computed": tf.pad(x, [[0, 0], [0, 5 - tf.shape(x)[1]]]),
        "integers": tf.pad(tf.constant([[1, 2]]), tf.constant([[0, 0], [1, 1]])),
    }


@case(two_runs((2, 3, 2), (1, 4, 2)))
def reverse(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    return tf.reverse(x, [1]), tf.reverse(x, axis=[0, -1]), tf.reverse_v2(x, [2]), x[:, ::-1], tf.reverse(x, [])


@case(lambda rng: [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in ([4, 2, 1], [0, 3, 4], [1, 1, 1])])
def reverse_sequence(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    return {
        "axes": tf.reverse_sequence(x, n, seq_axis=1, batch_axis=0),
        "dims": tf.reverse_sequence(x, n, seq_dim=1, batch_dim=0),
        "default_batch": tf.reverse_sequence(x, n, 1),
        "major": tf.reverse_sequence(tf.transpose(x, [1, 0, 2]), n, seq_axis=0, batch_axis=1),
        "wide": tf.reverse_sequence(x, tf.cast(n, tf.int64), seq_axis=1),
    }


@case(two_runs((2, 3), (1, 5)))
def filled(tf):
    x = tf.placeholder(tf.float32, [None, None], "x")
    return {
        "zeros": tf.zeros([2, 3]),
        "zeros_dtype": tf.zeros((2,), dtype=tf.int64),
        "zeros_computed": tf.zeros([tf.shape(x)[0], 4]),
        "zeros_shape": tf.zeros(tf.shape(x), tf.int32),
        "zeros_bool": tf.zeros([2], tf.bool),
        "ones": tf.ones(tf.stack([tf.shape(x)[1], 2])),
        "ones_scalar": tf.ones([]),
        "like": tf.zeros_like(x),
        "like_dtype": tf.zeros_like(x, dtype=tf.int32),
        "ones_like": tf.ones_like(x[0], tf.float32),
        "fill": tf.fill([2, 2], 7),
        "fill_computed": tf.fill(tf.shape(x), 0.5),
        "fill_rows": tf.fill([tf.shape(x)[0]], tf.reduce_sum(x)),
        "eye": tf.eye(3),
        "eye_wide": tf.eye(2, 3),
        "eye_batch": tf.eye(2, batch_shape=[2]),
        "eye_computed": tf.eye(tf.shape(x)[0], dtype=tf.float64),
    }


@case(two_runs((2, 3), (4, 1)))
def ranges(tf):
    x = tf.placeholder(tf.float32, [None, None], "x")
    rows, columns = tf.shape(x)[0], tf.shape(x)[1]
    return {
        "limit": tf.range(5),
        "start": tf.range(2, 7),
        "delta": tf.range(10, 0, -3),
        "float": tf.range(0.0, 1.0, 0.25),
        "computed": tf.range(rows),
        "computed_start": tf.range(1, columns + 1),
        "dtype": tf.range(rows, dtype=tf.float32),
        "empty": tf.range(3, 3),
        "linspace": tf.linspace(0.0, 1.0, 5),
        "grid": tf.meshgrid(tf.range(rows), tf.range(3)),
        "grid_ij": tf.meshgrid([1.0, 2.0], [3.0, 4.0, 5.0], indexing="ij"),
        "flat": tf.range(0, rows) * columns,
    }


@case(two_runs((2, 3, 4), (5, 1, 4)))
def shapes_as_values(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    dims = tf.shape(x)
    return {
        "shape": dims,
        "shape_int64": tf.shape(x, out_type=tf.int64),
        "shape_n": tf.shape_n([x, x[0]]),
        "rank": tf.rank(x),
        "size": tf.size(x),
        "size_int64": tf.size(x, out_type=tf.int64),
        "product": dims[0] * dims[1],
        "reduce": tf.reduce_prod(dims[1:]),
        "float": tf.cast(dims[1], tf.float32) / 2.0,
        "unstacked": tf.unstack(dims),
        "maximum": tf.maximum(dims[0], dims[1]),
        "broadcast": tf.broadcast_dynamic_shape(dims, [1, 1, 4]),
        "known_rank": tf.rank(tf.zeros([2, 3])),
        "half": dims[1] // 2,
    }


@case(lambda rng: {"i": np.array([0, 2, 5, -1], "int32"), "j": ints(rng, 3, 2, 2, dtype="int64")})
def one_hot(tf):
    i = tf.placeholder(tf.int32, [None], "i")
    j = tf.placeholder(tf.int64, [2, None], "j")
    return {
        "plain": tf.one_hot(i, 4),
        "values": tf.one_hot(i, 3, on_value=5.0, off_value=-1.0),
        "axis": tf.one_hot(j, 3, axis=1),
        "first": tf.one_hot(i, 6, axis=0),
        "dtype": tf.one_hot(j, 3, dtype=tf.int32),
        "bools": tf.one_hot(i, 3, on_value=True, off_value=False, dtype=tf.bool),
        "computed": tf.one_hot(i, tf.shape(i)[0] + 1),
        "scalar": tf.one_hot(2, 4),
    }


@case(lambda rng: [{"n": np.array(n, "int32")} for n in ([1, 3, 2], [0, 0, 0], [5, 0, 2])])
def sequence_mask(tf):
    n = tf.placeholder(tf.int32, [None], "n")
    return {
        "limit": tf.sequence_mask(n, 4),
        "own": tf.sequence_mask(n),
        "dtype": tf.sequence_mask(n, maxlen=3, dtype=tf.float32),
        "computed": tf.sequence_mask(n, tf.reduce_max(n) + 1, tf.int32),
        "matrix": tf.sequence_mask(tf.stack([n, n + 1]), 4),
    }


@case(floats(3, 4))
def bands_and_diagonals(tf):
    x = tf.placeholder(tf.float32, [3, 4], "x")
    batch = tf.stack([x, x * 2.0])
    return {
        "lower": tf.matrix_band_part(x, -1, 0),
        "upper": tf.matrix_band_part(x, 0, -1),
        "band": tf.matrix_band_part(batch, 1, 1),
        "linalg": tf.linalg.band_part(tf.ones([4, 4]), -1, 0),
        "diag": tf.diag([1.0, 2.0, 3.0]),
        "matrix_diag": tf.matrix_diag(x[:, :2]),
        "linalg_diag": tf.linalg.diag(x[0]),
        "diag_part": tf.matrix_diag_part(batch),
        "square_part": tf.diag_part(x[:, :3]),
        "set": tf.matrix_set_diag(x[:, :3], tf.zeros([3])),
        "trace": tf.trace(x[:, :3]),
    }


@case(lambda rng: {"p": np.array([2, 0, 3, 1], "int32")})
def permutations(tf):
    p = tf.placeholder(tf.int32, [4], "p")
    return tf.invert_permutation(p), tf.gather(tf.constant([10, 20, 30, 40]), p), tf.argsort(p)


@case(floats(5))
def rolled_and_sorted(tf):
    x = tf.placeholder(tf.float32, [5], "x")
    return {
        "roll": tf.roll(x, 2, 0),
        "roll_back": tf.roll(tf.stack([x, x + 1.0]), shift=[1, -2], axis=[0, 1]),
        "sort": tf.sort(x),
        "descending": tf.sort(x, direction="DESCENDING"),
        "argsort": tf.argsort(x),
        "argsort_down": tf.argsort(x, direction="DESCENDING"),
    }


@case(floats(2, 3))
def assertions_are_identities(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    checks = [tf.assert_rank(x, 2), tf.assert_equal(tf.shape(x)[1], 3), tf.assert_less(tf.shape(x)[0], 9)]
    with tf.control_dependencies(checks):
        return tf.identity(x), tf.ensure_shape(x, [2, 3])


@facts()
def inferred_shapes(tf):
    x = tf.placeholder(tf.float32, [None, 3, 4])
    y = tf.placeholder(tf.float32, [2, None])
    reshaped = tf.reshape(y, [-1, 5])
    given = tf.reshape(x, [2, -1])
    given.set_shape([2, 7])
    return {
        "transpose": tf.transpose(x, [1, 0, 2]).shape.as_list(),
        "reshape": tf.reshape(x, [-1, 12]).shape.as_list(),
        "reshape_known": tf.reshape(tf.zeros([2, 3, 4]), [6, -1]).shape.as_list(),
        "concat": tf.concat([y, y], 1).shape.as_list(),
        "concat_known": tf.concat([tf.zeros([2, 3]), tf.zeros([2, 4])], 1).shape.as_list(),
        "concat_merges": tf.concat([tf.placeholder(tf.float32, [2, None]), tf.zeros([2, 4])], 0).shape.as_list(),
        "split": [part.shape.as_list() for part in tf.split(x, 2, 2)],
        "stack": tf.stack([y, y], 1).shape.as_list(),
        "unstack": [part.shape.as_list() for part in tf.unstack(x, axis=1)],
        "expand": tf.expand_dims(x, 1).shape.as_list(),
        "squeeze": tf.squeeze(tf.zeros([1, 2, 1])).shape.as_list(),
        "tile": tf.tile(tf.zeros([2, 3]), [2, 1]).shape.as_list(),
        "pad": tf.pad(x, [[0, 0], [1, 1], [0, 2]]).shape.as_list(),
        "one_hot": tf.one_hot(tf.zeros([2, 3], tf.int32), 5).shape.as_list(),
        "broadcast": (y + tf.zeros([2, 5])).shape.as_list(),
        "broadcast_one": (y + tf.zeros([1, 1])).shape.as_list(),
        "from_unknown": reshaped.shape.as_list(),
        "set_shape": given.shape.as_list(),
        "range": tf.range(4).shape.as_list(),
        "range_unknown": tf.range(tf.shape(x)[0]).shape.as_list(),
        "shape_of_shape": tf.shape(x).shape.as_list(),
        "zeros_like": tf.zeros_like(y).shape.as_list(),
        "fill": tf.fill([tf.shape(x)[0], 3], 1.0).shape.as_list(),
        "zeros_of_shape": tf.zeros(tf.shape(x)).shape.as_list(),
        "reshape_of_stack": tf.reshape(x, tf.stack([tf.shape(x)[0], 12])).shape.as_list(),
    }


@error_case(name="error_reshape_of_another_size")
def reshape_size(tf):
    return tf.reshape(tf.zeros([2, 3]), [4, 2])


@error_case(name="error_concat_of_different_widths")
def concat_widths(tf):
    return tf.concat([tf.zeros([2, 3]), tf.zeros([2, 4])], 0)


@error_case(name="error_concat_of_different_dtypes")
def concat_dtypes(tf):
    return tf.concat([tf.zeros([2, 3]), tf.zeros([2, 3], tf.int32)], 0)


@error_case(name="error_split_that_leaves_a_rest")
def split_rest(tf):
    return tf.split(tf.zeros([2, 5]), 2, 1)


@error_case(name="error_unstack_of_an_unknown_length")
def unstack_unknown(tf):
    return tf.unstack(tf.placeholder(tf.float32, [None, 3]))


@error_case(name="error_squeeze_of_a_longer_axis")
def squeeze_long(tf):
    return tf.squeeze(tf.zeros([2, 3]), [0])


@error_case(name="error_transpose_with_a_short_permutation")
def transpose_short(tf):
    return tf.transpose(tf.zeros([2, 3, 4]), [1, 0])


@error_case(name="error_stack_of_different_shapes")
def stack_shapes(tf):
    return tf.stack([tf.zeros([2]), tf.zeros([3])])


@error_case(name="error_expand_dims_past_the_rank")
def expand_past(tf):
    return tf.expand_dims(tf.zeros([2, 3]), 4)


@error_case(name="error_set_shape_that_contradicts")
def set_shape(tf):
    tf.zeros([2, 3]).set_shape([2, 4])


@error_case(name="error_assert_rank_fails")
def assert_rank(tf):
    return tf.assert_rank(tf.zeros([2, 3]), 3)
