"""What the commands say and ask about int8 weights."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from rnn2onnx.cli.terminal import say, table
from rnn2onnx.errors import FeedError

if TYPE_CHECKING:
    from rnn2onnx.ir import Array
    from rnn2onnx.runtime.quantization import Error, Quantization

Quantize = Annotated[
    Optional[str],  # noqa: UP045  (typer reads annotations on Python 3.10)
    typer.Option("--quantize", metavar="int8", help="Compute LSTMs and products with weights in int8."),
]
MaxError = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(
        "--max-error",
        metavar="SHARE",
        help="How far an output may be from float64 with int8 weights, relative to its own size (root mean squares); "
        "recurrences and products are left in float32 until it is kept.",
    ),
]
Calibration = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--calibration",
        metavar="FILE.npz",
        help="Inputs by name to measure that on; random ones if not given. Several may follow.",
    ),
]


def calibration(paths: Sequence[str] | None) -> list[dict[str, Array]] | None:
    """The arrays of each file; None if there are no files.

    Raises:
        FeedError: There is no such file, or it is no .npz file.
    """
    return [_arrays(path) for path in paths] if paths else None


def _arrays(path: str) -> dict[str, Array]:
    import numpy as np

    if not os.path.isfile(path):
        raise FeedError(f"--calibration {path}: there is no such file.")
    if not zipfile.is_zipfile(path):
        raise FeedError(f"--calibration {path}: it is no .npz file as numpy.savez writes it.")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise FeedError(f"--calibration {path}: it is no .npz file as numpy.savez writes it ({error}).") from None


def report_quantization(quantization: Quantization) -> None:
    """Prints what int8 weights cost, and what was left in float32."""
    say()
    allowed = "" if quantization.max_error is None else f"; {share(quantization.max_error)} were allowed"
    say(f"int8 on {quantization.measured_on}{allowed}; off from float64 by (relative: root mean squares):", "bold")
    rows = [
        (item.name, share(item.int8.relative), share(item.int8.absolute), share(item.float32.relative))
        for item in quantization.outputs
    ]
    table(("output", "relative", "at most", "in float32"), rows, ("cyan",))
    for part in quantization.parts:
        if not part.int8:
            say()
            say(f"{part.what}: not in int8", "yellow")
            say(f"  {part.why_not}")
    if not any(part.int8 for part in quantization.parts):
        say()
        say("nothing is in int8." if quantization.parts else "nothing here has weights worth int8.", "bold yellow")


def share(number: float) -> str:
    """An error in two digits."""
    return "exact" if number == 0 else f"{number:.1e}"


def quantization_facts(quantization: Quantization | None) -> dict[str, Any] | None:
    """The same for programs."""
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


def _error(error: Error) -> dict[str, float | None]:
    return {"max_abs": _finite(error.absolute), "relative_rms": _finite(error.relative)}


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
