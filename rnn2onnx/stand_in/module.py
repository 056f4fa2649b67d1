"""A module that stands in for one of TensorFlow's: it has no names of its own, and looks them up where they are."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from rnn2onnx.errors import UnsupportedError, user_location
from rnn2onnx.stand_in.places import canonical, exists, is_listed, sources, starred
from rnn2onnx.tf.refusals.training import refused

_ABSENT = "rnn2onnx.stand_in.internals.absent"


class StandIn(ModuleType):
    """A module under TensorFlow's name.

    Its submodules are stand-ins; any other name is looked up in the modules that ``places.sources`` lists.

    Args:
        name: The name, such as ``tensorflow.python.ops.array_ops``.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, f"What stands in for {name}.")
        self.__path__: list[str] = []
        self._sources: list[Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return list(starred(self.__name__))
        if name.startswith("__") and name != "__version__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = self._found(name)
        # What is found stays: names of a module do not change.
        self.__dict__[name] = found
        return found

    def _found(self, name: str) -> Any:
        path = f"{self.__name__}.{name}"
        if is_listed(path):
            return stand_in(path)
        if _ABSENT in sources(self.__name__) and not name.startswith("_"):
            return refused(path.replace("tensorflow", "tf", 1))
        refusal: UnsupportedError | None = None
        searched = self._searched()
        # Those that have it first: a namespace that has not looks for names like it, which takes long.
        for source in sorted(searched, key=lambda source: name not in vars(source)):
            try:
                found = getattr(source, name)
            except UnsupportedError as error:
                refusal = refusal or error
                continue
            except AttributeError:
                continue
            if not isinstance(found, ModuleType) or not exists(path):
                return found
            break
        if exists(path):
            return stand_in(path)
        if refusal is not None and not name.startswith("_"):
            raise refusal
        raise UnsupportedError(f"rnn2onnx has nothing that stands in for {path}.", user_location())

    def _searched(self) -> list[Any]:
        if self._sources is None:
            self._sources = [importlib.import_module(source) for source in sources(self.__name__)]
        return self._sources

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} of rnn2onnx>"


_STAND_INS: dict[str, StandIn] = {}


def stand_in(name: str) -> StandIn:
    """The one stand-in for a module; it works as well when ``import`` does not find it any more.

    Args:
        name: The module, by any of the names that TensorFlow has for it.
    """
    real = canonical(name)
    if real not in _STAND_INS:
        _STAND_INS[real] = StandIn(real)
    return _STAND_INS[real]
