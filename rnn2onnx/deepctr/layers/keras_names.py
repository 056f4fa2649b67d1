"""Names of layers as Keras makes them: one count for each class in a graph, whatever scope a layer stands in."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.layers.base_layer import Layer, to_snake_case
from rnn2onnx.tf.layers.layer_counts import count_layer


def keras_name(class_name: str) -> str:
    """The next name of a class in the default graph: ``dice``, ``dice_1``, and so on."""
    own = to_snake_case(class_name)
    number = count_layer(own)
    return own if number == 1 else f"{own}_{number - 1}"


class KerasNamedLayer(Layer):
    """A layer whose variables are named as Keras's: by its own name in the scope where it is first called.

    Args:
        name: Its name; None: ``keras_name`` of its class.
        **kwargs: As of ``tf.layers.Layer``.
    """

    def __init__(self, name: Any = None, **kwargs: Any) -> None:
        super().__init__(name=name or keras_name(type(self).__name__), **kwargs)
