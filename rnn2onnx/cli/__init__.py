"""The command line: parses, calls the API, prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Runs ``rnn2onnx`` with ``args`` (those of the process if None) and exits as the design says."""
    from rnn2onnx.cli.entry import run_command_line

    run_command_line(args)
