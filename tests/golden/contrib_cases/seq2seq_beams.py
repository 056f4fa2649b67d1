"""BeamSearchDecoder, gather_tree and sequence_loss."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, ints, normal, run_error_case


def starts(*batches):
    return lambda rng: [{"x": normal(rng, b, 4)} for b in batches]


def memories(rng):
    return [
        {"x": normal(rng, b, t, 4), "n": np.array(n, "int32")}
        for b, t, n in ((3, 5, [5, 1, 3]), (1, 1, [1]), (2, 7, [7, 4]))
    ]


def searched(tf, width, cell=None, state=None, batch=None, vocabulary=7, end=2, bias=None, options=None, **penalties):
    """What a beam search from a given state finds."""
    if state is None:
        x = tf.placeholder(tf.float32, [batch, 4], "x")
        state = tf.contrib.seq2seq.tile_batch(x, width)
        rows = batch or tf.shape(x)[0]
    else:
        rows = batch
    table = tf.get_variable("embedding", [vocabulary, 3])
    layer = tf.layers.Dense(vocabulary, use_bias=False, name="projection")
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        cell=cell or tf.nn.rnn_cell.GRUCell(4),
        embedding=table,
        start_tokens=tf.fill([rows], 1),
        end_token=end,
        initial_state=state,
        beam_width=width,
        output_layer=layer,
        **penalties,
    )
    return tf.contrib.seq2seq.dynamic_decode(decoder, **dict({"maximum_iterations": 5}, **(options or {})))


@case(starts(3, 1))
def gru_of_width_3(tf):
    return searched(tf, 3)


@case(starts(2, 3))
def gru_of_width_1(tf):
    return searched(tf, 1)


@case(starts(2))
def width_of_the_whole_vocabulary_and_more(tf):
    return searched(tf, 5, vocabulary=3, options={"maximum_iterations": 3})


@case(starts(3))
def known_batch_time_major(tf):
    return searched(tf, 2, batch=3, options={"output_time_major": True})


@case(starts(3, 2))
def length_penalty(tf):
    return searched(tf, 3, length_penalty_weight=1.3, options={"maximum_iterations": 8})


@case(starts(3))
def length_penalty_that_is_a_tensor(tf):
    weight = tf.placeholder_with_default(np.array(0.7, "float32"), [], "weight")
    return searched(tf, 3, length_penalty_weight=weight, options={"maximum_iterations": 4})


@case(starts(4, 1))
def ends_by_itself(tf):
    """Short sentences: a strong end token, no limit."""
    x = tf.placeholder(tf.float32, [None, 4], "x")
    table = tf.get_variable("embedding", [5, 3])
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        tf.nn.rnn_cell.GRUCell(4),
        lambda ids: tf.nn.embedding_lookup(table, ids),
        tf.zeros([tf.shape(x)[0]], tf.int32),
        tf.constant(3),
        tf.contrib.seq2seq.tile_batch(x, 2),
        2,
        output_layer=tf.layers.Dense(5, activation=lambda logits: logits + 3.0 * tf.one_hot(3, 5)),
    )
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=30)


@case(starts(2))
def no_output_layer(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        tf.nn.rnn_cell.GRUCell(4),
        tf.eye(4),
        tf.zeros_like(x[:, 0], tf.int32),
        3,
        tf.contrib.seq2seq.tile_batch(x, 2),
        2,
    )
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)


@case(starts(2, 3))
def stack_of_lstms(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(4), tf.nn.rnn_cell.BasicLSTMCell(5)])
    zeros = cell.zero_state(tf.shape(x)[0], tf.float32)
    state = (tf.nn.rnn_cell.LSTMStateTuple(x, tf.tanh(x)), zeros[1])
    state = tf.contrib.seq2seq.tile_batch(state, multiplier=3)
    return searched(tf, 3, cell, state, tf.shape(x)[0])


def read(tf, width, mechanism, cell=None, **options):
    """A wrapper around a cell, and its state after an encoder's, for beams."""
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    tiled, lengths, state = tf.contrib.seq2seq.tile_batch((x, n, x[:, 0]), width)
    wrapper = tf.contrib.seq2seq.AttentionWrapper(
        cell or tf.nn.rnn_cell.GRUCell(4), mechanism(tiled, lengths), attention_layer_size=3, **options
    )
    batch = tf.shape(x)[0]
    zero = wrapper.zero_state(batch * width, tf.float32)
    return wrapper, zero.clone(cell_state=state), batch


@case(memories)
def with_luong_attention(tf):
    wrapper, state, batch = read(tf, 3, lambda memory, n: tf.contrib.seq2seq.LuongAttention(4, memory, n))
    return searched(tf, 3, wrapper, state, batch)


@case(memories)
def with_bahdanau_attention_and_its_history_reordered(tf):
    def mechanism(memory, n):
        return tf.contrib.seq2seq.BahdanauAttention(5, memory, n, normalize=True)

    wrapper, state, batch = read(tf, 2, mechanism, alignment_history=True)
    return searched(tf, 2, wrapper, state, batch, options={"maximum_iterations": 6})


@case(memories)
def history_as_it_was_written(tf):
    wrapper, state, batch = read(
        tf, 2, lambda memory, n: tf.contrib.seq2seq.LuongAttention(4, memory, n), alignment_history=True
    )
    outputs, final, _ = searched(tf, 2, wrapper, state, batch, reorder_tensor_arrays=False)
    return outputs, final.cell_state.alignment_history.stack()


