"""dynamic_rnn: structures, lengths, initial states, dtypes and scopes."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, ints, normal

LENGTHS = [[2, 4, 1], [4, 4, 4], [0, 0, 0], [9, 5, 4], [-1, 0, 3], [1, 1, 1], [0, 2, 7]]


def padded(rng):
    """Runs with lengths of every kind: past the end, none, negative, all short."""
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in LENGTHS]


def poisoned(rng):
    """NaN and infinity behind the lengths."""
    x = normal(rng, 3, 4, 2)
    x[0, 2:] = np.nan
    x[2, 1:] = np.inf
    return [{"x": x, "n": np.array([2, 4, 1], "int32")}, {"x": x, "n": np.array([1, 3, 0], "int32")}]


def sequences(rng):
    """Runs of several numbers of rows and steps."""
    return [{"x": normal(rng, *shape, 2)} for shape in ((3, 4), (1, 1), (2, 7), (5, 1))]


def inputs(tf, shape=(3, 4, 2)):
    return tf.placeholder(tf.float32, shape, "x"), tf.placeholder(tf.int32, [shape[0]], "n")


CELLS = {
    "lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3),
    "gru": lambda tf: tf.nn.rnn_cell.GRUCell(3),
    "basic_rnn": lambda tf: tf.nn.rnn_cell.BasicRNNCell(3),
    "basic_lstm": lambda tf: tf.nn.rnn_cell.BasicLSTMCell(3),
}


def over_cells(cell_name, make):
    @case(sequences, name=f"{cell_name}_of_unknown_batch_and_time")
    def unknown(tf):
        x = tf.placeholder(tf.float32, [None, None, 2], "x")
        return tf.nn.dynamic_rnn(make(tf), x, dtype=tf.float32)

    @case(padded, name=f"{cell_name}_with_lengths")
    def lengths(tf):
        x, n = inputs(tf)
        return tf.nn.dynamic_rnn(make(tf), x, sequence_length=n, dtype=tf.float32)

    @case(padded, name=f"{cell_name}_with_lengths_of_unknown_batch_and_time")
    def unknown_lengths(tf):
        x, n = inputs(tf, (None, None, 2))
        return tf.nn.dynamic_rnn(make(tf), x, n, dtype=tf.float32)

    @case(poisoned, name=f"{cell_name}_with_nan_behind_the_lengths")
    def nan(tf):
        x, n = inputs(tf, (None, None, 2))
        return tf.nn.dynamic_rnn(make(tf), x, n, dtype=tf.float32)

    @case(
        lambda rng: [{**run, "c": normal(rng, 3, 3), "h": normal(rng, 3, 3)} for run in padded(rng)],
        name=f"{cell_name}_from_a_state_with_lengths",
    )
    def from_state(tf):
        x, n = inputs(tf, (None, None, 2))
        c, h = tf.placeholder(tf.float32, [None, 3], "c"), tf.placeholder(tf.float32, [None, 3], "h")
        state = tf.nn.rnn_cell.LSTMStateTuple(c, h) if "lstm" in cell_name else h + 0.0 * c
        return tf.nn.dynamic_rnn(make(tf), x, n, initial_state=state)

    @case(
        lambda rng: [{"x": normal(rng, 4, 3, 2), "n": np.array(n, "int32")} for n in LENGTHS],
        name=f"{cell_name}_time_major_with_lengths",
    )
    def time_major(tf):
        x = tf.placeholder(tf.float32, [None, None, 2], "x")
        n = tf.placeholder(tf.int32, [None], "n")
        return tf.nn.dynamic_rnn(make(tf), x, n, dtype=tf.float32, time_major=True)

    @case(name=f"{cell_name}_of_no_steps")
    def no_steps(tf):
        state = CELLS[cell_name](tf).zero_state(3, tf.float32)
        ones = tf.nest.map_structure(lambda leaf: leaf + 1.0, state)
        return tf.nn.dynamic_rnn(make(tf), tf.zeros([3, 0, 2]), initial_state=ones)

    @case(
        lambda rng: [{"x": normal(rng, 3, 0, 2), "n": np.zeros(3, "int32")}],
        name=f"{cell_name}_of_no_steps_known_only_when_it_runs",
    )
    def no_steps_later(tf):
        x, n = inputs(tf, (3, None, 2))
        return tf.nn.dynamic_rnn(make(tf), x, n, dtype=tf.float32)

    @case(
        lambda rng: [{"x": normal(rng, 0, 4, 2)}],
        name=f"{cell_name}_of_no_rows",
    )
    def no_rows(tf):
        return tf.nn.dynamic_rnn(make(tf), tf.placeholder(tf.float32, [None, None, 2], "x"), dtype=tf.float32)

    @case(lambda rng: [{"x": normal(rng, 3, 4, 2).astype("float64")}], name=f"{cell_name}_in_double_precision")
    def double(tf):
        x = tf.placeholder(tf.float64, [None, 4, 2], "x")
        return tf.nn.dynamic_rnn(make(tf), x, sequence_length=[4, 2, 0], dtype=tf.float64)

    @case(
        lambda rng: [{"x": normal(rng, 3, 4, 2).astype("float16")}],
        name=f"{cell_name}_in_half_precision",
        tolerance=6e-3,
    )
    def half(tf):
        x = tf.placeholder(tf.float16, [None, 4, 2], "x")
        return tf.nn.dynamic_rnn(make(tf), x, sequence_length=[4, 2, 0], dtype=tf.float16)


for cell_name, make in CELLS.items():
    over_cells(cell_name, make)


@case(lambda rng: {"x": normal(rng, 0, 4, 2), "n": np.zeros(0, "int32")})
def no_rows_with_lengths(tf):
    x, n = inputs(tf, (None, None, 2))
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, n, dtype=tf.float32)


def lengths_of(dtype, values):
    @case(lambda rng: {"x": normal(rng, 3, 4, 2), "n": np.array(values, dtype)}, name=f"lengths_of_{dtype}")
    def build(tf):
        x = tf.placeholder(tf.float32, [3, None, 2], "x")
        n = tf.placeholder(tf.as_dtype(dtype), [None], "n")
        return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, n, dtype=tf.float32)


for dtype, values in {
    "int8": [3, 0, -2],
    "uint8": [3, 0, 200],
    "int64": [1, 2, 9],
    "float32": [2.9, 1.2, 0.9],
    "float64": [3.99, 4.5, -0.5],
    "bool": [True, False, True],
}.items():
    lengths_of(dtype, values)


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def lengths_as_a_list_or_an_array(tf):
    x = tf.placeholder(tf.float32, [3, 4, 2], "x")
    cell = tf.nn.rnn_cell.BasicRNNCell(3)
    first = tf.nn.dynamic_rnn(cell, x, [1, 2, 3], dtype=tf.float32)
    return first, tf.nn.dynamic_rnn(cell, x, np.array([4, 0, 2]), dtype=tf.float32)


@case(lambda rng: {"x": np.abs(normal(rng, 3, 4, 2))})
def lengths_computed_from_the_inputs(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    used = tf.sign(tf.reduce_max(tf.abs(x), 2))
    length = tf.cast(tf.reduce_sum(used, 1), tf.int32) - 1
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, length, dtype=tf.float32)


@case(sequences)
def zero_state_of_the_batch_as_a_tensor(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.LSTMCell(2)])
    return tf.nn.dynamic_rnn(cell, x, initial_state=cell.zero_state(tf.shape(x)[0], tf.float32))


@case(sequences)
def learned_initial_state(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    cell = tf.nn.rnn_cell.LSTMCell(3)
    c, h = tf.get_variable("c0", [1, 3]), tf.get_variable("h0", [1, 3])
    rows = tf.shape(x)[0]
    state = tf.nn.rnn_cell.LSTMStateTuple(tf.tile(c, [rows, 1]), tf.tile(h, tf.stack([rows, 1])))
    return tf.nn.dynamic_rnn(cell, x, initial_state=state)


@case(sequences)
def only_the_last_output(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, dtype=tf.float32)
    return outputs[:, -1]


@case(padded)
def only_the_memory(tf):
    x, n = inputs(tf)
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, n, dtype=tf.float32)
    return state.c


@case(padded)
def last_valid_output_by_gather_nd(tf):
    x, n = inputs(tf, (None, None, 2))
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, n, dtype=tf.float32)
    last = tf.clip_by_value(n, 1, tf.shape(x)[1]) - 1
    return tf.gather_nd(outputs, tf.stack([tf.range(tf.shape(x)[0]), last], axis=1)), state


@case(lambda rng: {"ids": ints(rng, 6, 2, 5), "n": np.array([5, 3], "int32")})
def embedded_ids(tf):
    ids = tf.placeholder(tf.int32, [None, None], "ids")
    table = tf.get_variable("table", [6, 3])
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), tf.nn.embedding_lookup(table, ids), n, dtype=tf.float32)


@case(sequences)
def one_cell_used_twice_shares_its_variables(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    cell = tf.nn.rnn_cell.LSTMCell(3)
    first = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    return first, tf.nn.dynamic_rnn(cell, x[:, ::-1], dtype=tf.float32)


@case(sequences)
def two_cells_share_by_reuse(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    with tf.variable_scope("shared"):
        first = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32)
    with tf.variable_scope("shared", reuse=True):
        second = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x * 2.0, dtype=tf.float32)
    with tf.variable_scope("shared", reuse=tf.AUTO_REUSE):
        third = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3, name="other"), x, dtype=tf.float32)
    return first, second, third


@case(sequences)
def scopes_as_strings_and_objects(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    with tf.variable_scope("given") as given:
        pass
    first = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32, scope="named")
    second = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32, scope=given)
    with tf.variable_scope("outer"):
        third = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32)
    return first[1], second[1], third[1]


@case(sequences)
def two_layers_in_two_scopes(tf):
    hidden = tf.placeholder(tf.float32, [None, None, 2], "x")
    for layer in range(2):
        with tf.variable_scope(f"layer_{layer}"):
            hidden, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), hidden, dtype=tf.float32)
    return hidden, state


@case(sequences)
def encoder_state_starts_the_decoder(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    with tf.variable_scope("encoder"):
        _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, dtype=tf.float32)
    with tf.variable_scope("decoder"):
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x[:, ::-1, :], initial_state=state)
    return tf.layers.dense(outputs, 5, name="logits")


@case(padded)
def other_arguments_change_no_value(tf):
    x, n = inputs(tf, (None, None, 2))
    return tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.LSTMCell(3),
        inputs=x,
        sequence_length=n,
        initial_state=None,
        dtype=tf.float32,
        parallel_iterations=None,
        swap_memory=True,
        time_major=False,
        scope=None,
    )


@case(lambda rng: {"x": normal(rng, 2, 5, 3), "n": np.array([5, 3], "int64")})
def two_directions_by_reverse_sequence(tf):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    n = tf.placeholder(tf.int64, [None], "n")
    with tf.variable_scope("fw"):
        forward, fw_state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), x, n, dtype=tf.float32)
    with tf.variable_scope("bw"):
        flipped = tf.reverse_sequence(x, n, seq_axis=1, batch_axis=0)
        backward, bw_state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), flipped, n, dtype=tf.float32)
        backward = tf.reverse_sequence(backward, n, seq_dim=1, batch_dim=0)
    return tf.concat([forward, backward], 2), tf.concat([fw_state, bw_state], 1)


@facts()
def static_shapes_of_outputs_and_states(tf):
    found = {}
    for name, shape in {
        "known": [3, 4, 2],
        "no_batch": [None, 4, 2],
        "no_time": [3, None, 2],
        "neither": [None] * 2 + [2],
    }.items():
        with tf.variable_scope(name):
            x = tf.placeholder(tf.float32, shape)
            outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(5), x, dtype=tf.float32)
            found[name] = [outputs.shape.as_list(), state.c.get_shape().as_list(), type(state).__name__]
            major, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(5), x, dtype=tf.float32, time_major=True)
            found[name + "_time_major"] = major.shape.as_list()
    return found
