"""Cells that walk over frequencies: TimeFreqLSTMCell, GridLSTMCell, BidirectionalGridLSTMCell."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal


def sequences(rng):
    """Runs with lengths of every kind."""
    lengths = ([5, 2, 3], [0, 9, 1], [1, 1, 1])
    return [{"x": normal(rng, 3, 5, 4), "n": np.array(n, "int32")} for n in lengths]


def over_sequence(tf, cell, depth=4):
    x = tf.placeholder(tf.float32, [None, None, depth], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)


# A grid over four features in windows of two.
WINDOWS = {"feature_size": 2, "frequency_skip": 1, "num_frequency_blocks": [3]}
BLOCKS = {
    "feature_size": 2,
    "frequency_skip": 2,
    "num_frequency_blocks": [2, 1],
    "start_freqindex_list": [0, 3],
    "end_freqindex_list": [4, 5],
}


def time_freq_option(name, windows, **options):
    """A step with one state tensor for all windows."""

    @case(lambda rng: {"x": normal(rng, 3, 4), "s": 2.0 * normal(rng, 3, 6 * windows)}, name=f"time_freq_step_{name}")
    def step(tf):
        cell = tf.contrib.rnn.TimeFreqLSTMCell(3, **options)
        return cell(tf.placeholder(tf.float32, [3, 4], "x"), tf.placeholder(tf.float32, [3, 6 * windows], "s"))


time_freq_option("plain", 3, feature_size=2)
time_freq_option("skip", 2, feature_size=1, frequency_skip=3)
time_freq_option("one_window", 1, feature_size=4)
time_freq_option("peepholes", 3, feature_size=2, use_peepholes=True)
time_freq_option("clip", 3, feature_size=2, use_peepholes=True, cell_clip=0.3)
time_freq_option("shards", 3, feature_size=2, num_unit_shards=3, forget_bias=0.5)


@case(lambda rng: {"x": normal(rng, 3, 5, 4), "n": np.array([5, 0, 9], "int32")})
def time_freq_over_a_sequence(tf):
    x = tf.placeholder(tf.float32, [3, None, 4], "x")
    cell = tf.contrib.rnn.TimeFreqLSTMCell(3, use_peepholes=True, feature_size=4)
    return tf.nn.dynamic_rnn(cell, x, tf.placeholder(tf.int32, [None], "n"), dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 3, 5, 4)})
def time_freq_in_static_rnn_with_a_state_for_all_windows(tf):
    x = tf.unstack(tf.placeholder(tf.float32, [3, 5, 4], "x"), axis=1)
    return tf.nn.static_rnn(tf.contrib.rnn.TimeFreqLSTMCell(3, feature_size=2), x, tf.ones([3, 18]))


@error_case("Cannot infer input_size from static shape inference")
def time_freq_of_unknown_depth(tf):
    cell = tf.contrib.rnn.TimeFreqLSTMCell(3, feature_size=2)
    cell(tf.placeholder(tf.float32, [3, None]), tf.zeros([3, 18]))


@error_case("Too many shards")
def time_freq_of_more_shards_than_rows(tf):
    cell = tf.contrib.rnn.TimeFreqLSTMCell(3, feature_size=2, num_unit_shards=9)
    cell(tf.zeros([3, 4]), tf.zeros([3, 18]))


def grid_option(name, depth=4, blocks=WINDOWS, step=True, **options):
    """A grid over a sequence, and a step from a state that is not zero."""
    options = {**blocks, **options}
    windows = sum(options["num_frequency_blocks"])

    def feeds(rng):
        return [{"x": normal(rng, 3, 4, depth), "n": np.array(n, "int32")} for n in ([4, 2, 0], [9, 1, 3])]

    @case(feeds, name=f"grid_sequence_{name}")
    def sequence(tf):
        return over_sequence(tf, tf.contrib.rnn.GridLSTMCell(2, **options), depth)

    if not step:
        return

    @case(lambda rng: {"x": normal(rng, 3, depth), "s": 2.0 * normal(rng, 3, 4 * windows)}, name=f"grid_step_{name}")
    def one_step(tf):
        cell = tf.contrib.rnn.GridLSTMCell(2, **options)
        s = tf.placeholder(tf.float32, [None, 4 * windows], "s")
        if options.get("state_is_tuple", True):
            s = cell.state_tuple_type(*tf.split(s, 2 * windows, 1))
        return cell(tf.placeholder(tf.float32, [None, depth], "x"), s)


grid_option("plain")
grid_option("peepholes", use_peepholes=True)
grid_option("coupled", couple_input_forget_gates=True)
grid_option("coupled_peepholes", couple_input_forget_gates=True, use_peepholes=True)
grid_option("shared", share_time_frequency_weights=True)
grid_option("shared_peepholes", share_time_frequency_weights=True, use_peepholes=True)
grid_option(
    "everything",
    share_time_frequency_weights=True,
    use_peepholes=True,
    couple_input_forget_gates=True,
    cell_clip=0.2,
    num_unit_shards=2,
)
grid_option("clip", cell_clip=0.2, use_peepholes=True, forget_bias=3.0)
grid_option("shards", num_unit_shards=4)
grid_option("one_state_tensor", state_is_tuple=False)
grid_option("blocks", depth=5, blocks=BLOCKS, use_peepholes=True)
grid_option("blocks_in_one_state_tensor", depth=5, blocks=BLOCKS, state_is_tuple=False)
grid_option("windows_apart", depth=7, blocks={**WINDOWS, "frequency_skip": 2})


def bidirectional_option(name, depth=4, blocks=WINDOWS, **options):
    @case(
        lambda rng: [{"x": normal(rng, 3, 4, depth), "n": np.array(n, "int32")} for n in ([4, 2, 0], [9, 1, 3])],
        name=f"bidirectional_grid_{name}",
    )
    def sequence(tf):
        return over_sequence(tf, tf.contrib.rnn.BidirectionalGridLSTMCell(2, **blocks, **options), depth)


bidirectional_option("plain")
bidirectional_option("peepholes", use_peepholes=True, cell_clip=0.3)
bidirectional_option("coupled_and_shared", couple_input_forget_gates=True, share_time_frequency_weights=True)
bidirectional_option("offset_behind", backward_slice_offset=1)
bidirectional_option("offset_before", backward_slice_offset=-1)
bidirectional_option("blocks", depth=5, blocks=BLOCKS, backward_slice_offset=1)


@case(lambda rng: {"x": normal(rng, 2, 3, 4)})
def grid_in_a_stack(tf):
    grid = tf.contrib.rnn.GridLSTMCell(2, **WINDOWS)
    stack = tf.nn.rnn_cell.MultiRNNCell([grid, tf.nn.rnn_cell.GRUCell(3)])
    return tf.nn.dynamic_rnn(stack, tf.placeholder(tf.float32, [None, None, 4], "x"), dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 2, 3, 4, dtype="float64")})
def grid_of_float64(tf):
    cell = tf.contrib.rnn.GridLSTMCell(2, use_peepholes=True, **WINDOWS)
    return tf.nn.dynamic_rnn(cell, tf.placeholder(tf.float64, [None, None, 4], "x"), dtype=tf.float64)


@facts()
def sizes(tf):
    rnn = tf.contrib.rnn
    one = rnn.GridLSTMCell(2, state_is_tuple=False, **WINDOWS)
    several = rnn.GridLSTMCell(2, **BLOCKS)
    both = rnn.BidirectionalGridLSTMCell(2, **BLOCKS)
    walk = rnn.TimeFreqLSTMCell(3, feature_size=2)
    return {
        "one": [one.state_size, one.output_size, one.state_tuple_type is None],
        "several": [several.state_size._fields, list(several.state_size), several.output_size],
        "both": [both.state_size._fields, list(both.state_size), both.output_size, type(both.state_size).__name__],
        "walk": [walk.state_size, walk.output_size],
    }


@error_case("Must specify num_frequency_blocks")
def grid_without_blocks(tf):
    tf.contrib.rnn.GridLSTMCell(2)


def refused_grid(name, mention, depth=4, **options):
    @error_case(mention, name=f"grid_with_{name}")
    def refused(tf):
        cell = tf.contrib.rnn.GridLSTMCell(2, **options)
        cell(tf.placeholder(tf.float32, [3, depth]), cell.zero_state(3, tf.float32))


refused_grid("unknown_depth", "Cannot infer input_size from static shape inference", depth=None, **WINDOWS)
refused_grid(
    "several_blocks_but_no_starts",
    "Length of num_frequency_blocks is not 1, but instead is 2",
    **{**WINDOWS, "num_frequency_blocks": [1, 2]},
)
refused_grid(
    "another_number_of_windows",
    "Invalid num_frequency_blocks, requires 2 but gets 3, please check",
    **{**WINDOWS, "num_frequency_blocks": [2]},
)
refused_grid(
    "another_number_of_windows_in_a_block",
    "Invalid num_frequency_blocks, requires 1 but gets 2, please check",
    depth=5,
    **{**BLOCKS, "num_frequency_blocks": [1, 1]},
)
refused_grid(
    "fewer_ends_than_starts",
    "Length of start and end freqindex_list does not match",
    depth=5,
    **{**BLOCKS, "end_freqindex_list": [4]},
)
refused_grid(
    "fewer_blocks_than_starts",
    "Length of num_frequency_blocks is not equal to start_freqindex_list",
    depth=5,
    **{**BLOCKS, "num_frequency_blocks": [2]},
)
refused_grid("more_shards_than_rows", "Too many shards", num_unit_shards=9, **WINDOWS)
