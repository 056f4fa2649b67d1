"""Networks as they are published for Keras, with recurrent layers, made small."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, ints, normal

WORDS = np.array([[3, 1, 2, 5, 0, 0], [4, 6, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [2, 2, 0, 1, 1, 7]], np.int32)


def words(rng):
    return {"x": WORDS}


def word_input(tf, name="x", steps=None):
    return tf.placeholder(tf.int32, [None, steps], name)


def padded(rng):
    x = normal(rng, 4, 5, 3)
    x[0, 3:] = 0
    x[1, 1:3] = 0
    x[2] = 0
    return {"x": x}


# -- Keras's examples -------------------------------------------------------------------------------------------------


@case(lambda rng: {"x": np.eye(6, dtype="float32")[ints(rng, 6, 3, 4)]})
def addition_rnn(tf, keras):
    """Digits in, their sum out: a sequence becomes one vector, which is repeated and decoded."""
    k = keras.layers
    model = keras.Sequential()
    model.add(k.LSTM(5, input_shape=(4, 6)))
    model.add(k.RepeatVector(3))
    model.add(k.LSTM(5, return_sequences=True))
    model.add(k.TimeDistributed(k.Dense(6, activation="softmax")))
    return model(tf.placeholder(tf.float32, [None, 4, 6], "x"))


@case(lambda rng: {"story": ints(rng, 12, 3, 6), "question": ints(rng, 12, 3, 4)})
def babi_rnn(tf, keras):
    k = keras.layers
    story, question = k.Input((6,), dtype="int32", name="story"), k.Input((4,), dtype="int32", name="question")
    s = k.Dropout(0.3)(k.Embedding(12, 4)(story))
    q = k.LSTM(4)(k.Dropout(0.3)(k.Embedding(12, 4)(question)))
    merged = k.LSTM(5)(k.add([s, k.RepeatVector(6)(q)]))
    return keras.Model([story, question], k.Dense(12, activation="softmax")(k.Dropout(0.3)(merged))).output


@case(words)
def imdb_lstm(tf, keras):
    k = keras.layers
    model = keras.Sequential([k.Embedding(8, 4), k.LSTM(5, dropout=0.2, recurrent_dropout=0.2)])
    model.add(k.Dense(1, activation="sigmoid"))
    return model(word_input(tf))


@case(words)
def imdb_lstm_of_tensorflow_1(tf):
    k = tf.keras.layers
    model = tf.keras.models.Sequential()
    model.add(k.Embedding(8, 4, input_length=6, mask_zero=True))
    model.add(k.LSTM(5))
    model.add(k.Dense(1, activation="sigmoid"))
    return model(word_input(tf, steps=6))


@case(words)
def imdb_bidirectional_lstm(tf, keras):
    k = keras.layers
    model = keras.Sequential([k.Embedding(8, 4, input_length=6), k.Bidirectional(k.LSTM(3)), k.Dropout(0.5)])
    model.add(k.Dense(1, activation="sigmoid"))
    return model(word_input(tf, steps=6))


@case(words)
def imdb_cnn_lstm(tf, keras):
    k = keras.layers
    model = keras.Sequential([k.Embedding(8, 4, input_length=6), k.Dropout(0.25)])
    model.add(k.Conv1D(5, 3, padding="valid", activation="relu", strides=1))
    model.add(k.MaxPooling1D(pool_size=2))
    model.add(k.LSTM(4))
    model.add(k.Dense(1))
    model.add(k.Activation("sigmoid"))
    return model(word_input(tf, steps=6))


@case(lambda rng: {"x": np.eye(7, dtype="float32")[ints(rng, 7, 2, 5)]})
def lstm_text_generation(tf, keras):
    model = keras.Sequential([keras.layers.LSTM(6, input_shape=(5, 7)), keras.layers.Dense(7, activation="softmax")])
    return model(tf.placeholder(tf.float32, [None, 5, 7], "x"))


@case(lambda rng: {"x": normal(rng, 2, 4, 8, 1)}, tolerance=1e-4)
def crnn(tf, keras):
    """Lines of text in images: windows, then two layers of both directions; after Shi et al., 2015."""
    k = keras.layers
    x = k.Input((4, 8, 1), name="x")
    h = k.MaxPooling2D((2, 1))(k.BatchNormalization()(k.Conv2D(3, 3, padding="same", activation="relu")(x)))
    h = k.TimeDistributed(k.Dense(5, activation="relu"))(k.Reshape((8, 6))(k.Permute((2, 1, 3))(h)))
    forward = k.LSTM(4, return_sequences=True, name="forward")(h)
    backward = k.LSTM(4, return_sequences=True, go_backwards=True, name="backward")(h)
    h = k.BatchNormalization()(k.add([forward, k.Lambda(lambda x: keras.backend.reverse(x, axes=1))(backward)]))
    h = k.Bidirectional(k.GRU(3, return_sequences=True))(h)
    return keras.Model(x, k.Activation("softmax", name="labels")(k.Dense(5)(h))).output


def fully_convolutional(k, x, dimensions):
    h = x
    for filters, size in ((4, 5), (6, 3), (4, 3)):
        h = k.Activation("relu")(k.BatchNormalization()(k.Conv1D(filters, size, padding="same")(h)))
        if dimensions > 1 and filters == 6:
            gate = k.Reshape((1, 6))(k.GlobalAveragePooling1D()(h))
            gate = k.Dense(6, activation="sigmoid", use_bias=False)(k.Dense(2, activation="relu", use_bias=False)(gate))
            h = k.multiply([h, gate])
    return k.GlobalAveragePooling1D()(h)


@case(lambda rng: {"x": normal(rng, 2, 1, 9)}, tolerance=1e-4)
def lstm_fcn(tf, keras):
    """Windows beside a recurrence over one long step; after Karim et al., 2017."""
    k = keras.layers
    x = k.Input((1, 9), name="x")
    recurrent = k.Dropout(0.8)(k.LSTM(4)(x))
    joined = k.concatenate([recurrent, fully_convolutional(k, k.Permute((2, 1))(x), 1)])
    return keras.Model(x, k.Dense(3, activation="softmax")(joined)).output


@case(lambda rng: {"x": normal(rng, 2, 3, 7)}, tolerance=1e-4)
def mlstm_fcn(tf, keras):
    k = keras.layers
    x = k.Input((3, 7), name="x")
    recurrent = k.Dropout(0.8)(k.LSTM(4)(k.Masking()(x)))
    joined = k.concatenate([recurrent, fully_convolutional(k, k.Permute((2, 1))(x), 3)])
    return keras.Model(x, k.Dense(3, activation="softmax")(joined)).output


# -- states from one network to another -------------------------------------------------------------------------------


@case(lambda rng: {"source": normal(rng, 2, 5, 4), "target": normal(rng, 2, 3, 6)})
def an_encoder_and_a_decoder(tf, keras):
    k = keras.layers
    source, target = k.Input((None, 4), name="source"), k.Input((None, 6), name="target")
    _, h, c = k.LSTM(5, return_state=True)(source)
    decoded, _, _ = k.LSTM(5, return_sequences=True, return_state=True)(target, initial_state=[h, c])
    return keras.Model([source, target], k.Dense(6, activation="softmax")(decoded)).output


@case(lambda rng: {"target": normal(rng, 2, 1, 6), "h": normal(rng, 2, 5), "c": normal(rng, 2, 5)})
def one_step_of_a_decoder(tf, keras):
    """The trained decoder, taken apart for inference: states are inputs and outputs."""
    k = keras.layers
    target = k.Input((None, 6), name="target")
    lstm, dense = k.LSTM(5, return_sequences=True, return_state=True, name="lstm"), k.Dense(6, name="dense")
    keras.Model(target, dense(lstm(target)[0]))
    states = [k.Input((5,), name="h"), k.Input((5,), name="c")]
    decoded, h, c = lstm(target, initial_state=states)
    return keras.Model([target, *states], [dense(decoded), h, c]).outputs


@case(lambda rng: {"x": WORDS, "y": WORDS[:, ::-1].copy()})
def an_encoder_and_a_decoder_with_attention(tf, keras):
    k = keras.layers
    x, y = k.Input((None,), dtype="int32", name="x"), k.Input((None,), dtype="int32", name="y")
    encoded, state = k.GRU(4, return_sequences=True, return_state=True)(k.Embedding(8, 3, mask_zero=True)(x))
    decoded = k.GRU(4, return_sequences=True)(k.Embedding(8, 3)(y), initial_state=state)
    context = k.Attention()([decoded, encoded])
    return keras.Model([x, y], k.TimeDistributed(k.Dense(8))(k.Concatenate()([decoded, context]))).output


@case(lambda rng: {"x": normal(rng, 2, 5, 3)})
def an_autoencoder_of_sequences(tf, keras):
    k = keras.layers
    x = k.Input((5, 3), name="x")
    code = k.LSTM(2, activation="relu")(k.LSTM(4, activation="relu", return_sequences=True)(x))
    h = k.LSTM(4, activation="relu", return_sequences=True)(k.RepeatVector(5)(code))
    model = keras.Model(x, k.TimeDistributed(k.Dense(3))(h))
    return model.output, keras.Model(x, code).output


# -- masks ------------------------------------------------------------------------------------------------------------


@case(padded)
def masking(tf, keras):
    model = keras.Sequential([keras.layers.Masking(mask_value=0.0, input_shape=(5, 3)), keras.layers.LSTM(4)])
    return model(tf.placeholder(tf.float32, [None, 5, 3], "x"))


@case(padded)
def masking_and_a_bias(tf, keras):
    k = keras.layers
    model = keras.Sequential([k.Masking(input_shape=(None, 3)), k.Dense(4, activation="tanh")])
    model.add(k.GRU(3, return_sequences=True, go_backwards=True))
    model.add(k.SimpleRNN(2))
    return model(tf.placeholder(tf.float32, [None, None, 3], "x"))


@case(padded)
def masking_and_both_directions(tf, keras):
    k = keras.layers
    model = keras.Sequential([k.Masking(input_shape=(5, 3)), k.Bidirectional(k.LSTM(3, return_sequences=True))])
    model.add(k.Bidirectional(k.LSTM(2)))
    return model(tf.placeholder(tf.float32, [None, 5, 3], "x"))


@case(lambda rng: {"x": np.where(normal(rng, 3, 4, 1) > 0, np.float32(-1), normal(rng, 3, 4, 2))})
def masking_another_value(tf, keras):
    k = keras.layers
    x = k.Input((4, 2), name="x")
    h = k.LSTM(3, return_sequences=True)(k.Masking(mask_value=-1.0)(x))
    return keras.Model(x, k.GlobalAveragePooling1D()(h)).output


@case(padded)
def masking_by_a_layer_of_ones_own(tf, keras):
    class Halves(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True

        def compute_mask(self, inputs, mask=None):
            return tf.greater(inputs[:, :, 0], 0.0)

        def call(self, inputs):
            return inputs * 0.5

    model = keras.Sequential([Halves(input_shape=(5, 3)), keras.layers.GRU(3), keras.layers.Dense(2)])
    return model(tf.placeholder(tf.float32, [None, 5, 3], "x"))


@case(words)
def names_of_entities(tf, keras):
    k = keras.layers
    x = k.Input((6,), dtype="int32", name="x")
    h = k.Bidirectional(k.LSTM(4, return_sequences=True, recurrent_dropout=0.1))(k.Embedding(8, 5, mask_zero=True)(x))
    model = keras.Model(x, k.TimeDistributed(k.Dense(3, activation="softmax"))(h))
    return model.output, model.output._keras_mask


# -- models shared and inside others ----------------------------------------------------------------------------------


@case(lambda rng: {"a": WORDS, "b": WORDS[::-1].copy()})
def questions_that_mean_the_same(tf, keras):
    """One recurrent encoder for both sentences; after Mueller and Thyagarajan, 2016."""
    k = keras.layers
    embedding, lstm = k.Embedding(8, 4), k.LSTM(3)
    a, b = k.Input((6,), dtype="int32", name="a"), k.Input((6,), dtype="int32", name="b")
    left, right = lstm(embedding(a)), lstm(embedding(b))
    distance = k.Lambda(lambda v: keras.backend.exp(-keras.backend.sum(keras.backend.abs(v[0] - v[1]), 1, True)))
    return keras.Model([a, b], distance([left, right])).output


@case(lambda rng: {"x": ints(rng, 8, 2, 3, 5)})
def hierarchical_attention(tf, keras):
    """Words make sentences, sentences a document; after Yang et al., 2016."""
    k, backend = keras.layers, keras.backend

    class Attend(k.Layer):
        def build(self, input_shape):
            width = int(input_shape[-1])
            self.w = self.add_weight(name="w", shape=(width, width), initializer="glorot_uniform")
            self.u = self.add_weight(name="u", shape=(width, 1), initializer="glorot_uniform")
            super().build(input_shape)

        def call(self, x):
            weights = backend.softmax(backend.dot(backend.tanh(backend.dot(x, self.w)), self.u), axis=1)
            return backend.sum(x * weights, axis=1)

    sentence = k.Input((5,), dtype="int32")
    h = k.Bidirectional(k.GRU(3, return_sequences=True))(k.Embedding(8, 4)(sentence))
    encoder = keras.Model(sentence, Attend()(h))
    x = k.Input((3, 5), dtype="int32", name="x")
    h = k.Bidirectional(k.GRU(2, return_sequences=True))(k.TimeDistributed(encoder)(x))
    return keras.Model(x, k.Dense(2, activation="softmax")(Attend()(h))).output


@case(lambda rng: {"x": normal(rng, 2, 4, 3)})
def recurrent_models_in_models(tf, keras):
    k = keras.layers
    i = k.Input((None, 3))
    inner = keras.Model(i, k.GRU(3, return_sequences=True)(i))
    x = k.Input((None, 3), name="x")
    outer = keras.Model(x, k.LSTM(2)(inner(inner(x))))
    return outer.output, outer(x * 2.0)


@case(lambda rng: {"x": normal(rng, 2, 3, 6, 1)}, tolerance=1e-4)
def windows_before_a_recurrence(tf, keras):
    """Windows over pieces of a series, each piece a step; after Brownlee's CNN-LSTM."""
    k = keras.layers
    model = keras.Sequential()
    model.add(k.TimeDistributed(k.Conv1D(4, 2, activation="relu"), input_shape=(None, 6, 1)))
    model.add(k.TimeDistributed(k.MaxPooling1D(pool_size=2)))
    model.add(k.TimeDistributed(k.Flatten()))
    model.add(k.LSTM(5, activation="relu"))
    model.add(k.Dense(1))
    return model(tf.placeholder(tf.float32, [None, None, 6, 1], "x"))


