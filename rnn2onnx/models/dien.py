"""How likely a user buys an item: the deep interest evolution network over the items that were looked at before.

A first GRU reads the behaviours, attention scores each of its states by what the item in question has to do with it,
and a second GRU follows the interest that these scores single out. A small dense network joins what comes out with the
features of the user and the item. The four ways to bring the scores into the second GRU are ``GRU_TYPES``.

Variables have the names that deepctr 0.9.4 gives them, so that a model trained there is loaded as it is.

Source: Zhou et al., 2018, "Deep Interest Evolution Network for Click-Through Rate Prediction"; deepctr's ``DIEN``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx import tf
from rnn2onnx.deepctr.layers import DNN, AttentionSequencePoolingLayer, DynamicGRU, PredictionLayer
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location

GRU_TYPES = ("GRU", "AIGRU", "AGRU", "AUGRU")
"""What the scores do: weigh the second GRU's outputs; its inputs; take its update gate's place; scale that gate."""


def model(
    gru_type: str = "AUGRU",
    att_weight_normalization: bool = True,
    *,
    user: tuple[int, int] = (30, 8),
    gender: tuple[int, int] = (3, 4),
    item_id: tuple[int, int] = (50, 8),
    cate_id: tuple[int, int] = (10, 4),
    pay_score: int = 1,
    dnn_hidden_units: Sequence[int] = (16, 8),
    dnn_activation: Any = "relu",
    use_bn: bool = False,
    att_hidden_units: Sequence[int] = (12, 6),
    att_activation: Any = "dice",
    task: str = "binary",
    use_negsampling: bool = False,
) -> dict[str, Any]:
    """The probability that each user of a batch buys an item.

    Placeholders: ``user``, ``gender``, ``item_id`` and ``cate_id`` i64[batch]; ``pay_score`` f32[batch], or
    f32[batch, pay_score] if it is not one number; ``hist_item_id`` and ``hist_cate_id`` i64[batch, time], the items
    looked at before; ``seq_length`` i64[batch], how many of them there are. With ``use_negsampling`` also
    ``neg_hist_item_id`` and ``neg_hist_cate_id`` i64[batch, time]: for each of these, an item that was not looked at.

    Args:
        gru_type: One of ``GRU_TYPES``.
        att_weight_normalization: Whether the scores go through a softmax; otherwise they are any numbers.
        user: How many users there are, and the width of what is known of each.
        gender: As ``user``.
        item_id: As ``user``; past items and the item in question share one table.
        cate_id: As ``item_id``, the items' categories.
        pay_score: How many numbers the dense feature has.
        dnn_hidden_units: The widths of the dense network's layers.
        dnn_activation: Its activation.
        use_bn: Whether it normalizes before each activation.
        att_hidden_units: The widths of the layers that score a behaviour.
        att_activation: Their activation.
        task: ``"binary"``; or ``"regression"``, where ``probability`` is no probability but the number itself.
        use_negsampling: Whether the model was trained to tell the next item from others, too; for AUGRU only.

    Returns:
        ``probability`` f32[batch, 1]. With ``use_negsampling`` also ``auxiliary_loss`` f32[]: how badly the first GRU
        tells the next item of the batch's users.

    Raises:
        ArgumentError: There is no such ``gru_type``, or no such ``task``; negative samples with another ``gru_type``.
    """
    if gru_type not in GRU_TYPES:
        raise ArgumentError(f"gru_type error : {gru_type!r} is none of {', '.join(GRU_TYPES)}.", user_location())
    if use_negsampling and gru_type != "AUGRU":
        raise ArgumentError(f"use_negsampling goes with gru_type='AUGRU' only, not {gru_type!r}.", user_location())
    ids = {name: tf.placeholder(tf.int64, ["batch"], name) for name in ("user", "gender", "item_id", "cate_id")}
    payment = tf.placeholder(tf.float32, ["batch", pay_score] if pay_score != 1 else ["batch"], "pay_score")
    length = tf.expand_dims(tf.placeholder(tf.int64, ["batch"], "seq_length"), 1)

    # deepctr names a table after the last column that reads it.
    reader = "neg_hist" if use_negsampling else "hist"
    items = _table(f"sparse_seq_emb_{reader}_item_id", item_id)
    categories = _table(f"sparse_seq_emb_{reader}_cate_id", cate_id)

    def described(item: Any, category: Any) -> Any:
        return tf.concat([tf.nn.embedding_lookup(items, item), tf.nn.embedding_lookup(categories, category)], -1)

    def past(column: str) -> Any:
        return described(
            *(tf.placeholder(tf.int64, ["batch", "time"], f"{column}_{of}") for of in ("item_id", "cate_id"))
        )

    item, behaviours = described(ids["item_id"], ids["cate_id"]), past("hist")
    users = tf.nn.embedding_lookup(_table("sparse_emb_user", user), ids["user"])
    genders = tf.nn.embedding_lookup(_table("sparse_emb_gender", gender), ids["gender"])

    states = DynamicGRU(name="gru1")([behaviours, length])
    outputs = {}
    if use_negsampling:
        outputs["auxiliary_loss"] = _auxiliary_loss(states, behaviours, past("neg_hist"), length)
    attention = AttentionSequencePoolingLayer(
        att_hidden_units, att_activation, att_weight_normalization, return_score=gru_type != "GRU"
    )
    interest = _interest(gru_type, attention, tf.expand_dims(item, 1), states, length)
    features = [users, genders, item, interest, tf.reshape(payment, [-1, pay_score])]
    hidden = DNN(dnn_hidden_units, dnn_activation, use_bn=use_bn)(tf.concat(features, -1))
    logit = tf.layers.dense(hidden, 1, use_bias=False, name="dense")
    return {"probability": PredictionLayer(task)(logit), **outputs}


def _interest(gru_type: str, attention: Any, item: Any, states: Any, length: Any) -> Any:
    """What the user wants by now, [batch, width], from the item [batch, 1, width] and the first GRU's states."""
    if gru_type == "GRU":
        evolved = DynamicGRU(name="gru2")([states, length])
        return tf.squeeze(attention([item, evolved, length]), 1)
    scores = tf.transpose(attention([item, states, length]), [0, 2, 1])
    if gru_type == "AIGRU":
        final = DynamicGRU(return_sequence=False, name="gru2")([states * scores, length])
    else:
        final = DynamicGRU(gru_type=gru_type, return_sequence=False, name="gru2")([states, length, scores])
    return tf.squeeze(final, 1)


def _table(name: str, size: tuple[int, int]) -> Any:
    with tf.variable_scope(name):
        initializer = tf.random_normal_initializer(stddev=1e-4, seed=2020)
        return tf.get_variable("embeddings", list(size), initializer=initializer)


def _auxiliary_loss(states: Any, clicked: Any, others: Any, length: Any) -> Any:
    """The cross entropy of telling, from each state, what was clicked next from what was not."""
    network = DNN([100, 50, 1], "sigmoid")

    def told(items: Any) -> Any:
        return network(tf.concat([states[:, :-1], items[:, 1:]], -1))[:, :, 0]

    present = tf.cast(tf.sequence_mask(tf.squeeze(length, 1) - 1, tf.shape(clicked)[1] - 1), tf.float32)
    return tf.reduce_mean(-(tf.log(told(clicked)) + tf.log(1.0 - told(others))) * present)
