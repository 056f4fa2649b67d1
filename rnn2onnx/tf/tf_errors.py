"""``tf.errors``: the classes of TensorFlow's run-time errors, as errors of this project."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "ABORTED",
    "ALREADY_EXISTS",
    "CANCELLED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "INTERNAL",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OK",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "UNIMPLEMENTED",
    "UNKNOWN",
    "AbortedError",
    "AlreadyExistsError",
    "CancelledError",
    "DataLossError",
    "DeadlineExceededError",
    "FailedPreconditionError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
    "error_code_from_exception_type",
    "exception_type_from_error_code",
]

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OpError(Rnn2OnnxError):
    """An operation that failed.

    Args:
        node_def: Kept.
        op: The operation, if it is known.
        message: What is wrong.
        error_code: One of the numbers of ``tf.errors``.
    """

    code = UNKNOWN

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int | None = None) -> None:
        super().__init__(message, user_location())
        self.node_def = node_def
        self.op = op
        self.error_code = self.code if error_code is None else error_code


class CancelledError(OpError):
    """Cancelled."""

    code = CANCELLED


class UnknownError(OpError):
    """Of no other class."""

    code = UNKNOWN


class InvalidArgumentError(OpError):
    """An operation got a value it does not accept, or an assertion failed."""

    code = INVALID_ARGUMENT


class DeadlineExceededError(OpError):
    """Too late."""

    code = DEADLINE_EXCEEDED


class NotFoundError(OpError):
    """A file or variable is not there."""

    code = NOT_FOUND


class AlreadyExistsError(OpError):
    """A file or variable is there already."""

    code = ALREADY_EXISTS


class PermissionDeniedError(OpError):
    """Not allowed."""

    code = PERMISSION_DENIED


class ResourceExhaustedError(OpError):
    """Out of memory, or of something else."""

    code = RESOURCE_EXHAUSTED


class FailedPreconditionError(OpError):
    """Something is not in the state it must be in."""

    code = FAILED_PRECONDITION


class AbortedError(OpError):
    """Aborted."""

    code = ABORTED


class OutOfRangeError(OpError):
    """Past the end."""

    code = OUT_OF_RANGE


class UnimplementedError(OpError):
    """An operation that does not exist for these arguments."""

    code = UNIMPLEMENTED


class InternalError(OpError):
    """A bug."""

    code = INTERNAL


class UnavailableError(OpError):
    """Not available now."""

    code = UNAVAILABLE


class DataLossError(OpError):
    """Data that can't be recovered."""

    code = DATA_LOSS


class UnauthenticatedError(OpError):
    """Of unknown identity."""

    code = UNAUTHENTICATED


_BY_CODE = {
    kind.code: kind
    for kind in (
        CancelledError,
        UnknownError,
        InvalidArgumentError,
        DeadlineExceededError,
        NotFoundError,
        AlreadyExistsError,
        PermissionDeniedError,
        ResourceExhaustedError,
        FailedPreconditionError,
        AbortedError,
        OutOfRangeError,
        UnimplementedError,
        InternalError,
        UnavailableError,
        DataLossError,
        UnauthenticatedError,
    )
}


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The class of errors with a number; KeyError if there is none."""
    return _BY_CODE[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> int:
    """The number of a class of errors."""
    return cls.code


__getattr__ = unknown("tf.errors")
