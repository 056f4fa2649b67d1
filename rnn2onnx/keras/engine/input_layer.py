"""``keras.Input``: a placeholder that layers' calls can be followed back to."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.layer import Layer
from rnn2onnx.keras.engine.names import get_uid
from rnn2onnx.keras.engine.node import Node
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.ops.placing import placeholder
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["Input", "InputLayer"]


class InputLayer(Layer):
    """The layer whose output is an input of the program.

    Args:
        input_shape: The shape without the batch: numbers, None, or names of lengths.
        batch_size: The length of the batch, if it is known.
        dtype: None: float32, or that of ``input_tensor``.
        input_tensor: A tensor to begin with, instead of a new placeholder.
        sparse: Refused if True.
        name: The layer's and the placeholder's; None: ``input_1``, ``input_2``…
        ragged: Refused if True.
        type_spec: Refused.
        **kwargs: ``batch_input_shape``, the whole shape.

    Raises:
        ArgumentError: Both shapes are given, or an option that an input layer does not have.
        UnsupportedError: It is to be sparse or ragged.

    Source:
        ``keras.layers.InputLayer``.
    """

    def __init__(
        self,
        input_shape: Any = None,
        batch_size: Any = None,
        dtype: Any = None,
        input_tensor: Any = None,
        sparse: Any = None,
        name: Any = None,
        ragged: Any = None,
        type_spec: Any = None,
        **kwargs: Any,
    ) -> None:
        if sparse or ragged or type_spec is not None:
            raise UnsupportedError(
                "A sparse or ragged keras.Input is not supported: give dense tensors, and lengths or a mask for rows "
                "that end early.",
                user_location(),
            )
        whole = kwargs.pop("batch_input_shape", None)
        if input_shape is not None and whole is not None:
            raise ArgumentError(
                "Only provide the input_shape OR batch_input_shape argument to InputLayer, not both at the same time.",
                user_location(),
            )
        if kwargs:
            raise ArgumentError(f"Unrecognized keyword arguments: {list(kwargs)}", user_location())
        if input_tensor is not None:
            dtype = input_tensor.dtype if dtype is None else dtype
            if as_dtype(dtype) != input_tensor.dtype.base_dtype:
                raise ArgumentError(
                    "`input_tensor.dtype` differs from `dtype`. Received: "
                    f"input_tensor.dtype={input_tensor.dtype.name} but expected dtype={as_dtype(dtype).name}",
                    user_location(),
                )
        super().__init__(dtype=dtype or "float32", name=name or f"input_{get_uid('input')}")
        self.built = True
        self.sparse = self.ragged = False
        self.supports_masking = True
        if whole is None and input_shape is not None:
            whole = (batch_size, *_lengths(input_shape))
        self.batch_size = whole[0] if whole else batch_size
        self.is_placeholder = input_tensor is None
        if isinstance(input_tensor, Tensor):
            tensor, whole = input_tensor, tuple(input_tensor.shape.as_list())
        else:
            tensor = placeholder(self.dtype, None if whole is None else tuple(whole), name=self.name)
        self._batch_input_shape = whole
        tensor._keras_mask = None  # type: ignore[attr-defined]
        Node(self, (), {}, tensor)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer."""
        return {
            "batch_input_shape": self._batch_input_shape,
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
        }


def _lengths(shape: Any) -> tuple[Any, ...]:
    if isinstance(shape, TensorShape):
        return tuple(shape.as_list())
    return tuple(shape) if isinstance(shape, list | tuple) else (shape,)


def Input(  # noqa: N802 (Keras's name)
    shape: Any = None,
    batch_size: Any = None,
    name: Any = None,
    dtype: Any = None,
    sparse: Any = None,
    tensor: Any = None,
    ragged: Any = None,
    type_spec: Any = None,
    **kwargs: Any,
) -> Any:
    """An input of the program, fed by its name.

    Args:
        shape: Its shape without the batch: numbers, None, or names of lengths.
        batch_size: The length of the batch, if it is known.
        name: None: ``input_1``, ``input_2``…
        dtype: None: float32.
        sparse: Refused if True.
        tensor: A tensor to begin with, instead of a new placeholder.
        ragged: Refused if True.
        type_spec: Refused.
        **kwargs: ``batch_shape`` or ``batch_input_shape``, the whole shape.

    Raises:
        ArgumentError: No shape is given, or two.

    Source:
        ``keras.Input`` in graph mode.
    """
    whole = kwargs.pop("batch_shape", kwargs.pop("batch_input_shape", None))
    if kwargs:
        raise ArgumentError(f"Unrecognized keyword arguments passed to `Input`: {kwargs}", user_location())
    if shape is not None and whole is not None:
        raise ArgumentError(
            "Only provide the `shape` OR `batch_input_shape` argument to Input, not both at the same time.",
            user_location(),
        )
    if shape is None and whole is None and tensor is None and type_spec is None:
        raise ArgumentError(
            "Please provide to Input a `shape` or a `tensor` or a `type_spec` argument. Note that `shape` does not "
            "include the batch dimension.",
            user_location(),
        )
    options = {"batch_input_shape": tuple(whole)} if whole is not None else {"input_shape": shape}
    layer = InputLayer(
        batch_size=batch_size,
        name=name,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        input_tensor=tensor,
        type_spec=type_spec,
        **options,
    )
    return layer._inbound_nodes[0].outputs
