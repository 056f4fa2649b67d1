"""What each word of a graph's text is, for those who colour it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(
    r"""(?P<place>[ ][ ]\#[ ].*$)
    |(?P<string>"(?:\\.|[^"\\])*")
    |(?P<digest>@[0-9a-f]+(?:\#[0-9]+)?)
    |(?P<value>%[\w./]+)
    |(?P<frame>^\s*(?:graph|return)\b)
    |(?P<kind>(?:^\s*|(?<==[ ]))[a-z]\w*(?=[ ])(?![ ]=))
    |(?P<type>\b(?:bool|str|bf16|[fiu](?:8|16|32|64))\[[^\]]*\])
    |(?P<attribute>(?<![\w%./])[a-z]\w*(?==))
    |(?P<number>(?<![\w%./])(?:true|false|none|-?inf|nan|-?\d[\d.]*(?:e[+-]?\d+)?)(?![\w./]))""",
    re.VERBOSE,
)


def words(line: str) -> Iterator[tuple[str, str]]:
    """A line of a graph's text in pieces, each with what it is; together they are the line.

    It is a ``place``, ``string``, ``digest``, ``value``, ``frame``, ``kind``, ``type``, ``attribute`` or ``number``;
    empty for what is between them.
    """
    end = 0
    for found in _WORD.finditer(line):
        if found.start() > end:
            yield line[end : found.start()], ""
        yield found.group(), str(found.lastgroup)
        end = found.end()
    if end < len(line):
        yield line[end:], ""
