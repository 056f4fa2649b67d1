"""Cells around cells that only tf.contrib has: attention, highways, projections, embeddings, CompiledWrapper."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, ints, normal


def sequences(rng, depth=3):
    """Runs with lengths of every kind."""
    lengths = ([5, 2, 3], [0, 9, 1], [1, 1, 1])
    return [{"x": normal(rng, 3, 5, depth), "n": np.array(n, "int32")} for n in lengths]


def over_sequence(tf, cell, **options):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    options = {"dtype": tf.float32, **options}
    return tf.nn.dynamic_rnn(cell, x, n, **options)


def lstm(tf, size=3, **options):
    return tf.nn.rnn_cell.LSTMCell(size, **options)


def gru(tf, size=3, **options):
    return tf.nn.rnn_cell.GRUCell(size, **options)


# -- attention ---------------------------------------------------------------------------------------------------------


def attention_option(name, make, width, tolerance=2e-5, **options):
    """Attention over a sequence, and two steps from a state that is not zero, given as columns."""
    size = options.get("attn_size", 3)
    columns = width + size + size * options["attn_length"]

    @case(sequences, name=f"attention_sequence_{name}", tolerance=tolerance)
    def sequence(tf):
        return over_sequence(tf, tf.contrib.rnn.AttentionCellWrapper(make(tf), **options))

    @case(
        lambda rng: {"x": normal(rng, 3, 3), "y": normal(rng, 3, 3), "s": normal(rng, 3, columns)},
        name=f"attention_steps_{name}",
        tolerance=tolerance,
    )
    def steps(tf):
        cell = tf.contrib.rnn.AttentionCellWrapper(make(tf), **options)
        state = tf.placeholder(tf.float32, [None, columns], "s")
        if options.get("state_is_tuple", True):
            inner, attended, kept = tf.split(state, [width, size, size * options["attn_length"]], 1)
            if width == 6:
                inner = tf.nn.rnn_cell.LSTMStateTuple(*tf.split(inner, 2, 1))
            state = (inner, attended, kept)
        first, state = cell(tf.placeholder(tf.float32, [None, 3], "x"), state)
        second, state = cell(tf.placeholder(tf.float32, [None, 3], "y"), state)
        return first, second, state


attention_option("lstm", lstm, 6, attn_length=4)
attention_option("gru", gru, 3, attn_length=2)
attention_option("one_output_kept", gru, 3, attn_length=1)
attention_option("sizes", lstm, 6, attn_length=3, attn_size=2, attn_vec_size=5, input_size=4)
attention_option("one_state_tensor", gru, 3, attn_length=3, state_is_tuple=False)
attention_option(
    "lstm_in_one_state_tensor",
    lambda tf: lstm(tf, state_is_tuple=False),
    6,
    attn_length=2,
    state_is_tuple=False,
    attn_size=4,
)


@case(sequences)
def attention_around_a_stack_with_dropout_off(tf):
    stack = tf.nn.rnn_cell.MultiRNNCell([lstm(tf, 2), gru(tf, 4)])
    return over_sequence(tf, tf.contrib.rnn.AttentionCellWrapper(stack, attn_length=2))


@case(sequences)
def attention_in_a_stack(tf):
    wrapped = [tf.contrib.rnn.AttentionCellWrapper(lstm(tf), attn_length=2) for _ in range(2)]
    return over_sequence(tf, tf.nn.rnn_cell.MultiRNNCell(wrapped))


@error_case("is not an RNNCell")
def attention_around_nothing(tf):
    tf.contrib.rnn.AttentionCellWrapper(None, 0)


@error_case("attn_length should be greater than zero, got 0")
def attention_to_nothing(tf):
    tf.contrib.rnn.AttentionCellWrapper(tf.nn.rnn_cell.LSTMCell(3), 0)


@error_case("attn_length should be greater than zero, got -1")
def attention_to_less_than_nothing(tf):
    tf.contrib.rnn.AttentionCellWrapper(tf.nn.rnn_cell.LSTMCell(3), -1)


@error_case("Cell returns tuple of states, but the flag state_is_tuple is not set. State size is: ")
def attention_with_a_tuple_in_one_tensor(tf):
    tf.contrib.rnn.AttentionCellWrapper(tf.nn.rnn_cell.LSTMCell(3), 4, state_is_tuple=False)


# -- highways ----------------------------------------------------------------------------------------------------------


def highway_option(name, make, **options):
    @case(sequences, name=f"highway_{name}")
    def sequence(tf):
        return over_sequence(tf, tf.contrib.rnn.HighwayWrapper(make(tf), **options))


highway_option("gru", gru)
highway_option("lstm", lstm, carry_bias_init=-2.0)
highway_option("apart", lstm, couple_carry_transform_gates=False)
highway_option("closed", gru, carry_bias_init=-100.0)


@case(sequences)
def highways_in_a_stack(tf):
    wrap = tf.contrib.rnn.HighwayWrapper
    cells = [wrap(gru(tf)), wrap(lstm(tf), couple_carry_transform_gates=False), wrap(gru(tf))]
    return over_sequence(tf, tf.nn.rnn_cell.MultiRNNCell(cells))


@case(lambda rng: {"x": normal(rng, 2, 3)}, initial=True)
def highway_as_it_begins(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    with tf.variable_scope("base", initializer=tf.constant_initializer(0.5)):
        cell = tf.contrib.rnn.HighwayWrapper(gru(tf), couple_carry_transform_gates=False, carry_bias_init=2.0)
        return cell(x, cell.zero_state(2, tf.float32))


@case(lambda rng: {"x": normal(rng, 2, 3)}, initial=True)
def a_closed_highway_is_the_cell_alone(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    with tf.variable_scope("base", initializer=tf.constant_initializer(0.5)):
        alone = gru(tf)(x, tf.ones([2, 3]))
    with tf.variable_scope("highway", initializer=tf.constant_initializer(0.5)):
        wrapped = tf.contrib.rnn.HighwayWrapper(gru(tf), carry_bias_init=-100.0)(x, tf.ones([2, 3]))
    return alone, wrapped


@error_case("are incompatible")
def highway_of_other_widths(tf):
    tf.contrib.rnn.HighwayWrapper(tf.nn.rnn_cell.GRUCell(4))(tf.zeros([2, 3]), tf.zeros([2, 4]))


@error_case("already exists")
def highway_twice_in_one_scope(tf):
    cell = tf.contrib.rnn.HighwayWrapper(tf.nn.rnn_cell.GRUCell(3))
    _, state = cell(tf.zeros([2, 3]), tf.zeros([2, 3]))
    cell(tf.zeros([2, 3]), state)


@case(lambda rng: {"x": normal(rng, 2, 3)})
def highway_twice_with_reuse(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    cell = tf.contrib.rnn.HighwayWrapper(gru(tf))
    with tf.variable_scope("a"):
        first, state = cell(x, tf.zeros([2, 3]))
    with tf.variable_scope("a", reuse=True):
        return first, cell(x, state)


# -- projections -------------------------------------------------------------------------------------------------------


def projection_option(name, make):
    @case(sequences, name=f"projection_{name}")
    def sequence(tf):
        return over_sequence(tf, make(tf, tf.contrib.rnn))


projection_option("in", lambda tf, rnn: rnn.InputProjectionWrapper(gru(tf), 2))
projection_option("in_relu", lambda tf, rnn: rnn.InputProjectionWrapper(lstm(tf), 5, activation=tf.nn.relu))
projection_option("in_old_size", lambda tf, rnn: rnn.InputProjectionWrapper(gru(tf), 4, input_size=3))
projection_option("out", lambda tf, rnn: rnn.OutputProjectionWrapper(gru(tf), 2))
projection_option("out_tanh", lambda tf, rnn: rnn.OutputProjectionWrapper(lstm(tf), 5, tf.tanh))
projection_option("both", lambda tf, rnn: rnn.OutputProjectionWrapper(rnn.InputProjectionWrapper(gru(tf), 4), 2))
projection_option(
    "in_a_stack",
    lambda tf, rnn: tf.nn.rnn_cell.MultiRNNCell(
        [rnn.InputProjectionWrapper(lstm(tf, 2), 4), rnn.OutputProjectionWrapper(gru(tf), 2)]
    ),
)
projection_option(
    "around_a_stack",
    lambda tf, rnn: rnn.OutputProjectionWrapper(tf.nn.rnn_cell.MultiRNNCell([lstm(tf, 2), gru(tf, 4)]), 1),
)
projection_option(
    "residual_inside",
    lambda tf, rnn: rnn.OutputProjectionWrapper(tf.nn.rnn_cell.ResidualWrapper(gru(tf)), 2),
)


@case(lambda rng: {"x": normal(rng, 2, 3)})
def projection_called_twice(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    cell = tf.contrib.rnn.OutputProjectionWrapper(tf.contrib.rnn.InputProjectionWrapper(gru(tf), 2), 4)
    first, state = cell(x, cell.zero_state(2, tf.float32))
    return first, cell(x, state)


@case(lambda rng: {"x": normal(rng, 2, 4, 3)})
def projection_in_static_rnn(tf):
    x = tf.unstack(tf.placeholder(tf.float32, [None, 4, 3], "x"), axis=1)
    cell = tf.contrib.rnn.OutputProjectionWrapper(tf.contrib.rnn.InputProjectionWrapper(lstm(tf), 2), 4)
    return tf.nn.static_rnn(cell, x, dtype=tf.float32)


@error_case("Parameter output_size must be > 0: 0.")
def projection_to_nothing(tf):
    tf.contrib.rnn.OutputProjectionWrapper(tf.nn.rnn_cell.GRUCell(3), 0)


@error_case("is not an RNNCell")
def projection_of_no_cell(tf):
    tf.contrib.rnn.InputProjectionWrapper(3, 2)


@error_case("is not an RNNCell")
def projection_behind_no_cell(tf):
    tf.contrib.rnn.OutputProjectionWrapper(None, 2)


@error_case("linear is expecting 2D arguments")
def projection_of_rank_3(tf):
    tf.contrib.rnn.InputProjectionWrapper(tf.nn.rnn_cell.GRUCell(3), 2)(tf.zeros([2, 3, 4]), tf.zeros([2, 3]))


@error_case("linear expects shape[1] to be provided for shape")
def projection_of_unknown_depth(tf):
    x = tf.placeholder(tf.float32, [None, None])
    tf.contrib.rnn.InputProjectionWrapper(tf.nn.rnn_cell.GRUCell(3), 2)(x, tf.zeros([2, 3]))


# -- embeddings --------------------------------------------------------------------------------------------------------


def embedding_option(name, make, dtype="int32", shape=(None, None, 1), **options):
    def feeds(rng):
        shape_of_ids = [3, 4, *shape[2:]]
        lengths = ([4, 2, 0], [9, 1, 3])
        return [{"ids": ints(rng, 5, *shape_of_ids, dtype=dtype), "n": np.array(n, "int32")} for n in lengths]

    @case(feeds, name=f"embedding_{name}")
    def sequence(tf):
        ids = tf.placeholder(getattr(tf, dtype), list(shape), "ids")
        n = tf.placeholder(tf.int32, [None], "n")
        cell = tf.contrib.rnn.EmbeddingWrapper(make(tf), embedding_classes=5, embedding_size=2, **options)
        return tf.nn.dynamic_rnn(cell, ids, n, dtype=tf.float32)


embedding_option("gru", gru)
embedding_option("lstm_int64", lstm, dtype="int64")
embedding_option("lstm_one_state_tensor", lambda tf: lstm(tf, state_is_tuple=False), dtype="int64")
embedding_option("known_lengths", gru, dtype="int64", shape=(3, 4, 1))


@case(lambda rng: {"ids": ints(rng, 5, 3), "column": ints(rng, 5, 3, 1, dtype="int64"), "s": normal(rng, 3, 4)})
def embedding_of_ids_with_and_without_an_axis(tf):
    cell = tf.contrib.rnn.EmbeddingWrapper(gru(tf, 4), 5, 2)
    s = tf.placeholder(tf.float32, [None, 4], "s")
    _, s = cell(tf.placeholder(tf.int32, [None], "ids"), s)
    return cell(tf.placeholder(tf.int64, [None, 1], "column"), s)


@case(lambda rng: {"ids": ints(rng, 5, 2, 3, dtype="int64")})
def embedding_in_static_rnn(tf):
    ids = tf.unstack(tf.placeholder(tf.int64, [None, 3], "ids"), axis=1)
    cell = tf.contrib.rnn.EmbeddingWrapper(lstm(tf), 5, 2)
    return tf.nn.static_rnn(cell, [tf.expand_dims(step, 1) for step in ids], dtype=tf.float32)


@case(lambda rng: {"ids": ints(rng, 5, 3, 4, 1, dtype="int64")})
def embedding_of_float64(tf):
    cell = tf.contrib.rnn.EmbeddingWrapper(gru(tf), 5, 2)
    return tf.nn.dynamic_rnn(cell, tf.placeholder(tf.int64, [None, None, 1], "ids"), dtype=tf.float64)


@case(lambda rng: {"ids": ints(rng, 5, 3, 4, 1)})
def embedding_then_projection(tf):
    rnn = tf.contrib.rnn
    cell = rnn.OutputProjectionWrapper(rnn.EmbeddingWrapper(lstm(tf), 5, 2), 5, tf.nn.softmax)
    return tf.nn.dynamic_rnn(cell, tf.placeholder(tf.int32, [None, None, 1], "ids"), dtype=tf.float32)


@case(lambda rng: {"ids": ints(rng, 5, 3)}, initial=True)
def embedding_begins_as_it_is_told(tf):
    ids = tf.placeholder(tf.int32, [None], "ids")
    own = tf.contrib.rnn.EmbeddingWrapper(gru(tf, 4), 5, 2, initializer=tf.constant_initializer(0.25))
    with tf.variable_scope("a", initializer=tf.constant_initializer(0.5)):
        first = own(ids, tf.zeros([3, 4]))
    with tf.variable_scope("b", initializer=tf.constant_initializer(0.5)):
        return first, tf.contrib.rnn.EmbeddingWrapper(gru(tf, 4), 5, 2)(ids, tf.zeros([3, 4]))


@error_case("Both embedding_classes and embedding_size must be > 0: 0, 2.")
def embedding_of_no_classes(tf):
    tf.contrib.rnn.EmbeddingWrapper(tf.nn.rnn_cell.GRUCell(3), 0, 2)


@error_case("Both embedding_classes and embedding_size must be > 0: 5, -2.")
def embedding_of_no_size(tf):
    tf.contrib.rnn.EmbeddingWrapper(tf.nn.rnn_cell.GRUCell(3), 5, -2)


@error_case("is not an RNNCell")
def embedding_before_no_cell(tf):
    tf.contrib.rnn.EmbeddingWrapper("gru", 5, 2)


# -- CompiledWrapper, and all of them together -------------------------------------------------------------------------


@case(sequences)
def compiled(tf):
    return over_sequence(tf, tf.contrib.rnn.CompiledWrapper(lstm(tf, 4)))


@case(lambda rng: {"x": normal(rng, 2, 3)})
def compiled_steps(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    cell = tf.contrib.rnn.CompiledWrapper(gru(tf, 4), compile_stateful=True)
    with tf.variable_scope("root"):
        first, state = cell(x, cell.zero_state(2, tf.float32))
        return first, cell(x, state)


@case(sequences)
def everything_around_everything(tf):
    rnn = tf.contrib.rnn
    inner = rnn.HighwayWrapper(rnn.CompiledWrapper(lstm(tf)))
    cell = rnn.AttentionCellWrapper(rnn.InputProjectionWrapper(inner, 3), 2)
    return over_sequence(tf, rnn.OutputProjectionWrapper(cell, 2))


@facts()
def sizes(tf):
    rnn = tf.contrib.rnn
    found = {}
    cells = {
        "attention": rnn.AttentionCellWrapper(lstm(tf), 4, attn_size=2),
        "attention_columns": rnn.AttentionCellWrapper(gru(tf), 4, attn_size=2, state_is_tuple=False),
        "highway": rnn.HighwayWrapper(lstm(tf)),
        "compiled": rnn.CompiledWrapper(gru(tf)),
        "input": rnn.InputProjectionWrapper(lstm(tf), 7),
        "output": rnn.OutputProjectionWrapper(lstm(tf), 7),
        "embedding": rnn.EmbeddingWrapper(gru(tf), 7, 5),
    }
    for name, cell in sorted(cells.items()):
        zero = tf.contrib.framework.nest.flatten(cell.zero_state(2, tf.float32))
        found[name] = [cell.state_size, cell.output_size, [leaf.shape.as_list() for leaf in zero]]
    return found


# -- in other calls than dynamic_rnn -----------------------------------------------------------------------------------


def wrapped(tf):
    rnn = tf.contrib.rnn
    return {
        "attention": lambda: rnn.AttentionCellWrapper(lstm(tf), 2),
        "highway": lambda: rnn.HighwayWrapper(gru(tf), couple_carry_transform_gates=False),
        "projections": lambda: rnn.OutputProjectionWrapper(rnn.InputProjectionWrapper(gru(tf), 2), 3),
    }


def elsewhere(name):
    @case(lambda rng: {"x": normal(rng, 3, 4, 3), "n": np.array([4, 0, 2], "int32")}, name=f"static_rnn_{name}")
    def static(tf):
        x = tf.unstack(tf.placeholder(tf.float32, [None, 4, 3], "x"), axis=1)
        n = tf.placeholder(tf.int32, [None], "n")
        return tf.nn.static_rnn(wrapped(tf)[name](), x, dtype=tf.float32, sequence_length=n)

    @case(lambda rng: {"x": normal(rng, 3, 4, 3), "n": np.array([4, 1, 2], "int32")}, name=f"both_ways_{name}")
    def both(tf):
        x, n = tf.placeholder(tf.float32, [None, None, 3], "x"), tf.placeholder(tf.int32, [None], "n")
        cells = [wrapped(tf)[name]() for _ in range(2)]
        return tf.nn.bidirectional_dynamic_rnn(cells[0], cells[1], x, n, dtype=tf.float32)


for name in ("attention", "highway", "projections"):
    elsewhere(name)
