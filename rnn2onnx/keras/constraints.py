"""``keras.constraints``: functions that training applies to variables; kept, without effect."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "RadialConstraint",
    "UnitNorm",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "radial_constraint",
    "serialize",
    "unit_norm",
]


class Constraint:
    """What training would make of a variable; no compiled program changes its variables.

    Source:
        ``keras.constraints.Constraint``.
    """

    def __call__(self, w: Any) -> Any:
        """The variable, as it is."""
        return w

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal one."""
        return dict(self.__dict__)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """One from what ``get_config`` gives."""
        return cls(**config)


class MaxNorm(Constraint):
    """Norms are at most ``max_value``. Source: ``keras.constraints.MaxNorm``."""

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value, self.axis = max_value, axis


class MinMaxNorm(Constraint):
    """Norms are between two values. Source: ``keras.constraints.MinMaxNorm``."""

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0) -> None:
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis


class NonNeg(Constraint):
    """Nothing is negative. Source: ``keras.constraints.NonNeg``."""


class UnitNorm(Constraint):
    """Norms are 1. Source: ``keras.constraints.UnitNorm``."""

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis


class RadialConstraint(Constraint):
    """Kernels are constant around their middle. Source: ``keras.constraints.RadialConstraint``."""


max_norm, min_max_norm, non_neg = MaxNorm, MinMaxNorm, NonNeg
unit_norm, radial_constraint = UnitNorm, RadialConstraint
_BY_NAME: dict[str, type[Constraint]] = {
    name: kind
    for kind, names in {
        MaxNorm: ("MaxNorm", "max_norm", "maxnorm"),
        MinMaxNorm: ("MinMaxNorm", "min_max_norm"),
        NonNeg: ("NonNeg", "non_neg", "nonneg"),
        UnitNorm: ("UnitNorm", "unit_norm", "unitnorm"),
        RadialConstraint: ("RadialConstraint", "radial_constraint"),
    }.items()
    for name in names
}


def get(identifier: Any) -> Any:
    """The constraint that something is or names; None for None.

    Raises:
        ArgumentError: It is no constraint.
    """
    if identifier is None or callable(identifier):
        return identifier
    name = identifier["class_name"] if isinstance(identifier, dict) else identifier
    if name not in _BY_NAME:
        raise ArgumentError(
            f"Could not interpret constraint function identifier: {identifier!r}. Give one of {', '.join(_BY_NAME)}.",
            user_location(),
        )
    return _BY_NAME[name].from_config(identifier.get("config", {}) if isinstance(identifier, dict) else {})


def serialize(constraint: Any) -> Any:
    """A constraint as data that ``get`` understands; None for None."""
    if not isinstance(constraint, Constraint):
        return constraint
    return {"class_name": type(constraint).__name__, "config": constraint.get_config()}
