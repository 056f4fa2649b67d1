"""Assertions and prints in the graph.

A compiled program has no side effects, so an assertion is checked while the graph is recorded, as far as its values are
known then: a failure is an error at once, and what cannot be decided leaves nothing behind. Printing leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.inert import InertOperation
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.static_value import constant_value
from rnn2onnx.tf.tf_errors import InvalidArgumentError

__all__ = [
    "Assert",
    "Print",
    "assert_all_finite",
    "assert_equal",
    "assert_greater",
    "assert_greater_equal",
    "assert_integer",
    "assert_less",
    "assert_less_equal",
    "assert_near",
    "assert_negative",
    "assert_non_negative",
    "assert_non_positive",
    "assert_none_equal",
    "assert_positive",
    "assert_proper_iterable",
    "assert_rank",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_same_float_dtype",
    "assert_scalar",
    "assert_type",
    "check_numerics",
    "is_numeric_tensor",
    "print_",
    "verify_tensor_all_finite",
]


def _holds(condition: Any, said: str, name: str) -> InertOperation:
    if condition is not None and not np.all(condition):
        raise InvalidArgumentError(None, None, f"assertion failed: {said}")
    return InertOperation("Assert", name)


def Assert(  # noqa: N802 (TensorFlow's name)
    condition: Any, data: Sequence[Any], summarize: int | None = None, name: str | None = None
) -> InertOperation:
    """Checks that ``condition`` is true in all elements, as far as it is known now.

    Raises:
        InvalidArgumentError: It is false.

    Source:
        ``tf.Assert``.
    """
    return _holds(constant_value(condition), f"{list(data)!r}", name or "Assert")


def _compare(
    x: Any, y: Any, meaning: Callable[[Any, Any], Any], sign: str, data: Any, message: str | None, name: str
) -> InertOperation:
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, x.dtype if not isinstance(y, Tensor) else None)
    known = (constant_value(x), constant_value(y))
    condition = None if any(array is None for array in known) else meaning(*known)
    said = f"x {sign} y does not hold for x = {known[0]!r}, y = {known[1]!r}. {message or ''} {data or ''}"
    return _holds(condition, said.strip(), name)


def assert_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x == y`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_equal``."""
    return _compare(x, y, np.equal, "==", data, message, name or "assert_equal")


def assert_none_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x != y`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_none_equal``."""
    return _compare(x, y, np.not_equal, "!=", data, message, name or "assert_none_equal")


def assert_less(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x < y`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_less``."""
    return _compare(x, y, np.less, "<", data, message, name or "assert_less")


def assert_less_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x <= y`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_less_equal``."""
    return _compare(x, y, np.less_equal, "<=", data, message, name or "assert_less_equal")


