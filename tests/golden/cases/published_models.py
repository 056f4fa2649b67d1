"""Whole networks as repositories of their time had them: recommenders, readers, recognisers of speech and of text."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, ints, normal


@case(
    lambda rng: [
        {"hist": ints(rng, 10, rows, 4), "item": ints(rng, 10, rows), "mask": np.array(mask, "float32")}
        for rows, mask in ((3, [[1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 0, 0]]), (1, [[0, 0, 0, 0]]))
    ]
)
def interest_evolution_with_an_update_gate(tf):
    """Attention scores gate the update of a second recurrence; the scores enter beside the inputs."""
    hist = tf.placeholder(tf.int32, [None, None], "hist")
    item = tf.placeholder(tf.int32, [None], "item")
    mask = tf.placeholder(tf.float32, [None, None], "mask")
    table = tf.get_variable("mid_embedding_var", [10, 4])
    history, query = tf.nn.embedding_lookup(table, hist), tf.nn.embedding_lookup(table, item)
    lengths = tf.cast(tf.reduce_sum(mask, 1), tf.int32)
    with tf.name_scope("rnn_1"):
        interests, _ = tf.nn.dynamic_rnn(
            tf.nn.rnn_cell.GRUCell(4), inputs=history, sequence_length=lengths, dtype=tf.float32, scope="gru1"
        )
    with tf.name_scope("Attention_layer_1"):
        queries = tf.tile(query, [1, tf.shape(interests)[1]])
        queries = tf.reshape(queries, tf.shape(interests))
        din = tf.concat([queries, interests, queries - interests, queries * interests], axis=-1)
        d1 = tf.layers.dense(din, 6, activation=tf.nn.sigmoid, name="f1_att")
        d2 = tf.layers.dense(d1, 1, activation=None, name="f2_att")
        scores = tf.reshape(d2, [-1, 1, tf.shape(interests)[1]])
        key_masks = tf.expand_dims(tf.equal(mask, tf.ones_like(mask)), 1)
        scores = tf.nn.softmax(tf.where(key_masks, scores, tf.ones_like(scores) * (-(2**32) + 1)))
        alphas = tf.squeeze(scores, [1])

    class VecAttGRUCell(tf.nn.rnn_cell.RNNCell):
        state_size = 4
        output_size = 4

        def call(self, inputs, state):
            x, score = inputs
            with tf.variable_scope("gates"):
                kernel = tf.get_variable("kernel", [8, 8])
                bias = tf.get_variable("bias", [8], initializer=tf.constant_initializer(1.0))
                value = tf.sigmoid(tf.nn.bias_add(tf.matmul(tf.concat([x, state], 1), kernel), bias))
            r, u = tf.split(value=value, num_or_size_splits=2, axis=1)
            with tf.variable_scope("candidate"):
                c = tf.layers.dense(tf.concat([x, r * state], 1), 4, tf.tanh, name="c")
            u = (1.0 - score) * u
            new = u * state + (1 - u) * c
            return new, new

    with tf.name_scope("rnn_2"):
        _, final = tf.nn.dynamic_rnn(
            VecAttGRUCell(),
            (interests, tf.expand_dims(alphas, -1)),
            sequence_length=lengths,
            dtype=tf.float32,
            scope="gru2",
        )
    pooled = tf.reduce_sum(history * tf.expand_dims(mask, -1), 1)
    full = tf.concat([query, pooled, query * pooled, final], 1)
    normed = tf.layers.batch_normalization(inputs=full, name="bn1")
    hidden = tf.layers.dense(normed, 5, activation=None, name="f1")
    with tf.variable_scope("prelu"):
        alpha = tf.get_variable("prelu_1", shape=hidden.get_shape()[-1], initializer=tf.constant_initializer(0.1))
    hidden = tf.maximum(0.0, hidden) + alpha * tf.minimum(0.0, hidden)
    return tf.nn.softmax(tf.layers.dense(hidden, 2, name="f3")) + 0.00000001, alphas


@case(lambda rng: [{"X": ints(rng, 12, rows), "state0": normal(rng, rows, 4)} for rows in (3, 1)])
def session_recommender_of_one_step(tf):
    ids = tf.placeholder(tf.int32, [None], name="X")
    state = [tf.placeholder(tf.float32, [None, 4], name="state0")]
    with tf.variable_scope("gru_layer"):
        initializer = tf.random_uniform_initializer(minval=-0.1, maxval=0.1)
        embedding = tf.get_variable("embedding", [12, 4], initializer=initializer)
        softmax_w = tf.get_variable("softmax_w", [12, 4], initializer=initializer)
        softmax_b = tf.get_variable("softmax_b", [12], initializer=tf.constant_initializer(0.0))
        cell = tf.nn.rnn_cell.GRUCell(4, activation=tf.nn.tanh)
        drop = tf.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=1.0)
        stacked = tf.nn.rnn_cell.MultiRNNCell([drop])
        output, new_state = stacked(tf.nn.embedding_lookup(embedding, ids), tuple(state))
    logits = tf.matmul(output, softmax_w, transpose_b=True) + softmax_b
    top = tf.nn.top_k(tf.nn.softmax(logits), k=3)
    return top.values, top.indices, new_state


@case(lambda rng: [{"image": normal(rng, rows, 8, width, 1)} for rows, width in ((2, 12), (1, 16))])
def text_in_images(tf):
    """Convolutions, columns as time steps, two stacked layers in both directions, and a greedy transcription."""
    image = tf.placeholder(tf.float32, [None, 8, None, 1], name="image")
    with tf.variable_scope("feature_extraction"):
        net = tf.layers.conv2d(image, 3, (3, 3), padding="SAME", activation=tf.nn.relu, name="conv1")
        net = tf.layers.max_pooling2d(net, (2, 2), 2)
        net = tf.layers.conv2d(net, 4, (3, 3), padding="same", use_bias=False, name="conv2")
        net = tf.nn.leaky_relu(tf.layers.batch_normalization(net, training=False))
        net = tf.layers.max_pooling2d(net, pool_size=(2, 2), strides=(2, 1), padding="valid")
        net = tf.layers.conv2d(net, 5, (2, 2), padding="valid", activation=tf.nn.relu, name="conv3")
    with tf.variable_scope("map_to_sequence"):
        shape = net.get_shape().as_list()
        sequence = tf.squeeze(net, axis=1) if shape[1] == 1 else tf.reshape(net, [-1, shape[2], shape[1] * shape[3]])
    lengths = tf.fill([tf.shape(sequence)[0]], tf.shape(sequence)[1])
    for layer in range(2):
        with tf.variable_scope(f"bilstm_{layer}"):
            forward, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), sequence, lengths, dtype=tf.float32, scope="fw")
            reverse = tf.reverse(sequence, [1])
            backward, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), reverse, lengths, dtype=tf.float32, scope="bw")
            sequence = tf.concat([forward, backward[:, ::-1]], axis=2)
    flat = tf.reshape(sequence, [-1, 6])
    w = tf.get_variable("w", [6, 5], initializer=tf.truncated_normal_initializer(stddev=0.02))
    logits = tf.reshape(tf.matmul(flat, w), [tf.shape(sequence)[0], tf.shape(sequence)[1], 5])
    raw = tf.argmax(tf.nn.softmax(logits), axis=2, name="raw_prediction")
    return tf.transpose(logits, (1, 0, 2), name="transpose_time_major"), raw


@case(lambda rng: {"x": (normal(rng, 3, 6, 4) * np.array([[[1]] * 6, [[1]] * 2 + [[0]] * 4, [[0]] * 6])).astype("f")})
def lengths_and_the_last_relevant_output_from_the_data(tf):
    x = tf.placeholder(tf.float32, [None, 6, 4], name="x")
    used = tf.sign(tf.reduce_max(tf.abs(x), axis=2))
    length = tf.cast(tf.reduce_sum(used, axis=1), tf.int32)
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32, sequence_length=length)
    batch, steps = tf.shape(outputs)[0], int(outputs.get_shape()[1])
    size = int(outputs.get_shape()[2])
    index = tf.range(0, batch) * steps + tf.maximum(length - 1, 0)
    gathered = tf.gather(tf.reshape(outputs, [-1, size]), index)
    hot = tf.reduce_sum(outputs * tf.expand_dims(tf.one_hot(length - 1, steps), -1), 1)
    pairs = tf.gather_nd(outputs, tf.stack([tf.range(batch), tf.maximum(length - 1, 0)], axis=1))
    weight = tf.Variable(tf.truncated_normal([size, 2], stddev=0.01), name="weight")
    bias = tf.Variable(tf.constant(0.1, shape=[2]), name="bias")
    return tf.nn.softmax(tf.matmul(gathered, weight) + bias), hot, pairs, state, length


@case(
    lambda rng: [
        {"x": ints(rng, 9, *shape, low=1), "y": ints(rng, 9, *shape), "n": np.array(n, "int32")}
        for shape, n in (((3, 4), [4, 2, 0]), ((1, 1), [1]))
    ]
)
def perplexity_of_a_masked_sequence(tf):
    x = tf.placeholder(tf.int32, [None, None], "x")
    y = tf.placeholder(tf.int32, [None, None], "y")
    n = tf.placeholder(tf.int32, [None], "n")
    with tf.variable_scope("Model", reuse=None, initializer=tf.random_uniform_initializer(-0.1, 0.1)):
        embedding = tf.get_variable("embedding", [9, 4])
        inputs = tf.nn.embedding_lookup(embedding, x)
        cells = [tf.nn.rnn_cell.BasicLSTMCell(4, forget_bias=0.0) for _ in range(2)]
        cell = tf.nn.rnn_cell.MultiRNNCell(cells, state_is_tuple=True)
        start = cell.zero_state(tf.shape(x)[0], tf.float32)
        outputs, _ = tf.nn.dynamic_rnn(cell, inputs, n, initial_state=start)
        logits = tf.layers.dense(outputs, 9, name="softmax")
    cross = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    mask = tf.sequence_mask(n, maxlen=tf.shape(x)[1], dtype=tf.float32)
    per_row = tf.reduce_sum(cross * mask, axis=1) / (tf.cast(n, tf.float32) + 1e-12)
    right = tf.cast(tf.equal(tf.argmax(logits, -1, output_type=tf.int32), y), tf.float32)
    return per_row, tf.exp(tf.reduce_sum(cross * mask) / tf.reduce_sum(mask)), tf.reduce_sum(right * mask)


@case(lambda rng: {"docs": ints(rng, 11, 2, 3, 4), "words": ints(rng, 5, 2, 3), "sentences": np.array([3, 1], "int32")})
def hierarchical_attention(tf):
    docs = tf.placeholder(tf.int32, [None, None, None], "docs")
    word_lengths = tf.placeholder(tf.int32, [None, None], "words")
    sentence_lengths = tf.placeholder(tf.int32, [None], "sentences")
    documents, sentences, words = tf.unstack(tf.shape(docs))

    def both(inputs, lengths, units):
        fw = tf.nn.rnn_cell.GRUCell(units, name="fw")
        bw = tf.nn.rnn_cell.GRUCell(units, name="bw")
        forward, last_fw = tf.nn.dynamic_rnn(fw, inputs, lengths, dtype=tf.float32)
        flipped = tf.reverse_sequence(inputs, lengths, seq_axis=1, batch_axis=0)
        backward, last_bw = tf.nn.dynamic_rnn(bw, flipped, lengths, dtype=tf.float32)
        return tf.concat([forward, tf.reverse_sequence(backward, lengths, 1, batch_axis=0)], 2), last_fw + last_bw

    def attend(inputs, size):
        context = tf.get_variable("attention_context_vector", [size])
        projected = tf.layers.dense(inputs, size, activation=tf.tanh, name="projection")
        weights = tf.nn.softmax(tf.reduce_sum(tf.multiply(projected, context), axis=2, keepdims=True), axis=1)
        return tf.reduce_sum(tf.multiply(projected, weights), axis=1), weights

    table = tf.get_variable("embedding", [11, 4])
    with tf.variable_scope("word"):
        flat = tf.reshape(tf.nn.embedding_lookup(table, docs), [documents * sentences, words, 4])
        encoded, _ = both(flat, tf.reshape(word_lengths, [-1]), 3)
        vectors, word_weights = attend(encoded, 4)
    with tf.variable_scope("sentence"):
        per_document = tf.reshape(vectors, [documents, sentences, 4])
        encoded, summed = both(per_document, sentence_lengths, 2)
        document, weights = attend(encoded, 3)
    return tf.layers.dense(document, 2), summed, weights, tf.reshape(word_weights, [documents, sentences, words])


@case(lambda rng: [{"p": normal(rng, 2, 5, 3), "q": normal(rng, 2, 4, 3), "qn": np.array([4, 2])}])
def match_lstm_over_a_question(tf):
    p = tf.placeholder(tf.float32, [None, None, 3], "p")
    q = tf.placeholder(tf.float32, [None, None, 3], "q")
    qn = tf.placeholder(tf.int64, [None], "qn")
    question, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), q, qn, dtype=tf.float32, scope="question")

    class MatchLSTM(tf.nn.rnn_cell.LSTMCell):
        def __init__(self, units, context):
            super().__init__(units, state_is_tuple=True)
            self.context = context
            self.keys = tf.layers.dense(context, units, use_bias=False, name="fc_context")

        def __call__(self, inputs, state, scope=None):
            (_, h) = state
            with tf.variable_scope(scope or type(self).__name__):
                query = tf.layers.dense(tf.concat([inputs, h], -1), self._num_units, name="query")
                g = tf.tanh(self.keys + tf.expand_dims(query, 1))
                logits = tf.squeeze(tf.layers.dense(g, 1, name="weight"), [2])
                logits += (tf.sequence_mask(qn, tf.shape(q)[1], dtype=tf.float32) - 1.0) * 1e30
                scores = tf.nn.softmax(logits, 1)
                attended = tf.reduce_sum(self.context * tf.expand_dims(scores, 2), axis=1)
                both = tf.concat([inputs, attended, inputs * attended[:, :3], inputs - attended[:, 1:]], -1)
                return super().__call__(both, state, scope)

    outputs, state = tf.nn.dynamic_rnn(MatchLSTM(4, question), p, dtype=tf.float32)
    starts = tf.nn.softmax(tf.squeeze(tf.layers.dense(outputs, 1), -1))
    ends = tf.nn.softmax(tf.reduce_max(outputs, -1))
    both = tf.matrix_band_part(tf.matmul(tf.expand_dims(starts, 2), tf.expand_dims(ends, 1)), 0, 2)
    return tf.argmax(tf.reduce_max(both, 2), 1), tf.argmax(tf.reduce_max(both, 1), 1), state


@case(lambda rng: [{"mel": normal(rng, 2, 6, 5), "n": np.array([6, 3], "int32")}])
def convolutional_bank_highway_gru(tf):
    x = tf.placeholder(tf.float32, [None, None, 5], "mel")
    n = tf.placeholder(tf.int32, [None], "n")
    with tf.variable_scope("conv_bank"):
        bank = []
        for k in range(1, 4):
            with tf.variable_scope(f"conv1d_{k}"):
                conv = tf.layers.conv1d(x, filters=3, kernel_size=k, activation=tf.nn.relu, padding="same")
                bank.append(tf.layers.batch_normalization(conv, training=False))
        pooled = tf.layers.max_pooling1d(tf.concat(bank, axis=-1), pool_size=2, strides=1, padding="same")
    hidden = tf.layers.dense(pooled, 5) + x
    for i in range(2):
        with tf.variable_scope(f"highway_{i}"):
            h = tf.layers.dense(hidden, 5, activation=tf.nn.relu, name="H")
            t = tf.layers.dense(
                hidden, 5, activation=tf.nn.sigmoid, name="T", bias_initializer=tf.constant_initializer(-1.0)
            )
            hidden = h * t + hidden * (1.0 - t)
    rnn = tf.nn.rnn_cell
    stack = rnn.MultiRNNCell([rnn.GRUCell(5), rnn.ResidualWrapper(rnn.GRUCell(5))], state_is_tuple=True)
    outputs, state = tf.nn.dynamic_rnn(stack, hidden, sequence_length=n, dtype=tf.float32)
    return outputs, state


@case(lambda rng: [{"u": ints(rng, 20, 3), "s": ints(rng, 20, 3, 4, 2), "sn": np.array([4, 1, 0], "int32")}])
def partitioned_embeddings_and_bags(tf):
    users = tf.placeholder(tf.int32, [None], "u")
    sessions = tf.placeholder(tf.int32, [None, 4, 2], "s")
    lengths = tf.placeholder(tf.int32, [None], "sn")
    shards = [tf.get_variable(f"shard_{i}", [7 if i < 2 else 6, 3]) for i in range(3)]
    user = tf.nn.embedding_lookup(shards, users, partition_strategy="mod")
    items = tf.nn.embedding_lookup(shards, sessions, partition_strategy="div")
    behaviours = tf.reshape(items, [-1, 4, 6])
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), behaviours, lengths, dtype=tf.float32)
    product = tf.reduce_sum(tf.expand_dims(user, 1) * outputs, -1)
    field = tf.stack([user, state, tf.reduce_mean(items, [1, 2])], 1)
    crossed = 0.5 * (tf.square(tf.reduce_sum(field, 1)) - tf.reduce_sum(tf.square(field), 1))
    return tf.sigmoid(tf.reduce_sum(crossed, 1, keepdims=True) + tf.reduce_sum(product, 1, keep_dims=True)), product


@case(lambda rng: [{"frames": normal(rng, 2, 3, 6, 6, 1), "n": np.array([3, 2], "int32")}])
def frames_of_a_video_one_network_for_each(tf):
    frames = tf.placeholder(tf.float32, [None, 3, 6, 6, 1], "frames")
    n = tf.placeholder(tf.int32, [None], "n")

    def network(images):
        with tf.variable_scope("cnn", reuse=tf.AUTO_REUSE):
            net = tf.layers.conv2d(images, 2, 3, 2, activation=tf.nn.elu, name="conv")
            net = tf.layers.average_pooling2d(net, 2, 2)
            return tf.layers.dense(tf.layers.flatten(net), 4, tf.nn.selu, name="fc")

    features = tf.stack([network(frame) for frame in tf.unstack(frames, axis=1)], axis=1)
    cell = tf.nn.rnn_cell.LSTMCell(3, activation=tf.nn.softsign, initializer=tf.orthogonal_initializer())
    outputs, state = tf.nn.dynamic_rnn(cell, features, sequence_length=n, dtype=tf.float32)
    action = tf.nn.log_softmax(tf.layers.dense(state.h, 3))
    value = tf.squeeze(tf.layers.dense(outputs, 1, kernel_initializer=tf.random_normal_initializer(0.0, 1.0)), -1)
    return action, value


@case(lambda rng: [{"obs": normal(rng, steps, 2, 4), "done": ints(rng, 2, steps, 2, dtype="bool")} for steps in (5, 1)])
def recurrent_policy_with_resets(tf):
    """An actor-critic whose state is reset inside the unroll wherever an episode ended."""
    obs = tf.placeholder(tf.float32, [None, None, 4], "obs")
    done = tf.placeholder(tf.bool, [None, None], "done")
    core = tf.nn.rnn_cell.LSTMCell(3)

    class Resetting(tf.nn.rnn_cell.RNNCell):
        state_size = core.state_size
        output_size = 3

        def __call__(self, inputs, state, scope=None):
            x, over = inputs
            keep = 1.0 - over
            state = tf.nn.rnn_cell.LSTMStateTuple(*[part * keep for part in state])
            return core(x, state, scope)

    over = tf.expand_dims(tf.cast(done, tf.float32), -1)
    outputs, state = tf.nn.dynamic_rnn(Resetting(), (obs, over), dtype=tf.float32, time_major=True)
    logits = tf.layers.dense(outputs, 3, name="policy")
    advantage = tf.layers.dense(outputs, 3, name="advantage")
    q = tf.layers.dense(outputs, 1, name="value") + advantage - tf.reduce_mean(advantage, -1, keepdims=True)
    return tf.argmax(logits, -1), q, state


@case(lambda rng: [{"x": normal(rng, rows, 5, 3)} for rows in (2, 3)])
def autoencoder_of_sequences_with_a_latent(tf):
    x = tf.placeholder(tf.float32, [None, 5, 3], "x")
    with tf.variable_scope("encoder"):
        _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), tf.reverse(x, axis=[1]), dtype=tf.float32)
    mean = tf.layers.dense(state.h, 2, name="mean")
    deviation = tf.layers.dense(state.h, 2, activation=tf.nn.softplus, name="std")
    z = mean + deviation * tf.zeros_like(mean)
    with tf.variable_scope("decoder"):
        start = tf.nn.rnn_cell.LSTMStateTuple(*tf.split(tf.layers.dense(z, 8, tf.tanh, name="start"), 2, 1))
        repeated = tf.tile(tf.expand_dims(z, 1), tf.stack([1, tf.shape(x)[1], 1]))
        decoded, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), repeated, initial_state=start)
        out = tf.reshape(tf.layers.dense(tf.reshape(decoded, (-1, 4)), 3), tf.shape(x))
    kl = -0.5 * tf.reduce_sum(1 + 2 * tf.log(deviation + 1e-6) - tf.square(mean) - tf.square(deviation), 1)
    return out, tf.reduce_mean(tf.squared_difference(out, x)), kl


@case(lambda rng: [{"premise": normal(rng, 2, 3, 4), "other": normal(rng, 2, 5, 4), "n": np.array([[3, 1], [2, 5]])}])
def siamese_with_shared_cells(tf):
    a = tf.placeholder(tf.float32, [None, None, 4], "premise")
    b = tf.placeholder(tf.float32, [None, None, 4], "other")
    n = tf.placeholder(tf.int64, [2, None], "n")

    def read(inputs, lengths, reuse):
        with tf.variable_scope("siamese", reuse=reuse):
            cell = tf.nn.rnn_cell.BasicLSTMCell(3)
            return tf.nn.dynamic_rnn(cell, inputs, lengths, dtype=tf.float32)

    left, left_state = read(a, n[0], None)
    right, right_state = read(b, n[1], True)
    e = tf.matmul(left, right, transpose_b=True)
    aligned = tf.matmul(tf.nn.softmax(e), right)
    back = tf.matmul(tf.nn.softmax(tf.transpose(e, [0, 2, 1])), left)
    distance = tf.exp(-tf.reduce_sum(tf.abs(left_state.h - right_state.h), axis=1))
    cosine = tf.reduce_sum(tf.nn.l2_normalize(left_state.c, 1) * tf.nn.l2_normalize(right_state.c, 1), 1)
    return aligned, back, distance, cosine
