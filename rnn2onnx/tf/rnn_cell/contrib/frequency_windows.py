"""The windows over the frequencies of an input that grid and time-frequency cells walk."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.slicing import slice
from rnn2onnx.tf.recording.tensor import Tensor


def known_features(inputs: Tensor) -> int:
    """The number of features of inputs ``[batch, features]``.

    Raises:
        ArgumentError: It is not known while the graph is recorded, or the inputs are not of rank 2.
    """
    features = inputs.shape.with_rank(2).as_list()[1]
    if features is None:
        raise ArgumentError(
            f"Cannot infer input_size from static shape inference: the inputs are {inputs!r}. "
            "Give the placeholder a static depth, or state it with x.set_shape.",
            user_location(),
        )
    return int(features)


def window_count(features: int, size: Any, skip: Any) -> int:
    """How many windows of ``size`` features, ``skip`` apart, begin and end within ``features``.

    Raises:
        ArgumentTypeError: The size or the distance is missing.
    """
    for name, number in (("feature_size", size), ("frequency_skip", skip)):
        if number is None:
            raise ArgumentTypeError(
                f"{name} is None: give the cell the number of features of a window as feature_size, and that between "
                "the beginnings of two windows as frequency_skip.",
                user_location(),
            )
    return int((features - size) / skip) + 1


def windows(inputs: Tensor, start: int, count: int, size: int, skip: int) -> list[Tensor]:
    """``count`` windows ``[batch, size]`` of inputs ``[batch, features]``, the first one from feature ``start`` on."""
    return [slice(inputs, [0, start + index * skip], [-1, size]) for index in range(count)]
