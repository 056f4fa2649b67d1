"""The table of kinds: every word of the language by its name.

Each file of ``rnn2onnx.ir.kinds`` adds the rows of one family; ``kind(name)`` looks one up.
"""

from __future__ import annotations

from rnn2onnx.ir.graph import Kind

KINDS: dict[str, Kind] = {}


def add_kind(row: Kind) -> Kind:
    """Adds a row to the table; its name must be new."""
    if row.name in KINDS:
        raise ValueError(f"the kind {row.name!r} is in the table already")
    KINDS[row.name] = row
    return row


def kind(name: str) -> Kind:
    """The row of a name; KeyError if the language has no such word."""
    return KINDS[name]
