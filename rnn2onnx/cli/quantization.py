"""What the commands say and ask about int8 weights."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from rnn2onnx.cli.terminal import say, table
from rnn2onnx.errors import FeedError
from rnn2onnx.units import error_text

if TYPE_CHECKING:
    from rnn2onnx.ir import Array
    from rnn2onnx.runtime.quantization import Quantization

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
    allowed = "" if quantization.max_error is None else f"; {error_text(quantization.max_error)} were allowed"
    say(f"int8 on {quantization.measured_on}{allowed}; off from float64 by (relative: root mean squares):", "bold")
    rows = [
        (item.name, error_text(item.int8.relative), error_text(item.int8.absolute), error_text(item.float32.relative))
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
