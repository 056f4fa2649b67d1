"""The cells of ``tf.contrib.rnn`` with one state tensor, a step at a time and in dynamic_rnn."""

from __future__ import annotations

import numpy as np

from tests.golden.contrib_cases.contrib_lstms import LENGTHS, cell_class, resolved
from tests.golden.registry import case, facts, normal


def gated(label, kind, depth=2, units=4, dtype="float32", tolerance=2e-5, **options):
    """A cell with options: a step from a state, and sequences."""

    def feeds(rng):
        return {"x": normal(rng, 3, depth, dtype=dtype), "h": normal(rng, 3, units, dtype=dtype)}

    def sequences(rng):
        return [
            {
                "x": normal(rng, 3, 5, depth, dtype=dtype),
                "h": normal(rng, 3, units, dtype=dtype),
                "n": np.array(n, "int32"),
            }
            for n in LENGTHS
        ]

    @case(feeds, name="step_" + label, tolerance=tolerance)
    def step(tf):
        cell = cell_class(tf, kind)(units, **resolved(tf, options))
        return cell(tf.placeholder(dtype, [None, depth], "x"), tf.placeholder(dtype, [None, units], "h"))

    @case(sequences, name="sequence_" + label, tolerance=tolerance)
    def sequence(tf):
        cell = cell_class(tf, kind)(units, **resolved(tf, options))
        x, h = tf.placeholder(dtype, [None, None, depth], "x"), tf.placeholder(dtype, [None, units], "h")
        return tf.nn.dynamic_rnn(cell, x, tf.placeholder(tf.int32, [None], "n"), initial_state=h)


gated("gru_block", "GRUBlockCell")
gated("gru_block_v2", "GRUBlockCellV2", name="mine")

gated("ugrnn", "UGRNNCell")
gated("ugrnn_softsign", "UGRNNCell", activation="tf.nn.softsign", forget_bias=-1.0)
gated("ugrnn_float64", "UGRNNCell", dtype="float64", tolerance=1e-9)
gated("ugrnn_float16", "UGRNNCell", dtype="float16", tolerance=4e-3)

gated("intersection", "IntersectionRNNCell", depth=4)
gated("intersection_projected", "IntersectionRNNCell", num_in_proj=4, forget_bias=0.0)
gated("intersection_sigmoid", "IntersectionRNNCell", depth=4, y_activation="tf.sigmoid", num_in_proj=4)
gated("intersection_float64", "IntersectionRNNCell", num_in_proj=4, dtype="float64", tolerance=1e-9)

gated("sru", "SRUCell")
gated("sru_relu", "SRUCell", activation="tf.nn.relu", name="mine")
gated("sru_float64", "SRUCell", dtype="float64", tolerance=1e-9)
gated("sru_float16", "SRUCell", dtype="float16", tolerance=4e-3)

gated("ind_rnn", "IndRNNCell")
gated("ind_rnn_relu", "IndRNNCell", activation="tf.nn.relu", name="mine")
gated("ind_rnn_float64", "IndRNNCell", dtype="float64", tolerance=1e-9)

gated("indy_gru", "IndyGRUCell")
gated("indy_gru_sigmoid", "IndyGRUCell", activation="tf.sigmoid", name="mine")
gated("indy_gru_float64", "IndyGRUCell", dtype="float64", tolerance=1e-9)

gated("minimal", "MinimalRNNCell")
gated("minimal_linear", "MinimalRNNCell", activation=None, name="mine")
gated("minimal_by_names", "MinimalRNNCell", activation="relu", kernel_initializer="he_normal", bias_initializer="zeros")
gated("minimal_float64", "MinimalRNNCell", dtype="float64", tolerance=1e-9)

gated("cfn", "CFNCell")
gated("cfn_relu", "CFNCell", activation="relu", name="mine")
gated("cfn_float64", "CFNCell", dtype="float64", tolerance=1e-9)


@facts()
def shared_and_unshared_names(tf):
    """The names of the variables of two cells beside each other, and of one that is called twice or in a scope."""
    x, h = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.float32, [None, 3])
    for name in ("SRUCell", "IndRNNCell", "IndyGRUCell", "CFNCell", "MinimalRNNCell", "GRUBlockCell", "GRUBlockCellV2"):
        for _ in range(2):
            cell_class(tf, name)(3)(x, h)
    for name in ("UGRNNCell", "SRUCell"):
        with tf.variable_scope("twice_" + name):
            cell = cell_class(tf, name)(3)
            cell(x, cell(x, h)[1])
        cell_class(tf, name)(3)(x, h, scope="given_" + name)
        with tf.variable_scope("again_" + name) as scope:
            cell_class(tf, name)(3)(x, h)
            if name == "UGRNNCell":
                scope.reuse_variables()
                cell_class(tf, name)(3)(x, h)
            cell_class(tf, name)(3, reuse=True)(x, h)
    return [variable.op.name for variable in tf.global_variables()]


