"""The cells of ``tf.contrib.rnn`` with the state (c, m), a step at a time and in dynamic_rnn."""

from __future__ import annotations

import sys

import numpy as np

from tests.golden.registry import case, normal

LENGTHS = ([5, 2, 3], [0, 9, 1], [1, 1, 1])


def cell_class(tf, name):
    """A cell by name; some are in the module of the others only."""
    found = getattr(tf.contrib.rnn, name, None)
    return found or getattr(sys.modules[tf.contrib.rnn.NASCell.__module__], name)


def resolved(tf, options):
    """Options with functions in the place of their names."""
    found = dict(options)
    for name in ("activation", "y_activation", "initializer"):
        if isinstance(found.get(name), str) and found[name].startswith("tf."):
            target = tf
            for part in found[name].split(".")[1:]:
                target = getattr(target, part)
            found[name] = target
    return found


def lstm(label, kind, depth=2, units=4, width=None, dtype="float32", tolerance=2e-5, **options):
    """A cell with options: a step from a state, and sequences.

    Of the options, ``from_zero`` begins the sequences at zero, not at a state; ``joined`` says that the state is one
    tensor.
    """
    joined, from_zero = (options.pop(name, False) for name in ("joined", "from_zero"))
    width = width or units

    def feeds(rng):
        return {
            "x": normal(rng, 3, depth, dtype=dtype),
            "c": 2.0 * normal(rng, 3, units, dtype=dtype),
            "m": normal(rng, 3, width, dtype=dtype),
        }

    def sequences(rng):
        runs = [{"x": normal(rng, 3, 5, depth, dtype=dtype), "n": np.array(n, "int32")} for n in LENGTHS]
        return runs if from_zero else [dict(feeds(rng), **run) for run in runs]

    def start(tf):
        c, m = tf.placeholder(dtype, [None, units], "c"), tf.placeholder(dtype, [None, width], "m")
        return tf.concat([c, m], 1) if joined else tf.nn.rnn_cell.LSTMStateTuple(c, m)

    @case(feeds, name="step_" + label, tolerance=tolerance)
    def step(tf):
        cell = cell_class(tf, kind)(units, **resolved(tf, options))
        return cell(tf.placeholder(dtype, [None, depth], "x"), start(tf))

    @case(sequences, name="sequence_" + label, tolerance=tolerance)
    def sequence(tf):
        cell = cell_class(tf, kind)(units, **resolved(tf, options))
        x = tf.placeholder(dtype, [None, None, depth], "x")
        n = tf.placeholder(tf.int32, [None], "n")
        if from_zero:
            return tf.nn.dynamic_rnn(cell, x, n, dtype=dtype)
        return tf.nn.dynamic_rnn(cell, x, n, initial_state=start(tf))


BLOCK = "LSTMBlockCell"
lstm("block", BLOCK, from_zero=True)
lstm("block_peepholes", BLOCK, use_peephole=True, forget_bias=0.5)
lstm("block_clip", BLOCK, cell_clip=0.4)
lstm("block_clip_and_peepholes", BLOCK, cell_clip=0.4, use_peephole=True, name="mine")
lstm("block_clip_at_0_is_none", BLOCK, cell_clip=0.0)
lstm("block_float16", BLOCK, dtype="float16", tolerance=4e-3, use_peephole=True)

COUPLED = "CoupledInputForgetGateLSTMCell"
lstm("coupled", COUPLED, from_zero=True)
lstm("coupled_peepholes", COUPLED, use_peepholes=True, forget_bias=0.0)
lstm("coupled_projection", COUPLED, width=3, num_proj=3)
lstm("coupled_everything", COUPLED, width=3, num_proj=3, proj_clip=0.3, use_peepholes=True, activation="tf.nn.relu")
lstm("coupled_shards", COUPLED, width=3, num_proj=3, num_unit_shards=3, num_proj_shards=2)
lstm("coupled_joined", COUPLED, width=3, joined=True, num_proj=3, state_is_tuple=False)
lstm("coupled_norm", COUPLED, layer_norm=True, tolerance=1e-4)
lstm("coupled_norm_and_all", COUPLED, width=3, layer_norm=True, use_peepholes=True, num_proj=3, tolerance=1e-4)
lstm("coupled_float64", COUPLED, dtype="float64", tolerance=1e-9, use_peepholes=True)
lstm("coupled_float16", COUPLED, dtype="float16", tolerance=4e-3)

BASIC_NORM = "LayerNormBasicLSTMCell"
lstm("basic_norm", BASIC_NORM, from_zero=True, tolerance=1e-4)
lstm("basic_norm_off", BASIC_NORM, layer_norm=False)
lstm("basic_norm_relu", BASIC_NORM, activation="tf.nn.relu", forget_bias=0.0, tolerance=1e-4)
lstm("basic_norm_keeps_all", BASIC_NORM, dropout_keep_prob=1, dropout_prob_seed=3, input_size=7, tolerance=1e-4)
lstm("basic_norm_float64", BASIC_NORM, dtype="float64", tolerance=1e-9)
lstm("basic_norm_float16", BASIC_NORM, dtype="float16", tolerance=1e-2)

NORM = "LayerNormLSTMCell"
lstm("norm_off", NORM, from_zero=True)
lstm("norm_off_and_all", NORM, width=3, use_peepholes=True, cell_clip=0.8, num_proj=3, proj_clip=0.3)
lstm("norm", NORM, layer_norm=True, tolerance=1e-4)
lstm("norm_peepholes", NORM, layer_norm=True, use_peepholes=True, cell_clip=0.5, tolerance=1e-4)
lstm("norm_projection", NORM, width=3, layer_norm=True, num_proj=3, proj_clip=0.3, tolerance=1e-4)
lstm("norm_off_float64", NORM, dtype="float64", tolerance=1e-9, forget_bias=2.0, activation="tf.nn.softsign")

