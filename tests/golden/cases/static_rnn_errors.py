"""What static_rnn, static_bidirectional_rnn and static_state_saving_rnn refuse."""

from __future__ import annotations

from tests.golden.registry import error_case


def gru(tf, inputs, **options):
    return tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), inputs, **options)


def both(tf, inputs, **options):
    return tf.nn.static_bidirectional_rnn(tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.GRUCell(3), inputs, **options)


def steps(tf, *shapes):
    return [tf.placeholder(tf.float32, shape) for shape in shapes]


@error_case("The argument 'cell'", "is not an RNNCell")
def no_cell(tf):
    return tf.nn.static_rnn(object(), [tf.zeros([2, 4])], dtype=tf.float32)


@error_case("The argument 'cell_bw'", "is not an RNNCell")
def no_backward_cell(tf):
    return tf.nn.static_bidirectional_rnn(tf.nn.rnn_cell.GRUCell(3), 3, [tf.zeros([2, 4])], dtype=tf.float32)


def over(function, name):
    @error_case("Argument `inputs` must be a sequence. Received: ", name=f"one_tensor_as_inputs_of_{name}")
    def tensor(tf):
        return function(tf, tf.zeros([3, 2, 4]), dtype=tf.float32)

    @error_case("Argument `inputs` must be a sequence. Received: None", name=f"none_as_inputs_of_{name}")
    def none(tf):
        return function(tf, None, dtype=tf.float32)

    @error_case("Argument `inputs` must not be empty.", name=f"no_inputs_of_{name}")
    def empty(tf):
        return function(tf, [], dtype=tf.float32)

    @error_case("If no initial_state is provided, argument `dtype` must be specified", name=f"no_dtype_of_{name}")
    def no_dtype(tf):
        return function(tf, [tf.zeros([2, 4])])

    @error_case("Argument `sequence_length` must be a vector of length 2", name=f"a_scalar_length_of_{name}")
    def scalar(tf):
        return function(tf, [tf.zeros([2, 4])], dtype=tf.float32, sequence_length=4)

    @error_case("Argument `sequence_length` must be a vector of length 2", name=f"a_matrix_of_lengths_of_{name}")
    def matrix(tf):
        return function(tf, [tf.zeros([2, 4])], dtype=tf.float32, sequence_length=[[1, 2]])


over(gru, "static_rnn")
over(both, "static_bidirectional_rnn")


@error_case("Dimensions 2 and 3 are not compatible")
def different_batches(tf):
    return gru(tf, [tf.zeros([2, 4]), tf.zeros([3, 4])], dtype=tf.float32)


@error_case("Input size (dimension 0 of input", "must be accessible via shape inference, but saw value None.")
def unknown_width(tf):
    return gru(tf, steps(tf, [2, 4], [2, None]), dtype=tf.float32)


@error_case("Input size (dimension 1 of input", "must be accessible via shape inference, but saw value None.")
def unknown_second_width(tf):
    return gru(tf, steps(tf, [2, 4, None]), dtype=tf.float32)


@error_case("must have rank at least 2")
def a_later_step_of_rank_one(tf):
    return gru(tf, steps(tf, [2, 4], [2]), dtype=tf.float32)


@error_case("2", "3")
def too_many_lengths(tf):
    return gru(tf, [tf.zeros([2, 4]), tf.zeros([2, 4])], dtype=tf.float32, sequence_length=[1, 2, 3])


@error_case("already exists, disallowed. Did you mean to set reuse=True")
def a_second_cell_in_one_scope(tf):
    gru(tf, [tf.zeros([2, 4])], dtype=tf.float32)
    return gru(tf, [tf.zeros([2, 4])], dtype=tf.float32)


@error_case("RNN cell only supports floating point inputs, but received dtype")
def integers(tf):
    return gru(tf, [tf.zeros([2, 4], tf.int32)], dtype=tf.int32)


@error_case()
def steps_of_other_widths(tf):
    return gru(tf, [tf.zeros([2, 4]), tf.zeros([2, 5])], dtype=tf.float32)


@error_case("The two structures don't have the same nested structure")
def a_plain_tuple_for_an_lstm_state_with_lengths(tf):
    cell = tf.nn.rnn_cell.LSTMCell(3)
    state = tf.zeros([2, 3]), tf.zeros([2, 3])
    return tf.nn.static_rnn(cell, [tf.zeros([2, 4])] * 2, initial_state=state, sequence_length=[1, 2])


@error_case("has tensors of different inferred dtypes")
def heterogeneous_state_without_dtype(tf):
    class Visits(tf.nn.rnn_cell.RNNCell):
        state_size = (4, 1)
        output_size = 4

        def call(self, inputs, state):
            return inputs, state

    start = (tf.zeros([2, 4]), tf.zeros([2, 1], tf.int32))
    return tf.nn.static_rnn(Visits(), [tf.zeros([2, 4])], initial_state=start, sequence_length=[1, 1])


class Saver:
    def __init__(self, tf):
        self.tf = tf

    def state(self, name):
        return self.tf.zeros([2, 3])

    def save_state(self, name, value):
        return self.tf.identity(value)


def saving(tf, cell, name):
    return tf.nn.static_state_saving_rnn(cell, [tf.zeros([2, 4])], Saver(tf), name)


@error_case("Argument `state_name` should be the same type as `cell.state_size`. Received: state_name=('s',)")
def a_tuple_of_names_for_one_state(tf):
    return saving(tf, tf.nn.rnn_cell.GRUCell(3), ("s",))


@error_case("Argument `state_name` should be the same type as `cell.state_size`.")
def one_name_for_two_states(tf):
    return saving(tf, tf.nn.rnn_cell.LSTMCell(3), "s")


@error_case("Number of elements in argument `state_name` and `cell.state_size` are mismatched.", "with 1 elements")
def too_few_names(tf):
    return saving(tf, tf.nn.rnn_cell.LSTMCell(3), ("s",))


@error_case("has no attribute 'state_size'")
def no_cell_to_save_the_state_of(tf):
    return saving(tf, object(), "s")
