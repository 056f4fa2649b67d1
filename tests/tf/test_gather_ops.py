from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx import tf
from tests.tf.against_numpy import integers, normal, same

X = normal(3, 5, 2)
M = np.array([True, False, True])


def test_gather_along_any_axis() -> None:
    ids = np.array([[1, 0, 2]], np.int32)
    same(lambda x, i: tf.gather(x, i), lambda x, i: x[i], X, ids)
    same(lambda x, i: tf.gather(x, i, axis=1), lambda x, i: x[:, i], X, ids)
    same(lambda x, i: tf.gather(x, tf.to_int64(i[0, 0]), axis=-2), lambda x, i: x[:, 1], X, ids)
    same(lambda x, i: tf.gather(x, tf.cast(i, tf.int16)), lambda x, i: x[i], X, ids)


def test_gather_by_rows() -> None:
    ids = integers(3, 4, low=0, high=2)
    rows = np.arange(3)[:, None]
    same(lambda x, i: tf.gather(x, i, batch_dims=1), lambda x, i: x[rows, i], X, ids)
    same(lambda x, i: tf.batch_gather(x, i), lambda x, i: x[rows, i], X, ids)
    same(lambda x, i: tf.gather(x, i[:, 0], batch_dims=1), lambda x, i: x[np.arange(3), i[:, 0]], X, ids)

    def last(x: Any, i: Any) -> Any:
        return np.take_along_axis(x, np.broadcast_to(i[:, None], (3, 5, 4)), 2)

    same(lambda x, i: tf.gather(x, i, axis=2, batch_dims=1), last, X, ids)


def test_gather_nd() -> None:
    pairs = np.array([[0, 4], [2, 1]], np.int64)
    same(lambda x, i: tf.gather_nd(x, i), lambda x, i: x[[0, 2], [4, 1]], X, pairs, static_only=True)
    same(lambda x, i: tf.gather_nd(x, i[:, :2]), lambda x, i: x[[0, 2], [4, 1]], X, pairs, static_only=True)
    same(lambda x: tf.gather_nd(x, [[0, 4], [2, 1]]), lambda x: x[[0, 2], [4, 1]], X)
    same(lambda x, i: tf.gather_nd(x, i[:, :1]), lambda x, i: x[[0, 2]], X, pairs, static_only=True)
    same(lambda x, i: tf.gather_nd(x, [[[1], [0]]] * 3, batch_dims=1), lambda x, i: x[:, [[1, 0]]][:, 0], X, pairs)


def test_scatter_adds_up() -> None:
    def expected(u: Any) -> Any:
        out = np.zeros((4, 5, 2), np.float32)
        np.add.at(out, [3, 0, 3], u)
        return out

    same(lambda u: tf.scatter_nd([[3], [0], [3]], u, [4, 5, 2]), expected, X, static_only=True)
    same(lambda u: tf.scatter_nd([[3], [0], [3]], u, tf.concat([[4], tf.shape(u)[1:]], 0)), expected, X)


def test_slices_are_replaced_and_added() -> None:
    base = np.arange(8, dtype=np.float32).reshape(4, 2)

    def replaced(u: Any) -> Any:
        out = base.copy()
        out[[2, 0]] = u[:2, 0]
        return out

    same(lambda u: tf.tensor_scatter_nd_update(base, [[2], [0]], u[:2, 0]), replaced, X)
    same(lambda u: tf.tensor_scatter_nd_add(u, [[0, 1]], [[1.0, 2.0]]), lambda u: u + _at(u, (0, 1), [1, 2]), X)
    same(lambda u: tf.tensor_scatter_nd_sub(u, [[0, 1, 1]], [2.0]), lambda u: u - _at(u, (0, 1, 1), 2), X)
    same(
        lambda u: tf.sparse_to_dense([1, 3], [4], u[0, :2, 0], -1.0),
        lambda u: np.array([-1, u[0, 0, 0], -1, u[0, 1, 0]], np.float32),
        X,
    )
    same(lambda u: tf.sparse_to_dense([[0, 1], [1, 0]], [2, 2], 7), lambda u: np.array([[0, 7], [7, 0]], np.int32), X)


def _at(like: Any, place: Any, value: Any) -> Any:
    out = np.zeros_like(like)
    out[place] = value
    return out


def test_segments_are_summed() -> None:
    ids = np.array([2, 0, 2], np.int32)
    sums = np.stack([X[1], 0 * X[0], X[0] + X[2]])
    same(lambda x, i: tf.unsorted_segment_sum(x, i, 3), lambda x, i: sums, X, ids)
    same(lambda x, i: tf.unsorted_segment_sum(x, i - 1, 2), lambda x, i: sums[1:], X, ids)
    same(
        lambda x, i: tf.math.unsorted_segment_mean(x, i, 3),
        lambda x, i: sums / np.array([1, 1, 2])[:, None, None].astype("f"),
        X,
        ids,
    )
    same(lambda x, i: tf.segment_sum(x, [0, 0, 1]), lambda x, i: np.stack([x[0] + x[1], x[2]]), X, ids)
    same(lambda x, i: tf.segment_mean(x, [0, 0, 1]), lambda x, i: np.stack([(x[0] + x[1]) / 2, x[2]]), X, ids)


def test_permutations_and_positions() -> None:
    perm = np.array([2, 0, 3, 1], np.int32)
    same(lambda p: tf.invert_permutation(p), lambda p: np.argsort(p).astype(np.int32), perm)
    same(lambda p: tf.unravel_index(p, [2, 2]), lambda p: np.stack(np.unravel_index(p, (2, 2))).astype(np.int32), perm)


def test_where_chooses_elements_rows_or_everything() -> None:
    y = normal(3, 5, 2, seed=1)
    same(lambda x, y: tf.where(x > y, x, y), lambda x, y: np.maximum(x, y), X, y)
    same(lambda x, y, m: tf.where(m, x, y), lambda x, y, m: np.where(m[:, None, None], x, y), X, y, M)
    same(lambda x, y: tf.where(tf.reduce_sum(x) > 1e9, x, y), lambda x, y: y, X, y)
    same(lambda x, y: tf.where_v2(x[:, :1] > 0, 0.0, y), lambda x, y: np.where(x[:, :1] > 0, np.float32(0), y), X, y)


def test_where_gives_positions() -> None:
    same(lambda x: tf.where(x > 0), lambda x: np.argwhere(x > 0), X)
    same(lambda x: tf.where(tf.to_int32(x)), lambda x: np.argwhere(x.astype(np.int32)), X)
    same(lambda x: tf.where(x[0, 0] > 9), lambda x: np.zeros((0, 1), np.int64), X)


def test_boolean_mask() -> None:
    same(lambda x, m: tf.boolean_mask(x, m), lambda x, m: x[m], X, M)
    same(lambda x, m: tf.boolean_mask(x, tf.to_int32(m)), lambda x, m: x[m], X, M)
    same(lambda x: tf.boolean_mask(x, x > 0), lambda x: x[x > 0], X)
    same(lambda x: tf.boolean_mask(x, x[:, :, 0] > 0), lambda x: x[x[:, :, 0] > 0], X)
    same(lambda x: tf.boolean_mask(x, x[0] > 0, axis=1), lambda x: x[:, x[0] > 0], X)
    same(lambda x: tf.boolean_mask(x, np.zeros(3, bool)), lambda x: x[:0], X, static_only=True)
