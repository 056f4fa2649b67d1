"""What every decoder is: ``Decoder``, the steps that ``dynamic_decode`` takes one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.ir import user_location

__all__ = ["Decoder"]


class NotDefinedError(Rnn2OnnxError, NotImplementedError):
    """A method or property that a subclass has to define."""


def not_defined(of: object, name: str) -> NotDefinedError:
    """The error of a method or property of ``of`` that its class leaves out; the caller raises it."""
    return NotDefinedError(
        f"{type(of).__name__} has no {name}: define it in the class, as its base class documents it.", user_location()
    )


class Decoder(ABC):
    """One step of decoding, what it starts with, and what becomes of its outputs.

    Source:
        ``tf.contrib.seq2seq.Decoder``.
    """

    @property
    def batch_size(self) -> Any:
        """The number of rows, an int or i32[]."""
        raise not_defined(self, "batch_size")

    @property
    def output_size(self) -> Any:
        """A nest of the sizes of what a step gives, each an int or TensorShape without the batch axis."""
        raise not_defined(self, "output_size")

    @property
    def output_dtype(self) -> Any:
        """The same nest of dtypes."""
        raise not_defined(self, "output_dtype")

    @abstractmethod
    def initialize(self, name: str | None = None) -> Any:
        """What there is before the first step: ``(finished bool[B], inputs, state)``."""

    @abstractmethod
    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """One step: ``(outputs, state, next inputs, finished bool[B])``; called once while recording.

        Args:
            time: i32[], from 0 on.
            inputs: The nest that ``initialize`` or the step before gave.
            state: The same, of tensors and TensorArrays.
            name: A hint.
        """

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> Any:
        """What is made of all outputs and the last state: ``(outputs, state)``. Not defined: they stay as they are.

        Args:
            outputs: The nest of ``output_size``, each [T, B, …].
            final_state: The state after the last step.
            sequence_lengths: i32[B], steps until the row had finished.
        """
        raise not_defined(self, "finalize")

    @property
    def tracks_own_finished(self) -> bool:
        """Whether ``finished`` of a step is the whole truth; otherwise a row that has finished stays so."""
        return False
