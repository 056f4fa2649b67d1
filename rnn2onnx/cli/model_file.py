"""Finds the model that a command names, and records it: a function in a Python file, or one of our own models."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import rnn2onnx
from rnn2onnx.errors import ModelError, Rnn2OnnxError

_PACKAGE = os.path.dirname(os.path.abspath(rnn2onnx.__file__)) + os.sep
_MODELS = os.path.join(_PACKAGE, "models") + os.sep


class Recorded(NamedTuple):
    """A recorded model.

    Attributes:
        graph: The ``tf.Graph``.
        outputs: The nest that the function gave.
        weights: The model's own weights, for those of ``rnn2onnx.models`` that have them.
    """

    graph: Any
    outputs: Any
    weights: Mapping[str, Any] | None


def record(model: str, as_tensorflow: bool = False) -> Recorded:
    """Runs the function that ``model`` names under a fresh graph.

    Args:
        model: ``file.py``, ``file.py:function`` or a name in ``rnn2onnx.models``; the function is ``model`` by default.
        as_tensorflow: Whether ``import tensorflow`` in the file finds this project.

    Raises:
        ModelError: There is no such file, function or model; or it raised an error of its own, which is then named with
            its file and line.
    """
    with rnn2onnx.as_tensorflow() if as_tensorflow else nullcontext():
        return _recorded(model)


def _recorded(model: str) -> Recorded:
    path, function = _split(model)
    if path is None:
        module, weights = _ready(model)
        file = str(module.__file__)
    else:
        file, weights = os.path.abspath(path), None
        with _users_errors(file):
            module = _imported(file, path)
    call = getattr(module, function, None)
    if not callable(call):
        names = [name for name, value in vars(module).items() if inspect.isfunction(value) and not name.startswith("_")]
        raise ModelError(
            f"{model}: there is no function {function!r} in the file; there is: {', '.join(names) or 'none'}. "
            "Say which one as FILE.py:FUNCTION."
        )
    _check_callable(call, model)
    with _users_errors(file):
        graph, outputs = rnn2onnx.trace(call)
    if outputs is None:
        code = inspect.unwrap(call).__code__
        location = code.co_filename, code.co_firstlineno
        raise ModelError(f"{function} returned None; return the tensors that are the model's outputs.", location)
    return Recorded(graph, outputs, weights() if weights is not None else None)


def _split(model: str) -> tuple[str | None, str]:
    path, colon, function = model.rpartition(":")
    if colon and function.isidentifier() and path.endswith(".py"):
        return path, function
    return (None if model.isidentifier() else model), "model"


def _ready(name: str) -> tuple[Any, Callable[[], Mapping[str, Any]] | None]:
    """The module of a ready model, and the function that gives its weights if it has one."""
    from rnn2onnx.models import READY, load

    if name not in READY:
        raise ModelError(
            f"there is no model {name!r}: give a file (model.py, or model.py:function), or one of the ready models: "
            f"{', '.join(READY)}."
        )
    module = load(name)
    return module, getattr(module, "weights", None)


def _imported(file: str, path: str) -> Any:
    if not os.path.isfile(file):
        raise ModelError(f"there is no file {path!r}.")
    # A name of its own: a file called types.py must not take the library's place.
    name = f"rnn2onnx_model_{os.path.splitext(os.path.basename(file))[0]}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ModelError(f"{path!r} is not a Python file; a model is FILE.py or FILE.py:FUNCTION.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, os.path.dirname(file))
    spec.loader.exec_module(module)
    return module


def _check_callable(call: Callable[..., Any], model: str) -> None:
    parameters = inspect.signature(call).parameters.values()
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [each.name for each in parameters if each.default is each.empty and each.kind not in variadic]
    if needed:
        code = inspect.unwrap(call).__code__
        raise ModelError(
            f"{model} takes arguments ({', '.join(needed)}), but a model is called without any. Make its inputs inside "
            "it with tf.placeholder, and give its other arguments defaults.",
            (code.co_filename, code.co_firstlineno),
        )


@contextmanager
def _users_errors(file: str) -> Iterator[None]:
    """Makes one message of what the user's code raises; what fails inside this package stays as it is.

    Args:
        file: The user's file.
    """
    try:
        yield
    except SyntaxError as error:
        place = (error.filename or file, error.lineno or 1)
        raise ModelError(f"SyntaxError: {error.msg}", place) from error
    except (Exception, SystemExit) as error:
        frames = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, ModelError):
            raise
        if isinstance(error, Rnn2OnnxError):
            if error.location is None:
                error.location = next((frame for frame in reversed(frames) if _is_users(frame[0])), None)
            raise
        last = next((frame for frame in reversed(frames) if _is_users(frame[0]) or _is_ours(frame[0])), (file, 1))
        if _is_ours(last[0]):
            raise
        text = str(error) or "no message"
        if isinstance(error, ModuleNotFoundError) and _is_stood_in_for(error.name or ""):
            text += ". Say --as-tensorflow: rnn2onnx then stands in for it."
        raise ModelError(f"{type(error).__name__}: {text}", last) from error


def _is_stood_in_for(module: str) -> bool:
    from rnn2onnx.stand_in.places import ROOTS

    return module.partition(".")[0] in ROOTS


def _is_ours(file: str) -> bool:
    return file.startswith(_PACKAGE) and not file.startswith(_MODELS)


def _is_users(file: str) -> bool:
    """Whether a file is none of this package, of Python's library or of an installed package."""
    library = os.path.dirname(os.__file__) + os.sep
    return not (_is_ours(file) or file.startswith(("<", library)) or "site-packages" in file)
