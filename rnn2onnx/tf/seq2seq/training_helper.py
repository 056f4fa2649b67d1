"""``TrainingHelper``: a decoder that reads given inputs, whatever it chooses."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.loops.control_flow import cond
from rnn2onnx.tf.loops.tensor_array import TensorArray
from rnn2onnx.tf.ops.arithmetic import equal
from rnn2onnx.tf.ops.elementwise import cast
from rnn2onnx.tf.ops.filling import zeros
from rnn2onnx.tf.ops.reduction_ops import argmax, reduce_all
from rnn2onnx.tf.ops.shape_ops import shape, size
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn.batch_and_time import transpose_batch_time
from rnn2onnx.tf.seq2seq.one_batch import one_batch
from rnn2onnx.tf.seq2seq.sampling import Helper
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["TrainingHelper"]


def _unstack_ta(inp: Any) -> TensorArray:
    """The rows of a tensor [T, …] as a TensorArray."""
    return TensorArray(dtype=inp.dtype, size=shape(inp)[0], element_shape=inp.get_shape()[1:]).unstack(inp)


class TrainingHelper(Helper):
    """Reads the inputs step by step; its choice is the argmax of the outputs.

    Args:
        inputs: A tensor [B, T, …]; [T, B, …] if ``time_major``.
        sequence_length: Integers [B]: a row has finished after so many steps, at most T.
        time_major: Whether time comes before batch in ``inputs``.
        name: A hint.

    Raises:
        ValueError: ``sequence_length`` is no vector.

    Source:
        ``tf.contrib.seq2seq.TrainingHelper``.
    """

    def __init__(self, inputs: Any, sequence_length: Any, time_major: bool = False, name: str | None = None) -> None:
        self._inputs: Tensor = convert_to_tensor(inputs)
        rows = self._inputs if time_major else transpose_batch_time(self._inputs)
        self._input_tas = _unstack_ta(rows)
        self._sequence_length = convert_to_tensor(sequence_length)
        if len(self._sequence_length.dims) != 1:
            raise ArgumentError(
                "Expected sequence_length to be a vector, but received shape: "
                f"{self._sequence_length.get_shape()}. Give one length for each row.",
                user_location(),
            )
        self._batch_size = size(sequence_length)
        self._zero_inputs = zeros(shape(rows)[1:], rows.dtype)
        self._zero_inputs.set_shape(rows.shape[1:])
        one_batch(self._sequence_length, self._zero_inputs)

    @property
    def inputs(self) -> Any:
        """The inputs as given."""
        return self._inputs

    @property
    def sequence_length(self) -> Any:
        """The lengths."""
        return self._sequence_length

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
        """Rows of length 0 have finished; the inputs at time 0, zeros if all have."""
        finished = equal(self._sequence_length, 0)
        return finished, self._read(0, reduce_all(finished))

    def sample(self, time: Any, outputs: Any, state: Any = None, name: str | None = None, **unused_kwargs: Any) -> Any:
        """The id with the greatest output."""
        return cast(argmax(outputs, axis=-1), int32)

    def next_inputs(
        self,
        time: Any,
        outputs: Any,
        state: Any,
        sample_ids: Any = None,
        name: str | None = None,
        **unused_kwargs: Any,
    ) -> Any:
        """The inputs at ``time + 1``, zeros if all rows have finished."""
        next_time = time + 1
        finished = next_time >= cast(self._sequence_length, int32)
        return finished, self._read(next_time, reduce_all(finished)), state

    def _read(self, time: Any, all_finished: Tensor) -> Any:
        return cond(all_finished, lambda: self._zero_inputs, lambda: self._input_tas.read(time))
