"""static_rnn: lists of steps, lengths, states, ways of taking lists apart and together, scopes."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, ints, normal

LENGTHS = [[2, 4, 1], [4, 4, 4], [0, 0, 0], [9, 5, 4], [-1, 0, 3], [1, 1, 1]]


def padded(rng):
    """Runs with lengths of every kind: past the end, none, negative, all short."""
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in LENGTHS]


def rows(rng):
    """Runs of several numbers of rows."""
    return [{"x": normal(rng, n, 4, 2)} for n in (3, 1, 5)]


def poisoned(rng):
    """NaN and infinity behind the lengths."""
    x = normal(rng, 3, 4, 2)
    x[0, 2:] = np.nan
    x[2, 1:] = np.inf
    return [{"x": x, "n": np.array([2, 4, 1], "int32")}, {"x": x, "n": np.array([1, 3, 0], "int32")}]


def steps(tf, batch=None, time=4):
    x = tf.placeholder(tf.float32, [batch, time, 2], "x")
    return tf.unstack(x, time, 1), tf.placeholder(tf.int32, [batch], "n")


CELLS = {
    "lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3),
    "gru": lambda tf: tf.nn.rnn_cell.GRUCell(3),
    "basic_rnn": lambda tf: tf.nn.rnn_cell.BasicRNNCell(3),
    "projected_lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True, num_proj=2, proj_clip=0.3),
    "clipped_to_zero": lambda tf: tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True, cell_clip=0.0),
    "layers": lambda tf: tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(3))]
    ),
    "concatenated_layers": lambda tf: tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.BasicLSTMCell(3, state_is_tuple=False), tf.nn.rnn_cell.GRUCell(2)], state_is_tuple=False
    ),
}


def over_cells(cell_name, make):
    @case(rows, name=f"{cell_name}_without_lengths")
    def plain(tf):
        xs, _ = steps(tf)
        return tf.nn.static_rnn(make(tf), xs, dtype=tf.float32)

    @case(padded, name=f"{cell_name}_with_lengths")
    def lengths(tf):
        xs, n = steps(tf, 3)
        return tf.nn.static_rnn(make(tf), xs, sequence_length=n, dtype=tf.float32)

    @case(poisoned, name=f"{cell_name}_with_nan_behind_the_lengths")
    def nan(tf):
        xs, n = steps(tf)
        return tf.nn.static_rnn(make(tf), xs, None, tf.float32, n)


for cell_name, make in CELLS.items():
    over_cells(cell_name, make)


def from_states(rng):
    return [{**run, "c": normal(rng, 3, 3), "h": normal(rng, 3, 3)} for run in padded(rng)]


@case(from_states)
def from_a_state_with_lengths(tf):
    xs, n = steps(tf)
    c, h = tf.placeholder(tf.float32, [None, 3], "c"), tf.placeholder(tf.float32, [None, 3], "h")
    state = tf.nn.rnn_cell.LSTMStateTuple(c, h)
    return tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell(3), xs, initial_state=state, sequence_length=n)


@case(lambda rng: from_states(rng)[:1])
def from_a_state_without_lengths(tf):
    xs, _ = steps(tf)
    c, h = tf.placeholder(tf.float32, [None, 3], "c"), tf.placeholder(tf.float32, [None, 3], "h")
    first = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), xs, initial_state=h)
    return first, tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell(3), xs, initial_state=(c, h), scope="lstm")


@case(rows)
def one_step(tf):
    xs, _ = steps(tf)
    return tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell(3), xs[:1], dtype=tf.float32)


@case(padded)
def one_step_with_lengths(tf):
    xs, n = steps(tf)
    return tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell(3), xs[2:3], dtype=tf.float32, sequence_length=n)


@case(rows)
def a_learned_state_of_one_row(tf):
    class Decay(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs, state):
            new = tf.tanh(inputs + 0.5 * state)
            return new, new

    xs, _ = steps(tf)
    return tf.nn.static_rnn(Decay(), xs, initial_state=tf.get_variable("start", [1, 2]))


@case(lambda rng: {f"x{t}": normal(rng, 3, 2) for t in range(3)})
def a_placeholder_for_each_step(tf):
    xs = [tf.placeholder(tf.float32, [None, 2], f"x{t}") for t in range(3)]
    return tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(3), xs, dtype=tf.float32)


@case(lambda rng: {f"x{t}": normal(rng, 3, 2) for t in range(3)})
def one_step_that_knows_the_batch(tf):
    xs = [tf.placeholder(tf.float32, [3 if t == 1 else None, 2], f"x{t}") for t in range(3)]
    return tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), xs, dtype=tf.float32, sequence_length=[1, 3, 2])


@case(lambda rng: {"x": normal(rng, 4, 6)})
def pieces_of_a_row(tf):
    x = tf.placeholder(tf.float32, [4, 6], "x")
    pieces = tf.split(x, 3, 1)
    outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(3), tuple(pieces), dtype=tf.float32)
    return tf.matmul(outputs[-1], tf.get_variable("w", [3, 2])), state


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def the_way_of_tutorials(tf):
    x = tf.placeholder("float", [None, 4, 2], "x")
    x = tf.reshape(tf.transpose(x, [1, 0, 2]), [-1, 2])
    outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(3), tf.split(x, 4, 0), dtype=tf.float32)
    return tf.reshape(tf.concat(outputs, 1), [-1, 3]), tf.stack(outputs, axis=1)


@case(lambda rng: {"ids": ints(rng, 6, 3, 4)})
def embedded_ids(tf):
    ids = tf.placeholder(tf.int32, [None, 4], "ids")
    table = tf.get_variable("table", [6, 2])
    xs = [tf.squeeze(x, [1]) for x in tf.split(tf.nn.embedding_lookup(table, ids), 4, 1)]
    outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), xs, dtype=tf.float32)
    return outputs[-1], state


@case(lambda rng: {"ids": ints(rng, 6, 3, 4)})
def ids_of_rank_one(tf):
    class Embedding(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            table = tf.get_variable("embedding", [6, 3])
            new = tf.tanh(tf.nn.embedding_lookup(table, inputs) + state)
            return new, new

    ids = tf.placeholder(tf.int32, [None, 4], "ids")
    plain = tf.nn.static_rnn(Embedding(), tf.unstack(ids, 4, 1), dtype=tf.float32)
    masked = tf.nn.static_rnn(
        Embedding(), tf.unstack(ids, 4, 1), dtype=tf.float32, sequence_length=[2, 0, 4], scope="m"
    )
    return plain, masked


def lengths_of(dtype, values):
    @case(lambda rng: {"x": normal(rng, 3, 4, 2), "n": np.array(values, dtype)}, name=f"lengths_of_{dtype}")
    def build(tf):
        xs = tf.unstack(tf.placeholder(tf.float32, [3, 4, 2], "x"), axis=1)
        n = tf.placeholder(tf.as_dtype(dtype), [None], "n")
        return tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), xs, sequence_length=n, dtype=tf.float32)


lengths_of("int64", [1, 2, 9])
lengths_of("float32", [2.9, 1.2, 0.9])
lengths_of("uint8", [3, 0, 200])


@case(lambda rng: {"x": normal(rng, 2, 8, 5)})
def a_cell_that_adds_one(tf):
    class Plus(tf.nn.rnn_cell.RNNCell):
        output_size = state_size = 5

        def call(self, inputs, state):
            return inputs + 1, state + 1

    xs = tf.unstack(tf.placeholder(tf.float32, [2, 8, 5], "x"), axis=1)
    full = tf.nn.static_rnn(Plus(), xs, dtype=tf.float32)
    return full, tf.nn.static_rnn(Plus(), xs, sequence_length=np.array([2, 3]), dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 3, 4, 2, dtype="float64")})
def double_precision(tf):
    xs = tf.unstack(tf.placeholder(tf.float64, [None, 4, 2], "x"), 4, 1)
    return tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell(3), xs, dtype=tf.float64, sequence_length=[4, 0, 2])


@case(lambda rng: {"x": normal(rng, 3, 4, 2, dtype="float16")}, tolerance=6e-3)
def half_precision(tf):
    xs = tf.unstack(tf.placeholder(tf.float16, [None, 4, 2], "x"), 4, 1)
    return tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), xs, dtype=tf.float16, sequence_length=[4, 0, 2])


@case(lambda rng: {"x": normal(rng, 0, 4, 2), "n": np.zeros(0, "int32")})
def no_rows(tf):
    xs, n = steps(tf)
    return tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell(3), xs, sequence_length=n, dtype=tf.float32)


@case(rows)
def scopes_and_sharing(tf):
    xs, _ = steps(tf)

    def run(**options):
        return tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), xs, dtype=tf.float32, **options)[1]

    with tf.variable_scope("given") as given:
        pass
    found = [run(scope="named"), run(scope=given), run()]
    with tf.variable_scope("share"):
        found.append(run())
    with tf.variable_scope("share", reuse=True):
        found.append(run())
    return found


@case(rows)
def one_cell_used_statically_and_dynamically(tf):
    x = tf.placeholder(tf.float32, [None, 4, 2], "x")
    cell = tf.nn.rnn_cell.LSTMCell(3)
    static = tf.nn.static_rnn(cell, tf.unstack(x, 4, 1), dtype=tf.float32)
    again = tf.nn.static_rnn(cell, tf.unstack(x[:, ::-1], 4, 1), dtype=tf.float32)
    return static, again, tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)


@case(rows)
def variables_made_in_the_call(tf):
    class Own(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            hidden = tf.layers.dense(tf.concat([inputs, state], 1), 3, tf.nn.relu)
            hidden = tf.layers.dense(hidden, 3, name="second")
            with tf.variable_scope("gate"):
                gate = tf.sigmoid(tf.matmul(state, tf.get_variable("w", [3, 3], initializer=tf.ones_initializer())))
            new = gate * hidden + (1.0 - gate) * state
            return new, new

    xs, _ = steps(tf)
    return tf.nn.static_rnn(Own(), xs, dtype=tf.float32)


@case(rows)
def a_function_like_cell_in_a_scope_of_its_own(tf):
    class Plain:
        state_size = output_size = 2

        def zero_state(self, batch_size, dtype):
            return tf.zeros([batch_size, 2], dtype)

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or "plain"):
                new = tf.tanh(tf.matmul(inputs, tf.get_variable("w", [2, 2])) + state)
            return new, new

    xs, _ = steps(tf)
    return tf.nn.static_rnn(Plain(), xs, dtype=tf.float32)


@case(padded)
def encoder_and_decoder(tf):
    xs, n = steps(tf)
    with tf.variable_scope("encoder"):
        _, state = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), xs, dtype=tf.float32, sequence_length=n)
    with tf.variable_scope("decoder"):
        outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), [tf.zeros_like(xs[0]), *xs[:-1]], state)
    return [tf.layers.dense(output, 2, name="logits", reuse=index > 0) for index, output in enumerate(outputs)]


@facts()
def static_shapes(tf):
    found = {}
    for name, batch in {"known": 3, "unknown": None}.items():
        xs = tf.unstack(tf.placeholder(tf.float32, [batch, 2, 2]), 2, 1)
        outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(5), xs, dtype=tf.float32, scope=name)
        found[name] = [type(outputs).__name__, *(t.shape.as_list() for t in (*outputs, state))]
        masked = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(5), xs, None, tf.float32, [1, 2, 3], scope=name + "_masked")
        found[name + "_masked"] = [t.shape.as_list()[1:] for t in (*masked[0], masked[1])]
    return found
