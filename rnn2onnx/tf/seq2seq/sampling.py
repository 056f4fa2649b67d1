"""What a ``BasicDecoder`` reads next: ``Helper`` and those that choose by argmax or by functions of the caller's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.ops.arithmetic import equal
from rnn2onnx.tf.ops.filling import fill
from rnn2onnx.tf.ops.lookups import embedding_lookup
from rnn2onnx.tf.ops.reduction_ops import argmax, reduce_all
from rnn2onnx.tf.ops.selecting import where_v2
from rnn2onnx.tf.ops.shape_ops import shape, size
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["CustomHelper", "GreedyEmbeddingHelper", "Helper", "InferenceHelper"]


class Helper(ABC):
    """Chooses ids from the outputs of a step, and gives the inputs of the next one.

    Source:
        ``tf.contrib.seq2seq.Helper``.
    """

    @property
    @abstractmethod
    def batch_size(self) -> Any:
        """i32[]: the number of rows."""

    @property
    @abstractmethod
    def sample_ids_shape(self) -> Any:
        """The shape of one row's choice."""

    @property
    @abstractmethod
    def sample_ids_dtype(self) -> Any:
        """The dtype of choices."""

    @abstractmethod
    def initialize(self, name: str | None = None) -> Any:
        """``(finished bool[B], inputs of the first step)``."""

    @abstractmethod
    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """What is chosen from the outputs of a step."""

    @abstractmethod
    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None) -> Any:
        """``(finished bool[B], inputs of the next step, its state)``."""


class CustomHelper(Helper):
    """A helper made of three functions.

    Args:
        initialize_fn: ``()`` gives ``(finished, inputs)`` of the first step.
        sample_fn: ``(time, outputs, state)`` gives the choice.
        next_inputs_fn: ``(time, outputs, state, sample_ids)`` gives ``(finished, inputs, state)`` of the next step.
        sample_ids_shape: The shape of one row's choice; None: a scalar.
        sample_ids_dtype: The dtype of choices; None: int32.

    Source:
        ``tf.contrib.seq2seq.CustomHelper``.
    """

    def __init__(
        self,
        initialize_fn: Callable[..., Any],
        sample_fn: Callable[..., Any],
        next_inputs_fn: Callable[..., Any],
        sample_ids_shape: Any = None,
        sample_ids_dtype: Any = None,
    ) -> None:
        self._initialize_fn = initialize_fn
        self._sample_fn = sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._batch_size: Any = None
        self._sample_ids_shape = TensorShape(sample_ids_shape or [])
        self._sample_ids_dtype = sample_ids_dtype or int32

    @property
    def batch_size(self) -> Any:
        """i32[]: the number of rows; known once ``initialize`` was called."""
        if self._batch_size is None:
            raise ArgumentError(
                "batch_size accessed before initialize was called: call the helper's initialize() first.",
                user_location(),
            )
        return self._batch_size

    @property
    def sample_ids_shape(self) -> Any:
        """The shape of one row's choice."""
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self) -> Any:
        """The dtype of choices."""
        return self._sample_ids_dtype

    def initialize(self, name: str | None = None) -> Any:
        """What ``initialize_fn`` gives."""
        finished, next_inputs = self._initialize_fn()
        if self._batch_size is None:
            self._batch_size = size(finished)
        return finished, next_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """What ``sample_fn`` gives."""
        return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None) -> Any:
        """What ``next_inputs_fn`` gives."""
        return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


