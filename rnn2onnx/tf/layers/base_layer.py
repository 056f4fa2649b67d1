"""``tf.layers.Layer``: an object that makes its variables once, in a scope of its own, and is then called."""

from __future__ import annotations

import copy
import inspect
import re
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.tf import initializers
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.layers.input_spec import InputSpec, check_inputs
from rnn2onnx.tf.layers.layer_counts import count_layer
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import Graph, GraphKeys, get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.refusals.training import refuse
from rnn2onnx.tf.shapes.shape import TensorShape
from rnn2onnx.tf.variables.variable_scope import VariableScope, get_variable, variable_scope
from rnn2onnx.tf.variables.variable_store import RegularizationLoss, no_regularizer
from rnn2onnx.tf.variables.variables import VariableAggregation, VariableSynchronization, trainable_with

__all__ = ["InputSpec", "Layer", "to_snake_case"]

_KERAS_OPTIONS = {
    "activity_regularizer",
    "autocast",
    "batch_input_shape",
    "batch_size",
    "dynamic",
    "implementation",
    "input_dim",
    "input_shape",
    "weights",
}


class Layer:
    """What has variables and is called with tensors: subclasses define ``build`` and ``call``.

    The first call opens a variable scope named after the class (or ``name``, or ``scope``), calls ``build`` with the
    shapes of the inputs, and then ``call``; later calls reuse the variables.

    Args:
        trainable: Whether its variables are trainable.
        name: The name of its scope; None: the class name in snake case, made unique. A VariableScope is opened again.
        dtype: The dtype of its variables; None: that of the first input.
        **kwargs: ``_scope``, the scope it opens now instead of in the first call; ``_reuse``, whether its variables
            may exist; and Keras's options, which are kept without effect.

    Attributes:
        trainable: What was given.
        built: Whether ``build`` was called.
        input_spec: An InputSpec or a nest of them, checked in every call; None: anything goes.

    Raises:
        ArgumentTypeError: An option that no layer has.

    Source:
        ``tf.layers.Layer``, whose variables are named by variable scopes.
    """

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        scope = kwargs.pop("_scope", None)
        self._reuse = kwargs.pop("_reuse", None)
        unknown = sorted(set(kwargs) - _KERAS_OPTIONS)
        if unknown:
            raise ArgumentTypeError(
                f"Keyword argument not understood: {', '.join(unknown)}, given to {type(self).__name__}.",
                user_location(),
            )
        self.trainable = trainable
        self.built = False
        self.input_spec: Any = None
        self.stateful = False
        self.supports_masking = False
        self._dtype = None if dtype is None else as_dtype(dtype).base_dtype.name
        self._trainable_weights: list[Any] = []
        self._non_trainable_weights: list[Any] = []
        self._losses: list[Any] = []
        self._updates: list[Any] = []
        self._building = False
        self._name, self._base_name = _names(type(self).__name__, name)
        self._scope: VariableScope | None = None
        self._current_scope: VariableScope | None = None
        if scope:
            with variable_scope(scope) as captured:
                self._scope = captured

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if "_base_name" in self.__dict__ or name.startswith("__") or hasattr(type(self), name):
                # Python also asks here when a property raises; asking once more gives the property's own error.
                return object.__getattribute__(self, name)
            raise UnsupportedError(
                f"{type(self).__name__!r} object has no attribute {name!r}: its __init__ did not call "
                "super().__init__(), which makes it a layer. Call it first thing.",
                user_location(),
            )

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name; not that of its scope, which is known from the first call on."""
        return self._name

    @property
    def dtype(self) -> str | None:
        """The name of its variables' dtype; None before it is known."""
        return self._dtype

    def keep_name(self) -> None:
        """Takes the name that it made for itself as one it was given, as a layer made from a configuration does."""
        self._base_name = self._name

    @property
    def scope_name(self) -> str:
        """The full name of its variable scope.

        Raises:
            ArgumentError: It was not called yet, so it has none.
        """
        if self._scope is None:
            raise ArgumentError(
                f'No name available for layer scope because the layer "{self._name}" has not been used yet. '
                "Call it first.",
                user_location(),
            )
        return self._scope.name

    @property
    def graph(self) -> Graph:
        """The default graph."""
        return get_default_graph()

    @property
    def trainable_weights(self) -> list[Any]:
        """Its trainable variables, in order of creation; none if it is not trainable."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Its other variables."""
        if self.trainable:
            return list(self._non_trainable_weights)
        return [*self._trainable_weights, *self._non_trainable_weights]

    @property
    def weights(self) -> list[Any]:
        """All its variables, the trainable ones first."""
        return [*self.trainable_weights, *self.non_trainable_weights]

    @property
    def variables(self) -> list[Any]:
        """All its variables, the trainable ones first."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Any]:
        """Its trainable variables."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Any]:
        """Its other variables."""
        return self.non_trainable_weights

    @property
    def losses(self) -> list[Any]:
        """What its regularizers give."""
        return list(self._losses)

    @property
    def updates(self) -> list[Any]:
        """Nothing: no call of a layer changes a variable."""
        return list(self._updates)

    def count_params(self) -> int:
        """The number of elements of all its variables.

        Raises:
            ArgumentError: It was not built yet.
        """
        if not self.built:
            raise ArgumentError(
                f"You tried to call `count_params` on layer {self._name}, but the layer isn't built. Call it first.",
                user_location(),
            )
        return sum(int(variable.shape.num_elements()) for variable in self.weights)

    def get_weights(self) -> NoReturn:
        """Always an error: weights are in the file they come from."""
        raise refuse("Layer.get_weights")

    def set_weights(self, weights: Any) -> NoReturn:
        """Always an error: weights are given to ``rnn2onnx.compile``."""
        raise refuse("Layer.set_weights")

    # -- what subclasses define -------------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of these shapes; subclasses that have any define it."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """What the layer computes; subclasses define it."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output; subclasses define it where they can tell.

        Raises:
            ArgumentError: This one did not.
        """
        raise ArgumentError(
            f"{type(self).__name__} has no compute_output_shape. Look at the shape of what a call gives.",
            user_location(),
        )

    # -- variables --------------------------------------------------------------------------------------------------

    def add_weight(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> Any:
        """A variable in the layer's scope, made or found.

        Args:
            name: Its name in the scope.
            shape: Ints or Dimensions; None: a scalar.
            dtype: None: the layer's, or float32.
            initializer: An initializer or the Keras name of one; None: the scope's, or Glorot uniform for floats.
            regularizer: A function of the variable.
            trainable: None: True. A layer that is not trainable has no trainable variables.
            constraint: Kept, without effect.
            use_resource: Without effect.
            synchronization: Kept, without effect.
            aggregation: Kept, without effect.
            partitioner: Without effect: all parts are one variable.
            **kwargs: ``experimental_autocast``, ``collections``, ``caching_device`` and ``getter``.

        Raises:
            ArgumentError: It may not be made or found; see ``tf.get_variable``.
        """
        unknown = sorted(set(kwargs) - {"experimental_autocast", "collections", "caching_device", "getter"})
        if unknown:
            raise ArgumentTypeError(f"Unknown keyword argument: {', '.join(unknown)}", user_location())
        listed = trainable_with(synchronization, trainable, name) and self.trainable
        known = set(get_default_graph().variables)
        wanted = as_dtype(dtype or self._dtype or "float32").base_dtype
        self._dtype = self._dtype or wanted.name
        self._set_scope(None)
        # While the first call runs, variables may still be made, in build and in call alike.
        reuse = (self.built and not self._building) or self._reuse
        assert self._scope is not None
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with get_default_graph().name_scope(scope.original_name_scope):
                variable = (kwargs.get("getter") or get_variable)(
                    name,
                    shape=() if shape is None else shape,
                    dtype=wanted,
                    initializer=initializers.get(scope.initializer if initializer is None else initializer),
                    # The scope's regularizer must not add to what this one gives.
                    regularizer=no_regularizer if regularizer else None,
                    trainable=listed,
                    collections=kwargs.get("collections"),
                    constraint=constraint,
                    partitioner=partitioner,
                )
        if regularizer and variable.op.name not in known:
            self.add_loss(RegularizationLoss(regularizer, variable, variable.op.name))
        # A custom getter may have made a variable that is not trainable after all.
        self._track(variable, listed and variable.trainable)
        return variable

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """The old name of ``add_weight``."""
        return self.add_weight(*args, **kwargs)

    def _track(self, variable: Any, trainable: bool) -> None:
        if all(variable is not own for own in (*self._trainable_weights, *self._non_trainable_weights)):
            (self._trainable_weights if trainable else self._non_trainable_weights).append(variable)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Lists losses, as the layer's and in the collection REGULARIZATION_LOSSES."""
        for loss in losses if isinstance(losses, list | tuple) else [losses]:
            self._losses.append(loss)
            get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    def add_update(self, updates: Any, inputs: Any = None) -> NoReturn:
        """Always an error: no compiled program changes its variables."""
        raise refuse("Layer.add_update")

    def get_losses_for(self, inputs: Any) -> list[Any]:
        """What its regularizers give."""
        return self.losses

    def get_updates_for(self, inputs: Any) -> list[Any]:
        """Nothing: no call of a layer changes a variable."""
        return self.updates

    # -- calls ------------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """What ``call`` gives in the layer's scope, after ``build`` in the first call.

        Args:
            inputs: A tensor or a nest of tensors; arrays and numbers become constants.
            *args: Further arguments of ``call``.
            **kwargs: As ``args``; ``scope`` is the variable scope to open in the first call instead of the layer's own.

        Raises:
            ArgumentError: The inputs are not what ``input_spec`` says; or ``call`` gave None.
        """
        self._set_scope(kwargs.pop("scope", None))
        assert self._scope is not None
        reuse = True if self.built else self._reuse
        first = not self.built
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            if _takes_scope(self.call):
                kwargs["scope"] = scope
            with get_default_graph().name_scope(scope.original_name_scope):
                inputs = nest.map_structure(_tensor_of_number, inputs)
                check_inputs(self.input_spec, inputs, self._name)
                self._building = first
                try:
                    if first:
                        self._build(inputs)
                    outputs = self.call(inputs, *args, **kwargs)
                finally:
                    self._building = False
        if outputs is None:
            raise ArgumentError(
                f"A layer's `call` method should return a Tensor or a list of Tensors, not None (layer: {self._name}).",
                user_location(),
            )
        return outputs

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        """The same as a call."""
        return self(*args, **kwargs)

    def _build(self, inputs: Any) -> None:
        leaves = nest.flatten(inputs)
        if self._dtype is None and leaves and isinstance(leaves[0], Tensor):
            self._dtype = leaves[0].dtype.base_dtype.name
        shapes = nest.map_structure(lambda leaf: leaf.shape if hasattr(leaf, "shape") else TensorShape(None), inputs)
        self.build(shapes)
        self.built = True

    def _set_scope(self, scope: Any) -> None:
        if self._scope is not None:
            return
        if self._reuse:
            with variable_scope(self._base_name if scope is None else scope) as captured:
                self._scope = captured
        else:
            with variable_scope(scope, default_name=self._base_name) as captured:
                self._scope = captured

    def __deepcopy__(self, memo: dict[int, Any]) -> Layer:
        """A layer of its own with the same variables, if it has made any."""
        result = type(self).__new__(type(self))
        memo[id(self)] = result
        for key, value in self.__dict__.items():
            result.__dict__[key] = _copied(value, memo)
        return result


def to_snake_case(name: str) -> str:
    """A class name as TensorFlow makes a scope's name of it: ``BasicLSTMCell`` is ``basic_lstm_cell``."""
    words = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
    return f"private{snake}" if snake.startswith("_") else snake


def _names(class_name: str, given: Any) -> tuple[str, str]:
    """The name of a layer, and that of its scope before it is made unique."""
    if given and not isinstance(given, VariableScope):
        return given, given
    own = to_snake_case(class_name)
    return f"{own}_{count_layer(own)}", given.name if given else own


def _takes_scope(call: Any) -> bool:
    try:
        return "scope" in inspect.signature(call).parameters
    except (TypeError, ValueError):
        return False


def _tensor_of_number(leaf: Any) -> Any:
    return convert_to_tensor(leaf) if isinstance(leaf, np.ndarray | np.generic | float | int) else leaf


def _copied(value: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, Tensor | VariableScope | Graph):
        return value
    if isinstance(value, list):
        return [_copied(item, memo) for item in value]
    if type(value) is tuple:
        return tuple(_copied(item, memo) for item in value)
    if isinstance(value, dict):
        return {key: _copied(item, memo) for key, item in value.items()}
    return copy.deepcopy(value, memo)
