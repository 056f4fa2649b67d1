"""Checks what a run is fed against what the program takes, before the engine sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from rnn2onnx.errors import FeedError
from rnn2onnx.ir import Array, Type
from rnn2onnx.ir.types import is_float, is_integer


def checked(feeds: Mapping[str, Any], inputs: Mapping[str, Type], ignored: Collection[str] = ()) -> dict[str, Array]:
    """The feeds as arrays of the inputs' dtypes.

    Args:
        feeds: Anything numpy makes an array of, by input name; ``:0`` behind a name is dropped.
        inputs: The types of the inputs.
        ignored: Names that may be fed and are not needed.

    Raises:
        FeedError: ``feeds`` is no mapping, a name is missing or unknown, a dtype can't be converted without loss, a
            rank or length differs, or two inputs disagree about a length they share.
    """
    if not isinstance(feeds, Mapping):
        raise FeedError(
            f"feeds are arrays by name, not a {feeds.__class__.__name__}. The inputs are: {_listed(inputs)}."
        )
    given = {str(name).removesuffix(":0"): value for name, value in feeds.items()}
    missing = [f"{name} ({type})" for name, type in inputs.items() if name not in given]
    unknown = [name for name in given if name not in inputs and name not in ignored]
    if missing or unknown:
        parts = [f"missing: {', '.join(missing)}"] if missing else []
        parts += [f"unknown: {', '.join(unknown)}"] if unknown else []
        raise FeedError(f"the feeds don't fit the inputs ({'; '.join(parts)}). The inputs are: {_listed(inputs)}.")
    arrays: dict[str, Array] = {}
    lengths: dict[str, tuple[int, str]] = {}
    for name, type in inputs.items():
        array = _array(name, given[name], type)
        for axis, (found, wanted) in enumerate(zip(array.shape, type.shape, strict=True)):
            if isinstance(wanted, int):
                if found != wanted:
                    raise FeedError(
                        f"the input {name!r} is {type}, but axis {axis} of the array given has length {found} "
                        f"(shape {list(array.shape)})."
                    )
                continue
            first, where = lengths.setdefault(wanted, (found, name))
            if first != found:
                raise FeedError(
                    f"the input {name!r} is {type}, but axis {axis} of the array given has length {found} (shape "
                    f"{list(array.shape)}), where {wanted} is {first} in {where!r}."
                )
        arrays[name] = array
    return arrays


def _listed(inputs: Mapping[str, Type]) -> str:
    return ", ".join(f"{name}: {type}" for name, type in inputs.items()) or "none"


def _array(name: str, value: Any, type: Type) -> Array:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise FeedError(f"the input {name!r} is {type}, but what was given is no array: {error}.") from None
    if array.ndim != type.rank:
        raise FeedError(f"the input {name!r} is {type}, but an array of shape {list(array.shape)} was given.")
    if array.dtype == type.dtype:
        return np.asarray(array, order="C")
    plain = not isinstance(value, np.ndarray | np.generic)
    if is_float(type.dtype) and (is_float(array.dtype) or (plain and is_integer(array.dtype))):
        return np.asarray(array.astype(type.dtype), order="C")
    if is_integer(type.dtype) and is_integer(array.dtype):
        converted = array.astype(type.dtype)
        if not array.size or (converted == array).all():
            return np.asarray(converted, order="C")
    if not array.size and plain:
        return np.asarray(array.astype(type.dtype), order="C")
    raise FeedError(f"the input {name!r} is {type}, but an array of dtype {array.dtype} was given; convert it first.")
