"""What changes variables can be made by files as they stand, and ``import *`` binds what TensorFlow's modules have."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx.errors import TrainingError

MODEL = """
import tensorflow as tf
from tensorflow.contrib.tensorboard.plugins import projector

def model():
    early = tf.Variable(0.1, trainable=False)
    tf.assert_rank(early.assign(early * 0.9), 0)
    assert isinstance(early, tf.Variable)
    x = tf.placeholder(tf.float32, [None, 2], "x")
    training = tf.placeholder(tf.bool, [], "training")
    rate = tf.Variable(0.5, trainable=False)
    slower = rate.assign(rate * 0.5)
    mean = tf.get_variable("mean", [2], initializer=tf.ones_initializer(), trainable=False)

    def of_the_batch():
        now = tf.reduce_mean(x, 0)
        with tf.control_dependencies([tf.assign(mean, mean * 0.9 + now * 0.1), mean.assign_sub(now)]):
            return x - now

    y = tf.cond(training, of_the_batch, lambda: x - mean)
    with tf.control_dependencies([tf.assign_add(rate, 1.0), slower]):
        y = tf.identity(y)
    config = projector.ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = mean.name
    projector.visualize_embeddings(tf.summary.FileWriter("logs"), config)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    tf.global_variables_initializer().run()
    session.run([tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())])
    return y, slower, session
"""


def loaded(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "loaded"}
    with rnn2onnx.as_tensorflow():
        exec(compile(code, "a_file.py", "exec"), names)
    return names


def test_what_changes_a_variable_is_made_and_is_no_output() -> None:
    names = loaded(MODEL)
    graph = rnn2onnx.tf.Graph()
    with graph.as_default():
        y, slower, session = names["model"]()
        program = rnn2onnx.compile(graph, y)
        x = np.array([[1.0, 2.0], [3.0, 5.0]], np.float32)
        np.testing.assert_allclose(program.run({"x": x, "training": False}), x - 1)
        with pytest.raises(TrainingError, match=r"Assign.* only training computes"):
            rnn2onnx.compile(graph, slower)
        for fetch in (y, [names["tf"].no_op()], names["tf"].train.AdamOptimizer().minimize(y)):
            with pytest.raises(TrainingError, match=r"Session\.run"):
                session.run(fetch)


@pytest.mark.parametrize(
    ("module", "bound", "left"),
    [
        ("tensorflow.python.ops.rnn_cell", "RNNCell GRUCell _ array_ops vs nest", "tuple range dynamic_rnn concat"),
        ("tensorflow.python.ops.rnn", "dynamic_rnn raw_rnn math_ops", "tuple range LSTMCell concat"),
        ("tensorflow.python.ops.array_ops", "concat slice", "tuple range"),
        ("tensorflow.python.ops.math_ops", "matmul range abs", "tuple slice"),
        ("tensorflow.contrib.rnn.python.ops.rnn_cell", "NASCell", "tuple range"),
        ("tensorflow", "concat tuple range nn", "map"),
    ],
)
def test_import_star_binds_what_the_module_has(module: str, bound: str, left: str) -> None:
    names = loaded(f"_ = None\nfrom {module} import *\n")
    assert [name for name in bound.split() if name not in names] == []
    assert [
        name
        for name in left.split()
        if names.get(name, getattr(builtins, name, None)) is not getattr(builtins, name, None)
    ] == []


CTC = """
import tensorflow as tf

def model():
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    lengths = tf.placeholder(tf.int32, [None], "lengths")
    labels = tf.sparse_placeholder(tf.int32, name="labels")
    loss = tf.reduce_mean(tf.nn.ctc_loss(labels, x, lengths))
    train = tf.train.AdamOptimizer().minimize(loss)
    best, _ = tf.nn.ctc_beam_search_decoder(x, lengths, merge_repeated=False)
    dense = tf.sparse_tensor_to_dense(best[0], default_value=-1)
    return tf.nn.softmax(x), loss, dense
"""


def test_a_search_for_labels_is_made_beside_what_scores_them() -> None:
    names = loaded(CTC)
    graph, (scores, loss, dense) = rnn2onnx.trace(names["model"])
    program = rnn2onnx.compile(graph, scores)
    assert set(program.inputs) == {"x"}
    for needed in (loss, dense):
        with pytest.raises(TrainingError, match="only training computes"):
            rnn2onnx.compile(graph, needed)
