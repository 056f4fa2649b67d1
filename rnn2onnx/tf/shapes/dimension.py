"""One length of a static shape as TensorFlow 1 shows it: an int behind ``.value``, or None where it is unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ArgumentTypeError, ShapeError, TraceError
from rnn2onnx.ir import user_location


class Dimension:
    """One length of a shape: an int, or None where it is unknown.

    Arithmetic with an unknown gives an unknown; comparing with one gives None.

    Attributes:
        value: The length, or None.

    Source:
        ``tf.compat.v1.Dimension``.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = length_of(value)

    @property
    def value(self) -> int | None:
        """The length, or None where it is unknown."""
        return self._value

    def is_compatible_with(self, other: Any) -> bool:
        """True when both lengths are equal or one is unknown."""
        theirs = length_of(other)
        return self._value is None or theirs is None or self._value == theirs

    def assert_is_compatible_with(self, other: Any) -> None:
        """Returns when both lengths are equal or one is unknown.

        Raises:
            ShapeError: They are known and differ.
        """
        if not self.is_compatible_with(other):
            raise ShapeError(f"Dimensions {self} and {as_dimension(other)} are not compatible", user_location())

    def merge_with(self, other: Any) -> Dimension:
        """The length that is known of both.

        Raises:
            ShapeError: They are known and differ.
        """
        self.assert_is_compatible_with(other)
        return Dimension(length_of(other) if self._value is None else self._value)

    def _combined(self, other: Any, sign: str, *, swapped: bool = False) -> Dimension:
        try:
            theirs = length_of(other)
        except (TypeError, ValueError):
            return NotImplemented  # type: ignore[no-any-return]
        if self._value is None or theirs is None:
            return Dimension(None)
        function = _ARITHMETIC[sign]
        return Dimension(function(theirs, self._value) if swapped else function(self._value, theirs))

    def __add__(self, other: Any) -> Dimension:
        return self._combined(other, "+")

    def __radd__(self, other: Any) -> Dimension:
        return self._combined(other, "+", swapped=True)

    def __sub__(self, other: Any) -> Dimension:
        return self._combined(other, "-")

    def __rsub__(self, other: Any) -> Dimension:
        return self._combined(other, "-", swapped=True)

    def __mul__(self, other: Any) -> Dimension:
        return self._combined(other, "*")

    def __rmul__(self, other: Any) -> Dimension:
        return self._combined(other, "*", swapped=True)

    def __floordiv__(self, other: Any) -> Dimension:
        return self._combined(other, "//")

    def __rfloordiv__(self, other: Any) -> Dimension:
        return self._combined(other, "//", swapped=True)

    def __mod__(self, other: Any) -> Dimension:
        return self._combined(other, "%")

    def __rmod__(self, other: Any) -> Dimension:
        return self._combined(other, "%", swapped=True)

    def __truediv__(self, other: Any) -> Dimension:
        raise _no_true_division(type(self), type(other))

    def __rtruediv__(self, other: Any) -> Dimension:
        raise _no_true_division(type(other), type(self))

    def _compared(self, other: Any, function: Callable[[int, int], bool]) -> bool | None:
        theirs = length_of(other)
        return None if self._value is None or theirs is None else function(self._value, theirs)

    def __lt__(self, other: Any) -> bool | None:
        return self._compared(other, operator.lt)

    def __le__(self, other: Any) -> bool | None:
        return self._compared(other, operator.le)

    def __gt__(self, other: Any) -> bool | None:
        return self._compared(other, operator.gt)

    def __ge__(self, other: Any) -> bool | None:
        return self._compared(other, operator.ge)

    def __eq__(self, other: object) -> bool | None:  # type: ignore[override]
        try:
            return self._compared(other, operator.eq)
        except (TypeError, ValueError):
            return NotImplemented

    def __ne__(self, other: object) -> bool | None:  # type: ignore[override]
        try:
            return self._compared(other, operator.ne)
        except (TypeError, ValueError):
            return NotImplemented

    def __bool__(self) -> bool:
        return bool(self._value)

    def __int__(self) -> int:
        return self._known("int")

    def __index__(self) -> int:
        return self._known("index")

    def _known(self, asked: str) -> int:
        if self._value is None:
            raise ArgumentTypeError(
                f"Dimension(None) was used as a Python {asked}, but this length is known only when the model runs. "
                "Use tf.shape(tensor)[axis], or give the placeholder a static length.",
                user_location(),
            )
        return self._value

    def __str__(self) -> str:
        return "?" if self._value is None else str(self._value)

    def __repr__(self) -> str:
        return f"Dimension({self._value})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Dimension, (self._value,)


def as_dimension(value: Any) -> Dimension:
    """``value`` as a Dimension; the same object if it is one.

    Raises:
        ArgumentTypeError: It is neither an int nor None.
    """
    return value if isinstance(value, Dimension) else Dimension(value)


def dimension_value(dimension: Any) -> Any:
    """The int or None inside a Dimension; anything else as it is.

    Source:
        ``tf.compat.dimension_value``.
    """
    return dimension.value if isinstance(dimension, Dimension) else dimension


def length_of(value: Any) -> int | None:
    """The int or None that ``value`` stands for.

    Raises:
        ArgumentTypeError: It is no whole number, for instance a fraction or a tensor.
        ShapeError: It is negative.
    """
    if isinstance(value, Dimension):
        return value.value
    if value is None:
        return None
    try:
        # Code for TensorFlow 1 halves sizes with ``/``, which is a float under Python 3.
        whole = isinstance(value, float) and value.is_integer()
        length = int(value if whole else operator.index(value))
    except (TypeError, TraceError):
        raise ArgumentTypeError(
            "Dimension value must be integer or None or have an __index__ method, "
            f"got value '{value!r}' with type '{type(value)!r}'",
            user_location(),
        ) from None
    if length < 0:
        raise ShapeError(f"Dimension {length} must be >= 0. Use None for an unknown length.", user_location())
    return length


_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
}


def _no_true_division(left: type, right: type) -> ArgumentTypeError:
    return ArgumentTypeError(
        f"unsupported operand type(s) for /: '{left.__name__}' and '{right.__name__}', please use // instead",
        user_location(),
    )
