"""The many ways in which people wrote one and the same thing, and the mistakes they made while doing so."""

from __future__ import annotations

import collections
import functools

import numpy as np

from tests.golden.registry import case, error_case, ints, normal


def sequences(rng):
    return [
        {"x": normal(rng, rows, steps, 3), "n": np.array(n, "int32")}
        for rows, steps, n in ((3, 4, [4, 1, 2]), (1, 1, [0]), (2, 5, [-3, 8]))
    ]


def inputs(tf, rows=None, steps=None, dtype="int32"):
    return tf.placeholder(tf.float32, [rows, steps, 3], "x"), tf.placeholder(dtype, [rows], "n")


@case(sequences)
def every_argument_by_its_name(tf):
    rnn = tf.nn.rnn_cell
    x, n = inputs(tf)
    make = functools.partial(rnn.LSTMCell, 2, forget_bias=0.3, initializer=tf.glorot_uniform_initializer())
    stacked = rnn.MultiRNNCell(cells=[make() for _ in range(2)])
    with tf.variable_scope("net", initializer=tf.random_normal_initializer(stddev=0.2)):
        outputs, states = tf.nn.dynamic_rnn(
            cell=stacked,
            inputs=x,
            sequence_length=n,
            initial_state=None,
            dtype=tf.float32,
            parallel_iterations=8,
            swap_memory=True,
            time_major=False,
            scope="deep",
        )
    c, h = states[-1]
    with tf.name_scope("head"), tf.variable_scope("head"):
        logits = tf.add(
            tf.matmul(h, tf.get_variable("w", shape=(2, 3))), tf.get_variable(name="b", shape=3), name="logits"
        )
    return outputs, c, logits


@case(lambda rng: [{**feed, "n": feed["n"].astype("float32") + 0.75} for feed in sequences(rng)])
def fractional_lengths(tf):
    x, n = inputs(tf, dtype="float32")
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x, n, dtype=tf.float32)


@case(lambda rng: [{**feed, "n": feed["n"].astype("int64")} for feed in sequences(rng)])
def nan_and_infinity_in_the_padding(tf):
    x, n = inputs(tf, dtype="int64")
    mask = tf.sequence_mask(n, tf.shape(x)[1])
    poison = tf.where(tf.tile(tf.expand_dims(mask, 2), [1, 1, 3]), x, x * np.nan + np.inf)
    rnn = tf.nn.rnn_cell
    cell = rnn.MultiRNNCell([rnn.ResidualWrapper(rnn.GRUCell(3)), rnn.LSTMCell(3, use_peepholes=True, cell_clip=0.5)])
    ones = (tf.ones_like(x[:, 0]), rnn.LSTMStateTuple(tf.ones_like(x[:, 0]), -tf.ones_like(x[:, 0])))
    return tf.nn.dynamic_rnn(cell, poison, n, initial_state=ones)


@case(lambda rng: [{"x": normal(rng, 4, rows, 3), "n": np.array(n, "int32")} for rows, n in ((2, [4, 2]), (1, [0]))])
def bidirectional_by_hand_time_major(tf):
    x = tf.placeholder(tf.float32, [4, None, 3], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    cells = [tf.nn.rnn_cell.LSTMCell(2, num_proj=3, proj_clip=0.4), tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True)]
    out, states = [], []
    for direction, cell in zip(("fw", "bw"), cells, strict=True):
        with tf.variable_scope("layer"), tf.variable_scope(direction):
            flip = (
                (lambda v: v)
                if direction == "fw"
                else functools.partial(tf.reverse_sequence, seq_lengths=n, seq_axis=0, batch_axis=1)
            )
            outputs, state = tf.nn.dynamic_rnn(cell, flip(x), n, dtype=tf.float32, time_major=True)
            out.append(flip(outputs))
            states.append(state)
    return tf.concat(out, -1), tf.concat([states[0].h, states[1].h], 1), tuple(states)


