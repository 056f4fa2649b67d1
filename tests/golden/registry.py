"""The table of golden cases: functions of ``tf`` that are run once on TensorFlow and on every test run on this project.

There are four kinds of case:

* ``values``: the function records a graph and returns a nest of tensors; every feed gives one nest of arrays.
* ``facts``: the function returns plain data (names, static shapes, dtypes) and nothing is run.
* ``error``: the function raises while it records.
* ``run_error``: the function records, and running it with its feeds raises.

Case modules import numpy, this module and each other only: TensorFlow, or what stands in for it, is the argument
``tf``; a function that also takes ``keras`` or ``deepctr`` is given those.

The modules of ``cases`` are recorded on TensorFlow 2.15, those of ``contrib_cases``, which use what only TensorFlow 1
has, on 1.15; these and this file stay within what Python 3.7 can run.
"""

from __future__ import annotations

import importlib
import inspect
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping

import numpy as np

Feed = Mapping[str, Any]
Feeds = Callable[[np.random.Generator], Any]
Build = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One function of ``tf`` and how to run it.

    Attributes:
        family: the file the case stands in, and the name of the arrays recorded for it.
        name: unique in the family.
        kind: ``values``, ``facts``, ``error`` or ``run_error``.
        build: the function.
        feeds: gives the arrays for the placeholders, by placeholder name; several dicts make several runs of one graph.
        initial: variables hold what their initializers give, not random values by name.
        tolerance: the error allowed, relative to ``1 + |value|``.
        mentions: what the error message must contain.
        instead: the class of the error that this project raises on purpose where TensorFlow's is another one.
    """

    family: str
    name: str
    kind: str
    build: Build
    feeds: Feeds | None = None
    initial: bool = False
    tolerance: float = 2e-5
    mentions: tuple[str, ...] = ()
    instead: type[Exception] | None = None

    @property
    def id(self) -> str:
        """The case as ``family/name``."""
        return f"{self.family}/{self.name}"

    def call(self, modules: Mapping[str, Any]) -> Any:
        """What the function gives for the modules, by name, that its parameters ask for."""
        return self.build(**{name: modules[name] for name in inspect.signature(self.build).parameters})

    def make_feeds(self) -> list[dict[str, np.ndarray]]:
        """The arrays of every run, the same ones each time they are asked for."""
        if self.feeds is None:
            return [{}]
        made = self.feeds(seeded(self.id))
        runs = made if isinstance(made, list) else [made]
        return [{name: np.asarray(value) for name, value in run.items()} for run in runs]


ORACLES = {"cases": "2.15", "contrib_cases": "1.15"}
CASES: dict[str, Case] = {}


def _add(build: Build, kind: str, name: str | None, **options: Any) -> Build:
    made = Case(build.__module__.rpartition(".")[2], name or build.__name__, kind, build, **options)
    if made.id in CASES:
        raise ValueError(f"two golden cases are named {made.id}")
    CASES[made.id] = made
    return build


def case(
    feeds: Feeds | None = None, *, name: str | None = None, initial: bool = False, tolerance: float = 2e-5
) -> Callable[[Build], Build]:
    """Registers a function that returns a nest of tensors."""
    return lambda build: _add(build, "values", name, feeds=feeds, initial=initial, tolerance=tolerance)


def facts(*, name: str | None = None) -> Callable[[Build], Build]:
    """Registers a function that returns plain data: what a user sees while the graph is recorded."""
    return lambda build: _add(build, "facts", name)


def error_case(
    *mentions: str, name: str | None = None, instead: type[Exception] | None = None
) -> Callable[[Build], Build]:
    """Registers a function that raises while it records, with a message that contains every one of ``mentions``."""
    return lambda build: _add(build, "error", name, mentions=mentions, instead=instead)


def run_error_case(feeds: Feeds, *, name: str | None = None) -> Callable[[Build], Build]:
    """Registers a function that records, but whose run with ``feeds`` raises."""
    return lambda build: _add(build, "run_error", name, feeds=feeds, initial=True)


def load(version: str | None = None) -> dict[str, Case]:
    """The cases recorded on a version of TensorFlow, or all of them, by id, in the order of the files."""
    for folder, recorded_on in ORACLES.items():
        if version in (None, recorded_on):
            for path in sorted((Path(__file__).parent / folder).glob("*.py")):
                importlib.import_module(f"tests.golden.{folder}.{path.stem}")
    return CASES


def seeded(name: str) -> np.random.Generator:
    """A generator that depends on the name only."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def normal(rng: np.random.Generator, *shape: int, dtype: str = "float32") -> np.ndarray:
    """Standard normal values of a shape."""
    return rng.standard_normal(shape).astype(dtype)


def ints(rng: np.random.Generator, high: int, *shape: int, low: int = 0, dtype: str = "int32") -> np.ndarray:
    """Integers from ``low`` up to, not including, ``high``."""
    return rng.integers(low, high, shape).astype(dtype)


def flatten(nest: Any) -> list[Any]:
    """The leaves of a nest in ``tf.nest.flatten``'s order: dicts by sorted key, None is a leaf."""
    if isinstance(nest, Mapping):
        return [leaf for key in sorted(nest) for leaf in flatten(nest[key])]
    if isinstance(nest, (list, tuple)):
        return [leaf for item in nest for leaf in flatten(item)]
    return [nest]


def structure(nest: Any) -> str:
    """The structure of a nest as text: ``*`` for a leaf, the class name and the fields of a namedtuple."""
    if nest is None:
        return "None"
    if isinstance(nest, Mapping):
        return "{" + ", ".join(f"{key!r}: {structure(nest[key])}" for key in sorted(nest)) + "}"
    if isinstance(nest, tuple) and hasattr(nest, "_fields"):
        inner = (f"{field}={structure(getattr(nest, field))}" for field in nest._fields)
        return f"{type(nest).__name__}({', '.join(inner)})"
    if isinstance(nest, (list, tuple)):
        left, right = "[]" if isinstance(nest, list) else "()"
        return left + ", ".join(structure(item) for item in nest) + right
    return "*"
