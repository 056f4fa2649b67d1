"""Layers around a layer: ``Wrapper``, and ``TimeDistributed``, which calls it for every step."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest, tf
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import backend
from rnn2onnx.keras.engine.call_signature import CallSignature
from rnn2onnx.keras.engine.layer import InputSpec, Layer
from rnn2onnx.keras.engine.serialization import deserialize
from rnn2onnx.keras.layers.reshaping import lengths_of

__all__ = ["TimeDistributed", "Wrapper"]


class Wrapper(Layer):
    """A layer around another one.

    Args:
        layer: The other one.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: It is no layer.

    Source:
        ``keras.layers.Wrapper``.
    """

    _arguments_are_attributes = True

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ArgumentError(
                f"Layer {layer} supplied to wrapper is not a supported layer type. Please ensure wrapped layer is a "
                "valid Keras layer.",
                user_location(),
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Builds the other layer, in this one's name scope."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
        self.built = True

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A layer from what ``get_config`` gives."""
        options = dict(config)
        return cls(deserialize(options.pop("layer"), custom_objects), **options)


class TimeDistributed(Wrapper):
    """A layer called for every step of sequences, by itself.

    Args:
        layer: The layer.
        **kwargs: As of ``Layer``.

    Raises:
        ArgumentError: It is no layer; in the first call: the inputs have fewer than three axes.

    Source:
        ``keras.layers.TimeDistributed``.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ArgumentError(
                f"Please initialize `TimeDistributed` layer with a `tf.keras.layers.Layer` instance. Received: {layer}",
                user_location(),
            )
        super().__init__(layer, **kwargs)
        self.supports_masking = True
        self._own_layer = type(layer).__module__.startswith("rnn2onnx.keras.") and not layer.stateful

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer for one step."""
        shapes = _map_shapes(lambda shape: shape, input_shape)
        if any(shape.ndims < 3 for shape in _flat_shapes(shapes)):
            raise ArgumentError(
                f"`TimeDistributed` Layer should be passed an `input_shape ` with at least 3 dimensions, received: "
                f"{input_shape}",
                user_location(),
            )
        self.input_spec = _map_shapes(lambda shape: InputSpec(shape=[None, None, *shape.as_list()[2:]]), shapes)
        super().build(_map_shapes(_without_steps, shapes))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """What the layer gives for every step."""
        signature = CallSignature(self.layer.call)
        options = {"training": training} if signature.takes("training") else {}
        first = nest.flatten(inputs)[0]
        if first.shape[0].value is not None and not self._own_layer:
            return self._step_by_step(inputs, mask, options)
        if mask is not None and signature.takes("mask"):
            options["mask"] = _joined(mask)
        outputs = self.layer(nest.map_structure(_joined, inputs), **options)
        return nest.map_structure(lambda leaf: _split(leaf, first), outputs)

    def _step_by_step(self, inputs: Any, mask: Any, options: dict[str, Any]) -> Any:
        # Keras walks the steps here, so that those the mask leaves out repeat the output before.
        def step(x: Any, _: Any) -> tuple[Any, list[Any]]:
            return self.layer(x, **options), []

        steps = nest.flatten(inputs)[0].shape[1].value
        _, outputs, _ = backend.rnn(step, inputs, [], input_length=steps, mask=mask, unroll=False)
        return outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The layer's masks of its outputs; or else the mask of the steps."""
        first = nest.flatten(inputs)[0]
        if first.shape[0].value is not None and not self._own_layer:
            return mask
        inner = None if mask is None else _joined(mask)
        made = self.layer.compute_mask(nest.map_structure(_joined, inputs), inner)
        if made is not None:
            return _split(made, first)
        for _ in range(2, 0 if mask is None else len(mask.dims)):
            mask = tf.reduce_any(mask, axis=-1)
        return mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The layer's for one step, the steps behind the batch."""
        shapes = _map_shapes(lambda shape: shape, input_shape)
        steps = _flat_shapes(shapes)[0].as_list()[1]
        made = self.layer.compute_output_shape(_map_shapes(_without_steps, shapes))
        return _map_shapes(lambda shape: tf.TensorShape([shape[0].value, steps, *shape.as_list()[1:]]), made)


def _joined(x: Any) -> Any:
    """Batch and steps as one axis."""
    return tf.reshape(x, [-1, *lengths_of(x)[2:]])


def _split(x: Any, like: Any) -> Any:
    """Batch and steps as two axes again, as long as those of another tensor."""
    return tf.reshape(x, [*lengths_of(like)[:2], *lengths_of(x)[1:]])


def _is_shape(given: Any) -> bool:
    return isinstance(given, tf.TensorShape) or (
        isinstance(given, tuple) and not any(nest.is_nested(length) for length in given)
    )


def _map_shapes(function: Any, given: Any) -> Any:
    """What a function gives for each shape of a nest of shapes."""
    if _is_shape(given):
        return function(tf.TensorShape(given))
    if isinstance(given, dict):
        return {key: _map_shapes(function, item) for key, item in given.items()}
    return [_map_shapes(function, item) for item in given]


def _flat_shapes(given: Any) -> list[Any]:
    if _is_shape(given):
        return [given]
    return [shape for item in (given.values() if isinstance(given, dict) else given) for shape in _flat_shapes(item)]


def _without_steps(shape: Any) -> Any:
    lengths = shape.as_list()
    return tf.TensorShape([lengths[0], *lengths[2:]])
