"""Which test shows what: the boxes of the catalogue of tests that this project is to equal, and who covers each.

A box is covered by golden cases (``family/name``) and by tests (``folder/test_file.py::test_name``, under ``tests``),
separated by blanks; ``*`` in the name of a case stands for anything. A box that has none says why not in ``LEFT_OUT``.
``test_catalogue.py`` sees to it that all of them are there.
"""

from __future__ import annotations

# TensorFlow's rnn_test.
A = {
    "A1": "dynamic_rnn_errors/scalar_length dynamic_rnn_errors/matrix_of_lengths",
    "A2": "dynamic_rnn_errors/integers_into_LSTMCell dynamic_rnn_errors/integers_into_GRUCell"
    " dynamic_rnn_errors/integers_into_BasicRNNCell dynamic_rnn_errors/integers_into_BasicLSTMCell",
    "A3": "recurrences_in_corners/batches_of_inputs_and_states dynamic_rnn/static_shapes_of_outputs_and_states",
    "A4": "dynamic_rnn_structures/scalar_counter",
    "A5": "recurrences_in_corners/outputs_of_different_widths_in_a_nest",
    "A7": "dynamic_rnn_structures/tensor_array_state",
    "A8": "cells/error_initial_state_of_nothing cells/error_initial_state_of_another_batch"
    " cells/error_initial_state_of_another_dtype cells/initial_states"
    " tf/rnn_cell/test_cell_states.py::test_initial_states_follow_the_inputs",
    "A9": "recurrences_in_corners/cells_built_by_hand_in_both_precisions cells/built_before_it_is_called",
    "A10": "cells/lstm_and_basic_lstm_share_weights",
    "A11": "keras_cells/SimpleRNNCell_in_dynamic_rnn",
    "A12": "keras_cells/GRUCell_in_dynamic_rnn",
    "A13": "keras_cells/LSTMCell_in_dynamic_rnn",
    "A14": "keras_cells/StackedRNNCells_in_dynamic_rnn",
    "A15": "keras_cells/SimpleRNNCell_in_static_rnn",
    "A16": "keras_cells/keras_layer_gives_what_dynamic_rnn_gives",
    "A17": "keras_cells/simple_cell_gives_what_the_basic_one_gives",
    "A-bench": "tf/rnn/test_static_rnn.py::test_static_and_dynamic_become_the_same_operators"
    " dynamic_rnn/other_arguments_change_no_value"
    " tf/rnn/test_shared_weights.py::test_states_in_a_tuple_and_in_one_tensor_are_the_same_bit_for_bit",
}

# contrib's core_rnn_test.
B = {
    "B1": "static_rnn_errors/a_scalar_length_of_static_rnn",
    "B2": "static_rnn/a_cell_that_adds_one",
    "B4": "static_rnn/a_cell_that_adds_one static_rnn/lengths_of_int64",
    "B5": "static_rnn/scopes_and_sharing",
    "B6": "static_rnn/lstm_without_lengths",
    "B7": "static_rnn/clipped_to_zero_without_lengths static_rnn/clipped_to_zero_with_lengths"
    " tf/rnn_cell/test_cell_formulas.py::test_a_clip_of_zero_leaves_exact_zeros",
    "B8": "state_saving_rnn/one_state state_saving_rnn/a_saver_that_starts_with_zeros",
    "B9": "state_saving_rnn/two_states",
    "B10": "state_saving_rnn/four_layers_with_nested_names"
    " tf/rnn/test_state_saving_rnn.py::test_what_is_saved_is_the_final_state",
    "B11": "static_rnn/projected_lstm_without_lengths",
    "B12": "tf/rnn/test_shared_weights.py::test_states_in_a_tuple_and_in_one_tensor_are_the_same_bit_for_bit"
    " static_rnn_structures/four_layers_statically_and_dynamically",
    "B13": "tf/rnn_cell/test_cell_variables.py::test_shards_do_not_split_the_variables",
    "B14": "tf/rnn_cell/test_cell_variables.py::test_shards_do_not_split_the_variables contrib_lstms/*_coupled_shards",
    "B15": "static_rnn/double_precision",
    "B16": "recurrences_in_corners/doubles_through_a_dropout_that_keeps_all",
    "B17": "static_rnn/scopes_and_sharing",
    "B18": "recurrences_in_corners/shared_variables_under_other_name_scopes",
    "B19": "dynamic_rnn/lstm_of_unknown_batch_and_time",
    "B20": "static_rnn/one_cell_used_statically_and_dynamically",
    "B21": "static_rnn_structures/four_layers_statically_and_dynamically",
    "B22": "static_rnn_structures/four_layers_statically_and_dynamically"
    " tf/rnn/test_static_rnn.py::test_static_and_dynamic_become_the_same_operators",
    "B23": "static_bidirectional_rnn/lstm_with_lengths static_bidirectional_rnn/gru_with_lengths",
    "B24": "static_bidirectional_rnn/lstm_without_lengths static_bidirectional_rnn/gru_without_lengths",
    "B25": "bidirectional_rnn/*_of_unknown_batch_and_time bidirectional_rnn/*_with_lengths"
    " bidirectional_rnn/*_time_major_with_lengths bidirectional_rnn/time_major_without_lengths"
    " tf/rnn/test_bidirectional_rnn.py::test_backwards_is_forwards_over_the_reversed_row",
    "B26": "static_bidirectional_rnn/scopes",
    "B27": "bidirectional_rnn/scopes_as_strings_and_objects",
    "B28": "static_rnn_structures/features_of_rank_three_in_all_containers",
    "B29": "static_rnn_structures/nested_inputs_outputs_and_states static_rnn_structures/nested_in_both_directions"
    " static_rnn_structures/nested_from_saved_states dynamic_rnn_structures/two_inputs_as_a_tuple"
    " tf/rnn/test_bidirectional_rnn.py::test_nested_outputs_are_reversed_leaf_by_leaf",
    "B30": "recurrences_in_corners/scopes_of_saved_states_and_of_raw_loops",
    "B31": "dynamic_rnn/gru_with_lengths",
    "B32": "dynamic_rnn/scopes_as_strings_and_objects",
    "B33": "raw_rnn/lstm_walks_a_sequence documentation/raw_rnn_gives_what_dynamic_rnn_gives",
    "B34": "raw_rnn/gru_walks_a_sequence edges/test_edges.py::test_edge_values_on_the_exported_file",
    "B35": "raw_rnn/loop_state_counter",
    "B36": "raw_rnn/loop_state_tensor_array",
    "B37": "raw_rnn/emits_another_structure recurrences_in_corners/emits_of_unknown_width",
    "B38": "recurrences_in_corners/scopes_of_saved_states_and_of_raw_loops",
    "B-bench": "tf/rnn/test_static_rnn.py::test_static_and_dynamic_become_the_same_operators",
}

