"""The cell that a search over architectures found: ``NASCell``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.activations import relu
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import split
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import LayerRNNCell
from rnn2onnx.tf.rnn_cell.contrib.inputs import input_depth
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple, lstm_pair


class NASCell(LayerRNNCell):
    """A tree of eight sums (one of them a product) of ``x K`` and ``m R + b`` by blocks of columns.

    With the blocks x_k and m_k:
    ``p = tanh(tanh(σ(x_0 + m_0) relu(x_1 + m_1)) + c)``; ``q = tanh(σ(x_2 + m_2) + relu(x_3 m_3))``;
    ``r = tanh(tanh(x_4 + m_4) σ(x_5 + m_5))``; ``s = σ(tanh(x_6 + m_6) + σ(x_7 + m_7))``;
    ``c' = p q``; ``m' = tanh(c' tanh(r + s)) W``; the output is m'.

    Variables ``recurrent_kernel`` ``[m, 8 units]``, ``kernel`` ``[depth, 8 units]``, with ``use_bias`` ``bias``, at
    first 0, with a projection ``projection_weights`` ``[units, num_proj]``.

    Args:
        num_units: The number of units.
        num_proj: The number of columns of W; None for no projection.
        use_bias: Whether b is added.
        reuse: Whether to use variables that exist.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentError: The depth of the inputs is unknown; the state is not of the form (c, m).

    Source:
        ``tf.contrib.rnn.NASCell``; Zoph and Le, 2017.
    """

    def __init__(
        self, num_units: Any, num_proj: Any = None, use_bias: bool = False, reuse: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units = num_units
        self._num_proj = num_proj
        self._use_bias = use_bias

    @property
    def state_size(self) -> Any:
        """``LSTMStateTuple(units, columns of m)``."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> Any:
        """The number of columns of m: of the projection, or of units."""
        return self._num_units if self._num_proj is None else self._num_proj

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        depth, columns = input_depth(inputs_shape), 8 * self._num_units
        self.recurrent_kernel = self.add_weight("recurrent_kernel", [self.output_size, columns])
        self.kernel = self.add_weight("kernel", [depth, columns])
        self.bias = self.add_weight("bias", [columns], initializer=Zeros()) if self._use_bias else None
        if self._num_proj is not None:
            self.projection_weights = self.add_weight("projection_weights", [self._num_units, self._num_proj])
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the output m', and the new state."""
        c, m = lstm_pair(state, self)
        m_blocks = split(affine([m], self.recurrent_kernel, self.bias), 8, 1)
        x_blocks = split(matmul(inputs, self.kernel), 8, 1)
        sums = [x + m for x, m in zip(x_blocks, m_blocks, strict=True)]
        p = tanh(tanh(sigmoid(sums[0]) * relu(sums[1])) + c)
        q = tanh(sigmoid(sums[2]) + relu(x_blocks[3] * m_blocks[3]))
        r = tanh(tanh(sums[4]) * sigmoid(sums[5]))
        s = sigmoid(tanh(sums[6]) + sigmoid(sums[7]))
        new_c = p * q
        new_m = tanh(new_c * tanh(r + s))
        if self._num_proj is not None:
            new_m = matmul(new_m, self.projection_weights)
        return new_m, LSTMStateTuple(new_c, new_m)
