"""What each engine runs fastest: the costs by which the compiler chooses between forms that mean the same.

The numbers are measured; who measures others on another machine gives another ``Target``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """What things cost on one thread of an engine.

    Attributes:
        call: Microseconds of a run of a model that computes nothing.
        node: Microseconds that any operation takes, whatever it computes.
        step: Microseconds of one round of a Scan.
        carried: Microseconds more for each state, sequence or row of a Scan and each round.
        loop_step: Microseconds of one round of a Loop.
        branch: Microseconds of an If, besides what its branch computes.
        flops: Multiplications and additions a microsecond in a product of many rows.
        bytes: Bytes of a matrix a microsecond in a product of few rows.
        several_rows: Microseconds more of a product of more than one row.
        cache: Bytes of a tensor that stays near the processor.
        stream: Bytes a microsecond of a larger tensor that are written and read again, besides.
        numbers: Nanoseconds for each number that an operation gives, by kind; ``other`` for those not named.
        native_step: Microseconds of one step of a native layer besides its products, by kind.
        native_number: Nanoseconds for each number of a native layer's state and step, by kind.
        native_bytes: The same as ``bytes`` in native layers, by kind.
    """

    call: float
    node: float
    step: float
    carried: float
    loop_step: float
    branch: float
    flops: float
    bytes: float
    several_rows: float
    cache: float
    stream: float
    numbers: Mapping[str, float]
    native_step: Mapping[str, float]
    native_number: Mapping[str, float]
    native_bytes: Mapping[str, float]


@dataclass(frozen=True)
class Target:
    """An engine.

    Attributes:
        name: What it is called on the command line.
        costs: What things cost on it.
        prefix_numbers: A prefix scan is faster than a Scan up to so many numbers in a state,
        prefix_steps: and from so many steps on.
        pack_rows: Rows are sorted by length from so many on,
        pack_segments: and run in so many segments,
        pack_share: where that saves this share of the steps of all rows,
        pack_segment: and more than so many microseconds for each recurrence and segment.
        inside_rows: From so many rows on, the products of a recurrence's inputs are computed in its steps;
        inside_rows_at_least: with so many, that is not much slower.
        joined_rows: Two products in a step are one of a concatenation where the matrix has so many rows at most.
    """

    name: str
    costs: Costs
    prefix_numbers: int
    prefix_steps: int
    pack_rows: int = 8
    pack_segments: int = 4
    pack_share: float = 0.1
    pack_segment: float = 25.0
    inside_rows: int = 16
    inside_rows_at_least: int = 8
    joined_rows: int = 384


_ONNXRUNTIME_COSTS = Costs(
    call=5.0,
    node=0.17,
    step=0.46,
    carried=0.13,
    loop_step=1.26,
    branch=2.0,
    flops=109e3,
    bytes=80e3,
    several_rows=0.3,
    cache=0.5e6,
    stream=10e3,
    numbers={
        "add": 0.24,
        "sub": 0.24,
        "mul": 0.24,
        "div": 0.42,
        "sigmoid": 0.63,
        "tanh": 0.56,
        "relu": 0.20,
        "exp": 0.29,
        "sqrt": 0.69,
        "maximum": 0.51,
        "minimum": 0.51,
        "where": 0.73,
        "slice": 0.15,
        "concat": 0.29,
        "transpose": 0.29,
        "other": 0.56,
    },
    native_step={"lstm": 0.15, "gru": 0.15, "rnn": 0.15},
    native_number={"lstm": 6.0, "gru": 6.8, "rnn": 12.0},
    native_bytes={"lstm": 85e3, "gru": 85e3, "rnn": 60e3},
)

ONNXRUNTIME = Target("onnxruntime", costs=_ONNXRUNTIME_COSTS, prefix_numbers=256, prefix_steps=64)
"""onnxruntime 1.31 on a CPU, one thread.

A step of a Scan costs what the engine needs to come round, whatever it computes on few numbers; a prefix scan computes
each number twice. At 1000 steps of 128 numbers it takes 0.29 of the time of a Scan, at 100 steps 0.62; of 512 numbers
0.9 to 1, of 2048 numbers 1.9.
"""

TARGETS = {target.name: target for target in (ONNXRUNTIME,)}
"""All engines by name."""
