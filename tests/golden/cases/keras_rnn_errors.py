"""Errors of Keras's recurrent layers, cells and wrappers."""

from __future__ import annotations

from tests.golden.registry import error_case, facts


def x(tf, *shape, name="x"):
    return tf.placeholder(tf.float32, list(shape) or [2, 4, 3], name)


@error_case("Argument `cell` should have a `call` method. The RNN was passed: cell=3")
def cell_that_is_none(tf, keras):
    keras.layers.RNN(3)


@error_case("The RNN cell should have a `state_size` attribute")
def cell_without_a_state_size(tf, keras):
    class Cell:
        def call(self, inputs, states):
            return inputs, states

    keras.layers.RNN(Cell())


@error_case("All cells must have a `call` method.")
def stack_of_what_is_no_cell(tf, keras):
    keras.layers.StackedRNNCells([keras.layers.GRUCell(2), 3])


@error_case("All cells must have a `state_size` attribute.")
def stack_of_a_cell_without_a_state_size(tf, keras):
    class Cell:
        def call(self, inputs, states):
            return inputs, states

    keras.layers.RNN([Cell()])


@error_case("Received an invalid value for argument `units`, expected a positive integer, got 0.")
def no_units(tf, keras):
    keras.layers.LSTM(0)


@error_case("Received an invalid value for argument `units`, expected a positive integer, got -1.")
def negative_units(tf, keras):
    keras.layers.GRUCell(-1)


@error_case(
    "An `initial_state` was passed that is not compatible with `cell.state_size`", "however `cell.state_size` is"
)
def too_few_states(tf, keras):
    keras.layers.RNN(keras.layers.LSTMCell(4))(x(tf), initial_state=[x(tf, 2, 4)])


@error_case(
    "An `initial_state` was passed that is not compatible with `cell.state_size`", "however `cell.state_size` is"
)
def state_of_another_width(tf, keras):
    keras.layers.LSTM(4)(x(tf), initial_state=[x(tf, 2, 4), x(tf, 2, 5)])


@error_case("however `cell.state_size` is")
def state_of_another_width_of_a_stack(tf, keras):
    cells = [keras.layers.LSTMCell(4), keras.layers.GRUCell(4)]
    keras.layers.RNN(cells)(x(tf), initial_state=[[x(tf, 2, 4), x(tf, 2, 4)], x(tf, 2, 3)])


@error_case("however `cell.state_size` is")
def state_of_rank_three_of_another_width(tf, keras):
    class Cell:
        def __init__(self):
            self.state_size = tf.TensorShape([3, 2])

        def call(self, inputs, states):
            return states[0], states

    keras.layers.RNN(Cell())(x(tf), initial_state=x(tf, 2, 3, 3))


@error_case("Layer has 2 states but was passed 1 initial states.")
def state_is_missing_in_call(tf, keras):
    layer = keras.layers.LSTM(4)
    layer(x(tf))
    layer.call(x(tf), initial_state=[x(tf, 2, 4)])


@error_case("Cannot unroll a RNN if the time dimension is undefined.")
def unrolled_without_a_time(tf, keras):
    keras.layers.SimpleRNN(4, unroll=True)(x(tf, 2, None, 3))


@error_case("Unrolling requires a fixed number of timesteps.")
def unrolled_lstm_without_a_time(tf, keras):
    keras.layers.LSTM(4, unroll=True)(x(tf, 2, None, 3))


@error_case("Cannot unroll a RNN if the time dimension is undefined.")
def v1_unrolled_lstm_without_a_time(tf):
    tf.keras.layers.LSTM(4, unroll=True)(x(tf, 2, None, 3))


@error_case("If a RNN is stateful, it needs to know its batch size.")
def stateful_without_a_batch(tf, keras):
    keras.layers.LSTM(4, stateful=True)(x(tf, None, 4, 3))


@error_case("Layer must be stateful.")
def reset_of_a_layer_that_is_not_stateful(tf, keras):
    layer = keras.layers.GRU(4)
    layer(x(tf))
    layer.reset_states()


@error_case("expects 2 states, but it received 1 state values.")
def reset_with_too_few_states(tf, keras):
    import numpy as np

    layer = keras.layers.LSTM(4, stateful=True)
    layer(x(tf))
    layer.reset_states([np.zeros([2, 4])])


@error_case("State 0 is incompatible with layer")
def reset_with_another_shape(tf, keras):
    import numpy as np

    layer = keras.layers.GRU(4, stateful=True)
    layer(x(tf))
    layer.reset_states([np.zeros([2, 5])])


@error_case("If a RNN is stateful, it needs to know its batch size.")
def reset_of_a_layer_that_was_not_called(tf, keras):
    keras.layers.RNN(keras.layers.GRUCell(4), stateful=True).reset_states()


