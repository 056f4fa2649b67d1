"""``rnn2onnx targets``: the engines that programs are compiled for."""

from __future__ import annotations

from dataclasses import asdict

from rnn2onnx.cli.arguments import Json
from rnn2onnx.cli.terminal import say_json, table


def targets(json: Json = False) -> None:
    """List the engines, and the sizes up to which each form is the faster one on them."""
    from rnn2onnx.targets import TARGETS

    facts = [asdict(target) for target in TARGETS.values()]
    if json:
        say_json(facts)
        return
    for fact in facts:
        name = fact.pop("name")
        table((name, ""), [(key.replace("_", " "), str(value)) for key, value in fact.items()], ("bold cyan",))
