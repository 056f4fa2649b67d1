# ruff: noqa
"""A recurrence with a loop of its own, from the parts of TensorFlow's."""

from tensorflow.python.framework import constant_op
from tensorflow.python.framework import dtypes
from tensorflow.python.framework import ops
from tensorflow.python.framework import tensor_shape
from tensorflow.python.ops import array_ops
from tensorflow.python.ops import control_flow_ops
from tensorflow.python.ops import math_ops
from tensorflow.python.ops import rnn
from tensorflow.python.ops import rnn_cell_impl
from tensorflow.python.ops import tensor_array_ops
from tensorflow.python.ops import variable_scope as vs
from tensorflow.python.util import nest

_concat = rnn_cell_impl._concat
_transpose_batch_time = rnn._transpose_batch_time
_best_effort_input_batch_size = rnn._best_effort_input_batch_size


def scored_rnn(cell, inputs, scores, sequence_length, dtype=dtypes.float32, scope=None):
    """``dynamic_rnn`` in which a score for each step mixes the old state and the new one."""
    rnn_cell_impl.assert_like_rnncell("cell", cell)
    flat_input = [_transpose_batch_time(ops.convert_to_tensor(i)) for i in nest.flatten(inputs)]
    scores = _transpose_batch_time(scores)
    sequence_length = array_ops.identity(math_ops.to_int32(sequence_length), name="sequence_length")
    with vs.variable_scope(scope or "rnn") as varscope:
        if varscope.caching_device is None:
            varscope.set_caching_device(lambda op: op.device)
        batch_size = _best_effort_input_batch_size(flat_input)
        state = cell.zero_state(batch_size, dtype)
        time_steps = array_ops.shape(flat_input[0])[0]
        static_time, static_batch = flat_input[0].get_shape().with_rank_at_least(2)[:2].as_list()
        zero_output = array_ops.zeros(_concat(batch_size, cell.output_size), dtype)
        min_length, max_length = math_ops.reduce_min(sequence_length), math_ops.reduce_max(sequence_length)
        with ops.name_scope("dynamic_rnn") as base_name:

            def new_array(name):
                return tensor_array_ops.TensorArray(dtype=dtype, size=time_steps, tensor_array_name=base_name + name)

            output_ta = new_array("output")
            input_ta = tuple(new_array("input_%d" % i).unstack(x) for i, x in enumerate(flat_input))
            score_ta = new_array("scores").unstack(scores)

        def step(time, output_ta, state):
            leaves = [ta.read(time) for ta in input_ta]
            for leaf, whole in zip(leaves, flat_input):
                leaf.set_shape(whole.get_shape()[1:])
            current = nest.pack_sequence_as(structure=inputs, flat_sequence=leaves)
            score = array_ops.expand_dims(score_ta.read(time), -1)

            def call_cell():
                output, new_state = cell(current, state)
                mixed = [score * n + (1.0 - score) * o for n, o in zip(nest.flatten(new_state), nest.flatten(state))]
                return output, nest.pack_sequence_as(state, mixed)

            output, new_state = rnn._rnn_step(
                time=time,
                sequence_length=sequence_length,
                min_sequence_length=min_length,
                max_sequence_length=max_length,
                zero_output=zero_output,
                state=state,
                call_cell=call_cell,
                state_size=cell.state_size,
                skip_conditionals=True,
            )
            return time + 1, output_ta.write(time, output), new_state

        _, output_ta, final_state = control_flow_ops.while_loop(
            cond=lambda time, *_: time < time_steps,
            body=step,
            loop_vars=(array_ops.constant(0, dtype=dtypes.int32, name="time"), output_ta, state),
            parallel_iterations=32,
            swap_memory=False,
        )
        outputs = output_ta.stack()
        outputs.set_shape(tensor_shape.TensorShape([static_time, static_batch]).concatenate([cell.output_size]))
        return _transpose_batch_time(outputs), final_state
