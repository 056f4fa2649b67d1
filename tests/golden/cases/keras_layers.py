"""Keras's layers without recurrences, on placeholders: their values, variables and names, shapes and masks."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, ints, normal

TEXT = np.array([[3, 1, 2, 0, 0], [4, 0, 0, 0, 0], [0, 0, 0, 0, 0], [2, 2, 0, 1, 1]], np.int32)


def matrix(rng):
    return {"x": normal(rng, 3, 4)}


def sequence(rng):
    return {"x": normal(rng, 2, 5, 4)}


def padded(rng):
    """Sequences with steps of zeros at the end, in the middle and everywhere."""
    x = normal(rng, 4, 5, 3)
    x[0, 3:] = 0
    x[1, 1:3] = 0
    x[2] = 0
    return {"x": x}


def images(rng):
    return {"x": normal(rng, 2, 6, 5, 3)}


def pairs(rng):
    return {"x": normal(rng, 2, 5, 4), "y": normal(rng, 2, 5, 4)}


def placeholder(tf, rank, width=None):
    """A placeholder with one known length, the last."""
    return tf.placeholder(tf.float32, [None] * (rank - 1) + [width], "x")


# -- dense layers ---------------------------------------------------------------------------------------------------


@case(matrix)
def dense(tf, keras):
    return keras.layers.Dense(3)(placeholder(tf, 2, 4))


@case(sequence)
def dense_of_sequences(tf, keras):
    return keras.layers.Dense(3, activation="tanh", use_bias=False, name="proj")(placeholder(tf, 3, 4))


@case(lambda rng: {"x": ints(rng, 5, 3, 4)})
def dense_of_integers(tf, keras):
    return keras.layers.Dense(2)(tf.placeholder(tf.int32, [None, 4], "x"))


@case(lambda rng: {"x": normal(rng, 3, 4, dtype="float64")})
def doubles_are_cast_to_the_dtype_of_a_layer(tf, keras):
    x = tf.placeholder(tf.float64, [None, 4], "x")
    return keras.layers.Dense(2)(x), keras.layers.Dense(2, dtype="float64")(x)


@case(matrix, initial=True)
def dense_with_initial_values(tf, keras):
    return keras.layers.Dense(3, kernel_initializer="ones", bias_initializer=keras.initializers.Constant(0.5))(
        placeholder(tf, 2, 4)
    )


@case(lambda rng: [{"x": normal(rng, n, 4)} for n in (0, 1, 3)])
def dense_of_any_batch(tf, keras):
    return keras.layers.Dense(3, "relu")(placeholder(tf, 2, 4))


@case(matrix)
def dense_of_tensorflow_1(tf):
    return tf.keras.layers.Dense(3, activation=tf.nn.relu, kernel_initializer=tf.zeros_initializer())(
        placeholder(tf, 2, 4)
    )


@case(matrix, name="initial_arrays", initial=True)
def weights_given_to_a_layer(tf, keras):
    kernel = np.arange(8, dtype="float32").reshape(4, 2)
    return keras.layers.Dense(2, weights=[kernel, np.ones(2, "float32")])(placeholder(tf, 2, 4)) * 0


# -- names ----------------------------------------------------------------------------------------------------------


@case(matrix)
def names_of_layers_in_scopes(tf, keras):
    x = placeholder(tf, 2, 4)
    first = keras.layers.Dense(3)(x)
    with tf.name_scope("scope"):
        second = keras.layers.Dense(3)(first)
    with tf.variable_scope("vars"):
        third = keras.layers.Dense(3)(second)
    with tf.variable_scope("vars"):
        fourth = keras.layers.Dense(3, name="named")(third)
    return fourth


@case(matrix)
def a_layer_called_twice_takes_the_name_of_the_next(tf, keras):
    x = placeholder(tf, 2, 4)
    layer = keras.layers.Dense(4)
    return keras.layers.Dense(2)(layer(layer(x)))


@case(matrix)
def two_layers_of_one_name(tf, keras):
    x = placeholder(tf, 2, 4)
    return keras.layers.Dense(2, name="same")(keras.layers.Dense(4, name="same")(x))


@case(matrix)
def layers_of_keras_and_tensorflow(tf, keras):
    x = placeholder(tf, 2, 4)
    return keras.layers.Dense(2)(tf.layers.dense(keras.layers.Dense(3)(x), 3))


@facts()
def names_given_to_layers(tf, keras):
    classes = ["Dense", "Dense", "Conv1D", "BatchNormalization", "GlobalMaxPooling1D", "TimeDistributed", "ReLU"]
    options = {"Dense": (1,), "Conv1D": (1, 1), "TimeDistributed": (keras.layers.Dense(1),)}
    names = [getattr(keras.layers, name)(*options.get(name, ())).name for name in classes]
    with tf.Graph().as_default():
        names.append(keras.layers.Dense(1).name)
    return [*names, keras.layers.Dense(1).name, keras.layers.Dense(1, name="own").name]


@facts()
def what_a_layer_knows(tf, keras):
    layer = keras.layers.Dense(3, name="d")
    before = [layer.built, len(layer.weights), layer.dtype]
    layer(tf.placeholder(tf.float32, [None, 4]))
    return [
        *before,
        layer.built,
        [v.name for v in layer.weights],
        [v.name for v in layer.trainable_weights],
        layer.count_params(),
        layer.trainable,
        layer.kernel.shape.as_list(),
    ]


@facts()
def a_layer_that_is_not_trainable(tf, keras):
    layer = keras.layers.BatchNormalization(trainable=False)
    layer(tf.placeholder(tf.float32, [None, 4]))
    frozen = [len(layer.trainable_weights), [v.name for v in layer.non_trainable_weights]]
    layer.trainable = True
    return [*frozen, len(layer.trainable_weights), len(tf.trainable_variables()), [v.name for v in layer.weights]]


# -- embeddings and masks -------------------------------------------------------------------------------------------


@case(lambda rng: {"x": TEXT})
def embedding(tf, keras):
    return keras.layers.Embedding(5, 3)(tf.placeholder(tf.int32, [None, None], "x"))


@case(lambda rng: {"x": TEXT})
def embedding_with_a_mask(tf, keras):
    y = keras.layers.Embedding(5, 3, mask_zero=True)(tf.placeholder(tf.int32, [None, 5], "x"))
    return y, y._keras_mask


@case(lambda rng: {"x": TEXT.astype("float32")})
def embedding_of_floats(tf, keras):
    return keras.layers.Embedding(5, 3, input_length=5)(tf.placeholder(tf.float32, [None, 5], "x"))


@case(lambda rng: {"x": TEXT.astype("int64")})
def embedding_of_long_integers(tf):
    y = tf.keras.layers.Embedding(5, 2, mask_zero=True, name="words")(tf.placeholder(tf.int64, [4, 5], "x"))
    return y, y._keras_mask


@case(padded)
def masking(tf, keras):
    y = keras.layers.Masking()(tf.placeholder(tf.float32, [None, None, 3], "x"))
    return y, y._keras_mask


@case(lambda rng: {"x": np.where(normal(rng, 3, 4, 1) > 0, np.float32(-1), normal(rng, 3, 4, 2))})
def masking_another_value(tf, keras):
    y = keras.layers.Masking(mask_value=-1.0)(tf.placeholder(tf.float32, [3, 4, 2], "x"))
    return y, y._keras_mask


@case(padded)
def masks_pass_through(tf, keras):
    y = keras.layers.Masking()(tf.placeholder(tf.float32, [None, None, 3], "x"))
    for layer in (
        keras.layers.Dense(4),
        keras.layers.Activation("relu"),
        keras.layers.Dropout(0.5),
        keras.layers.BatchNormalization(),
        keras.layers.LayerNormalization(),
        keras.layers.LeakyReLU(),
        keras.layers.Lambda(lambda x: x * 2, mask=lambda x, mask: mask),
    ):
        y = layer(y)
    return y, y._keras_mask


@facts()
def layers_that_keep_masks(tf, keras):
    kept = []
    for layer in (
        keras.layers.Dense(3),
        keras.layers.Flatten(),
        keras.layers.Reshape((15,)),
        keras.layers.Conv1D(2, 2),
        keras.layers.Lambda(lambda x: x * 2),
        keras.layers.Dropout(0.5),
        keras.layers.SpatialDropout1D(0.5),
        keras.layers.GaussianNoise(0.5),
        keras.layers.Permute((2, 1)),
        keras.layers.ZeroPadding1D(1),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.MaxPooling1D(2),
        keras.layers.TimeDistributed(keras.layers.Dense(2)),
        keras.layers.Activation("relu"),
    ):
        x = keras.layers.Masking()(tf.placeholder(tf.float32, [None, 5, 3]))
        kept.append(getattr(layer(x), "_keras_mask", None) is not None)
    return kept


@case(padded)
def the_mean_of_what_a_mask_leaves(tf, keras):
    x = keras.layers.Masking()(tf.placeholder(tf.float32, [None, None, 3], "x"))
    return keras.layers.GlobalAveragePooling1D()(x)


@case(padded)
def a_mask_given_by_hand(tf, keras):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    mask = tf.greater(x[:, :, 0], 0.0)
    return keras.layers.GlobalAveragePooling1D()(x, mask=tf.logical_or(mask, True)), keras.layers.Softmax()(
        x, mask=tf.greater(x, 0.0)
    )


@case(padded)
def masks_of_several_inputs(tf, keras):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    a, b = keras.layers.Masking()(x), keras.layers.Masking(mask_value=1.0)(x)
    joined = keras.layers.Concatenate()([a, x])
    added = keras.layers.Add()([a, b])
    both = keras.layers.Concatenate(axis=1)([a, b])
    return [(y, y._keras_mask) for y in (joined, added, both)]


# -- activations ----------------------------------------------------------------------------------------------------

NAMES = (
    *("elu", "exponential", "gelu", "hard_sigmoid", "linear", "mish", "relu", "selu", "sigmoid", "softmax"),
    *("softplus", "softsign", "swish", "tanh"),
)


@case(matrix)
def activations_by_name(tf, keras):
    x = placeholder(tf, 2, 4)
    return [keras.layers.Activation(name)(x) for name in NAMES]


@case(matrix)
def activations_as_functions(tf, keras):
    x = placeholder(tf, 2, 4)
    a = keras.activations
    own = [a.relu(x, alpha=0.2, max_value=0.5, threshold=0.1), a.relu(x, max_value=0.5), a.relu(x, alpha=0.3)]
    return [*own, a.elu(x, 0.5), a.softmax(x, axis=0), a.gelu(x, approximate=True), a.get(None)(x), a.get(tf.cos)(x)]


@case(sequence)
def activation_layers(tf, keras):
    x = placeholder(tf, 3, 4)
    k = keras.layers
    return [
        k.ReLU()(x),
        k.ReLU(max_value=0.5, negative_slope=0.1, threshold=0.2)(x),
        k.LeakyReLU()(x),
        k.LeakyReLU(0.1)(x),
        k.ELU(0.5)(x),
        k.ThresholdedReLU(0.5)(x),
        k.Softmax()(x),
        k.Softmax(axis=1)(x),
        k.Softmax(axis=[1, 2])(x),
    ]


@case(lambda rng: {"x": normal(rng, 2, 5, 4)})
def prelu(tf, keras):
    x = tf.placeholder(tf.float32, [None, 5, 4], "x")
    return keras.layers.PReLU()(x), keras.layers.PReLU(shared_axes=[1])(x)


@case(sequence)
def nothing_is_disturbed_at_inference(tf, keras):
    x = placeholder(tf, 3, 4)
    k = keras.layers
    layers = [
        k.Dropout(0.5),
        k.SpatialDropout1D(0.5),
        k.GaussianNoise(1.0),
        k.GaussianDropout(0.5),
        k.AlphaDropout(0.1),
    ]
    return [*(layer(x) for layer in layers), k.AlphaDropout(0.1)(x), k.Dropout(0.5)(x, training=False)]


# -- normalization --------------------------------------------------------------------------------------------------


@case(sequence)
def batch_normalization(tf, keras):
    x = placeholder(tf, 3, 4)
    return [
        keras.layers.BatchNormalization()(x),
        keras.layers.BatchNormalization(scale=False, epsilon=0.1)(x),
        keras.layers.BatchNormalization(center=False)(x, training=False),
    ]


@case(images)
def batch_normalization_of_images(tf):
    x = tf.placeholder(tf.float32, [None, 6, 5, 3], "x")
    return [tf.keras.layers.BatchNormalization()(x), tf.keras.layers.BatchNormalization(axis=1)(x)]


@case(images)
def batch_normalization_along_two_axes(tf, keras):
    return keras.layers.BatchNormalization(axis=[1, 3])(tf.placeholder(tf.float32, [None, 6, None, 3], "x"))


@case(sequence)
def layer_normalization(tf, keras):
    x = tf.placeholder(tf.float32, [None, 5, 4], "x")
    return [
        keras.layers.LayerNormalization()(x),
        keras.layers.LayerNormalization(axis=1, epsilon=1e-6)(x),
        keras.layers.LayerNormalization(axis=[1, 2], center=False)(x),
        keras.layers.LayerNormalization(scale=False, name="plain")(x),
    ]


# -- convolutions and pooling ---------------------------------------------------------------------------------------


@case(sequence)
def conv1d(tf, keras):
    x = placeholder(tf, 3, 4)
    k = keras.layers
    return [
        k.Conv1D(3, 2)(x),
        k.Conv1D(3, 3, strides=2, padding="same", activation="relu")(x),
        k.Conv1D(2, 3, padding="causal", dilation_rate=2, use_bias=False)(x),
        k.Convolution1D(2, (2,), name="conv")(x),
    ]


@case(images)
def conv1d_of_several_batch_axes(tf, keras):
    x = tf.placeholder(tf.float32, [None, None, 5, 3], "x")
    return keras.layers.Conv1D(2, 2, padding="causal", activation="relu")(x)


@case(images)
def conv2d(tf, keras):
    x = tf.placeholder(tf.float32, [None, 6, 5, 3], "x")
    return [
        keras.layers.Conv2D(4, 3)(x),
        keras.layers.Conv2D(2, (2, 3), strides=(2, 1), padding="same", activation="tanh")(x),
        keras.layers.Conv2D(2, 2, dilation_rate=2)(x),
    ]


@case(sequence)
def separable_conv1d(tf, keras):
    x = placeholder(tf, 3, 4)
    layer = keras.layers.SeparableConv1D
    return [layer(3, 2)(x), layer(3, 3, padding="same", depth_multiplier=2, activation="relu", use_bias=False)(x)]


@case(images)
def separable_conv2d(tf, keras):
    x = tf.placeholder(tf.float32, [None, 6, 5, 3], "x")
    return keras.layers.SeparableConv2D(4, 2, padding="same")(x)


@case(sequence)
def pooling_of_sequences(tf, keras):
    x = placeholder(tf, 3, 4)
    k = keras.layers
    return [
        k.MaxPooling1D()(x),
        k.MaxPooling1D(3, 1, "same")(x),
        k.AveragePooling1D(2, strides=1)(x),
        k.GlobalMaxPooling1D()(x),
        k.GlobalAveragePooling1D()(x),
        k.GlobalMaxPool1D(keepdims=True)(x),
    ]


@case(images)
def pooling_of_images(tf, keras):
    x = tf.placeholder(tf.float32, [None, 6, 5, 3], "x")
    k = keras.layers
    return [
        k.MaxPooling2D()(x),
        k.AveragePooling2D((2, 3), padding="same")(x),
        k.GlobalMaxPooling2D()(x),
        k.GlobalAveragePooling2D(keepdims=True)(x),
    ]


# -- several inputs -------------------------------------------------------------------------------------------------


@case(pairs)
def merging(tf, keras):
    x, y = (tf.placeholder(tf.float32, [None, None, 4], name) for name in "xy")
    k = keras.layers
    return [
        *(k.Add()([x, y, x]), k.Subtract()([x, y]), k.Multiply()([x, y]), k.Average()([x, y, y])),
        *(k.Maximum()([x, y]), k.Minimum()([x, y]), k.Concatenate()([x, y]), k.Concatenate(axis=1)([x, y])),
    ]


@case(pairs)
def merging_by_functions(tf, keras):
    x, y = (tf.placeholder(tf.float32, [None, None, 4], name) for name in "xy")
    k = keras.layers
    return [
        *(k.add([x, y]), k.subtract([x, y]), k.multiply([x, y]), k.average([x, y]), k.maximum([x, y])),
        *(k.minimum([x, y]), k.concatenate([x, y], axis=-1, name="joined"), k.dot([x, y], axes=2)),
    ]


@case(lambda rng: {"x": normal(rng, 2, 5, 4), "y": normal(rng, 2, 4)})
def merging_of_different_ranks(tf, keras):
    x, y = tf.placeholder(tf.float32, [None, 5, 4], "x"), tf.placeholder(tf.float32, [None, 4], "y")
    return keras.layers.Add()([x, y]), keras.layers.Multiply()([y, x])


@case(lambda rng: {"x": normal(rng, 2, 5, 4), "y": normal(rng, 2, 3, 4), "z": normal(rng, 2, 4)})
def dot_products(tf, keras):
    x, y = (tf.placeholder(tf.float32, [None, n, 4], name) for n, name in ((5, "x"), (3, "y")))
    z = tf.placeholder(tf.float32, [None, 4], "z")
    k = keras.layers
    return [
        *(k.Dot(axes=2)([x, y]), k.Dot(axes=-1, normalize=True)([x, y]), k.Dot(axes=(2, 1))([x, z])),
        *(k.Dot(axes=1)([z, z]), k.Dot(axes=(1, 1))([x, x]), k.Dot(axes=1, normalize=True)([z, z])),
    ]


@case(lambda rng: {"x": normal(rng, 2, 3, 4), "y": normal(rng, 2, 5, 4)})
def attention(tf, keras):
    x, y = (tf.placeholder(tf.float32, [None, None, 4], name) for name in "xy")
    k = keras.layers
    return [
        k.Attention()([x, y]),
        k.Attention(use_scale=True)([x, y, y]),
        k.Attention(score_mode="concat")([x, y]),
        k.AdditiveAttention()([x, y]),
        k.Attention()([y, y], use_causal_mask=True),
        k.Attention()([x, y], return_attention_scores=True),
    ]


@case(lambda rng: {"x": normal(rng, 2, 3, 4), "n": np.array([2, 0], "int32"), "y": normal(rng, 2, 5, 4)})
def attention_with_masks(tf, keras):
    x, y = (tf.placeholder(tf.float32, [None, length, 4], name) for length, name in ((3, "x"), (5, "y")))
    n = tf.placeholder(tf.int32, [None], "n")
    masks = [tf.sequence_mask(n, 3), tf.sequence_mask(n + 1, 5)]
    return keras.layers.Attention()([x, y], mask=masks), keras.layers.AdditiveAttention(use_scale=False)(
        [x, y], mask=[None, masks[1]]
    )


# -- places ---------------------------------------------------------------------------------------------------------


@case(sequence)
def reshaping(tf, keras):
    x = tf.placeholder(tf.float32, [None, 5, 4], "x")
    k = keras.layers
    return [
        *(k.Flatten()(x), k.Reshape((10, 2))(x), k.Reshape((-1, 2, 2))(x), k.Permute((2, 1))(x)),
        *(k.RepeatVector(3)(k.Flatten()(x)), k.ZeroPadding1D(2)(x), k.ZeroPadding1D((1, 0))(x)),
        *(k.Cropping1D(1)(x), k.Cropping1D((0, 2))(x), k.UpSampling1D(3)(x), k.Identity()(x)),
    ]


@case(sequence)
def reshaping_of_unknown_lengths(tf, keras):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    k = keras.layers
    return [
        *(k.Flatten()(x), k.Reshape((-1, 2))(x), k.Permute((2, 1))(x), k.ZeroPadding1D(1)(x)),
        *(k.Cropping1D((1, 1))(x), k.UpSampling1D(2)(x), k.RepeatVector(2)(k.GlobalMaxPooling1D()(x))),
    ]


@case(images)
def reshaping_of_images(tf, keras):
    x = tf.placeholder(tf.float32, [None, 6, 5, 3], "x")
    k = keras.layers
    return [
        *(k.ZeroPadding2D()(x), k.ZeroPadding2D(((1, 0), (0, 2)))(x), k.UpSampling2D((2, 1))(x)),
        *(k.Flatten(data_format="channels_first")(x), k.Reshape((6, 15))(x)),
    ]


@case(lambda rng: {"x": normal(rng, 4)})
def flattening_a_vector(tf, keras):
    return keras.layers.Flatten()(tf.placeholder(tf.float32, [None], "x"))


# -- layers around layers -------------------------------------------------------------------------------------------


@case(sequence)
def time_distributed(tf, keras):
    x = placeholder(tf, 3, 4)
    k = keras.layers
    return k.TimeDistributed(k.Dense(3))(x), k.TimeDistributed(k.Dense(2, name="inner"), name="outer")(x)


@case(lambda rng: {"x": normal(rng, 2, 3, 6, 5, 3)})
def time_distributed_convolution(tf, keras):
    x = tf.placeholder(tf.float32, [None, None, 6, 5, 3], "x")
    k = keras.layers
    return k.TimeDistributed(k.Flatten())(k.TimeDistributed(k.Conv2D(2, 3, activation="relu"))(x))


@case(padded)
def time_distributed_with_a_mask(tf, keras):
    k = keras.layers
    y = k.TimeDistributed(k.Dense(2))(k.Masking()(tf.placeholder(tf.float32, [None, None, 3], "x")))
    return y, y._keras_mask


@case(lambda rng: {"x": ints(rng, 4, 2, 3, 5)})
def time_distributed_masks_of_the_layer_inside(tf, keras):
    k = keras.layers
    y = k.TimeDistributed(k.Embedding(4, 2, mask_zero=True))(tf.placeholder(tf.int32, [None, 3, 5], "x"))
    return y, y._keras_mask


@case(lambda rng: {"x": normal(rng, 2, 3, 4)})
def time_distributed_of_a_known_batch(tf, keras):
    k = keras.layers
    return k.TimeDistributed(k.Dense(2))(tf.placeholder(tf.float32, [2, 3, 4], "x"))


@case(padded)
def time_distributed_of_a_known_batch_walks_the_steps(tf, keras):
    """Around a layer of one's own: steps that the mask leaves out repeat the output before."""
    k = keras.layers
    linear = linear_layer(tf, keras)
    x = tf.placeholder(tf.float32, [4, 5, 3], "x")
    masked = k.TimeDistributed(linear(2))(k.Masking()(x))
    return k.TimeDistributed(linear(2, name="own"))(x), masked, masked._keras_mask


