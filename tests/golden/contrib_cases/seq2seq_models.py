"""Whole translators and readers, written as tutorials and published code write them."""

from __future__ import annotations

import collections

import numpy as np

from tests.golden.registry import case, ints, normal

SOS, EOS = 1, 4


def sentences(rng):
    return [
        {"source": ints(rng, 11, *shape, low=3), "length": np.array(n, "int32")}
        for shape, n in (((3, 6), [6, 2, 4]), ((1, 1), [1]), ((2, 4), [4, 3]))
    ]


def pairs(rng):
    """Source batch-major, target time-major, with lengths."""
    return [
        dict(feed, target=ints(rng, 9, steps, len(feed["length"]), low=3), target_length=np.array(n, "int32"))
        for feed, steps, n in zip(sentences(rng), (4, 2, 3), ([4, 1, 3], [2], [3, 3]))
    ]


class Translator:
    """An encoder-decoder as the tutorial on neural machine translation has it: time-major, attention, a dense layer."""

    def __init__(self, tf, units=4, encoder_type="uni", layers=1, attention="scaled_luong", beam=0, keep=1.0):
        self.tf, self.units, self.layers, self.attention, self.beam, self.keep = (
            tf,
            units,
            layers,
            attention,
            beam,
            keep,
        )
        self.encoder_type = encoder_type
        self.source = tf.placeholder(tf.int32, [None, None], "source")
        self.length = tf.placeholder(tf.int32, [None], "length")
        self.batch = tf.size(self.length)
        with tf.variable_scope("embeddings", dtype=tf.float32):
            self.encoder_table = tf.get_variable("embedding_encoder", [11, 3])
            self.decoder_table = tf.get_variable("embedding_decoder", [9, 3])
        with tf.variable_scope("dynamic_seq2seq"):
            with tf.variable_scope("decoder/output_projection"):
                self.output_layer = tf.layers.Dense(9, use_bias=False, name="output_projection")
            self.memory, self.state = self.encode()

    def cell(self, layers):
        rnn = self.tf.contrib.rnn
        cells = []
        for layer in range(layers):
            cell = rnn.BasicLSTMCell(self.units, forget_bias=1.0)
            cell = rnn.DropoutWrapper(cell=cell, input_keep_prob=self.keep)
            cells.append(rnn.ResidualWrapper(cell) if layer >= 2 else cell)
        return cells[0] if layers == 1 else rnn.MultiRNNCell(cells)

    def encode(self):
        tf = self.tf
        with tf.variable_scope("encoder"):
            inputs = tf.nn.embedding_lookup(self.encoder_table, tf.transpose(self.source))
            options = {"sequence_length": self.length, "dtype": tf.float32, "time_major": True, "swap_memory": True}
            if self.encoder_type == "uni":
                return tf.nn.dynamic_rnn(self.cell(self.layers), inputs, **options)
            outputs, states = tf.nn.bidirectional_dynamic_rnn(self.cell(1), self.cell(1), inputs, **options)
            return tf.concat(outputs, -1), tuple(states)

    def decoder_cell(self):
        tf = self.tf
        cell, state = self.cell(self.layers), self.state
        if not self.attention:
            return cell, tf.contrib.seq2seq.tile_batch(state, self.beam) if self.beam else state
        memory, length, batch = tf.transpose(self.memory, [1, 0, 2]), self.length, self.batch
        if self.beam:
            memory, length, state = tf.contrib.seq2seq.tile_batch((memory, length, state), multiplier=self.beam)
            batch = batch * self.beam
        seq2seq = tf.contrib.seq2seq
        mechanism = {
            "luong": lambda: seq2seq.LuongAttention(self.units, memory, memory_sequence_length=length),
            "scaled_luong": lambda: seq2seq.LuongAttention(
                self.units, memory, memory_sequence_length=length, scale=True
            ),
            "bahdanau": lambda: seq2seq.BahdanauAttention(self.units, memory, memory_sequence_length=length),
            "normed_bahdanau": lambda: seq2seq.BahdanauAttention(
                self.units, memory, memory_sequence_length=length, normalize=True
            ),
        }[self.attention]()
        cell = seq2seq.AttentionWrapper(
            cell,
            mechanism,
            attention_layer_size=self.units,
            alignment_history=not self.beam,
            output_attention=True,
            name="attention",
        )
        cell = tf.contrib.rnn.DeviceWrapper(cell, "/cpu:0")
        return cell, cell.zero_state(batch, tf.float32).clone(cell_state=state)

    def infer(self, length_penalty=0.0, coverage_penalty=0.0):
        tf = self.tf
        with tf.variable_scope("dynamic_seq2seq/decoder") as scope:
            cell, state = self.decoder_cell()
            limit = tf.cast(tf.round(tf.cast(tf.reduce_max(self.length), tf.float32) * 2.0), tf.int32)
            start = tf.fill([self.batch], SOS)
            if self.beam:
                decoder = tf.contrib.seq2seq.BeamSearchDecoder(
                    cell=cell,
                    embedding=self.decoder_table,
                    start_tokens=start,
                    end_token=EOS,
                    initial_state=state,
                    beam_width=self.beam,
                    output_layer=self.output_layer,
                    length_penalty_weight=length_penalty,
                    coverage_penalty_weight=coverage_penalty,
                )
            else:
                helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(self.decoder_table, start, EOS)
                decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, state, output_layer=self.output_layer)
            outputs, final, lengths = tf.contrib.seq2seq.dynamic_decode(
                decoder, maximum_iterations=limit, output_time_major=True, swap_memory=True, scope=scope
            )
            if self.beam:
                return tf.transpose(outputs.predicted_ids, [1, 2, 0]), outputs.beam_search_decoder_output.scores
            history = final.alignment_history.stack() if self.attention else ()
            return outputs.rnn_output, tf.transpose(outputs.sample_id), lengths, history

    def score(self):
        """Logits of a given target."""
        tf = self.tf
        target = tf.placeholder(tf.int32, [None, None], "target")
        length = tf.placeholder(tf.int32, [None], "target_length")
        with tf.variable_scope("dynamic_seq2seq/decoder") as scope:
            cell, state = self.decoder_cell()
            inputs = tf.nn.embedding_lookup(self.decoder_table, target)
            helper = tf.contrib.seq2seq.TrainingHelper(inputs, length, time_major=True)
            decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, state)
            outputs, final, _ = tf.contrib.seq2seq.dynamic_decode(
                decoder, output_time_major=True, swap_memory=True, scope=scope
            )
            logits = self.output_layer(outputs.rnn_output)
        weights = tf.sequence_mask(length, tf.shape(logits)[0], tf.float32)
        loss = tf.contrib.seq2seq.sequence_loss(
            tf.transpose(logits, [1, 0, 2]), tf.transpose(target)[:, : tf.shape(logits)[0]], weights
        )
        return logits, loss, final.cell_state if self.attention else final


