"""A format of weights files: how it is known, and what reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.place import Place


@dataclass(frozen=True)
class Format:
    """One row of the table of formats.

    Attributes:
        name: As messages and tables show it.
        paths: What the user gives, as the message for an unknown file lists it; empty where ``entries`` only says why
            the format is not read.
        recognises: Whether a place holds this format, told from its content (magic bytes, a folder's files), never from
            a suffix alone. Broken files of the format count, so that they are called broken rather than unknown.
        entries: The arrays of a place that ``recognises`` accepted, in the file's order, names unique.
    """

    name: str
    paths: str
    recognises: Callable[[Place], bool]
    entries: Callable[[Place], Sequence[Entry]]
