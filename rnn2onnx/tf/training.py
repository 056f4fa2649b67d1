"""What only training and running in TensorFlow need: every such name is here, and every use says what to do instead."""

from __future__ import annotations

from rnn2onnx.errors import TrainingError
from rnn2onnx.ir import user_location


def refuse(name: str) -> TrainingError:
    """The error of a call that only training, or running inside TensorFlow, needs; the caller raises it.

    Args:
        name: The call as the user writes it, such as ``tf.train.AdamOptimizer``.
    """
    return TrainingError(
        f"{name} is not part of rnn2onnx: it compiles recurrent models that are trained already, and neither trains "
        "nor runs them in a session. Record the inference graph only, call "
        "rnn2onnx.compile(graph, outputs, weights=...), and run the result with Program.run(feeds).",
        user_location(),
    )