# contrib's core_rnn_cell_test.
C = {
    "C1": "tf/rnn_cell/test_affine.py::test_linear_of_ones",
    "C2": "tf/rnn_cell/test_cell_variables.py::test_names_shapes_and_order",
    "C3": "tf/rnn_cell/test_cell_variables.py::test_a_getter_can_make_a_cells_variables_not_trainable",
    "C4": "tf/rnn_cell/test_cell_golden_numbers.py::test_gru cells/known_numbers_of_gru",
    "C5": "tf/rnn_cell/test_cell_golden_numbers.py::test_stack_of_lstms_with_one_state_tensor"
    " recurrences_in_corners/known_numbers_of_two_layers_in_half_precision",
    "C6": "recurrences_in_corners/joined_state_of_fewer_rows cells/error_state_of_another_batch",
    "C7": "recurrences_in_corners/joined_state_of_another_width cells/error_state_of_another_width",
    "C8": "cells/plain_tuples_become_lstm_states",
    "C9": "tf/rnn_cell/test_cell_golden_numbers.py::test_stack_of_lstms_with_tuples_of_states",
    "C10": "cells/lstm_step_projection cells/lstm_sequence_projection",
    "C11": "tf/rnn_cell/test_cell_variables.py::test_names_shapes_and_order",
    "C12": "contrib_lstms/*_norm contrib_lstms/*_norm_projection",
    "C13": "tf/rnn_cell/contrib/test_contrib_wrappers.py::test_output_projection",
    "C14": "tf/rnn_cell/contrib/test_contrib_wrappers.py::test_input_projection",
    "C15": "tf/rnn_cell/test_cell_wrappers.py::test_residual_adds_the_input_to_the_output_and_leaves_the_state",
    "C16": "tf/rnn_cell/test_cell_wrappers.py::test_residual_function_gets_inputs_and_outputs",
    "C17": "cells/device",
    "C19": "tf/rnn_cell/contrib/test_contrib_wrappers.py::test_embedding",
    "C20": "tf/rnn_cell/contrib/test_contrib_wrappers.py::test_the_dtype_of_outputs_is_not_that_of_ids"
    " contrib_wrappers/embedding_lstm_int64",
    "C21": "tf/rnn_cell/test_cell_golden_numbers.py::test_stack_of_grus_with_one_state_tensor",
    "C22": "tf/rnn_cell/test_cell_golden_numbers.py::test_stack_of_grus_with_a_tuple_of_states"
    " cells/error_multi_state_is_no_tuple",
    "C23": "tf/rnn_cell/test_cell_golden_numbers.py::test_dropout_that_keeps_everything",
    "C24": "tf/rnn_cell/test_cell_golden_numbers.py::test_dropout_that_keeps_everything"
    " cells/known_numbers_of_dropout_that_keeps",
    "C32": "tf/rnn_cell/test_cell_wrappers.py::test_dropout_shows_the_cell_inside",
    "C33": "tf/rnn_cell/test_cell_wrappers.py::test_a_wrapper_takes_the_zero_state_of_the_cell_inside",
}

NUMBERS = "tf/rnn_cell/test_contrib_golden_numbers.py::test_cells_give_the_numbers_of_tensorflows_tests"

