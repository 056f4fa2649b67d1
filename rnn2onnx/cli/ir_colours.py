"""The colours of a graph's text on a terminal."""

from __future__ import annotations

from rich.text import Text

_RULES = (
    (r"(?<![\w%./])[a-z]\w*(?==)", "yellow"),
    (r"(?<![\w%./])-?\d[\d.]*(e[+-]?\d+)?(?![\w./])", "blue"),
    (r"(?<![\w%./])(true|false|none|inf|nan|-inf)(?![\w./])", "blue"),
    (r"\b(bool|str|bf16|[fiu](8|16|32|64))\[[^\]]*\]", "magenta"),
    (r"^\s*(graph|return)\b", "bold red"),
    (r"(?<== )[a-z]\w*", "bold green"),
    (r"^\s*[a-z]\w*(?= %)", "bold green"),
    (r"%[\w./]+", "cyan"),
    (r"@[0-9a-f]+", "dim"),
    (r'"(\\.|[^"\\])*"', "green"),
    (r"  # .*$", "dim italic"),
)


def coloured(text: str) -> Text:
    """``text``, a printed graph, in colours by what each word is."""
    out = Text()
    for line in text.split("\n"):
        styled = Text(line)
        for pattern, style in _RULES:
            styled.highlight_regex(pattern, style)
        out.append_text(styled).append("\n")
    out.right_crop(1)
    return out
