"""tf.contrib.rnn: recurrences as objects, LSTMBlockFusedCell, adaptors, reversed in time."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal

LENGTHS = [[2, 4, 1], [4, 4, 4], [0, 0, 0], [1, 0, 3]]


def padded(rng):
    return [{"x": normal(rng, 4, 3, 2), "n": np.array(n, "int32")} for n in LENGTHS]


def from_states(rng):
    return [{**run, "c": normal(rng, 3, 3), "h": normal(rng, 3, 3)} for run in padded(rng)]


def inputs(tf, batch=None, time=None):
    return tf.placeholder(tf.float32, [time, batch, 2], "x"), tf.placeholder(tf.int32, [batch], "n")


# -- LSTMBlockFusedCell ------------------------------------------------------------------------------------------------


OPTIONS = {
    "fused": {},
    "fused_with_peepholes": {"use_peephole": True},
    "fused_clipped": {"cell_clip": 0.4},
    "fused_with_peepholes_clipped_without_forget_bias": {"use_peephole": True, "cell_clip": 0.4, "forget_bias": 0.0},
    "fused_clipped_at_zero": {"cell_clip": 0.0},
}


def over_options(name, options):
    @case(padded, name=f"{name}_with_lengths")
    def lengths(tf):
        x, n = inputs(tf)
        return tf.contrib.rnn.LSTMBlockFusedCell(3, **options)(x, dtype=tf.float32, sequence_length=n)

    @case(lambda rng: [{"x": normal(rng, *shape, 2)} for shape in ((4, 3), (1, 1))], name=f"{name}_without_lengths")
    def plain(tf):
        x, _ = inputs(tf)
        return tf.contrib.rnn.LSTMBlockFusedCell(3, **options)(x, dtype=tf.float32)


for option_name, options in OPTIONS.items():
    over_options(option_name, options)


@case(from_states)
def fused_from_a_state(tf):
    x, n = inputs(tf, 3, 4)
    state = tf.placeholder(tf.float32, [3, 3], "c"), tf.placeholder(tf.float32, [3, 3], "h")
    cell = tf.contrib.rnn.LSTMBlockFusedCell(3)
    masked = cell(x, initial_state=state, sequence_length=n)
    return masked, cell(x * 2.0, state)


@case(lambda rng: {"x": normal(rng, 4, 3, 2), "n": np.array([3, 0, 4], "int64")})
def fused_with_lengths_of_int64(tf):
    x = tf.placeholder(tf.float32, [4, 3, 2], "x")
    n = tf.placeholder(tf.int64, [3], "n")
    lengths = tf.cast(n, tf.int32)
    return tf.contrib.rnn.LSTMBlockFusedCell(3, name="named")(x, dtype=tf.float32, sequence_length=lengths)


@case(lambda rng: {"x": normal(rng, 4, 3, 2, dtype="float16")}, tolerance=6e-3)
def fused_in_half_precision(tf):
    x = tf.placeholder(tf.float16, [4, 3, 2], "x")
    return tf.contrib.rnn.LSTMBlockFusedCell(3)(x, dtype=tf.float16)


@facts()
def names_of_fused_variables(tf):
    x, _ = inputs(tf)
    cell = tf.contrib.rnn.LSTMBlockFusedCell(3, use_peephole=True)
    with tf.variable_scope("outer"):
        cell(x, dtype=tf.float32)
        cell(x, dtype=tf.float32)
    with tf.variable_scope("lstm"):
        tf.contrib.rnn.LSTMBlockFusedCell(3, name=None)(x, dtype=tf.float32)
        tf.contrib.rnn.LSTMBlockFusedCell(3)(x, dtype=tf.float32, scope="given")
    names = [variable.op.name for variable in tf.global_variables()]
    return [names, cell.num_units, type(cell(x, dtype=tf.float32)[1]).__name__]


@case(lambda rng: {"x": normal(rng, 4, 3, 2)})
def two_fused_layers_by_names(tf):
    hidden, _ = inputs(tf)
    for layer in range(2):
        hidden, state = tf.contrib.rnn.LSTMBlockFusedCell(3, name=f"layer_{layer}")(hidden, dtype=tf.float32)
    return hidden, state


@case(from_states)
def a_chunk_of_a_stream(tf):
    x, n = inputs(tf, 3, 4)
    previous = tf.contrib.rnn.LSTMStateTuple(*(tf.placeholder(tf.float32, [3, 3], name) for name in "ch"))
    for reuse in (None, True):
        cell = tf.contrib.rnn.LSTMBlockFusedCell(3, forget_bias=0, reuse=reuse, name="cudnn_compatible_lstm_cell")
        outputs, state = cell(inputs=x, dtype=tf.float32, sequence_length=n, initial_state=previous)
    layer = tf.reshape(outputs, [-1, 3])
    cell = tf.nn.rnn_cell.LSTMCell(3, forget_bias=0, reuse=True, name="cudnn_compatible_lstm_cell")
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        listed, last = tf.nn.static_rnn(
            cell, [x[step] for step in range(4)], previous, tf.float32, n, scope=tf.get_variable_scope()
        )
    return layer, state, tf.concat(listed, 0), last


def fused(tf, x=None, units=3, **options):
    cell = tf.contrib.rnn.LSTMBlockFusedCell(units)
    return cell(tf.zeros([4, 3, 2]) if x is None else x, **options)


@error_case("Either initial_state or dtype needs to be specified")
def fused_without_state_or_dtype(tf):
    return fused(tf)


@error_case("Expecting initial_state to be a tuple with length 2 or None")
def fused_from_three_states(tf):
    return fused(tf, initial_state=(tf.zeros([3, 3]),) * 3)


@error_case()
def fused_over_a_matrix(tf):
    return fused(tf, tf.zeros([3, 2]), dtype=tf.float32)


@error_case()
def fused_over_a_list(tf):
    return fused(tf, [tf.zeros([3, 2])] * 4, dtype=tf.float32)


@error_case(instead=ValueError)
def fused_over_inputs_of_unknown_depth(tf):
    return fused(tf, tf.placeholder(tf.float32, [4, 3, None]), dtype=tf.float32)


# -- a wrapper of one's own --------------------------------------------------------------------------------------------


@case(from_states)
def a_wrapper_of_ones_own(tf):
    class Sums(tf.contrib.rnn.LSTMBlockWrapper):
        @property
        def num_units(self):
            return 3

        def _call_cell(self, inputs, initial_cell_state, initial_output, dtype, sequence_length):
            kernel = tf.get_variable("kernel", [2, 3])
            projected = tf.tensordot(inputs, kernel, 1)
            memory = tf.cumsum(projected) + initial_cell_state
            return memory, tf.tanh(memory) + initial_output

    x, n = inputs(tf)
    state = tf.placeholder(tf.float32, [None, 3], "c"), tf.placeholder(tf.float32, [None, 3], "h")
    return Sums()(x, initial_state=state, sequence_length=n), Sums()(x, dtype=tf.float32)


# -- adaptors ----------------------------------------------------------------------------------------------------------


def adapted(use_dynamic_rnn):
    name = "dynamically" if use_dynamic_rnn else "statically"

    @case(padded, name=f"a_tensor_{name}")
    def tensor(tf):
        x, n = inputs(tf, None, 4)
        cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.BasicRNNCell(3), use_dynamic_rnn=use_dynamic_rnn)
        return cell(x, dtype=tf.float32, sequence_length=n)

    @case(padded, name=f"a_list_{name}")
    def listed(tf):
        x, n = inputs(tf, None, 4)
        cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.LSTMCell(3), use_dynamic_rnn)
        return cell(tf.unstack(x, 4), dtype=tf.float32, sequence_length=n, scope="fused")

    @case(padded, name=f"a_tensor_{name}_reversed")
    def reversed_tensor(tf):
        x, n = inputs(tf, None, 4)
        cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.GRUCell(3), use_dynamic_rnn)
        backwards = tf.contrib.rnn.TimeReversedFusedRNN(cell)
        masked = backwards(x, dtype=tf.float32, sequence_length=n, scope="masked")
        return masked, backwards(x, dtype=tf.float32, scope="plain")

    @case(padded, name=f"a_list_{name}_reversed_whatever_the_lengths")
    def reversed_list(tf):
        x, n = inputs(tf, None, 4)
        cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.GRUCell(3), use_dynamic_rnn)
        backwards = tf.contrib.rnn.TimeReversedFusedRNN(cell)
        return backwards(tf.unstack(x, 4), dtype=tf.float32, sequence_length=n)


adapted(True)
adapted(False)


@case(from_states)
def both_directions_of_fused_cells(tf):
    x, n = inputs(tf)
    state = tf.placeholder(tf.float32, [None, 3], "c"), tf.placeholder(tf.float32, [None, 3], "h")
    with tf.variable_scope("fw"):
        forwards = tf.contrib.rnn.LSTMBlockFusedCell(3)(x, state, sequence_length=n)
    with tf.variable_scope("bw"):
        cell = tf.contrib.rnn.TimeReversedFusedRNN(tf.contrib.rnn.LSTMBlockFusedCell(3))
        backwards = cell(x, dtype=tf.float32, sequence_length=n)
    return forwards, backwards


@error_case()
def a_tensor_of_unknown_time_statically(tf):
    cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.BasicRNNCell(3))
    return cell(tf.placeholder(tf.float32, [None, 3, 2]), dtype=tf.float32)
