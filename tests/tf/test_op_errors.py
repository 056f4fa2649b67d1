"""Calls that TensorFlow refuses are refused: its class of error, what was found, and the user's line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.tf.shapes.static_value import get_static_value

CALLS = """
ValueError: 6 elements do not fit: tf.reshape(x, [5, 5])
ValueError: one length may be -1: tf.reshape(x, [-1, -1])
ValueError: partially known shape: tf.reshape(u, u.shape)
TypeError: partially known shape: tf.reshape(x, [2, None])
TypeError: Whole numbers: tf.reshape(x, tf.constant([2.0, 3.0]))
ValueError: Dimension must be 2 but is 1: tf.transpose(x, [0])
ValueError: perm 5: tf.transpose(x, [0, 5])
ValueError: concat axis 2: tf.concat([x, x], 2)
ValueError: use tf.stack instead: tf.concat([s, s], 0)
ValueError: equal rank: tf.concat([x, tf.zeros([2, 3, 1])], 0)
ValueError: are 3 and 4: tf.concat([x, tf.zeros([2, 4])], 0)
ValueError: list is empty: tf.concat([], 0)
TypeError: [float32, int32]: tf.concat([x, n], 0)
ValueError: equal rank: tf.stack([x, s])
TypeError: [float32, int32]: tf.stack([x, n])
ValueError: Cannot infer argument `num`: tf.unstack(u)
ValueError: num is 3: tf.unstack(x, 3)
ValueError: not a scalar: tf.unstack(s)
ValueError: evenly divisible by 2: tf.split(x, 2, 1)
ValueError: add up to 2: tf.split(x, [1, 1], 1)
ValueError: more than the 3 elements: tf.split(x, [4, -1], 1)
ValueError: one may be -1: tf.split(x, [-1, -1], 1)
ValueError: [-3, 3): tf.expand_dims(x, 3)
ValueError: Must specify an axis: tf.expand_dims(x)
ValueError: Can not squeeze dim[0]: tf.squeeze(x, [0])
ValueError: i64[2], one for each axis: tf.tile(x, [1])
ValueError: must be [2, 2]: tf.pad(x, [[1, 1]])
ValueError: `mode` = EDGE: tf.pad(x, [[1, 1], [1, 1]], "EDGE")
ValueError: negative: tf.pad(x, [[-1, 1], [1, 1]])
ValueError: mirrored over 4: tf.pad(x, [[0, 0], [4, 0]], "SYMMETRIC")
ValueError: are 3 and 2: tf.reverse_sequence(x, [1, 2, 3], 1, 0)
TypeError: needs seq_axis: tf.reverse_sequence(x, [1, 2])
TypeError: integers: tf.one_hot(x, 3)
TypeError: does not match dtype: tf.one_hot(n, 3, on_value=tf.constant(1), dtype=tf.float32)
TypeError: must be bool: tf.where(x, x, x)
ValueError: both be None: tf.where(x > 0, x)
ValueError: are 3 and 2: tf.where(tf.constant([True, False, True]), x, x)
ValueError: equal rank: tf.where(x > 0, x, s)
ValueError: cannot be scalar: tf.boolean_mask(x, tf.constant(True))
ValueError: are 3 and 2: tf.boolean_mask(x, [True, False, True])
TypeError: allowed values: tf.gather(x, [1.0])
ValueError: axis 2: tf.gather(x, [0], axis=2)
ValueError: known number, at most: tf.scatter_nd([[0, 0]], [1.0], [3])
ValueError: as many begins and sizes: tf.slice(x, [0], [1])
ValueError: Expected size[0]: tf.slice(x, [0, 0], [3, 3])
ValueError: a length can't be -1: tf.zeros([-1])
TypeError: partially known shape: tf.zeros([2, None])
ValueError: must be a scalar: tf.fill([2], [1, 2])
ValueError: takes scalars: tf.range([1, 2])
ValueError: step by 0: tf.range(0, 5, 0)
ValueError: must be scalar: tf.sequence_mask([1, 2], [3, 4])
ValueError: Dimensions must be equal, but are 3 and 2 for MatMul: tf.matmul(x, x)
ValueError: Shape must be rank 2 but is rank 0: tf.matmul(x, s)
TypeError: float32 and int32: tf.matmul(x, n)
ValueError: transpose_a and adjoint_a: tf.matmul(x, x, transpose_a=True, adjoint_a=True)
ValueError: are 3 and 2: tf.tensordot(x, x, 1)
ValueError: contraction axes: tf.tensordot(x, x, [[0], [0, 1]])
ValueError: expecting 2: tf.einsum("ij,jk->ik", x)
ValueError: only axes of the operands: tf.einsum("ij->ijk", x)
ValueError: names 3 axes: tf.einsum("ijk->i", x)
ValueError: are 3 and 2: tf.einsum("ij,jk->ik", x, x)
ValueError: Invalid reduction dimension 2: tf.reduce_sum(x, 2)
ValueError: Cannot specify both: tf.reduce_sum(x, axis=0, reduction_indices=0)
TypeError: must be integers: tf.reduce_sum(x, 0.5)
TypeError: takes bools: tf.reduce_any(x)
TypeError: not bool: tf.reduce_mean(x > 0)
TypeError: float32 and int32: x + n
TypeError: float32 and int32: tf.add(x, n)
TypeError: Expected int32, but got 1.5: n + 1.5
TypeError: 'a': x + "a"
ValueError: None values not supported: x + None
ValueError: but are 3 and 4: x * tf.zeros([4])
TypeError: takes bools: tf.logical_and(x, x)
TypeError: takes floats: tf.exp(n)
TypeError: takes floats: tf.sigmoid(n)
ValueError: are 3 and 4: tf.add_n([x, tf.zeros([2, 4])])
TypeError: Cannot convert the argument: tf.cast(x, "what")
TypeError: allowed values: tf.nn.softmax(n)
ValueError: vector at least: tf.nn.softmax(s)
ValueError: Dimension 2: tf.nn.softmax(x, 2)
ValueError: are 3 and 2 for BiasAdd: tf.nn.bias_add(x, tf.zeros([2]))
ValueError: data_format=AB: tf.nn.bias_add(x, tf.zeros([3]), "AB")
ValueError: Depth of input (3): tf.nn.conv2d(image, tf.zeros([2, 2, 4, 1]), 1, "SAME")
ValueError: must be 'SAME', 'VALID': tf.nn.conv2d(image, tf.zeros([2, 2, 3, 1]), 1, "FULL")
ValueError: subtracting 6 from 5: tf.nn.conv2d(image, tf.zeros([6, 2, 3, 1]), 1, "VALID")
ValueError: must be 1 in the batch: tf.nn.conv2d(image, tf.zeros([2, 2, 3, 1]), [2, 1, 1, 1], "SAME")
ValueError: takes rank 4: tf.nn.max_pool(x, 2, 2, "SAME")
TypeError: allowed values: tf.nn.embedding_lookup(x, x)
ValueError: at least one param: tf.nn.embedding_lookup([], [0])
ValueError: range [0, 1): tf.nn.dropout(x, rate=1.5)
ValueError: Rank mismatch: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=n, logits=x)
ValueError: must be provided: tf.nn.softmax_cross_entropy_with_logits(labels=x)
ValueError: last dimension >= k = 4: tf.nn.top_k(x, 4)
ValueError: 'abc': tf.norm(x, "abc")
ValueError: Too many elements: tf.constant([1, 2, 3], shape=[2])
TypeError: verify_shape: tf.constant([1, 2], shape=[3], verify_shape=True)
TypeError: use it as it is: tf.constant(x)
ValueError: no shape: tf.placeholder(tf.float32) + 1.0
ValueError: must not be None: tf.losses.mean_squared_error(None, x)
ValueError: can not be broadcast: tf.losses.mean_squared_error(x, x, weights=[1.0, 2.0, 3.0])
ValueError: Invalid Reduction Key: tf.losses.mean_squared_error(x, x, reduction="abc")
ValueError: one of ASCENDING: tf.sort(x, direction="UP")
ValueError: are 2 and 3: tf.diag_part(x)
ValueError: Must specify maxval: tf.random_uniform([2], dtype=tf.int32)
ValueError: when the graph is recorded: tf.transpose(x, n[0])
""".strip().splitlines()


def user_code(expression: str) -> Any:
    """Evaluates an expression as the only line of a user's file."""
    names: dict[str, Any] = {"tf": tf, "np": np}
    with tf.Graph().as_default():
        names |= {
            "x": tf.placeholder(tf.float32, [2, 3], name="x"),
            "n": tf.placeholder(tf.int32, [2, 3], name="n"),
            "s": tf.placeholder(tf.float32, [], name="s"),
            "u": tf.placeholder(tf.float32, [None, 3], name="u"),
            "image": tf.zeros([1, 5, 5, 3]),
        }
        return eval(compile(expression, "users_model.py", "eval"), names)


@pytest.mark.parametrize("line", CALLS, ids=lambda line: line.split(": ", 2)[2])
def test_the_error_has_tensorflows_class_and_says_what_is_wrong(line: str) -> None:
    name, words, expression = line.split(": ", 2)
    with pytest.raises(Rnn2OnnxError) as caught:
        user_code(expression)
    assert isinstance(caught.value, {"ValueError": ValueError, "TypeError": TypeError}[name])
    assert words in str(caught.value)
    assert "users_model.py:1" in str(caught.value)


def test_a_placeholder_is_not_made_inside_a_body() -> None:
    with tf.Graph().as_default(), pytest.raises(RuntimeError, match="inputs belong to the whole graph"):
        tf.while_loop(lambda i: i < 3, lambda i: i + tf.placeholder(tf.int32, []), [tf.constant(0)])


def test_static_values_are_what_constants_give() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 3])
        assert get_static_value(tf.constant([[1.0]]) * 2.0 + 1.0) == 3
        assert get_static_value(tf.shape(x)[1] * 2) == 6
        assert get_static_value(tf.shape(x)[0]) is None
        assert get_static_value(tf.shape(x), partial=True).tolist() == [None, 3]
        assert get_static_value(x) is None
