"""The core cells and wrappers, one step at a time and in dynamic_rnn."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal


def steps(rng):
    return {"x": normal(rng, 3, 2), "c": normal(rng, 3, 4), "h": normal(rng, 3, 4)}


def sequences(rng):
    """Runs with lengths of every kind."""
    lengths = ([5, 2, 3], [0, 9, 1], [1, 1, 1])
    return [{"x": normal(rng, 3, 5, 2), "n": np.array(n, "int32")} for n in lengths]


def over_sequence(tf, cell, **options):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(cell, x, n, **({"dtype": tf.float32} | options))


def lstm_option(name, tolerance=2e-5, **options):
    """An LSTMCell with options: a step from a state, and sequences."""
    width = options.get("num_proj") or 4

    def feeds(rng):
        return {"x": normal(rng, 3, 2), "c": 3.0 * normal(rng, 3, 4), "h": normal(rng, 3, width)}

    def resolved(tf):
        found = dict(options)
        if isinstance(found.get("activation"), str) and found["activation"].startswith("tf."):
            target = tf
            for part in found["activation"].split(".")[1:]:
                target = getattr(target, part)
            found["activation"] = target
        return found

    @case(feeds, name=f"lstm_step_{name}", tolerance=tolerance)
    def step(tf):
        cell = tf.nn.rnn_cell.LSTMCell(4, **resolved(tf))
        c, h = tf.placeholder(tf.float32, [None, 4], "c"), tf.placeholder(tf.float32, [None, width], "h")
        state = tf.nn.rnn_cell.LSTMStateTuple(c, h) if options.get("state_is_tuple", True) else tf.concat([c, h], 1)
        return cell(tf.placeholder(tf.float32, [None, 2], "x"), state)

    @case(sequences, name=f"lstm_sequence_{name}", tolerance=tolerance)
    def sequence(tf):
        return over_sequence(tf, tf.nn.rnn_cell.LSTMCell(4, **resolved(tf)))


lstm_option("plain")
lstm_option("peepholes", use_peepholes=True)
lstm_option("cell_clip", cell_clip=0.4)
lstm_option("cell_clip_and_peepholes", cell_clip=0.4, use_peepholes=True)
lstm_option("no_clip_room", cell_clip=0.0, use_peepholes=True)
lstm_option("projection", num_proj=3)
lstm_option("projection_clip", num_proj=3, proj_clip=0.2)
lstm_option("everything", use_peepholes=True, cell_clip=0.8, num_proj=3, proj_clip=0.3, forget_bias=2.0)
lstm_option("no_forget_bias", forget_bias=0.0)
lstm_option("state_in_one_tensor", state_is_tuple=False)
lstm_option("projection_in_one_tensor", state_is_tuple=False, num_proj=3)
lstm_option("relu", activation="tf.nn.relu")
lstm_option("sigmoid", activation="tf.sigmoid")
lstm_option("softsign", activation="tf.nn.softsign")
lstm_option("elu_by_name", activation="elu")
lstm_option("linear_by_name", activation="linear")
lstm_option("selu", activation="tf.nn.selu")
lstm_option("identity", activation="tf.identity")


@case(steps)
def basic_lstm_step(tf):
    c, h = tf.placeholder(tf.float32, [None, 4], "c"), tf.placeholder(tf.float32, [None, 4], "h")
    x = tf.placeholder(tf.float32, [None, 2], "x")
    state = tf.nn.rnn_cell.LSTMStateTuple(c, h)
    with tf.variable_scope("a"):
        first = tf.nn.rnn_cell.BasicLSTMCell(4)(x, state)
    with tf.variable_scope("b"):
        second = tf.nn.rnn_cell.BasicLSTMCell(4, 0.5, state_is_tuple=False)(x, tf.concat([c, h], 1))
    with tf.variable_scope("c"):
        third = tf.nn.rnn_cell.BasicLSTMCell(4, forget_bias=0.0, activation=tf.nn.relu)(x, state)
    return first, second, third


@case(steps)
def plain_tuples_become_lstm_states(tf):
    x, c = tf.placeholder(tf.float32, [None, 2], "x"), tf.placeholder(tf.float32, [None, 4], "c")
    h = tf.placeholder(tf.float32, [None, 4], "h")
    return tf.nn.rnn_cell.BasicLSTMCell(4)(x, (c, h)), tf.nn.rnn_cell.LSTMCell(4)(x, [c, h])


@case(lambda rng: {"x": normal(rng, 3, 2), "h": normal(rng, 3, 4)})
def gru_step(tf):
    x, h = tf.placeholder(tf.float32, [None, 2], "x"), tf.placeholder(tf.float32, [None, 4], "h")
    return {
        "plain": tf.nn.rnn_cell.GRUCell(4)(x, h),
        "relu": tf.nn.rnn_cell.GRUCell(4, activation=tf.nn.relu, name="relu")(x, h),
        "by_name": tf.nn.rnn_cell.GRUCell(4, "softsign", name="softsign")(x, h),
        "called": tf.nn.rnn_cell.GRUCell(4, name="called")(inputs=x, state=h),
        "scoped": tf.nn.rnn_cell.GRUCell(4)(x, h, scope="given"),
    }


@case(lambda rng: {"x": normal(rng, 3, 2), "h": normal(rng, 3, 4)})
def basic_rnn_step(tf):
    x, h = tf.placeholder(tf.float32, [None, 2], "x"), tf.placeholder(tf.float32, [None, 4], "h")
    return {
        "plain": tf.nn.rnn_cell.BasicRNNCell(4)(x, h),
        "relu": tf.nn.rnn_cell.BasicRNNCell(4, tf.nn.relu, name="relu")(x, h),
        "sigmoid": tf.nn.rnn_cell.BasicRNNCell(num_units=4, activation="sigmoid", name="sigmoid")(x, h),
        "scoped": tf.nn.rnn_cell.BasicRNNCell(4)(x, h, "given"),
    }


def sequence_of(name, make, **options):
    @case(sequences, name=name)
    def build(tf):
        return over_sequence(tf, make(tf.nn.rnn_cell, tf), **options)


sequence_of("gru_relu", lambda rnn, tf: rnn.GRUCell(4, activation=tf.nn.relu))
sequence_of("basic_rnn_relu", lambda rnn, tf: rnn.BasicRNNCell(4, activation=tf.nn.relu))
sequence_of("basic_rnn_swish", lambda rnn, tf: rnn.BasicRNNCell(4, activation=tf.nn.swish))
sequence_of("basic_lstm_relu", lambda rnn, tf: rnn.BasicLSTMCell(4, activation=tf.nn.relu))
sequence_of("basic_lstm_in_one_tensor", lambda rnn, tf: rnn.BasicLSTMCell(4, state_is_tuple=False))
sequence_of("multi_lstm", lambda rnn, tf: rnn.MultiRNNCell([rnn.LSTMCell(3), rnn.LSTMCell(5)]))
sequence_of("multi_mixed", lambda rnn, tf: rnn.MultiRNNCell((rnn.GRUCell(3), rnn.LSTMCell(2), rnn.BasicRNNCell(4))))
sequence_of("multi_gru_in_one_tensor", lambda rnn, tf: rnn.MultiRNNCell([rnn.GRUCell(3)] * 1, state_is_tuple=False))
sequence_of(
    "multi_in_one_tensor",
    lambda rnn, tf: rnn.MultiRNNCell(
        [rnn.BasicLSTMCell(3, state_is_tuple=False), rnn.BasicLSTMCell(2, state_is_tuple=False)], state_is_tuple=False
    ),
)
sequence_of("multi_of_multi", lambda rnn, tf: rnn.MultiRNNCell([rnn.MultiRNNCell([rnn.GRUCell(3)]), rnn.LSTMCell(2)]))
sequence_of("eleven_layers", lambda rnn, tf: rnn.MultiRNNCell([rnn.GRUCell(2) for _ in range(11)]))
sequence_of("eleven_lstm_layers", lambda rnn, tf: rnn.MultiRNNCell([rnn.BasicLSTMCell(2) for _ in range(11)]))
sequence_of("residual_gru", lambda rnn, tf: rnn.ResidualWrapper(rnn.GRUCell(2)))
sequence_of("residual_lstm", lambda rnn, tf: rnn.ResidualWrapper(rnn.LSTMCell(2)))
sequence_of("residual_function", lambda rnn, tf: rnn.ResidualWrapper(rnn.LSTMCell(3), lambda i, o: o * 2.0 + i[:, :1]))
sequence_of(
    "residual_stack",
    lambda rnn, tf: rnn.MultiRNNCell([rnn.LSTMCell(4)] + [rnn.ResidualWrapper(rnn.LSTMCell(4)) for _ in range(2)]),
)
sequence_of("residual_of_multi", lambda rnn, tf: rnn.ResidualWrapper(rnn.MultiRNNCell([rnn.GRUCell(2)])))
sequence_of("device", lambda rnn, tf: rnn.DeviceWrapper(rnn.GRUCell(3), "/cpu:0"))
sequence_of("dropout_keeps", lambda rnn, tf: rnn.DropoutWrapper(rnn.LSTMCell(3), 1.0, 1.0, 1.0))
sequence_of(
    "dropout_in_a_stack",
    lambda rnn, tf: rnn.MultiRNNCell(
        [rnn.DropoutWrapper(rnn.LSTMCell(n), input_keep_prob=1.0, output_keep_prob=1.0) for n in (3, 4)]
    ),
)
sequence_of("wrapped_twice", lambda rnn, tf: rnn.DeviceWrapper(rnn.ResidualWrapper(rnn.LSTMCell(2)), "/cpu:0"))
sequence_of("named_cell", lambda rnn, tf: rnn.LSTMCell(3, name="my_cell"))
sequence_of("scoped", lambda rnn, tf: rnn.GRUCell(3, name="inner"), scope="outer")


def same_cell_twice(rnn):
    cell = rnn.GRUCell(2)
    return rnn.MultiRNNCell([cell, cell])


sequence_of("same_cell_twice", lambda rnn, tf: same_cell_twice(rnn))
sequence_of("basic_lstm_named_lstm", lambda rnn, tf: rnn.BasicLSTMCell(3, name="lstm_cell"))


@case(lambda rng: {"x": normal(rng, 3, 2), "c": normal(rng, 3, 4), "h": normal(rng, 3, 4)})
def lstm_and_basic_lstm_share_weights(tf):
    x, c = tf.placeholder(tf.float32, [None, 2], "x"), tf.placeholder(tf.float32, [None, 4], "c")
    state = tf.nn.rnn_cell.LSTMStateTuple(c, tf.placeholder(tf.float32, [None, 4], "h"))
    with tf.variable_scope("shared"):
        first = tf.nn.rnn_cell.BasicLSTMCell(4)(x, state)
    with tf.variable_scope("shared", reuse=True):
        return first, tf.nn.rnn_cell.LSTMCell(4, name="basic_lstm_cell")(x, state)


@case(lambda rng: {"x": normal(rng, 3, 6, 2)})
def a_cell_called_step_by_step(tf):
    x = tf.placeholder(tf.float32, [None, 6, 2], "x")
    cell = tf.nn.rnn_cell.LSTMCell(3)
    state = cell.zero_state(tf.shape(x)[0], tf.float32)
    outputs = []
    with tf.variable_scope("steps"):
        for step in range(3):
            if step > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(x[:, step], state)
            outputs.append(output)
    return tf.stack(outputs, 1), state


@case(lambda rng: {"x": normal(rng, 2, 3)})
def built_before_it_is_called(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    found = []
    for make in (tf.nn.rnn_cell.GRUCell, tf.nn.rnn_cell.LSTMCell, tf.nn.rnn_cell.BasicRNNCell):
        cell = make(2)
        cell.build((None, 3))
        found.append(cell(x, cell.get_initial_state(x)))
    return found


@case(lambda rng: {"x": normal(rng, 3, 2)})
def initial_states(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    lstm = tf.nn.rnn_cell.LSTMCell(4, num_proj=3)
    multi = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(2), lstm])
    return {
        "zero": lstm.zero_state(2, tf.float32),
        "zero_rows": multi.zero_state(tf.shape(x)[0], tf.float64),
        "inputs": multi.get_initial_state(inputs=x),
        "batch": lstm.get_initial_state(batch_size=3, dtype=tf.float32),
        "wrapped": tf.nn.rnn_cell.DropoutWrapper(lstm, 1.0).zero_state(2, tf.float32),
        "concatenated": tf.nn.rnn_cell.BasicLSTMCell(3, state_is_tuple=False).zero_state(2, tf.float32),
    }


@facts()
def sizes_and_names(tf):
    rnn = tf.nn.rnn_cell
    lstm = rnn.LSTMCell(4, num_proj=3)
    multi = rnn.MultiRNNCell([rnn.GRUCell(2), lstm])
    flat = rnn.MultiRNNCell([rnn.GRUCell(2), rnn.GRUCell(3)], state_is_tuple=False)
    x = tf.zeros([2, 5])
    multi(x, multi.zero_state(2, tf.float32))
    return {
        "lstm": [repr(lstm.state_size), lstm.output_size],
        "multi": [repr(multi.state_size), multi.output_size],
        "flat": [flat.state_size, flat.output_size],
        "one_tensor": rnn.LSTMCell(4, state_is_tuple=False, num_proj=3).state_size,
        "wrapped": [repr(rnn.ResidualWrapper(lstm).state_size), rnn.DropoutWrapper(lstm).output_size],
        "gru": [rnn.GRUCell(7).state_size, rnn.GRUCell(7).output_size],
        "variables": [v.op.name for v in tf.global_variables()],
        "weights": [v.op.name for v in lstm.weights],
        "trainable": [len(lstm.trainable_variables), len(multi.variables)],
        "built": [lstm.built, rnn.GRUCell(2).built],
        "state_fields": list(rnn.LSTMStateTuple._fields),
        "state_dtype": rnn.LSTMStateTuple(x, x).dtype.name,
    }


@case(initial=True)
def known_numbers_of_gru(tf):
    with tf.variable_scope("two", initializer=tf.constant_initializer(0.5)):
        two = tf.nn.rnn_cell.GRUCell(2)(tf.ones([1, 2]), tf.fill([1, 2], 0.1))
    with tf.variable_scope("three", initializer=tf.constant_initializer(0.5)):
        return two, tf.nn.rnn_cell.GRUCell(2)(tf.ones([1, 3]), tf.fill([1, 2], 0.1))


@case(initial=True)
def known_numbers_of_two_basic_lstm_layers(tf):
    rnn = tf.nn.rnn_cell
    with tf.variable_scope("root", initializer=tf.constant_initializer(0.5)):
        cell = rnn.MultiRNNCell([rnn.BasicLSTMCell(2, state_is_tuple=False) for _ in range(2)], state_is_tuple=False)
        return cell(tf.ones([1, 2]), tf.fill([1, 8], 0.1))


@case(initial=True)
def known_numbers_of_dropout_that_keeps(tf):
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(3), input_keep_prob=1.0, output_keep_prob=1.0)
    x = tf.constant([[[2.0, 2.0, 2.0]], [[1.0, 1.0, 1.0]]])
    state = tf.nn.rnn_cell.LSTMStateTuple(tf.fill([1, 3], 0.1), tf.fill([1, 3], 0.1))
    with tf.variable_scope("root", initializer=tf.constant_initializer(0.5)):
        return tf.nn.dynamic_rnn(cell, x, initial_state=state, time_major=True)


@case(initial=True)
def known_initial_biases(tf):
    rnn = tf.nn.rnn_cell
    with tf.variable_scope("root"):
        for make in (rnn.GRUCell, rnn.BasicRNNCell, rnn.LSTMCell, rnn.BasicLSTMCell):
            cell = make(2)
            cell(tf.zeros([1, 2]), cell.zero_state(1, tf.float32))
        given = rnn.GRUCell(2, bias_initializer=tf.constant_initializer(3.0), name="given")
        given(tf.zeros([1, 2]), tf.zeros([1, 2]))
    return {v.op.name: v + 0.0 for v in tf.global_variables() if v.op.name.endswith("bias")}


@error_case("RNN cell only supports floating point inputs, but received dtype")
def error_integer_step(tf):
    tf.nn.rnn_cell.LSTMCell(3)(tf.zeros([2, 3], tf.int32), tf.nn.rnn_cell.LSTMCell(3).zero_state(2, tf.int32))


@error_case("Must specify at least one cell for MultiRNNCell.")
def error_multi_of_nothing(tf):
    tf.nn.rnn_cell.MultiRNNCell([])


@error_case("cells must be a list or tuple, but received")
def error_multi_of_a_cell(tf):
    tf.nn.rnn_cell.MultiRNNCell(tf.nn.rnn_cell.GRUCell(2))


@error_case("Some cells return tuples of states, but the flag state_is_tuple is not set")
def error_multi_of_tuple_states_in_one_tensor(tf):
    tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(2)], state_is_tuple=False)


@error_case("Expected state to be a tuple of length 2, but received")
def error_multi_state_is_no_tuple(tf):
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(2), tf.nn.rnn_cell.GRUCell(2)])
    cell(tf.zeros([2, 3]), tf.zeros([2, 4]))


@error_case("Shapes (2, 3) and (2, 5) are incompatible")
def error_residual_of_another_width(tf):
    cell = tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(5))
    cell(tf.zeros([2, 3]), tf.zeros([2, 5]))


@error_case("Parameter input_keep_prob must be between 0 and 1. Received 1.5")
def error_keep_probability(tf):
    tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(5), input_keep_prob=1.5)


@error_case("Parameter output_keep_prob must be between 0 and 1")
def error_output_keep_probability(tf):
    tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(5), output_keep_prob=-0.1)


@error_case("When variational_recurrent=True, dtype must be provided")
def error_variational_without_dtype(tf):
    tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(5), variational_recurrent=True)


@error_case("When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be provided")
def error_variational_without_input_size(tf):
    cell = tf.nn.rnn_cell.GRUCell(5)
    tf.nn.rnn_cell.DropoutWrapper(cell, input_keep_prob=0.5, variational_recurrent=True, dtype=tf.float32)


def wrapper_of_no_cell(name, *arguments):
    @error_case("is not an RNNCell", name=f"error_{name}_of_no_cell")
    def build(tf):
        getattr(tf.nn.rnn_cell, name)(object(), *arguments)


wrapper_of_no_cell("DropoutWrapper")
wrapper_of_no_cell("ResidualWrapper")


@error_case()
def error_projection_to_nothing(tf):
    cell = tf.nn.rnn_cell.LSTMCell(2, num_proj=0)
    tf.nn.dynamic_rnn(cell, tf.zeros([2, 4, 3]), dtype=tf.float32)


@error_case("batch_size and dtype cannot be None")
def error_initial_state_of_nothing(tf):
    tf.nn.rnn_cell.GRUCell(2).get_initial_state()


@error_case("batch size from input tensor is different from the input param")
def error_initial_state_of_another_batch(tf):
    tf.nn.rnn_cell.GRUCell(2).get_initial_state(inputs=tf.zeros([2, 3]), batch_size=4, dtype=tf.float32)


@error_case("dtype from input tensor is different from the input param")
def error_initial_state_of_another_dtype(tf):
    tf.nn.rnn_cell.GRUCell(2).get_initial_state(inputs=tf.zeros([2, 3]), batch_size=2, dtype=tf.float64)


@error_case()
def error_state_of_another_batch(tf):
    tf.nn.rnn_cell.GRUCell(2)(tf.zeros([2, 3]), tf.zeros([3, 2]))


@error_case()
def error_state_of_another_width(tf):
    cell = tf.nn.rnn_cell.LSTMCell(2)
    cell(tf.zeros([2, 3]), (tf.zeros([2, 2]), tf.zeros([2, 5])))


@error_case()
def error_unknown_depth(tf):
    tf.nn.rnn_cell.GRUCell(2)(tf.placeholder(tf.float32, [2, None]), tf.zeros([2, 2]))


@error_case()
def error_unknown_activation(tf):
    tf.nn.rnn_cell.GRUCell(2, activation="wobble")


@error_case()
def error_dtype_of_dtypes_in_a_state(tf):
    return tf.nn.rnn_cell.LSTMStateTuple(tf.zeros([2, 2]), tf.zeros([2, 2], tf.float64)).dtype
