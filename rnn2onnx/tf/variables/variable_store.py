"""The variables of ``tf.get_variable`` by their full names: found, or made, as the reuse mode asks."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import DType, as_dtype, numpy_dtype
from rnn2onnx.tf.initializers import GlorotUniform, Zeros, is_drawn
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import Graph, GraphKeys, get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.shape import TensorShape, as_shape
from rnn2onnx.tf.variables.variables import (
    DeferredValue,
    Variable,
    VariableAggregation,
    VariableSynchronization,
    trainable_with,
)


class _ReuseMode(enum.Enum):
    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE
"""Variables that exist are reused, others are made. Source: ``tf.AUTO_REUSE``."""


def no_regularizer(_: Any) -> None:
    """Nothing: given to a scope, it replaces the regularizer of the scope outside. Source: ``tf.no_regularizer``."""


class RegularizationLoss(Tensor):
    """What a regularizer gives for a variable; computed where it is used, so a model that asks for none has none."""

    def __init__(self, regularizer: Callable[[Any], Any], variable: Tensor, name: str) -> None:
        self.graph = variable.graph
        self._regularizer = regularizer
        self._variable = variable
        self._name = f"{name}/Regularizer"

    def __getattr__(self, attribute: str) -> Any:
        if attribute != "recorded":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {attribute!r}")
        loss = self._regularizer(self._variable)
        return convert_to_tensor(0.0 if loss is None else loss).recorded


class VariableStore:
    """The variables of one graph that ``tf.get_variable`` made.

    Attributes:
        graph: The graph; its ``variable_store`` holds them by full name.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def get_variable(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = "float32",
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        custom_getter: Any = None,
        constraint: Any = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
    ) -> Any:
        """The variable of a full name, through the custom getter if there is one.

        Raises:
            ArgumentError: It exists and may not be reused; it doesn't and must; it is of another shape or dtype; a new
                one's shape is not known.
        """
        if custom_getter is not None and not callable(custom_getter):
            raise ArgumentError(f"Passed a custom_getter which is not callable: {custom_getter}", user_location())
        options: dict[str, Any] = {
            "name": name,
            "shape": shape,
            "dtype": dtype,
            "initializer": initializer,
            "regularizer": regularizer,
            "reuse": reuse,
            "trainable": trainable_with(synchronization, trainable, name),
            "collections": collections,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "validate_shape": validate_shape,
            "use_resource": use_resource,
            "synchronization": synchronization,
            "aggregation": aggregation,
        }
        if custom_getter is None:
            return self._true_getter(**options, constraint=constraint)
        if _takes(custom_getter, "constraint", or_any=True):
            options["constraint"] = constraint
        return custom_getter(getter=self._true_getter, **options)

    def _true_getter(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = "float32",
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        constraint: Any = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
    ) -> Any:
        # A partitioned variable is one variable here: checkpoints store its parts under the whole one's name.
        if shape is not None and initializer is not None and not callable(initializer):
            raise ArgumentError(
                f"If initializer is a constant, do not specify shape. Variable {name!r} has both.", user_location()
            )
        wanted_dtype = as_dtype(dtype).base_dtype
        wanted = None if shape is None else as_shape(shape)
        if name in self.graph.variable_store:
            return self._existing(name, wanted, wanted_dtype, reuse)
        if reuse is True:
            raise ArgumentError(
                f"Variable {name} does not exist, or was not created with tf.get_variable(). Did you mean to set "
                f"reuse=tf.AUTO_REUSE in VarScope? {self._names()}",
                user_location(),
            )
        variable = Variable(
            initial_value_of(name, wanted, wanted_dtype, initializer),
            trainable=trainable,
            collections=collections,
            name=name,
            constraint=constraint,
            synchronization=synchronization,
            aggregation=aggregation,
            shape=wanted,
        )
        self.graph.variable_store[name] = variable
        if regularizer and regularizer is not no_regularizer:
            self.graph.add_to_collection(
                GraphKeys.REGULARIZATION_LOSSES, RegularizationLoss(regularizer, variable, name)
            )
        return variable

    def _existing(self, name: str, shape: TensorShape | None, dtype: DType, reuse: Any) -> Any:
        found = self.graph.variable_store[name]
        if reuse is False:
            made = found.recorded.op.location
            raise ArgumentError(
                f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in "
                f"VarScope?{f' It was made at {made[0]}:{made[1]}.' if made else ''}",
                user_location(),
            )
        if shape is not None and not shape.is_compatible_with(found.shape):
            raise ArgumentError(
                f"Trying to share variable {name}, but specified shape {shape} and found shape {found.shape}.",
                user_location(),
            )
        if dtype != found.dtype:
            raise ArgumentError(
                f"Trying to share variable {name}, but specified dtype {dtype.name} and found dtype "
                f"{found.dtype.name}.",
                user_location(),
            )
        return found

    def _names(self) -> str:
        names = list(self.graph.variable_store)
        return (
            f"There are: {', '.join(names[:20])}{', …' if len(names) > 20 else ''}." if names else "There are none yet."
        )


def default_store() -> VariableStore:
    """The store of the default graph."""
    return VariableStore(get_default_graph())


def initial_value_of(name: str, shape: TensorShape | None, dtype: DType, initializer: Any) -> Any:
    """What a variable of some shape and dtype starts with, for ``Variable``: drawn when somebody asks for it.

    Args:
        name: For the message.
        shape: None: that of the initializer's value.
        dtype: Of the variable.
        initializer: A value, a function of the shape or without arguments, or a class of such; None: Glorot uniform.

    Raises:
        ArgumentError: The shape is not known.
    """
    if initializer is None:
        if shape is None:
            raise ArgumentError(
                f"Variable {name} did not get an initializer, so its `shape` argument must be specified.",
                user_location(),
            )
        initializer = GlorotUniform() if dtype.is_floating else Zeros()
    if not callable(initializer):
        return initializer
    if inspect.isclass(initializer):
        initializer = initializer()
    if shape is not None and shape.is_fully_defined():
        return DeferredValue(shape, dtype, _drawing(initializer, shape.as_list(), dtype))
    if not _needs_arguments(initializer):
        return initializer
    raise ArgumentError(
        f"The initializer of variable {name!r} is called with a shape, but its shape is {shape}. Give a shape without "
        "unknown lengths, or as initializer a value or a function without arguments.",
        user_location(),
    )


def _drawing(initializer: Any, shape: Sequence[int | None], dtype: DType) -> Callable[[int], Any]:
    if is_drawn(initializer):
        return lambda seed: initializer.numpy(tuple(shape), numpy_dtype(dtype), seed)
    if _takes(initializer, "partition_info"):
        return lambda seed: initializer(list(shape), dtype=dtype, partition_info=None)
    return lambda seed: initializer(list(shape), dtype=dtype)


def _parameters(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def _takes(function: Any, name: str, *, or_any: bool = False) -> bool:
    return any(
        parameter.name == name or (or_any and parameter.kind is inspect.Parameter.VAR_KEYWORD)
        for parameter in _parameters(function)
    )


def _needs_arguments(function: Any) -> bool:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(
        parameter.default is inspect.Parameter.empty and parameter.kind not in variadic
        for parameter in _parameters(function)
    )
