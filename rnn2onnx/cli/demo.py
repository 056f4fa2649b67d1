"""``rnn2onnx demo``: the ready model g2p, compiled and measured against the arithmetic it was trained with."""

from __future__ import annotations

import builtins
import re
import statistics
import time
from typing import TYPE_CHECKING, Annotated, NamedTuple, Optional

import typer

import rnn2onnx
from rnn2onnx.cli.model_file import record
from rnn2onnx.cli.terminal import progress, say, table
from rnn2onnx.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL_FILE, DRAWING_FILE = "g2p.onnx", "g2p.svg"
BATCH, ROUNDS = 512, 8
SAMPLES = ("recurrent", "network", "compiler", "phoneme", "onomatopoeia", "transmogrify", "flibbertigibbet")
"""What is pronounced if no words are given; the later ones are in few dictionaries."""


class Speed(NamedTuple):
    """Words per second, the median of ``ROUNDS`` rounds.

    Attributes:
        compiled: Of the compiled model, a whole batch at a time.
        numpy: Of the wheel's arithmetic, word by word.
        different: The words that the two pronounce differently.
    """

    compiled: float
    numpy: float
    different: tuple[str, ...]


def demo(
    words: Annotated[
        Optional[list[str]],  # noqa: UP045  (typer reads annotations on Python 3.10)
        typer.Argument(metavar="[WORDS]...", help="English words to pronounce.", show_default=False),
    ] = None,
) -> None:
    """Compile a trained encoder-decoder, pronounce words with it, and measure it."""
    from rnn2onnx.ir.draw import draw_svg
    from rnn2onnx.models import READY, g2p

    asked = [word.lower() for word in words or SAMPLES]
    start = time.perf_counter()
    with progress("compiling g2p") as line:
        recorded = record("g2p")
        program = rnn2onnx.compile(recorded.graph, recorded.outputs, weights=recorded.weights)
        line.say(f"writing {MODEL_FILE} and {DRAWING_FILE}")
        program.save(MODEL_FILE)
        with whole_file(DRAWING_FILE) as file:
            file.write(draw_svg(program.lowered).encode())
        seconds = time.perf_counter() - start
        spoken = g2p.decode(program.run(g2p.encode(asked)))
    say(READY["g2p"], "bold")
    say(f"compiled in {seconds:.1f} s")
    say()
    rows = [(decision.what, decision.became, decision.why) for decision in program.report]
    table(("recurrence", "became", "why"), rows, ("cyan", "bold green"))
    say()
    table(("word", "phonemes"), [(word, " ".join(said)) for word, said in zip(asked, spoken, strict=True)], ("cyan",))
    say()
    with progress(f"measuring {BATCH} words"):
        speed = _measured(program, english(BATCH))
    _report(speed)
    say()
    say(f"{MODEL_FILE}: the model, for any engine; {DRAWING_FILE}: its graph, drawn", "bold")


def english(count: int) -> list[str]:
    """``count`` words of three letters or more from what Python says about itself, spread over the alphabet."""
    texts = (getattr(builtins, name).__doc__ or "" for name in dir(builtins))
    known = sorted({word for text in texts for word in re.findall("[a-z]{3,}", text.lower())} | set(SAMPLES))
    return [known[index * len(known) // count] for index in range(count)]


def _measured(program: rnn2onnx.Program, words: Sequence[str]) -> Speed:
    """Both speeds, in turns: whatever else the machine does meets both alike."""
    from rnn2onnx.models import g2p

    feeds = g2p.encode(words)
    said = g2p.decode(program.run(feeds))
    share = len(words) // ROUNDS
    compiled, numpy, different = [], [], []
    for first in range(0, len(words), share):
        start = time.perf_counter()
        program.run(feeds)
        compiled.append(len(words) / (time.perf_counter() - start))
        some = words[first : first + share]
        start = time.perf_counter()
        meant = [g2p.reference(word) for word in some]
        numpy.append(len(some) / (time.perf_counter() - start))
        different += [word for word, a, b in zip(some, said[first:], meant, strict=False) if a != b]
    return Speed(statistics.median(compiled), statistics.median(numpy), tuple(different))


def _report(speed: Speed) -> None:
    rows = [
        ("compiled, onnxruntime", f"{BATCH} words at once", f"{speed.compiled:,.0f}"),
        ("the wheel's arithmetic, numpy", "word by word", f"{speed.numpy:,.0f}"),
    ]
    table(("", "", "words per second"), rows, ("cyan", "", "bold green"))
    agreed = f"the same phonemes for all {BATCH} words"
    if speed.different:
        agreed = f"other phonemes for {len(speed.different)} of {BATCH} words: {', '.join(speed.different[:8])}"
    say(f"{speed.compiled / speed.numpy:.1f} times as many; {agreed}")
