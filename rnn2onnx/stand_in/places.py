"""Where the names of TensorFlow's modules are in this project."""

from __future__ import annotations

import builtins
import importlib
from functools import cache
from types import ModuleType

from rnn2onnx.errors import StandInError, UnsupportedError, user_location
from rnn2onnx.stand_in.table import ALIASES, EVERYTHING, OVERLAYS, SHADOWS, SOURCES, STARRED

ROOTS = ("tensorflow", "tensorflow_core", "keras", "deepctr")


@cache
def canonical(name: str) -> str:
    """The one name of a module that TensorFlow has under several."""
    while True:
        begins = [alias for alias in ALIASES if name == alias or name.startswith(f"{alias}.")]
        if not begins:
            return name
        longest = max(begins, key=len)
        name = ALIASES[longest] + name[len(longest) :]


def exists(name: str) -> bool:
    """Whether anything stands in for a module."""
    return bool(sources(name))


def is_listed(name: str) -> bool:
    """Whether a module is in the table, so that it wins over what has its name in a module it is in."""
    return canonical(name) in SOURCES or canonical(name) in OVERLAYS


@cache
def sources(name: str) -> tuple[str, ...]:
    """The modules of this project that have what is in a module of TensorFlow, first those that win.

    Args:
        name: The module, such as ``tensorflow.python.ops.array_ops``.
    """
    real = canonical(name)
    public = _public(real)
    return (*OVERLAYS.get(real, ()), *((public,) if public else ()), *SOURCES.get(real, ()))


def starred(name: str) -> tuple[str, ...]:
    """The names that ``import *`` of a module binds.

    A public namespace of this project has what TensorFlow's has. An internal module's names are looked up in more
    places than it has in TensorFlow, so that not all that could be found there is bound: a file that imports all of
    ``tensorflow.python.ops.rnn_cell`` goes on to use Python's ``tuple``, and a ``dynamic_rnn`` of its own.
    """
    real = canonical(name)
    if real in STARRED:
        return STARRED[real]
    public = _public(real) is not None
    places = sources(real)
    own = tuple(place for place in places if place not in EVERYTHING) or places
    modules = [importlib.import_module(place) for place in (places if public else own)]
    names = (name for module in modules for name in getattr(module, "__all__", ()) if not name.startswith("_"))
    hidden = frozenset() if public else frozenset(dir(builtins)) - SHADOWS.get(real, frozenset())
    return tuple(name for name in dict.fromkeys(names) if name not in hidden)


def _public(name: str) -> str | None:
    """The module of this project that has the same place in a public namespace, if there is one."""
    root, _, rest = name.partition(".")
    if root == "deepctr":
        return _module(f"rnn2onnx.{name}")
    if root != "tensorflow":
        return None
    if rest == "keras" or rest.startswith("keras."):
        # Files of TensorFlow 1 mean its Keras, whose recurrent layers have other defaults.
        return _module(f"rnn2onnx.keras.v1{rest.removeprefix('keras')}") or _module(f"rnn2onnx.{rest}")
    found = importlib.import_module("rnn2onnx.tf")
    for part in rest.split(".") if rest else ():
        inner = getattr(found, part) if part in getattr(found, "__all__", ()) else None
        # A namespace, not a room of this package that has the same name as something of TensorFlow's.
        if not isinstance(inner, ModuleType):
            return None
        found = inner
    return found.__name__


def _module(name: str) -> str | None:
    try:
        return importlib.import_module(name).__name__
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        return None


def missing(name: str) -> StandInError:
    """The error of an import that finds nothing; the caller raises it."""
    real = canonical(name)
    parent, _, last = real.rpartition(".")
    message = f"rnn2onnx has nothing that stands in for the module {real}."
    public = _public(parent)
    if public is not None and parent not in SOURCES:
        try:
            getattr(importlib.import_module(public), last)
        except UnsupportedError as error:
            message = error.message
        except AttributeError:
            pass
    return StandInError(message, user_location())
