"""``import tensorflow`` led to this project, for as long as a ``with`` block runs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from rnn2onnx.stand_in.module import stand_in
from rnn2onnx.stand_in.places import ROOTS, exists, missing

_LOCK = threading.RLock()


def _stood_in_for(name: str) -> bool:
    return name.partition(".")[0] in ROOTS


class _Finder(MetaPathFinder, Loader):
    """Finds the stand-ins, before any finder that knows an installed package of the same name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The way to a stand-in.

        Raises:
            StandInError: TensorFlow may have such a module, but there is nothing here that stands in for it.
        """
        if not _stood_in_for(fullname):
            return None
        if not exists(fullname):
            raise missing(fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> Any:
        """The stand-in of that name; names that TensorFlow has for one module lead to one."""
        return stand_in(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: what is in a stand-in is looked up when it is asked for."""


class _State:
    """What the outermost ``with`` has put aside."""

    def __init__(self) -> None:
        self.depth = 0
        self.finder = _Finder()
        self.aside: dict[str, ModuleType] = {}

    def enter(self) -> None:
        with _LOCK:
            self.depth += 1
            if self.depth > 1:
                return
            self.aside = self._take_out()
            sys.meta_path.insert(0, self.finder)

    def leave(self) -> None:
        with _LOCK:
            self.depth -= 1
            if self.depth:
                return
            sys.meta_path.remove(self.finder)
            self._take_out()
            sys.modules.update(self.aside)
            self.aside = {}

    def _take_out(self) -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in list(sys.modules) if _stood_in_for(name)}


_STATE = _State()


@contextmanager
def as_tensorflow() -> Iterator[None]:
    """Makes ``import tensorflow``, and imports of what is in it, find this project inside the ``with``.

    ``tensorflow``, ``tensorflow.compat.v1``, ``tensorflow.contrib``, ``tensorflow.python.ops`` and the other internal
    modules that files of cells import, ``keras`` and ``deepctr.contrib`` lead to this project's front ends (Keras is
    that of TensorFlow 1, ``tf.keras``, by whichever name); an import of what has no counterpart here is an
    ``ImportError`` that names it, at its line.
    What trains (``tf.gradients``, optimizers, savers, summaries, sessions) can be made; it is an error where an output
    needs it. Everything is recorded for inference: dropout keeps all, and a mode that is fed is not training.

    Installed packages of these names are neither imported nor changed: those already imported are put aside, and are
    back when the ``with`` ends, also after an error. It can be nested, and entered again. Imports are a matter of the
    whole process: other threads see the stand-ins as long as any ``with`` lasts.

    Only the loading of files belongs inside; what they have imported stays with them, so their functions can be called
    later. A function that has an ``import tensorflow`` of its own must be called inside. A module that was imported
    before keeps the TensorFlow it has found, as modules are loaded once.

    Raises:
        StandInError: Inside, for a module that nothing stands in for.
    """
    _STATE.enter()
    try:
        yield
    finally:
        _STATE.leave()
