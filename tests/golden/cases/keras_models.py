"""Keras's models: functional ones, sequential ones, subclasses; called again, nested, shared; what they know."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, facts, ints, normal


def matrix(rng):
    return {"x": normal(rng, 3, 4)}


def two(rng):
    return {"x": normal(rng, 3, 4), "y": normal(rng, 3, 4)}


def padded(rng):
    """Sequences with steps of zeros at the end, in the middle and everywhere."""
    x = normal(rng, 4, 5, 3)
    x[0, 3:] = 0
    x[1, 1:3] = 0
    x[2] = 0
    return {"x": x}


def names(variables):
    return [variable.name for variable in variables]


# -- functional models ------------------------------------------------------------------------------------------------


@case(matrix)
def functional(tf, keras):
    x = keras.Input((4,), name="x")
    y = keras.layers.Dense(3, activation="relu")(x)
    return keras.Model(x, keras.layers.Dense(2)(y)).outputs


@case(two)
def functional_called_again(tf, keras):
    x = keras.Input((4,), name="x")
    model = keras.Model(x, keras.layers.Dense(2)(keras.layers.Dense(3, activation="tanh")(x)))
    y = tf.placeholder(tf.float32, [None, 4], "y")
    return model.output, model(y), model(y * 2.0)


@case(two)
def several_inputs_and_outputs(tf, keras):
    x, y = keras.Input((4,), name="x"), keras.Input(batch_shape=(None, 4), name="y")
    shared = keras.layers.Dense(3, name="shared")
    a, b = shared(x), shared(y)
    model = keras.Model([x, y], [keras.layers.Dense(1)(keras.layers.concatenate([a, b])), keras.layers.add([a, b])])
    return [model.outputs, model([y, x]), model([x, x])]


@case(two)
def inputs_and_outputs_by_name(tf, keras):
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    model = keras.Model({"b": x, "a": y}, {"sum": keras.layers.Add()([x, y]), "dense": keras.layers.Dense(2)(x)})
    return [model.outputs, model({"a": x, "b": x})]


@case(matrix)
def operations_between_layers(tf, keras):
    x = keras.Input((4,), name="x")
    h = keras.layers.Dense(3)(x)
    h = tf.tanh(h) * 2.0 + tf.reduce_mean(h, 1, keepdims=True)
    model = keras.Model(x, tf.nn.softmax(keras.layers.Dense(2)(h)))
    return model.outputs[0], model(x + 1.0)


@case(two)
def operations_of_several_layers(tf, keras):
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    h = keras.layers.Dense(3)(x) * keras.layers.Dense(3)(y) - keras.backend.mean(x)
    model = keras.Model([x, y], [h, keras.layers.Activation("relu")(h[:, :2])])
    return [model.outputs, model([y, x])]


@case(lambda rng: [{"x": normal(rng, n, t, 4)} for n, t in ((2, 3), (1, 1), (3, 5))])
def functional_of_unknown_lengths(tf, keras):
    x = keras.Input((None, 4), name="x")
    y = keras.layers.TimeDistributed(keras.layers.Dense(3, activation="relu"))(x)
    return keras.Model(x, keras.layers.GlobalMaxPooling1D()(y)).outputs[0]


@case(two)
def models_in_models(tf, keras):
    x = keras.Input((4,), name="x")
    inner = keras.Model(x, keras.layers.Dense(4, activation="relu")(x), name="inner")
    y = keras.Input((4,), name="y")
    outer = keras.Model(y, keras.layers.Dense(2)(inner(inner(y))))
    return inner.output, outer.output, outer(x)


@case(two)
def a_siamese_model(tf, keras):
    k = keras.layers
    base = keras.Sequential([k.Dense(3, activation="relu", input_shape=(4,)), k.Dropout(0.1), k.Dense(3)])
    x, y = k.Input(shape=(4,), name="x"), k.Input(shape=(4,), name="y")
    distance = k.Lambda(lambda v: keras.backend.sqrt(keras.backend.sum(keras.backend.square(v[0] - v[1]), 1)))
    return keras.models.Model([x, y], distance([base(x), base(y)])).output


@case(padded)
def masks_in_functional_models(tf, keras):
    k = keras.layers
    x = keras.Input((None, 3), name="x")
    h = k.Dense(4)(k.Masking()(x))
    model = keras.Model(x, [h, k.GlobalAveragePooling1D()(h)])
    again = model(x * 1.0)
    return [model.outputs, again, again[0]._keras_mask]


@case(padded)
def masks_given_to_functional_models(tf, keras):
    k = keras.layers
    i = keras.Input((None, 3))
    model = keras.Model(i, k.Dense(2)(i))
    y = model(k.Masking()(tf.placeholder(tf.float32, [None, None, 3], "x")))
    return y, y._keras_mask


@case(matrix)
def a_part_of_a_model(tf, keras):
    x = keras.Input((4,), name="x")
    model = keras.Model(x, keras.layers.Dense(2)(keras.layers.Dense(3, name="middle")(x)))
    part = keras.Model(model.input, model.get_layer("middle").output)
    return part.output, part(x * 2.0), model.layers[-1].output


@case(matrix)
def an_input_of_a_placeholder(tf, keras):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    i = keras.Input(tensor=x)
    model = keras.Model(i, keras.layers.Dense(2)(i))
    return model.output, model(x)


@case(lambda rng: {"x": ints(rng, 4, 2, 3), "x_1": normal(rng, 2, 2)})
def inputs_of_other_dtypes(tf, keras):
    x = keras.Input((3,), dtype="int32", name="x")
    y = keras.Input((2,), name="x", batch_size=2)
    return keras.layers.Embedding(4, 2)(x), keras.layers.Dense(1)(y)


@case(lambda rng: {"x": normal(rng, 3)})
def inputs_with_and_without_a_last_axis(tf, keras):
    i = keras.Input((1,))
    model = keras.Model(i, keras.layers.Dense(2)(i))
    return model(tf.placeholder(tf.float32, [None], "x"))


# -- sequential models ------------------------------------------------------------------------------------------------


@case(lambda rng: {"dense_input": normal(rng, 3, 4)})
def sequential(tf, keras):
    model = keras.Sequential()
    model.add(keras.layers.Dense(3, activation="relu", input_shape=(4,)))
    model.add(keras.layers.Dropout(0.5))
    model.add(keras.layers.Dense(2, activation="softmax"))
    return model.output


@case(lambda rng: {"x": normal(rng, 3, 4), "dense_input": normal(rng, 2, 4)})
def sequential_called_again(tf, keras):
    model = keras.models.Sequential([keras.layers.Dense(3, input_dim=4), keras.layers.Dense(2)])
    return model.outputs, model(tf.placeholder(tf.float32, [None, 4], "x"))


@case(matrix)
def sequential_without_an_input_shape(tf, keras):
    model = keras.Sequential([keras.layers.Dense(3, activation="relu"), keras.layers.Dense(2)], name="net")
    x = tf.placeholder(tf.float32, [None, 4], "x")
    return model(x), model(x * 2.0)


@case(matrix)
def sequential_with_an_input_layer(tf, keras):
    model = keras.Sequential([keras.Input((4,), name="x"), keras.layers.Dense(2)])
    return model.output


@case(matrix)
def sequential_with_an_input_layer_of_its_own(tf, keras):
    model = keras.Sequential([keras.layers.InputLayer(input_shape=(4,), name="x"), keras.layers.Dense(2)])
    return model.output


@case(lambda rng: {"embedding_input": ints(rng, 6, 2, 5).astype("float32")})
def sequential_of_an_embedding(tf, keras):
    k = keras.layers
    model = keras.Sequential([k.Embedding(6, 3, input_length=5), k.Flatten(), k.Dense(1, activation="sigmoid")])
    return model.output


@case(matrix)
def sequential_built_by_hand(tf, keras):
    model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(2)])
    model.build((None, 4))
    return model(tf.placeholder(tf.float32, [None, 4], "x"))


@case(padded)
def masks_in_sequential_models(tf, keras):
    k = keras.layers
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    one = keras.Sequential([k.Masking(input_shape=(None, 3)), k.Dense(2)])(x)
    two = keras.Sequential([k.Masking(), k.Dense(2)])(x)
    return [(y, y._keras_mask) for y in (one, two)]


@case(matrix)
def sequential_in_sequential(tf, keras):
    inner = keras.Sequential([keras.layers.Dense(3, input_shape=(4,)), keras.layers.ReLU()])
    outer = keras.Sequential([inner, keras.layers.Dense(2)])
    return outer(tf.placeholder(tf.float32, [None, 4], "x"))


@case(matrix)
def sequential_after_pop(tf, keras):
    model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,)), keras.layers.Dense(2)])
    model.pop()
    model.add(keras.layers.Dense(1))
    return model(tf.placeholder(tf.float32, [None, 4], "x"))


@case(matrix)
def sequential_from_its_configuration(tf, keras):
    model = keras.Sequential([keras.layers.Dense(3, activation="tanh", input_shape=(4,)), keras.layers.Dense(2)])
    copy = keras.Sequential.from_config(model.get_config())
    return copy(tf.placeholder(tf.float32, [None, 4], "x"))


@case(matrix)
def sequential_of_tensorflow_1(tf):
    k = tf.keras.layers
    model = tf.keras.Sequential([k.Dense(3, activation=tf.nn.relu), k.BatchNormalization(), k.Dense(2)])
    return model(tf.placeholder(tf.float32, [None, 4], "x"))


# -- models of one's own ----------------------------------------------------------------------------------------------


@case(matrix)
def a_subclass(tf, keras):
    class Net(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.first = keras.layers.Dense(units, activation="relu")
            self.blocks = [keras.layers.Dense(units) for _ in range(2)]
            self.last = keras.layers.Dense(1, name="last")

        def call(self, inputs, training=False):
            y = self.first(inputs)
            for block in self.blocks:
                y = y + block(y)
            return self.last(y)

    net = Net(3)
    x = tf.placeholder(tf.float32, [None, 4], "x")
    return net(x), net(x * 2.0)


@case(matrix)
def a_subclass_in_a_functional_model(tf, keras):
    class Scaled(keras.Model):
        def __init__(self):
            super().__init__(name="scaled")
            self.dense = keras.layers.Dense(2)

        def build(self, input_shape):
            self.scale = self.add_weight("scale", (), initializer="ones")

        def call(self, inputs):
            return self.dense(inputs) * self.scale

    x = keras.Input((4,), name="x")
    model = keras.Model(x, keras.layers.Dense(1)(Scaled()(x)))
    return model.output, model(x * 0.5)


@case(matrix)
def a_functional_model_of_a_subclass(tf, keras):
    class Named(keras.Model):
        pass

    x = keras.Input((4,), name="x")
    model = Named(inputs=x, outputs=keras.layers.Dense(2)(x))
    return model.output, model(x * 2.0)


# -- what models know -------------------------------------------------------------------------------------------------


@facts()
def what_a_functional_model_knows(tf, keras):
    k = keras.layers
    x, y = keras.Input((4,), name="x"), keras.Input((3, 4))
    h = k.Dense(4, name="one")(x)
    z = k.Add()([h, k.GlobalMaxPooling1D()(k.BatchNormalization()(y))])
    model = keras.Model([x, y], [k.Dense(2, name="out")(z), z])
    return [
        *(model.name, [layer.name for layer in model.layers], model.input_names, model.output_names),
        *(names(model.weights), names(model.trainable_weights), names(model.non_trainable_weights)),
        *(model.count_params(), model.input_shape, model.output_shape, len(model.inputs), len(model.outputs)),
        *(model.get_layer("one").name, model.get_layer(index=1).name, model.built, names(model.variables)),
    ]


@facts()
def what_a_sequential_model_knows(tf, keras):
    model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,)), keras.layers.Dense(2)])
    other = keras.Sequential([keras.layers.Dense(1)])
    before = [other.built, len(other.layers)]
    other(tf.placeholder(tf.float32, [None, 4]))
    return [
        *(model.name, [layer.name for layer in model.layers], model.input_names, model.input_shape, model.output_shape),
        *(names(model.weights), model.count_params(), [w.shape.as_list() for w in model.weights]),
        *(before, other.built, names(other.weights), other.name),
    ]


@facts()
def names_of_models_and_inputs(tf, keras):
    def model():
        x = keras.Input((2,))
        return [x.op.name, keras.Model(x, keras.layers.Dense(1)(x)).name]

    def named():
        x = keras.Input((2,), name="x")
        return [x.op.name, x.shape.as_list(), keras.Model(x, x * 2.0, name="twice").name]

    return [model(), model(), named(), keras.Sequential().name, keras.Sequential().name]


@facts()
def what_layers_in_models_know(tf, keras):
    x, y = keras.Input((4,)), keras.Input((4,))
    layer, merge = keras.layers.Dense(3), keras.layers.Concatenate()
    merge([layer(x), layer(y)])
    return [
        *([list(s) for s in merge.input_shape], merge.output_shape, layer.get_output_shape_at(1)),
        *(layer.get_input_shape_at(0), layer.get_input_at(0) is x, layer.get_input_at(1) is y),
        *(len(layer.inbound_nodes), len(layer.outbound_nodes), len(merge.inbound_nodes)),
    ]


@facts()
def shapes_that_models_compute(tf, keras):
    model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,)), keras.layers.Reshape((3, 1))])
    return tf.TensorShape(model.compute_output_shape((None, 4))).as_list()


@facts()
def weights_that_are_set(tf, keras):
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.full((3, 2), 2.0), np.zeros(2), np.ones((2, 1))])
    return [w.tolist() for w in model.get_weights()]


@case(matrix, initial=True)
def weights_that_are_set_are_used(tf, keras):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    layer = keras.layers.Dense(2)
    y = layer(x)
    return y * 0.0


# -- models as they are published -------------------------------------------------------------------------------------


@case(lambda rng: {"x": ints(rng, 20, 2, 12)}, tolerance=1e-4)
def a_convolutional_classifier_of_texts(tf, keras):
    """The convolutional network of Keras's imdb_cnn example, made small."""
    k = keras.layers
    x = keras.Input((12,), dtype="int32", name="x")
    model = keras.Sequential(
        [
            *(k.Embedding(20, 6, input_length=12), k.Dropout(0.2)),
            *(k.Conv1D(5, 3, padding="valid", activation="relu", strides=1), k.GlobalMaxPooling1D()),
            *(k.Dense(7), k.Dropout(0.2), k.Activation("relu"), k.Dense(1), k.Activation("sigmoid")),
        ]
    )
    return model(x)


