"""Graph in, graph out: what makes a recorded program fast and fit for the engine. Knows the IR only."""

from __future__ import annotations

from rnn2onnx.passes.choice import BY_COSTS, Choice
from rnn2onnx.passes.clip import Clip
from rnn2onnx.passes.contract import Contract
from rnn2onnx.passes.distributing.distribute import Distribute
from rnn2onnx.passes.fold import Fold
from rnn2onnx.passes.fusing.fuse import Fuse
from rnn2onnx.passes.join import Join
from rnn2onnx.passes.looking_up.tables import Tables
from rnn2onnx.passes.lower import Lower
from rnn2onnx.passes.normalising.normalise import Normalise
from rnn2onnx.passes.parallelise import Parallelise
from rnn2onnx.passes.pipeline import Observe, Pass, chosen_by, run_passes
from rnn2onnx.passes.raising.lengths import Lengths
from rnn2onnx.passes.raising.raise_loops import RaiseLoops
from rnn2onnx.passes.recognising.recognise import Recognise
from rnn2onnx.passes.report import Decision, Report
from rnn2onnx.passes.rolling.roll_up import RollUp
from rnn2onnx.passes.sink import Sink
from rnn2onnx.passes.stepping.interpolate import Interpolate
from rnn2onnx.passes.stepping.take_in import TakeIn
from rnn2onnx.passes.stepping.unbundle import Unbundle
from rnn2onnx.passes.tidy import Tidy
from rnn2onnx.passes.tiling.pack import Pack
from rnn2onnx.passes.tiling.strip_mine import StripMine
from rnn2onnx.passes.turn_around import TurnAround

_STEPS: tuple[Pass, ...] = (
    Fold(),
    RollUp(),
    RaiseLoops(),
    TurnAround(),
    Lengths(),
    Normalise(),
    Distribute(),
    Parallelise(),
    Recognise(),
    Join(),
    Sink(),
    Interpolate(),
    Unbundle(),
    Fuse(),
    Pack(),
    StripMine(),
    Tables(),
    Contract(),
    TakeIn(),
    Lower(),
    Join(),
    Sink(),
    Clip(),
    Tidy(),
)
"""The passes of a compilation, in order."""


def pipeline(choice: Choice = BY_COSTS) -> tuple[Pass, ...]:
    """The passes of a compilation for a target, with the forms that are forced."""
    return tuple(chosen_by(choice, step) for step in _STEPS)


PIPELINE = pipeline()
"""The passes of a compilation by the shipped table."""

__all__ = [
    "BY_COSTS",
    "PIPELINE",
    "Choice",
    "Contract",
    "Decision",
    "Distribute",
    "Fold",
    "Fuse",
    "Interpolate",
    "Join",
    "Lengths",
    "Lower",
    "Normalise",
    "Observe",
    "Pack",
    "Parallelise",
    "Pass",
    "RaiseLoops",
    "Recognise",
    "Report",
    "RollUp",
    "Sink",
    "StripMine",
    "Tables",
    "TakeIn",
    "Tidy",
    "TurnAround",
    "Unbundle",
    "pipeline",
    "run_passes",
]
