"""cuDNN's layers. TensorFlow runs them on GPUs only: what they give is recorded from the cells that compute the same.

Without a GPU TensorFlow can still build a layer, so the names under which its Saver writes the weights, static shapes
and errors are those of the layers themselves.
"""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal

LAYERS = ("CudnnLSTM", "CudnnGRU", "CudnnRNNTanh", "CudnnRNNRelu")
SCOPES = {"CudnnLSTM": "lstm", "CudnnGRU": "gru", "CudnnRNNTanh": "rnn_tanh", "CudnnRNNRelu": "rnn_relu"}


def cell(tf, kind, units):
    """The cell of a layer."""
    if kind == "CudnnLSTM":
        return tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(units)
    if kind == "CudnnGRU":
        return tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(units)
    return tf.nn.rnn_cell.BasicRNNCell(units, tf.tanh if kind == "CudnnRNNTanh" else tf.nn.relu)


def is_tensorflow(tf):
    return "tensorflow" in getattr(tf.Tensor, "__module__", "")


def ran(tf, kind, x, layers, units, both, lengths, h=None, c=None):
    """A layer over inputs [time, batch, depth]: outputs, and states [layers * directions, batch, units]."""
    if not is_tensorflow(tf):
        direction = "bidirectional" if both else "unidirectional"
        make = getattr(tf.contrib.cudnn_rnn, kind)
        given = None if h is None else (h, c) if kind == "CudnnLSTM" else (h,)
        return make(layers, units, direction=direction)(x, initial_state=given, sequence_lengths=lengths)
    count = layers * (2 if both else 1)
    states = [None] * count
    if h is not None:
        states = tf.unstack(h, count)
        if kind == "CudnnLSTM":
            states = [tf.nn.rnn_cell.LSTMStateTuple(*pair) for pair in zip(tf.unstack(c, count), states)]
    options = {"dtype": tf.float32, "time_major": True, "sequence_length": lengths}
    with tf.variable_scope("cudnn_" + SCOPES[kind]):
        if both:
            if h is not None:
                options.update(initial_states_fw=states[::2], initial_states_bw=states[1::2])
            forward, backward = ([cell(tf, kind, units) for _ in range(layers)] for _ in "fb")
            found = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(forward, backward, x, **options)
            outputs, ends = found[0], [end for pair in zip(found[1], found[2]) for end in pair]
        else:
            stack = tf.nn.rnn_cell.MultiRNNCell([cell(tf, kind, units) for _ in range(layers)])
            outputs, ends = tf.nn.dynamic_rnn(stack, x, initial_state=None if h is None else tuple(states), **options)
    if kind == "CudnnLSTM":
        return outputs, (tf.stack([end.h for end in ends]), tf.stack([end.c for end in ends]))
    return outputs, (tf.stack(list(ends)),)


def layer_case(kind, layers, both):
    name = f"{SCOPES[kind]}_{layers}_{'both' if both else 'forwards'}"
    count = layers * (2 if both else 1)

    @case(lambda rng: {"x": normal(rng, 4, 3, 2)}, name=name)
    def whole(tf):
        return ran(tf, kind, tf.placeholder(tf.float32, [None, None, 2], "x"), layers, 3, both, None)

    def feeds(rng):
        lengths = ([4, 2, 1], [1, 1, 1], [3, 4, 2])
        return [
            {
                "x": normal(rng, 4, 3, 2),
                "n": np.array(n, "int32"),
                "h": normal(rng, count, 3, 3),
                "c": normal(rng, count, 3, 3),
            }
            for n in lengths
        ]

    @case(feeds, name=f"{name}_with_lengths_from_a_state")
    def with_lengths(tf):
        x = tf.placeholder(tf.float32, [None, None, 2], "x")
        h, c = (tf.placeholder(tf.float32, [count, None, 3], key) for key in "hc")
        n = tf.placeholder(tf.int32, [None], "n")
        outputs = ran(tf, kind, x, layers, 3, both, n, h, c)
        return outputs, tf.reduce_sum(c)


for kind in LAYERS:
    for both in (False, True):
        layer_case(kind, 1, both)
        layer_case(kind, 2, both)


def saved_names(tf):
    """The names of what a Saver writes besides the buffer, of every layer that was built."""
    if not is_tensorflow(tf):
        return sorted(variable.op.name for variable in tf.global_variables())
    saveables = tf.get_collection(tf.GraphKeys.SAVEABLE_OBJECTS)
    return sorted(spec.name for saveable in saveables for spec in saveable.specs)


def static(x):
    return x.shape.as_list()


