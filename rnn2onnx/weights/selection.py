"""Which arrays of a file are the model's: not the optimizer's, and averages in place of values where asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rnn2onnx.errors import ArgumentError, WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.optimizer_names import belongs_to_an_optimizer

AVERAGE = "/ExponentialMovingAverage"
"""What ``tf.train.ExponentialMovingAverage`` appends to the name of the variable that it averages."""


def select(entries: Mapping[str, Entry], *, keep: str | None, ema: bool, path: str) -> dict[str, Entry]:
    """The entries that a model needs, by the names of its variables.

    Args:
        entries: Everything that the file has.
        keep: A regular expression of names that are kept whatever they are.
        ema: Whether a variable's average is given in its place.
        path: The file, for messages.

    Raises:
        WeightsError: Averages are asked for, and there are none.
        ArgumentError: ``keep`` is no regular expression.
    """
    try:
        kept = re.compile(keep) if keep is not None else None
    except re.error as error:
        raise ArgumentError(f"keep={keep!r} is no regular expression: {error}.") from None
    averages = {name.removesuffix(AVERAGE): name for name in entries if name.endswith(AVERAGE)}
    if ema and not averages:
        raise WeightsError(f"{path!r} has no averages (no name ends with {AVERAGE!r}); load it without ema.")
    chosen: dict[str, Entry] = {}
    for name, entry in entries.items():
        if ema and name in averages:
            continue
        if ema and name.endswith(AVERAGE):
            chosen[name.removesuffix(AVERAGE)] = entry
        elif kept is not None and kept.search(name):
            chosen[name] = entry
        elif name.endswith(AVERAGE):
            # A file that has an average without its variable was saved for it.
            if name.removesuffix(AVERAGE) not in entries:
                chosen[name] = entry
        elif not belongs_to_an_optimizer(entry, entries):
            chosen[name] = entry
    return chosen
