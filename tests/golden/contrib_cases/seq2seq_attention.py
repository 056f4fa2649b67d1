"""Attention mechanisms and AttentionWrapper: in a decoder, in dynamic_rnn, called by hand."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, ints, normal


def memories(rng):
    return [
        {"x": normal(rng, b, t, 5), "n": np.array(n, "int32")}
        for b, t, n in ((3, 5, [5, 1, 3]), (1, 1, [1]), (2, 7, [7, 4]))
    ]


def queries(rng):
    return [dict(feed, y=normal(rng, len(feed["n"]), steps, 3)) for feed, steps in zip(memories(rng), (4, 2, 1))]


def memory(tf, masked=True):
    """A memory [B, T, 5] and its lengths."""
    x = tf.placeholder(tf.float32, [None, None, 5], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    return x, n if masked else None


def decoded(tf, cell, state, batch, vocabulary=6, end=2, **options):
    """A greedy decoder with a projection; the TensorArrays of the state stacked."""
    table = tf.get_variable("embedding", [vocabulary, 3])
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, tf.fill([batch], 1), end)
    layer = tf.layers.Dense(vocabulary, use_bias=False, name="projection")
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, state, layer)
    options.setdefault("maximum_iterations", 4)
    outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder, **options)
    return outputs, state, lengths


def stacked(tf, state):
    history = state.alignment_history
    history = tuple(h.stack() for h in history) if isinstance(history, tuple) else history.stack()
    return state._replace(alignment_history=history)


@case(memories)
def luong_greedy(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.LuongAttention(4, x, n)
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=3)
    batch = tf.shape(x)[0]
    return decoded(tf, cell, cell.zero_state(batch, tf.float32), batch)


@case(memories)
def luong_scaled_without_lengths_nor_layer(tf):
    x, _ = memory(tf)
    mechanism = tf.contrib.seq2seq.LuongAttention(4, x, scale=True)
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.LSTMCell(4), mechanism, alignment_history=True)
    batch = tf.shape(x)[0]
    outputs, state, lengths = decoded(tf, cell, cell.zero_state(batch, tf.float32), batch)
    return outputs, stacked(tf, state), lengths


@case(memories)
def bahdanau_greedy_with_history(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.BahdanauAttention(6, x, memory_sequence_length=n)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.BasicLSTMCell(4), mechanism, attention_layer_size=5, alignment_history=True
    )
    batch = tf.shape(x)[0]
    outputs, state, lengths = decoded(tf, cell, cell.zero_state(batch, tf.float32), batch, impute_finished=True)
    return outputs, stacked(tf, state), lengths


@case(memories)
def bahdanau_normalized_output_of_the_cell(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.BahdanauAttention(6, x, n, normalize=True)
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism, output_attention=False)
    batch = tf.shape(x)[0]
    return decoded(tf, cell, cell.zero_state(batch, tf.float32), batch, output_time_major=True)


@case(memories)
def several_mechanisms(tf):
    x, n = memory(tf)
    mechanisms = [
        tf.contrib.seq2seq.LuongAttention(4, x, n, name="first"),
        tf.contrib.seq2seq.BahdanauAttention(3, tf.tanh(x[:, ::-1]), normalize=True),
        tf.contrib.seq2seq.BahdanauAttention(3, x, n, score_mask_value=-3.0),
    ]
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), mechanisms, attention_layer_size=[2, 3, 4], alignment_history=True
    )
    batch = tf.shape(x)[0]
    outputs, state, lengths = decoded(tf, cell, cell.zero_state(batch, tf.float32), batch)
    return outputs, stacked(tf, state), lengths


@case(memories)
def layers_of_the_users_own_and_an_input_function(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.LuongAttention(4, x, n)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4),
        mechanism,
        attention_layer=tf.layers.Dense(7, activation=tf.nn.relu, name="mix"),
        cell_input_fn=lambda inputs, attention: inputs + attention[:, :3],
        name="reader",
    )
    batch = tf.shape(x)[0]
    return decoded(tf, cell, cell.zero_state(batch, tf.float32), batch)


@case(memories)
def attention_function_of_the_users_own(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.LuongAttention(4, x, n)

    def read(mechanism, output, state, layer):
        alignments, after = mechanism(output, state)
        context = tf.reduce_max(tf.expand_dims(alignments, 2) * mechanism.values, 1)
        return layer(context), alignments, after

    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=3, attention_fn=read
    )
    batch = tf.shape(x)[0]
    return decoded(tf, cell, cell.zero_state(batch, tf.float32), batch)


@case(memories)
def hardmax_and_other_probabilities(tf):
    x, n = memory(tf)
    mechanisms = (
        tf.contrib.seq2seq.LuongAttention(4, x, n, probability_fn=tf.contrib.seq2seq.hardmax),
        tf.contrib.seq2seq.BahdanauAttention(4, x, n, probability_fn=tf.sigmoid, score_mask_value=-2.0),
    )
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanisms)
    batch = tf.shape(x)[0]
    return decoded(tf, cell, cell.zero_state(batch, tf.float32), batch)


@case(memories)
def keys_and_values_of_the_users_own(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.BahdanauAttention(
        4, x, n, custom_key_value_fn=lambda keys, values: (tf.tanh(keys), values[:, :, :2])
    )
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism)
    batch = tf.shape(x)[0]
    return decoded(tf, cell, cell.zero_state(batch, tf.float32), batch), mechanism.keys, mechanism.values


@case(lambda rng: {"x": normal(rng, 2, 3, 5, dtype="float64"), "n": ints(rng, 4, 2, low=1)})
def in_float64(tf):
    x = tf.placeholder(tf.float64, [2, 3, 5], "x")
    n = tf.placeholder(tf.int32, [2], "n")
    mechanism = tf.contrib.seq2seq.BahdanauAttention(4, x, n, dtype=tf.float64, normalize=True)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=3, dtype=tf.float64
    )
    table = tf.get_variable("embedding", [6, 3], tf.float64)
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, [1, 1], 2)
    layer = tf.layers.Dense(6, use_bias=False, name="projection")
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float64), layer)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=3)


def encoded(tf, cell, bidirectional=False):
    """What an encoder makes of x: memory, last state, lengths."""
    x, n = memory(tf)
    with tf.variable_scope("encoder"):
        if not bidirectional:
            outputs, state = tf.nn.dynamic_rnn(cell(), x, n, dtype=tf.float32)
            return outputs, state, n
        outputs, states = tf.nn.bidirectional_dynamic_rnn(cell(), cell(), x, n, dtype=tf.float32)
        return tf.concat(outputs, -1), states[0], n


def read_in_dynamic_rnn(tf, outputs, state, n, inner, lengths=False):
    y = tf.placeholder(tf.float32, [None, None, 3], "y")
    mechanism = tf.contrib.seq2seq.BahdanauAttention(4, outputs, memory_sequence_length=n)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        inner, mechanism, attention_layer_size=5, initial_cell_state=state, output_attention=False
    )
    sequence_length = tf.minimum(n, tf.shape(y)[1]) if lengths else None
    result, final = tf.nn.dynamic_rnn(cell, y, sequence_length, dtype=tf.float32)
    return result, final.cell_state, final.attention, final.alignments


@case(queries)
def wrapper_in_dynamic_rnn_lstm_encoder(tf):
    outputs, state, n = encoded(tf, lambda: tf.nn.rnn_cell.LSTMCell(4))
    return read_in_dynamic_rnn(tf, outputs, state, n, tf.nn.rnn_cell.LSTMCell(4))


@case(queries)
def wrapper_in_dynamic_rnn_gru_encoder_and_lengths(tf):
    outputs, state, n = encoded(tf, lambda: tf.nn.rnn_cell.GRUCell(4))
    return read_in_dynamic_rnn(tf, outputs, state, n, tf.nn.rnn_cell.GRUCell(4), lengths=True)


@case(queries)
def wrapper_in_dynamic_rnn_bidirectional_encoder(tf):
    outputs, state, n = encoded(tf, lambda: tf.nn.rnn_cell.LSTMCell(4), bidirectional=True)
    return read_in_dynamic_rnn(tf, outputs, state, n, tf.nn.rnn_cell.LSTMCell(4))


@case(queries)
def wrapper_in_dynamic_rnn_lstm_block_encoder(tf):
    outputs, state, n = encoded(tf, lambda: tf.contrib.rnn.LSTMBlockCell(4))
    return read_in_dynamic_rnn(tf, outputs, state, n, tf.contrib.rnn.LSTMBlockCell(4))


@case(lambda rng: {"y": normal(rng, 2, 4, 3)})
def wrapper_in_dynamic_rnn_constant_encoder(tf):
    """The memory is a constant, as exported models have it."""
    outputs = tf.constant(np.linspace(-1, 1, 30).reshape(2, 3, 5).astype("float32"))
    y = tf.placeholder(tf.float32, [2, 4, 3], "y")
    mechanism = tf.contrib.seq2seq.BahdanauAttention(4, outputs)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.LSTMCell(4),
        mechanism,
        attention_layer_size=5,
        cell_input_fn=lambda inputs, attention: tf.concat([inputs, attention], -1),
        output_attention=False,
    )
    result, final = tf.nn.dynamic_rnn(cell, y, dtype=tf.float32, sequence_length=[4, 3])
    return result, final.cell_state


@case(queries)
def wrapper_in_a_stack_in_dynamic_rnn(tf):
    x, n = memory(tf)
    y = tf.placeholder(tf.float32, [None, None, 3], "y")
    mechanism = tf.contrib.seq2seq.LuongAttention(4, x, n)
    wrapper = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=4)
    cell = tf.nn.rnn_cell.MultiRNNCell([wrapper, tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(4))])
    return tf.nn.dynamic_rnn(cell, y, dtype=tf.float32)[0]


@case(memories)
def state_cloned_and_steps_by_hand(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.BahdanauAttention(4, x, n)
    cell = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.LSTMCell(5), mechanism, attention_layer_size=3)
    zero = cell.zero_state(tf.shape(x)[0], tf.float32)
    state = zero.clone(cell_state=tf.nn.rnn_cell.LSTMStateTuple(x[:, 0], tf.tanh(x[:, 0])))
    outputs = []
    for step in range(3):
        output, state = cell(tf.sin(x[:, 0, step : step + 3]), state)
        outputs.append(output)
    return zero, outputs, state


@case(memories)
def mechanisms_called_by_hand(tf):
    x, n = memory(tf)
    query = tf.reduce_mean(x, 1)[:, :4]
    found = []
    for mechanism in (
        tf.contrib.seq2seq.LuongAttention(4, x, n),
        tf.contrib.seq2seq.BahdanauAttention(4, x, n),
        tf.contrib.seq2seq.BahdanauAttention(3, x, normalize=True),
    ):
        zero = mechanism.initial_state(tf.shape(x)[0], tf.float32)
        found.append((*mechanism(query, state=zero), mechanism.keys, mechanism.values, zero))
    return found


@case(memories)
def hardmax(tf):
    x, _ = memory(tf)
    tf.placeholder(tf.int32, [None], "k")
    return tf.contrib.seq2seq.hardmax(x), tf.contrib.seq2seq.hardmax(tf.cast(x[:, :, 0], tf.float64))


@case(memories)
def tile_batch(tf):
    x, n = memory(tf)
    pair = tf.contrib.seq2seq.tile_batch((x, {"n": n}), 3)
    return pair, tf.contrib.seq2seq.tile_batch(tf.constant([[1, 2], [3, 4]]), multiplier=2)


def monotonic(tf, mechanism, cell=None):
    cell = tf.contrib.seq2seq.AttentionWrapper(
        cell or tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=3, alignment_history=True
    )
    batch = tf.shape(mechanism.values)[0]
    outputs, state, lengths = decoded(tf, cell, cell.zero_state(batch, tf.float32), batch, maximum_iterations=3)
    return outputs, stacked(tf, state), lengths


@case(memories)
def monotonic_bahdanau_parallel(tf):
    x, n = memory(tf)
    return monotonic(tf, tf.contrib.seq2seq.BahdanauMonotonicAttention(4, x, n))


@case(memories)
def monotonic_bahdanau_recursive_normalized(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.BahdanauMonotonicAttention(
        4, x, n, normalize=True, mode="recursive", score_bias_init=-1.0
    )
    return monotonic(tf, mechanism)


@case(memories)
def monotonic_luong_hard_scaled(tf):
    x, n = memory(tf)
    mechanism = tf.contrib.seq2seq.LuongMonotonicAttention(4, x, n, scale=True, mode="hard", score_bias_init=0.5)
    return monotonic(tf, mechanism)


@case(memories)
def monotonic_luong_parallel_without_lengths(tf):
    x, _ = memory(tf)
    return monotonic(tf, tf.contrib.seq2seq.LuongMonotonicAttention(4, x))


def shares(rng):
    return [{name: rng.random((2, steps)).astype("float32") for name in ("p", "a")} for steps in (5, 1)]


@case(shares)
def monotonic_attention_by_itself(tf):
    p = tf.placeholder(tf.float32, [2, None], "p")
    a = tf.placeholder(tf.float32, [2, None], "a")
    a = a / tf.reduce_sum(a, 1, keepdims=True)
    soft = [tf.contrib.seq2seq.monotonic_attention(p, a, mode) for mode in ("recursive", "parallel")]
    return soft, tf.contrib.seq2seq.monotonic_attention(tf.round(p), a, "hard")


@case(lambda rng: {"p": np.array([[0.5, 0.0, 1.0, 2.0], [1e-30, 0.3, 0.2, 0.1]], "float32")})
def safe_cumprod(tf):
    p = tf.placeholder(tf.float32, [2, 4], "p")
    product = tf.contrib.seq2seq.safe_cumprod
    return product(p), product(p, 1), product(p, axis=1, exclusive=True), product(p, axis=1, reverse=True)


@facts()
def sizes(tf):
    x = tf.zeros([2, 7, 5])
    mechanism = tf.contrib.seq2seq.LuongAttention(4, x)
    one = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.LSTMCell(4), mechanism)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), [mechanism, mechanism], attention_layer_size=[2, 3], alignment_history=True
    )
    layered = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer=tf.layers.Dense(9), output_attention=True
    )
    inner = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism, output_attention=False)
    return [
        [mechanism.batch_size, mechanism.alignments_size, mechanism.state_size],
        [one.output_size, cell.output_size, layered.output_size, inner.output_size],
        str(one.state_size._replace(cell_state=4, time=0)),
        str(cell.state_size._replace(time=0)),
        [v.op.name for v in tf.global_variables()],
        list(one.state_size._fields),
        mechanism.query_layer is None,
    ]
