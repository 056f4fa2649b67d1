"""An LSTM that walks over the frequencies of each step as well as over time: ``TimeFreqLSTMCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.filling import zeros
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.ops.slicing import slice
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.frequency_windows import known_features, window_count, windows
from rnn2onnx.tf.rnn_cell.contrib.sharded_variable import sharded_variable
from rnn2onnx.tf.variables.variable_scope import get_variable


class TimeFreqLSTMCell(RNNCell):
    """One LSTM applied to each window of features, from the lowest frequency to the highest.

    Window k sees its features x_k, its own m from the step before, and the m of window k - 1:
    ``i, j, f, o = [x_k, m_k, m'_{k-1}] W + b``; ``c'_k = clip(σ(f + forget_bias + w_f c_k) c_k + σ(i + w_i c_k)
    tanh(j))``; ``m'_k = σ(o + w_o c'_k) tanh(c'_k)``. The output is all m'_k side by side, the state
    ``[c'_0, m'_0, c'_1, m'_1, …]`` in one tensor.

    Variables in this order: ``W_0``, … (the shards of W, ``[feature_size + 2 units, 4 units]``), ``B``, at first 0,
    ``W_F_diag``, ``W_I_diag``, ``W_O_diag``.

    ``state_size`` and ``output_size`` are those of one window, as in TensorFlow. With more windows the state must be
    given, ``2 units`` columns for each of them, and ``dynamic_rnn``, which checks the sizes, cannot run the cell.

    Args:
        num_units: The number of units.
        use_peepholes: Whether the gates see c by w_f, w_i and w_o.
        cell_clip: The bound of c'; None for no bound.
        initializer: Without effect, as in TensorFlow: the initializer is the scope's.
        num_unit_shards: In how many variables W is stored.
        forget_bias: Added to f besides the bias.
        feature_size: The number of features of a window.
        frequency_skip: The number of features between the beginnings of two windows.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: In a call: the depth of the inputs is unknown.

    Source:
        ``tf.contrib.rnn.TimeFreqLSTMCell``; Sainath and Li, 2016.
    """

    def __init__(
        self,
        num_units: Any,
        use_peepholes: bool = False,
        cell_clip: Any = None,
        initializer: Any = None,
        num_unit_shards: int = 1,
        forget_bias: Any = 1.0,
        feature_size: Any = None,
        frequency_skip: Any = 1,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_unit_shards = num_unit_shards
        self._forget_bias = forget_bias
        self._feature_size = feature_size
        self._frequency_skip = frequency_skip

    @property
    def state_size(self) -> Any:
        """Twice the number of units: c and m of one window."""
        return 2 * self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units: m of one window."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the m of all windows, and the new c and m of all windows."""
        units, dtype = self._num_units, inputs.dtype
        count = window_count(known_features(inputs), self._feature_size, self._frequency_skip)
        seen = windows(inputs, 0, count, self._feature_size, self._frequency_skip)
        kernel = sharded_variable("W", [self._feature_size + 2 * units, 4 * units], dtype, self._num_unit_shards)
        bias = get_variable("B", [4 * units], initializer=Zeros(), dtype=dtype)
        if self._use_peepholes:
            w_f, w_i, w_o = (get_variable(f"W_{gate}_diag", [units], dtype=dtype) for gate in "FIO")
        m_below = zeros([shape(inputs)[0], units], dtype)
        outputs, states = [], []
        for index, x in enumerate(seen):
            c = slice(state, [0, 2 * index * units], [-1, units])
            m = slice(state, [0, (2 * index + 1) * units], [-1, units])
            i, j, f, o = split(affine([x, m, m_below], kernel, bias), 4, 1)
            f = f + self._forget_bias
            if self._use_peepholes:
                f, i = f + w_f * c, i + w_i * c
            c = sigmoid(f) * c + sigmoid(i) * tanh(j)
            if self._cell_clip is not None:
                c = clip_by_value(c, -self._cell_clip, self._cell_clip)
            m_below = sigmoid(o + w_o * c if self._use_peepholes else o) * tanh(c)
            outputs.append(m_below)
            states += [c, m_below]
        return concat(outputs, 1), concat(states, 1)
