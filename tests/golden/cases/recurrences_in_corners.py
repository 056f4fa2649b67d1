"""Corners of recurrences that no other family looks into: batches, nests of outputs, emits, scopes, dtypes."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, normal


def padded(rng):
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in ([2, 4, 1], [0, 9, 3])]


def inputs(tf, *shape):
    return tf.placeholder(tf.float32, list(shape) or [None, None, 2], "x"), tf.placeholder(tf.int32, [None], "n")


# -- batches, structures and dtypes ------------------------------------------------------------------------------------


@case(lambda rng: {"known": normal(rng, 3, 4, 2), "unknown": normal(rng, 3, 4, 2), "s": normal(rng, 3, 5)})
def batches_of_inputs_and_states(tf):
    found = []
    start = tf.placeholder(tf.float32, [None, 5], "s")
    for batch, name in ((3, "known"), (None, "unknown")):
        x = tf.placeholder(tf.float32, [batch, 4, 2], name)
        for index, state in enumerate((None, start, tf.ones([3, 5]))):
            cell, scope = tf.nn.rnn_cell.GRUCell(5), f"{name}_{index}"
            found.append(tf.nn.dynamic_rnn(cell, x, initial_state=state, dtype=tf.float32, scope=scope))
    return found


@case(padded)
def outputs_of_different_widths_in_a_nest(tf):
    class Unbalanced(tf.nn.rnn_cell.RNNCell):
        state_size = 2
        output_size = (2, (4, 1))

        def call(self, inputs, state):
            joined = tf.concat([inputs, inputs], -1)
            return (inputs, (joined, joined[:, :1])), state + 1.0

    x, n = inputs(tf)
    plain = tf.nn.dynamic_rnn(Unbalanced(), x, dtype=tf.float32)
    return plain, tf.nn.dynamic_rnn(Unbalanced(), x, n, dtype=tf.float32)


@case(lambda rng: {"single": normal(rng, 2, 3), "double": normal(rng, 2, 3, dtype="float64")})
def cells_built_by_hand_in_both_precisions(tf):
    found = []
    for dtype, name in ((tf.float32, "single"), (tf.float64, "double")):
        x = tf.placeholder(dtype, [2, 3], name)
        for make in (
            tf.nn.rnn_cell.BasicRNNCell,
            tf.nn.rnn_cell.GRUCell,
            tf.nn.rnn_cell.BasicLSTMCell,
            tf.nn.rnn_cell.LSTMCell,
        ):
            cell = make(4, dtype=dtype, name=f"{name}_{make.__name__}")
            cell.build([2, 3])
            found.append(cell(x, cell.get_initial_state(inputs=x)))
    return found


@case(initial=True, tolerance=2e-3)
def known_numbers_of_two_layers_in_half_precision(tf):
    rnn = tf.nn.rnn_cell
    half = tf.float16
    with tf.variable_scope("root", initializer=tf.constant_initializer(0.5, dtype=half)):
        cell = rnn.MultiRNNCell([rnn.BasicLSTMCell(2, state_is_tuple=False) for _ in range(2)], state_is_tuple=False)
        return cell(tf.ones([1, 2], half), tf.fill([1, 8], tf.constant(0.1, half)))


@error_case()
def joined_state_of_fewer_rows(tf):
    tf.nn.rnn_cell.BasicLSTMCell(2, state_is_tuple=False)(tf.zeros([2, 2]), tf.zeros([1, 4]))


@error_case()
def joined_state_of_another_width(tf):
    tf.nn.rnn_cell.BasicLSTMCell(2, state_is_tuple=False)(tf.zeros([2, 2]), tf.zeros([2, 5]))


@case(lambda rng: {"x": normal(rng, 3, 4, 2, dtype="float64"), "n": np.array([4, 0, 2], "int64")})
def doubles_through_a_dropout_that_keeps_all(tf):
    x = tf.placeholder(tf.float64, [3, 4, 2], "x")
    n = tf.placeholder(tf.int64, [3], "n")
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True), 1.0, seed=0)
    static = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float64, sequence_length=n)
    return static, tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float64)


@case(lambda rng: [{**run, "c": 3.0 * normal(rng, 3, 4), "h": normal(rng, 3, 3)} for run in padded(rng)])
def everything_an_lstm_has_from_a_state(tf):
    x, n = inputs(tf)
    options = {"use_peepholes": True, "num_proj": 3, "forget_bias": 2.5}
    state = tf.placeholder(tf.float32, [None, 4], "c"), tf.placeholder(tf.float32, [None, 3], "h")
    start = tf.nn.rnn_cell.LSTMStateTuple(*state)
    plain = tf.nn.rnn_cell.LSTMCell(4, **options)
    clipped = tf.nn.rnn_cell.LSTMCell(4, cell_clip=0.7, proj_clip=0.2, name="clipped", **options)
    return tf.nn.dynamic_rnn(plain, x, n, start), tf.nn.dynamic_rnn(clipped, x, n, start)


# -- names -------------------------------------------------------------------------------------------------------------


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def shared_variables_under_other_name_scopes(tf):
    xs = tf.unstack(tf.placeholder(tf.float32, [3, 4, 2], "x"), axis=1)
    found = []
    for index in range(2):
        with tf.name_scope(f"scope{index}"), tf.variable_scope("same", reuse=index > 0):
            found.append(tf.nn.static_rnn(tf.nn.rnn_cell.LSTMCell(3), xs, dtype=tf.float32)[1])
    return found


class Keeping:
    """A saver whose states begin with ones."""

    def __init__(self, tf):
        self.tf = tf

    def state(self, name):
        return self.tf.ones([3, 3])

    def save_state(self, name, value):
        return value


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def scopes_of_saved_states_and_of_raw_loops(tf):
    x = tf.placeholder(tf.float32, [3, 4, 2], "x")
    with tf.variable_scope("given") as given:
        pass
    found = []
    for scope in ("named", given, None):
        options = {} if scope is None else {"scope": scope}
        cell = tf.nn.rnn_cell.GRUCell(3)
        saved = tf.nn.static_state_saving_rnn(cell, tf.unstack(x, axis=1), Keeping(tf), "s", **options)
        raw = tf.nn.rnn_cell.BasicRNNCell(3)

        def loop_fn(time, output, state, loop_state, raw=raw):
            state = raw.zero_state(3, tf.float32) if output is None else state
            return tf.fill([3], time >= 2), x[:, 0], state, output, None

        found.append((saved[1], tf.nn.raw_rnn(raw, loop_fn, **options)[1]))
    return found


# -- raw_rnn -----------------------------------------------------------------------------------------------------------


@case(lambda rng: [{"x": normal(rng, 2, 2), "m": normal(rng, 2, size)} for size in (1, 3)])
def emits_of_unknown_width(tf):
    cell = tf.nn.rnn_cell.GRUCell(2)
    x = tf.placeholder(tf.float32, [2, 2], "x")
    memory = tf.placeholder(tf.float32, [2, None], "m")

    def loop_fn(time, output, state, loop_state):
        finished = tf.stack([time >= 3, time >= 2])
        if output is None:
            emit = tf.zeros([2, 3], tf.int32), tf.zeros_like(memory[0], tf.int64), tf.zeros_like(memory[0])
            return finished, x, cell.zero_state(2, tf.float32), emit, None
        weights = tf.nn.softmax(memory * output[:, :1])
        emit = tf.ones([2, 2, 3], tf.int32) * time, tf.ones_like(memory, tf.int64) * 7, weights
        return finished, x, state, emit, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    return [part.stack() for part in emitted], state


@case(lambda rng: [{"h": normal(rng, 3, 4), "n": np.array(n, "int32")} for n in ([3, 1, 5], [0, 2, 1])])
def feedback_and_a_loop_state_in_one_loop(tf):
    start = tf.placeholder(tf.float32, [3, 4], "h")
    n = tf.placeholder(tf.int32, [3], "n")
    cell = tf.nn.rnn_cell.LSTMCell(4)

    def loop_fn(time, output, state, loop_state):
        finished = time >= n
        if output is None:
            return finished, start, cell.zero_state(3, tf.float32), None, (tf.zeros([3, 4]), tf.constant(0))
        total, steps = loop_state
        return finished, tf.tanh(output + total), state, output, (total + output, steps + 1)

    outputs, state, loop_state = tf.nn.raw_rnn(cell, loop_fn)
    return outputs.stack(), state, loop_state


# -- a gated unit of one's own -----------------------------------------------------------------------------------------


def gated(tf):
    class Gated(tf.nn.rnn_cell.RNNCell):
        """A hidden state that one gate blends with what is new."""

        state_size = output_size = 3

        def build(self, shape):
            depth = tf.TensorShape(shape).as_list()[-1]
            self.w = {gate: self.add_variable(f"w_{gate}", [depth, 3]) for gate in "rhu"}
            self.u = {gate: self.add_variable(f"u_{gate}", [3, 3]) for gate in "rhu"}
            self.b = {gate: self.add_variable(f"b_{gate}", [3]) for gate in "rhu"}
            self.built = True

        def call(self, inputs, state):
            def summed(gate, before):
                return tf.matmul(inputs, self.w[gate]) + tf.matmul(before, self.u[gate]) + self.b[gate]

            reset, update = tf.sigmoid(summed("r", state)), tf.sigmoid(summed("u", state))
            new = (1.0 - update) * state + update * tf.nn.relu(summed("h", reset * state))
            return new, new

    return Gated()


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def gated_unit_alone_and_of_constant_lengths(tf):
    x = tf.placeholder(tf.float32, [3, 4, 2], "x")
    plain = tf.nn.dynamic_rnn(gated(tf), x, dtype=tf.float32, scope="plain")
    return plain, tf.nn.dynamic_rnn(gated(tf), x, [4, 3, 0], dtype=tf.float32)


@case(padded)
def gated_unit_of_lengths_time_major(tf):
    x, n = inputs(tf)
    batch = tf.nn.dynamic_rnn(gated(tf), x, n, dtype=tf.float32, scope="batch")
    time = tf.nn.dynamic_rnn(gated(tf), tf.transpose(x, [1, 0, 2]), n, dtype=tf.float32, time_major=True)
    return batch, time


# -- loops and branches ------------------------------------------------------------------------------------------------


@case(lambda rng: [{"x": normal(rng, steps, 2), "i": np.array(steps, "int32")} for steps in (1, 3)])
def arrays_read_written_and_both(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    limit = tf.placeholder(tf.int32, [], "i")
    array = tf.TensorArray(tf.float32, tf.shape(x)[0], clear_after_read=False).unstack(x)

    def read(n, total):
        return n + 1, total + array.read(n)

    def written(n, rows):
        return n + 1, rows.write(n, tf.cast(n, tf.float32) + x[0])

    def both(n, rows, squares):
        row = array.read(limit - 1 - n)
        return n + 1, rows.write(n, row), squares.write(n, row * row)

    def new():
        return tf.TensorArray(tf.float32, limit)

    _, total = tf.while_loop(lambda n, *_: n < limit, read, (0, tf.zeros([2])))
    _, rows = tf.while_loop(lambda n, *_: n < limit, written, (0, new()))
    _, turned, squares = tf.while_loop(lambda n, *_: n < limit, both, (0, new(), new()))
    return total, rows.stack(), turned.stack(), squares.stack()


@case(lambda rng: [{"x": normal(rng, 2, 3), "i": np.array(i, "int32")} for i in (0, 2, 5)])
def loops_and_branches_in_each_other(tf):
    x = tf.placeholder(tf.float32, [2, 3], "x")
    i = tf.placeholder(tf.int32, [], "i")

    def loop(value):
        def body(n, v):
            return n + 1, tf.cond(tf.equal(n % 2, 0), lambda: v * 1.5, lambda: v - x)

        return tf.while_loop(lambda n, _: n < i, body, (0, value))[1]

    chosen = tf.case([(i < 1, lambda: loop(x)), (i < 3, lambda: loop(x + 1.0))], default=lambda: x * 0.5)
    return tf.cond(tf.reduce_sum(x) > 1000.0, lambda: x, lambda: tf.cond(i > 1, lambda: loop(x), lambda: -x)), chosen


@case(lambda rng: {"x": normal(rng, 2, 3, 4)})
def axes_reversed_one_by_one_and_together(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    return tf.reverse(x, [0]), tf.reverse(x, [-1]), tf.reverse(x, [2, 0, 1]), tf.reverse(x, tf.constant([1, 2]))


# -- keras and deepctr -------------------------------------------------------------------------------------------------


@case(lambda rng: {"x": normal(rng, 2, 4, 3)})
def hard_sigmoid_in_both_directions(tf, keras):
    x = tf.placeholder(tf.float32, [2, 4, 3], "x")
    options = {"recurrent_activation": "hard_sigmoid", "return_sequences": True}
    lstm = keras.layers.Bidirectional(keras.layers.LSTM(5, dropout=0.3, **options))
    return lstm(x), keras.layers.Bidirectional(keras.layers.GRU(4, **options))(x)


@case(lambda rng: {"x": normal(rng, 2, 3, 3)})
def an_encoder_of_stacked_cells_starts_a_decoder(tf, keras):
    x = tf.placeholder(tf.float32, [2, 3, 3], "x")

    def cells():
        return [keras.layers.LSTMCell(4), keras.layers.LSTMCell(2)]

    _, *states = keras.layers.RNN(cells(), return_state=True)(x)
    return keras.layers.RNN(cells(), return_sequences=True, return_state=True)(x, initial_state=states)


@case(lambda rng: {"x": normal(rng, 3, 4, 2), "n": np.array([3, 1, 4], "int32")})
def a_mask_whose_last_valid_output_is_last(tf, keras):
    x = tf.placeholder(tf.float32, [3, 4, 2], "x")
    n = tf.placeholder(tf.int32, [3], "n")

    class Plus(keras.layers.Layer):
        """Counts: the state says how many steps were valid."""

        state_size = 2

        def call(self, inputs, states):
            return inputs + states[0], [states[0] + 1.0]

    layer = keras.layers.RNN(Plus(), return_state=True)
    last, state = layer(x, mask=tf.sequence_mask(n, 4))
    stack = keras.layers.RNN([Plus(), Plus()], return_state=True)
    return last, state, stack(x, mask=tf.sequence_mask(n, 4))


@case(lambda rng: {"x": normal(rng, 2, 3, 4), "y": normal(rng, 2, 3, 4), "q": normal(rng, 2, 1, 4)})
def sessions_of_a_user(tf, deepctr):
    """How DSIN joins the sessions of a user: each one's interest, both ways, and what is asked about them."""
    sessions = [tf.placeholder(tf.float32, [None, 3, 4], name) for name in "xy"]
    query = tf.placeholder(tf.float32, [None, 1, 4], "q")
    interests = tf.concat([tf.reduce_mean(session, 1, keepdims=True) for session in sessions], 1)
    both = deepctr.layers.BiLSTM(4, layers=2, res_layers=0, dropout_rate=0.2)(interests)
    lengths = tf.constant([[2], [1]])
    options = {"weight_normalization": True, "supports_masking": False}
    pooled = deepctr.layers.AttentionSequencePoolingLayer((6, 3), **options)([query, interests, lengths])
    return pooled, deepctr.layers.AttentionSequencePoolingLayer((6, 3), **options)([query, both, lengths])


