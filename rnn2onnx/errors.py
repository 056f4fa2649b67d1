"""Every error this project raises by itself.

A message says what was asked, what was found and what to do. An error that belongs to a call carries the user's file
and line in ``location``; where TensorFlow's contract names a builtin class, the error is also of that class.
"""

from __future__ import annotations

import os
import sys
from typing import ClassVar

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_MODELS = _PACKAGE + "models" + os.sep
_COMMANDS = _PACKAGE + "cli" + os.sep
_BETWEEN = ("importlib", "contextlib.py", f"{os.sep}numpy{os.sep}")
"""Files that call this package on the user's behalf."""


def user_location() -> tuple[str, int] | None:
    """The file and line of the innermost call that is not this package's own; its models count as users.

    None where the package's own command line made the call.
    """
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_COMMANDS):
            return None
        own = file.startswith(_PACKAGE) and not file.startswith(_MODELS)
        if not own and not any(part in file for part in _BETWEEN):
            return file, frame.f_lineno
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None


class Rnn2OnnxError(Exception):
    """The root of all errors of rnn2onnx.

    Attributes:
        location: ``(file, line)`` of the user's call, or None where there is none.
    """

    of_a_call: ClassVar[bool] = True
    """Whether the user's call is to blame, so that its line is found where none is given."""

    def __init__(self, message: str, location: tuple[str, int] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = user_location() if location is None and self.of_a_call else location

    def add_note_text(self, text: str) -> None:
        """Appends a sentence to the message, for who passes the error on and knows where it happened."""
        self.message = f"{self.message}\n  {text}"
        self.args = (self.message,)

    def __str__(self) -> str:
        if self.location is None:
            return self.message
        return f"{self.message}\n  at {self.location[0]}:{self.location[1]}"


class ShapeError(Rnn2OnnxError, ValueError):
    """Shapes that do not fit, found at the call that records them."""


class DTypeError(Rnn2OnnxError, TypeError):
    """Dtypes that do not fit, or values of a kind the call does not take."""


class ArgumentError(Rnn2OnnxError, ValueError):
    """An argument outside what the call accepts."""


class ArgumentTypeError(Rnn2OnnxError, TypeError):
    """An argument of a class the call does not accept."""


class TraceError(Rnn2OnnxError, RuntimeError):
    """Python used a symbolic value as a number, or a value left the body or graph it lives in."""


class UnsupportedError(Rnn2OnnxError, AttributeError):
    """A name that exists in TensorFlow, or might, but not here."""


class StandInError(Rnn2OnnxError, ModuleNotFoundError):
    """A module of TensorFlow that nothing here stands in for."""


class TrainingError(UnsupportedError):
    """A call that only training needs; this project compiles trained models."""


class ModelError(Rnn2OnnxError):
    """A model file that cannot be loaded, or that raises an error of its own."""


class FeedError(Rnn2OnnxError, ValueError):
    """Inputs of a run that do not fit the program's inputs."""


class WeightsError(Rnn2OnnxError, ValueError):
    """Weights that cannot be read, or do not fit the model's variables."""


class ParseError(Rnn2OnnxError, ValueError):
    """Text that is not a graph; the message shows line, column and a caret."""

    of_a_call = False


class VerifyError(Rnn2OnnxError):
    """A graph that breaks the rules of the IR: a bug of the compiler, never the user's."""

    of_a_call = False


class PassError(Rnn2OnnxError):
    """A pass that failed; says which, and after which others."""

    of_a_call = False


class ExportError(Rnn2OnnxError, ValueError):
    """A graph that has no ONNX form at the opset asked for."""


class RuntimeMissingError(Rnn2OnnxError, ImportError):
    """A library that running needs and compiling does not is absent; says which extra to install."""
