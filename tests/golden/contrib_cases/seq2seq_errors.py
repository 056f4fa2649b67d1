"""What tf.contrib.seq2seq refuses while it records."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import error_case, run_error_case


def helper(tf, rows=2, end=2):
    return tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.zeros([5, 3]), tf.zeros([rows], tf.int32), end)


def cell(tf):
    return tf.nn.rnn_cell.GRUCell(4)


def decoder(tf, **options):
    return tf.contrib.seq2seq.BasicDecoder(cell(tf), helper(tf), tf.zeros([2, 4]), **options)


def luong(tf, units=4, batch=2):
    return tf.contrib.seq2seq.LuongAttention(units, tf.zeros([batch, 3, 5]))


@error_case("Expected decoder to be type Decoder, but saw")
def decoding_with_no_decoder(tf):
    tf.contrib.seq2seq.dynamic_decode(cell(tf))


@error_case("maximum_iterations must be a scalar")
def limit_is_a_vector(tf):
    tf.contrib.seq2seq.dynamic_decode(decoder(tf), maximum_iterations=[3])


@error_case("helper must be a Helper, received")
def helper_is_none(tf):
    tf.contrib.seq2seq.BasicDecoder(cell(tf), cell(tf), tf.zeros([2, 4]))


@error_case("output_layer must be a Layer, received")
def output_layer_is_none(tf):
    decoder(tf, output_layer=lambda x: x)


@error_case("is not an RNNCell")
def decoders_cell_is_none(tf):
    tf.contrib.seq2seq.BasicDecoder(tf.zeros([2]), helper(tf), tf.zeros([2, 4]))


@error_case("start_tokens must be a vector")
def start_tokens_are_a_scalar(tf):
    tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.zeros([5, 3]), 1, 2)


@error_case("end_token must be a scalar")
def end_token_is_a_vector(tf):
    tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.zeros([5, 3]), [1], [2])


@error_case("Expected outputs to be a single Tensor, got")
def greedy_choice_of_a_nest(tf):
    helper(tf).sample(0, [tf.zeros([2, 5])], None)


@error_case("batch_size accessed before initialize was called")
def batch_of_a_custom_helper_asked_too_early(tf):
    tf.contrib.seq2seq.CustomHelper(lambda: None, lambda: None, lambda: None).batch_size  # noqa: B018


@error_case("Expected sequence_length to be a vector")
def training_length_is_a_scalar(tf):
    tf.contrib.seq2seq.TrainingHelper(tf.zeros([2, 3, 4]), 3)


@error_case("don't have the same")
def structure_of_the_state_changes(tf):
    class Bad(tf.nn.rnn_cell.GRUCell):
        def call(self, inputs, state):
            return state, (state, state)

    tf.contrib.seq2seq.dynamic_decode(
        tf.contrib.seq2seq.BasicDecoder(Bad(4), helper(tf), tf.zeros([2, 4])), maximum_iterations=2
    )


@error_case("enters the loop with shape (2, 4), but has shape (2, 8) after one iteration")
def shape_of_the_state_changes(tf):
    class Bad(tf.nn.rnn_cell.GRUCell):
        def call(self, inputs, state):
            return state, tf.concat([state, state], 1)

    tf.contrib.seq2seq.dynamic_decode(
        tf.contrib.seq2seq.BasicDecoder(Bad(4), helper(tf), tf.zeros([2, 4])), maximum_iterations=2
    )


@error_case("Inconsistent shapes")
def outputs_are_not_of_their_size(tf):
    class Bad(tf.nn.rnn_cell.GRUCell):
        output_size = tf.TensorShape([5])

    tf.contrib.seq2seq.dynamic_decode(
        tf.contrib.seq2seq.BasicDecoder(Bad(4), helper(tf), tf.zeros([2, 4])), maximum_iterations=2
    )


@error_case("is not a Layer")
def query_layer_is_none(tf):
    class Own(tf.contrib.seq2seq.LuongAttention.__mro__[1]):
        pass

    Own(query_layer=3, memory=tf.zeros([2, 3, 4]), probability_fn=tf.nn.softmax, memory_layer=tf.layers.Dense(3))


@error_case("probability_fn must be callable, saw type: int")
def probability_function_is_none(tf):
    class Own(tf.contrib.seq2seq.LuongAttention.__mro__[1]):
        pass

    Own(query_layer=None, memory=tf.zeros([2, 3, 4]), probability_fn=3, memory_layer=tf.layers.Dense(3))


@error_case("to have fully defined inner dims, but saw shape")
def memory_of_unknown_depth(tf):
    tf.contrib.seq2seq.LuongAttention(4, tf.placeholder(tf.float32, [None, None, None]))


@error_case("Incompatible or unknown inner dimensions between query and keys", "Perhaps you need to set num_units")
def luong_of_another_depth(tf):
    luong(tf, 3)(tf.zeros([2, 4]), None)


@error_case("mode must be 'recursive', 'parallel', or 'hard'")
def monotonic_mode_is_unknown(tf):
    tf.contrib.seq2seq.monotonic_attention(tf.zeros([2, 3]), tf.zeros([2, 3]), "soft")


@error_case("attention_mechanism must be an AttentionMechanism or list of", "saw type: int")
def mechanism_is_none(tf):
    tf.contrib.seq2seq.AttentionWrapper(cell(tf), 3)


@error_case("attention_mechanism must contain only instances of AttentionMechanism", "saw type: int")
def a_mechanism_of_several_is_none(tf):
    tf.contrib.seq2seq.AttentionWrapper(cell(tf), [luong(tf), 3])


@error_case("cell_input_fn must be callable, saw type: int")
def input_function_is_none(tf):
    tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf), cell_input_fn=3)


@error_case("Only one of attention_layer_size and attention_layer should be set")
def two_ways_to_say_the_layer(tf):
    tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf), attention_layer_size=3, attention_layer=tf.layers.Dense(3))


@error_case("attention_layer_size must contain exactly one integer per attention_mechanism, saw: 1 vs 2")
def too_few_layer_sizes(tf):
    tf.contrib.seq2seq.AttentionWrapper(cell(tf), [luong(tf), luong(tf)], attention_layer_size=3)


@error_case("attention_layer must contain exactly one layer per attention_mechanism, saw: 2 vs 1")
def too_many_layers(tf):
    layers = [tf.layers.Dense(3), tf.layers.Dense(3)]
    tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf), attention_layer=layers)


@error_case("Expected state to be instance of AttentionWrapperState. Received type")
def state_without_attention(tf):
    wrapper = tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf))
    wrapper(tf.zeros([2, 3]), tf.zeros([2, 4]))


@error_case("When calling zero_state of AttentionWrapper attention_wrapper: Non-matching batch sizes")
def zero_state_of_other_rows(tf):
    tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf)).zero_state(6, tf.float32)


@error_case("Non-matching batch sizes between the memory (encoder output) and initial_cell_state")
def initial_cell_state_of_other_rows(tf):
    tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf), initial_cell_state=tf.zeros([3, 4]))


@error_case(
    "When applying AttentionWrapper", "Non-matching batch sizes between the memory (encoder output) and the query"
)
def query_of_other_rows(tf):
    wrapper = tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf))
    state = wrapper.zero_state(2, tf.float32)
    wrapper(tf.zeros([3, 3]), state._replace(cell_state=tf.zeros([3, 4]), attention=tf.zeros([3, 5])))


@error_case()
def cloned_with_another_structure(tf):
    wrapper = tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf))
    wrapper.zero_state(2, tf.float32).clone(cell_state=(tf.zeros([2, 4]), tf.zeros([2, 4])))


@error_case()
def cloned_with_another_shape(tf):
    wrapper = tf.contrib.seq2seq.AttentionWrapper(cell(tf), luong(tf))
    wrapper.zero_state(2, tf.float32).clone(cell_state=tf.zeros([2, 5]))


@error_case("All values in memory_sequence_length must be greater than zero.")
def memory_of_no_steps_that_is_constant(tf):
    mechanism = tf.contrib.seq2seq.LuongAttention(4, tf.zeros([2, 3, 5]), [3, 0])
    mechanism(tf.zeros([2, 4]), None)


@error_case("t must have statically known rank")
def tiling_a_scalar(tf):
    tf.contrib.seq2seq.tile_batch(tf.constant(3), 2)


def beams(tf, state, **options):
    return tf.contrib.seq2seq.BeamSearchDecoder(cell(tf), tf.zeros([5, 3]), [0, 0], 1, state, 2, **options)


@error_case()
def state_that_was_not_tiled(tf):
    beams(tf, tf.zeros([2, 4]))


@error_case("output_layer must be a Layer, received")
def beams_output_layer_is_none(tf):
    beams(tf, tf.zeros([4, 4]), output_layer=3)


@error_case("start_tokens must be a vector")
def beams_start_tokens_are_a_matrix(tf):
    tf.contrib.seq2seq.BeamSearchDecoder(cell(tf), tf.zeros([5, 3]), [[0]], 1, tf.zeros([4, 4]), 2)


@error_case("end_token must be a scalar")
def beams_end_token_is_a_vector(tf):
    tf.contrib.seq2seq.BeamSearchDecoder(cell(tf), tf.zeros([5, 3]), [0], [1], tf.zeros([2, 4]), 2)


@error_case("coverage_penalty_weight must be 0.0 if no cell is attentional.")
def coverage_penalty_without_attention(tf):
    beams(tf, tf.zeros([4, 4]), coverage_penalty_weight=0.1).initialize()


@error_case()
def beams_imputed(tf):
    tf.contrib.seq2seq.dynamic_decode(beams(tf, tf.zeros([4, 4])), impute_finished=True, maximum_iterations=3)


@error_case("Shape must be rank 3 but is rank 2")
def tree_of_a_matrix(tf):
    matrix = tf.zeros([2, 3], tf.int32)
    tf.contrib.seq2seq.gather_tree(matrix, matrix, [2], 1)


@error_case()
def tree_of_floats(tf):
    ids = tf.zeros([2, 3, 4])
    tf.contrib.seq2seq.gather_tree(ids, ids, [2, 2, 2], 1)


@error_case()
def tree_of_other_rows(tf):
    ids = tf.zeros([2, 3, 4], tf.int32)
    tf.contrib.seq2seq.gather_tree(ids, ids, [2, 2], 1)


@error_case("Logits must be a [batch_size x sequence_length x logits] tensor")
def loss_of_a_matrix(tf):
    tf.contrib.seq2seq.sequence_loss(tf.zeros([2, 3]), tf.zeros([2, 3], tf.int32), tf.zeros([2, 3]))


@error_case("Weights must be a [batch_size x sequence_length] tensor")
def loss_of_a_vector_of_weights(tf):
    tf.contrib.seq2seq.sequence_loss(tf.zeros([2, 3, 4]), tf.zeros([2, 3], tf.int32), tf.zeros([2]))


@error_case("average_across_timesteps and sum_over_timesteps cannot be set to True at same time.")
def loss_reduced_in_two_ways(tf):
    tf.contrib.seq2seq.sequence_loss(
        tf.zeros([2, 3, 4]), tf.zeros([2, 3], tf.int32), tf.zeros([2, 3]), sum_over_timesteps=True
    )


@run_error_case(lambda rng: {"n": np.array([4, 1], "int32")})
def training_length_past_the_end(tf):
    n = tf.placeholder(tf.int32, [None], "n")
    taught = tf.contrib.seq2seq.TrainingHelper(tf.ones([2, 3, 3]), n)
    return tf.contrib.seq2seq.dynamic_decode(tf.contrib.seq2seq.BasicDecoder(cell(tf), taught, tf.zeros([2, 4])))