@case(lambda rng: {"x": normal(rng, 2, 4, 3), "k": normal(rng, 2, 2), "s": normal(rng, 2, 3)})
def constants_that_are_inputs_of_keras(tf, keras):
    class Adding(keras.layers.Layer):
        """Adds what it is told besides."""

        state_size = 3

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(2, 3), name="kernel")
            self.built = True

        def call(self, inputs, states, constants):
            new = tf.tanh(inputs + states[0] + tf.matmul(constants[0], self.kernel))
            return new, [new]

    x = keras.Input(batch_shape=[2, 4, 3], name="x")
    constants, state = keras.Input(batch_shape=[2, 2], name="k"), keras.Input(batch_shape=[2, 3], name="s")
    layer = keras.layers.RNN([Adding(), keras.layers.GRUCell(4)])
    first = layer(x, initial_state=[state, tf.keras.layers.Dense(4)(state)], constants=constants)
    return first, keras.layers.RNN(Adding(), return_state=True)(x, constants=[constants])


@case(lambda rng: {"x": normal(rng, 2, 4, 3)})
def stacked_cells_whose_dropout_rests(tf, keras):
    x = tf.placeholder(tf.float32, [2, 4, 3], "x")
    options = {"dropout": 0.3, "recurrent_dropout": 0.2}
    cells = [make(3, **options) for make in (keras.layers.LSTMCell, keras.layers.GRUCell, keras.layers.SimpleRNNCell)]
    plain = keras.layers.RNN(cells[:2], unroll=True)(x)
    return plain, keras.layers.RNN([cells[2], keras.layers.LSTMCell(2, **options)], return_sequences=True)(x)
