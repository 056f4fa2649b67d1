"""Calls in the order of arguments that TensorFlow had before 1.0, understood where they can't mean anything else."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rnn2onnx.tf.recording.tensor import Tensor

Function = TypeVar("Function", bound=Callable[..., Any])
Told = Callable[[Mapping[str, Any]], bool]


def also_ordered(told: Told, **names: str) -> Callable[[Function], Function]:
    """Makes a function also take its arguments in an older order.

    A call is an old one if its arguments fit the old names and ``told`` says so, or if it uses a name that only the old
    order had.

    Args:
        told: Whether arguments, by their old names, can only be in the old order; some may be missing.
        **names: The old names in their order, and the present name of each.
    """
    only_old = set(names) - set(names.values())

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            old = _bound(tuple(names), args, kwargs)
            if old is not None and (only_old & set(kwargs) or told(old)):
                return function(**{names[name]: value for name, value in old.items()})
            return function(*args, **kwargs)

        return call  # type: ignore[return-value]

    return decorate


def _bound(names: tuple[str, ...], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arguments of a call by the names given, or None if they don't fit."""
    if len(args) > len(names) or set(names[: len(args)]) & set(kwargs) or set(kwargs) - set(names):
        return None
    return {**dict(zip(names, args, strict=False)), **kwargs}


def is_number(value: Any) -> bool:
    """Whether a value can be an axis, and nothing that is cut or joined along one."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, Tensor) and not value.dims)


def axes_of_flags(axis: Any) -> Any:
    """The axes that a list of one flag for each axis marks; anything else as it is."""
    if isinstance(axis, list | tuple) and axis and all(isinstance(flag, bool) for flag in axis):
        return [place for place, flag in enumerate(axis) if flag]
    return axis