class InferenceHelper(Helper):
    """Reads what it chose by functions of the outputs and of the choice.

    Args:
        sample_fn: ``(outputs)`` gives the choice.
        sample_shape: The shape of one row's choice.
        sample_dtype: The dtype of choices.
        start_inputs: The inputs of the first step.
        end_fn: ``(sample_ids)`` gives bool[B]: which rows have finished.
        next_inputs_fn: ``(sample_ids)`` gives the inputs of the next step; None: the choice itself.

    Source:
        ``tf.contrib.seq2seq.InferenceHelper``.
    """

    def __init__(
        self,
        sample_fn: Callable[..., Any],
        sample_shape: Any,
        sample_dtype: Any,
        start_inputs: Any,
        end_fn: Callable[..., Any],
        next_inputs_fn: Callable[..., Any] | None = None,
    ) -> None:
        self._sample_fn = sample_fn
        self._end_fn = end_fn
        self._sample_shape = TensorShape(sample_shape)
        self._sample_dtype = sample_dtype
        self._next_inputs_fn = next_inputs_fn
        self._batch_size = shape(start_inputs)[0]
        self._start_inputs = convert_to_tensor(start_inputs)

    @property
    def batch_size(self) -> Any:
        """i32[]: the number of rows."""
        return self._batch_size

    @property
    def sample_ids_shape(self) -> Any:
        """The shape of one row's choice."""
        return self._sample_shape

    @property
    def sample_ids_dtype(self) -> Any:
        """The dtype of choices."""
        return self._sample_dtype

    def initialize(self, name: str | None = None) -> Any:
        """No row has finished; the start inputs."""
        return fill([self._batch_size], False), self._start_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """What ``sample_fn`` gives."""
        return self._sample_fn(outputs)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None) -> Any:
        """What ``end_fn`` and ``next_inputs_fn`` give."""
        next_inputs = sample_ids if self._next_inputs_fn is None else self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), next_inputs, state


def embedding_function(embedding: Any) -> Callable[[Any], Any]:
    """``embedding`` itself if it is a function, else the look-up in it."""
    if callable(embedding):
        function: Callable[[Any], Any] = embedding
        return function
    return lambda ids: embedding_lookup(embedding, ids)


def start_and_end(start_tokens: Any, end_token: Any) -> tuple[Tensor, Tensor]:
    """The tokens to start with, i32[B], and the one to stop at, i32[].

    Raises:
        ValueError: They have other ranks.
    """
    start, end = convert_to_tensor(start_tokens, int32), convert_to_tensor(end_token, int32)
    if len(start.dims) != 1:
        raise ArgumentError(f"start_tokens must be a vector, not {start!r}: one token for each row.", user_location())
    if end.dims:
        raise ArgumentError(f"end_token must be a scalar, not {end!r}.", user_location())
    return start, end


class GreedyEmbeddingHelper(Helper):
    """Chooses the id with the greatest output, and reads its embedding.

    Args:
        embedding: The table, or a function of ids.
        start_tokens: i32[B].
        end_token: i32[]: a row that chose it has finished.

    Raises:
        ValueError: ``start_tokens`` is no vector, or ``end_token`` no scalar.

    Source:
        ``tf.contrib.seq2seq.GreedyEmbeddingHelper``.
    """

    def __init__(self, embedding: Any, start_tokens: Any, end_token: Any) -> None:
        self._embedding_fn = embedding_function(embedding)
        self._start_tokens, self._end_token = start_and_end(start_tokens, end_token)
        self._batch_size = size(start_tokens)
        self._start_inputs = self._embedding_fn(self._start_tokens)

    @property
    def batch_size(self) -> Any:
        """i32[]: the number of rows."""
        return self._batch_size

    @property
    def sample_ids_shape(self) -> Any:
        """A choice is one id."""
        return TensorShape([])

    @property
    def sample_ids_dtype(self) -> Any:
        """int32."""
        return int32

    def initialize(self, name: str | None = None) -> Any:
        """No row has finished; the embedded start tokens."""
        return fill([self._batch_size], False), self._start_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """The id with the greatest output."""
        if not isinstance(outputs, Tensor):
            raise ArgumentTypeError(
                f"Expected outputs to be a single Tensor, got: {type(outputs)}. Use a CustomHelper to choose from "
                "several.",
                user_location(),
            )
        return argmax(outputs, axis=-1, output_type=int32)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None) -> Any:
        """The embedded choice; the start tokens' once all rows have finished: the end token may be in no table."""
        finished = equal(sample_ids, self._end_token)
        ids = where_v2(reduce_all(finished), self._start_tokens, sample_ids)
        return finished, self._embedding_fn(ids), state
