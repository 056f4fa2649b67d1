"""``deepctr.layers.core``: the multilayer perceptron, the unit that scores a behaviour, and the prediction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx.deepctr.layers.activation import activation_layer
from rnn2onnx.deepctr.layers.keras_names import KerasNamedLayer, keras_name
from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import GlorotNormal, Zeros
from rnn2onnx.tf.layers.inference import check_inference
from rnn2onnx.tf.layers.normalization import BatchNormalization
from rnn2onnx.tf.ops.activations import bias_add
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.ops.joining import concat
from rnn2onnx.tf.ops.products import tensordot
from rnn2onnx.tf.ops.reshaping import reshape, tile
from rnn2onnx.tf.ops.shape_ops import shape


class DNN(KerasNamedLayer):
    """Dense layers one after the other, over the last axis: affine, batch normalization if asked for, activation.

    Variables: ``kernel0``, ``kernel1``, …, then ``bias0``, ``bias1``, …, then those of the normalizations and
    activations, layer by layer.

    Args:
        hidden_units: The width of each layer; none: the input is the output.
        activation: ``"dice"``, the Keras name of a function, or a class of layers.
        l2_reg: Without effect: it belongs to training.
        dropout_rate: Without effect: nothing is dropped at inference.
        use_bn: Whether each layer normalizes before its activation.
        output_activation: The last layer's activation, if another one.
        seed: Of the initial values.
        **kwargs: As of ``tf.layers.Layer``.

    Source:
        ``deepctr.layers.core.DNN``.
    """

    def __init__(
        self,
        hidden_units: Sequence[int],
        activation: Any = "relu",
        l2_reg: float = 0,
        dropout_rate: float = 0,
        use_bn: bool = False,
        output_activation: Any = None,
        seed: int = 1024,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.hidden_units = tuple(hidden_units)
        self.activation = activation
        self.use_bn = use_bn
        self.output_activation = output_activation
        self.seed = seed
        self.kernels: list[Any] = []
        self.bias: list[Any] = []
        self.bn_layers: list[Any] = []
        self.activation_layers: list[Any] = []

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        widths = [input_shape[-1], *self.hidden_units]
        for layer, (rows, columns) in enumerate(zip(widths, self.hidden_units, strict=False)):
            initializer = GlorotNormal(self.seed)
            self.kernels.append(self.add_weight(f"kernel{layer}", shape=[rows, columns], initializer=initializer))
        for layer, columns in enumerate(self.hidden_units):
            self.bias.append(self.add_weight(f"bias{layer}", shape=[columns], initializer=Zeros()))
        if self.use_bn:
            self.bn_layers = [BatchNormalization(name=keras_name("BatchNormalization")) for _ in self.hidden_units]
        self.activation_layers = [activation_layer(self.activation) for _ in self.hidden_units]
        if self.output_activation:
            self.activation_layers[-1] = activation_layer(self.output_activation)
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """``[…, width of the last layer]`` of inputs ``[…, features]``."""
        check_inference(training, "DNN(training=...)", "drops units")
        for layer, kernel in enumerate(self.kernels):
            inputs = bias_add(tensordot(inputs, kernel, axes=(-1, 0)), self.bias[layer])
            if self.use_bn:
                inputs = self.bn_layers[layer](inputs)
            inputs = self.activation_layers[layer](inputs)
        return inputs


class LocalActivationUnit(KerasNamedLayer):
    """How much each key ``k`` has to do with the query ``q``: one number of a ``DNN`` over ``[q, k, q - k, q k]``.

    Variables: ``kernel`` ``[width, 1]``, ``bias`` ``[1]``, and those of the ``DNN``.

    Args:
        hidden_units: The widths of the DNN.
        activation: That of the DNN.
        l2_reg: Without effect: it belongs to training.
        dropout_rate: Without effect: nothing is dropped at inference.
        use_bn: Whether the DNN normalizes.
        seed: Of the initial values.
        **kwargs: As of ``tf.layers.Layer``.

    Raises:
        ShapeError: In the first call: the inputs are no query ``[batch, 1, features]`` and keys ``[batch, time,
            features]``.

    Source:
        ``deepctr.layers.core.LocalActivationUnit``; Zhou et al., 2018, "Deep Interest Network".
    """

    def __init__(
        self,
        hidden_units: Sequence[int] = (64, 32),
        activation: Any = "sigmoid",
        l2_reg: float = 0,
        dropout_rate: float = 0,
        use_bn: bool = False,
        seed: int = 1024,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.hidden_units = tuple(hidden_units)
        self.activation = activation
        self.use_bn = use_bn
        self.seed = seed
        self.kernel: Any = None
        self.bias: Any = None
        self.dnn: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the variables for a query and keys of these shapes."""
        if not isinstance(input_shape, list | tuple) or len(input_shape) != 2:
            raise ShapeError(
                "A `LocalActivationUnit` layer should be called on a list of 2 inputs: [query, keys].", user_location()
            )
        query, keys = (one.as_list() for one in input_shape)
        if len(query) != 3 or len(keys) != 3:
            raise ShapeError(
                f"Unexpected inputs dimensions {len(query)} and {len(keys)}, expect to be 3 dimensions", user_location()
            )
        if query[-1] != keys[-1] or query[1] != 1:
            raise ShapeError(
                "A `LocalActivationUnit` layer requires inputs of a two inputs with shape (None,1,embedding_size) and "
                f"(None,T,embedding_size). Got different shapes: {query},{keys}",
                user_location(),
            )
        width = self.hidden_units[-1] if self.hidden_units else 4 * query[-1]
        self.kernel = self.add_weight("kernel", shape=[width, 1], initializer=GlorotNormal(self.seed))
        self.bias = self.add_weight("bias", shape=[1], initializer=Zeros())
        self.dnn = DNN(self.hidden_units, self.activation, use_bn=self.use_bn, seed=self.seed)
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The scores ``[batch, time, 1]`` of ``[query, keys]``."""
        query, keys = inputs
        queries = tile(query, [1, shape(keys)[1], 1])
        seen = self.dnn(concat([queries, keys, queries - keys, queries * keys], -1), training=training)
        return bias_add(tensordot(seen, self.kernel, axes=(-1, 0)), self.bias)


class PredictionLayer(KerasNamedLayer):
    """The prediction of a logit: with a bias, and through a sigmoid if it is a probability.

    Variables: ``global_bias`` ``[1]``, if there is one.

    Args:
        task: ``"binary"``: a probability; ``"regression"`` or ``"multiclass"``: the number itself.
        use_bias: Whether there is a bias.
        **kwargs: As of ``tf.layers.Layer``.

    Raises:
        ArgumentError: There is no such task.

    Source:
        ``deepctr.layers.core.PredictionLayer``.
    """

    def __init__(self, task: str = "binary", use_bias: bool = True, **kwargs: Any) -> None:
        if task not in ("binary", "multiclass", "regression"):
            raise ArgumentError(f"task must be binary,multiclass or regression, not {task!r}.", user_location())
        super().__init__(**kwargs)
        self.task = task
        self.use_bias = use_bias
        self.global_bias: Any = None

    def build(self, input_shape: Any) -> None:
        """Makes the bias."""
        if self.use_bias:
            self.global_bias = self.add_weight("global_bias", shape=[1], initializer=Zeros())
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The predictions ``[batch, 1]``."""
        if self.use_bias:
            inputs = bias_add(inputs, self.global_bias)
        if self.task == "binary":
            inputs = sigmoid(inputs)
        return reshape(inputs, [-1, 1])