@error_case("does not support constants.")
def constants_of_a_cell_without(tf, keras):
    keras.layers.RNN(keras.layers.GRUCell(4))(x(tf), constants=[x(tf, 2, 2)])


@error_case("mix of Keras tensors and non-Keras tensors")
def states_of_both_kinds(tf, keras):
    inputs, state = keras.Input(batch_shape=[2, 4, 3]), keras.Input(batch_shape=[2, 4])
    keras.layers.LSTM(4)(inputs, initial_state=[state, tf.zeros([2, 4])])


@error_case("expected ndim=3, found ndim=2")
def inputs_of_rank_two(tf, keras):
    keras.layers.LSTM(4)(x(tf, 2, 3))


@error_case("must have rank at least 3")
def inputs_of_rank_two_of_a_cell(tf, keras):
    keras.layers.RNN(keras.layers.GRUCell(4))(x(tf, 2, 3))


@error_case()
def unknown_depth(tf, keras):
    keras.layers.LSTM(4)(x(tf, 2, 4, None))


@error_case("expected ndim=5, found ndim=4")
def convolution_of_rank_four(tf, keras):
    keras.layers.ConvLSTM2D(4, 2)(x(tf, 2, 3, 4, 5))


@error_case("Unrolling is not possible with convolutional RNNs.")
def convolution_unrolled(tf, keras):
    keras.layers.ConvLSTM2D(4, 2, unroll=True)


@error_case("batch_size and dtype cannot be None while constructing initial state")
def first_state_of_nothing(tf, keras):
    keras.layers.LSTMCell(4).get_initial_state()


@error_case("batch_size and dtype cannot be None while constructing initial state")
def first_state_without_a_dtype(tf, keras):
    keras.layers.GRUCell(4).get_initial_state(batch_size=3)


# -- Bidirectional -------------------------------------------------------------------------------------------------


@error_case("Invalid merge mode. Received: minus.")
def merge_mode(tf, keras):
    keras.layers.Bidirectional(keras.layers.LSTM(4), merge_mode="minus")


@error_case("Please initialize `Bidirectional` layer with a `tf.keras.layers.Layer` instance.")
def bidirectional_of_no_layer(tf, keras):
    keras.layers.Bidirectional(lambda inputs: inputs)


@error_case("`backward_layer` need to be a `tf.keras.layers.Layer` instance.")
def backward_layer_that_is_none(tf, keras):
    keras.layers.Bidirectional(keras.layers.LSTM(4), backward_layer=3)


@error_case("Forward layer and backward layer should have different `go_backwards` value.")
def both_go_forward(tf, keras):
    keras.layers.Bidirectional(keras.layers.LSTM(4), backward_layer=keras.layers.LSTM(4))


@error_case("Forward layer and backward layer are expected to have the same value for attribute", '"return_sequences"')
def one_returns_sequences(tf, keras):
    backward = keras.layers.LSTM(4, go_backwards=True)
    keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True), backward_layer=backward)


@error_case('"stateful"')
def one_is_stateful(tf, keras):
    backward = keras.layers.LSTM(4, go_backwards=True)
    keras.layers.Bidirectional(keras.layers.LSTM(4, stateful=True), backward_layer=backward)


@error_case('"return_state"')
def one_returns_its_state(tf, keras):
    backward = keras.layers.LSTM(4, go_backwards=True)
    keras.layers.Bidirectional(keras.layers.LSTM(4, return_state=True), backward_layer=backward)


@error_case("the state should be a list containing the states of the underlying RNNs.")
def odd_number_of_states(tf, keras):
    keras.layers.Bidirectional(keras.layers.GRU(4))(x(tf), initial_state=[x(tf, 2, 4)])


@error_case("the state should be a list containing the states of the underlying RNNs.")
def one_tensor_for_two_states(tf, keras):
    keras.layers.Bidirectional(keras.layers.GRU(4))(x(tf), initial_state=x(tf, 2, 4))


@error_case("Layer must be stateful.")
def reset_of_a_bidirectional_layer(tf, keras):
    keras.layers.Bidirectional(keras.layers.GRU(4)).reset_states()


# -- wrappers of cells, cuDNN --------------------------------------------------------------------------------------


@error_case("Masking is not supported for CuDNN RNNs.")
def cudnn_with_a_mask(tf):
    layer = tf.keras.layers.CuDNNLSTM(4)
    layer.supports_masking = True
    layer(x(tf), mask=tf.ones([2, 4], tf.bool))


@facts()
def what_there_is(tf, keras):
    names = ("CuDNNLSTM", "CuDNNGRU", "AbstractRNNCell", "ConvLSTM1D", "ConvLSTM3D", "StackedRNNCells")
    return [[hasattr(layers, name) for name in names] for layers in (keras.layers, tf.keras.layers)]