# contrib's rnn_cell_test.
D = {
    "D1": "contrib_gated_cells/*_ind_rnn contrib_gated_cells/*_ind_rnn_float64 contrib_gated_cells/*_indy_gru"
    " contrib_gated_cells/*_indy_gru_float64 contrib_lstms/*_indy contrib_lstms/*_indy_float64"
    " contrib_gated_cells/build_before_call",
    "D2": "contrib_gated_cells/sequence_ind_rnn contrib_gated_cells/shared_and_unshared_names",
    "D3": "contrib_gated_cells/sequence_indy_gru"
    " tf/rnn_cell/test_contrib_cells.py::test_recurrent_vectors_start_within_one",
    "D4": "contrib_lstms/*_indy_float16 contrib_lstms/sequence_indy contrib_gated_cells/shared_and_unshared_names*",
    "D5": "contrib_lstms/*_norm_projection",
    "D6": NUMBERS,
    "D7": NUMBERS,
    "D8": "contrib_cells_in_keras/sru_in_a_layer",
    "D9": "contrib_gated_cells/*_sru_float64 contrib_gated_cells/*_sru_float16",
    "D10": NUMBERS,
    "D11": "contrib_grid_cells/time_freq_step_*"
    " tf/rnn_cell/contrib/test_frequency_cells.py::test_time_frequency_windows_have_one_set_of_weights",
    "D12": "contrib_grid_cells/grid_step_coupled contrib_grid_cells/grid_step_coupled_peepholes",
    "D13": "contrib_grid_cells/grid_step_blocks contrib_grid_cells/grid_sequence_blocks_in_one_state_tensor",
    "D14": "tf/rnn_cell/contrib/test_frequency_cells.py::test_coupled_grid",
    "D15": "tf/rnn_cell/contrib/test_frequency_cells.py::test_bidirectional_grid"
    " contrib_grid_cells/bidirectional_grid_plain",
    "D16": "tf/rnn_cell/contrib/test_frequency_cells.py::test_bidirectional_grid"
    " contrib_grid_cells/bidirectional_grid_offset_behind",
    "D17": "contrib_wrappers/attention_around_nothing contrib_wrappers/attention_to_nothing"
    " contrib_wrappers/attention_to_less_than_nothing contrib_wrappers/attention_with_a_tuple_in_one_tensor",
    "D18": "contrib_wrappers/attention_sequence_*",
    "D19": "contrib_wrappers/attention_steps_*",
    "D20": "contrib_wrappers/attention_steps_sizes contrib_wrappers/attention_steps_lstm_in_one_state_tensor",
    "D21": NUMBERS,
    "D22": NUMBERS,
    "D23": "contrib_cells_in_keras/nas_in_a_layer contrib_cells_in_keras/masked_nas",
    "D24": NUMBERS,
    "D25": NUMBERS,
    "D26": "contrib_cell_errors/intersection_width",
    "D27": "contrib_lstms/*_phased_plain contrib_lstms/*_phased_float64_time contrib_lstms/*_phased_late*",
    "D28": "tf/rnn_cell/contrib/test_conv_lstm.py::test_the_numbers_of_tensorflow"
    " contrib_conv_cells/tensorflows_numbers_1d",
    "D29": "tf/rnn_cell/contrib/test_conv_lstm.py::test_the_numbers_of_tensorflow"
    " contrib_conv_cells/tensorflows_numbers_2d",
    "D30": "tf/rnn_cell/contrib/test_conv_lstm.py::test_the_numbers_of_tensorflow"
    " contrib_conv_cells/tensorflows_numbers_3d",
    "D31": "tf/rnn_cell/contrib/test_contrib_wrappers.py::test_a_closed_highway_is_the_cell"
    " contrib_wrappers/a_closed_highway_is_the_cell_alone",
    "D32": "tf/rnn_cell/test_contrib_cells.py::test_a_grouped_lstm_is_an_lstm_for_each_group"
    " contrib_lstms/*_one_group contrib_lstms/*_groups",
    "D33": "contrib_cell_errors/groups_of_units contrib_cell_errors/groups_of_projection",
    "D34": NUMBERS,
    "D35": "contrib_gated_cells/sequence_cfn",
    "D36": NUMBERS,
    "D37": "contrib_gated_cells/sequence_minimal",
    "D38": "contrib_ntm/steps contrib_ntm/sequence_plain tf/rnn_cell/contrib/test_ntm.py::test_the_formula",
    "D39": NUMBERS,
    "D40": NUMBERS,
    "D41": NUMBERS,
    "D42": "contrib_lstms/*_norm contrib_lstms/*_norm_off"
    " tf/rnn_cell/test_contrib_cells.py::test_cells_without_their_norms_are_lstm_cell",
    "D44": "contrib_wrappers/compiled contrib_wrappers/compiled_steps"
    " tf/rnn_cell/contrib/test_contrib_wrappers.py::test_compiled_is_the_cell_itself",
    "D45": "contrib_lstms/stack_from_a_state cells/multi_lstm",
    "D46": NUMBERS,
    "D47": NUMBERS,
    "D48": NUMBERS,
    "D49": NUMBERS,
}

# lstm_ops, gru_ops and fused.
E = {
    "E1": "contrib_lstms/sequence_block contrib_gated_cells/sequence_gru_block",
    "E2": NUMBERS,
    "E3": "tf/rnn_cell/test_contrib_cells.py::test_the_block_cell_is_lstm_cell_with_the_same_checkpoint",
    "E4": "tf/rnn_cell/test_contrib_cells.py::test_the_block_cell_is_lstm_cell_with_the_same_checkpoint",
    "E5": "tf/rnn_cell/test_contrib_cells.py::test_the_block_cell_is_lstm_cell_with_the_same_checkpoint"
    " contrib_lstms/*_block_peepholes",
    "E6": "contrib_lstms/*_block_clip_and_peepholes contrib_lstms/*_block_float16",
    "E7": "fused_rnn_cells/fused_with_lengths fused_rnn_cells/a_chunk_of_a_stream"
    " tf/rnn/test_fused_rnn_cell.py::test_lengths_outside_count_as_the_end_or_as_none",
    "E8": "tf/rnn_cell/test_contrib_cells.py::test_the_gru_block_cells_are_gru_cell contrib_gated_cells/step_gru_block",
    "E9": "contrib_gated_cells/sequence_gru_block contrib_gated_cells/sequence_gru_block_v2",
    "E10": "fused_rnn_cells/a_tensor_statically fused_rnn_cells/a_tensor_dynamically fused_rnn_cells/a_list_*",
    "E11": "fused_rnn_cells/a_tensor_*_reversed",
    "E12": "stack_bidirectional_rnn/static_with_lengths",
    "E13": "stack_bidirectional_rnn/static_without_lengths",
    "E14": "stack_bidirectional_rnn/initial_states stack_bidirectional_rnn/names_of_variables",
    "E15": "stack_bidirectional_rnn/dynamic_with_lengths",
    "E16": "stack_bidirectional_rnn/dynamic_of_unknown_batch_and_time",
    "E17": "stack_bidirectional_rnn/initial_states stack_bidirectional_rnn/names_of_variables",
    "E18": "tf/rnn/test_cudnn_layers.py::test_the_cells_take_the_layers_weights contrib_cudnn_layers/lstm_1_forwards",
}