@case(sequence)
def time_distributed_model(tf, keras):
    k = keras.layers
    inner = keras.Sequential([k.Dense(3, activation="relu"), k.Dense(2)])
    return k.TimeDistributed(inner)(placeholder(tf, 3, 4))


@case(sequence)
def lambdas(tf, keras):
    x = placeholder(tf, 3, 4)
    k = keras.layers
    return [
        k.Lambda(lambda x: x[:, -1])(x),
        k.Lambda(lambda x, scale: x * scale, arguments={"scale": 3.0})(x),
        k.Lambda(lambda xs: xs[0] + xs[1])([x, x]),
        k.Lambda(tf.reduce_sum, arguments={"axis": 1})(x),
    ]


# -- layers of one's own --------------------------------------------------------------------------------------------


def linear_layer(tf, keras):
    class Linear(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(shape=(int(input_shape[-1]), self.units), initializer="uniform", name="w")
            self.b = self.add_weight("b", (self.units,), initializer="zeros", trainable=False)
            super().build(input_shape)

        def call(self, inputs):
            return tf.matmul(inputs, self.w) + self.b

    return Linear


@case(matrix)
def a_layer_of_ones_own(tf, keras):
    layer = linear_layer(tf, keras)
    return layer(2, name="last")(layer(3)(placeholder(tf, 2, 4)))


@case(matrix)
def a_layer_of_layers(tf, keras):
    class Block(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.first = keras.layers.Dense(units, activation="relu")
            self.rest = [keras.layers.Dense(units) for _ in range(2)]

        def call(self, inputs, training=None):
            y = keras.layers.Dropout(0.5)(self.first(inputs), training=training)
            for layer in self.rest:
                y = layer(y)
            return y

    x = placeholder(tf, 2, 4)
    return Block(3)(Block(3)(x))


@facts()
def variables_of_a_layer_of_layers(tf, keras):
    class Block(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.layers_by_name = {"b": keras.layers.Dense(1), "a": keras.layers.BatchNormalization()}
            self.pair = (keras.layers.Dense(2), keras.layers.Dense(3))

        def build(self, input_shape):
            self.scale = self.add_weight("scale", ())
            self.own = tf.Variable(1.0, name="own", trainable=False)

        def call(self, inputs):
            y = self.layers_by_name["a"](self.layers_by_name["b"](inputs))
            return self.pair[1](self.pair[0](y)) * self.scale + self.own

    block = Block()
    block(tf.placeholder(tf.float32, [None, 4]))
    return [[v.name for v in v] for v in (block.trainable_weights, block.non_trainable_weights, block.weights)]


@case(padded)
def a_layer_with_masks_of_its_own(tf, keras):
    class LastStep(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True

        def compute_mask(self, inputs, mask=None):
            return None

        def call(self, inputs, mask=None):
            count = tf.reduce_sum(tf.cast(mask, tf.float32), 1, keepdims=True)
            return tf.reduce_sum(inputs, 1) / (count + 1.0)

    y = LastStep()(keras.layers.Masking()(tf.placeholder(tf.float32, [None, None, 3], "x")))
    return y


@case(sequence)
def attention_of_ones_own(tf, keras):
    K = keras.backend

    class AttentionLayer(keras.layers.Layer):
        def build(self, input_shape):
            self.W = self.add_weight(name="att_weight", shape=(input_shape[-1], 1), initializer="normal")
            self.u = self.add_weight(name="att_bias", shape=(1,), initializer="zeros")
            super().build(input_shape)

        def call(self, x):
            e = K.squeeze(K.tanh(K.dot(x, self.W) + self.u), axis=-1)
            a = K.expand_dims(K.softmax(e), axis=-1)
            return K.sum(x * a, axis=1)

    return AttentionLayer()(placeholder(tf, 3, 4))


@case(pairs)
def functions_of_the_backend(tf, keras):
    x, y = (tf.placeholder(tf.float32, [2, 5, 4], name) for name in "xy")
    K = keras.backend
    small = K.permute_dimensions(y, (0, 2, 1))
    return [
        *(K.dot(x, tf.ones([4, 3])), K.batch_dot(x, small), K.batch_dot(x, y, axes=2), K.batch_dot(x, y, axes=[1, 1])),
        *(K.batch_dot(x[:, 0], y[:, 0]), K.batch_dot(x[:, 0], y[:, 0], axes=1), K.batch_dot(x, y[:, 0], axes=(2, 1))),
        *(K.sum(x, axis=1), K.mean(x, axis=-1, keepdims=True), K.max(x), K.min(x, axis=0), K.std(x, axis=1), K.var(x)),
        *(
            K.concatenate([x, y], axis=1),
            K.stack([x, y]),
            K.expand_dims(x),
            K.squeeze(x[:, :1], 1),
            K.repeat(x[:, 0], 2),
        ),
        *(K.reverse(x, 1), K.repeat_elements(x, 2, 1), K.tile(x, [1, 2, 1]), K.flatten(x), K.batch_flatten(x)),
        *(K.clip(x, -0.5, 0.5), K.sqrt(x), K.square(x), K.pow(x, 2), K.exp(x), K.abs(x), K.round(x), K.sign(x)),
        *(K.relu(x, alpha=0.1), K.hard_sigmoid(x), K.softmax(x), K.sigmoid(x), K.tanh(x), K.softplus(x), K.elu(x, 0.3)),
        *(
            K.zeros_like(x),
            K.ones_like(x),
            K.cast(K.greater(x, y), "float32"),
            K.maximum(x, y),
            K.switch(K.less(x, y), x, y),
        ),
        *(
            K.bias_add(x, tf.range(4.0)),
            K.bias_add(x, tf.ones([5, 4])),
            K.l2_normalize(x, axis=-1),
            K.cumsum(x, axis=1),
        ),
        *(K.argmax(x), K.any(x > 1.0, axis=1), K.all(x > -1.0), K.one_hot(K.argmax(x[:, 0]), 4)),
        *(K.temporal_padding(x), K.gather(x, tf.constant([1, 0])), K.arange(3), K.transpose(x[0]), K.prod(x, axis=2)),
        *(K.in_train_phase(x, y), K.in_test_phase(x, y), K.not_equal(x, x)),
    ]


@case(sequence)
def convolutions_of_the_backend(tf, keras):
    x = tf.placeholder(tf.float32, [None, 5, 4], "x")
    K = keras.backend
    return [
        K.conv1d(x, tf.ones([2, 4, 3])),
        K.conv1d(x, tf.ones([3, 4, 3]), strides=2, padding="same"),
        K.conv1d(x, tf.ones([2, 4, 1]), padding="causal", dilation_rate=2),
    ]


@facts()
def what_the_backend_says_of_a_tensor(tf, keras):
    K = keras.backend
    x = tf.placeholder(tf.float32, [None, 5, 4])
    v = K.variable(np.ones((2, 3)), name="v")
    return [
        *(list(K.int_shape(x)), K.ndim(x), K.dtype(x), K.floatx(), K.epsilon(), K.image_data_format()),
        *(K.int_shape(v), K.dtype(v), v.name, int(K.count_params(v)), K.backend(), K.zeros((2,)).name),
    ]


# -- configurations -------------------------------------------------------------------------------------------------


@case(sequence)
def layers_from_their_configurations(tf, keras):
    x = placeholder(tf, 3, 4)
    k = keras.layers
    outputs = []
    for layer in (
        k.Dense(3, activation="relu", kernel_regularizer="l2", name="d"),
        k.Conv1D(2, 2, padding="causal", kernel_initializer=keras.initializers.RandomNormal(0.0, 0.1), name="c"),
        k.BatchNormalization(epsilon=0.1, name="b"),
        k.TimeDistributed(k.Dense(2, kernel_constraint="non_neg"), name="t"),
        k.Concatenate(axis=1, name="j"),
    ):
        copy = type(layer).from_config(layer.get_config())
        outputs.append(copy([x, x] if layer.name == "j" else x))
    return outputs


@facts()
def what_a_configuration_holds(tf, keras):
    dense = keras.layers.Dense(3, activation="relu", use_bias=False, name="d", input_shape=(4,)).get_config()
    conv = keras.layers.Conv1D(2, 3, padding="same").get_config()
    keys = ("units", "activation", "use_bias", "name", "batch_input_shape", "trainable", "dtype")
    return [{key: dense[key] for key in keys}, {key: conv[key] for key in ("filters", "kernel_size", "strides")}]


@facts()
def shapes_computed_without_calls(tf, keras):
    k = keras.layers
    shape = (None, 6, 4)
    layers = [
        *(k.Dense(3), k.Conv1D(2, 3), k.Conv1D(2, 3, strides=2, padding="same"), k.MaxPooling1D(2), k.Flatten()),
        *(k.Reshape((3, -1)), k.Permute((2, 1)), k.ZeroPadding1D(1), k.Cropping1D(1), k.UpSampling1D(2)),
        *(k.GlobalMaxPooling1D(), k.Activation("relu"), k.Dropout(0.1), k.TimeDistributed(k.Dense(2)), k.Masking()),
    ]
    shapes = [list(tf.TensorShape(layer.compute_output_shape(shape)).as_list()) for layer in layers]
    return [*shapes, tf.TensorShape(k.Embedding(3, 2).compute_output_shape((None, 5))).as_list()]


# -- inside code for TensorFlow 1 -------------------------------------------------------------------------------------


def cell_of_layers(tf, keras):
    class Cell(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            super().__init__()
            self.units = units
            self.dense = keras.layers.Dense(units, activation="tanh")

        state_size = output_size = property(lambda self: self.units)

        def call(self, inputs, state):
            h = self.dense(tf.concat([inputs, state], 1))
            return h, h

    return Cell


@case(lambda rng: {"x": normal(rng, 2, 5, 4), "n": np.array([3, 5], "int32")})
def a_layer_in_a_cell_of_dynamic_rnn(tf, keras):
    x, n = tf.placeholder(tf.float32, [None, None, 4], "x"), tf.placeholder(tf.int32, [None], "n")
    return tf.nn.dynamic_rnn(cell_of_layers(tf, keras)(3), x, n, dtype=tf.float32)


@case(sequence)
def a_layer_in_a_cell_of_static_rnn(tf, keras):
    x = tf.placeholder(tf.float32, [None, 5, 4], "x")
    return tf.nn.static_rnn(cell_of_layers(tf, keras)(3), tf.unstack(x, axis=1), dtype=tf.float32)[1]


@case(sequence)
def a_layer_in_a_function_of_rows(tf, keras):
    dense = keras.layers.Dense(2, name="rows")
    return tf.map_fn(dense, tf.placeholder(tf.float32, [None, 5, 4], "x"))


@case(matrix)
def a_layer_in_a_branch(tf, keras):
    x = placeholder(tf, 2, 4)
    layer = keras.layers.Dense(2)
    layer.build((None, 4))
    return tf.cond(tf.reduce_sum(x) > 0.0, lambda: layer(x), lambda: layer(-x) * 2.0)


@case(matrix)
def layers_in_scopes_that_are_opened_again(tf, keras):
    x = placeholder(tf, 2, 4)
    outputs = []
    for reuse in (False, True):
        with tf.variable_scope("tower", reuse=reuse):
            outputs.append(tf.layers.dense(x, 2, name="old"))
            outputs.append(keras.layers.Dense(2, name="new")(x))
    return outputs


@case(matrix)
def a_layer_built_by_hand(tf, keras):
    layer = keras.layers.Dense(2, name="d")
    with tf.name_scope("built"):
        layer.build(tf.TensorShape([None, 4]))
    return layer(placeholder(tf, 2, 4))


@case(matrix)
def names_that_operations_have_taken(tf, keras):
    x = placeholder(tf, 2, 4)
    y = tf.identity(x, name="dense")
    return keras.layers.Dense(2)(y)


@case(sequence)
def layers_made_in_loops_and_branches(tf, keras):
    x = placeholder(tf, 3, 4)
    rows = tf.zeros([tf.shape(x)[1], 3])
    dense = [keras.layers.Dense(3, name=f"d{i}") for i in range(6)]
    summed = tf.foldl(lambda a, row: tf.tanh(a + dense[0](row)), x, rows)
    scanned = tf.scan(lambda a, row: tf.tanh(a + dense[1](row)), x, rows, name="walk")
    folded = tf.foldr(lambda a, row: tf.tanh(a + dense[2](row)), x, rows)
    chosen = tf.cond(tf.reduce_sum(x) > 0.0, lambda: dense[3](x), lambda: x[:, :, :3])
    looped = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, dense[4](tf.pad(a, [[0, 0], [0, 1]]))), (0, rows))
    raw = tf.nn.raw_rnn(
        tf.nn.rnn_cell.BasicRNNCell(3),
        lambda time, output, state, loop_state: (
            tf.fill([2], time >= 2),
            tf.zeros([2, 3]) if output is None else dense[5](output),
            tf.zeros([2, 3]) if state is None else state,
            output,
            None,
        ),
    )
    return summed, scanned, folded, chosen, looped[1], raw[1]


# -- no rows and no steps ---------------------------------------------------------------------------------------------


def empty(rng):
    return [{"x": normal(rng, *shape, 4)} for shape in ((2, 0), (0, 3), (0, 0), (1, 2))]


@case(empty)
def sequences_without_rows_or_steps(tf, keras):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    k = keras.layers
    return [
        *(k.Dense(3)(x), k.Masking()(x), k.BatchNormalization()(x)),
        *(
            k.LayerNormalization()(x),
            k.Permute((2, 1))(x),
            k.Concatenate()([x, x]),
        ),
        *(k.Embedding(5, 2)(x[:, :, 0] * 0.0), k.ZeroPadding1D(1)(x), k.UpSampling1D(2)(x), k.Softmax()(x)),
    ]


@case(lambda rng: [{"x": normal(rng, n, 5, 4)} for n in (0, 2)])
def no_rows(tf, keras):
    x = tf.placeholder(tf.float32, [None, 5, 4], "x")
    k = keras.layers
    return [
        *(k.Flatten()(x), k.Reshape((10, 2))(x), k.Reshape((-1, 2))(x), k.RepeatVector(2)(x[:, 0]), k.Cropping1D(1)(x)),
        *(k.GlobalMaxPooling1D()(x), k.GlobalAveragePooling1D()(x), k.MaxPooling1D(2)(x)),
        *(k.Dot(axes=2)([x, x]), k.Attention()([x, x]), k.TimeDistributed(k.Dense(2))(x), k.PReLU()(x)),
    ]