@case(sequences)
def columns_of_time_and_masks_joined_to_the_inputs(tf):
    x, n = inputs(tf)
    steps = tf.shape(x)[1]
    clock = tf.cast(tf.range(steps), tf.float32) / tf.cast(tf.maximum(steps, 1), tf.float32)
    clock = tf.tile(tf.reshape(clock, [1, -1, 1]), [tf.shape(x)[0], 1, 1])
    mask = tf.cast(tf.less(tf.range(steps)[tf.newaxis, :], n[:, tf.newaxis]), tf.float32)
    joined = tf.concat([x, clock, tf.expand_dims(mask, -1), tf.sin(2 * np.pi * clock)], axis=-1)
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), joined, n, dtype=tf.float32)
    pooled = tf.reduce_sum(outputs * mask[..., None], 1) / tf.maximum(tf.reduce_sum(mask, 1, keepdims=True), 1.0)
    last = tf.reduce_max(
        tf.where(tf.tile(mask[:, :, None] > 0, [1, 1, 2]), outputs, tf.fill(tf.shape(outputs), -1e9)), 1
    )
    return pooled, last, state


@case(sequences)
def a_cell_without_a_base_class_and_with_an_ordered_dict(tf):
    x, n = inputs(tf)

    class Duck:
        state_size = property(lambda self: collections.OrderedDict([("b", 2), ("a", tf.TensorShape([2]))]))
        output_size = property(lambda self: [2, (tf.TensorShape([1]), 2)])

        def zero_state(self, batch_size, dtype):
            return collections.OrderedDict(
                [("b", tf.zeros([batch_size, 2], dtype)), ("a", tf.ones(tf.stack([batch_size, 2]), dtype))]
            )

        def __call__(self, inputs, state, scope=None):
            a, b = state["a"], state["b"]
            w = tf.get_variable("w", [3, 2])
            new = tf.nn.elu(tf.matmul(inputs, w) + a - b)
            state = collections.OrderedDict([("b", a), ("a", new)])
            return [new, (tf.reduce_sum(new, 1, keepdims=True), a)], state

    return tf.nn.dynamic_rnn(Duck(), x, n, dtype=tf.float32)


@case(
    lambda rng: [
        {"a": normal(rng, 2, 4, 3), "b": normal(rng, 2, 4, 2, 2), "i": ints(rng, 5, 2, 4, 1), "n": np.array([4, 1])}
    ]
)
def named_inputs_of_three_kinds(tf):
    n = tf.placeholder(tf.int64, [None], "n")
    parts = collections.namedtuple("Parts", ["dense", "image", "ids"])
    given = parts(
        tf.placeholder(tf.float32, [None, None, 3], "a"),
        tf.placeholder(tf.float32, [None, None, 2, 2], "b"),
        tf.placeholder(tf.int32, [None, None, 1], "i"),
    )

    class Mixed(tf.nn.rnn_cell.RNNCell):
        state_size = parts(3, tf.TensorShape([2, 2]), ())
        output_size = property(lambda self: {"sum": 3, "image": tf.TensorShape([2, 2])})

        def call(self, inputs, state):
            looked = tf.nn.embedding_lookup(tf.get_variable("table", [5, 3]), inputs.ids[:, 0])
            dense = tf.tanh(inputs.dense + looked + state.dense)
            image = tf.matmul(inputs.image, 0.5 * state.image + tf.eye(2))
            return {"sum": dense + image[:, 0, :1], "image": image}, parts(dense, image, ())

    return tf.nn.dynamic_rnn(Mixed(), given, n, dtype=tf.float32)


@case(sequences)
def an_initial_state_from_another_network(tf):
    x, n = inputs(tf)
    context = tf.reduce_mean(x, axis=[1], keepdims=False)
    context = tf.where(tf.is_nan(context), tf.zeros_like(context), context)
    with tf.variable_scope("bridge"):
        c, h = (tf.layers.dense(context, 2, activation=tf.tanh, name=name) for name in "ch")
    cell = tf.nn.rnn_cell.BasicLSTMCell(2, state_is_tuple=False)
    assert cell.state_size == 4
    outputs, state = tf.nn.dynamic_rnn(cell, x, n, initial_state=tf.concat([c, h], 1))
    return outputs, tf.split(state, 2, 1)


