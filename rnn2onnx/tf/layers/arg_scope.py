"""Defaults of layers' arguments for the calls inside a ``with``. Source: ``tf.contrib.framework.arg_scope``."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location

__all__ = ["add_arg_scope", "arg_scope", "arg_scoped_arguments", "current_arg_scope", "has_arg_scope"]

Function = TypeVar("Function", bound=Callable[..., Any])
Scope = dict[str, dict[str, Any]]


class _Open(threading.local):
    def __init__(self) -> None:
        self.scopes: list[Scope] = [{}]


_OPEN = _Open()
_KNOWN: set[str] = set()


def current_arg_scope() -> Scope:
    """The defaults that hold now, by function and argument."""
    return _OPEN.scopes[-1]


def _key(function: Any) -> str:
    known = getattr(function, "_key_op", None)
    return str(known) if known is not None else str(function)


def add_arg_scope(func: Function) -> Function:
    """Makes a function one whose defaults ``arg_scope`` can set."""

    @functools.wraps(func)
    def with_defaults(*args: Any, **kwargs: Any) -> Any:
        defaults = current_arg_scope().get(key, {})
        # What is given by position is given: a default of the same name would be one argument too many.
        positional = names[: len(args)]
        chosen = {name: value for name, value in defaults.items() if name not in positional}
        return func(*args, **{**chosen, **kwargs})

    names = list(inspect.signature(func).parameters)
    key = str(func)
    _KNOWN.add(key)
    with_defaults._key_op = key  # type: ignore[attr-defined]
    return with_defaults  # type: ignore[return-value]


def has_arg_scope(func: Any) -> bool:
    """Whether ``arg_scope`` can set a function's defaults."""
    return _key(func) in _KNOWN


def arg_scoped_arguments(func: Any) -> tuple[str, ...]:
    """The arguments of a function that have defaults, which ``arg_scope`` can set."""
    parameters = inspect.signature(func).parameters.values()
    return tuple(each.name for each in parameters if each.default is not each.empty)


@contextmanager
def arg_scope(list_ops_or_scope: Any, **kwargs: Any) -> Iterator[Scope]:
    """Sets defaults of functions inside the ``with``.

    Args:
        list_ops_or_scope: Functions made with ``add_arg_scope``; or a scope that an ``arg_scope`` gave, to enter again.
        **kwargs: The defaults.

    Raises:
        ArgumentError: A function was not made with ``add_arg_scope``, or there are defaults beside a scope.
        ArgumentTypeError: It is neither a scope nor a list of functions.
    """
    if isinstance(list_ops_or_scope, Mapping):
        if kwargs:
            raise ArgumentError("When attempting to re-use a scope by suppling a dictionary, kwargs must be empty.")
        scope = dict(list_ops_or_scope)
    elif isinstance(list_ops_or_scope, Sequence):
        scope = {name: dict(defaults) for name, defaults in current_arg_scope().items()}
        for function in list_ops_or_scope:
            if not has_arg_scope(function):
                raise ArgumentError(f"{_key(function)} is not decorated with @add_arg_scope", user_location())
            scope.setdefault(_key(function), {}).update(kwargs)
    else:
        raise ArgumentTypeError(
            f"list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict), not {list_ops_or_scope!r}.",
            user_location(),
        )
    _OPEN.scopes.append(scope)
    try:
        yield scope
    finally:
        _OPEN.scopes.pop()
