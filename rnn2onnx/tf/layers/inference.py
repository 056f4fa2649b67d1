"""Arguments that switch between training and inference: only inference is compiled."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import TrainingError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.static_value import constant_value


def check_inference(flag: Any, argument: str, does: str) -> None:
    """Returns when a flag that asks for training is off.

    Args:
        flag: A bool, number, None, or a tensor whose value is known while the graph is recorded.
        argument: The argument as the user writes it, such as ``tf.layers.dropout(training=...)``.
        does: What the call would do in training, for the message.

    Raises:
        TrainingError: It is on, or known only when the program runs.
    """
    known = constant_value(flag) if isinstance(flag, Tensor) else flag
    if isinstance(flag, Tensor) and known is None:
        raise TrainingError(
            f"{argument} is the tensor {flag.name}, whose value is known only when the program runs. A "
            f"compiled program "
            "is for inference: give False instead of a placeholder.",
            user_location(),
        )
    if known is not None and bool(known):
        raise TrainingError(
            f"{argument} is on, and in training it {does}. A compiled program is for inference: give False.",
            user_location(),
        )
