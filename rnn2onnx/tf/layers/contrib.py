"""``tf.contrib.layers``: what recurrent models use of it, at inference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Ones, Zeros, xavier_initializer
from rnn2onnx.tf.layers.arg_scope import add_arg_scope
from rnn2onnx.tf.layers.dense import Flatten
from rnn2onnx.tf.layers.inference import check_inference
from rnn2onnx.tf.ops.activations import bias_add, elu, relu, relu6
from rnn2onnx.tf.ops.lookups import embedding_lookup
from rnn2onnx.tf.ops.normalisation import batch_normalization, moments
from rnn2onnx.tf.ops.products import tensordot
from rnn2onnx.tf.ops.reshaping import reshape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import GraphKeys, get_default_graph
from rnn2onnx.tf.recording.name_scope import name_scope
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.variables.variable_scope import get_variable, variable_scope

__all__ = [
    "batch_norm",
    "dropout",
    "elu_layer",
    "embed_sequence",
    "flatten",
    "fully_connected",
    "layer_norm",
    "linear",
    "relu6_layer",
    "relu_layer",
]

_XAVIER, _ZEROS = xavier_initializer(), Zeros()


def variable_of(
    name: str, shape: Sequence[Any], dtype: Any, initializer: Any, regularizer: Any, trainable: bool
) -> Any:
    """A variable that is also listed among those of the model."""
    listed = [GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return get_variable(name, list(shape), dtype, initializer, regularizer, trainable, listed)


def collected(outputs: Tensor, collections: Any) -> Tensor:
    """``outputs``, listed in collections."""
    for name in [collections] if isinstance(collections, str) else collections or ():
        get_default_graph().add_to_collection(name, outputs)
    return outputs


def _depth(inputs: Tensor, call: str) -> int:
    depth = inputs.shape[-1].value
    if depth is None:
        raise ArgumentError(
            f"tf.contrib.layers.{call}: the last dimension of the inputs must be known, but their shape is "
            f"{inputs.shape}. State it with x.set_shape.",
            user_location(),
        )
    return int(depth)


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """``activation(x W + b)`` over the last axis.

    Variables ``fully_connected/weights`` ``[depth, num_outputs]`` and ``fully_connected/biases``.

    Args:
        inputs: A tensor of rank 2 or more.
        num_outputs: The number of columns.
        activation_fn: A function; None: none.
        normalizer_fn: Called in place of adding b.
        normalizer_params: Arguments of ``normalizer_fn``.
        weights_initializer: Of W.
        weights_regularizer: A function of W.
        biases_initializer: Of b; None: there is no b.
        biases_regularizer: A function of b.
        reuse: Whether the variables exist.
        variables_collections: Without effect.
        outputs_collections: Collections that list the result.
        trainable: Whether the variables are trainable.
        scope: The name of the scope, or a scope.

    Raises:
        ArgumentError: The depth of the inputs is unknown.

    Source:
        ``tf.contrib.layers.fully_connected``.
    """
    x = convert_to_tensor(inputs)
    with variable_scope(scope, "fully_connected", [x], reuse=reuse):
        depth = _depth(x, "fully_connected")
        kernel = variable_of(
            "weights", [depth, num_outputs], x.dtype, weights_initializer, weights_regularizer, trainable
        )
        outputs = tensordot(x, kernel, [[len(x.dims) - 1], [0]])
        if normalizer_fn is not None:
            outputs = normalizer_fn(outputs, **(normalizer_params or {}))
        elif biases_initializer is not None:
            bias = variable_of("biases", [num_outputs], x.dtype, biases_initializer, biases_regularizer, trainable)
            outputs = bias_add(outputs, bias)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collected(outputs, outputs_collections)


def linear(inputs: Any, num_outputs: int, **kwargs: Any) -> Tensor:
    """``fully_connected`` without activation. Source: ``tf.contrib.layers.linear``."""
    return fully_connected(inputs, num_outputs, **({"activation_fn": None} | kwargs))


def relu6_layer(inputs: Any, num_outputs: int, **kwargs: Any) -> Tensor:
    """``fully_connected`` with relu6. Source: ``tf.contrib.layers.relu6``."""
    return fully_connected(inputs, num_outputs, **({"activation_fn": relu6} | kwargs))


def elu_layer(inputs: Any, num_outputs: int, **kwargs: Any) -> Tensor:
    """``fully_connected`` with elu. Source: ``tf.contrib.layers.elu``."""
    return fully_connected(inputs, num_outputs, **({"activation_fn": elu} | kwargs))


def relu_layer(inputs: Any, num_outputs: int, **kwargs: Any) -> Tensor:
    """``fully_connected`` with relu. Source: ``tf.contrib.layers.relu``."""
    return fully_connected(inputs, num_outputs, **({"activation_fn": relu} | kwargs))


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Tensor:
    """``gamma (x - mean) / sqrt(variance + 1e-12) + beta``, averaged over the axes from ``begin_norm_axis`` on.

    Variables ``LayerNorm/beta`` and ``LayerNorm/gamma``, in this order, of the lengths from ``begin_params_axis`` on.

    Args:
        inputs: A tensor of rank 2 or more.
        center: Whether there is beta.
        scale: Whether there is gamma.
        activation_fn: A function; None: none.
        reuse: Whether the variables exist.
        variables_collections: Without effect.
        outputs_collections: Collections that list the result.
        trainable: Whether the variables are trainable.
        begin_norm_axis: The first axis that is averaged over.
        begin_params_axis: The first axis of the variables.
        scope: The name of the scope, or a scope.

    Raises:
        ArgumentError: An axis is outside the rank, or a length of the variables is unknown.

    Source:
        ``tf.contrib.layers.layer_norm``; Ba et al., 2016.
    """
    x = convert_to_tensor(inputs)
    rank = len(x.dims)
    with variable_scope(scope, "LayerNorm", [x], reuse=reuse):
        first = begin_norm_axis + rank if begin_norm_axis < 0 else begin_norm_axis
        if begin_params_axis >= rank or first >= rank:
            raise ArgumentError(
                f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({begin_norm_axis}) must be < "
                f"rank(inputs) ({rank})",
                user_location(),
            )
        shape = x.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ArgumentError(
                f"Inputs {x.name}: shape(inputs)[{begin_params_axis}:] is not fully defined: {x.shape}", user_location()
            )
        lengths = shape.as_list()
        beta = variable_of("beta", lengths, x.dtype, Zeros(), None, trainable) if center else None
        gamma = variable_of("gamma", lengths, x.dtype, Ones(), None, trainable) if scale else None
        mean, variance = moments(x, list(range(first, rank)), keep_dims=True)
        epsilon = 1e-3 if x.dtype.name == "float16" else 1e-12
        outputs = batch_normalization(x, mean, variance, beta, gamma, epsilon)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collected(outputs, outputs_collections)


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: float = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Any = None,
    param_initializers: Any = None,
    param_regularizers: Any = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_decay: float = 0.99,
    adjustment: Any = None,
) -> Tensor:
    """The channels normalized by the statistics that training has left.

    Variables ``BatchNorm/{beta, gamma, moving_mean, moving_variance}``, of which gamma is there only with ``scale``.

    Args:
        inputs: A tensor of rank 2 or more.
        decay: Without effect at inference.
        center: Whether there is beta.
        scale: Whether there is gamma.
        epsilon: Added to the variance.
        activation_fn: A function; None: none.
        param_initializers: Initializers by the variables' names.
        param_regularizers: Functions of beta and gamma, by these names.
        updates_collections: Without effect.
        is_training: Must be off, which is not the default.
        reuse: Whether the variables exist.
        variables_collections: Without effect.
        outputs_collections: Collections that list the result.
        trainable: Whether beta and gamma are trainable.
        batch_weights: Without effect at inference.
        fused: Without effect.
        data_format: ``NHWC``, channels last; or ``NCHW``, channels on axis 1.
        zero_debias_moving_mean: Without effect at inference.
        scope: The name of the scope, or a scope.
        renorm: Without effect at inference.
        renorm_clipping: Without effect.
        renorm_decay: Without effect.
        adjustment: Without effect at inference.

    Raises:
        TrainingError: ``is_training`` is on.
        ArgumentError: The number of channels is unknown.

    Source:
        ``tf.contrib.layers.batch_norm``.
    """
    check_inference(
        is_training, "tf.contrib.layers.batch_norm(is_training=...)", "normalizes by the statistics of the batch"
    )
    x = convert_to_tensor(inputs)
    axis = 1 if data_format.startswith("NC") else len(x.dims) - 1
    initializers, regularizers = param_initializers or {}, param_regularizers or {}
    with variable_scope(scope, "BatchNorm", [x], reuse=reuse):
        channels = x.shape[axis].value
        if channels is None:
            raise ArgumentError(
                f"Inputs {x.name} has undefined channels dimension: {x.shape}. State it with x.set_shape.",
                user_location(),
            )

        def weight(name: str, initializer: Any, learned: bool) -> Any:
            made = variable_of(
                name, [channels], x.dtype, initializers.get(name, initializer), regularizers.get(name), learned
            )
            if axis == len(x.dims) - 1:
                return made
            return reshape(made, [channels if a == axis else 1 for a in range(len(x.dims))])

        # TensorFlow makes them in two places, in two orders.
        as_layer = batch_weights is None and updates_collections is GraphKeys.UPDATE_OPS and not zero_debias_moving_mean
        if as_layer and (len(x.dims) != 2 or fused is False):
            gamma = weight("gamma", Ones(), trainable) if scale else None
            beta = weight("beta", Zeros(), trainable) if center else None
        else:
            beta = weight("beta", Zeros(), trainable) if center else None
            gamma = weight("gamma", Ones(), trainable) if scale else None
        mean = weight("moving_mean", Zeros(), False)
        variance = weight("moving_variance", Ones(), False)
        outputs = batch_normalization(x, mean, variance, beta, gamma, epsilon)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collected(outputs, outputs_collections)


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: Any = None,
) -> Tensor:
    """``inputs``, for ``is_training`` must be off unless all are kept. Source: ``tf.contrib.layers.dropout``."""
    if isinstance(keep_prob, Tensor) or keep_prob < 1:
        check_inference(is_training, "tf.contrib.layers.dropout(is_training=...)", "drops values at random")
    return collected(convert_to_tensor(inputs), outputs_collections)


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: Any = None) -> Tensor:
    """``inputs`` as a matrix: all axes but the first become one. Source: ``tf.contrib.layers.flatten``."""
    with name_scope(scope, "Flatten", [inputs]):
        return collected(Flatten()(inputs), outputs_collections)


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Tensor:
    """``[batch, time, embed_dim]``: the rows of the variable ``EmbedSequence/embeddings`` that ids name.

    Args:
        ids: Integers ``[batch, time]``.
        vocab_size: The number of rows; not needed where the variable is reused.
        embed_dim: The number of columns.
        unique: Without effect.
        initializer: Of the variable; None: the scope's.
        regularizer: A function of the variable.
        trainable: Whether it is trainable.
        scope: The name of the scope, or a scope.
        reuse: Whether the variable exists.

    Raises:
        ArgumentError: A size is missing and the variable is not reused.

    Source:
        ``tf.contrib.layers.embed_sequence``.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ArgumentError(
            f"Must specify vocab size and embedding dimension when not reusing. Got vocab_size={vocab_size} and "
            f"embed_dim={embed_dim}",
            user_location(),
        )
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = [vocab_size, embed_dim] if vocab_size and embed_dim else None
        table = get_variable("embeddings", shape, initializer=initializer, regularizer=regularizer, trainable=trainable)
        return embedding_lookup(table, ids)
