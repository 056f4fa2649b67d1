"""HTML that escapes whatever is not HTML already."""

from __future__ import annotations

import html
from typing import TypeAlias

Attribute: TypeAlias = "str | int | float | bool | None"
Child: TypeAlias = "str | Markup | None"

_EMPTY = ("br", "col", "meta")


class Markup(str):
    """Text that is HTML; any other text is escaped where it is put into HTML."""

    __slots__ = ()


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element.

    Args:
        name: ``div``.
        children: What is in it; text that is not ``Markup`` is escaped, None left out.
        attributes: Its attributes, ``class_`` and ``aria_label`` for ``class`` and ``aria-label``; True stands without
            a value, None and False not at all.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = key.rstrip("_").replace("_", "-")
        words.append(word if value is True else f'{word}="{html.escape(str(value))}"')
    start = f"<{' '.join(words)}>"
    if name in _EMPTY:
        return Markup(start)
    return Markup(f"{start}{together(*children)}</{name}>")


def together(*children: Child) -> Markup:
    """Pieces one after the other."""
    return Markup("".join(_escaped(child) for child in children if child is not None))


def scroller(label: str, table: Markup) -> Markup:
    """A table that scrolls by itself where it is too wide, by keys too."""
    return tag("div", table, class_="scroller", role="region", aria_label=label, tabindex=0)


def _escaped(child: str) -> str:
    return child if isinstance(child, Markup) else html.escape(child)
