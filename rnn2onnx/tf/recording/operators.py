"""What graphs, tensors and dtypes offer and others do, found by name.

Slicing is an operator of tensors and is made of operations on tensors: so that arrows run one way, the operation says
which operator it is, and the tensor asks for it by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_OPERATORS: dict[str, Callable[..., Any]] = {}


def operator(name: str) -> Callable[[Function], Function]:
    """Makes a function the one that an operator of tensors calls."""

    def register(function: Function) -> Function:
        _OPERATORS[name] = function
        return function

    return register


def operate(name: str, *operands: Any) -> Any:
    """What the function of an operator gives for some operands."""
    return found(name)(*operands)


def found(name: str) -> Callable[..., Any]:
    """The function of an operator."""
    return _OPERATORS[name]
