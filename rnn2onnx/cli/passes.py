"""``rnn2onnx passes``: what a compilation does, in order."""

from __future__ import annotations

import inspect

from rnn2onnx.cli.arguments import Json
from rnn2onnx.cli.terminal import say_json, table


def passes(json: Json = False) -> None:
    """List the passes of a compilation, in order."""
    from rnn2onnx.passes import PIPELINE

    rows = [(step.name, (inspect.getdoc(step) or "").split("\n")[0]) for step in PIPELINE]
    if json:
        say_json([{"name": name, "does": does} for name, does in rows])
    else:
        table(("pass", "does"), rows, ("bold cyan",))
