"""``deepctr.layers.sequence``: attention over a user's behaviours, and recurrent layers over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx.deepctr.contrib.attention_cells import QAAttGRUCell, VecAttGRUCell
from rnn2onnx.deepctr.contrib.rnn import dynamic_rnn
from rnn2onnx.deepctr.layers.core import LocalActivationUnit
from rnn2onnx.deepctr.layers.keras_names import KerasNamedLayer
from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.activations import softmax
from rnn2onnx.tf.ops.filling import ones_like, sequence_mask, zeros_like
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.ops.reshaping import expand_dims, squeeze, transpose
from rnn2onnx.tf.ops.selecting import where
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.rnn_cell.gru import GRUCell

_PADDING = float(-(2**32) + 1)
"""The score of what is no behaviour, before a softmax."""


class AttentionSequencePoolingLayer(KerasNamedLayer):
    """The behaviours summed by how much each has to do with a query, or these scores themselves.

    The scores come from a ``LocalActivationUnit``, whose variables are this layer's.

    Args:
        att_hidden_units: The widths of the unit's DNN.
        att_activation: Its activation.
        weight_normalization: Whether scores go through a softmax over the behaviours; padding is then -2³² + 1 before
            it, and 0 without.
        return_score: Whether to give the scores.
        supports_masking: Whether the keys' mask is an argument of the call, in place of their length.
        **kwargs: As of ``tf.layers.Layer``.

    Raises:
        ShapeError: In the first call: the inputs are no query ``[batch, 1, features]``, keys ``[batch, time,
            features]`` and length ``[batch, 1]``.

    Source:
        ``deepctr.layers.sequence.AttentionSequencePoolingLayer``; Zhou et al., 2018, "Deep Interest Network".
    """

    def __init__(
        self,
        att_hidden_units: Sequence[int] = (80, 40),
        att_activation: Any = "sigmoid",
        weight_normalization: bool = False,
        return_score: bool = False,
        supports_masking: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.att_hidden_units = tuple(att_hidden_units)
        self.att_activation = att_activation
        self.weight_normalization = weight_normalization
        self.return_score = return_score
        self.supports_masking = supports_masking
        self.local_att: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the unit; it makes its variables when it is called."""
        if not self.supports_masking:
            _check_pooled(input_shape)
        self.local_att = LocalActivationUnit(self.att_hidden_units, self.att_activation)
        self.built = True

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """What ``return_score`` says: the pooled keys ``[batch, 1, features]`` or the scores ``[batch, 1, time]``.

        Args:
            inputs: ``[query, keys, keys_length]``; with ``supports_masking`` ``[query, keys]``.
            mask: With ``supports_masking``, a list whose last item says which keys there are, bool ``[batch, time]``.
            training: None or False.
        """
        if self.supports_masking:
            if mask is None:
                raise ArgumentError(
                    "When supports_masking=True,input must support masking: give mask=[None, which keys there are].",
                    user_location(),
                )
            query, keys = inputs
            present = expand_dims(mask[-1], 1)
        else:
            query, keys, length = inputs
            present = sequence_mask(length, shape(keys)[1])
        scores = transpose(self.local_att([query, keys], training=training), [0, 2, 1])
        padding = ones_like(scores) * _PADDING if self.weight_normalization else zeros_like(scores)
        scores = where(present, scores, padding)
        if self.weight_normalization:
            scores = softmax(scores)
        return scores if self.return_score else matmul(scores, keys)


def _check_pooled(shapes: Any) -> None:
    if not isinstance(shapes, list | tuple) or len(shapes) != 3:
        raise ShapeError(
            "A `AttentionSequencePoolingLayer` layer should be called on a list of 3 inputs: [query, keys, length].",
            user_location(),
        )
    query, keys, length = (one.as_list() for one in shapes)
    if (len(query), len(keys), len(length)) != (3, 3, 2):
        raise ShapeError(
            f"Unexpected inputs dimensions,the 3 tensor dimensions are {len(query)},{len(keys)} and {len(length)} , "
            "expect to be 3,3 and 2",
            user_location(),
        )
    if query[-1] != keys[-1] or query[1] != 1 or length[1] != 1:
        raise ShapeError(
            "A `AttentionSequencePoolingLayer` layer requires inputs of a 3 tensor with shape (None,1,embedding_size),"
            f"(None,T,embedding_size) and (None,1). Got different shapes: {query}, {keys}, {length}",
            user_location(),
        )


class DynamicGRU(KerasNamedLayer):
    """A gated recurrent unit over a user's behaviours, up to their number.

    Args:
        num_units: The number of units; None: the number of features.
        gru_type: ``"GRU"`` or ``"AIGRU"``: an ordinary cell; ``"AGRU"`` or ``"AUGRU"``: one that takes scores.
        return_sequence: Whether to give every output, ``[batch, time, units]``, or the last state, ``[batch, 1,
            units]``.
        **kwargs: As of ``tf.layers.Layer``.

    Source:
        ``deepctr.layers.sequence.DynamicGRU``, which fails for a batch of one row; this one does not.
    """

    def __init__(
        self, num_units: int | None = None, gru_type: str = "GRU", return_sequence: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_units = num_units
        self.gru_type = gru_type
        self.return_sequence = return_sequence
        self.gru_cell: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the cell; it makes its variables when it is called."""
        if self.num_units is None:
            self.num_units = input_shape[0].as_list()[-1]
        self.gru_cell = {"AGRU": QAAttGRUCell, "AUGRU": VecAttGRUCell}.get(self.gru_type, GRUCell)(self.num_units)
        self.built = True

    def call(self, inputs: Any, *, scope: Any) -> Any:
        """What ``return_sequence`` says.

        Args:
            inputs: ``[behaviours, their number]`` of ``[batch, time, features]`` and ``[batch, 1]``; a cell that takes
                scores has them third, ``[batch, time, 1]``.
            scope: The layer's own, in which the recurrence stands.
        """
        behaviours, length = inputs[:2]
        scores = inputs[2] if self.gru_type in ("AGRU", "AUGRU") else None
        outputs, state = dynamic_rnn(
            self.gru_cell, behaviours, scores, squeeze(length, axis=1), dtype="float32", scope=scope
        )
        return outputs if self.return_sequence else expand_dims(state, 1)
