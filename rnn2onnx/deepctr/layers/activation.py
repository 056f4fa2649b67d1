"""``deepctr.layers.activation``: Dice, and activations as layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx.deepctr.layers.keras_names import KerasNamedLayer, keras_name
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.layers.base_layer import Layer
from rnn2onnx.tf.layers.normalization import BatchNormalization
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.rnn_cell.activation import activation_function


class Dice(KerasNamedLayer):
    """``p x + (1 - p) alpha x`` with ``p = σ(normalised x)``: a rectifier that turns where its training data lies.

    Variables: ``dice_alpha`` ``[features]``, at first 0, and those of a batch normalization without beta and gamma.

    Args:
        axis: The axis of the features.
        epsilon: Added to the variance.
        **kwargs: As of ``tf.layers.Layer``.

    Source:
        ``deepctr.layers.activation.Dice``; Zhou et al., 2018, "Deep Interest Network".
    """

    def __init__(self, axis: int = -1, epsilon: float = 1e-9, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon
        self.bn: Any = None
        self.alphas: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        self.bn = BatchNormalization(
            self.axis, epsilon=self.epsilon, center=False, scale=False, name=keras_name("BatchNormalization")
        )
        self.alphas = self.add_weight("dice_alpha", shape=[input_shape[-1]], initializer=Zeros())
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """``inputs``, each of them turned down as far as it is below what is usual."""
        x_p = sigmoid(self.bn(inputs, training=training))
        return self.alphas * (1.0 - x_p) * inputs + x_p * inputs


class Activation(Layer):
    """A function of one tensor as a layer; it takes ``training`` as all activations of a DNN do, without effect."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._function = function

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The function of ``inputs``."""
        return self._function(inputs)


def activation_layer(activation: Any) -> Layer:
    """The layer that an ``activation`` argument stands for.

    Args:
        activation: ``"dice"``, the Keras name of a function, or a class of layers.

    Raises:
        ArgumentError: It is none of these.

    Source:
        ``deepctr.layers.activation.activation_layer``.
    """
    if activation in ("dice", "Dice"):
        return Dice()
    if isinstance(activation, str) and activation:
        return Activation(activation_function(activation))
    if isinstance(activation, type) and issubclass(activation, Layer):
        return activation()
    raise ArgumentError(
        f"Invalid activation,found {activation}. You should use a str or a Activation Layer Class: 'relu', or Dice.",
        user_location(),
    )
