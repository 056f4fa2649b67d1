"""Layer normalization inside cells: each gate has its own gain and shift."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.initializers import Constant
from rnn2onnx.tf.layers.contrib import layer_norm
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.variables.variable_scope import get_variable, variable_scope


def normalised(inputs: Tensor, scope: str, gain: Any, shift: Any, dtype: Any = None) -> Tensor:
    """``layer_norm(inputs)`` with the variables ``gamma`` and ``beta``, in this order, of a scope.

    Args:
        inputs: ``[batch, units]``.
        scope: The name of the scope inside the current one.
        gain: The initial value of gamma.
        shift: The initial value of beta.
        dtype: The dtype of both; None: the scope's, which must be that of the inputs.

    Raises:
        ArgumentError: The dtypes of the variables and the inputs differ.
    """
    units = inputs.shape[-1:]
    with variable_scope(scope):
        get_variable("gamma", units, dtype, Constant(gain))
        get_variable("beta", units, dtype, Constant(shift))
    return layer_norm(inputs, reuse=True, scope=scope)