@case(lambda rng: {"x": ints(rng, 20, 2, 9)}, tolerance=1e-4)
def windows_of_several_widths(tf, keras):
    """A network for sentences with windows of three widths, after Kim, 2014."""
    k = keras.layers
    x = keras.Input((9,), dtype="int32", name="x")
    h = k.SpatialDropout1D(0.2)(k.Embedding(20, 5)(x))
    pools = [k.GlobalMaxPooling1D()(k.Conv1D(4, size, activation="relu")(h)) for size in (2, 3, 4)]
    return keras.Model(x, k.Dense(3, activation="softmax")(k.Concatenate()(pools))).output


@case(lambda rng: {"x": normal(rng, 2, 8, 8, 1)}, tolerance=1e-4)
def a_convolutional_classifier_of_images(tf, keras):
    k = keras.layers
    x = keras.Input((8, 8, 1), name="x")
    model = keras.Sequential(
        [
            *(k.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)), k.Conv2D(4, (3, 3)), k.BatchNormalization()),
            *(k.LeakyReLU(0.1), k.MaxPooling2D(pool_size=(2, 2)), k.Dropout(0.25), k.Flatten()),
            *(k.Dense(6, activation="relu"), k.Dense(3, activation="softmax")),
        ]
    )
    return model(x)


@case(lambda rng: {"user": ints(rng, 7, 4, 1), "item": ints(rng, 9, 4, 1)})
def factors_of_users_and_items(tf, keras):
    """Neural collaborative filtering, after He et al., 2017."""
    k = keras.layers
    user, item = keras.Input((1,), dtype="int32", name="user"), keras.Input((1,), dtype="int32", name="item")
    u, i = (k.Flatten()(k.Embedding(n, 4, name=f"{x.op.name}_factors")(x)) for n, x in ((7, user), (9, item)))
    deep = k.Dense(3, activation="relu")(k.concatenate([u, i]))
    return keras.Model([user, item], k.Dense(1, "sigmoid")(k.concatenate([k.multiply([u, i]), deep]))).output
