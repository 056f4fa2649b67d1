"""static_rnn: nested inputs, outputs and states; counters; cells that do something else in each step."""

from __future__ import annotations

import collections

import numpy as np

from tests.golden.registry import case, normal

RUNS = [[2, 4, 1], [0, 0, 0], [9, -1, 3]]


def padded(rng):
    return [{"x": normal(rng, 3, 4, 2), "y": normal(rng, 3, 4, 3), "n": np.array(n, "int32")} for n in RUNS]


def pairs(tf, batch=None):
    x = tf.placeholder(tf.float32, [batch, 4, 2], "x")
    y = tf.placeholder(tf.float32, [batch, 4, 3], "y")
    return list(zip(tf.unstack(x, 4, 1), tf.unstack(y, 4, 1), strict=True)), tf.placeholder(tf.int32, [batch], "n")


class Saver:
    """Starts from given states and keeps what is saved."""

    def __init__(self, states):
        self.states = dict(states)

    def state(self, name):
        return self.states[name]

    def save_state(self, name, value):
        self.states[name] = value
        return value


def both(tf):
    class Both(tf.nn.rnn_cell.RNNCell):
        state_size = (3, 2)
        output_size = (2, 3)

        def call(self, inputs, state):
            x, y = inputs
            new = tf.tanh(tf.matmul(x, tf.get_variable("kernel", [2, 3])) + state[0]), state[1] + x
            return (new[1] * 2.0, new[0] - y), new

    return Both()


@case(padded)
def nested_inputs_outputs_and_states(tf):
    xs, n = pairs(tf, 3)
    return tf.nn.static_rnn(both(tf), xs, sequence_length=n, dtype=tf.float32)


@case(padded)
def nested_without_lengths(tf):
    xs, n = pairs(tf)
    return tf.nn.static_rnn(both(tf), xs, dtype=tf.float32), n


@case(padded)
def nested_from_saved_states(tf):
    xs, n = pairs(tf, 3)
    saver = Saver({"a": tf.ones([3, 3]), "b": tf.zeros([3, 2])})
    return tf.nn.static_state_saving_rnn(both(tf), xs, saver, ("a", "b"), sequence_length=n), saver.states


@case(padded)
def nested_in_both_directions(tf):
    xs, n = pairs(tf)
    lengths = tf.clip_by_value(n, 0, 4)
    with_lengths = tf.nn.static_bidirectional_rnn(both(tf), both(tf), xs, sequence_length=lengths, dtype=tf.float32)
    return with_lengths, tf.nn.static_bidirectional_rnn(both(tf), both(tf), xs, dtype=tf.float32, scope="plain")


@case(padded)
def states_in_a_dict_and_outputs_in_a_namedtuple(tf):
    pair = collections.namedtuple("Pair", ["fast", "slow"])

    class Leaky(tf.nn.rnn_cell.RNNCell):
        output_size = pair(2, 5)

        @property
        def state_size(self):
            return {"a": 2, "b": 3}

        def call(self, inputs, state):
            x, y = inputs
            new = {"a": 0.5 * state["a"] + x, "b": 0.9 * state["b"] - y}
            return pair(new["a"], tf.concat([new["b"], x], 1)), new

    xs, n = pairs(tf)
    return tf.nn.static_rnn(Leaky(), xs, sequence_length=n, dtype=tf.float32)


class _Grid:
    """Makes a cell whose features have three axes."""

    @staticmethod
    def make(tf):
        class Grid(tf.nn.rnn_cell.RNNCell):
            state_size = (tf.TensorShape([3, 2, 2]), tf.TensorShape([3, 2, 2]))
            output_size = tf.TensorShape([3, 2, 2])

            def call(self, inputs, state):
                c, h = state
                c = tf.sigmoid(h) * c + tf.tanh(inputs + h)
                h = tf.tanh(c) * 0.5
                return h, (c, h)

        return Grid()


@case(lambda rng: {"x": normal(rng, 2, 3, 3, 2, 2), "n": np.array([3, 1], "int32")})
def features_of_rank_three_in_all_containers(tf):
    x = tf.placeholder(tf.float32, [2, 3, 3, 2, 2], "x")
    n = tf.placeholder(tf.int32, [2], "n")
    xs = tf.unstack(x, axis=1)
    dynamic = tf.nn.dynamic_rnn(_Grid.make(tf), x, n, dtype=tf.float32)
    static = tf.nn.static_rnn(_Grid.make(tf), xs, sequence_length=n, dtype=tf.float32)
    cells = _Grid.make(tf), _Grid.make(tf)
    both_ways = tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float32)
    listed = tf.nn.static_bidirectional_rnn(*cells, xs, sequence_length=n, dtype=tf.float32)
    saver = Saver({name: tf.zeros([2, 3, 2, 2]) + 0.1 for name in "ch"})
    saving = tf.nn.static_state_saving_rnn(_Grid.make(tf), xs, saver, ("c", "h"), n)
    return dynamic, static, both_ways, listed, saving, saver.states


