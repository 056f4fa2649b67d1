"""The user's lines of code, as far as their files can be read."""

from __future__ import annotations

import linecache
import textwrap
from collections.abc import Sequence
from typing import TypeAlias

from rnn2onnx.ir.text import location_text

Place: TypeAlias = "tuple[str, int]"
"""A file and a line of it, from 1."""


def place_of(source: str) -> Place | None:
    """The place that ``file:line`` says; None for anything else."""
    file, _, line = source.rpartition(":")
    return (file, int(line)) if file and line.isdigit() else None


def where(source: str) -> str:
    """``file:line``, the file relative to the working folder where it is below it."""
    place = place_of(source)
    return source if place is None else location_text(place)


def code_of(place: Place) -> str | None:
    """The line of code there, without the space around it; None if it can't be read."""
    return linecache.getline(*place).strip() or None


def code_around(place: Place, lines: int) -> Sequence[tuple[int, str]]:
    """So many lines before and after that one, with their numbers; none if it can't be read."""
    file, line = place
    if code_of(place) is None:
        return []
    first = max(1, line - lines)
    found = linecache.getlines(file)[first - 1 : line + lines]
    text = textwrap.dedent("".join(found).expandtabs())
    return list(enumerate(text.splitlines(), first))
