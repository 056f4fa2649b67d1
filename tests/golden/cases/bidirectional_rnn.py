"""bidirectional_dynamic_rnn: lengths, states, cells, structures, scopes and errors."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal

LENGTHS = [[2, 4, 1], [4, 4, 4], [0, 0, 0], [1, 0, 3]]


def padded(rng):
    """Runs with lengths of every kind that TensorFlow reverses."""
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in LENGTHS]


def sequences(rng):
    """Runs of several numbers of rows and steps."""
    return [{"x": normal(rng, *shape, 2)} for shape in ((3, 4), (1, 1), (2, 7), (5, 1))]


def poisoned(rng):
    """NaN and infinity behind the lengths."""
    x = normal(rng, 3, 4, 2)
    x[0, 2:] = np.nan
    x[2, 1:] = np.inf
    return [{"x": x, "n": np.array([2, 4, 1], "int32")}, {"x": x, "n": np.array([1, 3, 0], "int32")}]


def inputs(tf, shape=(3, 4, 2)):
    return tf.placeholder(tf.float32, shape, "x"), tf.placeholder(tf.int32, [shape[0]], "n")


CELLS = {
    "lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3),
    "gru": lambda tf: tf.nn.rnn_cell.GRUCell(3),
    "basic_rnn": lambda tf: tf.nn.rnn_cell.BasicRNNCell(3),
    "peephole_lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True, num_proj=2),
    "clipped_lstm": lambda tf: tf.nn.rnn_cell.LSTMCell(3, cell_clip=0.4),
    "concatenated_lstm": lambda tf: tf.nn.rnn_cell.BasicLSTMCell(3, state_is_tuple=False),
    "layers": lambda tf: tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(3))]
    ),
}


def over_cells(cell_name, make):
    @case(sequences, name=f"{cell_name}_of_unknown_batch_and_time")
    def unknown(tf):
        x = tf.placeholder(tf.float32, [None, None, 2], "x")
        return tf.nn.bidirectional_dynamic_rnn(make(tf), make(tf), x, dtype=tf.float32)

    @case(padded, name=f"{cell_name}_with_lengths")
    def lengths(tf):
        x, n = inputs(tf)
        return tf.nn.bidirectional_dynamic_rnn(make(tf), make(tf), x, n, dtype=tf.float32)

    @case(poisoned, name=f"{cell_name}_with_nan_behind_the_lengths")
    def nan(tf):
        x, n = inputs(tf, (None, None, 2))
        return tf.nn.bidirectional_dynamic_rnn(make(tf), make(tf), x, sequence_length=n, dtype=tf.float32)

    @case(
        lambda rng: [{"x": normal(rng, 4, 3, 2), "n": np.array(n, "int32")} for n in LENGTHS],
        name=f"{cell_name}_time_major_with_lengths",
    )
    def time_major(tf):
        x = tf.placeholder(tf.float32, [None, None, 2], "x")
        n = tf.placeholder(tf.int32, [None], "n")
        return tf.nn.bidirectional_dynamic_rnn(make(tf), make(tf), x, n, dtype=tf.float32, time_major=True)


for cell_name, make in CELLS.items():
    over_cells(cell_name, make)


@case(lambda rng: [{"x": normal(rng, 4, 3, 2)}])
def time_major_without_lengths(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    cells = [tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.LSTMCell(3)]
    return tf.nn.bidirectional_dynamic_rnn(*cells, inputs=x, dtype=tf.float32, time_major=True)


def from_states(rng):
    states = {"c": normal(rng, 3, 3), "h": normal(rng, 3, 3), "g": normal(rng, 3, 5)}
    return [{**run, **states} for run in padded(rng)]


@case(from_states)
def different_cells_widths_and_both_initial_states(tf):
    x, n = inputs(tf, (None, None, 2))
    c, h = tf.placeholder(tf.float32, [None, 3], "c"), tf.placeholder(tf.float32, [None, 3], "h")
    return tf.nn.bidirectional_dynamic_rnn(
        tf.nn.rnn_cell.LSTMCell(3),
        tf.nn.rnn_cell.GRUCell(5),
        x,
        n,
        initial_state_fw=tf.nn.rnn_cell.LSTMStateTuple(c, h),
        initial_state_bw=tf.placeholder(tf.float32, [None, 5], "g"),
    )


@case(lambda rng: [{**run, "g": normal(rng, 3, 5)} for run in padded(rng)])
def only_the_backward_state_is_given(tf):
    x, n = inputs(tf)
    start = tf.placeholder(tf.float32, [3, 5], "g")
    cells = tf.nn.rnn_cell.BasicRNNCell(3), tf.nn.rnn_cell.GRUCell(5)
    return tf.nn.bidirectional_dynamic_rnn(*cells, x, n, initial_state_bw=start, dtype=tf.float32)


def partly(which, pick):
    @case(padded, name=f"only_{which}")
    def build(tf):
        x, n = inputs(tf, (None, None, 2))
        cells = tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.LSTMCell(3)
        return pick(tf, *tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float32))


partly("the_joined_outputs", lambda tf, outputs, states: tf.concat(outputs, 2))
partly("the_states", lambda tf, outputs, states: states)
partly("the_backward_outputs", lambda tf, outputs, states: outputs[1])
partly("the_backward_memory_and_forward_outputs", lambda tf, outputs, states: (outputs[0], states[1].c))
partly("the_joined_last_states", lambda tf, outputs, states: tf.concat([state.h for state in states], 1))


@case(padded)
def one_cell_used_in_both_directions(tf):
    x, n = inputs(tf, (None, None, 2))
    cell = tf.nn.rnn_cell.GRUCell(3)
    return tf.nn.bidirectional_dynamic_rnn(cell, cell, x, n, dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 3, 4, 2), "n": np.array([4, 2, 1], "int32"), "m": np.array([1, 3, 2], "int32")})
def several_over_the_same_input(tf):
    x, n = inputs(tf)
    m = tf.placeholder(tf.int32, [3], "m")
    found = []
    for index, (units, lengths) in enumerate([(3, n), (2, n), (3, m), (3, None)]):
        cells = tf.nn.rnn_cell.LSTMCell(units), tf.nn.rnn_cell.LSTMCell(units)
        outputs, states = tf.nn.bidirectional_dynamic_rnn(*cells, x, lengths, dtype=tf.float32, scope=f"bi_{index}")
        found.append((outputs, states[1].h))
    return found


@case(padded)
def two_layers(tf):
    hidden, n = inputs(tf, (None, None, 2))
    for layer in range(2):
        cells = tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.LSTMCell(3)
        outputs, states = tf.nn.bidirectional_dynamic_rnn(*cells, hidden, n, dtype=tf.float32, scope=f"layer_{layer}")
        hidden = tf.concat(outputs, 2)
    return hidden, states


def lengths_of(dtype):
    @case(lambda rng: {"x": normal(rng, 3, 4, 2), "n": np.array([3, 0, 4], dtype)}, name=f"lengths_of_{dtype}")
    def build(tf):
        x = tf.placeholder(tf.float32, [3, None, 2], "x")
        n = tf.placeholder(tf.as_dtype(dtype), [None], "n")
        cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.GRUCell(3)
        return tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float32)


lengths_of("int32")
lengths_of("int64")


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def lengths_as_a_list(tf):
    x = tf.placeholder(tf.float32, [3, 4, 2], "x")
    cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.LSTMCell(3)
    return tf.nn.bidirectional_dynamic_rnn(*cells, x, [1, 4, 2], dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 3, 4, 2, dtype="float64"), "n": np.array([3, 0, 4], "int32")})
def double_precision(tf):
    x = tf.placeholder(tf.float64, [None, None, 2], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.LSTMCell(3)
    return tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float64)


@case(lambda rng: {"x": normal(rng, 3, 4, 2, dtype="float16"), "n": np.array([3, 0, 4], "int32")}, tolerance=6e-3)
def half_precision(tf):
    x = tf.placeholder(tf.float16, [None, None, 2], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.LSTMCell(3)
    return tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float16)


@case(lambda rng: {"x": normal(rng, 3, 0, 2), "n": np.zeros(3, "int32")})
def no_steps(tf):
    x, n = inputs(tf, (3, None, 2))
    cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.LSTMCell(3)
    return tf.nn.bidirectional_dynamic_rnn(*cells, x, n, initial_state_fw=tf.ones([3, 3]), dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 0, 4, 2), "n": np.zeros(0, "int32")})
def no_rows(tf):
    x, n = inputs(tf, (None, None, 2))
    cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.LSTMCell(3)
    return tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float32)


class _Pair:
    """Makes a cell over a pair of inputs, with one tensor as its output."""

    @staticmethod
    def make(tf):
        class Both(tf.nn.rnn_cell.RNNCell):
            state_size = (3, 2)
            output_size = 5

            def call(self, inputs, state):
                x, y = inputs
                kernel = tf.get_variable("kernel", [2, 3])
                new = tf.tanh(tf.matmul(x, kernel) + state[0]), state[1] + y
                return tf.concat(new, 1), new

        return Both()


@case(lambda rng: {"x": normal(rng, 3, 4, 2), "y": normal(rng, 3, 4, 2), "n": np.array([3, 0, 4], "int32")})
def nested_inputs(tf):
    x, n = inputs(tf, (None, None, 2))
    y = tf.placeholder(tf.float32, [None, None, 2], "y")
    return tf.nn.bidirectional_dynamic_rnn(_Pair.make(tf), _Pair.make(tf), (x, y), n, dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 3, 4, 2), "y": normal(rng, 3, 4, 2)})
def nested_inputs_without_lengths(tf):
    x, y = (tf.placeholder(tf.float32, [None, None, 2], name) for name in "xy")
    return tf.nn.bidirectional_dynamic_rnn(_Pair.make(tf), _Pair.make(tf), (x, y), dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 2, 4, 3, 2), "n": np.array([3, 4], "int32")})
def features_of_rank_two(tf):
    class Plus(tf.nn.rnn_cell.RNNCell):
        state_size = tf.TensorShape([3, 2])
        output_size = tf.TensorShape([3, 2])

        def call(self, inputs, state):
            return inputs + state, state + inputs

    x = tf.placeholder(tf.float32, [2, None, 3, 2], "x")
    n = tf.placeholder(tf.int32, [2], "n")
    return tf.nn.bidirectional_dynamic_rnn(Plus(), Plus(), x, n, dtype=tf.float32)


@case(lambda rng: [{"x": normal(rng, 2, 4, 2), "n": np.array(n, "int32")} for n in ([1, 2], [0, 0], [4, 1])])
def scalar_counters(tf):
    class Counter(tf.nn.rnn_cell.RNNCell):
        state_size = tf.TensorShape([])
        output_size = 2

        def call(self, inputs, state):
            return inputs + tf.cast(state, tf.float32), state + 1

    x = tf.placeholder(tf.float32, [2, None, 2], "x")
    n = tf.placeholder(tf.int32, [2], "n")
    start = tf.constant(0)
    return tf.nn.bidirectional_dynamic_rnn(Counter(), Counter(), x, n, start, start, tf.float32)


@case(sequences)
def scopes_as_strings_and_objects(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    with tf.variable_scope("given") as given:
        pass

    def run(**options):
        cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.BasicRNNCell(3)
        return tf.nn.bidirectional_dynamic_rnn(*cells, x, dtype=tf.float32, **options)[1]

    found = [run(scope="named"), run(scope=given)]
    with tf.variable_scope("outer"):
        found.append(run())
    with tf.variable_scope("outer", reuse=True):
        found.append(run(parallel_iterations=2, swap_memory=True))
    return found


@facts()
def static_shapes(tf):
    found = {}
    for name, shape in {"known": [3, 4, 2], "no_batch": [None, 4, 2], "no_time": [3, None, 2]}.items():
        cells = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.GRUCell(5)
        x = tf.placeholder(tf.float32, shape)
        outputs, states = tf.nn.bidirectional_dynamic_rnn(*cells, x, dtype=tf.float32, scope=name)
        found[name] = [t.shape.as_list() for t in (*outputs, *states)]
    return found


# -- errors ------------------------------------------------------------------------------------------------------------


def gru_and(tf, cell=None, x=None, **options):
    x = tf.zeros([2, 3, 4]) if x is None else x
    return tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), cell or tf.nn.rnn_cell.GRUCell(3), x, **options)


@error_case("The argument 'cell_bw'", "is not an RNNCell")
def backward_cell_is_no_cell(tf):
    return gru_and(tf, object(), dtype=tf.float32)


@error_case("The argument 'cell_fw'", "is not an RNNCell")
def forward_cell_is_no_cell(tf):
    return tf.nn.bidirectional_dynamic_rnn(object(), tf.nn.rnn_cell.GRUCell(3), tf.zeros([2, 3, 4]), dtype=tf.float32)


@error_case("If no initial_state is provided, argument `dtype` must be specified")
def neither_state_nor_dtype(tf):
    return gru_and(tf, initial_state_fw=tf.zeros([2, 3]))


@error_case("Argument sequence_length must be a vector of length batch_size")
def scalar_length(tf):
    return gru_and(tf, sequence_length=3, dtype=tf.float32)


@error_case("must have rank at least 3")
def inputs_of_rank_two(tf):
    return gru_and(tf, x=tf.zeros([2, 4]), dtype=tf.float32)


@error_case("2", "3")
def too_many_lengths(tf):
    return gru_and(tf, sequence_length=[1, 2, 3], dtype=tf.float32)


@error_case("already exists, disallowed. Did you mean to set reuse=True")
def a_second_one_in_the_same_scope(tf):
    gru_and(tf, dtype=tf.float32)
    return gru_and(tf, dtype=tf.float32)


@error_case()
def inputs_none(tf):
    return tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.GRUCell(3), None, dtype=tf.float32)