STATEFUL = "keras/layers/rnn/test_stateful.py::"

# Keras's tests of recurrent layers.
F = {
    "F1": "keras_rnn_custom/cell_that_is_no_layer keras_rnn_custom/cells_that_are_no_layers",
    "F2": "keras_rnn_custom/cell_of_two_states_that_is_no_layer",
    "F3": "keras_rnn_custom/cell_that_is_a_layer keras_rnn_custom/cells_that_are_layers",
    "F4": "keras_rnn_custom/abstract_cell",
    "F5": "keras_rnn/v2_*_time_major keras_rnn/time_major_list_of_cells keras_rnn_masks/time_major*",
    "F6": "recurrences_in_corners/constants_that_are_inputs_of_keras keras_rnn_custom/constants_of_a_stack"
    " keras_rnn_custom/constants_in_the_list_of_inputs",
    "F7": "keras_rnn_custom/constants",
    "F8": "keras_rnn_custom/constants_and_a_state recurrences_in_corners/constants_that_are_inputs_of_keras",
    "F9": "keras_rnn_custom/constants_and_a_state",
    "F12": "keras_rnn/v2_*_gives_its_state_to_another",
    "F13": "keras_rnn/configuration_round_trip keras_configurations/layers_of_ones_own_by_name"
    " keras/layers/rnn/test_rnn_layer.py::test_a_configuration_holds_constants_and_cells",
    "F14": "keras_rnn/*_with_dropout_that_rests keras_cells/*_with_dropout_that_rests",
    "F15": "recurrences_in_corners/stacked_cells_whose_dropout_rests",
    "F17": "keras_rnn/output_shapes keras_rnn_custom/states_in_reverse_order",
    "F19": "keras_rnn_custom/stack_of_stacks recurrences_in_corners/a_mask_whose_last_valid_output_is_last",
    "F20": "keras_rnn_custom/states_of_rank_three_in_a_stack",
    "F21": "keras_rnn_custom/states_of_rank_three keras_rnn_errors/state_of_rank_three_of_another_width",
    "F22": "keras_rnn_custom/output_of_another_size_than_the_state",
    "F23": "keras_rnn_errors/first_state_of_nothing keras_rnn_errors/first_state_without_a_dtype"
    " keras_cells/first_states",
    "F24": f"keras_rnn_custom/nested_tuples keras_rnn_custom/nested_*_of_a_stack"
    f" {STATEFUL}test_states_of_a_nest_of_inputs_go_on",
    "F25": "keras_rnn_custom/nested_*_with_a_mask",
    "F26": "keras_rnn_custom/nested_tuples_from_states keras_rnn_custom/nested_namedtuples_from_states",
    "F27": "recurrences_in_corners/a_mask_whose_last_valid_output_is_last keras_rnn_masks/last_output_that_is_no_state",
    "F28": "keras_rnn_masks/*_all_zeroed keras_rnn_masks/*_unrolled_zeroed keras_rnn_masks/*_unrolled_last_zeroed",
    "F29": "keras_rnn_custom/one_step_unrolled",
    "F30": "keras_rnn_errors/unrolled_without_a_time keras_rnn_errors/unrolled_lstm_without_a_time",
    "F31": f"{STATEFUL}test_states_are_placeholders_named_after_the_layer"
    " keras/layers/rnn/test_rnn_layer.py::test_the_shape_of_the_first_layer_may_be_said_in_numbers",
    "F32": "keras_rnn_errors/reset_of_a_layer_that_is_not_stateful keras_rnn_errors/reset_with_too_few_states"
    " keras_rnn_errors/reset_with_another_shape keras_rnn_errors/reset_of_a_layer_that_was_not_called",
    "F33": f"{STATEFUL}test_two_chunks_give_what_one_run_gives",
    "F34": f"{STATEFUL}test_a_state_that_is_given_counts_only_while_those_that_go_on_are_zero",
    "F35": f"{STATEFUL}test_a_cell_may_say_what_to_begin_with",
    "F36": f"{STATEFUL}test_states_have_the_dtype_of_the_layer",
    "F37": "keras/layers/rnn/test_rnn_layer.py::test_the_shape_of_the_first_layer_may_be_said_in_numbers",
    "F38": "recurrences_in_corners/an_encoder_of_stacked_cells_starts_a_decoder"
    " keras_rnn/encoder_gives_its_states_to_a_decoder keras_rnn_errors/state_of_another_width_of_a_stack",
    "F40": "keras_rnn_custom/cell_without_a_state",
    "F41": "keras_rnn/*_LSTM_* keras_rnn_masks/LSTM_* keras_rnn_masks/masking_layer keras_rnn_masks/stack_of_cells"
    " keras_rnn_masks/left_padding_is_as_right_padding keras_rnn/keras_inputs"
    f" {STATEFUL}test_reset_states_says_what_to_begin_with {STATEFUL}test_two_chunks_give_what_one_run_gives",
    "F42": "keras_rnn/*_GRU_* keras_rnn_masks/GRU_* keras_rnn/gru_resets_before keras_rnn/v1_gru_resets_after",
    "F43": "keras_rnn/*_SimpleRNN_* keras_rnn_masks/simple_rnn",
    "F44": "keras_bidirectional/* keras_rnn_errors/merge_mode keras_rnn_errors/odd_number_of_states"
    " keras_rnn_errors/one_tensor_for_two_states keras_rnn_errors/both_go_forward"
    " keras_rnn_errors/one_returns_sequences keras_rnn_errors/one_is_stateful keras_rnn_errors/one_returns_its_state"
    " keras_cell_wrappers/residual_both_ways keras/engine/test_layer.py::test_a_layer_of_an_array"
    f" {STATEFUL}test_both_layers_of_a_bidirectional_one_have_states"
    " keras/layers/rnn/test_bidirectional_layer.py::test_configuration_makes_an_equal_layer",
}