WEIGHT_NORM = "WeightNormLSTMCell"
lstm("weight_norm", WEIGHT_NORM, from_zero=True)
lstm("weight_norm_off", WEIGHT_NORM, norm=False, use_peepholes=True)
lstm("weight_norm_all", WEIGHT_NORM, width=3, use_peepholes=True, cell_clip=0.8, num_proj=3, proj_clip=0.3)
lstm("weight_norm_projection", WEIGHT_NORM, width=3, num_proj=3, activation="tf.nn.relu", forget_bias=0)
lstm("weight_norm_float64", WEIGHT_NORM, dtype="float64", tolerance=1e-9)

GROUPS = "GLSTMCell"
lstm("one_group", GROUPS, from_zero=True)
lstm("groups", GROUPS, depth=6, number_of_groups=2)
lstm("groups_projection", GROUPS, depth=6, units=6, width=3, number_of_groups=3, num_proj=3, forget_bias=0.0)
lstm("groups_relu", GROUPS, number_of_groups=2, activation="tf.nn.relu")
lstm("groups_float64", GROUPS, number_of_groups=2, dtype="float64", tolerance=1e-9)

NAS = "NASCell"
lstm("nas", NAS, from_zero=True)
lstm("nas_bias", NAS, use_bias=True)
lstm("nas_projection", NAS, width=3, num_proj=3, use_bias=True, name="mine")
lstm("nas_float64", NAS, dtype="float64", tolerance=1e-9)

INDY = "IndyLSTMCell"
lstm("indy", INDY, from_zero=True)
lstm("indy_relu", INDY, forget_bias=0.0, activation="tf.nn.relu", name="mine")
lstm("indy_float64", INDY, dtype="float64", tolerance=1e-9)
lstm("indy_float16", INDY, dtype="float16", tolerance=4e-3)


@case(
    lambda rng: {
        "x": normal(rng, 2, 4, 3),
        "n": np.array([0, 3], "int32"),
        "c": normal(rng, 2, 4),
        "m": normal(rng, 2, 4),
        "d": normal(rng, 2, 4),
        "h": normal(rng, 2, 4),
    }
)
def stack_from_a_state(tf):
    """Cells of several kinds on each other, from states that are not zero."""
    rnn = tf.contrib.rnn
    cells = [rnn.CoupledInputForgetGateLSTMCell(4), rnn.LSTMBlockCell(4), rnn.IndRNNCell(4), rnn.UGRNNCell(4)]
    c, m = tf.placeholder(tf.float32, [None, 4], "c"), tf.placeholder(tf.float32, [None, 4], "m")
    d, h = tf.placeholder(tf.float32, [None, 4], "d"), tf.placeholder(tf.float32, [None, 4], "h")
    pair = tf.nn.rnn_cell.LSTMStateTuple
    x, n = tf.placeholder(tf.float32, [None, None, 3], "x"), tf.placeholder(tf.int32, [None], "n")
    state = (pair(c, m), pair(m, d), h, d)
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), x, n, initial_state=state)


def ticks(rng, dtype, first):
    """Times that grow from ``first`` by steps of any length."""
    return (first + np.cumsum(rng.uniform(0.1, 3.0, (3, 5, 1)), 1)).astype(dtype)


def phased(label, time="float32", first=0.0, **options):
    """A PhasedLSTMCell with options."""

    def positive(tf):
        # The random values of variables with this in their name are positive, as periods and ratios must be.
        return tf.variable_scope("variances")

    def cell(tf):
        return tf.contrib.rnn.PhasedLSTMCell(4, **options)

    def feeds(rng):
        return {
            "t": ticks(rng, time, first)[:, 4],
            "x": normal(rng, 3, 2),
            "c": normal(rng, 3, 4),
            "h": normal(rng, 3, 4),
        }

    @case(feeds, name="step_phased_" + label, tolerance=2e-4)
    def step(tf):
        c, h = tf.placeholder(tf.float32, [None, 4], "c"), tf.placeholder(tf.float32, [None, 4], "h")
        inputs = tf.placeholder(time, [None, 1], "t"), tf.placeholder(tf.float32, [None, 2], "x")
        with positive(tf):
            return cell(tf)(inputs, tf.nn.rnn_cell.LSTMStateTuple(c, h))

    @case(
        lambda rng: [
            {"t": ticks(rng, time, first), "x": normal(rng, 3, 5, 2), "n": np.array(n, "int32")} for n in LENGTHS
        ],
        name="sequence_phased_" + label,
        tolerance=2e-4,
    )
    def sequence(tf):
        inputs = tf.placeholder(time, [None, None, 1], "t"), tf.placeholder(tf.float32, [None, None, 2], "x")
        n = tf.placeholder(tf.int32, [None], "n")
        with positive(tf):
            return tf.nn.dynamic_rnn(cell(tf), inputs, n, dtype=tf.float32)


phased("plain")
phased("peepholes", use_peepholes=True, leak=0.1)
phased("wide_open", ratio_on=0.7, trainable_ratio_on=False)
phased("float64_time", time="float64")
# So late that float32 has few digits left for the place in a period.
phased("late", first=4000.0)
phased("late_float64", time="float64", first=4000.0)
