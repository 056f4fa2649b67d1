"""What cells and their layers have in common: arguments kept as attributes, and said again by ``get_config``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import activations, constraints, initializers, regularizers

Kind = TypeVar("Kind")

_SPACES = {
    "activation": activations,
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}


def keep(target: Any, **arguments: Any) -> None:
    """Makes arguments attributes: names of functions become functions, by the last word of the argument's name."""
    for name, value in arguments.items():
        space = _SPACES.get(name.rpartition("_")[2])
        setattr(target, name, value if space is None else space.get(value))


def arguments_of(source: Any, names: Sequence[str]) -> dict[str, Any]:
    """The attributes of these names, functions as names or as data."""
    found = {}
    for name in names:
        space = _SPACES.get(name.rpartition("_")[2])
        value = getattr(source, name)
        found[name] = value if space is None else space.serialize(value)
    return found


def shows_cell(names: Sequence[str]) -> Callable[[type[Kind]], type[Kind]]:
    """A decorator of layers: these attributes of the cell are the layer's."""

    def decorated(layer_class: type[Kind]) -> type[Kind]:
        for name in names:
            setattr(layer_class, name, property(partial(_of_cell, name), doc=f"``{name}`` of the cell."))
        return layer_class

    return decorated


def _of_cell(name: str, layer: Any) -> Any:
    return getattr(layer.cell, name)


def number_of_units(units: Any) -> Any:
    """The number of units.

    Raises:
        ArgumentError: It is not positive.
    """
    if units <= 0:
        raise ArgumentError(
            f"Received an invalid value for argument `units`, expected a positive integer, got {units}.",
            user_location(),
        )
    return units


def kept_rate(rate: Any) -> float:
    """A rate of dropout between 0 and 1; it has no effect on a compiled program."""
    return float(min(1.0, max(0.0, rate)))
