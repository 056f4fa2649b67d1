"""Model files that say ``import tensorflow``, loaded as they stand (see tests/stand_in/files)."""

from __future__ import annotations

import importlib.util
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import numpy as np

from tests.golden.registry import case, ints, normal

FILES = Path(__file__).parents[2] / "stand_in" / "files"
B, T = 3, 5


@contextmanager
def tensorflow_is(tf: Any) -> Iterator[None]:
    """What records stands where the files import it from."""
    if tf.__name__ == "rnn2onnx.tf":
        import rnn2onnx

        with rnn2onnx.as_tensorflow():
            yield
    else:
        yield


def loaded(tf: Any, name: str) -> Any:
    """A file as a module."""
    spec = importlib.util.spec_from_file_location(name, FILES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    with tensorflow_is(tf):
        spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


def sequences(rng: np.random.Generator) -> Any:
    return {"x": normal(rng, B, T, 4), "n": np.array([5, 0, 3], "int32")}


def recurrence(tf: Any, cell: Any) -> Any:
    x, n = tf.placeholder(tf.float32, [None, None, 4], "x"), tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(cell, x, sequence_length=n, dtype=tf.float32)


@case(sequences)
def a_layer_cell_with_a_matrix_state(tf: Any) -> Any:
    return recurrence(tf, loaded(tf, "cells_of_tensorflow_1").LeakyTraceCell(4))


@case(sequences)
def a_cell_of_linear_maps(tf: Any) -> Any:
    return recurrence(tf, loaded(tf, "cells_of_tensorflow_1").CoupledCell(3))


@case(lambda rng: {**sequences(rng), "training": False})
def a_wrapper_with_a_fed_mode(tf: Any) -> Any:
    training = tf.placeholder(tf.bool, [], "training")
    inner = tf.nn.rnn_cell.BasicLSTMCell(3)
    return recurrence(tf, loaded(tf, "cells_of_tensorflow_1").ZoneoutWrapper(inner, 0.25, training))


@case(sequences)
def star_imports(tf: Any) -> Any:
    x, n = tf.placeholder(tf.float32, [None, None, 4], "x"), tf.placeholder(tf.int32, [None], "n")
    return loaded(tf, "star_imports").model(x, n)


@case(lambda rng: {**sequences(rng), "s": rng.random((B, T)).astype("float32")})
def a_loop_of_its_own(tf: Any) -> Any:
    x, n = tf.placeholder(tf.float32, [None, None, 4], "x"), tf.placeholder(tf.int32, [None], "n")
    scores = tf.placeholder(tf.float32, [None, None], "s")
    return loaded(tf, "own_loop").scored_rnn(tf.nn.rnn_cell.LSTMCell(3), x, scores, n)


def tagged(rng: np.random.Generator) -> Any:
    feeds = {"ids": ints(rng, 7, B, T), "lengths": np.array([5, 1, 3], "int32")}
    return {**feeds, "keep_prob": np.float32(1), "is_training": False}


@case(tagged)
def a_whole_model(tf: Any) -> Any:
    return loaded(tf, "whole_model").model(train=False)


@case(lambda rng: {"x": normal(rng, B, T, 2)})
def a_file_of_compat_v1(tf: Any) -> Any:
    return loaded(tf, "compat_v1").model()
