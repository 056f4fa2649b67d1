"""Other names for a file's arrays: regular expressions in order, or a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, WeightsError

Rename = Mapping[str, str] | Iterable[tuple[str, str]] | Callable[[str], str | None]
"""Regular expressions and what stands in place of what they match, in order; or a function of a name.

As with ``re.sub``, an expression may match anywhere and ``\\1`` is its first group. A name of which nothing is left (or
for which the function gives None) is left out.
"""

Value = TypeVar("Value")


def renaming(rename: Rename | None) -> Callable[[str], str]:
    """The function that gives each of a file's names its new one; ``""`` for what is left out.

    Args:
        rename: The rules; None keeps all names.

    Raises:
        ArgumentError: An expression is none, or its replacement names a group that it does not have.
        ArgumentTypeError: It is neither pairs of strings nor a function.
    """
    if rename is None:
        return lambda name: name
    if callable(rename):
        return _checked(rename)
    rules = [_rule(pair) for pair in _pairs(rename)]

    def renamed_by_all(name: str) -> str:
        for pattern, new in rules:
            name = pattern.sub(new, name)
        return name

    return renamed_by_all


def renamed(arrays: Mapping[str, Value], rename: Rename | None) -> dict[str, Value]:
    r"""Arrays under their new names, without those that are left out.

    For example ``renamed(load("model.ckpt"), {"^model/": "", r"^(lstm(_\d+)?)/": r"\1/lstm_cell/"})``: what
    TensorFlow 1.15 calls ``lstm_1/kernel`` in a checkpoint of Keras layers is ``lstm_1/lstm_cell/kernel`` later.

    Args:
        arrays: Anything by name.
        rename: The rules.

    Raises:
        WeightsError: Two get one name. ArgumentError, ArgumentTypeError: As for ``renaming``.
    """
    call = renaming(rename)
    old: dict[str, str] = {}
    for name in arrays:
        new = call(name)
        if new in old:
            raise one_name([old[new], name], new)
        if new:
            old[new] = name
    return {new: arrays[name] for new, name in old.items()}


def one_name(old: Iterable[str], new: str) -> WeightsError:
    """The error for several arrays that get one name."""
    listed = " and ".join(map(repr, list(old)[:4]))
    return WeightsError(
        f"the arrays {listed} are all called {new!r} after renaming; rename each to a name of its own, or to "
        "nothing to leave it out."
    )


def _checked(call: Callable[[str], str | None]) -> Callable[[str], str]:
    def checked(name: str) -> str:
        new = call(name)
        if new is not None and not isinstance(new, str):
            raise ArgumentTypeError(
                f"rename gave {new!r} for {name!r}; it should give a name, or None to leave it out."
            )
        return new or ""

    return checked


def _pairs(rename: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[Any]:
    if isinstance(rename, Mapping):
        return list(rename.items())
    if isinstance(rename, str | bytes) or not isinstance(rename, Iterable):
        raise ArgumentTypeError(
            f"rename={rename!r} is no renaming; give a dict of regular expressions to replacements, a list of such "
            "pairs, or a function of a name."
        )
    return list(rename)


def _rule(pair: Any) -> tuple[re.Pattern[str], str]:
    if isinstance(pair, str) or not isinstance(pair, Iterable) or len(rule := tuple(pair)) != 2:
        raise ArgumentTypeError(f"rename has {pair!r}; each rule is a regular expression and what stands in its place.")
    old, new = rule
    if not isinstance(old, str) or not isinstance(new, str):
        raise ArgumentTypeError(f"rename has {old!r}: {new!r}; both should be strings.")
    try:
        pattern = re.compile(old)
    except re.error as error:
        raise ArgumentError(f"rename: {old!r} is no regular expression: {error}.") from None
    try:
        # The replacement's groups are looked up even where nothing matches later; an alternative always matches here.
        re.compile(f"(?:{old})|").sub(new, "")
    except (re.error, IndexError) as error:
        raise ArgumentError(f"rename: {new!r} cannot stand in place of {old!r}: {error}.") from None
    return pattern, new
