"""``keras.backend``: the arrays that variables start with."""

from __future__ import annotations

from typing import Any


def get_value(x: Any) -> Any:
    """The array that a variable starts with."""
    name = x.op.name
    return x.graph.initial_values([name])[name]


def batch_get_value(tensors: Any) -> list[Any]:
    """The arrays that variables start with."""
    return [get_value(x) for x in tensors]


def set_value(x: Any, value: Any) -> None:
    """Sets the array that a variable starts with."""
    x.start_with(value)


def batch_set_value(tuples: Any) -> None:
    """Sets the arrays that variables start with: pairs of both."""
    for x, value in tuples:
        x.start_with(value)


def update(x: Any, new_x: Any) -> Any:
    """Always an error: no compiled program changes its variables."""
    return x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Always an error: no compiled program changes its variables."""
    return x.assign_add(increment)
