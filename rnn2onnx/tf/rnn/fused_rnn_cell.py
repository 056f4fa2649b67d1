"""``tf.contrib.rnn.FusedRNNCell``: whole recurrences as objects, and the adaptors between them and cells."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rnn2onnx.tf.ops.joining import stack, unstack
from rnn2onnx.tf.ops.reshaping import reverse, reverse_sequence
from rnn2onnx.tf.rnn.dynamic_rnn import dynamic_rnn
from rnn2onnx.tf.rnn.static_rnn import static_rnn

__all__ = ["FusedRNNCell", "FusedRNNCellAdaptor", "TimeReversedFusedRNN"]


class FusedRNNCell(ABC):
    """A recurrence over a whole sequence, time first.

    Source:
        ``tf.contrib.rnn.FusedRNNCell``.
    """

    @abstractmethod
    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> tuple[Any, Any]:
        """Every output, and the final state.

        Args:
            inputs: A tensor [T, B, …], or a list of T tensors [B, …].
            initial_state: A nest of tensors; zeros if None.
            dtype: Of the zeros; needed without ``initial_state``.
            sequence_length: Integers [B], steps; None: T for every row.
            scope: The variable scope.

        Returns:
            Outputs, in the form of the inputs; the state.
        """


class FusedRNNCellAdaptor(FusedRNNCell):
    """A cell as a recurrence over a whole sequence.

    Args:
        cell: One step.
        use_dynamic_rnn: Whether to run it by ``dynamic_rnn``, where T need not be known, or by ``static_rnn``.

    Source:
        ``tf.contrib.rnn.FusedRNNCellAdaptor``.
    """

    def __init__(self, cell: Any, use_dynamic_rnn: bool = False) -> None:
        self._cell = cell
        self._use_dynamic_rnn = use_dynamic_rnn

    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> tuple[Any, Any]:
        """As ``FusedRNNCell`` says.

        Raises:
            ValueError: A tensor whose T is not known is run by ``static_rnn``; as that and ``dynamic_rnn``.
        """
        listed = isinstance(inputs, list)
        if self._use_dynamic_rnn:
            outputs, state = dynamic_rnn(
                self._cell,
                stack(inputs) if listed else inputs,
                sequence_length=sequence_length,
                initial_state=initial_state,
                dtype=dtype,
                time_major=True,
                scope=scope,
            )
            return (unstack(outputs) if listed else outputs), state
        outputs, state = static_rnn(
            self._cell,
            inputs if listed else unstack(inputs),
            initial_state=initial_state,
            dtype=dtype,
            sequence_length=sequence_length,
            scope=scope,
        )
        return (outputs if listed else stack(outputs)), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A recurrence that reads each row from its last step before its length back.

    As in TensorFlow, a list is reversed as a whole, whatever the lengths.

    Args:
        cell: The recurrence.

    Source:
        ``tf.contrib.rnn.TimeReversedFusedRNN``.
    """

    def __init__(self, cell: Any) -> None:
        self._cell = cell

    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> tuple[Any, Any]:
        """As ``FusedRNNCell`` says; outputs stand where their inputs do."""
        outputs, state = self._cell(
            _reversed(inputs, sequence_length),
            initial_state=initial_state,
            dtype=dtype,
            sequence_length=sequence_length,
            scope=scope,
        )
        return _reversed(outputs, sequence_length), state


def _reversed(steps: Any, lengths: Any) -> Any:
    if isinstance(steps, list):
        return steps[::-1]
    if lengths is None:
        return reverse(steps, [0])
    return reverse_sequence(steps, lengths, 0, 1)