@case(sequences)
def one_variable_scope_opened_three_times(tf):
    x, n = inputs(tf)
    with tf.variable_scope("shared") as scope:
        first, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, n, dtype=tf.float32)
        scope.reuse_variables()
        second, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), first, n, dtype=tf.float32)
    with tf.variable_scope(scope, reuse=True):
        kernel = tf.get_variable("rnn/gru_cell/gates/kernel")
    with tf.variable_scope(
        "shared_1", custom_getter=lambda getter, name, *args, **kwargs: getter(name, *args, **kwargs)
    ):
        third, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), second, dtype=tf.float32)
    return third, tf.reduce_sum(kernel)


@case(sequences)
def statistics_by_a_recurrence(tf):
    """Welford's mean and variance, an exponential average, a count and a maximum: nothing learned."""
    x, n = inputs(tf)
    stats = collections.namedtuple("Stats", ["count", "mean", "m2", "ema", "top"])

    class Welford(tf.nn.rnn_cell.RNNCell):
        state_size = stats(1, 3, 3, 3, 3)
        output_size = (3, 3)

        def __call__(self, inputs, state, scope=None):
            count = state.count + 1
            delta = inputs - state.mean
            mean = state.mean + delta / count
            m2 = state.m2 + delta * (inputs - mean)
            ema = 0.9 * state.ema + 0.1 * inputs
            top = tf.maximum(state.top, inputs)
            corrected = ema / (1.0 - tf.pow(0.9, count))
            return (corrected, (inputs - mean) * tf.rsqrt(m2 / count + 1e-3)), stats(count, mean, m2, ema, top)

    return tf.nn.dynamic_rnn(Welford(), x, n, dtype=tf.float32)


@case(lambda rng: [{"x": normal(rng, 2, 6, 3)}])
def truncated_windows_of_a_long_sequence(tf):
    x = tf.placeholder(tf.float32, [2, 6, 3], "x")
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(2), tf.nn.rnn_cell.BasicRNNCell(3, tf.nn.relu)])
    state = cell.zero_state(2, tf.float32)
    out = []
    with tf.variable_scope("RNN"):
        for time_step in range(6):
            if time_step > 0:
                tf.get_variable_scope().reuse_variables()
            (output, state) = cell(x[:, time_step, :], state)
            out.append(output)
    return tf.reshape(tf.concat(out, 1), [-1, 3]), state


