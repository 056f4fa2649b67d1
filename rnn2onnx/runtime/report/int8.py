"""What int8 weights cost, in a report: the error of each output, and what is in int8."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn2onnx.runtime.report.markup import Markup, scroller, tag, together
from rnn2onnx.runtime.report.source_lines import where
from rnn2onnx.units import error_text

if TYPE_CHECKING:
    from rnn2onnx.runtime.quantization import Error, Quantization

_ERRORS = ("output", "int8: relative", "at most", "float32: relative", "at most")


def quantization_facts(quantization: Quantization | None) -> dict[str, Any] | None:
    """It as plain data; None where no int8 was asked for."""
    if quantization is None:
        return None
    return {
        "kind": "int8",
        "error": _finite(quantization.error),
        "max_error": quantization.max_error,
        "measured_on": quantization.measured_on,
        "outputs": [
            {"name": item.name, "int8": _error(item.int8), "float32": _error(item.float32)}
            for item in quantization.outputs
        ],
        "parts": [
            {
                "what": part.what,
                "source": part.source,
                "int8": part.int8,
                "why_not": part.why_not,
                "alone": None if part.alone is None else _finite(part.alone),
            }
            for part in quantization.parts
        ],
    }


def int8_section(quantization: Quantization) -> Markup:
    """It as a section of a page."""
    allowed = "" if quantization.max_error is None else f" {error_text(quantization.max_error)} was allowed."
    note = (
        f"How far each output is from float64, measured on {quantization.measured_on}: the root of the mean square of "
        f"the differences, relative to that of the output, and the largest difference.{allowed}"
    )
    outputs = [
        (item.name, *(error_text(number) for error in (item.int8, item.float32) for number in _numbers(error)))
        for item in quantization.outputs
    ]
    parts = [
        (part.what, "int8" if part.int8 else "float32", part.why_not, where(part.source)) for part in quantization.parts
    ]
    return tag(
        "section",
        tag("h2", "Weights in int8"),
        tag("p", note, class_="note"),
        _table(
            "Errors of the outputs", ("output", "int8: relative", "at most", "float32: relative", "at most"), outputs
        ),
        _table("What could be int8", ("computes", "weights", "why not in int8", "at"), parts) if parts else None,
        id="int8",
    )


def _table(label: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in names)))
    body = tag("tbody", *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows))
    return scroller(label, tag("table", together(head, body), class_="wide"))


def _numbers(error: Error) -> tuple[float, float]:
    return error.relative, error.absolute


def _error(error: Error) -> dict[str, float | None]:
    return {"max_abs": _finite(error.absolute), "relative_rms": _finite(error.relative)}


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
