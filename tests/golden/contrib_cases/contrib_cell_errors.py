"""What the cells of ``tf.contrib.rnn`` refuse."""

from __future__ import annotations

from tests.golden.contrib_cases.contrib_lstms import cell_class
from tests.golden.registry import error_case

PAIRS = {
    "coupled": "CoupledInputForgetGateLSTMCell",
    "basic_norm": "LayerNormBasicLSTMCell",
    "norm": "LayerNormLSTMCell",
    "nas": "NASCell",
    "weight_norm": "WeightNormLSTMCell",
    "groups": "GLSTMCell",
    "indy_lstm": "IndyLSTMCell",
    "block": "LSTMBlockCell",
}
SINGLES = {
    "ugrnn": "UGRNNCell",
    "intersection": "IntersectionRNNCell",
    "sru": "SRUCell",
    "ind_rnn": "IndRNNCell",
    "indy_gru": "IndyGRUCell",
    "minimal": "MinimalRNNCell",
    "cfn": "CFNCell",
    "gru_block": "GRUBlockCell",
    "gru_block_v2": "GRUBlockCellV2",
}


def step(tf, kind, shape=(None, 4), dtype="float32", width=4, **options):
    """One step of a cell of 4 units."""
    cell = cell_class(tf, kind)(4, **options)
    state = tf.placeholder(dtype, [None, width], "h")
    if kind in PAIRS.values():
        state = tf.placeholder(dtype, [None, width], "c"), state
    return cell(tf.placeholder(dtype, shape, "x"), state)


def refused(label, *mentions, **arguments):
    @error_case(*mentions, name=label)
    def build(tf):
        return step(tf, **arguments)


NO_DEPTH = {
    "groups": "input size must be statically known",
    "indy_lstm": "Expected inputs.shape[-1] to be known",
    "sru": "Expected inputs.shape[-1] to be known",
    "ind_rnn": "Expected inputs.shape[-1] to be known",
    "indy_gru": "Expected inputs.shape[-1] to be known",
    "block": "Expecting inputs_shape[1] to be set",
    "gru_block": "Expecting input_size to be set.",
    "gru_block_v2": "Expecting input_size to be set.",
    # TensorFlow finds these out when a variable of unknown shape is made, which its message is about.
    "basic_norm": "",
    "minimal": "",
    "cfn": "",
}
for label, kind in {**PAIRS, **SINGLES}.items():
    missing = NO_DEPTH.get(label, "Could not infer input size from inputs.get_shape()[-1]")
    refused("unknown_depth_" + label, missing, kind=kind, shape=(None, None))
    refused("integers_" + label, kind=kind, dtype="int32")
    found = "must have rank 2" if label in ("coupled", "norm", "nas", "weight_norm", "ugrnn", "intersection") else ""
    refused("rank_3_" + label, found, kind=kind, shape=(None, 2, 4))


def other_state(label, kind):
    @error_case(name="state_of_one_tensor_" + label)
    def one_tensor(tf):
        return cell_class(tf, kind)(4)(tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.float32, [None, 8]))

    @error_case(name="state_of_three_" + label)
    def three(tf):
        h = tf.placeholder(tf.float32, [None, 4])
        return cell_class(tf, kind)(4)(tf.placeholder(tf.float32, [None, 4]), (h, h, h))


for label, kind in PAIRS.items():
    other_state(label, kind)


@error_case("Expecting state to be a tuple with length 2.")
def block_state_of_one(tf):
    h = tf.placeholder(tf.float32, [None, 4])
    return tf.contrib.rnn.LSTMBlockCell(4)(tf.placeholder(tf.float32, [None, 4]), (h,))