@case(
    lambda rng: [{"x": normal(rng, *shape), "n": np.array(n)} for shape, n in (((2, 3, 3), [3, 1]), ((1, 5, 3), [2]))]
)
def gru_with_its_bias_inside_and_a_swapped_gate(tf):
    """h' = z * c + (1 - z) * h, reset after the product, biases apart: as other frameworks' GRUs are ported."""
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    n = tf.placeholder(tf.int64, [None], "n")

    class Ported(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def build(self, shape):
            self.w = self.add_weight("weight_ih", [6, 3])
            self.u = self.add_weight("weight_hh", [6, 2])
            self.b = self.add_weight("bias_ih", [6])
            self.d = self.add_weight("bias_hh", [6])
            self.built = True

        def call(self, inputs, h):
            xr, xz, xn = tf.split(tf.matmul(inputs, self.w, transpose_b=True) + self.b, 3, 1)
            hr, hz, hn = tf.split(tf.nn.bias_add(tf.matmul(h, tf.transpose(self.u)), self.d), 3, 1)
            r, z = tf.nn.sigmoid(xr + hr), tf.nn.sigmoid(xz + hz)
            new = (1 - z) * h + z * tf.nn.tanh(xn + r * hn)
            return new, new

    return tf.nn.dynamic_rnn(Ported(), x, n, dtype=tf.float32)


@case(sequences)
def elman_and_jordan(tf):
    x, n = inputs(tf)

    class Jordan(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = 2

        def call(self, inputs, previous):
            hidden = tf.nn.sigmoid(tf.layers.dense(tf.concat([inputs, previous], 1), 4, name="hidden"))
            output = tf.nn.softmax(tf.layers.dense(hidden, 2, name="output"))
            return output, output

    class Elman(tf.nn.rnn_cell.RNNCell):
        state_size = 4
        output_size = 2

        def call(self, inputs, state):
            w, u = tf.get_variable("w", [3, 4]), tf.get_variable("u", [4, 4], initializer=tf.initializers.identity())
            state = tf.nn.tanh(tf.add_n([inputs @ w, state @ u]) + tf.get_variable("b", [1, 4]))
            return tf.nn.xw_plus_b(state, tf.get_variable("v", [4, 2]), tf.get_variable("c", [2])), state

    with tf.variable_scope("elman"):
        one = tf.nn.dynamic_rnn(Elman(), x, n, dtype=tf.float32)
    with tf.variable_scope("jordan"):
        two = tf.nn.dynamic_rnn(Jordan(), x, n, dtype=tf.float32)
    return one, two


def cell_of(tf, **options):
    return tf.nn.rnn_cell.LSTMCell(4, **options)


@error_case("rank at least 3")
def error_a_matrix_for_a_sequence(tf):
    tf.nn.dynamic_rnn(cell_of(tf), tf.placeholder(tf.float32, [None, 3]), dtype=tf.float32)


@error_case("is not an RNNCell", "'output_size' property is missing", "either 'zero_state' or 'get_initial_state'")
def error_a_layer_for_a_cell(tf):
    tf.nn.dynamic_rnn(tf.layers.Dense(3), tf.zeros([2, 3, 4]), dtype=tf.float32)


@error_case("must be a vector")
def error_lengths_of_two_axes(tf):
    x, _ = inputs(tf)
    tf.nn.dynamic_rnn(cell_of(tf), x, tf.placeholder(tf.int32, [None, 1]), dtype=tf.float32)


@error_case("argument `dtype` must be specified")
def error_a_stack_without_dtype(tf):
    x, n = inputs(tf)
    tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell([cell_of(tf), cell_of(tf)]), x, n)


@error_case("already exists, disallowed. Did you mean to set reuse=True")
def error_two_stacks_in_one_scope(tf):
    x, n = inputs(tf)
    for _ in range(2):
        tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell([cell_of(tf)]), x, n, dtype=tf.float32)


@error_case("does not exist")
def error_reuse_before_the_first_use(tf):
    x, n = inputs(tf)
    with tf.variable_scope("later", reuse=True):
        tf.nn.dynamic_rnn(cell_of(tf), x, n, dtype=tf.float32)


@error_case("same nested structure")
def error_a_cell_that_returns_a_list_for_its_state(tf):
    x, n = inputs(tf)

    class Lists(tf.nn.rnn_cell.RNNCell):
        state_size = (3, 3)
        output_size = 3

        def call(self, inputs, state):
            return inputs, [state[0], inputs]

    tf.nn.dynamic_rnn(Lists(), x, n, dtype=tf.float32)


@error_case("Dimensions must be equal")
def error_a_state_of_other_units(tf):
    x, n = inputs(tf, 2)
    state = tf.nn.rnn_cell.LSTMStateTuple(tf.zeros([2, 5]), tf.zeros([2, 5]))
    tf.nn.dynamic_rnn(cell_of(tf), x, n, initial_state=state)


@error_case("missing 1 required positional argument")
def error_the_class_itself(tf):
    x, n = inputs(tf)
    tf.nn.dynamic_rnn(tf.nn.rnn_cell.RNNCell, x, n, dtype=tf.float32)


@error_case("loop_fn", "callable")
def error_raw_rnn_with_its_arguments_swapped(tf):
    tf.nn.raw_rnn(cell_of(tf), cell_of(tf).state_size)


@error_case("Time steps is not the same")
def error_inputs_of_different_lengths(tf):
    tf.nn.dynamic_rnn(cell_of(tf), (tf.zeros([2, 3, 4]), tf.zeros([2, 5, 4])), dtype=tf.float32)