@facts()
def what_a_checkpoint_has(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    for kind in LAYERS:
        for direction in ("unidirectional", "bidirectional"):
            with tf.variable_scope(direction):
                getattr(tf.contrib.cudnn_rnn, kind)(2, 3, direction=direction)(x)
    return saved_names(tf)


@facts()
def names_of_several_layers(tf):
    x = tf.placeholder(tf.float32, [None, None, 4], "x")
    tf.contrib.cudnn_rnn.CudnnLSTM(1, 3)(x)
    tf.contrib.cudnn_rnn.CudnnLSTM(1, 3)(x)
    named = tf.contrib.cudnn_rnn.CudnnGRU(1, 3, name="mine")
    named(x)
    named(x)
    return saved_names(tf), named.scope_name


@facts()
def names_of_a_layer_built_before_it_is_called(tf):
    layer = tf.contrib.cudnn_rnn.CudnnLSTM(1, 3)
    with tf.variable_scope("outer"):
        layer.build([None, None, 4])
    layer(tf.placeholder(tf.float32, [None, None, 4], "x"))
    return saved_names(tf), layer.scope_name


@facts()
def properties(tf):
    found = []
    for kind in LAYERS:
        for direction in ("unidirectional", "bidirectional"):
            layer = getattr(tf.contrib.cudnn_rnn, kind)(2, 3, direction=direction, input_mode="auto_select", name=kind)
            with tf.variable_scope(kind + direction):
                layer.build(tf.TensorShape([None, None, 4]))
            found.append(
                {
                    "numbers": [layer.num_layers, layer.num_units, layer.input_size, layer.num_dirs],
                    "words": [layer.rnn_mode, layer.direction, layer.input_mode, layer.name],
                    "weights": layer.canonical_weight_shapes,
                    "biases": layer.canonical_bias_shapes,
                    "states": layer.state_shape(5),
                }
            )
    return found


@facts()
def static_shapes(tf):
    found = []
    for kind in LAYERS:
        layer = getattr(tf.contrib.cudnn_rnn, kind)(2, 3, direction="bidirectional")
        outputs, states = layer(tf.placeholder(tf.float32, [5, 7, 4], "x"))
        found.append([static(outputs), [static(state) for state in states], outputs.dtype.base_dtype.name])
    return found


@error_case("Invalid direction: both, expecting unidirectional or bidirectional")
def another_direction(tf):
    tf.contrib.cudnn_rnn.CudnnLSTM(1, 3, direction="both")


@error_case("Invalid input_mode: skip, expect one of (linear_input, skip_input, auto_select)")
def another_input_mode(tf):
    tf.contrib.cudnn_rnn.CudnnGRU(1, 3, input_mode="skip")


@error_case("Only support float16, float32, float64, provided")
def dtype_of_ids(tf):
    tf.contrib.cudnn_rnn.CudnnGRU(1, 3, dtype=tf.int32)


@error_case("Expecting input_shape with 3 dims, got 2")
def inputs_of_rank_2(tf):
    tf.contrib.cudnn_rnn.CudnnLSTM(1, 3)(tf.zeros([2, 3]))


@error_case("The last dimension of the inputs to `CudnnRNN` should be defined. Found `None`")
def inputs_of_unknown_depth(tf):
    tf.contrib.cudnn_rnn.CudnnLSTM(1, 3)(tf.placeholder(tf.float32, [2, 3, None]))


@error_case("expected axis -1 of input shape to have value 4")
def inputs_of_another_depth(tf):
    layer = tf.contrib.cudnn_rnn.CudnnLSTM(1, 3)
    layer(tf.zeros([2, 3, 4]))
    layer(tf.zeros([2, 3, 5]))


@error_case("Invalid initial_state type:", "expecting tuple")
def a_list_of_states(tf):
    h = tf.zeros([1, 3, 3])
    tf.contrib.cudnn_rnn.CudnnLSTM(1, 3)(tf.zeros([2, 3, 4]), initial_state=[h, h])


@error_case("expected 2")
def one_state_of_two(tf):
    tf.contrib.cudnn_rnn.CudnnLSTM(1, 3)(tf.zeros([2, 3, 4]), initial_state=(tf.zeros([1, 3, 3]),))


@error_case("'input_size' is unknown since layer has not been built.")
def input_size_before_it_is_known(tf):
    _ = tf.contrib.cudnn_rnn.CudnnLSTM(1, 3).input_size


@error_case("invoked before input shape is known")
def weight_shapes_before_they_are_known(tf):
    _ = tf.contrib.cudnn_rnn.CudnnLSTM(1, 3).canonical_weight_shapes
