"""The colours of a graph's text on a terminal."""

from __future__ import annotations

from rich.text import Text

from rnn2onnx.ir.words import words

_STYLES = {
    "place": "dim italic",
    "string": "green",
    "digest": "dim",
    "value": "cyan",
    "frame": "bold red",
    "kind": "bold green",
    "type": "magenta",
    "attribute": "yellow",
    "number": "blue",
}


def coloured(text: str) -> Text:
    """``text``, a printed graph, in colours by what each word is."""
    out = Text()
    for line in text.split("\n"):
        for piece, what in words(line):
            out.append(piece, _STYLES.get(what))
        out.append("\n")
    out.right_crop(1)
    return out
