"""Variables that TensorFlow keeps in parts: ``kernel/part_0``, ``kernel/part_1``, … are one ``kernel``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn2onnx.weights.entry import Entry


def joined(name: str, shape: Sequence[int], named: Mapping[str, Sequence[Entry]]) -> tuple[Entry, list[str]] | None:
    """The parts of a variable as one array, read when it is; and the names of the parts.

    Args:
        name: The variable.
        shape: What it should have together.
        named: All arrays, by the names they have after renaming.

    Source:
        ``tf.get_variable(partitioner=…)``, ``num_unit_shards`` of ``tf.nn.rnn_cell.LSTMCell``.
    """
    names: list[str] = []
    for number in count():
        part = f"{name}/part_{number}"
        if len(named.get(part, ())) != 1:
            break
        names.append(part)
    parts = [named[part][0] for part in names]
    for axis in range(len(shape)):
        if parts and _make_up(parts, axis, shape):
            return Entry(name, parts[0].dtype, tuple(shape), partial(_read, tuple(parts), axis)), names
    return None


def _make_up(parts: Sequence[Entry], axis: int, shape: Sequence[int]) -> bool:
    rest = (*shape[:axis], *shape[axis + 1 :])
    alike = all(
        len(part.shape) == len(shape)
        and part.dtype == parts[0].dtype
        and (*part.shape[:axis], *part.shape[axis + 1 :]) == rest
        for part in parts
    )
    return alike and sum(part.shape[axis] for part in parts) == shape[axis]


def _read(parts: Sequence[Entry], axis: int) -> NDArray[Any]:
    return np.concatenate([part.read() for part in parts], axis)
