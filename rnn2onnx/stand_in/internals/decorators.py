"""Decorators by which TensorFlow's files export and deprecate their functions: here the functions are as they were."""

from __future__ import annotations

import contextlib
import importlib
import inspect
from collections.abc import Callable
from typing import Any

__all__ = [
    "LazyLoader",
    "add_dispatch_support",
    "contextmanager",
    "deprecated",
    "deprecated_alias",
    "deprecated_arg_values",
    "deprecated_args",
    "deprecated_argument_lookup",
    "deprecated_endpoints",
    "estimator_export",
    "fn_args",
    "has_kwargs",
    "keras_export",
    "kwarg_only",
    "make_all",
    "make_decorator",
    "remove_undocumented",
    "should_use_result",
    "tf_export",
    "unwrap",
]

_Function = Callable[..., Any]
contextmanager = contextlib.contextmanager


def _undecorated(*args: Any, **kwargs: Any) -> Callable[[_Function], _Function]:
    """A decorator that takes arguments and changes nothing."""
    return lambda function: function


deprecated = deprecated_args = deprecated_arg_values = deprecated_endpoints = _undecorated
tf_export = keras_export = estimator_export = _undecorated


def _same(function: Any = None, *args: Any, **kwargs: Any) -> Any:
    """A decorator with or without arguments that changes nothing."""
    return _undecorated() if function is None else function


add_dispatch_support = kwarg_only = should_use_result = _same


def make_decorator(target: Any, decorator_func: Any, *args: Any, **kwargs: Any) -> Any:
    """The decorating function itself."""
    return decorator_func


def unwrap(maybe_decorator: Any) -> tuple[list[Any], Any]:
    """No decorators, and the function below those of Python's own."""
    return [], inspect.unwrap(maybe_decorator)


def deprecated_alias(deprecated_name: str, name: str, func_or_class: Any, warn_once: bool = True) -> Any:
    """The function or class."""
    return func_or_class


def deprecated_argument_lookup(new_name: str, new_value: Any, old_name: str, old_value: Any) -> Any:
    """The value of an argument that has two names."""
    return new_value if old_value is None else old_value


def make_all(module_name: str, doc_string_modules: Any = None) -> list[str]:
    """The public names of a module, for its ``__all__``."""
    return [name for name in vars(importlib.import_module(module_name)) if not name.startswith("_")]


def remove_undocumented(module_name: str, allowed_exception_list: Any = None, doc_string_modules: Any = None) -> None:
    """Nothing."""


def fn_args(fn: _Function) -> tuple[str, ...]:
    """The names of a function's arguments."""
    return tuple(inspect.signature(fn).parameters)


def has_kwargs(fn: _Function) -> bool:
    """Whether a function takes keyword arguments of any name."""
    return any(each.kind is each.VAR_KEYWORD for each in inspect.signature(fn).parameters.values())


def LazyLoader(local_name: str, parent_module_globals: Any, name: str) -> Any:  # noqa: N802
    """The stand-in for a module, without loading it."""
    from rnn2onnx.stand_in.module import stand_in

    return stand_in(name)
