"""What each engine runs fastest: the costs by which the compiler chooses between forms that mean the same.

The numbers are measured; who measures others on another machine gives another ``Target``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """An engine.

    Attributes:
        name: What it is called on the command line.
        rnn_numbers: A native RNN is faster than a Scan up to so many numbers in a state: rows times units.
        prefix_numbers: A prefix scan is faster than a Scan up to so many numbers in a state,
        prefix_steps: and from so many steps on.
    """

    name: str
    rnn_numbers: int
    prefix_numbers: int
    prefix_steps: int


ONNXRUNTIME = Target("onnxruntime", rnn_numbers=256, prefix_numbers=256, prefix_steps=64)
"""onnxruntime 1.31 on a CPU, one thread.

The RNN computes its activation one number at a time: of 1000 to 16000 numbers it takes 1.5 to 10 times as long as a
Scan, of 128 about as long, of 32 half as long. A step of a Scan costs what the engine needs to come round, whatever it
computes on few numbers; a prefix scan computes each number twice. At 1000 steps of 128 numbers it takes 0.29 of the
time of a Scan, at 100 steps 0.62; of 512 numbers 0.9 to 1, of 2048 numbers 1.9.
"""

TARGETS = {target.name: target for target in (ONNXRUNTIME,)}
"""All engines by name."""
