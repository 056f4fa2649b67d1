"""Chunks run one after the other with the saved states give what one long run gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.tf.rnn.state_saving_rnn import StateSaver

X = np.random.default_rng(0).standard_normal((3, 8, 2)).astype("float32")


def chunk_program(cell: Any, names: Any, sizes: Any, count: int, **options: Any) -> rnn2onnx.Program:
    graph = tf.Graph()
    with graph.as_default():
        chunk = tf.placeholder(tf.float32, [None, count, 2], "chunk")
        n = tf.placeholder(tf.int32, [None], "n")
        saver = StateSaver(sizes, **options)
        xs = tf.unstack(chunk, count, 1)
        outputs, state = tf.nn.static_state_saving_rnn(cell(), xs, saver, names, sequence_length=n)
    return rnn2onnx.compile(graph, {"outputs": tf.stack(outputs, 1), "states": saver.saved, "final": state})


MODELS = {
    "gru": (lambda: tf.nn.rnn_cell.GRUCell(3), "s", {"s": 3}),
    "lstm": (lambda: tf.nn.rnn_cell.LSTMCell(3, num_proj=2), ("c", "m"), {"c": 3, "m": 2}),
    "layers": (
        lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.GRUCell(4)]),
        (("c", "h"), "top"),
        {"c": 3, "h": [3], "top": tf.TensorShape([4])},
    ),
}


@pytest.mark.parametrize("model", MODELS)
def test_two_chunks_are_one_run(model: str) -> None:
    cell, names, sizes = MODELS[model]
    whole, half = chunk_program(cell, names, sizes, 8), chunk_program(cell, names, sizes, 4)
    states = {name: np.full([3, int(np.prod(size))], 0.1, np.float32) for name, size in sizes.items()}
    lengths = np.array([8, 3, 5], np.int32)
    long = whole.run({"chunk": X, "n": lengths, **states})
    first = half.run({"chunk": X[:, :4], "n": lengths, **states})
    second = half.run({"chunk": X[:, 4:], "n": lengths - 4, **first["states"]})
    together = np.concatenate([first["outputs"], second["outputs"]], axis=1)
    np.testing.assert_allclose(together, long["outputs"], atol=1e-6)
    for name in sizes:
        np.testing.assert_allclose(second["states"][name], long["states"][name], atol=1e-6)


def test_what_is_saved_is_the_final_state() -> None:
    cell, names, sizes = MODELS["lstm"]
    found = chunk_program(cell, names, sizes, 4).run(
        {"chunk": X[:, :4], "n": np.array([4, 0, 2], np.int32), "c": np.ones([3, 3], "f"), "m": np.ones([3, 2], "f")}
    )
    np.testing.assert_array_equal(found["states"]["c"], found["final"].c)
    np.testing.assert_array_equal(found["states"]["m"], found["final"].h)


def test_states_are_inputs_and_saved_values_outputs_by_their_names() -> None:
    cell, names, sizes = MODELS["lstm"]
    model = chunk_program(cell, names, sizes, 4).model
    assert {value.name for value in model.graph.input} == {"chunk", "n", "c", "m"}
    assert {"states_c", "states_m"} <= {value.name for value in model.graph.output}


def test_a_saver_says_which_states_it_has() -> None:
    with (
        tf.Graph().as_default(),
        pytest.raises(ArgumentError, match=r"no state 'm'; those of this saver are \['c', 'h'\]"),
    ):
        StateSaver({"c": 3, "h": 3}).state("m")


def test_a_saver_gives_one_placeholder_of_the_dtype_and_batch_that_were_said() -> None:
    with tf.Graph().as_default():
        saver = StateSaver({"c": 3, "count": []}, batch_size=5, dtype={"c": tf.float16, "count": tf.int32})
        assert saver.state("c") is saver.state("c")
        assert (saver.state("c").dtype, saver.state("c").shape.as_list()) == (tf.float16, [5, 3])
        assert (saver.state("count").dtype, saver.state("count").shape.as_list()) == (tf.int32, [5])
