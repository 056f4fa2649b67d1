"""dynamic_rnn: what it refuses, by class and by what the message must name."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import error_case, normal, run_error_case


def lstm(tf, x, **options):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, **options)


@error_case("is not an RNNCell", "output_size", "state_size", "zero_state", "callable")
def no_cell(tf):
    return tf.nn.dynamic_rnn(object(), tf.zeros([2, 3, 4]), dtype=tf.float32)


@error_case("is not an RNNCell", "output_size")
def cell_is_a_number(tf):
    return tf.nn.dynamic_rnn(4, tf.zeros([2, 3, 4]), dtype=tf.float32)


@error_case("is not an RNNCell")
def cell_without_a_zero_state(tf):
    class Half:
        state_size = output_size = 3

        def __call__(self, inputs, state, scope=None):
            return inputs, state

    return tf.nn.dynamic_rnn(Half(), tf.zeros([2, 3, 4]), dtype=tf.float32)


@error_case("None values not supported")
def inputs_none(tf):
    return lstm(tf, None, dtype=tf.float32)


@error_case(instead=ValueError)
def inputs_empty_list(tf):
    return lstm(tf, [], dtype=tf.float32)


@error_case(instead=ValueError)
def inputs_empty_tuple(tf):
    return lstm(tf, (), dtype=tf.float32)


@error_case("Input tensor should have rank >= 2. Received input=")
def inputs_of_rank_one(tf):
    return lstm(tf, tf.zeros([4]), dtype=tf.float32)


@error_case("must have rank at least 3")
def inputs_of_rank_two(tf):
    return lstm(tf, tf.zeros([4, 2]), dtype=tf.float32)


@error_case("Input size (depth of inputs) must be accessible via shape inference, but saw value None")
def unknown_depth(tf):
    return lstm(tf, tf.placeholder(tf.float32, [2, 3, None]), dtype=tf.float32)


def pair_of_inputs(tf, first, second):
    class Pair(tf.nn.rnn_cell.RNNCell):
        state_size = 2
        output_size = 2

        def call(self, inputs, state):
            return state, state

    return tf.nn.dynamic_rnn(Pair(), (tf.zeros(first), tf.zeros(second)), dtype=tf.float32)


@error_case("Time steps is not the same for all the elements in the input in a batch")
def different_time_steps(tf):
    return pair_of_inputs(tf, [2, 3, 4], [2, 5, 4])


@error_case("Batch_size is not the same for all the elements in the input")
def different_batch_sizes(tf):
    return pair_of_inputs(tf, [2, 3, 4], [3, 3, 4])


@error_case("If no initial_state is provided, argument `dtype` must be specified")
def neither_state_nor_dtype(tf):
    return lstm(tf, tf.zeros([2, 3, 4]))


@error_case("Argument sequence_length must be a vector of length batch_size")
def scalar_length(tf):
    return lstm(tf, tf.zeros([2, 3, 4]), sequence_length=3, dtype=tf.float32)


@error_case("Argument sequence_length must be a vector of length batch_size")
def matrix_of_lengths(tf):
    return lstm(tf, tf.zeros([2, 3, 4]), sequence_length=[[1, 2]], dtype=tf.float32)


@error_case("2", "3")
def too_many_lengths(tf):
    return lstm(tf, tf.zeros([2, 3, 4]), sequence_length=[1, 2, 3], dtype=tf.float32)


@run_error_case(lambda rng: {"x": normal(rng, 2, 3, 4), "n": np.array([1, 2, 3], "int32")})
def too_many_lengths_when_it_runs(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    return lstm(tf, x, sequence_length=tf.placeholder(tf.int32, [None], "n"), dtype=tf.float32)


@error_case("parallel_iterations must be int")
def parallel_iterations_not_an_integer(tf):
    return lstm(tf, tf.zeros([2, 3, 4]), dtype=tf.float32, parallel_iterations=2.5)


@error_case("has tensors of different inferred dtypes. Unable to infer a single representative dtype")
def heterogeneous_state_without_dtype(tf):
    class Visits(tf.nn.rnn_cell.RNNCell):
        state_size = (4, 1)
        output_size = 4

        def call(self, inputs, state):
            return inputs, state

    start = (tf.zeros([2, 4]), tf.zeros([2, 1], tf.int32))
    return tf.nn.dynamic_rnn(Visits(), tf.zeros([2, 3, 4]), initial_state=start)


@error_case("Unable to infer dtype from argument state=")
def empty_state_without_dtype(tf):
    class Stateless(tf.nn.rnn_cell.RNNCell):
        state_size = ()
        output_size = 4

        def call(self, inputs, state):
            return inputs, state

    return tf.nn.dynamic_rnn(Stateless(), tf.zeros([2, 3, 4]), initial_state=())


@error_case("float64", "float32")
def double_inputs_with_single_state(tf):
    return lstm(tf, tf.zeros([2, 3, 4], tf.float64), dtype=tf.float32)


def output_cell(tf, output, size=3):
    class Given(tf.nn.rnn_cell.RNNCell):
        state_size = 2
        output_size = size

        def call(self, inputs, state):
            return output(inputs), state

    return Given()


@error_case("int32", "float32")
def output_of_another_dtype(tf):
    cell = output_cell(tf, lambda x: tf.cast(x, tf.int32))
    return tf.nn.dynamic_rnn(cell, tf.zeros([2, 4, 3]), [1, 2], dtype=tf.float32)


@error_case("Inconsistent shapes", "(2, 3)", "(2, 7)")
def output_size_is_not_the_outputs_width(tf):
    return tf.nn.dynamic_rnn(output_cell(tf, lambda x: x, 7), tf.zeros([2, 4, 3]), dtype=tf.float32)


@error_case("7", "3")
def output_size_is_not_the_outputs_width_with_lengths(tf):
    return tf.nn.dynamic_rnn(output_cell(tf, lambda x: x, 7), tf.zeros([2, 4, 3]), [1, 2], dtype=tf.float32)


def state_changer(tf, lengths):
    class Changer(tf.nn.rnn_cell.RNNCell):
        state_size = 3
        output_size = 3

        def call(self, inputs, state):
            return inputs, (state, state)

    return tf.nn.dynamic_rnn(Changer(), tf.zeros([2, 4, 3]), lengths, dtype=tf.float32)


@error_case("The two structures don't have the same nested structure")
def cell_changes_the_structure_of_its_state(tf):
    return state_changer(tf, None)


@error_case("The two structures don't have the same nested structure")
def cell_changes_the_structure_of_its_state_with_lengths(tf):
    return state_changer(tf, [1, 2])


@error_case("The two structures don't have the same nested structure")
def plain_tuple_for_an_lstm_state(tf):
    return lstm(tf, tf.zeros([2, 4, 3]), initial_state=(tf.zeros([2, 3]), tf.zeros([2, 3])))


@error_case("The two structures don't have the same nested structure")
def list_for_an_lstm_state_with_lengths(tf):
    return lstm(tf, tf.zeros([2, 4, 3]), sequence_length=[1, 2], initial_state=[tf.zeros([2, 3]), tf.zeros([2, 3])])


@error_case()
def one_tensor_for_an_lstm_state(tf):
    return lstm(tf, tf.zeros([2, 4, 3]), initial_state=tf.zeros([2, 3]))


@error_case("7", "8")
def state_of_the_wrong_width(tf):
    cell = tf.nn.rnn_cell.GRUCell(4)
    cell.build([None, 4])
    return tf.nn.dynamic_rnn(cell, tf.zeros([2, 5, 4]), initial_state=tf.zeros([2, 3]))


@error_case("2", "3")
def state_of_the_wrong_batch(tf):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(4), tf.zeros([2, 5, 4]), initial_state=tf.zeros([3, 4]))


@error_case("rnn/lstm_cell/kernel already exists, disallowed. Did you mean to set reuse=True")
def second_cell_in_one_scope(tf):
    lstm(tf, tf.zeros([2, 3, 4]), dtype=tf.float32)
    return lstm(tf, tf.zeros([2, 3, 4]), dtype=tf.float32)


@error_case()
def one_cell_with_another_depth(tf):
    cell = tf.nn.rnn_cell.LSTMCell(3)
    tf.nn.dynamic_rnn(cell, tf.zeros([2, 3, 4]), dtype=tf.float32)
    return tf.nn.dynamic_rnn(cell, tf.zeros([2, 3, 5]), dtype=tf.float32)


@error_case()
def scope_is_a_number(tf):
    return lstm(tf, tf.zeros([2, 3, 4]), dtype=tf.float32, scope=3)


def integers_into(name):
    @error_case("RNN cell only supports floating point inputs, but received dtype", name=f"integers_into_{name}")
    def build(tf):
        cell = getattr(tf.nn.rnn_cell, name)(3)
        return tf.nn.dynamic_rnn(cell, tf.zeros([2, 3, 4], tf.int32), dtype=tf.int32)


for cell_name in ("LSTMCell", "GRUCell", "BasicRNNCell", "BasicLSTMCell"):
    integers_into(cell_name)