@facts()
def shared_and_unshared_names_of_pairs(tf):
    x, pair = tf.placeholder(tf.float32, [None, 3]), (tf.placeholder(tf.float32, [None, 3]),) * 2
    for name in ("NASCell", "IndyLSTMCell", "LSTMBlockCell"):
        for _ in range(2):
            cell_class(tf, name)(3)(x, pair)
    for name in ("WeightNormLSTMCell", "CoupledInputForgetGateLSTMCell", "LayerNormBasicLSTMCell", "GLSTMCell"):
        with tf.variable_scope("twice_" + name):
            cell = cell_class(tf, name)(3)
            cell(x, cell(x, pair)[1])
        cell_class(tf, name)(3)(x, pair, scope="given_" + name)
        with tf.variable_scope("again_" + name) as scope:
            cell_class(tf, name)(3)(x, pair)
            scope.reuse_variables()
            cell_class(tf, name)(3)(x, pair)
    cells = [cell_class(tf, "WeightNormLSTMCell")(3) for _ in range(2)]
    tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), tf.placeholder(tf.float32, [None, None, 3]), dtype=tf.float32)
    return [variable.op.name for variable in tf.global_variables()]


@facts()
def sizes_and_zero_states(tf):
    """The sizes that cells say, and the shapes of their zero states."""
    rnn = tf.contrib.rnn
    cells = [
        rnn.LSTMBlockCell(3),
        rnn.GRUBlockCell(cell_size=3),
        rnn.CoupledInputForgetGateLSTMCell(3, num_proj=2),
        rnn.CoupledInputForgetGateLSTMCell(3, num_proj=2, state_is_tuple=False),
        rnn.LayerNormBasicLSTMCell(3),
        rnn.NASCell(3, num_proj=2),
        rnn.UGRNNCell(3),
        rnn.IntersectionRNNCell(3),
        rnn.PhasedLSTMCell(3),
        rnn.SRUCell(3),
        rnn.IndRNNCell(3, dtype=tf.float64),
        rnn.IndyLSTMCell(3),
        rnn.GLSTMCell(4, num_proj=2, number_of_groups=2),
        cell_class(tf, "LayerNormLSTMCell")(3, num_proj=2),
        cell_class(tf, "WeightNormLSTMCell")(3, num_proj=2),
        cell_class(tf, "MinimalRNNCell")(3),
    ]
    found = []
    for cell in cells:
        state = cell.zero_state(2, tf.float32)
        pair = isinstance(state, tf.nn.rnn_cell.LSTMStateTuple)
        shapes = [leaf.shape.as_list() for leaf in (state if pair else [state])]
        found.append([type(cell).__name__, str(cell.state_size), str(cell.output_size), pair, shapes])
    return found


@facts()
def trainable_variables(tf):
    """Ratios that are not trainable; a cell that is not."""
    x, t = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.float32, [None, 1])
    pair = (tf.placeholder(tf.float32, [None, 3]),) * 2
    tf.contrib.rnn.PhasedLSTMCell(3, trainable_ratio_on=False)((t, x), pair)
    tf.contrib.rnn.SRUCell(3, trainable=False)(x, pair[0])
    tf.contrib.rnn.NASCell(3, trainable=False)(x, pair)
    return [variable.op.name for variable in tf.trainable_variables()]


@facts()
def build_before_call(tf):
    """``build`` makes the variables, of the dtype that was given."""
    rnn = tf.contrib.rnn
    for kind in (rnn.IndRNNCell, rnn.IndyGRUCell, rnn.IndyLSTMCell):
        for dtype in (tf.float32, tf.float64):
            kind(3, dtype=dtype).build((None, 5))
    return [[v.op.name, v.shape.as_list(), v.dtype.base_dtype.name] for v in tf.global_variables()]


def initial_values(label, depth, width, make, pair=False):
    """What a cell gives with its own initial values, and the scope's for all that has none of its own."""

    def feeds(rng):
        return {"x": normal(rng, 3, depth), "c": normal(rng, 3, 4), "h": normal(rng, 3, width)}

    @case(feeds, name="initial_values_" + label, initial=True, tolerance=1e-4)
    def start(tf):
        x, h = tf.placeholder(tf.float32, [None, depth], "x"), tf.placeholder(tf.float32, [None, width], "h")
        c = tf.placeholder(tf.float32, [None, 4], "c")
        with tf.variable_scope("root", initializer=tf.constant_initializer(0.3)):
            return make(tf)(x, (c, h) if pair else h), c + 1


def norms(tf, name, **options):
    return cell_class(tf, name)(4, norm_gain=1.5, norm_shift=0.25, **options)