PARTS = "layers_read_in_parts"

# What tf2onnx converts: the layer or the construct, and how it is used.
G = {
    "G-LSTM single, state_is_tuple or not": f"{PARTS}/lstm_of_constant_lengths {PARTS}/joined_lstm_of_constant_lengths"
    " cells/lstm_sequence_plain cells/lstm_sequence_state_in_one_tensor",
    "G-LSTM time_major": "dynamic_rnn/lstm_time_major_with_lengths",
    "G-LSTM forget_bias": "cells/lstm_sequence_no_forget_bias cells/basic_lstm_step",
    "G-LSTM constant lengths": f"{PARTS}/lstm_of_constant_lengths {PARTS}/joined_lstm_of_constant_lengths",
    "G-LSTM non-constant lengths": "dynamic_rnn/lstm_with_lengths",
    "G-LSTM placeholder input": "dynamic_rnn/lstm_of_unknown_batch_and_time",
    "G-LSTM zero_state initialiser": f"{PARTS}/lstm_of_two_layers_from_the_zero_state",
    "G-LSTM consume one of (c, h)": "dynamic_rnn/only_the_memory",
    "G-LSTM random weights": "dynamic_rnn/lstm_of_unknown_batch_and_time cells/lstm_sequence_everything",
    "G-LSTM multiple scopes, tuple or not": "dynamic_rnn/two_layers_in_two_scopes"
    f" {PARTS}/*lstm_several_in_both_directions",
    "G-LSTM BasicLSTM": "dynamic_rnn/basic_lstm_with_lengths",
    "G-LSTM output-only": f"{PARTS}/lstm_only_the_outputs {PARTS}/joined_lstm_only_the_outputs",
    "G-LSTM state-only": f"{PARTS}/lstm_only_the_state {PARTS}/joined_lstm_only_the_state",
    "G-LSTM bidirectional: tuple or not": f"{PARTS}/lstm_in_both_directions {PARTS}/joined_lstm_in_both_directions",
    "G-LSTM bidirectional: output-only": f"{PARTS}/*lstm_in_both_directions_only_the_outputs",
    "G-LSTM bidirectional: state-only": f"{PARTS}/*lstm_in_both_directions_only_the_states",
    "G-LSTM bidirectional: partially consumed": f"{PARTS}/*lstm_in_both_directions_partly"
    " bidirectional_rnn/only_the_backward_memory_and_forward_outputs",
    "G-LSTM bidirectional: unknown batch": "bidirectional_rnn/lstm_of_unknown_batch_and_time",
    "G-LSTM several bidirectional of different hidden size": f"{PARTS}/*lstm_several_in_both_directions",
    "G-LSTM several bidirectional of different lengths": f"{PARTS}/*lstm_several_in_both_directions",
    "G-LSTM keras LSTM": "keras_rnn/v1_LSTM_of_sequences keras_rnn/v2_LSTM_of_sequences",
    "G-LSTM hard_sigmoid": "keras_rnn/hard_sigmoid_lstm",
    "G-LSTM bidirectional hard_sigmoid": "recurrences_in_corners/hard_sigmoid_in_both_directions",
    "G-LSTM sigmoid + dropout": "keras_rnn/*_LSTM_with_dropout_that_rests keras_bidirectional/dropout_rests",
    **{
        f"{group} {what}": " ".join(cases)
        for group, kind in (("G-GRU", "gru"), ("G-GRUBlock", "gru_block"), ("G-CudnnCompatibleGRU", "cudnn_gru"))
        for what, cases in {
            "single": [f"{PARTS}/{kind}_of_constant_lengths"],
            "multiple": [f"{PARTS}/{kind}_of_two_layers_from_the_zero_state"],
            "lengths constant or not": [f"{PARTS}/{kind}_of_constant_lengths", f"{PARTS}/{kind}_only_the_outputs"],
            "placeholder": [f"{PARTS}/{kind}_only_the_outputs"],
            "zero_state": [f"{PARTS}/{kind}_of_two_layers_from_the_zero_state"],
            "random weights": [f"{PARTS}/{kind}_of_constant_lengths", f"{PARTS}/{kind}_in_both_directions"],
            "output-only": [f"{PARTS}/{kind}_only_the_outputs"],
            "state-only": [f"{PARTS}/{kind}_only_the_state"],
            "bidirectional": [f"{PARTS}/{kind}_in_both_directions"],
            "bidirectional: output": [f"{PARTS}/{kind}_in_both_directions_only_the_outputs"],
            "bidirectional: state": [f"{PARTS}/{kind}_in_both_directions_only_the_states"],
            "bidirectional: one GRU used twice": [
                f"{PARTS}/{kind}_twice",
                f"{PARTS}/{kind}_twice_only_the_outputs",
                f"{PARTS}/{kind}_twice_only_the_states",
            ],
            "bidirectional: unknown batch": [f"{PARTS}/{kind}_in_both_directions"],
            "bidirectional: partially consumed": [f"{PARTS}/{kind}_in_both_directions_partly"],
            "several bidirectional, different hidden size": [f"{PARTS}/{kind}_several_in_both_directions"],
            "several bidirectional, different lengths": [f"{PARTS}/{kind}_several_in_both_directions"],
        }.items()
    },
    "G-GRU keras GRU": "keras_rnn/v1_GRU_of_sequences keras_rnn/v2_GRU_of_sequences",
    "G-LSTMBlock as LSTM": f"{PARTS}/lstm_block_*",
    "G-LSTMBlock + peephole": "contrib_lstms/sequence_block_peepholes",
    "G-LSTMBlock + cell_clip": "contrib_lstms/sequence_block_clip contrib_lstms/sequence_block_clip_and_peepholes",
    "G-LSTMBlock + attention-wrapper encoder": "seq2seq_attention/wrapper_in_dynamic_rnn_lstm_block_encoder",
    "G-LSTMBlock + multi_rnn": f"{PARTS}/lstm_block_of_two_layers_from_the_zero_state",
    "G-Custom GatedGRU: single": "recurrences_in_corners/gated_unit_alone_and_of_constant_lengths",
    "G-Custom GatedGRU: time_major": "recurrences_in_corners/gated_unit_of_lengths_time_major",
    "G-Custom GatedGRU: constant lengths": "recurrences_in_corners/gated_unit_alone_and_of_constant_lengths",
    "G-Custom GatedGRU: non-constant lengths": "recurrences_in_corners/gated_unit_of_lengths_time_major",
    "G-Custom AttentionWrapper, constant encoder": "seq2seq_attention/wrapper_in_dynamic_rnn_constant_encoder",
    "G-Custom AttentionWrapper, LSTM encoder": "seq2seq_attention/wrapper_in_dynamic_rnn_lstm_encoder",
    "G-Custom AttentionWrapper, GRU encoder": "seq2seq_attention/wrapper_in_dynamic_rnn_gru_encoder_and_lengths",
    "G-Custom AttentionWrapper, None dim": "seq2seq_attention/wrapper_in_dynamic_rnn_lstm_encoder",
    "G-Custom AttentionWrapper, bidirectional encoder": "seq2seq_attention"
    "/wrapper_in_dynamic_rnn_bidirectional_encoder",
    "G-Custom MultiRNN LSTM": "cells/multi_lstm",
    "G-stacked layered LSTM": "dynamic_rnn/two_layers_in_two_scopes keras_rnn/lstms_on_lstms",
    "G-seq2seq dynamic_decode: maximum iterations": "seq2seq_decoders/greedy_lstm"
    " seq2seq_decoders/greedy_with_a_limit_that_is_a_tensor",
    "G-seq2seq dynamic_decode: normal stop": "seq2seq_decoders/never_asked_for_a_limit",
    "G-cudnn cudnngru": "contrib_cudnn_layers/gru_* keras/layers/rnn/test_cudnn_layers.py"
    "::test_values_are_those_of_the_layer_without_cudnn",
    "G-loops simple while": "control_flow/counters control_flow/captures_and_nests",
    "G-loops TensorArray write": "recurrences_in_corners/arrays_read_written_and_both",
    "G-loops TensorArray read": "recurrences_in_corners/arrays_read_written_and_both tensor_array/read_inside_a_loop"
    " tensor_array/carried_and_read_in_one_loop",
    "G-loops TensorArray read + write": "recurrences_in_corners/arrays_read_written_and_both"
    " tensor_array/read_backwards_and_written_forwards",
    "G-loops several scan outputs": "recurrences_in_corners/arrays_read_written_and_both"
    " tensor_array/two_arrays_of_different_dtypes",
    "G-loops condition initially false": "control_flow/counters exporter/test_control.py"
    "::test_loop_without_a_turn_keeps_its_state_and_gives_no_rows",
    "G-loops map_fn": "control_flow/map_fn documentation/map_fn_of_the_documentation",
    "G-loops a variable of changing shape": "control_flow/growing_shapes",
    "G-loops cond subgraphs inside": "control_flow/cond_inside_a_loop",
    "G-cond": "control_flow/cond control_flow/nested_cond control_flow/cond_of_a_dict control_flow/cases"
    " control_flow/cond_inside_a_loop control_flow/loop_inside_a_cond"
    " recurrences_in_corners/loops_and_branches_in_each_other",
    "G-reverse ReverseSequence": "ops_array/reverse_sequence",
    "G-reverse ReverseV2": "ops_array/reverse recurrences_in_corners/axes_reversed_one_by_one_and_together",
    "G-keras2onnx simpleRNN, GRU, GRU_2, LSTM, LSTM_rev": "keras_rnn/v1_SimpleRNN_alone keras_rnn/v1_GRU_alone"
    " keras_rnn/v2_GRU_alone keras_rnn/v1_LSTM_alone keras_rnn/v1_LSTM_backwards",
    "G-keras2onnx time_major": "keras_rnn/v2_*_time_major",
    "G-keras2onnx with_bias, reshape, initializer, seqlen_none": "keras_rnn/*_without_bias"
    " keras_rnn/*_with_its_first_weights keras_rnn/*_of_unknown_batch_and_time"
    " keras_layers/reshaping_of_unknown_lengths",
    "G-keras2onnx bidirectional": "keras_bidirectional/concat_of_sequences keras_bidirectional/time_major"
    " keras_bidirectional/from_states keras_bidirectional/lengths keras_applications/imdb_bidirectional_lstm",
    "G-keras2onnx rnn_state_passing": "keras_rnn/encoder_gives_its_states_to_a_decoder"
    " keras_bidirectional/gives_its_states_to_another",
    "G-keras2onnx masking": "keras_applications/masking keras_applications/masking_and_a_bias"
    " keras_applications/masking_and_both_directions keras_applications/masking_another_value"
    " keras_applications/masking_by_a_layer_of_ones_own",
    "G-keras2onnx timedistributed": "keras_layers/time_distributed* keras_bidirectional/time_distributed_inside",
    "G-keras2onnx recursive (shared) models": "keras_applications/recurrent_models_in_models"
    " keras_models/models_in_models",
    "G-keras2onnx applications": "keras_applications/addition_rnn keras_applications/babi_rnn"
    " keras_applications/imdb_lstm keras_applications/imdb_bidirectional_lstm keras_applications/imdb_cnn_lstm"
    " keras_applications/lstm_text_generation keras_applications/crnn keras_applications/lstm_fcn"
    " keras_applications/mlstm_fcn",
    # What tf2onnx gets wrong.
    "G-bugs LSTMCell(activation=relu)": "cells/lstm_sequence_relu",
    "G-bugs LSTMCell(activation=sigmoid)": "cells/lstm_sequence_sigmoid",
    "G-bugs ResidualWrapper(GRU), ResidualWrapper(LSTM) with lengths": "cells/residual_gru cells/residual_lstm",
    "G-bugs MultiRNNCell with 11 layers": "cells/eleven_layers cells/eleven_lstm_layers"
    " passes/test_recognise.py::test_eleven_layers_are_eleven_native_layers_in_order",
    "G-bugs non-zero initial state with a length-0 row": "dynamic_rnn/*_from_a_state_with_lengths",
    "G-bugs length > T": "dynamic_rnn/*_with_lengths",
    "G-bugs raw_rnn LSTM": "raw_rnn/lstm_walks_a_sequence documentation/raw_rnn_of_an_lstm",
    "G-bugs raw_rnn with feedback and loop_state": "recurrences_in_corners/feedback_and_a_loop_state_in_one_loop"
    " raw_rnn/greedy_decoder_that_keeps_ids_in_its_loop_state",
    "G-bugs T = 0 and B = 0": "edges/test_edges.py::test_edge_values_on_the_exported_file",
    "G-bugs static_rnn and static_bidirectional_rnn become one operator": "tf/rnn/test_static_rnn.py"
    "::test_any_number_of_steps_is_one_recurrence"
    " tf/rnn/test_static_rnn.py::test_static_layers_are_native_in_both_directions",
}

