"""What every recurrent cell is: ``RNNCell``, and ``LayerRNNCell`` for cells that make their variables in ``build``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.layers.base_layer import InputSpec, Layer
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import GraphKeys, get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.acceptance import check_floating
from rnn2onnx.tf.rnn_cell.zero_state import _zero_state_tensors
from rnn2onnx.tf.shapes.shape import TensorShape, dimension_value
from rnn2onnx.tf.shapes.static_value import constant_value
from rnn2onnx.tf.variables.variable_scope import get_variable_scope, variable_scope


class RNNCell(Layer):
    """One step of a recurrent network: ``output, new_state = cell(inputs, state)``.

    A subclass has the properties ``state_size`` and ``output_size`` and defines ``call(inputs, state)``, in which
    ``tf.get_variable`` makes variables inside a scope named after the class; or it defines ``__call__`` itself.

    Args:
        trainable: Whether its variables are trainable.
        name: The name of the scope of its variables; by default the class name in snake case.
        dtype: The dtype of its variables; by default that of the first input.

    Source:
        ``tf.nn.rnn_cell.RNNCell``.
    """

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)
        self._is_tf_rnn_cell = True
        self._rnncell_scope: Any = None

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step.

        Args:
            inputs: A tensor ``[batch, depth]``, or whatever nest the cell takes.
            state: Tensors of the structure and sizes of ``state_size``, a batch axis before each.
            scope: The variable scope to open instead of the one named after the class.

        Returns:
            The output, of ``output_size``, and the new state, of ``state_size``.
        """
        if scope is not None:
            with variable_scope(scope, custom_getter=self._rnn_get_variable) as opened:
                return super().__call__(inputs, state, scope=opened)
        if self._rnncell_scope is None:
            self._rnncell_scope = get_variable_scope()
        with variable_scope(self._rnncell_scope, custom_getter=self._rnn_get_variable):
            return super().__call__(inputs, state)

    def _rnn_get_variable(self, getter: Any, *args: Any, **kwargs: Any) -> Any:
        variable = getter(*args, **kwargs)
        trainable = get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES)
        own = self._trainable_weights if any(v is variable for v in trainable) else self._non_trainable_weights
        if all(known is not variable for known in own):
            own.append(variable)
        return variable

    @property
    def state_size(self) -> Any:
        """The size of the state: an int, Dimension or TensorShape without the batch axis, or a nest of them."""
        raise self._abstract("state_size")

    @property
    def output_size(self) -> Any:
        """The size of the output: an int, Dimension or TensorShape without the batch axis, or a nest of them."""
        raise self._abstract("output_size")

    def _abstract(self, name: str) -> UnsupportedError:
        return UnsupportedError(
            f"Abstract method: {type(self).__name__} is an RNNCell but has no {name}. "
            f"Define it as a property of the class.",
            user_location(),
        )

    def build(self, _: Any) -> None:
        """Nothing: ``call`` makes the variables."""

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """The zero state for a batch that is given by its inputs, or by its size and dtype.

        Args:
            inputs: A tensor whose first axis is the batch.
            batch_size: An int or integer scalar.
            dtype: The dtype of the state.

        Raises:
            ArgumentError: Neither says the batch size and dtype, or both do and differ.
        """
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            static = inputs.shape.dims[0].value
            if batch_size is not None and static != _static_size(batch_size):
                raise ArgumentError(
                    "batch size from input tensor is different from the input param. "
                    f"Input tensor batch: {static}, batch_size: {batch_size}",
                    user_location(),
                )
            if dtype is not None and inputs.dtype != as_dtype(dtype):
                raise ArgumentError(
                    "dtype from input tensor is different from the input param. "
                    f"Input tensor dtype: {inputs.dtype}, dtype: {as_dtype(dtype)}",
                    user_location(),
                )
            batch_size = static if static is not None else shape(inputs)[0]
            dtype = inputs.dtype
        if batch_size is None or dtype is None:
            raise ArgumentError(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}. Give both, or inputs.",
                user_location(),
            )
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Zeros in the structure of ``state_size``.

        Args:
            batch_size: An int, Dimension or integer scalar tensor.
            dtype: The dtype of every leaf.

        Returns:
            A tensor ``[batch_size] + size`` for each leaf.
        """
        with get_default_graph().name_scope(f"{type(self).__name__}ZeroState"):
            return _zero_state_tensors(self.state_size, batch_size, dtype)


class LayerRNNCell(RNNCell):
    """A cell that makes its variables in ``build``, once, by ``add_weight``.

    Source:
        ``tensorflow.python.ops.rnn_cell_impl.LayerRNNCell``.
    """

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        """One step; as ``RNNCell.__call__``, further arguments go to ``call``."""
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)


class UnitsCell(LayerRNNCell):
    """A built-in cell of some units: inputs ``[batch, depth]`` with a depth known while recording.

    Args:
        num_units: The size of its state and output.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.
        **kwargs: As of ``RNNCell``.
    """

    def __init__(self, num_units: Any, reuse: Any = None, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def _depth(self, inputs_shape: Any) -> int:
        lengths = TensorShape(inputs_shape).as_list()
        if lengths[-1] is None:
            raise ArgumentError(
                f"Expected inputs.shape[-1] to be known, received shape: {tuple(lengths)}. "
                "Give the placeholder a static depth, or state it with x.set_shape.",
                user_location(),
            )
        return int(lengths[-1])


class MatrixCell(UnitsCell):
    """A core cell of some units, which refuses what is not floating point by name.

    Args:
        num_units: The size of its state and output.
        reuse: Whether to use variables that exist.
        name: The name of the scope of its variables.
        dtype: The dtype of its variables; by default that of the first input.
        **kwargs: As of ``RNNCell``.

    Raises:
        ArgumentError: ``dtype`` is not floating point.
    """

    def __init__(self, num_units: Any, reuse: Any, name: Any, dtype: Any, **kwargs: Any) -> None:
        super().__init__(num_units, reuse, name, dtype, **kwargs)
        check_floating(self.dtype)

    def _depth(self, inputs_shape: Any) -> int:
        check_floating(self.dtype)
        return super()._depth(inputs_shape)


def _static_size(batch_size: Any) -> Any:
    if not isinstance(batch_size, Tensor):
        return dimension_value(batch_size)
    known = constant_value(batch_size)
    return None if known is None else int(known)
