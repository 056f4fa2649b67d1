"""Values that come from nowhere: constants, variables before their weights are known, random numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Content, Kind, Value
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import UNKNOWN, Dim, Type, is_integer


def _const_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    array: Array = attrs["value"]
    return [Type(array.dtype, array.shape)]


def _const_content(values: Sequence[Value], attrs: Attrs) -> Content | None:
    array: Array = attrs["value"]
    return tuple(int(item) for item in array.reshape(-1)) if array.size <= 64 else None


def _variable_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    return [attrs["type"]]


def _unknown_variable(attrs: Attrs) -> Array:
    raise ShapeError(f"the variable {attrs['name']!r} has no value; give the graph its weights first")


def shape_from(value: Value) -> tuple[Dim, ...]:
    """The shape that a vector of integers says, as far as its elements are known.

    Raises:
        DTypeError: It is not a vector of integers.
        ShapeError: Its length is not a number: the rank of a result must be known.
    """
    if value.type.rank != 1 or not is_integer(value.type.dtype):
        raise DTypeError(f"a shape is a vector of integers, not {value.type}")
    length = value.type.shape[0]
    if not isinstance(length, int):
        raise ShapeError(
            f"the rank must be known when the graph is recorded, but the shape {value.type} has any length"
        )
    known = value.content or (None,) * length
    return tuple(UNKNOWN if dim is None else dim for dim in known)


def _random_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    return [Type(attrs["dtype"], shape_from(values[0]))]


def random_array(attrs: Attrs, shape: Array) -> Array:
    """Numbers drawn as ``attrs`` say.

    Args:
        attrs: ``distribution`` (normal, truncated_normal, uniform), its numbers ``a`` (mean or least) and ``b``
            (standard deviation or bound), ``seed``, ``dtype``.
        shape: Integers [rank].
    """
    generator = np.random.default_rng(attrs["seed"])
    size = tuple(int(n) for n in shape)
    if attrs["distribution"] == "uniform":
        drawn = generator.uniform(attrs["a"], attrs["b"], size)
    else:
        drawn = generator.standard_normal(size)
        if attrs["distribution"] == "truncated_normal":
            while (outside := np.abs(drawn) > 2).any():
                drawn[outside] = generator.standard_normal(int(outside.sum()))
        drawn = drawn * attrs["b"] + attrs["a"]
    result: Array = drawn.astype(attrs["dtype"])
    return result


add_kind(Kind("const", _const_type, lambda attrs: attrs["value"], content=_const_content))
add_kind(Kind("variable", _variable_type, _unknown_variable))
add_kind(Kind("random", _random_type, random_array, reusable=False))