def layers(tf, state_is_tuple=True):
    cells = [
        tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True, num_proj=size, proj_clip=0.5, state_is_tuple=state_is_tuple)
        for size in (2, 3, 2, 4)
    ]
    return tf.nn.rnn_cell.MultiRNNCell(cells, state_is_tuple=state_is_tuple)


@case(lambda rng: [{"x": normal(rng, 2, 5, 2), "n": np.array(n, "int32")} for n in ([4, 5], [0, 7])])
def four_layers_statically_and_dynamically(tf):
    x = tf.placeholder(tf.float32, [2, 5, 2], "x")
    n = tf.placeholder(tf.int32, [2], "n")
    xs = tf.unstack(x, axis=1)
    static = tf.nn.static_rnn(layers(tf), xs, sequence_length=n, dtype=tf.float32, scope="tuples")
    with tf.variable_scope("", reuse=True):
        dynamic = tf.nn.dynamic_rnn(layers(tf), x, n, dtype=tf.float32, scope="tuples")
        joined = tf.nn.static_rnn(layers(tf, False), xs, sequence_length=n, dtype=tf.float32, scope="tuples")
    return static, dynamic, joined


def counting(tf, **options):
    class Counter(tf.nn.rnn_cell.RNNCell):
        state_size = (tf.TensorShape([]), 2)
        output_size = 2

        def call(self, inputs, state):
            count, total = state
            return inputs + tf.cast(count, tf.float32), (count + 1, total + inputs)

    x = tf.placeholder(tf.float32, [2, 4, 2], "x")
    start = tf.constant(0), tf.ones([2, 2])
    return tf.nn.static_rnn(Counter(), tf.unstack(x, axis=1), initial_state=start, dtype=tf.float32, **options)


@case(lambda rng: {"x": normal(rng, 2, 4, 2)})
def scalar_counter(tf):
    return counting(tf)


@case(lambda rng: [{"x": normal(rng, 2, 4, 2), "n": np.array(n, "int32")} for n in ([1, 2], [0, 0], [9, 1], [-3, -1])])
def scalar_counter_stops_at_the_longest_row(tf):
    # Unlike in dynamic_rnn, no step is taken where all lengths are 0.
    return counting(tf, sequence_length=tf.placeholder(tf.int32, [2], "n"))


@case(lambda rng: {"x": normal(rng, 2, 4, 3)})
def empty_state(tf):
    class Stateless(tf.nn.rnn_cell.RNNCell):
        state_size = ()
        output_size = 3

        def call(self, inputs, state):
            return tf.nn.relu(inputs), state

    xs = tf.unstack(tf.placeholder(tf.float32, [2, 4, 3], "x"), axis=1)
    return tf.nn.static_rnn(Stateless(), xs, dtype=tf.float32)


@case(lambda rng: [{"x": normal(rng, 2, 4, 2), "n": np.array(n, "int32")} for n in ([1, 2], [4, 4], [0, 1], [3, 9])])
def tensor_array_state(tf):
    class Writer(tf.nn.rnn_cell.RNNCell):
        state_size = (tf.TensorShape([]), ())
        output_size = 2

        def call(self, inputs, state):
            step, written = state
            return inputs, (step + 1, written.write(step, tf.cast(step + 1, tf.float32)))

    xs = tf.unstack(tf.placeholder(tf.float32, [2, 4, 2], "x"), axis=1)
    found = []
    for lengths in (None, tf.placeholder(tf.int32, [2], "n")):
        start = (tf.constant(0), tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[]))
        outputs, (step, written) = tf.nn.static_rnn(Writer(), xs, start, tf.float32, lengths)
        found.append((outputs, step, written.stack()))
    return found


# -- steps that are not alike ------------------------------------------------------------------------------------------


def unlike(rng):
    return [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in ([2, 4, 1], [0, 0, 0], [9, 3, -2])]


def counting_in_python(tf):
    class Scheduled(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2
        calls = 0

        def call(self, inputs, state):
            self.calls += 1
            if self.calls > 2:
                state = state * float(self.calls)
            new = tf.tanh(inputs + state)
            return new, new

    return Scheduled()


@case(unlike)
def a_cell_that_counts_its_calls(tf):
    x = tf.placeholder(tf.float32, [3, 4, 2], "x")
    n = tf.placeholder(tf.int32, [3], "n")
    xs = tf.unstack(x, axis=1)
    plain = tf.nn.static_rnn(counting_in_python(tf), xs, dtype=tf.float32)
    masked = tf.nn.static_rnn(counting_in_python(tf), xs, dtype=tf.float32, sequence_length=n)
    return plain, masked


@case(lambda rng: unlike(rng)[:2])
def a_cell_that_counts_its_calls_in_both_directions(tf):
    x = tf.placeholder(tf.float32, [3, 4, 2], "x")
    n = tf.placeholder(tf.int32, [3], "n")
    xs = tf.unstack(x, axis=1)
    cells = counting_in_python(tf), counting_in_python(tf)
    plain = tf.nn.static_bidirectional_rnn(*cells, xs, dtype=tf.float32)
    cells = counting_in_python(tf), counting_in_python(tf)
    return plain, tf.nn.static_bidirectional_rnn(*cells, xs, dtype=tf.float32, sequence_length=n)


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def a_state_that_grows(tf):
    class Remembering(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs, state):
            memory = tf.concat([state, inputs[:, None, :]], 1)
            scores = tf.nn.softmax(tf.reduce_sum(memory * inputs[:, None, :], 2))
            return tf.reduce_sum(scores[:, :, None] * memory, 1), memory

    xs = tf.unstack(tf.placeholder(tf.float32, [None, 4, 2], "x"), 4, 1)
    return tf.nn.static_rnn(Remembering(), xs, initial_state=xs[0][:, None, :])


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def a_list_that_the_steps_read(tf):
    weights = [1.0, -1.0, 0.5, 2.0]

    class Weighted(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs, state):
            new = state + inputs * weights.pop()
            return new, new

    xs = tf.unstack(tf.placeholder(tf.float32, [None, 4, 2], "x"), 4, 1)
    return tf.nn.static_rnn(Weighted(), xs, dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 3, 3), "y": normal(rng, 3, 2), "z": normal(rng, 3, 2)})