@case(lambda rng: [{"x": normal(rng, n, t, 3)} for n, t in ((2, 4), (1, 1), (3, 7))])
def a_stack_of_layers(tf, keras):
    k = keras.layers
    model = keras.Sequential([k.LSTM(4, return_sequences=True, input_shape=(None, 3)), k.LayerNormalization()])
    model.add(k.GRU(4, return_sequences=True))
    model.add(k.SimpleRNN(3, return_sequences=True))
    model.add(k.RNN([k.LSTMCell(3), k.GRUCell(2)]))
    return model(tf.placeholder(tf.float32, [None, None, 3], "x"))


@case(lambda rng: {"x": normal(rng, 2, 4, 3)})
def a_cell_of_ones_own(tf, keras):
    """The minimal cell of Keras's guide."""
    backend = keras.backend

    class MinimalRNNCell(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            self.units = units
            self.state_size = units
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
            self.recurrent_kernel = self.add_weight(
                shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
            )
            self.built = True

        def call(self, inputs, states):
            output = backend.dot(inputs, self.kernel) + backend.dot(states[0], self.recurrent_kernel)
            return output, [output]

    x = keras.Input((None, 3), name="x")
    h = keras.layers.RNN(MinimalRNNCell(4), return_sequences=True)(x)
    return keras.Model(x, keras.layers.RNN([MinimalRNNCell(3), MinimalRNNCell(2)])(h)).output
