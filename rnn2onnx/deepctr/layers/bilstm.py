"""``BiLSTM``: LSTMs that read in both directions, one on top of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.deepctr.layers.keras_names import KerasNamedLayer, keras_name
from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import GlorotUniform, Ones, Orthogonal
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.ops.reshaping import reverse
from rnn2onnx.tf.rnn.dynamic_rnn import dynamic_rnn
from rnn2onnx.tf.rnn_cell.cell import MatrixCell
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple

_MODES = ("fw", "bw", "sum", "mul", "ave", "concat", None)


class BiLSTM(KerasNamedLayer):
    """Stacked LSTMs, forwards and backwards side by side; the last ones may add their inputs to what they give.

    Variables: per layer and direction ``kernel``, ``recurrent_kernel`` and ``bias`` of gates i, f, c, o, as Keras names
    them.

    Args:
        units: The number of units; that of the inputs' features where inputs are added.
        layers: How many of them each direction has.
        res_layers: How many of these, counted from the last, add their inputs.
        dropout_rate: Without effect: nothing is dropped at inference.
        merge_mode: What becomes of both directions: ``"fw"`` or ``"bw"``, one of them; ``"sum"``, ``"mul"``, ``"ave"``
            or ``"concat"``; None: a list of both.
        **kwargs: As of ``tf.layers.Layer``.

    Raises:
        ArgumentError: There is no such way to merge.
        ShapeError: In the first call: the input is not ``[batch, time, features]``.

    Source:
        ``deepctr.layers.sequence.BiLSTM`` on TensorFlow 2, where the gates are sigmoids.
    """

    def __init__(
        self,
        units: int,
        layers: int = 2,
        res_layers: int = 0,
        dropout_rate: float = 0.2,
        merge_mode: str | None = "ave",
        **kwargs: Any,
    ) -> None:
        if merge_mode not in _MODES:
            raise ArgumentError(
                "Invalid merge mode. Merge mode should be one of "
                f"{', '.join(str(mode) for mode in _MODES)}, not {merge_mode!r}.",
                user_location(),
            )
        super().__init__(**kwargs)
        self.units = units
        self.layers = layers
        self.res_layers = res_layers
        self.merge_mode = merge_mode
        self._walks: list[tuple[_Walk, _Walk]] = []

    def build(self, input_shape: Any) -> None:
        """Makes the LSTMs; they make their variables when they are called."""
        if len(input_shape) != 3:
            raise ShapeError(
                f"Unexpected inputs dimensions {len(input_shape)}, expect to be 3 dimensions", user_location()
            )
        self._walks = [(_Walk(self.units, False), _Walk(self.units, True)) for _ in range(self.layers)]
        self.built = True

    def call(self, inputs: Any) -> Any:
        """``[batch, time, units]``, twice as wide for ``"concat"``."""
        ahead = back = inputs
        for layer, (forwards, backwards) in enumerate(self._walks):
            over, under = forwards(ahead), backwards(back)
            adds = layer >= self.layers - self.res_layers
            ahead, back = (over + ahead, under + back) if adds else (over, under)
        merged: dict[str | None, Callable[[], Any]] = {
            "fw": lambda: ahead,
            "bw": lambda: back,
            "sum": lambda: ahead + back,
            "mul": lambda: ahead * back,
            "ave": lambda: (ahead + back) / 2,
            "concat": lambda: concat([ahead, back], -1),
            None: lambda: [ahead, back],
        }
        return merged[self.merge_mode]()


class _Walk:
    """Keras's LSTM over a whole sequence, in one direction; outputs stand in the order of the inputs."""

    def __init__(self, units: int, backwards: bool) -> None:
        self._scope: Any = keras_name("LSTM")
        self._cell = _LSTMCell(units)
        self._backwards = backwards

    def __call__(self, inputs: Any) -> Any:
        seen = reverse(inputs, [1]) if self._backwards else inputs
        outputs, _ = dynamic_rnn(self._cell, seen, dtype="float32", scope=self._scope)
        return reverse(outputs, [1]) if self._backwards else outputs


class _LSTMCell(MatrixCell):
    """Keras's LSTM cell with biases that start as ones: ``c' = f c + i tanh(g)``, ``h' = o tanh(c')``."""

    def __init__(self, units: int) -> None:
        super().__init__(units, None, "lstm_cell", None)

    @property
    def state_size(self) -> Any:
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, inputs_shape: Any) -> None:
        units = self._num_units
        self._kernel = self.add_weight(
            "kernel", shape=[self._depth(inputs_shape), 4 * units], initializer=GlorotUniform()
        )
        self._recurrent = self.add_weight("recurrent_kernel", shape=[units, 4 * units], initializer=Orthogonal())
        self._bias = self.add_weight("bias", shape=[4 * units], initializer=Ones())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        c, h = state
        gates = bias_add(matmul(inputs, self._kernel) + matmul(h, self._recurrent), self._bias)
        i, f, g, o = split(gates, 4, 1)
        new_c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        new_h = sigmoid(o) * tanh(new_c)
        return new_h, LSTMStateTuple(new_c, new_h)
