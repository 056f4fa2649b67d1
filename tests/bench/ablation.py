"""What each pass contributes: our file beside the one that is made without the pass."""

from __future__ import annotations

from dataclasses import dataclass

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.passes import PIPELINE
from rnn2onnx.runtime.benchmark import Contender, Quartiles, apart, race
from tests.bench.contest import Clock
from tests.bench.ours import compiled
from tests.bench.programs import Program
from tests.bench.tables import ratio, simple

NEEDED = {"lower"}
"""Without these there is no file."""


@dataclass(frozen=True)
class Without:
    """What happens without one pass.

    Attributes:
        left_out: The pass.
        ratio: The time without it to the time with it; None if it makes no difference to the file, or there is no file.
        apart: How far the outputs with and without it are from each other.
        note: Why there is no ratio.
    """

    left_out: str
    ratio: Quartiles | None
    apart: float | None
    note: str


def ablation(program: Program, batch: int, time: int, threads: int, seconds: float, clock: Clock) -> list[Without]:
    """One line for each pass that can be left out."""
    feeds = program.feeds(batch, time)
    whole = compiled(program).model
    ours = Contender(whole, feeds, threads=threads)
    found: list[Without] = []
    for left_out in PIPELINE:
        if left_out.name in NEEDED:
            continue
        try:
            less = compiled(program, [step for step in PIPELINE if step is not left_out]).model
            if less == whole:
                found.append(Without(left_out.name, None, None, "the same file"))
                continue
            other = Contender(less, feeds, threads=threads)
        except Rnn2OnnxError as error:
            found.append(Without(left_out.name, None, None, " ".join(error.message.split())[:100]))
            continue
        timings = race([other, ours], seconds, clock)
        found.append(Without(left_out.name, timings.ratio(0, 1), apart(other.outputs, ours.outputs), ""))
    return found


def markdown(title: str, found: list[Without]) -> str:
    lines = [(each.left_out, ratio(each.ratio) if each.ratio else each.note) for each in found]
    return simple((f"{title}, without", "times as long"), lines)
