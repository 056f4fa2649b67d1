"""What is said of weights that don't fit: what is missing, left over and of another shape, side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.fit.fitting import Fit
from rnn2onnx.weights.fit.nearest import nearest
from rnn2onnx.weights.fit.renaming import renaming
from rnn2onnx.weights.fit.suggestion import Suggestion, suggestion
from rnn2onnx.weights.selection import AVERAGE

ROWS = 20
"""The names of each kind that a message has at most."""

WIDEST = 100
"""The characters of a name that a message has at most."""

HEADER = ("", "variable", "", "array", "", "")

Row = tuple[str, str, str, str, str, str]
"""What is wrong; the model's variable and what it is; the weights' array and what it is; what may be the matter."""


def message(fit: Fit, path: str = "") -> str:
    """What a user needs to make weights fit, in at most some seventy lines.

    Args:
        fit: Weights that don't fit.
        path: The file that they are from.
    """
    better = suggestion(fit)
    found = rows(fit, better, ROWS)
    # A missing variable's nearest array stands beside it.
    listed = sum(bool(row[3]) and row[0] in ("missing", "left over") for row in found)
    more = [
        f"{count} more {words}"
        for count, words in (
            (len(fit.missing) - ROWS, "missing"),
            (len(fit.mis_shaped) - ROWS, "of another shape"),
            (len(fit.left_over) - listed, "left over"),
        )
        if count > 0
    ]
    subject = f"the weights in {path!r}" if path else "the weights"
    lines = [f"{subject} don't fit the model's variables: {counts(fit)}."]
    lines += [f"  {line}" for line in aligned([HEADER, *found])]
    lines += [f"  ... and {', '.join(more)}"] if more else []
    return "\n".join([*lines, *hints(fit, better)])


def counts(fit: Fit) -> str:
    """How many variables have their arrays, and what is wrong with how many."""
    parts = [f"{len(fit.matched)} of {len(fit.expected)} fit"]
    parts += [f"{len(fit.missing)} missing"] if fit.missing else []
    parts += [f"{len(fit.mis_shaped)} of another shape"] if fit.mis_shaped else []
    parts += [f"{len(fit.left_over)} left over"] if fit.left_over else []
    return ", ".join(parts)


def rows(fit: Fit, better: Suggestion | None, most: int) -> list[Row]:
    """What is wrong, a row each: missing variables beside the nearest arrays, then other shapes, then left-overs.

    Args:
        fit: How the weights line up.
        better: The renaming that helps, if any: it says which array is whose.
        most: The rows of each kind.
    """
    found: list[Row] = []
    beside = candidates(fit, better, most)
    for name, near in beside.items():
        found.append((*_whose("missing", name, fit), *_what(near, fit), _note(near, fit.expected[name].shape, fit)))
    for name, entry in list(fit.mis_shaped.items())[:most]:
        shape = fit.expected[name].shape
        note = "transposed?" if _transposed(entry, shape) else ""
        array = shortened(entry.name), typed(entry.dtype, entry.shape)
        found.append((*_whose("shape" if entry.shape != shape else "dtype", name, fit), *array, note))
    taken = {near[0] for near in beside.values() if near}
    left = [name for name in fit.left_over if name not in taken]
    for name in left[:most]:
        was = fit.left_over[name].name
        found.append(("left over", "", "", *_what([name], fit), f"{shortened(was)} in the file" if was != name else ""))
    return found


def candidates(fit: Fit, better: Suggestion | None, most: int) -> dict[str, list[str]]:
    """The left-over arrays that missing variables may be, the likest first; an array is the first of one variable only.

    Args:
        fit: How the weights line up.
        better: The renaming that helps, if any.
        most: The variables that candidates are looked for.
    """
    missing = fit.missing[:most]
    free, wanted = dict(fit.left_over), set(fit.missing)
    call = renaming(better.rules if better is not None else None)
    found = {new: [old] for old in free if (new := call(old)) in wanted}
    for old in (old for near in found.values() for old in near):
        del free[old]
    for name in missing:
        if name not in found:
            found[name] = nearest(name, fit.expected[name], free)
            for first in found[name][:1]:
                del free[first]
    return {name: found[name] for name in missing}


def hints(fit: Fit, better: Suggestion | None) -> list[str]:
    """What may help, a line each.

    Args:
        fit: How the weights line up.
        better: The renaming that helps, if any.
    """
    lines: list[str] = []
    averaged = [name for name in fit.missing if name + AVERAGE in fit.left_over or name + AVERAGE in fit.left_out]
    if averaged:
        lines.append(f"There are averages of {len(averaged)} of the missing: ema=True (--ema) takes them.")
    if better is not None:
        lines.append(_said(better, fit))
    if fit.left_over and not fit.missing and not fit.mis_shaped:
        old = _pattern_of(list(fit.left_over), fit)
        lines.append(f"To leave arrays out, rename them to nothing: {_spelled([(old, '')])}.")
    return lines


def _pattern_of(left: Sequence[str], fit: Fit) -> str:
    """An expression for all left-over names if no variable is in their scope, else for the first of them."""
    scope = left[0].partition("/")[0] + "/"
    if all(name.startswith(scope) for name in left) and not any(name.startswith(scope) for name in fit.expected):
        return f"^{re.escape(scope)}.*"
    return f"^{re.escape(shortened(left[0]))}$"


def _said(better: Suggestion, fit: Fit) -> str:
    # Names and shapes say so; whether the numbers are meant so, who trained them knows.
    does = "makes all of them fit, if the pairs above are right"
    if better.missing or better.left_over or fit.mis_shaped:
        does = f"leaves {better.missing} missing and {better.left_over} left over"
    so_far = any(name != entry.name for name, entry in fit.left_over.items())
    return f"{'After the renaming so far, ' if so_far else ''}{_spelled(better.rules)} {does}."


def _spelled(rules: Sequence[tuple[str, str]]) -> str:
    """Rules in Python and on the command line."""
    python = ", ".join(": ".join(f"{'r' * (chr(92) in text)}'{text}'" for text in rule) for rule in rules)
    return f"rename={{{python}}} ({options(rules)})"


def options(rules: Sequence[tuple[str, str]]) -> str:
    """Rules on the command line."""
    return " ".join(f"--rename '{old}={new}'" for old, new in rules)


def _whose(wrong: str, name: str, fit: Fit) -> tuple[str, str, str]:
    wanted = fit.expected[name]
    return wrong, shortened(name), typed(wanted.dtype, wanted.shape)


def _what(names: Sequence[str], fit: Fit) -> tuple[str, str]:
    entry = fit.left_over[names[0]] if names else None
    return (shortened(names[0]), typed(entry.dtype, entry.shape)) if entry else ("", "")


def _note(near: Sequence[str], shape: tuple[int, ...], fit: Fit) -> str:
    if not near:
        return ""
    entry = fit.left_over[near[0]]
    note = "nearest"
    if entry.shape != shape:
        note = "nearest, transposed?" if _transposed(entry, shape) else "nearest, of another shape"
    return "; ".join([note, *(f"or {shortened(other)}" for other in near[1:])])


def _transposed(entry: Entry, shape: tuple[int, ...]) -> bool:
    return len(shape) > 1 and entry.shape == shape[::-1] != shape


def typed(dtype: np.dtype[Any], shape: tuple[int, ...]) -> str:
    """A dtype and a shape: ``float32[3, 4]``."""
    return f"{dtype.name}[{', '.join(map(str, shape))}]"


def shortened(name: str) -> str:
    """A name, without its middle if it is long."""
    return name if len(name) <= WIDEST else f"{name[: WIDEST // 2 - 2]}...{name[-WIDEST // 2 + 1 :]}"


def aligned(table: Sequence[Row]) -> list[str]:
    """Lines of a table's rows, the columns aligned."""
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
