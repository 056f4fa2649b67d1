"""The layers of ``deepctr.layers`` that interest networks are made of."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, ints, normal

STEPS, WIDTH = 4, 3


def asked(rng, rows=5):
    """A query, keys, and how many keys there are: none, some, all, and more than there are."""
    return {
        "q": normal(rng, rows, 1, WIDTH),
        "k": normal(rng, rows, STEPS, WIDTH),
        "n": np.array([[0], [2], [4], [9], [1]][:rows], "int32"),
    }


def pair(rng):
    """A query and keys."""
    return {name: array for name, array in asked(rng).items() if name != "n"}


def query(tf):
    return tf.placeholder(tf.float32, [None, 1, WIDTH], "q"), tf.placeholder(tf.float32, [None, STEPS, WIDTH], "k")


def number(tf, dtype="int32"):
    return tf.placeholder(getattr(tf, dtype), [None, 1], "n")


def attentions(name, **options):
    @case(asked, name=f"attention_{name}")
    def pooled(tf, deepctr):
        q, k = query(tf)
        return deepctr.layers.AttentionSequencePoolingLayer(**options)([q, k, number(tf)])

    @case(asked, name=f"attention_{name}_scores")
    def scores(tf, deepctr):
        q, k = query(tf)
        return deepctr.layers.AttentionSequencePoolingLayer(return_score=True, **options)([q, k, number(tf)])


attentions("raw", att_hidden_units=(4, 2))
attentions("normalized", att_hidden_units=(4, 2), weight_normalization=True)
attentions("raw_with_dice", att_hidden_units=(4, 2), att_activation="dice")
attentions("normalized_with_dice", att_hidden_units=(5,), att_activation="dice", weight_normalization=True)
attentions("normalized_with_relu", att_hidden_units=(2, 3, 4), att_activation="relu", weight_normalization=True)
attentions("without_hidden_layers", att_hidden_units=())


@case(lambda rng: {**pair(rng), "m": ints(rng, 2, 5, STEPS).astype(bool)})
def attention_with_a_mask(tf, deepctr):
    q, k = query(tf)
    m = tf.placeholder(tf.bool, [None, STEPS], "m")
    layer = deepctr.layers.AttentionSequencePoolingLayer((4, 2), weight_normalization=True, supports_masking=True)
    return layer([q, k], mask=[None, m])


@case(asked)
def two_attentions_of_one_layer_share_their_variables(tf, deepctr):
    q, k = query(tf)
    layer = deepctr.layers.AttentionSequencePoolingLayer((4, 2), "dice", name="pool")
    return layer([q, k, number(tf)]), layer([2.0 * q, k, tf.constant([[1], [2], [3], [4], [0]])])


@case(asked)
def two_attentions_side_by_side(tf, deepctr):
    q, k = query(tf)
    layer = deepctr.layers.AttentionSequencePoolingLayer
    n = number(tf)
    return layer((4, 2), "dice")([q, k, n]), layer((4,), "dice", weight_normalization=True)([q, k, n])


@case(pair)
def local_activation_unit(tf, deepctr):
    return deepctr.layers.LocalActivationUnit((4, 2), "tanh")(list(query(tf)))


@case(pair)
def local_activation_unit_with_normalization(tf, deepctr):
    return deepctr.layers.LocalActivationUnit((4, 2), "dice", use_bn=True)(list(query(tf)))


@case(lambda rng: {"x": 3 * normal(rng, 6, WIDTH)})
def dice(tf, deepctr):
    return deepctr.layers.Dice()(tf.placeholder(tf.float32, [None, WIDTH], "x"))


@case(lambda rng: {"x": 3 * normal(rng, 2, 5, WIDTH)})
def dice_of_rank_3_with_another_epsilon(tf, deepctr):
    return deepctr.layers.Dice(epsilon=0.5, name="turn")(tf.placeholder(tf.float32, [None, 5, WIDTH], "x"))


@case(lambda rng: {"x": 3 * normal(rng, 2, WIDTH)}, initial=True)
def dice_at_first(tf, deepctr):
    return deepctr.layers.Dice()(tf.placeholder(tf.float32, [None, WIDTH], "x"))


def networks(case_name, *arguments, **options):
    @case(lambda rng: {"x": normal(rng, 4, WIDTH)}, name=f"dnn_{case_name}")
    def rows(tf, deepctr):
        return deepctr.layers.DNN(*arguments, **options)(tf.placeholder(tf.float32, [None, WIDTH], "x"))


networks("of_two_layers", (4, 2))
networks("of_no_layers", ())
networks("normalized", (4, 2), use_bn=True)
networks("with_dice_and_normalized", (4, 2), "dice", use_bn=True)
networks("with_another_last_activation", (4, 2), "relu", output_activation="sigmoid")
networks("with_dropout_and_regularization", [4, 2], "tanh", 0.1, 0.5)
networks("with_linear_layers", (4,), "linear", name="plain")


@case(lambda rng: {"x": normal(rng, 2, 5, WIDTH)})
def dnn_over_the_last_of_three_axes(tf, deepctr):
    return deepctr.layers.DNN((4, 2), "dice")(tf.placeholder(tf.float32, [None, 5, WIDTH], "x"))


@case(lambda rng: {"x": normal(rng, 2, WIDTH)})
def several_networks_are_counted(tf, deepctr):
    x = tf.placeholder(tf.float32, [None, WIDTH], "x")
    first = deepctr.layers.DNN((2,), "dice", use_bn=True)(x)
    second = deepctr.layers.DNN((3, 2), "dice")(first)
    return deepctr.layers.PredictionLayer()(deepctr.layers.DNN((1,), "dice", name="last")(second))


def predictions(task):
    @case(lambda rng: {"x": normal(rng, 4, 1)}, name=f"prediction_{task}")
    def prediction(tf, deepctr):
        return deepctr.layers.PredictionLayer(task)(tf.placeholder(tf.float32, [None, 1], "x"))


for what in ("binary", "regression", "multiclass"):
    predictions(what)


@case(lambda rng: {"x": normal(rng, 4, 2)})
def prediction_without_a_bias(tf, deepctr):
    return deepctr.layers.PredictionLayer(use_bias=False)(tf.placeholder(tf.float32, [None, 2], "x"))


def recurrences(kind, **options):
    def walked(rng):
        return {"k": normal(rng, 5, STEPS, WIDTH), "n": np.array([[0], [2], [4], [9], [1]], "int64")}

    def inputs(tf):
        k = tf.placeholder(tf.float32, [None, STEPS, WIDTH], "k")
        scores = [0.1 * tf.reduce_sum(k, -1, keepdims=True)] if kind in ("AGRU", "AUGRU") else []
        return [k, number(tf, "int64"), *scores]

    @case(walked, name=f"dynamic_gru_{kind}")
    def every_output(tf, deepctr):
        return deepctr.layers.sequence.DynamicGRU(gru_type=kind)(inputs(tf))

    @case(walked, name=f"dynamic_gru_{kind}_last_state")
    def last(tf, deepctr):
        return deepctr.layers.sequence.DynamicGRU(2, kind, return_sequence=False, name="gru2")(inputs(tf))


for gru_type in ("GRU", "AIGRU", "AGRU", "AUGRU"):
    recurrences(gru_type)


def both_directions(mode):
    @case(lambda rng: {"x": normal(rng, 3, STEPS, WIDTH)}, name=f"bilstm_{mode}")
    def bilstm(tf, deepctr):
        x = tf.placeholder(tf.float32, [None, STEPS, WIDTH], "x")
        return deepctr.layers.BiLSTM(WIDTH, layers=2, res_layers=1, merge_mode=mode)(x)


for merged in ("fw", "bw", "sum", "mul", "ave", "concat", None):
    both_directions(merged)


@case(lambda rng: {"x": normal(rng, 3, STEPS, WIDTH)})
def bilstm_of_one_layer_of_another_width(tf, deepctr):
    x = tf.placeholder(tf.float32, [None, STEPS, WIDTH], "x")
    return deepctr.layers.BiLSTM(2, layers=1, dropout_rate=0)(x)


@case(lambda rng: {"x": normal(rng, 3, STEPS, WIDTH)})
def bilstm_of_three_residual_layers(tf, deepctr):
    x = tf.placeholder(tf.float32, [None, STEPS, WIDTH], "x")
    return deepctr.layers.BiLSTM(WIDTH, layers=3, res_layers=3, merge_mode="concat", name="both")(x)


@facts()
def initial_values_that_are_not_random(tf, deepctr):
    deepctr.layers.BiLSTM(2, layers=1)(tf.placeholder(tf.float32, [None, 2, 2], "x"))
    deepctr.layers.PredictionLayer()(tf.placeholder(tf.float32, [None, 1], "y"))
    return [variable.op.name for variable in tf.global_variables() if "kernel" not in variable.op.name]


@case(lambda rng: {"x": np.zeros((1, 1, 2), "float32")}, initial=True)
def bilstm_with_its_first_biases(tf, deepctr):
    return deepctr.layers.BiLSTM(2, layers=1)(tf.placeholder(tf.float32, [None, 1, 2], "x"))


@error_case("Invalid merge mode.")
def a_merge_mode_there_is_not(tf, deepctr):
    return deepctr.layers.BiLSTM(2, merge_mode="max")


@error_case("task must be binary,multiclass or regression")
def a_task_there_is_not(tf, deepctr):
    return deepctr.layers.PredictionLayer("ranking")


@error_case("should be called on a list of 3 inputs")
def attention_without_a_length(tf, deepctr):
    return deepctr.layers.AttentionSequencePoolingLayer()(list(query(tf)))


@error_case("expect to be 3,3 and 2")
def attention_with_a_length_of_rank_1(tf, deepctr):
    q, k = query(tf)
    return deepctr.layers.AttentionSequencePoolingLayer()([q, k, tf.placeholder(tf.int32, [None], "n")])


@error_case("inputs of a 3 tensor with shape (None,1,embedding_size)")
def attention_with_a_query_of_another_width(tf, deepctr):
    q, k = query(tf)
    return deepctr.layers.AttentionSequencePoolingLayer()([tf.concat([q, q], -1), k, number(tf)])


@error_case("When supports_masking=True,input must support masking")
def attention_without_a_mask(tf, deepctr):
    q, k = query(tf)
    return deepctr.layers.AttentionSequencePoolingLayer(supports_masking=True)([q, k])


@error_case("should be called on a list of 2 inputs")
def a_unit_without_keys(tf, deepctr):
    q, _ = query(tf)
    return deepctr.layers.LocalActivationUnit()(q)


@error_case("expect to be 3 dimensions")
def a_unit_with_keys_of_rank_2(tf, deepctr):
    q, _ = query(tf)
    return deepctr.layers.LocalActivationUnit()([q, tf.placeholder(tf.float32, [None, WIDTH], "k")])


@error_case("inputs of a two inputs with shape (None,1,embedding_size)")
def a_unit_with_several_queries(tf, deepctr):
    _, k = query(tf)
    return deepctr.layers.LocalActivationUnit()([k, k])