@case(sentences)
def translator_without_attention(tf):
    return Translator(tf, attention="").infer()


@case(sentences)
def translator_greedy_scaled_luong(tf):
    return Translator(tf).infer()


@case(sentences)
def translator_greedy_normed_bahdanau_of_two_layers(tf):
    return Translator(tf, layers=2, attention="normed_bahdanau").infer()


@case(sentences)
def translator_greedy_bidirectional(tf):
    return Translator(tf, encoder_type="bi", layers=2, attention="bahdanau").infer()


@case(sentences)
def translator_beams_without_attention(tf):
    return Translator(tf, attention="", beam=3).infer(length_penalty=0.5)


@case(sentences)
def translator_beams_luong(tf):
    return Translator(tf, attention="luong", beam=2).infer(length_penalty=1.0)


@case(sentences)
def translator_beams_of_three_residual_layers_with_coverage(tf):
    return Translator(tf, layers=3, attention="bahdanau", beam=3).infer(coverage_penalty=0.2)


@case(pairs)
def translator_scores_a_target(tf):
    return Translator(tf).score()


@case(pairs)
def translator_scores_a_target_without_attention(tf):
    return Translator(tf, attention="", layers=2).score()


@case(pairs)
def trained_and_inferred_with_shared_variables(tf):
    """Both decoders in one graph: the second reuses the variables of the first."""
    source = tf.placeholder(tf.int32, [None, None], "source")
    length = tf.placeholder(tf.int32, [None], "length")
    target = tf.placeholder(tf.int32, [None, None], "target")
    target_length = tf.placeholder(tf.int32, [None], "target_length")
    table = tf.get_variable("table", [11, 3])
    memory, state = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(4), tf.nn.embedding_lookup(table, source), length, dtype=tf.float32, scope="encode"
    )
    batch = tf.shape(source)[0]

    def decode(helper, scope, reuse=None):
        with tf.variable_scope(scope, reuse=reuse):
            mechanism = tf.contrib.seq2seq.BahdanauAttention(num_units=4, memory=memory, memory_sequence_length=length)
            attention = tf.contrib.seq2seq.AttentionWrapper(
                tf.contrib.rnn.GRUCell(num_units=4), mechanism, attention_layer_size=2
            )
            cell = tf.contrib.rnn.OutputProjectionWrapper(attention, 9, reuse=reuse)
            decoder = tf.contrib.seq2seq.BasicDecoder(
                cell=cell,
                helper=helper,
                initial_state=cell.zero_state(dtype=tf.float32, batch_size=batch).clone(cell_state=state),
            )
            return tf.contrib.seq2seq.dynamic_decode(
                decoder=decoder, output_time_major=False, impute_finished=True, maximum_iterations=5
            )[0]

    inputs = tf.nn.embedding_lookup(table, tf.transpose(target))
    taught = decode(tf.contrib.seq2seq.TrainingHelper(inputs, target_length), "decode")
    start = tf.tile(tf.constant([SOS]), [batch])
    greedy = decode(tf.contrib.seq2seq.GreedyEmbeddingHelper(table, start, EOS), "decode", reuse=True)
    return taught, greedy