@case(memories)
def coverage_penalty(tf):
    wrapper, state, batch = read(tf, 3, lambda memory, n: tf.contrib.seq2seq.LuongAttention(4, memory, n))
    return searched(
        tf,
        3,
        wrapper,
        state,
        batch,
        coverage_penalty_weight=0.4,
        length_penalty_weight=0.6,
        options={"maximum_iterations": 8},
    )


@case(memories)
def coverage_penalty_of_two_memories(tf):
    def both(memory, n):
        return [
            tf.contrib.seq2seq.LuongAttention(4, memory, n),
            tf.contrib.seq2seq.BahdanauAttention(4, memory, n),
        ]

    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    tiled, lengths = tf.contrib.seq2seq.tile_batch((x, n), 2)
    wrapper = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), both(tiled, lengths), attention_layer_size=[3, 2]
    )
    state = wrapper.zero_state(tf.shape(x)[0] * 2, tf.float32)
    return searched(tf, 2, wrapper, state, tf.shape(x)[0], coverage_penalty_weight=0.3)


@case(memories)
def attention_at_the_bottom_of_a_stack(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    tiled, lengths = tf.contrib.seq2seq.tile_batch((x, n), 2)
    mechanism = tf.contrib.seq2seq.LuongAttention(4, tiled, lengths)
    wrapper = tf.contrib.seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=4)
    cell = tf.nn.rnn_cell.MultiRNNCell([wrapper, tf.nn.rnn_cell.GRUCell(4)])
    batch = tf.shape(x)[0]
    state = cell.zero_state(batch * 2, tf.float32)
    return searched(tf, 2, cell, state, batch, coverage_penalty_weight=0.2)


def trees(rng):
    feeds = []
    for steps, batch, width, lengths in ((4, 2, 3, [4, 2]), (1, 1, 1, [1]), (5, 3, 2, [9, 0, 3]), (3, 2, 2, [-1, 3])):
        feeds.append(
            {
                "ids": ints(rng, 9, steps, batch, width),
                "parents": ints(rng, width, steps, batch, width),
                "n": np.array(lengths, "int32"),
            }
        )
    # What is past the lengths, or came before the first step, is never looked at.
    feeds[0]["parents"][0] = -7
    feeds[0]["parents"][3, 1] = 99
    return feeds


def tree(tf, end=3):
    ids = tf.placeholder(tf.int32, [None, None, None], "ids")
    parents = tf.placeholder(tf.int32, [None, None, None], "parents")
    n = tf.placeholder(tf.int32, [None], "n")
    return tf.contrib.seq2seq.gather_tree(ids, parents, n, end)


@case(trees)
def gather_tree(tf):
    return tree(tf)


@case(trees)
def gather_tree_without_an_end(tf):
    return tree(tf, -1)


@case(lambda rng: {"ids": ints(rng, 5, 4, 2, 3), "parents": ints(rng, 3, 4, 2, 3), "n": np.array([4, 3], "int32")})
def gather_tree_of_known_shape(tf):
    ids = tf.placeholder(tf.int32, [4, 2, 3], "ids")
    parents = tf.placeholder(tf.int32, [4, 2, 3], "parents")
    n = tf.placeholder(tf.int32, [2], "n")
    return tf.contrib.seq2seq.gather_tree(step_ids=ids, parent_ids=parents, max_sequence_lengths=n, end_token=4)


def bad_parents(value):
    parents = np.zeros((3, 1, 2), "int32")
    parents[2, 0, 1] = value
    return {"ids": np.ones((3, 1, 2), "int32"), "parents": parents, "n": np.array([3], "int32")}


@run_error_case(lambda rng: bad_parents(-1))
def gather_tree_with_a_negative_parent(tf):
    return tree(tf)


@run_error_case(lambda rng: bad_parents(3))
def gather_tree_with_a_parent_that_is_no_beam(tf):
    return tree(tf)


def sentences(rng):
    weights = np.array([[1, 1, 0], [0.5, 0, 0]], "float32")
    return [
        {"logits": normal(rng, 2, 3, 4), "targets": ints(rng, 4, 2, 3), "weights": w} for w in (weights, 0 * weights)
    ]


@case(sentences)
def sequence_loss(tf):
    logits = tf.placeholder(tf.float32, [None, None, 4], "logits")
    targets = tf.placeholder(tf.int32, [None, None], "targets")
    weights = tf.placeholder(tf.float32, [None, None], "weights")
    loss = tf.contrib.seq2seq.sequence_loss

    def own(labels, logits):
        return tf.reduce_sum(tf.one_hot(labels, 4) * logits, 1)

    return [
        loss(logits, targets, weights),
        loss(logits, targets, weights, average_across_timesteps=False),
        loss(logits, targets, weights, average_across_batch=False),
        loss(logits, targets, weights, False, False),
        loss(logits, targets, weights, False, False, True, True),
        loss(logits, targets, weights, False, False, sum_over_timesteps=True),
        loss(logits, targets, weights, False, False, sum_over_batch=True),
        loss(logits, targets, weights, softmax_loss_function=own),
    ]


@facts()
def sizes_and_dtypes(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    cell = tf.nn.rnn_cell.GRUCell(4)
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        cell, tf.eye(4), [0, 0], 3, tf.contrib.seq2seq.tile_batch(x, 5), 5, output_layer=tf.layers.Dense(4)
    )
    finished, inputs, state = decoder.initialize()
    return [
        [size.as_list() for size in decoder.output_size],
        [dtype.name for dtype in decoder.output_dtype],
        decoder.tracks_own_finished,
        [finished.shape.as_list(), inputs.shape.as_list()],
        list(state._fields),
        list(tf.contrib.seq2seq.FinalBeamSearchDecoderOutput._fields),
        state.lengths.dtype.name,
        state.accumulated_attention_probs == (),
    ]
