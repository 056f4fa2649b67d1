"""TensorFlow's dtypes under TensorFlow's names: ``float32``, ``int64``, ``as_dtype`` and the class ``DType``.

A DType wraps a numpy dtype. ml_dtypes is imported only where bfloat16's numpy type is asked for.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, DTypeError
from rnn2onnx.tf.recording.operators import found
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "DTYPES",
    "DType",
    "as_dtype",
    "bfloat16",
    "bool",
    "double",
    "float16",
    "float32",
    "float64",
    "half",
    "int8",
    "int16",
    "int32",
    "int64",
    "numpy_dtype",
    "string",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]


class DType:
    """The type of a tensor's elements.

    Source:
        ``tf.DType``.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        """TensorFlow's name, such as ``"float32"``."""
        return self._name

    @property
    def base_dtype(self) -> DType:
        """This dtype: reference dtypes do not exist here."""
        return self

    @property
    def real_dtype(self) -> DType:
        """This dtype: complex dtypes do not exist here."""
        return self

    @property
    def as_numpy_dtype(self) -> type[Any]:
        """The numpy scalar type, such as ``np.float32``; ``object`` for string.

        Source:
            ``tf.DType.as_numpy_dtype``.
        """
        return object if self is string else _numpy(self._name).type

    @property
    def is_floating(self) -> builtins.bool:
        """True for float16, bfloat16, float32 and float64."""
        return self._name in ("float16", "bfloat16", "float32", "float64")

    @property
    def is_integer(self) -> builtins.bool:
        """True for signed and unsigned integers, not for bool."""
        return self._name.startswith(("int", "uint"))

    @property
    def is_unsigned(self) -> builtins.bool:
        """True for unsigned integers."""
        return self._name.startswith("uint")

    @property
    def is_bool(self) -> builtins.bool:
        """True for bool."""
        return self._name == "bool"

    @property
    def is_complex(self) -> builtins.bool:
        """False: complex dtypes do not exist here."""
        return False

    @property
    def is_quantized(self) -> builtins.bool:
        """False: quantized dtypes do not exist here."""
        return False

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """True: every dtype has a numpy type."""
        return True

    @property
    def min(self) -> Any:
        """The least finite value, of the numpy scalar type.

        Raises:
            DTypeError: The dtype has no least value.
        """
        return self._extreme("minimum")

    @property
    def max(self) -> Any:
        """The greatest finite value, of the numpy scalar type.

        Raises:
            DTypeError: The dtype has no greatest value.
        """
        return self._extreme("maximum")

    @property
    def limits(self) -> tuple[Any, Any]:
        """The range of intensities of an image of this dtype: 0 to 1 for floats, 0 to ``max`` for integers.

        Raises:
            ArgumentError: TensorFlow defines none for float16, bfloat16 and string.

        Source:
            ``tf.DType.limits``, whose lower end is always clipped to 0.
        """
        if self._name in ("float32", "float64"):
            return 0, 1
        if self.is_bool:
            return 0, True
        if self.is_integer:
            return 0, self.max
        raise ArgumentError(f"{self} does not have defined limits. Cast to float32 first.")

    @property
    def size(self) -> int:
        """Bytes per element; 0 for string."""
        return 0 if self is string else _numpy(self._name).itemsize

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """True when ``other`` is, or names, this dtype.

        Raises:
            DTypeError: ``other`` is no dtype.
        """
        return as_dtype(other) is self

    def _extreme(self, which: str) -> Any:
        if self.is_floating:
            info = _float_info(self._name)
            return self.as_numpy_dtype(info.min if which == "minimum" else info.max)
        if self.is_integer:
            limits = np.iinfo(self._name)
            return limits.min if which == "minimum" else limits.max
        raise DTypeError(f"Cannot find {which} value of {self}: only floats and integers have one.")

    def __eq__(self, other: object) -> builtins.bool:
        if other is None:
            return False
        if isinstance(other, DType):
            return self is other
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self._name)

    def __str__(self) -> str:
        return f"<dtype: {self._name!r}>"

    def __repr__(self) -> str:
        return f"tf.{self._name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self._name,)


half = float16 = DType("float16")
bfloat16 = DType("bfloat16")
float32 = DType("float32")
double = float64 = DType("float64")
int8 = DType("int8")
int16 = DType("int16")
int32 = DType("int32")
int64 = DType("int64")
uint8 = DType("uint8")
uint16 = DType("uint16")
uint32 = DType("uint32")
uint64 = DType("uint64")
bool = DType("bool")
string = DType("string")

DTYPES: tuple[DType, ...] = (
    *(float16, bfloat16, float32, float64),
    *(int8, int16, int32, int64, uint8, uint16, uint32, uint64),
    *(bool, string),
)
"""Every dtype there is."""

_BY_NAME = {dtype.name: dtype for dtype in DTYPES} | {"half": float16, "float": float32, "double": float64}
_BY_PYTHON_TYPE: dict[Any, DType] = {float: float32, builtins.bool: bool, object: string}


def as_dtype(type_value: Any) -> DType:
    """The DType that ``type_value`` is or stands for.

    Args:
        type_value: A DType, its name, a numpy dtype or scalar type, one of the classes float (float32), bool and
            object (string), or anything with such a ``dtype``.

    Raises:
        DTypeError: It stands for none of the dtypes here.

    Source:
        ``tf.as_dtype``.
    """
    if isinstance(type_value, DType):
        return type_value
    found = _BY_NAME.get(type_value) if isinstance(type_value, str) else _of_numpy(type_value)
    if found is None:
        raise DTypeError(
            f"Cannot convert the argument `type_value`: {type_value!r} to a TensorFlow DType. "
            f"Give one of {', '.join(dtype.name for dtype in DTYPES)}."
        )
    return found


def numpy_dtype(x: Any) -> np.dtype[Any]:
    """The numpy dtype of whatever ``as_dtype`` takes; ``object`` for string.

    Raises:
        DTypeError: As ``as_dtype``.
    """
    dtype = as_dtype(x)
    return np.dtype(object) if dtype is string else _numpy(dtype.name)


def _of_numpy(type_value: Any) -> DType | None:
    if isinstance(type_value, type):
        if not issubclass(type_value, np.generic):
            return _BY_PYTHON_TYPE.get(type_value)
        type_value = np.dtype(type_value)
    if not isinstance(type_value, np.dtype):
        carried = getattr(type_value, "dtype", None)
        return as_dtype(carried) if isinstance(carried, (DType, np.dtype)) else None
    return string if type_value.kind in "SUO" else _BY_NAME.get(type_value.name)


def _numpy(name: str) -> np.dtype[Any]:
    if name != "bfloat16":
        return np.dtype(name)
    from ml_dtypes import bfloat16 as scalar

    dtype: np.dtype[Any] = np.dtype(scalar)
    return dtype


def _float_info(name: str) -> Any:
    if name != "bfloat16":
        return np.finfo(name)
    import ml_dtypes

    info: Any = ml_dtypes.finfo
    return info(ml_dtypes.bfloat16)


def _getattr(name: str) -> Any:
    # Casts are operations on tensors, which have dtypes.
    if name in ("cast", "saturate_cast"):
        return found(name)
    return unknown("tf.dtypes")(name)


__getattr__ = _getattr