refused("block_float64", "has DataType float64 not in list of allowed values", kind="LSTMBlockCell", dtype="float64")
refused("gru_block_float64", "has DataType float64 not in list", kind="GRUBlockCell", dtype="float64")
refused("gru_block_float16", "has DataType float16 not in list", kind="GRUBlockCellV2", dtype="float16")
refused("gru_block_width", "Shape of h_prev[1] incorrect: cell_size 4 vs 5", kind="GRUBlockCell", width=5)
refused("coupled_too_many_shards", "Too many shards", kind=PAIRS["coupled"], num_unit_shards=9)
refused("coupled_no_projection", kind=PAIRS["coupled"], num_proj=0)
refused("nas_no_projection", kind="NASCell", num_proj=0)
refused("coupled_norm_float64", "Trying to share variable", kind=PAIRS["coupled"], dtype="float64", layer_norm=True)
refused("norm_float64", "Trying to share variable", kind=PAIRS["norm"], dtype="float64", layer_norm=True)
refused("groups_of_units", "num_units must be divisible by number_of_groups", kind="GLSTMCell", number_of_groups=3)
refused(
    "groups_of_projection",
    "num_proj must be divisible by number_of_groups",
    kind="GLSTMCell",
    number_of_groups=2,
    num_proj=3,
)
refused(
    "groups_of_inputs",
    "input size (5) must be divisible by number_of_groups (2)",
    kind="GLSTMCell",
    number_of_groups=2,
    shape=(None, 5),
)
refused(
    "intersection_width",
    "Must have input size == output size for Intersection RNN.",
    "num_in_proj should be set to num_units at cell init",
    kind="IntersectionRNNCell",
    shape=(None, 3),
)
refused("basic_norm_drops_all", kind=PAIRS["basic_norm"], dropout_keep_prob=0.0)
refused("minimal_activation", "Unknown activation function", kind="MinimalRNNCell", activation="nope")
refused("minimal_initializer", "Unknown initializer", kind="MinimalRNNCell", kernel_initializer="nope")
refused("cfn_option", "Keyword argument not understood", kind="CFNCell", nope=1)


@error_case("Exactly one of num_units or cell_size must be provided.")
def gru_block_without_size(tf):
    return tf.contrib.rnn.GRUBlockCell()


@error_case("Exactly one of num_units or cell_size must be provided.")
def gru_block_with_two_sizes(tf):
    return tf.contrib.rnn.GRUBlockCellV2(3, cell_size=3)


def phased(tf, time, x, state):
    if state is None:
        state = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.float32, [None, 4])
    return tf.contrib.rnn.PhasedLSTMCell(4)((time, x), state)


@error_case("linear is expecting 2D arguments")
def phased_rank_3(tf):
    return phased(tf, tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float32, [None, 2, 3]), None)


@error_case("linear expects shape[1] to be provided")
def phased_unknown_depth(tf):
    return phased(tf, tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float32, [None, None]), None)


@error_case()
def phased_float64(tf):
    pair = (tf.placeholder(tf.float64, [None, 4]),) * 2
    return phased(tf, tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float64, [None, 2]), pair)


@error_case()
def phased_without_time(tf):
    pair = (tf.placeholder(tf.float32, [None, 4]),) * 2
    return tf.contrib.rnn.PhasedLSTMCell(4)(tf.placeholder(tf.float32, [None, 2]), pair)


@error_case()
def phased_state_of_one_tensor(tf):
    h = tf.placeholder(tf.float32, [None, 8])
    return phased(tf, tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float32, [None, 2]), h)


def two_in_one_scope(label, kind):
    """Cells that are no LayerRNNCell take the same scope again."""

    @error_case("already exists", name="two_in_one_scope_" + label)
    def two(tf):
        step(tf, kind)
        return step(tf, kind)


for label in ("coupled", "basic_norm", "norm", "weight_norm", "groups"):
    two_in_one_scope(label, PAIRS[label])
two_in_one_scope("ugrnn", "UGRNNCell")


@error_case("does not exist")
def reuse_of_nothing(tf):
    return step(tf, "UGRNNCell", reuse=True)
