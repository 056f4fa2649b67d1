"""How the arrays of a file line up with the variables of a model: by name and shape alone, no data read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.fit.casting import conversion
from rnn2onnx.weights.fit.parts import joined
from rnn2onnx.weights.fit.renaming import Rename, one_name, renaming
from rnn2onnx.weights.fit.unneeded import is_unneeded
from rnn2onnx.weights.keras.cudnn_layouts import with_cudnn
from rnn2onnx.weights.selection import AVERAGE


@dataclass(frozen=True, slots=True)
class Expected:
    """What a model has for one variable."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Fit:
    """How weights line up with a model's variables.

    Attributes:
        expected: The model's variables, by name.
        matched: The array for each variable that has one of its shape.
        missing: The variables for which there is no array.
        mis_shaped: The array of each variable's name that is of another shape, or holds no numbers.
        left_over: The arrays that the model has no variable for, by the names they have after renaming.
        left_out: The arrays that no model needs, or that were renamed to nothing, by the file's names.
    """

    expected: Mapping[str, Expected]
    matched: dict[str, Entry] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    mis_shaped: dict[str, Entry] = field(default_factory=dict)
    left_over: dict[str, Entry] = field(default_factory=dict)
    left_out: dict[str, Entry] = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether every variable has its array, and nothing is left over."""
        return not (self.missing or self.mis_shaped or self.left_over)


def fit(
    entries: Mapping[str, Entry],
    expected: Mapping[str, Expected],
    *,
    others: Collection[str] = (),
    rename: Rename | None = None,
    ema: bool = False,
    path: str = "",
) -> Fit:
    """Lines up the arrays of a file with the variables of a model.

    Args:
        entries: All that the file has, by name; a name may end with ``:0``.
        expected: The variables that the model needs, by name.
        others: Names of variables that it has and does not need: arrays for them are not left over.
        rename: Gives the file's names the model's.
        ema: Whether a variable's ``ExponentialMovingAverage`` is taken in its place, where the file has one.
        path: The file, for messages.

    Raises:
        WeightsError: Averages are asked for and there are none; two arrays are renamed to one variable's name.
    """
    call = renaming(rename)
    fitted = Fit(expected)
    plain = [_plain(entry) for entry in entries.values()]
    owns = {entry.name for entry in plain}
    known = owns | expected.keys() | set(others)
    averaged = {name.removesuffix(AVERAGE) for name in owns if name.endswith(AVERAGE)}
    if ema and not averaged:
        raise WeightsError(f"{path or 'the weights'} have no averages (no name ends with {AVERAGE!r}); leave out ema.")
    named: dict[str, list[Entry]] = {}
    for entry in plain:
        new = "" if ema and entry.name in averaged else call(entry.name.removesuffix(AVERAGE) if ema else entry.name)
        if new:
            named.setdefault(new, []).append(entry)
        else:
            fitted.left_out[entry.name] = entry
    for name, wanted in expected.items():
        found = named.pop(name, [])
        whole = None if found else joined(name, wanted.shape, named)
        if whole is not None:
            found = [whole[0]]
            for part in whole[1]:
                del named[part]
        if len(found) > 1:
            raise one_name((entry.name for entry in found), name)
        if not found:
            fitted.missing.append(name)
        elif found[0].shape != wanted.shape or conversion(found[0].dtype, wanted.dtype) is None:
            fitted.mis_shaped[name] = found[0]
        else:
            fitted.matched[name] = found[0]
    shapes = {name: wanted.shape for name, wanted in expected.items()}
    for name, entry in with_cudnn({**fitted.matched, **fitted.mis_shaped}, shapes).items():
        fitted.mis_shaped.pop(name, None)
        fitted.matched[name] = entry
    for name, found in named.items():
        for entry in found:
            if is_unneeded(entry, known):
                fitted.left_out[entry.name] = entry
            elif name not in others:
                fitted.left_over[name if len(found) == 1 else entry.name] = entry
    return fitted


def _plain(entry: Entry) -> Entry:
    """An array without the ``:0`` that tensors' names end with."""
    return replace(entry, name=entry.name.removesuffix(":0")) if entry.name.endswith(":0") else entry
