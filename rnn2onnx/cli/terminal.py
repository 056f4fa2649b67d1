"""What a person sees: tables and colours on a terminal, plain lines where the output goes into a pipe or a file."""

from __future__ import annotations

import json
import linecache
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_PATIENCE = 1.0
"""Seconds after which a wait is worth a spinner."""


def screen(*, stderr: bool = False) -> Console | None:
    """A rich console if standard output (or error) is a terminal, else None."""
    if not (sys.stderr if stderr else sys.stdout).isatty():
        return None
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def say(text: str = "", style: str = "") -> None:
    """Prints a line, in a rich style on a terminal."""
    console = screen()
    if console is None:
        print(text)
    else:
        console.print(text, style=style or None, markup=False)


def say_json(data: Any) -> None:
    """Prints ``data`` as JSON, and nothing else."""
    print(json.dumps(data, indent=2))


def complain(message: str, location: tuple[str, int] | None = None) -> None:
    """Prints an error on standard error, with the file, the line, and the line itself where there is one."""
    lines = [message]
    if location is not None:
        file, number = location
        lines.append(f"  at {file}:{number}")
        source = linecache.getline(file, number).strip()
        if source:
            lines.append(f"     {source}")
    text = "\n".join(lines)
    console = screen(stderr=True)
    if console is None:
        print(f"error: {text}", file=sys.stderr)
        return
    console.print("error: ", style="bold red", end="")
    console.print(text, markup=False)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], styles: Sequence[str] = ()) -> None:
    """Prints rows below a header, the columns aligned.

    Args:
        header: A word over each column.
        rows: The cells.
        styles: A rich style for each column; fewer are fine.
    """
    console = screen()
    if console is None:
        for row in [header, *rows]:
            widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for index, word in enumerate(header):
        grid.add_column(word, style=styles[index] if index < len(styles) else None, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    console.print(grid)


class Progress:
    """A line that says what is being done, while it is."""

    def __init__(self) -> None:
        self.text = ""
        self._status: Any = None
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Puts another text on the line."""
        with self._lock:
            self.text = text
            if self._status is not None:
                self._status.update(text)

    def _show(self, console: Console) -> None:
        with self._lock:
            self._status = console.status(self.text)
            self._status.start()

    def _hide(self) -> None:
        with self._lock:
            if self._status is not None:
                self._status.stop()


@contextmanager
def progress(text: str) -> Iterator[Progress]:
    """A spinner on standard error for as long as the block runs, if that is a terminal and a second has passed."""
    line = Progress()
    line.say(text)
    console = screen(stderr=True)
    timer = threading.Timer(_PATIENCE, line._show, [console])
    timer.daemon = True
    if console is not None:
        timer.start()
    try:
        yield line
    finally:
        timer.cancel()
        line._hide()
