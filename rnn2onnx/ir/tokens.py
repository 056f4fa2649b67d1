"""The words of a graph's text: values, numbers, strings, words and marks, each with its place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from rnn2onnx.errors import ParseError

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\n]*)
    |(?P<value>%[A-Za-z0-9_./]+)
    |(?P<digest>@[0-9a-f]+(?:\#[0-9]+)?)
    |(?P<number>-inf\b|-?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)
    |(?P<word>[A-Za-z_][A-Za-z0-9_.]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<mark>[=,:(){}\[\]?])""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """One word of the text.

    Attributes:
        sort: value, digest, number, word, string, mark or end.
        value: What it says: an int or float for a number, the text of a string, the name of a value without ``%``.
        offset: Where it begins, in characters from the start of the text.
        line: The number of its line, from 1.
    """

    sort: str
    value: str | int | float
    offset: int
    line: int

    def __str__(self) -> str:
        if self.sort == "end":
            return "the end of the text"
        return f"%{self.value}" if self.sort == "value" else repr(self.value)

    def error(self, text: str, message: str) -> ParseError:
        """The error that says ``message`` about this word: line, column, the line itself and a caret below it."""
        start = text.rfind("\n", 0, self.offset) + 1
        column = self.offset - start
        line = text[start:].split("\n", 1)[0]
        blank = "".join("\t" if c == "\t" else " " for c in line[:column])
        return ParseError(f"line {self.line}, column {column + 1}: {message}\n  {line}\n  {blank}^")


def tokens(text: str) -> list[Token]:
    """The words of ``text`` in order, comments left out; the last one is the end.

    Raises:
        ParseError: Something is none of them.
    """
    found: list[Token] = []
    offset, line = 0, 1
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise Token("mark", text[offset], offset, line).error(text, f"{text[offset]!r} means nothing here")
        sort, raw = str(match.lastgroup), match.group()
        if sort != "space":
            try:
                found.append(Token(sort, _meaning(sort, raw), offset, line))
            except ValueError as error:
                raise Token(sort, raw, offset, line).error(text, f"{raw} is not a {sort}") from error
        line += raw.count("\n")
        offset = match.end()
    return [*found, Token("end", "", offset, line)]


def _meaning(sort: str, raw: str) -> str | int | float:
    if sort == "number":
        return int(raw) if re.fullmatch("-?[0-9]+", raw) else float(raw)
    if sort == "string":
        return str(json.loads(raw))
    return raw[1:] if sort == "value" else raw
