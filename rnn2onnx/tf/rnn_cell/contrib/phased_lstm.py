"""The LSTM whose units open and close with the time: ``PhasedLSTMCell``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rnn2onnx.tf.dtypes import DType
from rnn2onnx.tf.initializers import Constant
from rnn2onnx.tf.ops.arithmetic import mod
from rnn2onnx.tf.ops.elementwise import cast, sigmoid, tanh
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.ops.selecting import where
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn_cell.affine import _linear
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple, lstm_pair
from rnn2onnx.tf.shapes.static_value import constant_value
from rnn2onnx.tf.variables.drawn_initializer import DrawnInitializer
from rnn2onnx.tf.variables.draws import Array, Shape, uniform
from rnn2onnx.tf.variables.variable_scope import get_variable, variable_scope


class PhasedLSTMCell(RNNCell):
    """An LSTM that is let in as far as the openness k of each unit at this time says.

    ``i, f = σ([x, h, c] W_m + b_m)``; ``c~ = c f + i tanh([x, h] W_n + b_n)``;
    ``h~ = tanh(c~) σ([x, h, c~] W_o + b_o)``, where c and c~ are seen with peepholes only;
    ``c' = k c~ + (1 - k) c``; ``h' = k h~ + (1 - k) h``; the output is h'.
    With ``r = ((time - phase) mod period) / period``, k rises as ``2 r / ratio_on`` while r is in the first half of
    ``ratio_on``, falls as ``2 - 2 r / ratio_on`` in the second, and is ``leak r`` afterwards.

    Variables, float32: ``mask_gates/{kernel, bias}``, ``new_input/{kernel, bias}``, ``output_gate/{kernel, bias}``, and
    ``period``, ``phase`` and ``ratio_on`` ``[units]``.

    Args:
        num_units: The number of units.
        use_peepholes: Whether the gates see c and c~.
        leak: How open a closed unit is.
        ratio_on: The initial value of the variable of that name, the part of a period in which a unit is open.
        trainable_ratio_on: Whether that variable is trainable.
        period_init_min: The least initial period.
        period_init_max: The bound of initial periods; their logarithms are uniform between the two.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: The depth of the inputs is unknown; the state is not of the form (c, h).
        ArgumentTypeError: The inputs are not a tuple. DTypeError: x is not float32.

    Source:
        ``tf.contrib.rnn.PhasedLSTMCell``; Neil et al., 2016.
    """

    def __init__(
        self,
        num_units: Any,
        use_peepholes: bool = False,
        leak: Any = 0.001,
        ratio_on: Any = 0.1,
        trainable_ratio_on: bool = True,
        period_init_min: Any = 1.0,
        period_init_max: Any = 1000.0,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse, autocast=False)
        self._num_units = num_units
        self._use_peepholes = use_peepholes
        self._leak = leak
        self._ratio_on = ratio_on
        self._trainable_ratio_on = trainable_ratio_on
        self._period_init_min = period_init_min
        self._period_init_max = period_init_max

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, units)``."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output h', and the new state.

        Args:
            inputs: ``(time, x)``: the time ``[batch, 1]``, float32 or float64, and the features ``[batch, depth]``.
            state: ``(c, h)``.
        """
        time, x = inputs
        c, h = lstm_pair(state, self)
        i, f = split(sigmoid(self._affine("mask_gates", [x, h], c, 2)), 2, 1)
        with variable_scope("new_input"):
            new_c = c * f + i * tanh(_linear([x, h], self._num_units, True))
        new_h = tanh(new_c) * sigmoid(self._affine("output_gate", [x, h], new_c, 1))
        k = self._openness(convert_to_tensor(time))
        new_c = k * new_c + (1 - k) * c
        new_h = k * new_h + (1 - k) * h
        return new_h, LSTMStateTuple(new_c, new_h)

    def _affine(self, scope: str, args: list[Any], memory: Any, gates: int) -> Any:
        with variable_scope(scope):
            return _linear([*args, memory] if self._use_peepholes else args, gates * self._num_units, True)

    def _openness(self, time: Any) -> Any:
        units = [self._num_units]
        periods = _LogUniform(self._period_init_min, self._period_init_max)
        period = get_variable("period", units, initializer=periods)
        phase = get_variable("phase", units, initializer=_Below(period))
        ratio_on = get_variable(
            "ratio_on", units, initializer=Constant(self._ratio_on), trainable=self._trainable_ratio_on
        )
        elapsed, length = time - cast(phase, time.dtype), cast(period, time.dtype)
        # Adding back what was subtracted rounds, at large times by much: TensorFlow's values have this rounding.
        ratio = cast(((mod(elapsed, length) - elapsed) + elapsed) / length, "float32")
        rising = 2 * ratio / ratio_on
        k = where(ratio < ratio_on, 2 - rising, self._leak * ratio)
        return where(ratio < 0.5 * ratio_on, rising, k)


class _LogUniform(DrawnInitializer):
    """Values whose logarithms are uniform between those of two positive numbers."""

    _floats_only = True

    def __init__(self, least: Any, bound: Any) -> None:
        super().__init__()
        self._least, self._bound = least, bound

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        low, high = (math.log(float(constant_value(end))) for end in (self._least, self._bound))
        return np.asarray(np.exp(uniform(generator, shape, low, high)))


class _Below(DrawnInitializer):
    """Values uniform between 0 and the initial value of a variable."""

    _floats_only = True

    def __init__(self, bound: Any) -> None:
        super().__init__()
        self._bound = bound

    def _values(self, shape: Shape, dtype: DType, generator: np.random.Generator, full: Shape, offset: Shape) -> Array:
        return np.asarray(uniform(generator, shape, 0.0, 1.0) * constant_value(self._bound.initial_value))
