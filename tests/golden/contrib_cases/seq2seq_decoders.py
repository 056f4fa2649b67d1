"""dynamic_decode over BasicDecoder: greedy and teacher-forced, with and without attention."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, normal


def starts(*batches):
    """Feeds of a state x[batch, 4] and the start tokens."""
    return lambda rng: [{"x": normal(rng, b, 4), "go": np.full(b, 1, "int32")} for b in batches]


def teacher(rng):
    return [
        {"x": normal(rng, b, t, 3), "n": np.array(n, "int32"), "state": normal(rng, b, 4)}
        for b, t, n in ((3, 5, [5, 2, 3]), (2, 4, [0, 3]), (1, 1, [1]), (2, 6, [3, 2]))
    ]


def greedy(tf, cell=None, state=None, vocabulary=7, end=2, layer=True, **options):
    """A greedy decoder from a given state, and what dynamic_decode gives."""
    x = tf.placeholder(tf.float32, [None, 4], "x")
    go = tf.placeholder(tf.int32, [None], "go")
    table = tf.get_variable("embedding", [vocabulary, 3])
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, go, end)
    output_layer = tf.layers.Dense(vocabulary, name="projection") if layer else None
    cell = cell or tf.nn.rnn_cell.GRUCell(4)
    state = x if state is None else state(x)
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, state, output_layer)
    return tf.contrib.seq2seq.dynamic_decode(decoder, **options)


@case(starts(3, 1, 5))
def greedy_gru(tf):
    return greedy(tf, maximum_iterations=6)


@case(starts(3, 1))
def greedy_gru_time_major_and_imputed(tf):
    return greedy(tf, maximum_iterations=6, output_time_major=True, impute_finished=True)


@case(starts(3, 4))
def greedy_gru_imputed(tf):
    return greedy(tf, maximum_iterations=8, impute_finished=True, swap_memory=True, parallel_iterations=1)


@case(starts(2, 3))
def greedy_lstm(tf):
    def state(x):
        return tf.nn.rnn_cell.LSTMStateTuple(x, tf.tanh(x))

    return greedy(tf, tf.nn.rnn_cell.LSTMCell(4), state, maximum_iterations=5, scope="reader")


@case(starts(2, 3))
def greedy_multi_rnn(tf):
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(4), tf.nn.rnn_cell.BasicLSTMCell(5)])

    def state(x):
        zeros = cell.zero_state(tf.shape(x)[0], tf.float32)
        return (x, zeros[1])

    return greedy(tf, cell, state, maximum_iterations=5, impute_finished=True)


@case(lambda rng: [{"x": normal(rng, 3, 4), "go": np.ones(3, "int32"), "limit": np.array(n, "int32")} for n in (1, 4)])
def greedy_with_a_limit_that_is_a_tensor(tf):
    return greedy(tf, maximum_iterations=tf.placeholder(tf.int32, [], "limit"))


@case(starts(3), initial=True)
def never_asked_for_a_limit(tf):
    """A chain of ids: each chooses the next, the last one is the end token."""

    class Next(tf.nn.rnn_cell.RNNCell):
        state_size = 4
        output_size = 5

        def call(self, inputs, state):
            return tf.concat([tf.zeros_like(inputs[:, :1]), inputs[:, :4]], 1), state

    x = tf.placeholder(tf.float32, [None, 4], "x")
    go = tf.placeholder(tf.int32, [None], "go")
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.eye(5), go * tf.range(tf.shape(go)[0]), 4)
    decoder = tf.contrib.seq2seq.BasicDecoder(Next(), helper, x)
    return tf.contrib.seq2seq.dynamic_decode(decoder)


@case(starts(2))
def embedding_is_a_function_and_no_output_layer(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    go = tf.placeholder(tf.int32, [None], "go")
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(lambda ids: tf.one_hot(ids, 4), go, tf.constant(3))
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, x)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)


@case(lambda rng: {"x": normal(rng, 2, 4)})
def known_batch(tf):
    x = tf.placeholder(tf.float32, [2, 4], "x")
    table = tf.get_variable("embedding", [5, 3])
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, tf.fill([2], 1), 2)
    layer = tf.layers.Dense(5, use_bias=False, activation=tf.tanh)
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, x, output_layer=layer)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=3)


@case(lambda rng: {"x": normal(rng, 2, 4)})
def no_iterations_of_a_known_batch(tf):
    x = tf.placeholder(tf.float32, [2, 4], "x")
    table = tf.get_variable("embedding", [5, 3])
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, [1, 1], 2)
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, x, tf.layers.Dense(5))
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=0)


@case(lambda rng: {"x": normal(rng, 2, 4, dtype="float64")})
def in_float64(tf):
    x = tf.placeholder(tf.float64, [2, 4], "x")
    table = tf.get_variable("embedding", [5, 3], tf.float64)
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, [1, 1], 2)
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, x, tf.layers.Dense(5))
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=3)


def taught(tf, time_major=False, **options):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    state = tf.placeholder(tf.float32, [None, 4], "state")
    inputs = tf.transpose(x, [1, 0, 2]) if time_major else x
    helper = tf.contrib.seq2seq.TrainingHelper(inputs, n, time_major=time_major)
    layer = tf.layers.Dense(6, name="projection")
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, state, layer)
    return tf.contrib.seq2seq.dynamic_decode(decoder, **options)


@case(teacher)
def training_helper(tf):
    return taught(tf)


@case(teacher)
def training_helper_time_major_and_imputed(tf):
    return taught(tf, time_major=True, output_time_major=True, impute_finished=True)


@case(teacher)
def training_helper_stopped_early(tf):
    return taught(tf, maximum_iterations=2, impute_finished=True)


@case(teacher)
def training_helper_with_one_known_length(tf):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    tf.placeholder(tf.int32, [None], "n")
    state = tf.placeholder(tf.float32, [None, 4], "state")
    helper = tf.contrib.seq2seq.TrainingHelper(x, tf.tile([1], [tf.shape(x)[0]]))
    assert helper.inputs is x
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, state)
    return tf.contrib.seq2seq.dynamic_decode(decoder), helper.sequence_length, helper.batch_size


@case(starts(3, 2))
def inference_helper_of_numbers(tf):
    """Reads its own outputs until their sum is great."""
    x = tf.placeholder(tf.float32, [None, 4], "x")
    tf.placeholder(tf.int32, [None], "go")
    helper = tf.contrib.seq2seq.InferenceHelper(
        sample_fn=lambda outputs: outputs,
        sample_shape=[4],
        sample_dtype=tf.float32,
        start_inputs=tf.zeros_like(x),
        end_fn=lambda ids: tf.reduce_sum(ids, 1) > 1.0,
        next_inputs_fn=lambda ids: ids * 0.5,
    )
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, x)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=5)


@case(starts(2))
def inference_helper_reads_what_it_chose(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    tf.placeholder(tf.int32, [None], "go")
    helper = tf.contrib.seq2seq.InferenceHelper(
        lambda outputs: tf.round(outputs), [4], tf.float32, x, lambda ids: tf.reduce_all(tf.equal(ids, 1.0), 1)
    )
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.BasicRNNCell(4), helper, x)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=3, impute_finished=True)


@case(starts(3, 1))
def custom_helper(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    go = tf.placeholder(tf.int32, [None], "go")
    table = tf.get_variable("embedding", [6, 3])

    def first():
        return tf.fill([tf.shape(go)[0]], False), tf.gather(table, go)

    def sample(time, outputs, state):
        return tf.cast(tf.argmin(outputs, 1), tf.int32) + 0 * time

    def following(time, outputs, state, sample_ids):
        return tf.equal(sample_ids, 0), tf.gather(table, sample_ids), state * 0.5

    helper = tf.contrib.seq2seq.CustomHelper(first, sample, following)
    layer = tf.layers.Dense(6, name="projection")
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, x, layer)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)


@case(starts(3))
def custom_helper_of_several_choices(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    tf.placeholder(tf.int32, [None], "go")

    def sample(time, outputs, state):
        return tf.cast(tf.nn.top_k(outputs, 2).values, tf.float64)

    helper = tf.contrib.seq2seq.CustomHelper(
        lambda: (tf.zeros([tf.shape(x)[0]], tf.bool), tf.ones_like(x[:, :2])),
        sample,
        lambda time, outputs, state, sample_ids: (time >= tf.range(3), tf.cast(sample_ids, tf.float32), state),
        sample_ids_shape=[2],
        sample_ids_dtype=tf.float64,
    )
    decoder = tf.contrib.seq2seq.BasicDecoder(tf.nn.rnn_cell.GRUCell(4), helper, x)
    return tf.contrib.seq2seq.dynamic_decode(decoder)


@case(starts(2, 3))
def decoder_of_the_users_own(tf):
    """A state with a TensorArray and a scalar, inputs of two tensors, finalize."""
    x = tf.placeholder(tf.float32, [None, 4], "x")
    go = tf.placeholder(tf.int32, [None], "go")

    class Own(tf.contrib.seq2seq.Decoder):
        @property
        def batch_size(self):
            return tf.shape(go)[0]

        @property
        def output_size(self):
            return {"a": tf.TensorShape([4]), "b": tf.TensorShape([])}

        @property
        def output_dtype(self):
            return {"a": tf.float32, "b": tf.int32}

        def initialize(self, name=None):
            array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
            return tf.zeros_like(go, tf.bool), (x, go), {"sum": tf.zeros_like(x), "count": 0, "all": array}

        def step(self, time, inputs, state, name=None):
            value, number = inputs
            total = state["sum"] + value
            after = {"sum": total, "count": state["count"] + 1, "all": state["all"].write(time, value[:, :2])}
            outputs = {"a": total, "b": number * time}
            return outputs, after, (value * 0.5, number + 1), number >= tf.range(tf.shape(go)[0]) + 2

        def finalize(self, outputs, final_state, sequence_lengths):
            final_state = dict(final_state, all=final_state["all"].stack())
            return dict(outputs, lengths=tf.expand_dims(sequence_lengths, 0)), final_state

    return tf.contrib.seq2seq.dynamic_decode(Own(), impute_finished=True)


@case(starts(4))
def decoder_that_tracks_what_has_finished(tf):
    """Rows that finish and begin again."""
    x = tf.placeholder(tf.float32, [None, 4], "x")
    go = tf.placeholder(tf.int32, [None], "go")

    class Own(tf.contrib.seq2seq.Decoder):
        batch_size = property(lambda self: tf.size(go))
        output_size = property(lambda self: 4)
        output_dtype = property(lambda self: tf.float32)
        tracks_own_finished = property(lambda self: True)

        def initialize(self, name=None):
            return tf.zeros_like(go, tf.bool), x, go

        def step(self, time, inputs, state, name=None):
            finished = tf.logical_or(tf.equal((time + tf.range(4)) % 2, 0), time > 2)
            return inputs + tf.cast(time, tf.float32), state + 1, inputs * 2.0, finished

    return tf.contrib.seq2seq.dynamic_decode(Own(), output_time_major=True)


@facts()
def sizes_and_dtypes(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.zeros([7, 3]), tf.zeros([2], tf.int32), 2)
    cell = tf.nn.rnn_cell.GRUCell(4)
    plain = tf.contrib.seq2seq.BasicDecoder(cell, helper, x)
    layered = tf.contrib.seq2seq.BasicDecoder(cell, helper, x, tf.layers.Dense(7))
    return [
        str(plain.output_size.rnn_output),
        layered.output_size.rnn_output.as_list(),
        layered.output_size.sample_id.as_list(),
        [dtype.name for dtype in layered.output_dtype],
        plain.tracks_own_finished,
    ]
