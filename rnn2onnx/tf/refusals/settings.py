"""Switches of TensorFlow that make no difference to a recorded graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from rnn2onnx import nest
from rnn2onnx.errors import UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.inert import InertOperation, Initialization
from rnn2onnx.tf.recording.tensor import Tensor

__all__ = [
    "ConfigProto",
    "GPUOptions",
    "GraphOptions",
    "OptimizerOptions",
    "RegisterGradient",
    "RunOptions",
    "add_to_collection",
    "add_to_collections",
    "colocate_with",
    "container",
    "control_dependencies",
    "control_flow_v2_enabled",
    "custom_gradient",
    "device",
    "disable_control_flow_v2",
    "disable_eager_execution",
    "disable_resource_variables",
    "disable_tensor_equality",
    "disable_v2_behavior",
    "disable_v2_tensorshape",
    "enable_control_flow_v2",
    "enable_eager_execution",
    "enable_resource_variables",
    "executing_eagerly",
    "function",
    "get_collection",
    "get_collection_ref",
    "get_seed",
    "grad_pass_through",
    "group",
    "init_scope",
    "is_tensor",
    "no_op",
    "resource_variables_enabled",
    "set_random_seed",
]

_F = TypeVar("_F", bound=Callable[..., Any])


class ConfigProto:
    """Options of a session: anything can be set, nothing has an effect. Source: ``tf.ConfigProto``."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.__dict__.update(options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.__dict__[name] = ConfigProto()
        return self.__dict__[name]


class GPUOptions(ConfigProto):
    """Options of a session. Source: ``tf.GPUOptions``."""


class GraphOptions(ConfigProto):
    """Options of a session. Source: ``tf.GraphOptions``."""


class OptimizerOptions(ConfigProto):
    """Options of a session. Source: ``tf.OptimizerOptions``."""

    DEFAULT, OFF, ON_1, ON_2 = 0, -1, 1, 2
    L1, L0 = 0, -1


class RunOptions(ConfigProto):
    """Options of a session's run. Source: ``tf.RunOptions``."""

    NO_TRACE, SOFTWARE_TRACE, HARDWARE_TRACE, FULL_TRACE = 0, 1, 2, 3


def set_random_seed(seed: int | None) -> None:
    """Sets the graph's seed, from which the initial values of variables are drawn. Source: ``tf.set_random_seed``."""
    get_default_graph().seed = None if seed is None else int(seed)


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The graph's seed and that of an operation. Source: ``tf.get_seed``."""
    return get_default_graph().seed, op_seed


def executing_eagerly() -> bool:
    """False: everything is recorded."""
    return False


def enable_eager_execution(*args: Any, **kwargs: Any) -> NoReturn:
    """Always an error: models are recorded.

    Raises:
        UnsupportedError: Here.
    """
    raise UnsupportedError(
        "tf.enable_eager_execution is not part of rnn2onnx, which records graphs: build the model with placeholders in "
        "a tf.Graph and compile it.",
        user_location(),
    )


def _without_effect() -> None:
    """Nothing: recorded code has TensorFlow 1's behaviour."""


disable_control_flow_v2 = _without_effect
disable_eager_execution = _without_effect
disable_resource_variables = _without_effect
disable_tensor_equality = _without_effect
disable_v2_behavior = _without_effect
disable_v2_tensorshape = _without_effect
enable_control_flow_v2 = _without_effect
enable_resource_variables = _without_effect


def resource_variables_enabled() -> bool:
    """False: there is one class of variables."""
    return False


def control_flow_v2_enabled() -> bool:
    """False."""
    return False


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a tensor or variable. Source: ``tf.is_tensor``."""
    return isinstance(x, Tensor)


def no_op(name: str | None = None) -> InertOperation:
    """An operation that does nothing. Source: ``tf.no_op``."""
    return InertOperation("NoOp", name)


def group(*inputs: Any, **kwargs: Any) -> InertOperation:
    """An operation that stands for others. Source: ``tf.group``."""
    given = nest.flatten(inputs)
    if given and all(isinstance(each, Initialization) for each in given):
        return Initialization(kwargs.get("name") or "group_deps")
    return InertOperation("NoOp", kwargs.get("name") or "group_deps")


def device(device_name_or_function: Any) -> Any:
    """Nothing: where operations run is decided when the program runs. Source: ``tf.device``."""
    return get_default_graph().device(device_name_or_function)


def control_dependencies(control_inputs: Any) -> Any:
    """Nothing: no recorded operation has side effects. Source: ``tf.control_dependencies``."""
    return get_default_graph().control_dependencies(control_inputs)


def colocate_with(op: Any, ignore_existing: bool = False) -> Any:
    """Nothing: where operations run is decided when the program runs. Source: ``tf.colocate_with``."""
    return get_default_graph().colocate_with(op, ignore_existing)


@contextmanager
def container(container_name: str) -> Iterator[None]:
    """Nothing: a compiled program keeps no state. Source: ``tf.container``."""
    yield


@contextmanager
def init_scope() -> Iterator[None]:
    """Nothing: there is one graph. Source: ``tf.init_scope``."""
    yield


def add_to_collection(name: str, value: Any) -> None:
    """Appends ``value`` to a collection of the default graph. Source: ``tf.add_to_collection``."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Any, value: Any) -> None:
    """Appends ``value`` to each of some collections. Source: ``tf.add_to_collections``."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key: str, scope: str | None = None) -> list[Any]:
    """A copy of a collection; with ``scope``, what has a name that begins so. Source: ``tf.get_collection``."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key: str) -> list[Any]:
    """The collection itself. Source: ``tf.get_collection_ref``."""
    return get_default_graph().get_collection_ref(key)


class RegisterGradient:
    """Registers nothing: gradients are needed by training only. Source: ``tf.RegisterGradient``."""

    def __init__(self, op_type: str) -> None:
        self.op_type = op_type

    def __call__(self, f: _F) -> _F:
        """``f`` as it is."""
        return f


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function that gives the value that ``f`` gives beside a gradient. Source: ``tf.custom_gradient``."""

    def value(*args: Any, **kwargs: Any) -> Any:
        return f(*args, **kwargs)[0]

    return value


def grad_pass_through(f: _F) -> _F:
    """``f`` as it is: gradients are needed by training only. Source: ``tf.grad_pass_through``."""
    return f


def function(func: Any = None, *args: Any, **kwargs: Any) -> Any:
    """The function itself, which records its operations where it is called. Source: ``tf.function``.

    Python's ``if`` and ``while`` on tensors are not rewritten.
    """
    return (lambda given: given) if func is None else func