# deepctr.
H = {
    "H1": "models/test_dien.py::test_both_meanings_give_what_deepctr_gave",
    "H2": "models/test_dien.py::test_both_meanings_give_what_deepctr_gave"
    " models/test_dien.py::test_weights_of_negative_samples_serve_the_probability_alone",
    "H3": "deepctr_layers/attention_*",
    "H4": "deepctr_layers/bilstm_*",
    "H5": "recurrences_in_corners/sessions_of_a_user",
}

EDGES = "edges/test_edges.py::test_edge_values_on_the_exported_file"

# Edge cases.
I = {  # noqa: E741 (the section's name)
    "I1": f"dynamic_rnn/*_with_lengths {EDGES}",
    "I2": f"dynamic_rnn/*_from_a_state_with_lengths {EDGES}",
    "I3": "dynamic_rnn/lengths_of_float32 dynamic_rnn/lengths_of_float64 ways_of_writing/fractional_lengths",
    "I4": "dynamic_rnn/*_with_lengths_of_unknown_batch_and_time",
    "I5": "dynamic_rnn/lstm_of_no_steps dynamic_rnn/gru_of_no_steps dynamic_rnn/basic_rnn_of_no_steps",
    "I6": "dynamic_rnn/*_of_no_rows dynamic_rnn/no_rows_with_lengths",
    "I7": EDGES,
    "I8": "dynamic_rnn/*_with_nan_behind_the_lengths static_rnn/*_with_nan_behind_the_lengths"
    " bidirectional_rnn/*_with_nan_behind_the_lengths",
    "I9": "contrib_wrappers/projection_out contrib_wrappers/highway_gru cells/residual_lstm",
    "I10": "dynamic_rnn_structures/scalar_counter_stops_at_the_longest_row"
    " dynamic_rnn_structures/vector_counter_is_masked",
    "I11": "dynamic_rnn_structures/heterogeneous_state",
    "I12": "dynamic_rnn_structures/inputs_of_different_ranks_in_a_dict"
    " dynamic_rnn_structures/namedtuple_states_and_outputs custom_states/deep_namedtuples",
    "I13": "raw_rnn/lstm_walks_a_sequence raw_rnn/loop_state_stays_none raw_rnn/loop_state_kept_by_none"
    " raw_rnn/loop_state_tensor_array recurrences_in_corners/emits_of_unknown_width raw_rnn/greedy_decoder"
    " raw_rnn/finished_is_sticky raw_rnn/nan_of_finished_rows_stays_out decoders/raw_rnn_of_rows_that_end_apart",
    "I14": "tf/rnn/test_static_rnn.py::test_any_number_of_steps_is_one_recurrence static_rnn/*_with_lengths",
    "I15": "static_rnn_structures/features_of_rank_three_in_all_containers",
    "I16": "tf/rnn/test_state_saving_rnn.py::test_two_chunks_are_one_run"
    " tf/rnn/test_state_saving_rnn.py::test_states_are_inputs_and_saved_values_outputs_by_their_names",
    "I17": "deepctr_rnn/agru_scores_of_0_and_1_and_outside deepctr_rnn/agru_a_score_for_each_unit"
    " deepctr_rnn/agru_time_major_but_for_the_scores deepctr_rnn/agru_more_scores_than_steps",
    "I18": "cells/lstm_sequence_relu cells/lstm_sequence_softsign cells/lstm_sequence_identity"
    " cells/lstm_sequence_selu",
    "I19": "passes/test_recognise.py::test_near_misses_stay_what_they_are cells/lstm_step_cell_clip"
    " cells/lstm_sequence_cell_clip",
    "I20": "cells/eleven_layers cells/eleven_lstm_layers stacks_of_cells/eleven_residual_layers",
    "I21": "tf/rnn/test_shared_weights.py::test_a_cell_used_again_has_each_weight_once_in_the_file"
    " cells/same_cell_twice dynamic_rnn/one_cell_used_twice_shares_its_variables",
    "I22": "recurrences_in_corners/everything_an_lstm_has_from_a_state cells/lstm_step_projection",
    "I23": "recurrences_in_corners/everything_an_lstm_has_from_a_state cells/lstm_step_everything",
    "I24": "bidirectional_rnn/different_cells_widths_and_both_initial_states",
    "I25": "dynamic_rnn/*_in_half_precision dynamic_rnn/*_in_double_precision",
    "I26": "test_error_catalogue.py::test_the_class_and_the_words"
    " test_error_catalogue.py::test_x13_lengths_of_another_size_when_it_runs"
    " test_error_catalogue.py::test_x28_lengths_outside_the_sequence_are_clipped_here"
    " test_error_catalogue.py::test_x53_fewer_scores_than_steps_when_it_runs"
    " test_error_catalogue.py::test_x64_ragged_inputs_are_refused",
    "I27": "keras_rnn_masks/* keras_rnn_masks/left_padding_is_as_right_padding",
    "I28": "tf/rnn_cell/test_cell_wrappers.py::test_dropout_that_drops_is_refused"
    " tf/rnn_cell/test_cell_wrappers.py::test_device_and_dropout_at_inference_record_nothing",
    "I no steps of an unknown batch": EDGES + " test_error_catalogue.py"
    "::test_x27_no_steps_of_an_unknown_batch_are_no_error_here",
    "I raw_rnn without iterations, any batch": EDGES,
    "I GRU without steps and lengths": EDGES,
    "I no unnamed outputs, layout=1, sequences, ranks of branches": "edges/test_files.py"
    "::test_no_file_has_what_engines_choke_on",
    "I opset and IR version": "exporter/test_files.py::test_every_opset_loads_with_its_ir_version",
}

