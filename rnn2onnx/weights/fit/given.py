"""The weights that a compilation was given: a file or a dict, and how its names are to be understood."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.fit.casting import cast
from rnn2onnx.weights.fit.fitting import Expected, Fit, fit
from rnn2onnx.weights.fit.misfit import ROWS, message, shortened
from rnn2onnx.weights.fit.renaming import Rename
from rnn2onnx.weights.load import entries


@dataclass(frozen=True)
class Given:
    """Weights for a model's variables.

    Attributes:
        entries: All that there is, by name.
        path: The file they are from; empty for a dict.
        rename: Gives the file's names the model's.
        ema: Whether a variable's average is taken in its place.
    """

    entries: Mapping[str, Entry]
    path: str = ""
    rename: Rename | None = None
    ema: bool = False

    @classmethod
    def of(
        cls, weights: Mapping[str, Any] | str | os.PathLike[str], rename: Rename | None = None, ema: bool = False
    ) -> Given:
        """What a path or a dict gives; of a file only the names are read yet.

        Args:
            weights: The path of a file or folder, or arrays by name.
            rename: Gives the file's names the model's.
            ema: Whether a variable's average is taken in its place.

        Raises:
            WeightsError: The file cannot be read, or something in the dict is no array.
        """
        if isinstance(weights, Mapping):
            return cls({str(name): _entry(str(name), value) for name, value in weights.items()}, "", rename, ema)
        return cls(entries(weights), os.fspath(weights), rename, ema)

    def fit(self, expected: Mapping[str, Expected], others: Collection[str] = ()) -> Fit:
        """How they line up with variables; no data are read.

        Args:
            expected: The variables that the model needs.
            others: The names of those that it has besides.

        Raises:
            WeightsError: As for ``fitting.fit``.
        """
        return fit(self.entries, expected, others=others, rename=self.rename, ema=self.ema, path=self.path)

    def arrays(self, expected: Mapping[str, Expected], others: Collection[str] = ()) -> dict[str, NDArray[Any]]:
        """The array of each variable, of its dtype and shape.

        Args:
            expected: The variables that the model needs.
            others: The names of those that it has besides.

        Raises:
            WeightsError: They don't fit, or the file is broken.
        """
        fitted = self.fit(expected, others)
        if not fitted.fits:
            raise WeightsError(message(fitted, self.path))
        found: dict[str, NDArray[Any]] = {}
        wrong: list[str] = []
        for name, entry in fitted.matched.items():
            try:
                found[name] = cast(entry.read(), expected[name].dtype)
            except WeightsError:
                raise
            except ValueError as error:
                wrong.append(f"  {shortened(name)}: {error}")
        if wrong:
            more = [f"  ... and {len(wrong) - ROWS} more"] if len(wrong) > ROWS else []
            raise WeightsError("\n".join([f"{len(wrong)} of the weights don't fit:", *wrong[:ROWS], *more]))
        return found


def _entry(name: str, value: Any) -> Entry:
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise WeightsError(f"the weight {name!r} is no array: {error}.") from None
    return Entry(name, array.dtype, array.shape, partial(_same, array))


def _same(array: NDArray[Any]) -> NDArray[Any]:
    return array