initial_values("block", 2, 4, lambda tf: tf.contrib.rnn.LSTMBlockCell(4, use_peephole=True), True)
initial_values("gru_block", 2, 4, lambda tf: tf.contrib.rnn.GRUBlockCell(4))
initial_values("gru_block_v2", 2, 4, lambda tf: tf.contrib.rnn.GRUBlockCellV2(4))
initial_values(
    "coupled",
    2,
    4,
    lambda tf: tf.contrib.rnn.CoupledInputForgetGateLSTMCell(
        4, use_peepholes=True, initializer=tf.constant_initializer(7.0)
    ),
    True,
)
initial_values(
    "coupled_norm", 2, 4, lambda tf: norms(tf, "CoupledInputForgetGateLSTMCell", layer_norm=True, num_proj=4), True
)
initial_values("basic_norm", 2, 4, lambda tf: norms(tf, "LayerNormBasicLSTMCell"), True)
initial_values("basic_norm_off", 2, 4, lambda tf: norms(tf, "LayerNormBasicLSTMCell", layer_norm=False), True)
initial_values(
    "norm",
    2,
    3,
    lambda tf: norms(
        tf,
        "LayerNormLSTMCell",
        layer_norm=True,
        use_peepholes=True,
        num_proj=3,
        initializer=tf.constant_initializer(0.2),
    ),
    True,
)
initial_values("nas", 2, 3, lambda tf: tf.contrib.rnn.NASCell(4, num_proj=3, use_bias=True), True)
initial_values("ugrnn", 2, 4, lambda tf: tf.contrib.rnn.UGRNNCell(4))
initial_values("ugrnn_own", 2, 4, lambda tf: tf.contrib.rnn.UGRNNCell(4, initializer=tf.constant_initializer(0.2)))
initial_values("intersection", 2, 4, lambda tf: tf.contrib.rnn.IntersectionRNNCell(4, num_in_proj=4))
initial_values(
    "intersection_own",
    2,
    4,
    lambda tf: tf.contrib.rnn.IntersectionRNNCell(4, num_in_proj=4, initializer=tf.constant_initializer(0.2)),
)
initial_values("sru", 2, 4, lambda tf: tf.contrib.rnn.SRUCell(4))
initial_values(
    "groups",
    2,
    2,
    lambda tf: tf.contrib.rnn.GLSTMCell(4, number_of_groups=2, num_proj=2, initializer=tf.constant_initializer(0.2)),
    True,
)
initial_values(
    "weight_norm",
    2,
    3,
    lambda tf: cell_class(tf, "WeightNormLSTMCell")(
        4, use_peepholes=True, num_proj=3, initializer=tf.constant_initializer(0.2)
    ),
    True,
)


@case(lambda rng: [{"x": normal(rng, 3, 5, 2), "n": np.array(n, "int32")} for n in ([5, 2, 3], [0, 1, 4])])
def two_directions(tf):
    x, n = tf.placeholder(tf.float32, [None, None, 2], "x"), tf.placeholder(tf.int32, [None], "n")
    forward, backward = tf.contrib.rnn.UGRNNCell(4), tf.contrib.rnn.LSTMBlockCell(3)
    return tf.nn.bidirectional_dynamic_rnn(forward, backward, x, n, dtype=tf.float32)


@case(lambda rng: [{"x": normal(rng, 3, 5, 2), "n": np.array(n, "int32")} for n in ([5, 2, 3], [0, 1, 4])])
def two_directions_of_one_cell(tf):
    """The cell is called in two scopes, and its variables are those of the first."""
    x, n = tf.placeholder(tf.float32, [None, None, 2], "x"), tf.placeholder(tf.int32, [None], "n")
    cell = tf.contrib.rnn.NASCell(4)
    return tf.nn.bidirectional_dynamic_rnn(cell, cell, x, n, dtype=tf.float32)


@case(lambda rng: [{"x": normal(rng, 3, 4, 2), "n": np.array(n, "int32")} for n in ([4, 2, 0], [1, 1, 1])])
def statically(tf):
    x, n = tf.placeholder(tf.float32, [None, 4, 2], "x"), tf.placeholder(tf.int32, [None], "n")
    cell = tf.nn.rnn_cell.MultiRNNCell(
        [tf.contrib.rnn.IntersectionRNNCell(4, 4), tf.contrib.rnn.IntersectionRNNCell(4), tf.contrib.rnn.SRUCell(3)]
    )
    outputs, state = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), sequence_length=n, dtype=tf.float32)
    return tf.stack(outputs, 1), state


@case(lambda rng: {"x": normal(rng, 4, 3, 2)})
def time_major_in_wrappers(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    wrapped = [
        tf.nn.rnn_cell.DropoutWrapper(tf.contrib.rnn.IndyGRUCell(3), output_keep_prob=1.0),
        tf.nn.rnn_cell.ResidualWrapper(tf.contrib.rnn.SRUCell(3)),
        tf.nn.rnn_cell.ResidualWrapper(cell_class(tf, "MinimalRNNCell")(3)),
        tf.nn.rnn_cell.DeviceWrapper(cell_class(tf, "CFNCell")(3), "/cpu:0"),
    ]
    cell = tf.nn.rnn_cell.MultiRNNCell(wrapped)
    return tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, time_major=True)


@facts()
def scopes_of_one_cell_in_two_directions(tf):
    """The names of the variables of cells that are called in two scopes."""
    x = tf.placeholder(tf.float32, [None, None, 3])
    for name in ("UGRNNCell", "SRUCell", "WeightNormLSTMCell", "GLSTMCell", "CoupledInputForgetGateLSTMCell"):
        with tf.variable_scope("one_" + name):
            cell = cell_class(tf, name)(3)
            tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, scope="first")
            tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, scope="second")
    return [variable.op.name for variable in tf.global_variables()]