def steps_of_different_widths(tf):
    class Sum(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 1

        def call(self, inputs, state):
            new = state + tf.reduce_sum(inputs, 1, keepdims=True)
            return new, new

    widths = {"x": 3, "y": 2, "z": 2}
    xs = [tf.placeholder(tf.float32, [None, width], name) for name, width in widths.items()]
    return tf.nn.static_rnn(Sum(), xs, dtype=tf.float32), tf.nn.static_rnn(Sum(), xs, None, tf.float32, [1, 3, 0])


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def a_state_whose_structure_changes(tf):
    class Deeper(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs, state):
            last = tf.nest.flatten(state)[-1]
            return inputs + last, (state, tf.tanh(last + inputs))

    xs = tf.unstack(tf.placeholder(tf.float32, [None, 4, 2], "x"), 4, 1)
    return tf.nn.static_rnn(Deeper(), xs, dtype=tf.float32)


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def an_inner_loop_in_each_step(tf):
    class Pondering(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs, state):
            kernel = tf.get_variable("kernel", [2, 2])
            _, new = tf.while_loop(
                lambda step, _: step < 3, lambda step, h: (step + 1, tf.tanh(tf.matmul(h, kernel) + inputs)), (0, state)
            )
            return new, new

    xs = tf.unstack(tf.placeholder(tf.float32, [None, 4, 2], "x"), 4, 1)
    return tf.nn.static_rnn(Pondering(), xs, dtype=tf.float32)


# -- lists inside of loops ---------------------------------------------------------------------------------------------


def reading_characters(tf):
    class Reader(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 3

        def __init__(self):
            super().__init__()
            self.inner = tf.nn.rnn_cell.GRUCell(2)
            self.outer = tf.nn.rnn_cell.GRUCell(3)

        def call(self, inputs, state):
            lengths = tf.cast(tf.reduce_sum(tf.abs(state), 1) * 3.0, tf.int32)
            characters = tf.split(inputs, 3, 1)
            _, forward, backward = tf.nn.static_bidirectional_rnn(
                self.inner, self.inner, characters, dtype=tf.float32, sequence_length=tf.minimum(lengths, 3)
            )
            return self.outer(tf.concat([forward, backward], 1), state)

    return Reader()


@case(lambda rng: [{"x": normal(rng, 2, 4, 6), "n": np.array(n, "int32")} for n in ([4, 2], [0, 9])])
def a_list_in_each_step_of_a_sequence(tf):
    x = tf.placeholder(tf.float32, [2, None, 6], "x")
    n = tf.placeholder(tf.int32, [2], "n")
    return tf.nn.dynamic_rnn(reading_characters(tf), x, n, initial_state=tf.ones([2, 3]) * 0.3)


@case(lambda rng: [{"x": normal(rng, 2, 4, 6), "n": np.array(n, "int32")} for n in ([4, 2], [0, 9])])
def a_list_in_each_step_of_a_list(tf):
    xs = tf.unstack(tf.placeholder(tf.float32, [2, 4, 6], "x"), axis=1)
    n = tf.placeholder(tf.int32, [2], "n")
    return tf.nn.static_rnn(reading_characters(tf), xs, tf.ones([2, 3]) * 0.3, sequence_length=n)


@case(lambda rng: [{"x": normal(rng, 2, 3, 2), "flag": np.array(flag)} for flag in (True, False)])
def a_list_in_a_branch(tf):
    xs = tf.unstack(tf.placeholder(tf.float32, [2, 3, 2], "x"), axis=1)
    flag = tf.placeholder(tf.bool, [], "flag")
    cell = tf.nn.rnn_cell.GRUCell(3)

    def forwards():
        return tf.nn.static_rnn(cell, xs, dtype=tf.float32)[1]

    def backwards():
        return tf.nn.static_rnn(cell, xs[::-1], dtype=tf.float32, scope="other")[1]

    return tf.cond(flag, forwards, backwards)