def assert_greater(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x > y`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_greater``."""
    return _compare(x, y, np.greater, ">", data, message, name or "assert_greater")


def assert_greater_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x >= y`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_greater_equal``."""
    return _compare(x, y, np.greater_equal, ">=", data, message, name or "assert_greater_equal")


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> InertOperation:
    """Checks that x and y are close, as far as it is known now.

    Args:
        x: A tensor.
        y: A tensor.
        rtol: Allowed relative to y; None: ten times the resolution of the dtype.
        atol: Allowed besides; None: as ``rtol``.
        data: Shown in the message.
        summarize: Without effect.
        message: Shown in the message.
        name: Of the operation.

    Raises:
        InvalidArgumentError: They are not.

    Source:
        ``tf.assert_near``.
    """
    resolution = 10 * float(np.finfo(str(convert_to_tensor(x).dtype.name)).eps)
    relative = resolution if rtol is None else float(rtol)
    absolute = resolution if atol is None else float(atol)

    def near(a: Any, b: Any) -> Any:
        return np.abs(a - b) <= absolute + relative * np.abs(b)

    return _compare(x, y, near, "≈", data, message, name or "assert_near")


def assert_positive(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x > 0`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_positive``."""
    return _compare(x, 0, np.greater, ">", data, message, name or "assert_positive")


def assert_negative(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x < 0`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_negative``."""
    return _compare(x, 0, np.less, "<", data, message, name or "assert_negative")


def assert_non_negative(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x >= 0`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_non_negative``."""
    return _compare(x, 0, np.greater_equal, ">=", data, message, name or "assert_non_negative")


def assert_non_positive(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> InertOperation:
    """Checks ``x <= 0`` as far as it is known now. Raises InvalidArgumentError. Source: ``tf.assert_non_positive``."""
    return _compare(x, 0, np.less_equal, "<=", data, message, name or "assert_non_positive")


def _rank(x: Any, fits: Callable[[int], bool], wanted: str, message: str | None, name: str) -> InertOperation:
    tensor = convert_to_tensor(x)
    rank = len(tensor.dims)
    if not fits(rank):
        raise ArgumentError(
            f"{message or ''} Static rank condition failed: {tensor.name} must have {wanted}. "
            f"Received rank {rank}, shape {tensor.shape}.".strip(),
            user_location(),
        )
    return InertOperation("NoOp", name)


def assert_rank(
    x: Any,
    rank: int,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> InertOperation:
    """Checks that ``x`` has ``rank`` axes. Raises ArgumentError. Source: ``tf.assert_rank``."""
    return _rank(x, lambda found: found == rank, f"rank {rank}", message, name or "assert_rank")


def assert_rank_at_least(
    x: Any,
    rank: int,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> InertOperation:
    """Checks that ``x`` has ``rank`` axes or more. Raises ArgumentError. Source: ``tf.assert_rank_at_least``."""
    return _rank(x, lambda found: found >= rank, f"rank at least {rank}", message, name or "assert_rank_at_least")


def assert_rank_in(
    x: Any,
    ranks: Sequence[int],
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> InertOperation:
    """Checks that the number of axes of ``x`` is in ``ranks``. Raises ArgumentError. Source: ``tf.assert_rank_in``."""
    return _rank(x, lambda found: found in ranks, f"a rank in {tuple(ranks)}", message, name or "assert_rank_in")


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Tensor:
    """``tensor``, which is checked to have no axes. Raises ArgumentError. Source: ``tf.assert_scalar``."""
    scalar = convert_to_tensor(tensor)
    if scalar.dims:
        raise ArgumentError(f"{message or ''}Expected scalar shape, saw shape: {scalar.shape}.", user_location())
    return scalar


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> InertOperation:
    """Checks the dtype of ``tensor``. Raises ArgumentTypeError. Source: ``tf.assert_type``."""
    found, wanted = convert_to_tensor(tensor).dtype, as_dtype(tf_type)
    if found != wanted:
        raise ArgumentTypeError(f"{message or ''} tensor must be of type {wanted!r}; got {found!r}", user_location())
    return InertOperation("NoOp", name or "assert_type")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> InertOperation:
    """Checks that ``x`` holds integers. Raises ArgumentTypeError. Source: ``tf.assert_integer``."""
    found = convert_to_tensor(x).dtype
    if not found.is_integer:
        raise ArgumentTypeError(f'{message or ""} Expected "x" to be integer type. Found: {found!r}', user_location())
    return InertOperation("NoOp", name or "assert_integer")


def assert_same_float_dtype(tensors: Sequence[Any] | None = None, dtype: Any = None) -> Any:
    """The one floating point dtype of some tensors.

    Raises:
        ArgumentError: They differ, or are not floating point.

    Source:
        ``tf.assert_same_float_dtype``.
    """
    found = {convert_to_tensor(tensor).dtype for tensor in tensors or () if tensor is not None}
    if dtype is not None:
        found.add(as_dtype(dtype))
    if len(found) > 1 or any(not one.is_floating for one in found):
        raise ArgumentError(f"Expected one floating point type, got {sorted(d.name for d in found)}.", user_location())
    return next(iter(found), as_dtype("float32"))


def assert_proper_iterable(values: Any) -> None:
    """Returns where ``values`` is a list or the like, else raises ArgumentTypeError."""
    if isinstance(values, Tensor | np.ndarray | str | bytes) or not hasattr(values, "__iter__"):
        raise ArgumentTypeError(f"Expected argument 'values' to be iterable. Found: {type(values)}", user_location())


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether it is a tensor of numbers. Source: ``tf.is_numeric_tensor``."""
    return isinstance(tensor, Tensor) and (tensor.dtype.is_floating or tensor.dtype.is_integer)


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """``tensor`` as it is: a compiled program does not look for NaN. Source: ``tf.check_numerics``."""
    return convert_to_tensor(tensor)


def verify_tensor_all_finite(
    t: Any = None, msg: str | None = None, name: str | None = None, x: Any = None, message: str | None = None
) -> Tensor:
    """``t`` as it is: a compiled program does not look for NaN. Source: ``tf.verify_tensor_all_finite``."""
    return convert_to_tensor(x if t is None else t)


def assert_all_finite(
    t: Any = None, msg: str | None = None, name: str | None = None, x: Any = None, message: str | None = None
) -> Tensor:
    """``t`` as it is: a compiled program does not look for NaN. Source: ``tf.debugging.assert_all_finite``."""
    return verify_tensor_all_finite(t, msg, name, x, message)


def Print(  # noqa: N802 (TensorFlow's name)
    input_: Any,
    data: Any,
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """``input_`` as it is: a compiled program prints nothing. Source: ``tf.Print``."""
    return convert_to_tensor(input_)


def print_(*inputs: Any, **kwargs: Any) -> InertOperation:
    """Nothing: a compiled program prints nothing. Source: ``tf.print``."""
    return InertOperation("PrintV2", kwargs.get("name"))
