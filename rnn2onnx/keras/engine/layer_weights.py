"""The part of ``Layer`` that makes variables, and keeps what only training uses."""

from __future__ import annotations

from typing import Any, NoReturn

from rnn2onnx.errors import ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import constraints, initializers, regularizers
from rnn2onnx.keras.engine.layer_facts import LayerFacts
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.refusals.training import refuse
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.variables.variable_store import RegularizationLoss, initial_value_of
from rnn2onnx.tf.variables.variables import (
    Variable,
    VariableAggregation,
    VariableSynchronization,
    trainable_with,
)

_WEIGHT_OPTIONS = {"getter", "collections", "experimental_autocast", "caching_device", "layout"}


class LayerWeights(LayerFacts):
    """The part of ``Layer`` that makes variables."""

    def add_weight(
        self,
        name: Any = None,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        partitioner: Any = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        **kwargs: Any,
    ) -> Any:
        """A new variable, named within the open name scopes.

        Args:
            name: Its name in there; None: ``Variable``.
            shape: Ints or Dimensions; None: a scalar.
            dtype: None: the layer's, or float32.
            initializer: An initializer or the name of one; None: Glorot uniform for floats, zeros for others.
            regularizer: A function of the variable.
            trainable: None: True.
            constraint: Kept, without effect.
            partitioner: Without effect: all parts are one variable.
            use_resource: Without effect.
            synchronization: Kept, without effect.
            aggregation: Kept, without effect.
            **kwargs: ``collections`` it is listed in; ``getter``, called in place of making it; others without effect.

        Raises:
            ArgumentTypeError: An option that no variable has.
            ArgumentError: A length of the shape is not known.
        """
        if name is not None and not isinstance(name, str) and (shape is None or isinstance(shape, str)):
            # The order of Keras 1, where the shape came first.
            name, shape = (shape if isinstance(shape, str) else None), name
        unknown = sorted(set(kwargs) - _WEIGHT_OPTIONS)
        if unknown:
            raise ArgumentTypeError(f"Unknown keyword argument: {', '.join(unknown)}", user_location())
        wanted = as_dtype(dtype or self.dtype).base_dtype
        lengths = TensorShape(() if shape is None else shape)
        listed = trainable_with(synchronization, trainable, name)
        regularizer = regularizers.get(regularizer)
        if "getter" in kwargs:
            variable = kwargs["getter"](
                name=name, shape=lengths, dtype=wanted, initializer=initializers.get(initializer), trainable=listed
            )
        else:
            variable = Variable(
                initial_value_of(name or "Variable", lengths, wanted, initializers.get(initializer)),
                trainable=listed,
                collections=kwargs.get("collections"),
                name=name,
                dtype=wanted,
                constraint=constraints.get(constraint),
                synchronization=synchronization,
                aggregation=aggregation,
                shape=lengths,
            )
        if regularizer is not None:
            self._losses.append(RegularizationLoss(regularizer, variable, variable.op.name))
        (self._trainable_weights if listed else self._non_trainable_weights).append(variable)
        return variable

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """The old name of ``add_weight``."""
        return self.add_weight(*args, **kwargs)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Lists losses, which only training uses."""
        self._losses.extend(losses if isinstance(losses, list | tuple) else [losses])

    def add_metric(self, value: Any, name: Any = None, aggregation: Any = None) -> None:
        """Nothing: metrics are for training."""

    def add_update(self, updates: Any, inputs: Any = None) -> NoReturn:
        """Always an error: no compiled program changes its variables."""
        raise refuse("Layer.add_update")
