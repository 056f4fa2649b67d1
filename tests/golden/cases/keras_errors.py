"""What Keras's layers and models refuse, and what they say then."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import error_case


def x_of(tf, *shape, dtype="float32"):
    return tf.placeholder(dtype, list(shape))


# -- layers -----------------------------------------------------------------------------------------------------------


@error_case("units", "positive integer")
def no_units(tf, keras):
    keras.layers.Dense(-1)


@error_case("last dimension of the inputs to a Dense layer should be defined")
def dense_of_unknown_depth(tf, keras):
    keras.layers.Dense(2)(x_of(tf, None, None))


@error_case("expected min_ndim=2, found ndim=1")
def dense_of_a_vector(tf, keras):
    keras.layers.Dense(2)(x_of(tf, 3))


@error_case("floating-point dtype")
def dense_of_integers(tf, keras):
    keras.layers.Dense(2, dtype="int32")(x_of(tf, None, 3, dtype="int32"))


@error_case("expected axis -1", "to have value 3")
def dense_of_another_depth(tf, keras):
    layer = keras.layers.Dense(2)
    layer(x_of(tf, None, 3))
    layer(x_of(tf, None, 4))


@error_case("Keyword argument not understood")
def an_unknown_option(tf, keras):
    keras.layers.Dense(2, unit=3)


@error_case("Unknown activation function")
def an_unknown_activation(tf, keras):
    keras.layers.Dense(2, activation="sigmod")


@error_case("Could not interpret activation function identifier")
def an_activation_that_is_none(tf, keras):
    keras.layers.Activation(3)


@error_case("Unknown initializer")
def an_unknown_initializer(tf, keras):
    keras.layers.Dense(2, kernel_initializer="glorot")


@error_case("constraint")
def an_unknown_constraint(tf, keras):
    keras.layers.Dense(2, kernel_constraint="small")


@error_case("should be positive")
def an_embedding_of_nothing(tf, keras):
    keras.layers.Embedding(0, 3)


@error_case("expected ndim=3, found ndim=2")
def conv1d_of_a_matrix(tf, keras):
    keras.layers.GlobalMaxPooling1D()(x_of(tf, None, 3))


@error_case("min_ndim=3")
def conv1d_of_too_few_axes(tf, keras):
    keras.layers.Conv1D(2, 2)(x_of(tf, None, 3))


@error_case("channel dimension of the inputs should be defined")
def conv1d_of_unknown_channels(tf, keras):
    keras.layers.Conv1D(2, 2)(x_of(tf, None, 3, None))


@error_case("strides > 1", "dilation_rate > 1")
def strides_and_dilation(tf, keras):
    keras.layers.Conv1D(2, 2, strides=2, dilation_rate=2)


@error_case("padding")
def an_unknown_padding(tf, keras):
    keras.layers.Conv1D(2, 2, padding="left")


@error_case("filters")
def no_filters(tf, keras):
    keras.layers.Conv2D(0, 2)


@error_case("kernel_size")
def a_window_of_too_many_axes(tf, keras):
    keras.layers.Conv1D(2, (2, 2))


@error_case("expected a value between 0 and 1")
def a_rate_that_is_none(tf, keras):
    keras.layers.Dropout(1.5)


@error_case("undefined `axis` dimension")
def batch_normalization_along_an_unknown_axis(tf, keras):
    keras.layers.BatchNormalization()(x_of(tf, None, None))


@error_case("axis")
def layer_normalization_along_no_axis(tf, keras):
    keras.layers.LayerNormalization(axis=3)(x_of(tf, None, 4))


@error_case("should be called on a list")
def adding_one_tensor(tf, keras):
    keras.layers.Add()(x_of(tf, 2, 3))


@error_case("incompatible shapes")
def adding_other_shapes(tf, keras):
    keras.layers.Add()([x_of(tf, None, 3), x_of(tf, None, 4)])


@error_case("exactly 2 inputs")
def subtracting_three(tf, keras):
    keras.layers.Subtract()([x_of(tf, None, 3)] * 3)


@error_case("different batch sizes")
def adding_other_batches(tf, keras):
    keras.layers.Multiply()([x_of(tf, 2, 3), x_of(tf, 3, 3)])


@error_case("matching shapes except for the concatenation axis")
def concatenating_other_shapes(tf, keras):
    keras.layers.Concatenate()([x_of(tf, None, 2, 3), x_of(tf, None, 4, 3)])


@error_case("Incompatible input shapes")
def dot_of_other_lengths(tf, keras):
    keras.layers.Dot(axes=1)([x_of(tf, None, 3), x_of(tf, None, 4)])


@error_case("total size of new array must be unchanged")
def reshaping_to_another_size(tf, keras):
    keras.layers.Reshape((5,))(x_of(tf, None, 2, 3))


@error_case("must be consecutive")
def permuting_too_few_axes(tf, keras):
    keras.layers.Permute((1, 3))


@error_case("integer value for `n`")
def repeating_a_fraction(tf, keras):
    keras.layers.RepeatVector(1.5)


@error_case("cropping")
def cropping_everything(tf, keras):
    keras.layers.Cropping1D(2)(x_of(tf, None, 3, 2))


@error_case("TimeDistributed")
def time_distributed_of_a_function(tf, keras):
    keras.layers.TimeDistributed(lambda x: x)


@error_case("at least 3 dimensions")
def time_distributed_of_a_matrix(tf, keras):
    keras.layers.TimeDistributed(keras.layers.Dense(2))(x_of(tf, None, 3))


@error_case("created within a Lambda layer")
def a_variable_in_a_lambda(tf, keras):
    keras.layers.Lambda(lambda x: x * tf.Variable(1.0))(x_of(tf, None, 3))


@error_case("must be called on a list of inputs")
def attention_of_one_tensor(tf, keras):
    keras.layers.Attention()(x_of(tf, None, 2, 3))


@error_case("score_mode")
def attention_of_another_kind(tf, keras):
    keras.layers.Attention(score_mode="sum")


@error_case("not None")
def a_layer_that_gives_nothing(tf, keras):
    class Nothing(keras.layers.Layer):
        def call(self, inputs):
            return None

    Nothing()(x_of(tf, None, 3))


@error_case("must override")
def a_layer_without_a_configuration(tf, keras):
    class Own(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units

    Own(3).get_config()


@error_case("first argument", "always be passed")
def a_layer_of_nothing(tf, keras):
    keras.layers.Dense(3)()


@error_case("does not support masking")
def a_mask_that_is_not_supported(tf, keras):
    keras.layers.Flatten().compute_mask(x_of(tf, None, 3), mask=x_of(tf, None, dtype="bool"))


@error_case("count_params", "isn't built")
def counting_before_building(tf, keras):
    keras.layers.Dense(2).count_params()


@error_case("weight list of length 1", "expecting 2 weights")
def too_few_weights(tf, keras):
    layer = keras.layers.Dense(2)
    layer(x_of(tf, None, 3))
    layer.set_weights([np.zeros((3, 2))])


@error_case("not compatible with provided weight shape")
def weights_of_another_shape(tf, keras):
    layer = keras.layers.Dense(2)
    layer(x_of(tf, None, 3))
    layer.set_weights([np.zeros((2, 3)), np.zeros(2)])


@error_case("Unknown keyword argument")
def a_variable_with_an_unknown_option(tf, keras):
    keras.layers.Layer().add_weight("w", (), size=3)


@error_case("1D")
def softmax_of_a_vector(tf, keras):
    keras.activations.softmax(x_of(tf, 3))


@error_case("batch_dot")
def batch_dot_of_vectors(tf, keras):
    keras.backend.batch_dot(x_of(tf, 3), x_of(tf, 3))


# -- models -----------------------------------------------------------------------------------------------------------


@error_case("shape")
def an_input_without_a_shape(tf, keras):
    keras.Input()


@error_case("Unrecognized keyword arguments")
def an_input_with_an_unknown_option(tf, keras):
    keras.Input((3,), size=4)


@error_case("Placeholder", instead=ValueError)
def a_model_of_a_placeholder(tf, keras):
    x = x_of(tf, None, 3)
    keras.Model(x, keras.layers.Dense(2)(x))


@error_case("Graph disconnected: cannot obtain value for tensor")
def a_model_without_one_of_its_inputs(tf, keras):
    x, y = keras.Input((3,)), keras.Input((3,))
    keras.Model(x, keras.layers.Add()([x, y]))


@error_case("same input multiple times")
def a_model_of_one_input_twice(tf, keras):
    x = keras.Input((3,))
    keras.Model([x, x], keras.layers.Dense(2)(x))


@error_case("All layer names should be unique")
def two_layers_of_one_name(tf, keras):
    x = keras.Input((3,))
    keras.Model(x, keras.layers.Dense(2, name="d")(keras.layers.Dense(2, name="d")(x)))


@error_case("incompatible with the layer", "expected shape=(None, 4, 3)")
def a_model_called_with_another_shape(tf, keras):
    x = keras.Input((4, 3))
    keras.Model(x, keras.layers.Dense(2)(x))(x_of(tf, None, 5, 3))


@error_case("expects 1 input(s), but it received 2 input tensors")
def a_model_called_with_too_many(tf, keras):
    x = keras.Input((4, 3))
    keras.Model(x, keras.layers.Dense(2)(x))([x, x])


@error_case("No such layer: three")
def a_layer_that_is_not_there(tf, keras):
    keras.Sequential([keras.layers.Dense(2, name="one", input_shape=(3,))]).get_layer("three")


@error_case("only has 1 layers")
def an_index_that_is_not_there(tf, keras):
    keras.Sequential([keras.layers.Dense(2, input_shape=(3,))]).get_layer(index=3)


@error_case("Provide either a layer name or layer index")
def neither_name_nor_index(tf, keras):
    keras.Sequential([keras.layers.Dense(2, input_shape=(3,))]).get_layer()


@error_case("must be an instance of class Layer")
def adding_a_function(tf, keras):
    keras.Sequential([lambda x: x])


@error_case("unique names")
def adding_a_name_twice(tf, keras):
    keras.Sequential([keras.layers.Dense(2, name="a"), keras.layers.ReLU(name="a")])


@error_case("There are no layers in the model")
def popping_from_nothing(tf, keras):
    keras.Sequential().pop()


@error_case("has no inbound nodes")
def the_output_of_a_layer_that_was_not_called(tf, keras):
    _ = keras.layers.Dense(2).output


@error_case("multiple inbound nodes", "different input shapes")
def the_input_shape_of_a_layer_that_was_called_with_two(tf, keras):
    layer = keras.layers.ReLU()
    layer(keras.Input((3,)))
    layer(keras.Input((4,)))
    _ = layer.input_shape


@error_case("never been called")
def the_first_output_of_a_layer_that_was_not_called(tf, keras):
    keras.layers.Dense(2).get_output_at(0)


@error_case("Unimplemented", "call()")
def a_subclass_without_call(tf, keras):
    class Empty(keras.Model):
        pass

    Empty()(x_of(tf, None, 3))
