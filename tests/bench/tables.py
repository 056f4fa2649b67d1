"""The benchmark's results as tables in Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from rnn2onnx.runtime.benchmark import Quartiles
from tests.bench.contest import Result
from tests.bench.programs import PROGRAMS


def markdown(results: Sequence[Result]) -> str:
    """A line for each result, and the geometric mean of the ratios to tf2onnx below them."""
    header = ("program", "batch", "steps", "threads", "ours, µs", "peer, µs", "ratio", "at most", "peer")
    lines = [simple(header, [cells(result) for result in results])]
    ratios = [each.ratio.median for each in results if each.ratio is not None and not PROGRAMS[each.program].peer]
    if len(ratios) > 1:
        lines += ["", f"Geometric mean of the {len(ratios)} ratios to tf2onnx: {geometric_mean(ratios):.3f}"]
        over = [each for each in results if each.ratio is not None and each.ratio.median > 1.05]
        lines += [f"Above 1.05: {len(over)} of {len(results)}"]
    return "\n".join(lines)


def cells(result: Result) -> tuple[str, ...]:
    target = "" if result.target is None else f"{result.target:g}"
    if result.ratio is not None and result.target is not None:
        target += " ✓" if result.ratio.median <= result.target else " ✗"
    return (
        PROGRAMS[result.program].title,
        str(result.batch),
        str(result.time),
        str(result.threads),
        micros(result.ours),
        micros(result.peer) if result.peer is not None else "none is valid",
        ratio(result.ratio) if result.ratio is not None else "",
        target,
        "" if result.file is None else result.file.removeprefix(f"{result.program}.").removesuffix(".onnx"),
    )


def simple(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([row(header), row("---" for _ in header), *map(row, rows)])


def row(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


def micros(seconds: Quartiles) -> str:
    return f"{seconds.median * 1e6:.0f} ({seconds.low * 1e6:.0f} to {seconds.high * 1e6:.0f})"


def ratio(found: Quartiles) -> str:
    return f"{found.median:.2f} ({found.low:.2f} to {found.high:.2f})"


def geometric_mean(numbers: Sequence[float]) -> float:
    return float(np.exp(np.mean(np.log(numbers))))


def as_json(results: Sequence[Result]) -> list[dict[str, Any]]:
    return [{key: plain(value) for key, value in vars(result).items()} for result in results]


def plain(value: Any) -> Any:
    return value._asdict() if isinstance(value, Quartiles) else value
