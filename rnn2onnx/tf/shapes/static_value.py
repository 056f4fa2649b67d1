"""What is known of a tensor's elements while the graph is recorded: constants, and what is computed from constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import Op, Value, constant, evaluate_values, user_location
from rnn2onnx.ir.types import is_integer
from rnn2onnx.tf.recording.conversion import convert_to_tensor

__all__ = ["constant_value", "get_static_value"]

_MOST_OPERATIONS = 200


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The elements of ``tensor`` as an array where they are known, else None. Source: ``tf.get_static_value``."""
    return constant_value(tensor, partial)


def constant_value(tensor: Any, partial: bool = False) -> Any:
    """The elements of ``tensor`` as an array where they are known already, else None.

    Args:
        tensor: A tensor, or anything that can be one.
        partial: Give an array of ints and None for a vector of which some elements are known.

    Source:
        ``tf.contrib.util.constant_value``.
    """
    converted = convert_to_tensor(tensor)
    if converted.shape.rank is None:
        return None
    value = converted.recorded
    array = constant(value)
    if array is not None:
        return array
    known = value.content
    if known is not None and all(isinstance(item, int) for item in known):
        return np.array(known, value.type.dtype).reshape([len(known)] if value.type.rank else [])
    if known is not None and partial and value.type.rank:
        return np.array([item if isinstance(item, int) else None for item in known], object)
    return evaluate_values([value], {})[0] if _computable(value) else None


def _computable(value: Value) -> bool:
    """Whether a few operations on nothing but constants give ``value``."""
    seen: set[Op] = set()
    pending = [value]
    while pending:
        op = pending.pop().op
        if op is None or op.kind.name in ("variable", "random") or op.blocks:
            return False
        if op not in seen:
            seen.add(op)
            if len(seen) > _MOST_OPERATIONS:
                return False
            pending.extend(op.operands)
    return True


def static_ints(given: Any, what: str) -> list[int]:
    """The numbers that an argument stands for which must be known when the graph is recorded: one, or a list of them.

    Raises:
        ArgumentTypeError: They are not whole numbers.
        ArgumentError: They are computed while the program runs.
    """
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        return [int(given)]
    tensor = convert_to_tensor(given)
    if not is_integer(tensor.recorded.type.dtype) and tensor.dims != (0,):
        raise ArgumentTypeError(f"{what} must be integers, not {given!r}.", user_location())
    array = constant_value(tensor)
    if array is None:
        raise ArgumentError(
            f"{what} must be known when the graph is recorded, but {given!r} is computed when the program runs. "
            "Give a number, or a constant.",
            user_location(),
        )
    return [int(item) for item in np.reshape(array, -1)]


def static_int(given: Any, what: str) -> int:
    """The one number that an argument stands for which must be known when the graph is recorded.

    Raises:
        ArgumentError: It is not one number, or computed while the program runs.
    """
    numbers = static_ints(given, what)
    if len(numbers) != 1:
        raise ArgumentError(f"{what} must be one number, not {given!r}.", user_location())
    return numbers[0]


def axis_of(given: Any, rank: int, what: str = "axis") -> int:
    """An axis counted from the front.

    Raises:
        ArgumentError: There is no such axis.
    """
    axis = static_int(given, what)
    if not -rank <= axis < rank:
        raise ArgumentError(f"{what} {axis} is not in the interval [{-rank}, {rank}).", user_location())
    return axis % rank


def axes_of(given: Any, rank: int) -> list[int]:
    """Axes counted from the front, in the order given; all of them for None.

    Raises:
        ArgumentError: There is no such axis, or one is named twice.
    """
    if given is None:
        return list(range(rank))
    axes: list[int] = []
    for axis in static_ints(given, "the axes"):
        if not -rank <= axis < rank:
            raise ArgumentError(
                f"Invalid reduction dimension {axis} for input with {rank} dimensions.", user_location()
            )
        axes.append(axis % rank)
    if len(set(axes)) != len(axes):
        raise ArgumentError(f"The axes {given!r} name one axis twice.", user_location())
    return axes


def one_of(new: Any, old: Any, name: str, old_name: str) -> Any:
    """An argument that has two names.

    Raises:
        ArgumentError: Both were given.
    """
    if new is not None and old is not None:
        raise ArgumentError(f"Cannot specify both '{old_name}' and '{name}': they are one argument.", user_location())
    return old if new is None else new
