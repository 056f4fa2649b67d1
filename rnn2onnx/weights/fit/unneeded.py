"""Arrays that a file has and a model need not: left over, they are no error."""

from __future__ import annotations

import re
from collections.abc import Collection

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.optimizer_names import SLOTS, belongs_to_an_optimizer
from rnn2onnx.weights.selection import AVERAGE

_OPAQUE = re.compile(rf"(?:.*/)?opaque_kernel(?:/(?:{'|'.join(SLOTS)})(?:_\d+)?|{AVERAGE})?")
"""The buffer that cuDNN keeps beside the weights it holds, and its slots: the same numbers, which only cuDNN reads."""

_ESTIMATES = re.compile(r"(?P<variable>.+)/(?:biased|local_step|accumulator|avg_mean|avg_sq)(?:_\d+)?")
"""What averages and older optimizers keep for a variable without saying whose it is."""


def is_unneeded(entry: Entry, names: Collection[str]) -> bool:
    """Whether a model may do without an array.

    Args:
        entry: The array, by the file's name for it.
        names: Of all variables, the file's and the model's: what is kept for a variable is so only beside it.
    """
    if entry.constant or _OPAQUE.fullmatch(entry.name) or belongs_to_an_optimizer(entry, names):
        return True
    if entry.name.endswith(AVERAGE):
        return entry.name.removesuffix(AVERAGE) in names
    estimate = _ESTIMATES.fullmatch(entry.name)
    return estimate is not None and estimate["variable"] in names