@case(sentences)
def reader_of_spectra_with_stop_tokens(tf):
    """A speech decoder: location-sensitive attention, frames read back, a helper and a decoder of its own."""
    Output = collections.namedtuple("DecoderOutput", ("frames", "stop"))
    source = tf.placeholder(tf.int32, [None, None], "source")
    length = tf.placeholder(tf.int32, [None], "length")
    x = tf.nn.embedding_lookup(tf.get_variable("embedding", [11, 4]), source)

    class LocationSensitive(tf.contrib.seq2seq.BahdanauAttention):
        def __init__(self, units, memory, lengths):
            super().__init__(units, memory, lengths, name="Location")
            self.location_convolution = tf.layers.Conv1D(2, 3, padding="same", name="location_features_convolution")
            self.location_layer = tf.layers.Dense(units, use_bias=False, name="location_features_layer")

        def __call__(self, query, state):
            with tf.variable_scope(None, "Location_Sensitive_Attention", [query]):
                processed = tf.expand_dims(self.query_layer(query), 1)
                features = self.location_layer(self.location_convolution(tf.expand_dims(state, 2)))
                v = tf.get_variable("attention_variable", [4])
                energy = tf.reduce_sum(v * tf.tanh(self._keys + processed + features), [2])
            alignments = self._probability_fn(energy, state)
            return alignments, alignments + state

    class Frames(tf.contrib.seq2seq.Helper):
        batch_size = property(lambda self: tf.shape(source)[0])
        sample_ids_shape = property(lambda self: tf.TensorShape([]))
        sample_ids_dtype = property(lambda self: tf.int32)

        def initialize(self, name=None):
            return tf.tile([False], [self.batch_size]), tf.zeros([self.batch_size, 2])

        def sample(self, time, outputs, state, name=None):
            return tf.tile([0], [self.batch_size])

        def next_inputs(self, time, outputs, state, stop, name=None):
            return tf.reduce_any(tf.cast(tf.round(stop), tf.bool), 1), outputs[:, -2:], state

    class Decoder(tf.contrib.seq2seq.BasicDecoder):
        @property
        def output_size(self):
            return Output(tf.TensorShape([4]), tf.TensorShape([1]))

        @property
        def output_dtype(self):
            return Output(tf.float32, tf.float32)

        def step(self, time, inputs, state, name=None):
            hidden = tf.layers.dense(inputs, 3, tf.nn.relu, name="prenet")
            output, state = self._cell(hidden, state)
            frames = tf.layers.dense(output, 4, name="frames")
            stop = tf.layers.dense(output, 1, tf.sigmoid, name="stop")
            finished, following, state = self._helper.next_inputs(time, frames, state, stop)
            return Output(frames, stop), state, following, finished

    mechanism = LocationSensitive(4, x, length)
    inner = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(4, name=name) for name in ("one", "two")])
    cell = tf.contrib.seq2seq.AttentionWrapper(inner, mechanism, alignment_history=True, output_attention=False)
    state = cell.zero_state(tf.shape(source)[0], tf.float32)
    decoder = Decoder(cell, Frames(), state)
    (frames, stop), final, lengths = tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)
    alignments = tf.transpose(final.alignment_history.stack(), [1, 2, 0])
    return tf.reshape(frames, [tf.shape(source)[0], -1, 2]), stop, alignments, lengths


def pictures(rng):
    return {"image": normal(rng, 2, 3, 4, 5)}


