"""``tf.contrib.cudnn_rnn``'s layers: stacks of one cell over time, forwards or in both directions.

TensorFlow keeps their weights in one buffer, ``opaque_kernel``, whose order only cuDNN knows. What its ``Saver`` writes
besides is canonical: the kernels and biases of the cells that compute the same, under the names these have in
``dynamic_rnn`` over a ``MultiRNNCell``, or in ``stack_bidirectional_dynamic_rnn``. Here the layers have these
variables, so that such a checkpoint gives their weights by name; its ``opaque_kernel`` is not needed.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, TraceError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import as_dtype, float16, float32, float64
from rnn2onnx.tf.initializers import GlorotUniform, Zeros
from rnn2onnx.tf.layers.base_layer import Layer
from rnn2onnx.tf.layers.inference import check_inference
from rnn2onnx.tf.layers.input_spec import InputSpec
from rnn2onnx.tf.ops.activations import relu
from rnn2onnx.tf.ops.elementwise import tanh
from rnn2onnx.tf.ops.joining import concat, stack, unstack
from rnn2onnx.tf.ops.reshaping import transpose
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn.canonical_initializer import CanonicalBias, CanonicalKernel
from rnn2onnx.tf.rnn.dynamic_rnn import over_time
from rnn2onnx.tf.rnn_cell.basic import BasicRNNCell
from rnn2onnx.tf.rnn_cell.contrib.cudnn_compatible import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell
from rnn2onnx.tf.rnn_cell.lstm_state import LSTMStateTuple
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.variables.variable_scope import get_variable_scope, variable_scope

__all__ = ["CudnnGRU", "CudnnLSTM", "CudnnRNNRelu", "CudnnRNNTanh"]

_DIRECTIONS = ("unidirectional", "bidirectional")
_INPUT_MODES = ("linear_input", "skip_input", "auto_select")


class CudnnLayer(Layer):
    """What the layers share; each is a stack of one cell.

    Variables: those of the cells, in ``rnn/multi_rnn_cell/cell_{i}`` below the layer's scope, or, in two directions, in
    ``stack_bidirectional_rnn/cell_{i}/bidirectional_rnn/{fw, bw}``. They stand below the scope that is open when
    ``build`` is called, where that is called before the layer is.

    Args:
        num_layers: The number of layers.
        num_units: The number of units of each, in each direction.
        input_mode: ``linear_input``; ``auto_select`` means the same if the inputs are not ``num_units`` wide.
            Otherwise, and with ``skip_input``, the first layer adds its inputs to its gates without a kernel, for which
            there is no canonical form.
        direction: ``unidirectional`` or ``bidirectional``.
        dropout: How much is dropped between layers in training.
        seed: Of the initial values.
        dtype: float16, float32 or float64.
        kernel_initializer: Of each gate's kernels; None: Glorot uniform.
        bias_initializer: Of each gate's two biases; None: zeros.
        name: The name of the layer's scope.

    Raises:
        ArgumentError: An argument has another value. In the first call: the inputs are not of rank 3, their depth is
            not known, or the input mode means that there is no kernel for them.

    Source:
        ``tensorflow.contrib.cudnn_rnn.python.layers.cudnn_rnn``.
    """

    rnn_mode: str
    _gates: int

    def __init__(
        self,
        num_layers: int,
        num_units: int,
        input_mode: str = "linear_input",
        direction: str = "unidirectional",
        dropout: Any = 0.0,
        seed: Any = None,
        dtype: Any = float32,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: Any = None,
    ) -> None:
        super().__init__(dtype=dtype, name=name)
        if direction not in _DIRECTIONS:
            raise ArgumentError(
                f"Invalid direction: {direction}, expecting {' or '.join(_DIRECTIONS)}", user_location()
            )
        if input_mode not in _INPUT_MODES:
            raise ArgumentError(
                f"Invalid input_mode: {input_mode}, expect one of ({', '.join(_INPUT_MODES)})", user_location()
            )
        if as_dtype(dtype) not in (float16, float32, float64):
            raise ArgumentError(f"Only support float16, float32, float64, provided {dtype}", user_location())
        self._plain_dtype = as_dtype(dtype)
        self._num_layers = num_layers
        self._num_units = num_units
        self._input_mode = input_mode
        self._direction = direction
        self._dropout = dropout
        self._seed = seed
        self._kernel_initializer = GlorotUniform(seed) if kernel_initializer is None else kernel_initializer
        self._bias_initializer = Zeros() if bias_initializer is None else bias_initializer
        self._input_size: int | None = None
        self._cells: list[list[Any]] = []

    @property
    def num_layers(self) -> int:
        """The number of layers."""
        return self._num_layers

    @property
    def num_units(self) -> int:
        """The number of units of each layer in each direction."""
        return self._num_units

    @property
    def input_mode(self) -> str:
        """``linear_input``, ``skip_input`` or ``auto_select``."""
        return self._input_mode

    @property
    def direction(self) -> str:
        """``unidirectional`` or ``bidirectional``."""
        return self._direction

    @property
    def num_dirs(self) -> int:
        """The number of directions."""
        return 1 + _DIRECTIONS.index(self._direction)

    @property
    def input_size(self) -> int:
        """The depth of the inputs.

        Raises:
            ArgumentError: It is not known before the layer is built.
        """
        if self._input_size is None:
            raise ArgumentError(
                "'input_size' is unknown since layer has not been built. Call it, or its build, first.",
                user_location(),
            )
        return self._input_size

    @property
    def canonical_weight_shapes(self) -> list[tuple[int, int]]:
        """The shapes of cuDNN's own kernels, one for each gate and each of inputs and hidden states.

        Raises:
            TraceError: The depth of the inputs is not known before the layer is built.
        """
        if self._input_size is None:
            raise TraceError(
                f"{type(self).__name__}.canonical_weight_shapes invoked before input shape is known. Call the layer, "
                "or its build, first.",
                user_location(),
            )
        units = self._num_units
        found = []
        for depth in self._depths():
            each = [(units, depth)] * self._gates + [(units, units)] * self._gates
            found += each * self.num_dirs
        return found

    @property
    def canonical_bias_shapes(self) -> list[list[int]]:
        """The shapes of cuDNN's own biases, two for each gate."""
        return [[self._num_units] for _ in range(2 * self._gates * self.num_dirs * self._num_layers)]

    def state_shape(self, batch_size: Any) -> tuple[list[Any], ...]:
        """The shapes of the states of a batch: ``[layers * directions, batch, units]``, for an LSTM twice."""
        return ([self._num_layers * self.num_dirs, batch_size, self._num_units],)

    def _depths(self) -> list[int]:
        """The depth of what each layer reads."""
        return [self.input_size] + [self.num_dirs * self._num_units] * (self._num_layers - 1)

    @abstractmethod
    def _cell(self) -> Any:
        """The cell of one layer and direction."""

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        if self.built:
            return
        shape = TensorShape(input_shape)
        if shape.ndims != 3:
            raise ArgumentError(f"Expecting input_shape with 3 dims, got {shape.ndims}", user_location())
        depth = shape.as_list()[-1]
        if depth is None:
            raise ArgumentError(
                f"The last dimension of the inputs to `CudnnRNN` should be defined. Found `None`: {shape}. Give the "
                "placeholder a static depth, or state it with x.set_shape.",
                user_location(),
            )
        if self._input_mode != "linear_input" and (self._input_mode == "skip_input" or depth == self._num_units):
            raise ArgumentError(
                f"{type(self).__name__} with input_mode={self._input_mode!r} and inputs {depth} wide for "
                f"{self._num_units} units has no kernel for its inputs, and no checkpoint has a canonical form of such "
                "a layer. Give input_mode='linear_input'.",
                user_location(),
            )
        self._input_size = depth
        self.input_spec = InputSpec(ndim=3, axes={-1: depth})
        self._set_scope(None)
        with variable_scope(get_variable_scope(), custom_getter=self._canonical):
            for layer, width in enumerate(self._depths()):
                cells = []
                for place in self._places(layer):
                    with variable_scope(place):
                        cell = self._cell()
                        cell.build(TensorShape([None, width]))
                        cells.append(cell)
                self._cells.append(cells)
        self.built = True

    def _places(self, layer: int) -> list[str]:
        if self.num_dirs == 1:
            return [f"rnn/multi_rnn_cell/cell_{layer}"]
        return [f"stack_bidirectional_rnn/cell_{layer}/bidirectional_rnn/{direction}" for direction in ("fw", "bw")]

    def _canonical(self, getter: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
        """Makes a variable of a cell with the layer's dtype and with initial values as cuDNN's own weights have."""
        kwargs["dtype"] = self._plain_dtype
        if name.endswith("/bias"):
            kwargs["initializer"] = CanonicalBias(self._bias_initializer, 1 if "/candidate/" in name else 2)
        else:
            hidden = not name.endswith("/input_projection/kernel")
            kwargs["initializer"] = CanonicalKernel(self._kernel_initializer, self._num_units, hidden)
        variable = getter(name, *args, **kwargs)
        self._track(variable, variable.trainable)
        return variable

    def call(
        self,
        inputs: Any,
        initial_state: Any = None,
        sequence_lengths: Any = None,
        time_major: bool = True,
        training: Any = True,
    ) -> Any:
        """The outputs of the last layer, and the states of all layers after each row's last step.

        Args:
            inputs: ``[time, batch, depth]``; ``[batch, time, depth]`` if not ``time_major``.
            initial_state: A tuple of h, for an LSTM of h and c, each ``[layers * directions, batch, units]``, or
                ``[batch, layers * directions, units]`` if not ``time_major``; zeros if None.
            sequence_lengths: Integers ``[batch]``, steps. Past it outputs are zero and the state stays. None: all.
            time_major: Whether time comes before batch.
            training: Whether to drop what ``dropout`` says; only then it has a meaning.

        Returns:
            ``[time, batch, directions * units]``, and a tuple like ``initial_state``.

        Raises:
            ArgumentTypeError: ``initial_state`` is no tuple.
            ArgumentError: It has not as many elements as the layer has states.
            TrainingError: There is dropout between layers, and ``training`` is not off.
        """
        if self._dropout and self._num_layers > 1:
            check_inference(
                training,
                f"{type(self).__name__}(...)(training=...)",
                f"drops {self._dropout} of what the layers give each other",
            )
        layer = convert_to_tensor(inputs, self.dtype)
        if not time_major:
            layer = transpose(layer, [1, 0, 2])
        starts = self._starts(initial_state, 0 if time_major else 1)
        ends: list[Any] = []
        for cells in self._cells:
            outputs = []
            for index, cell in enumerate(cells):
                output, end = over_time(
                    cell,
                    layer,
                    sequence_lengths,
                    starts[len(ends)],
                    self._plain_dtype,
                    None,
                    time_major=True,
                    scope="rnn",
                    reverse=index == 1,
                )
                outputs.append(output)
                ends.append(end)
            layer = concat(outputs, 2) if len(outputs) > 1 else outputs[0]
        states = tuple(stack(part, 0 if time_major else 1) for part in self._parts(ends))
        return layer if time_major else transpose(layer, [1, 0, 2]), states

    def _starts(self, initial_state: Any, axis: int) -> Sequence[Any]:
        """The initial state of each layer and direction."""
        count = self._num_layers * self.num_dirs
        if initial_state is None:
            return [None] * count
        if not isinstance(initial_state, tuple):
            raise ArgumentTypeError(f"Invalid initial_state type: {initial_state}, expecting tuple.", user_location())
        wanted = len(self.state_shape(None))
        if len(initial_state) != wanted:
            raise ArgumentError(
                f"{type(self).__name__} got an initial_state of {len(initial_state)} tensors (expected {wanted}): "
                f"{initial_state}",
                user_location(),
            )
        tensors = [convert_to_tensor(part, self.dtype) for part in initial_state]
        return self._joined([unstack(tensor, count, axis) for tensor in tensors])

    def _joined(self, parts: list[list[Tensor]]) -> Sequence[Any]:
        """The cells' states from the lists of h, and c."""
        return parts[0]

    def _parts(self, states: list[Any]) -> list[list[Tensor]]:
        """The lists of h, and c, from the cells' states."""
        return [states]


class CudnnLSTM(CudnnLayer):
    """LSTMs without forget bias, ``CudnnCompatibleLSTMCell``; the state is ``(h, c)``.

    Source:
        ``tf.contrib.cudnn_rnn.CudnnLSTM``.
    """

    rnn_mode = "lstm"
    _gates = 4

    def state_shape(self, batch_size: Any) -> tuple[list[Any], ...]:
        """The shapes of h and c of a batch: ``[layers * directions, batch, units]``."""
        return super().state_shape(batch_size) * 2

    def _cell(self) -> Any:
        return CudnnCompatibleLSTMCell(self._num_units)

    def _joined(self, parts: list[list[Tensor]]) -> Sequence[Any]:
        return [LSTMStateTuple(c, h) for h, c in zip(*parts, strict=True)]

    def _parts(self, states: list[Any]) -> list[list[Tensor]]:
        return [[state.h for state in states], [state.c for state in states]]


class CudnnGRU(CudnnLayer):
    """GRUs that reset after the product, ``CudnnCompatibleGRUCell``; the state is ``(h,)``.

    Source:
        ``tf.contrib.cudnn_rnn.CudnnGRU``.
    """

    rnn_mode = "gru"
    _gates = 3

    def _cell(self) -> Any:
        return CudnnCompatibleGRUCell(self._num_units)


class CudnnRNNTanh(CudnnLayer):
    """``BasicRNNCell`` with tanh; the state is ``(h,)``. Source: ``tf.contrib.cudnn_rnn.CudnnRNNTanh``."""

    rnn_mode = "rnn_tanh"
    _gates = 1

    def _cell(self) -> Any:
        return BasicRNNCell(self._num_units, activation=tanh)


class CudnnRNNRelu(CudnnLayer):
    """``BasicRNNCell`` with relu; the state is ``(h,)``. Source: ``tf.contrib.cudnn_rnn.CudnnRNNRelu``."""

    rnn_mode = "rnn_relu"
    _gates = 1

    def _cell(self) -> Any:
        return BasicRNNCell(self._num_units, activation=relu)
