"""The Neural Turing Machine of TensorFlow 1's contrib package."""

from __future__ import annotations

import sys

import numpy as np

from tests.golden.registry import case, error_case, facts, normal


def ntm(tf, controller, *args, **options):
    """The cell, which TensorFlow keeps in the module of the others without a name in tf.contrib.rnn."""
    make = getattr(tf.contrib.rnn, "NTMCell", None)
    if make is None:
        make = sys.modules[tf.contrib.rnn.GridLSTMCell.__module__].NTMCell
    return make(controller, *args, **options)


def lstm(tf):
    return tf.nn.rnn_cell.LSTMCell(4)


def ntm_option(label, make=lstm, batch=3, **options):
    """The machine over sequences with lengths of every kind, and three steps."""
    options = {
        "memory_size": 5,
        "memory_vector_dim": 3,
        "read_head_num": 2,
        "write_head_num": 1,
        "output_dim": 2,
        **options,
    }

    def feeds(rng):
        every = ([4, 2, 0], [9, 1, 3], [1, 1, 1])
        return [{"x": normal(rng, batch, 4, 3), "n": np.array(n[:batch], "int32")} for n in every]

    @case(feeds, name=f"sequence_{label}", tolerance=1e-4)
    def sequence(tf):
        x = tf.placeholder(tf.float32, [batch, None, 3], "x")
        n = tf.placeholder(tf.int32, [None], "n")
        return tf.nn.dynamic_rnn(ntm(tf, make(tf), **options), x, n, dtype=tf.float32)


ntm_option("plain")
ntm_option("one_read_head", read_head_num=1)
ntm_option("several_write_heads", write_head_num=3, read_head_num=1)
ntm_option("wide_shifts", shift_range=2)
ntm_option("clip", clip_value=0.3)
ntm_option("gru", lambda tf: tf.nn.rnn_cell.GRUCell(4))
ntm_option("stack", lambda tf: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(2), tf.nn.rnn_cell.GRUCell(3)]))
ntm_option("one_row", batch=1)
ntm_option("named", name="machine")


@case(lambda rng: {"x": normal(rng, 3, 2, 3)}, tolerance=1e-4)
def steps(tf):
    x = tf.unstack(tf.placeholder(tf.float32, [3, 2, 3], "x"), axis=1)
    cell = ntm(tf, lstm(tf), 5, 3, 2, 1)
    state = cell.zero_state(3, tf.float32)
    first, state = cell(x[0], state)
    second, state = cell(x[1], state)
    return first, second, state.read_vector_list, state.w_list, state.M, state.controller_state


@case(lambda rng: {"x": normal(rng, 3, 3, 3)}, tolerance=1e-4)
def in_static_rnn(tf):
    x = tf.unstack(tf.placeholder(tf.float32, [3, 3, 3], "x"), axis=1)
    cell = ntm(tf, lstm(tf), 5, 3, 2, 1, output_dim=2)
    outputs, state = tf.nn.static_rnn(cell, x, initial_state=cell.zero_state(3, tf.float32))
    return outputs, state.M, state.w_list


@case(initial=True)
def begins_with_a_flat_memory(tf):
    with tf.variable_scope("root", initializer=tf.constant_initializer(0.25)):
        cell = ntm(tf, lstm(tf), 5, 3, 1, 1)
        cell.build(tf.TensorShape([2, 3]))
        return [v for v in tf.global_variables() if v.op.name.split("/")[-1] in ("memory", "output_bias")]


@facts()
def sizes(tf):
    cell = ntm(tf, lstm(tf), 5, 3, 2, 1, shift_range=2)
    size = cell.state_size
    zero = cell.zero_state(2, tf.float32)
    return {
        "fields": size._fields,
        "controller": list(size.controller_state),
        "reads": size.read_vector_list,
        "places": size.w_list,
        "memory": size.M.as_list(),
        "time": size.time.as_list(),
        "output": cell.output_size,
        "counts": [cell.num_heads, cell.num_parameters_per_head, cell.total_parameter_num],
        "zero": [zero.M.shape.as_list(), zero.time, [read.shape.as_list() for read in zero.read_vector_list]],
        "class": type(size).__name__,
    }


@error_case("NTM RNN controller cell", "is not an RNNCell")
def controller_that_is_no_cell(tf):
    ntm(tf, 3, 5, 3, 1, 1)


@error_case("Expected inputs.shape[-1] to be known, saw shape: ")
def inputs_of_unknown_depth(tf):
    cell = ntm(tf, lstm(tf), 5, 3, 1, 1)
    cell(tf.placeholder(tf.float32, [2, None]), cell.zero_state(2, tf.float32))