@case(pictures)
def captions_of_a_picture(tf):
    """A memory that was a picture, an embedded state, a beam."""
    image = tf.placeholder(tf.float32, [2, 3, 4, 5], "image")
    memory = tf.contrib.seq2seq.tile_batch(tf.reshape(image, [2, 12, 5]), 2)
    state = tf.layers.dense(tf.reduce_mean(memory, 1), 4, tf.tanh)
    mechanism = tf.contrib.seq2seq.BahdanauAttention(3, memory)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(4), mechanism, attention_layer_size=3, initial_cell_state=state
    )
    table = tf.get_variable("table", [6, 3])
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        cell, table, tf.fill([2], 1), 2, cell.zero_state(4, tf.float32), 2, tf.layers.Dense(6)
    )
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)[0]


def attended_stack(tf, attention_cell, cells, use_new_attention):
    """A stack whose first cell reads the memory, and whose others are given what it read."""

    class AttentionMultiCell(tf.nn.rnn_cell.MultiRNNCell):
        def __init__(self):
            super().__init__([attention_cell, *cells], state_is_tuple=True)

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or "multi_rnn_cell"):
                with tf.variable_scope("cell_0_attention"):
                    output, attention_state = self._cells[0](inputs, state[0])
                states = [attention_state]
                read = (attention_state if use_new_attention else state[0]).attention
                for i in range(1, len(self._cells)):
                    with tf.variable_scope("cell_%d" % i):
                        output, new_state = self._cells[i](tf.concat([output, read], -1), state[i])
                        states.append(new_state)
            return output, tuple(states)

    return AttentionMultiCell()


def residual(tf):
    def function(inputs, outputs):
        given, _ = tf.split(inputs, 2, axis=-1)
        return given + outputs

    return function


def stacked_translator(tf, beam, use_new_attention, coverage=0.0):
    source = tf.placeholder(tf.int32, [None, None], "source")
    length = tf.placeholder(tf.int32, [None], "length")
    batch = tf.size(length)
    with tf.variable_scope("encoder"):
        embedded = tf.nn.embedding_lookup(tf.get_variable("table", [11, 4]), source)
        cells = [tf.contrib.rnn.BasicLSTMCell(4) for _ in range(2)]
        memory, state = tf.nn.dynamic_rnn(tf.contrib.rnn.MultiRNNCell(cells), embedded, length, dtype=tf.float32)
    if beam:
        memory, length, state = tf.contrib.seq2seq.tile_batch((memory, length, state), beam)
    mechanism = tf.contrib.seq2seq.BahdanauAttention(4, memory, length, normalize=True)
    attention_cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.contrib.rnn.BasicLSTMCell(4), mechanism, attention_layer_size=None, output_attention=False, name="attention"
    )
    upper = tf.contrib.rnn.ResidualWrapper(tf.contrib.rnn.BasicLSTMCell(4), residual_fn=residual(tf))
    cell = attended_stack(tf, attention_cell, [upper], use_new_attention)
    zeros = cell.zero_state(batch * max(beam, 1), tf.float32)
    initial = tuple(
        zero.clone(cell_state=encoded) if isinstance(zero, tf.contrib.seq2seq.AttentionWrapperState) else encoded
        for zero, encoded in zip(zeros, state)
    )
    table, layer = tf.get_variable("table", [9, 4]), tf.layers.Dense(9, use_bias=False)
    start = tf.fill([batch], SOS)
    if beam:
        decoder = tf.contrib.seq2seq.BeamSearchDecoder(
            cell, table, start, EOS, initial, beam, layer, 0.6, coverage_penalty_weight=coverage
        )
    else:
        helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(table, start, EOS)
        decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, initial, layer)
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=tf.reduce_max(length) + 2)


@case(sentences)
def stacked_translator_greedy(tf):
    return stacked_translator(tf, 0, True)


@case(sentences)
def stacked_translator_of_beams(tf):
    return stacked_translator(tf, 2, False, coverage=0.1)


@case(sentences)
def beams_with_a_layer_of_keras(tf):
    source = tf.placeholder(tf.int32, [None, None], "source")
    length = tf.placeholder(tf.int32, [None], "length")
    state = tf.one_hot(source[:, 0], 4) + tf.cast(tf.expand_dims(length, 1), tf.float32)
    layer = tf.keras.layers.Dense(6, name="scores")
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        tf.nn.rnn_cell.GRUCell(4),
        tf.get_variable("table", [6, 3]),
        tf.ones_like(length),
        EOS,
        tf.contrib.seq2seq.tile_batch(state, 2),
        2,
        output_layer=layer,
    )
    return tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)[0]