COVERED = {**A, **B, **C, **D, **E, **F, **G, **H, **I}
"""The tests of each box."""

RANDOM = "Masks are random and only drawn in training: dropping is refused, and inference=True drops nothing."

LEFT_OUT = {
    "A6": "Memory of eager mode: nothing here is eager.",
    "A18": "Configurations of cells of TensorFlow 1 are for saving models as objects; Keras's cells have them (F13).",
    "A19": "keras_style_scope is private to TensorFlow; names of its cells in layers are keras_cells/*_in_a_layer.",
    "B3": RANDOM,
    "B39": "Devices of TensorArrays: a file has no devices.",
    "B40": "Devices of TensorArrays: a file has no devices.",
    "B41": "Devices of TensorArrays: a file has no devices.",
    "C18": "Devices of cells: a file has no devices.",
    "C25": RANDOM,
    "C26": RANDOM,
    "C27": RANDOM,
    "C28": RANDOM,
    "C29": RANDOM,
    "C30": RANDOM,
    "C31": RANDOM,
    "C34": "TensorFlow 1.15 has no _SlimRNNCell; functions as cells are static_rnn/a_function_like_cell_*.",
    "C35": "TensorFlow 1.15 has no _SlimRNNCell; functions as cells are static_rnn/a_function_like_cell_*.",
    "C36": "Checkpoints and SavedModels are read (tests/weights), not written.",
    "D43": RANDOM,
    "F10": "What Keras tracks of attributes, for saving.",
    "F11": "What training changes.",
    "F16": "Which mask training uses again.",
    "F18": "The training argument of a call: True is refused at every depth.",
    "F39": "ONNX has no ragged tensors: keras.Input(ragged=True) is refused with the way out, lengths or a mask.",
    "H1 hash_flag": "ONNX has no hash of strings: ids are hashed before the graph, which takes ids.",
    "I the portable profile": "There is one target, onnxruntime: no profile for other engines exists yet.",
}
"""Why a box has none."""
