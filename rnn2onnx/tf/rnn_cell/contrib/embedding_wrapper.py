"""Embedded ids before a cell: ``EmbeddingWrapper``."""

from __future__ import annotations

import math
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.nest import flatten
from rnn2onnx.tf.initializers import RandomUniform
from rnn2onnx.tf.ops.lookups import embedding_lookup
from rnn2onnx.tf.ops.reshaping import reshape
from rnn2onnx.tf.rnn_cell.contrib.projection_wrappers import ScopedWrapper
from rnn2onnx.tf.variables.variable_scope import get_variable, get_variable_scope


class EmbeddingWrapper(ScopedWrapper):
    """``cell(E[ids], state)``.

    Variables ``embedding_wrapper/embedding`` ``[classes, size]``, of the dtype of the state, then those of the cell in
    the same scope.

    Args:
        cell: The cell inside.
        embedding_classes: The number of rows of E.
        embedding_size: The number of columns of E.
        initializer: Of E; None: the scope's, or uniform between -√3 and √3, where the variance is 1.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell.
        ArgumentError: A size is not positive.

    Source:
        ``tf.contrib.rnn.EmbeddingWrapper``.
    """

    def __init__(
        self, cell: Any, embedding_classes: Any, embedding_size: Any, initializer: Any = None, reuse: Any = None
    ) -> None:
        super().__init__(cell, reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ArgumentError(
                f"Both embedding_classes and embedding_size must be > 0: {embedding_classes}, {embedding_size}.",
                user_location(),
            )
        self._embedding_classes = embedding_classes
        self._embedding_size = embedding_size
        self._initializer = initializer

    def call(self, inputs: Any, state: Any) -> Any:
        """One step of the cell on the rows of E for ids ``[batch]`` or ``[batch, 1]``."""
        root3 = math.sqrt(3)
        embedding = get_variable(
            "embedding",
            [self._embedding_classes, self._embedding_size],
            initializer=self._initializer or get_variable_scope().initializer or RandomUniform(-root3, root3),
            dtype=flatten(state)[0].dtype,
        )
        return self._cell(embedding_lookup(embedding, reshape(inputs, [-1])), state)
