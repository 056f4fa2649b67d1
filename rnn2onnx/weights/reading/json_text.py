"""JSON inside of weights files: no name twice, and no more memory than its length allows."""

from __future__ import annotations

import json
from typing import Any

from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile

_VALUE = 128
"""Bytes of memory that one value takes, at the most, beside its own characters."""


def parse_json(text: BoundedFile, what: str) -> Any:
    """What a text in JSON says; ``what`` it is, as an error calls it.

    Raises:
        WeightsError: It is no JSON, has a name twice, or so many values that they would not fit the room there is.
    """
    content = bytes(text.data)
    values = sum(content.count(mark) for mark in (b",", b"{", b"[", b":"))
    if values * _VALUE > SLACK + len(content):
        raise text.error(0, f"{what} has more than {values} values, more than weights need")
    try:
        return json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise text.error(getattr(error, "pos", 0), f"{what} cannot be read: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"it has the name {next(name for name in found if names.count(name) > 1)!r} twice")
    return found
