"""``rnn2onnx targets``: the engines that programs are compiled for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from rnn2onnx.cli.arguments import Json
from rnn2onnx.cli.terminal import say, say_json, table

if TYPE_CHECKING:
    from rnn2onnx.targets import Target


def targets(json: Json = False) -> None:
    """List the engines, what things cost on them, and the sizes from which on each form is taken."""
    from rnn2onnx.targets import TARGETS

    if json:
        say_json([asdict(target) for target in TARGETS.values()])
        return
    for number, target in enumerate(TARGETS.values()):
        if number:
            say()
        costs_table(target)
        say()
        limits = {name: value for name, value in asdict(target).items() if name not in ("name", "costs")}
        table(("limits", ""), [(name.replace("_", " "), f"{value:g}") for name, value in limits.items()], _STYLES)


_STYLES = ("bold cyan", "magenta", "dim")


def costs_table(target: Target) -> None:
    """Prints what things cost on an engine: a line for each cost, those by kind below each other."""
    from rnn2onnx.targets import UNITS

    rows: list[tuple[str, str, str]] = []
    for name, value in asdict(target.costs).items():
        words, unit = name.replace("_", " "), UNITS[name]
        if isinstance(value, Mapping):
            rows += [(f"{words}: {kind.replace('_', ' ')}", _shown(each), unit) for kind, each in value.items()]
        else:
            rows.append((words, _shown(value), unit))
    table((target.name, "cost", ""), rows, _STYLES)


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"
