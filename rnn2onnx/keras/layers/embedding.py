"""``keras.layers.Embedding``: rows of a table by number."""

from __future__ import annotations

from typing import Any

from rnn2onnx import tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import constraints, initializers, regularizers
from rnn2onnx.keras.engine.layer import Layer

__all__ = ["Embedding"]


class Embedding(Layer):
    """The row of each number. Variable ``embeddings`` ``[input_dim, output_dim]``.

    Args:
        input_dim: The number of rows.
        output_dim: Their length.
        embeddings_initializer: Of the rows.
        embeddings_regularizer: A function of the rows.
        activity_regularizer: Without effect.
        embeddings_constraint: Kept, without effect.
        mask_zero: Whether the number 0 is padding, masked out.
        input_length: The number of steps, if it is known; for the input layer of a sequential model.
        sparse: Refused if True.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: A size is not positive.

    Source:
        ``keras.layers.Embedding``.
    """

    _arguments_are_attributes = True

    def __init__(
        self,
        input_dim: Any,
        output_dim: Any,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        activity_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        input_length: Any = None,
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        if "input_shape" not in kwargs and "batch_input_shape" not in kwargs:
            kwargs["input_shape"] = (input_length or None,)
        if input_dim <= 0 or output_dim <= 0:
            raise ArgumentError(
                f"Both `input_dim` and `output_dim` should be positive, Received input_dim = {input_dim} and output_dim"
                f" = {output_dim}",
                user_location(),
            )
        if sparse:
            raise ArgumentError("Embedding(sparse=True) is not supported: give dense ids.", user_location())
        super().__init__(activity_regularizer=activity_regularizer, **{**kwargs, "autocast": False})
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = self.supports_masking = mask_zero
        self.input_length = input_length
        self.embeddings: Any = None

    def build(self, input_shape: Any = None) -> None:
        """Makes the table."""
        self.embeddings = self.add_weight(
            "embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The rows."""
        ids = inputs if inputs.dtype.name in ("int32", "int64") else tf.cast(inputs, tf.int32)
        return tf.nn.embedding_lookup(self.embeddings, ids)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True where the number is not 0; None without ``mask_zero``."""
        return tf.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the inputs and ``output_dim`` behind it."""
        shape = tf.TensorShape(input_shape)
        if self.input_length is not None:
            lengths = self.input_length if isinstance(self.input_length, list | tuple) else [self.input_length]
            shape = shape.merge_with([None, *lengths])
        return shape.concatenate([self.output_dim])
