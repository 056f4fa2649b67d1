"""The type of a value: an element type and a shape whose lengths are numbers or names.

An unknown length is a name, never None: two lengths that are known to be equal carry the same name, which is how the
compiler knows that a batch of inputs and a batch of lengths belong together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from rnn2onnx.errors import ShapeError

Dim: TypeAlias = "int | str"
Shape: TypeAlias = "tuple[Dim, ...]"
DType: TypeAlias = "np.dtype[np.generic]"

UNKNOWN = "?"
"""What a type rule writes for a length it can't tell; the builder puts a fresh name in its place."""

_SHORT = {
    "float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64", "bool": "bool", "str": "str",
    "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64",
    "uint8": "u8", "uint16": "u16", "uint32": "u32", "uint64": "u64",
}  # fmt: skip
_LONG = {short: long for long, short in _SHORT.items()}


def dtype_name(dtype: DType) -> str:
    """The short name of ``dtype`` in the IR's text, such as ``f32``."""
    return _SHORT[dtype.name]


def dtype_of(name: str) -> DType:
    """The numpy dtype of a short name such as ``f32``; KeyError if there is none."""
    if name == "bf16":
        import ml_dtypes

        wide: DType = np.dtype(ml_dtypes.bfloat16)
        return wide
    dtype: DType = np.dtype(_LONG[name])
    return dtype


def is_float(dtype: DType) -> bool:
    """Whether ``dtype`` holds real numbers (bfloat16 too)."""
    return dtype.kind == "f" or dtype.name == "bfloat16"


def is_integer(dtype: DType) -> bool:
    """Whether ``dtype`` holds whole numbers; bool does not count."""
    return dtype.kind in "iu"


@dataclass(frozen=True)
class Type:
    """The element type and shape of a value; prints as ``f32[T, B, 40]``."""

    dtype: DType
    shape: Shape

    def __post_init__(self) -> None:
        if not isinstance(self.dtype, np.dtype):
            object.__setattr__(self, "dtype", np.dtype(self.dtype))
        if not isinstance(self.shape, tuple):
            object.__setattr__(self, "shape", tuple(self.shape))

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def static(self) -> bool:
        """Whether every length is a number."""
        return all(isinstance(dim, int) for dim in self.shape)

    def with_shape(self, shape: Iterable[Dim]) -> Type:
        """This type with another shape."""
        return Type(self.dtype, tuple(shape))

    def with_dtype(self, dtype: DType) -> Type:
        """This type with another element type."""
        return Type(dtype, self.shape)

    def __str__(self) -> str:
        return f"{dtype_name(self.dtype)}[{', '.join(map(str, self.shape))}]"

    __repr__ = __str__


def same_dim(a: Dim, b: Dim) -> Dim | None:
    """The better known of two lengths that must be equal at run time; None if they can't be."""
    if a == b:
        return a
    if isinstance(a, int):
        return None if isinstance(b, int) else a
    if isinstance(b, int):
        return b
    return b if a == UNKNOWN else a


def broadcast_dim(a: Dim, b: Dim) -> Dim | None:
    """The length of two lengths broadcast against each other as numpy does; None if they can't be."""
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if isinstance(a, int):
        return None if isinstance(b, int) else a
    return b if isinstance(b, int) else UNKNOWN


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape of values broadcast against each other as numpy does.

    Raises:
        ShapeError: Two lengths differ and neither is 1.
    """
    out: list[Dim] = []
    for shape in shapes:
        missing: list[Dim] = [1] * (len(shape) - len(out))
        out = missing + out
        offset = len(out) - len(shape)
        for axis, dim in enumerate(shape, offset):
            joint = broadcast_dim(out[axis], dim)
            if joint is None:
                raise ShapeError(f"{out[axis]} is not {dim}")
            out[axis] = joint
    return tuple(out)


def fits(found: Type, wanted: Type) -> bool:
    """Whether a value of type ``found`` can be one of type ``wanted`` at run time: only names may differ."""
    return (
        found.dtype == wanted.dtype
        and found.rank == wanted.rank
        and all(same_dim(a, b) is not None for a, b in zip(found.shape, wanted.shape, strict=True))
    )


def size_of(shape: Shape) -> int | None:
    """The number of elements; None where a length is a name."""
    total = 1
    for dim in shape:
        if not isinstance(dim, int):
            return None
        total *= dim
    return total
