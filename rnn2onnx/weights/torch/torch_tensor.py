"""PyTorch's tensors as a file has them: a storage of numbers, and how a tensor walks through it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile
from rnn2onnx.weights.torch.pickle_machine import Call

_BYTES = np.dtype("u1")
_DTYPES: dict[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float64": np.dtype("<f8"),
    "float16": np.dtype("<f2"),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "uint8": np.dtype("u1"),
    "int8": np.dtype("i1"),
    "int16": np.dtype("<i2"),
    "int32": np.dtype("<i4"),
    "int64": np.dtype("<i8"),
    "uint16": np.dtype("<u2"),
    "uint32": np.dtype("<u4"),
    "uint64": np.dtype("<u8"),
    "bool": np.dtype("?"),
    "complex64": np.dtype("<c8"),
    "complex128": np.dtype("<c16"),
    "float8_e4m3fn": np.dtype(ml_dtypes.float8_e4m3fn),
    "float8_e4m3fnuz": np.dtype(ml_dtypes.float8_e4m3fnuz),
    "float8_e5m2": np.dtype(ml_dtypes.float8_e5m2),
    "float8_e5m2fnuz": np.dtype(ml_dtypes.float8_e5m2fnuz),
    "float8_e8m0fnu": np.dtype(ml_dtypes.float8_e8m0fnu),
}
_STORAGES = {
    "Float": "float32",
    "Double": "float64",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Byte": "uint8",
    "Char": "int8",
    "Short": "int16",
    "Int": "int32",
    "Long": "int64",
    "Bool": "bool",
    "ComplexFloat": "complex64",
    "ComplexDouble": "complex128",
}


@dataclass
class Storage:
    """A row of numbers that tensors share.

    Attributes:
        key: As the file names it.
        dtype: Of its numbers; bytes where the tensors say what they are.
        count: How many there are.
        content: Gives the bytes, their checksum compared where there is one.
    """

    key: str
    dtype: np.dtype[Any]
    count: int
    content: Callable[[], BoundedFile]

    @property
    def nbytes(self) -> int:
        """The size in bytes."""
        return self.count * self.dtype.itemsize


@dataclass(frozen=True)
class Tensor:
    """A tensor: numbers of a storage.

    Attributes:
        storage: Where they are.
        dtype: What they are.
        offset: The first one's place, in numbers.
        shape: The lengths of the axes.
        strides: The step along each axis, in numbers.
    """

    storage: Storage
    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def read(self) -> NDArray[Any]:
        """The numbers, as a read-only view."""
        size = self.dtype.itemsize
        array: NDArray[Any] = np.ndarray(
            self.shape,
            self.dtype,
            self.storage.content().data,
            self.offset * size,
            tuple(stride * size for stride in self.strides),
        )
        array.setflags(write=False)
        return array


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, dtype: np.dtype[Any], metadata: Any) -> Tensor:
    if metadata:
        raise ValueError("a tensor that is conjugated or negated on the fly")
    if not isinstance(storage, Storage):
        raise ValueError("a tensor without a storage")
    for numbers in ((offset,), shape, strides):
        if not isinstance(numbers, tuple) or not all(type(n) is int and 0 <= n < 1 << 48 for n in numbers):
            raise ValueError("a tensor's shape is no row of lengths")
    if len(shape) != len(strides) or len(shape) > 32:
        raise ValueError(f"a tensor of {len(shape)} axes has {len(strides)} strides")
    count = 1
    for length in shape:
        count *= length
    last = offset + sum((length - 1) * stride for length, stride in zip(shape, strides, strict=True))
    if count and (last + 1) * dtype.itemsize > storage.nbytes:
        raise ValueError(f"a tensor of shape {list(shape)} reaches past the {storage.nbytes} bytes of its storage")
    if count * dtype.itemsize > storage.nbytes + SLACK:
        raise ValueError(f"a tensor of shape {list(shape)} repeats the {storage.nbytes} bytes of its storage")
    return Tensor(storage, dtype, offset if count else 0, shape, strides)


def _rebuild(
    storage: Any, offset: Any, shape: Any, strides: Any, _grad: Any = None, _hooks: Any = None, metadata: Any = None
) -> Tensor:
    return _tensor(storage, offset, shape, strides, getattr(storage, "dtype", _BYTES), metadata)


def _rebuild_of_dtype(
    storage: Any, offset: Any, shape: Any, strides: Any, _grad: Any, _hooks: Any, dtype: Any, metadata: Any = None
) -> Tensor:
    if not isinstance(dtype, np.dtype):
        raise ValueError("a tensor without a dtype")
    return _tensor(storage, offset, shape, strides, dtype, metadata)


def _parameter(tensor: Any, *_: Any) -> Tensor:
    if not isinstance(tensor, Tensor):
        raise ValueError("a parameter that is no tensor")
    return tensor


def _table(pairs: Any = ()) -> dict[Any, Any]:
    if pairs:
        raise ValueError("a table made of a list of pairs")
    return {}


def _size(lengths: Any = ()) -> tuple[Any, ...]:
    if not isinstance(lengths, list | tuple):
        raise ValueError("a shape that is no list")
    return tuple(lengths)


def _device(*_: Any) -> None:
    return None


NAMES: dict[str, Any] = {
    "collections.OrderedDict": Call(_table),
    "torch._utils._rebuild_tensor": Call(_rebuild),
    "torch._utils._rebuild_tensor_v2": Call(_rebuild),
    "torch._utils._rebuild_tensor_v3": Call(_rebuild_of_dtype),
    "torch._utils._rebuild_parameter": Call(_parameter),
    "torch._utils._rebuild_parameter_with_state": Call(_parameter),
    "torch.Size": Call(_size),
    "torch.device": Call(_device),
    "torch.storage.UntypedStorage": _BYTES,
    **{f"torch.{name}": dtype for name, dtype in _DTYPES.items()},
    **{f"torch.{kind}Storage": _DTYPES[name] for kind, name in _STORAGES.items()},
}
"""All that a file of PyTorch's may name, and what it stands for here."""
