"""``deepctr.contrib.rnn.dynamic_rnn``: an attention score for every step, and the cells that take one."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, ints, normal, run_error_case

UNITS = 4
CELLS = {"agru": "QAAttGRUCell", "augru": "VecAttGRUCell"}
LENGTHS = ([5, 3, 0], [5, 5, 5], [1, 0, 2], [0, 0, 0], [9, -2, 4])


def cell(deepctr, name, **options):
    return getattr(deepctr.contrib.utils, CELLS[name])(UNITS, **options)


def inputs(tf, shape=(None, None, 3), scores=(None, None, 1)):
    return tf.placeholder(tf.float32, shape, "x"), tf.placeholder(tf.float32, scores, "a")


def scored(rng, width=1, steps=5):
    """Inputs of five steps, and scores between 0 and 1."""
    return {"x": normal(rng, 3, 5, 3), "a": rng.uniform(0, 1, (3, steps, width)).astype("float32")}


def over_cells(name):
    @case(scored, name=f"{name}")
    def plain(tf, deepctr):
        x, a = inputs(tf)
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)

    @case(lambda rng: scored(rng, UNITS), name=f"{name}_a_score_for_each_unit")
    def wide(tf, deepctr):
        x, a = inputs(tf, (3, None, 3), (3, None, UNITS))
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)

    @case(
        lambda rng: [{**scored(rng), "n": np.array(n, "int32")} for n in LENGTHS],
        name=f"{name}_lengths",
    )
    def lengths(tf, deepctr):
        x, a = inputs(tf)
        n = tf.placeholder(tf.int32, [None], "n")
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, n, dtype=tf.float32)

    @case(
        lambda rng: [{**scored(rng, UNITS), "n": np.array(n, "int64"), "h": normal(rng, 3, UNITS)} for n in LENGTHS],
        name=f"{name}_lengths_and_a_state",
    )
    def lengths_and_state(tf, deepctr):
        x, a = inputs(tf, (None, 5, 3), (None, 5, UNITS))
        n, h = tf.placeholder(tf.int64, [None], "n"), tf.placeholder(tf.float32, [None, UNITS], "h")
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, n, h)

    @case(
        lambda rng: [{**scored(rng), "n": np.array([2.9, 1.2, 0.9], "float32")}],
        name=f"{name}_lengths_that_are_floats",
    )
    def float_lengths(tf, deepctr):
        x, a = inputs(tf)
        n = tf.placeholder(tf.float32, [None], "n")
        return deepctr.contrib.rnn.dynamic_rnn(
            cell(deepctr, name), x, a, sequence_length=n, dtype=tf.float32, parallel_iterations=1, swap_memory=True
        )

    @case(
        lambda rng: [
            {"x": normal(rng, 3, 5, 3), "a": ints(rng, 2, 3, 5, 1).astype("float32")},
            {"x": normal(rng, 3, 5, 3), "a": np.zeros((3, 5, 1), "float32")},
            {"x": normal(rng, 3, 5, 3), "a": np.ones((3, 5, 1), "float32")},
            {"x": normal(rng, 3, 5, 3), "a": 3 * normal(rng, 3, 5, 1)},
            {"x": 20 * normal(rng, 3, 5, 3), "a": np.full((3, 5, 1), 1 - 2.0**-24, "float32")},
        ],
        name=f"{name}_scores_of_0_and_1_and_outside",
    )
    def edges(tf, deepctr):
        x, a = inputs(tf)
        n = tf.constant([5, 4, 1])
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, n, dtype=tf.float32)

    @case(
        lambda rng: [
            {"x": normal(rng, 5, 3, 3), "a": normal(rng, 3, 5, 1), "n": np.array(n, "int32")} for n in LENGTHS
        ],
        name=f"{name}_time_major_but_for_the_scores",
    )
    def time_major(tf, deepctr):
        x, a = inputs(tf)
        n = tf.placeholder(tf.int32, [None], "n")
        return deepctr.contrib.rnn.dynamic_rnn(
            cell(deepctr, name), x, a, sequence_length=n, dtype=tf.float32, time_major=True
        )

    @case(lambda rng: [scored(rng, steps=5), scored(rng, steps=8)], name=f"{name}_more_scores_than_steps")
    def longer(tf, deepctr):
        x, a = inputs(tf)
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)

    @case(lambda rng: scored(rng, steps=7), name=f"{name}_more_scores_than_steps_as_recorded")
    def longer_known(tf, deepctr):
        x, a = inputs(tf, (3, 5, 3), (3, 7, 1))
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, [5, 2, 0], dtype=tf.float32)

    @run_error_case(lambda rng: scored(rng, steps=3), name=f"{name}_fewer_scores_than_steps")
    def shorter(tf, deepctr):
        x, a = inputs(tf)
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)

    @case(
        lambda rng: {**scored(rng), "a": rng.uniform(0, 1, (1, 5, UNITS)).astype("float32")},
        name=f"{name}_the_same_scores_for_every_row",
    )
    def shared(tf, deepctr):
        x, a = inputs(tf, (3, 5, 3), (1, 5, UNITS))
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, [5, 2, 0], dtype=tf.float32)

    @case(
        lambda rng: [
            {"x": np.zeros((3, 0, 3), "float32"), "a": np.zeros((3, 0, 1), "float32"), "h": normal(rng, 3, UNITS)}
        ],
        name=f"{name}_no_steps",
    )
    def no_steps(tf, deepctr):
        x, a = inputs(tf, (3, None, 3), (3, None, 1))
        h = tf.placeholder(tf.float32, [3, UNITS], "h")
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, [0, 1, 2], h)

    @case(
        lambda rng: [{"x": np.zeros((0, 5, 3), "float32"), "a": np.zeros((0, 5, 1), "float32")}],
        name=f"{name}_no_rows",
    )
    def no_rows(tf, deepctr):
        x, a = inputs(tf)
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)

    @case(lambda rng: scored(rng), name=f"{name}_one_row")
    def one_row(tf, deepctr):
        x, a = inputs(tf)
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x[:1], a[:1], [3], dtype=tf.float32)

    @case(
        lambda rng: {
            "x": np.where(np.arange(5)[None, :, None] < np.array([[[5]], [[2]], [[0]]]), normal(rng, 3, 5, 3), np.nan),
            "a": np.where(np.arange(5)[None, :, None] < np.array([[[4]], [[1]], [[0]]]), normal(rng, 3, 5, 1), np.inf),
        },
        name=f"{name}_nothing_of_the_padding_is_seen",
    )
    def padding(tf, deepctr):
        x, a = inputs(tf)
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, [4, 1, 0], dtype=tf.float32)

    @case(
        lambda rng: {"x": normal(rng, 3, 5, 3, dtype="float64"), "a": normal(rng, 3, 5, 1, dtype="float64")},
        name=f"{name}_in_double_precision",
        tolerance=1e-9,
    )
    def double(tf, deepctr):
        x, a = tf.placeholder(tf.float64, [None, None, 3], "x"), tf.placeholder(tf.float64, [None, None, 1], "a")
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, [4, 5, 2], dtype=tf.float64)

    @case(scored, name=f"{name}_another_activation_and_initializers", initial=True)
    def options(tf, deepctr):
        x, a = inputs(tf)
        made = cell(
            deepctr,
            name,
            activation=tf.nn.relu,
            kernel_initializer=tf.constant_initializer(0.25),
            bias_initializer=tf.constant_initializer(0.5),
        )
        return deepctr.contrib.rnn.dynamic_rnn(made, x, a, dtype=tf.float32, scope="attended")

    @case(scored, name=f"{name}_initial_values_of_the_biases", initial=True)
    def biases(tf, deepctr):
        x, a = inputs(tf)
        with tf.variable_scope("net", initializer=tf.constant_initializer(0.1)):
            return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)

    @case(scored, name=f"{name}_one_step_by_itself")
    def step(tf, deepctr):
        x, a = inputs(tf)
        made = cell(deepctr, name)
        return made(x[:, 0], made.zero_state(3, tf.float32), a[:, 0])

    @error_case(
        "missing 1 required positional argument: 'att_score'",
        name=f"{name}_without_scores",
    )
    def without(tf, deepctr):
        x, _ = inputs(tf)
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, dtype=tf.float32)

    @error_case("Index out of range using input dim 2; input has only 2 dims", name=f"{name}_scores_of_rank_2")
    def rank_2(tf, deepctr):
        x, a = inputs(tf, scores=(None, None))
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)

    @error_case(name=f"{name}_scores_of_another_width")
    def another_width(tf, deepctr):
        x, a = inputs(tf, scores=(None, None, 3))
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)

    @error_case(name=f"{name}_scores_of_another_dtype")
    def another_dtype(tf, deepctr):
        x, _ = inputs(tf)
        a = tf.placeholder(tf.float64, [None, None, 1], "a")
        return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, name), x, a, dtype=tf.float32)


for cell_name in CELLS:
    over_cells(cell_name)


@case(lambda rng: [{"x": normal(rng, 3, 5, 3), "n": np.array(n, "int32")} for n in LENGTHS])
def an_ordinary_cell_without_scores(tf, deepctr):
    x = tf.placeholder(tf.float32, [None, None, 3], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    return deepctr.contrib.rnn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, sequence_length=n, dtype=tf.float32)


@case(lambda rng: [{"x": normal(rng, 3, 5, 3)}])
def an_ordinary_stack_without_scores_and_lengths(tf, deepctr):
    x = tf.placeholder(tf.float32, [3, None, 3], "x")
    stack = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(2), tf.nn.rnn_cell.BasicRNNCell(3)])
    return deepctr.contrib.rnn.dynamic_rnn(stack, x, dtype=tf.float32)


@case(scored)
def two_calls_in_one_scope_share_their_variables(tf, deepctr):
    x, a = inputs(tf)
    first, _ = deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), x, a, dtype=tf.float32)
    second, _ = deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "augru"), x, a, dtype=tf.float32)
    return first, second


@case(scored)
def two_layers_share_their_scores(tf, deepctr):
    x, a = inputs(tf, (3, None, 3), (3, None, 1))
    first, _ = deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), x, a, dtype=tf.float32, scope="first")
    return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "augru"), first, a, [5, 2, 0], dtype=tf.float32, scope="next")


@case(lambda rng: {**scored(rng), "y": normal(rng, 3, 5, 2)})
def a_cell_of_ones_own_over_two_inputs(tf, deepctr):
    class Cell(tf.nn.rnn_cell.RNNCell):
        state_size = (2, 1)
        output_size = 3

        def __call__(self, inputs, state, score):
            x, y = inputs
            total, count = state
            return x * score, (total + y * score, count + score)

    x, a = inputs(tf)
    y = tf.placeholder(tf.float32, [None, None, 2], "y")
    return deepctr.contrib.rnn.dynamic_rnn(Cell(), (x, y), a, [5, 2, 0], dtype=tf.float32)


@case(scored)
def a_number_that_counts_every_step(tf, deepctr):
    class Counter(tf.nn.rnn_cell.RNNCell):
        state_size = (tf.TensorShape([]), 1)
        output_size = 1

        def __call__(self, inputs, state, score):
            count, total = state
            return total + score, (count + 1, total + score)

    x, a = inputs(tf, (3, None, 3), (3, None, 1))
    state = (tf.constant(0), tf.zeros([3, 1]))
    return deepctr.contrib.rnn.dynamic_rnn(Counter(), x, a, None, state, dtype=tf.float32)


@facts()
def what_the_cells_say_of_themselves(tf, deepctr):
    made = [cell(deepctr, name) for name in CELLS]
    return [[type(one).__name__, one.state_size, one.output_size, len(one.trainable_variables)] for one in made]


@facts()
def names_of_variables(tf, deepctr):
    x, a = inputs(tf)
    with tf.variable_scope("outer"):
        deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), x, a, dtype=tf.float32)
        deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "augru"), x, a, dtype=tf.float32, scope="gru2")
        deepctr.contrib.rnn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x, dtype=tf.float32, scope="gru1")
    return [[variable.op.name, variable.get_shape().as_list()] for variable in tf.global_variables()]


@error_case("cell must be an instance of RNNCell")
def no_cell(tf, deepctr):
    x, a = inputs(tf)
    return deepctr.contrib.rnn.dynamic_rnn(lambda x, state, score: (x, state), x, a, dtype=tf.float32)


@error_case("VariableScope: name_or_scope must be a string or VariableScope.")
def scores_for_an_ordinary_cell(tf, deepctr):
    x, a = inputs(tf)
    return deepctr.contrib.rnn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x, a, dtype=tf.float32)


@error_case("If there is no initial_state, you must give a dtype.")
def no_state_and_no_dtype(tf, deepctr):
    x, a = inputs(tf)
    return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), x, a)


@error_case("sequence_length must be a vector of length batch_size, but saw shape")
def lengths_that_are_a_number(tf, deepctr):
    x, a = inputs(tf)
    return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), x, a, tf.constant(3), dtype=tf.float32)


@error_case("sequence_length must be a vector of length batch_size, but saw shape")
def lengths_of_rank_2(tf, deepctr):
    x, a = inputs(tf)
    return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), x, a, tf.zeros([3, 1], tf.int32), dtype=tf.float32)


@error_case("must have rank at least 3")
def inputs_of_rank_2(tf, deepctr):
    return deepctr.contrib.rnn.dynamic_rnn(
        cell(deepctr, "agru"), tf.zeros([3, 4]), tf.zeros([3, 4, 1]), dtype=tf.float32
    )


@error_case("to have rank at least 2")
def inputs_of_rank_1(tf, deepctr):
    return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), tf.zeros([3]), tf.zeros([3, 4, 1]), dtype=tf.float32)


@error_case("Input size (depth of inputs) must be accessible via shape inference")
def inputs_of_unknown_depth(tf, deepctr):
    x, a = inputs(tf, (None, None, None))
    return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), x, a, dtype=tf.float32)


@error_case("parallel_iterations must be int")
def parallel_iterations_of_a_float(tf, deepctr):
    x, a = inputs(tf)
    return deepctr.contrib.rnn.dynamic_rnn(cell(deepctr, "agru"), x, a, dtype=tf.float32, parallel_iterations=1.5)
