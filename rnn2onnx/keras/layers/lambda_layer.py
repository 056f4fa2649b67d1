"""``keras.layers.Lambda`` and ``Identity``: a function as a layer, and none."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest, tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.call_signature import CallSignature
from rnn2onnx.keras.engine.layer import Layer

__all__ = ["Identity", "Lambda"]


class Lambda(Layer):
    """A function of the inputs.

    Args:
        function: Called with the inputs, and ``mask`` and ``training`` if it has parameters of these names.
        output_shape: The shape of the result without the batch, or a function of the inputs' shape; None: that of what
            the function gives.
        mask: The mask of the result, or a function of inputs and mask; None: none.
        arguments: Further arguments of the function, by name.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: In a call: the function made a variable, which no later call would find again.

    Source:
        ``keras.layers.Lambda``.
    """

    _arguments_are_attributes = True

    def __init__(
        self, function: Any, output_shape: Any = None, mask: Any = None, arguments: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise ArgumentError(
                f"The function of Lambda layer {self.name} is data, not code: {function!r:.80}. Write the layer in the "
                "code that makes the model.",
                user_location(),
            )
        self.function = function
        self.output_shape_of = output_shape
        self.mask = mask
        self.arguments = arguments or {}
        self.supports_masking = mask is not None
        self._parameters = CallSignature(function)

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """What the function gives."""
        context = {"mask": mask, "training": training}
        options = self.arguments | {name: context[name] for name in context if name in self._parameters.names}
        variables = tf.get_default_graph().variables
        before = len(variables)
        result = self.function(inputs, **options)
        made = list(variables)[before:]
        if made:
            raise ArgumentError(
                f"The following Variables were created within a Lambda layer ({self.name}) but are not tracked by said "
                f"layer: {', '.join(made)}. Write a subclass of Layer that makes them in build.",
                user_location(),
            )
        return result

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """What was given as such."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """What was said, or the shape of what the function gives."""
        said = self.output_shape_of
        if said is None:
            return super().compute_output_shape(input_shape)
        if callable(said):
            return tf.TensorShape(said(input_shape))
        first = input_shape[0] if nest.is_nested(input_shape[0]) else input_shape
        return tf.TensorShape([tf.TensorShape(first)[0].value, *said])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer."""
        return super().get_config() | {"function": self.function, "output_shape": self.output_shape_of}


class Identity(Layer):
    """Its inputs. Source: ``keras.layers.Identity``."""

    _arguments_are_attributes = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return nest.map_structure(tf.identity, inputs)
