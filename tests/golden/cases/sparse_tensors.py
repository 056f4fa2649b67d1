"""Matrices given by their non-zero elements, and a cell over the nodes of a graph that multiplies with one."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal

PLACES = [[0, 1], [1, 0], [1, 3], [2, 2]]


def matrix(tf):
    return tf.SparseTensor(PLACES, np.array([0.5, 2.0, -1.0, 3.0], "float32"), [3, 4])


@case(lambda rng: {"x": normal(rng, 4, 2), "y": normal(rng, 3, 2)})
def products(tf):
    a = matrix(tf)
    x = tf.placeholder(tf.float32, [None, 2], "x")
    y = tf.placeholder(tf.float32, [3, None], "y")
    return {
        "plain": tf.sparse_tensor_dense_matmul(a, x),
        "adjoint": tf.sparse_tensor_dense_matmul(a, y, adjoint_a=True),
        "both": tf.sparse_tensor_dense_matmul(a, tf.transpose(x), adjoint_b=True),
        "namespace": tf.sparse.sparse_dense_matmul(tf.sparse.reorder(a), x),
        "repeated": tf.sparse_tensor_dense_matmul(tf.SparseTensor([[0, 1], [0, 1]], [1.0, 2.0], [1, 4]), x),
        "value": tf.sparse_tensor_dense_matmul(
            tf.SparseTensorValue(np.array(PLACES), np.ones(4, "float32"), np.array([3, 4])), x
        ),
    }


@case(lambda rng: {"v": normal(rng, 4)})
def dense(tf):
    fed = tf.SparseTensor(PLACES, tf.placeholder(tf.float32, [None], "v"), [3, 4])
    return {
        "constant": tf.sparse_tensor_to_dense(matrix(tf)),
        "fed": tf.sparse_tensor_to_dense(fed),
        "default": tf.sparse_tensor_to_dense(fed, 7.0),
        "transposed": tf.sparse.to_dense(tf.sparse_transpose(fed)),
        "perm": tf.sparse_tensor_to_dense(tf.sparse_transpose(fed, [0, 1])),
        "reordered": tf.sparse_tensor_to_dense(tf.sparse_reorder(fed)),
        "parts": [fed.indices, fed.values, fed.dense_shape],
    }


@facts()
def what_it_is(tf):
    a = matrix(tf)
    return [a.shape.as_list(), a.get_shape().as_list(), a.dtype.name, a.indices.dtype.name, a.dense_shape.dtype.name]


@error_case("must have rank 2")
def indices_of_one_axis(tf):
    tf.SparseTensor([0, 1], [1.0, 2.0], [3])


@case(lambda rng: {"x": normal(rng, 2, 4, 3), "n": np.array([4, 1], "int32")})
def a_cell_over_the_nodes_of_a_graph(tf):
    adjacency = tf.sparse_reorder(tf.SparseTensor([[0, 0], [0, 2], [1, 1], [2, 0]], [0.5, 0.25, 1.0, 0.5], [3, 3]))

    class GraphCell(tf.nn.rnn_cell.RNNCell):
        state_size = 6
        output_size = 6

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or "graph_cell"):
                nodes = tf.concat([tf.expand_dims(inputs, 2), tf.reshape(state, [-1, 3, 2])], 2)
                spread = tf.sparse_tensor_dense_matmul(adjacency, tf.reshape(tf.transpose(nodes, [1, 2, 0]), [3, -1]))
                back = tf.reshape(tf.transpose(tf.reshape(spread, [3, 3, -1]), [2, 0, 1]), [-1, 3])
                weights = tf.get_variable("weights", [3, 2])
                new = tf.reshape(tf.tanh(tf.matmul(back, weights)), [-1, 6])
            return new, new

    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(GraphCell(), x, n, dtype=tf.float32)
