"""Variables: values that the weights file gives, and the collections they are listed in."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from rnn2onnx.errors import ArgumentError, ArgumentTypeError, TrainingError, UnsupportedError
from rnn2onnx.ir import Type, user_location
from rnn2onnx.tf import dtypes
from rnn2onnx.tf.dtypes import DType
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import GraphKeys, get_default_graph
from rnn2onnx.tf.recording.inert import InertOperation, Initialization
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.recording.unlearned import changed
from rnn2onnx.tf.refusals.training import refuse
from rnn2onnx.tf.shapes.shape import TensorShape, as_shape

__all__ = [
    "DeferredValue",
    "Variable",
    "VariableAggregation",
    "VariableSynchronization",
    "all_variables",
    "assert_variables_initialized",
    "assign",
    "assign_add",
    "assign_sub",
    "global_variables",
    "global_variables_initializer",
    "initialize_all_variables",
    "initialize_local_variables",
    "initialize_variables",
    "is_variable_initialized",
    "local_variables",
    "local_variables_initializer",
    "model_variables",
    "moving_average_variables",
    "report_uninitialized_variables",
    "tables_initializer",
    "trainable_variables",
    "variables_initializer",
]


class VariableSynchronization(enum.Enum):
    """When replicas of a variable agree; kept, without effect. Source: ``tf.VariableSynchronization``."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How replicas of a variable are joined; kept, without effect. Source: ``tf.VariableAggregation``."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


class DeferredValue:
    """An initial value of known shape and dtype that is made when somebody asks for it.

    Attributes:
        shape: The variable's shape.
        dtype: The variable's dtype.
        make: Gives the value: an array or a tensor. Its argument is a seed for what is drawn.
    """

    def __init__(self, shape: TensorShape, dtype: DType, make: Callable[[int], Any]) -> None:
        self.shape = shape
        self.dtype = dtype
        self.make = make


class Variable(Tensor):
    """A value that is known before the program runs: given as a weight, or its seeded initial value.

    Args:
        initial_value: A number, array, list or tensor, or a function without arguments that gives one.
        trainable: Whether it is listed in ``tf.trainable_variables()``; None: True.
        collections: The collections it is listed in; None: the global variables.
        validate_shape: Kept; the shape must be known either way.
        caching_device: Without effect.
        name: Made unique within the open name scope; None: ``Variable``.
        variable_def: Refused: variables are not read from protocol buffers.
        dtype: What the initial value is converted to; None: its own dtype.
        expected_shape: Without effect, as in TensorFlow.
        import_scope: Without effect without ``variable_def``.
        constraint: Kept, without effect.
        use_resource: Without effect.
        synchronization: Kept, without effect; ON_READ makes ``trainable`` False.
        aggregation: Kept, without effect.
        shape: The shape, where the initial value's must agree with it.

    Attributes:
        trainable: Whether it is listed as trainable.
        constraint: What was given as such.

    Raises:
        ArgumentError: No initial value was given, or one whose shape is not fully known.
        ArgumentTypeError: ``collections`` is one string.

    Source:
        ``tf.Variable`` without resource variables.
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: str | None = None,
        constraint: Any = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        shape: Any = None,
    ) -> None:
        if variable_def is not None:
            raise UnsupportedError(
                "A Variable from a variable_def is not supported: record the model's code and give its weights to "
                "rnn2onnx.compile.",
                user_location(),
            )
        if initial_value is None:
            raise ArgumentError("initial_value must be specified: a variable's shape comes from it.", user_location())
        self.trainable = trainable_with(synchronization, trainable, name)
        self.constraint = constraint
        self.synchronization = synchronization
        self.aggregation = aggregation
        listed = _collections(collections, self.trainable)

        graph = get_default_graph()
        with graph.name_scope(name or "Variable") as scope:
            full = scope[:-1]
            self._initial: DeferredValue | Tensor = _initial(initial_value, dtype, full)
            known = _known_shape(self._initial, shape, full)
            value = graph.builder.emit("variable", (), names=[full], name=full, type=_type(self._initial, known, full))
        super().__init__(value[0], graph, full)
        graph.variables[full] = self
        graph.add_to_collections(listed, self)

    # -- what it holds ------------------------------------------------------------------------------------------------

    @property
    def initial_value(self) -> Tensor:
        """The value it holds where no weights are given."""
        if isinstance(self._initial, Tensor):
            return self._initial
        return convert_to_tensor(self.draw(), self._initial.dtype)

    def draw(self) -> Any:
        """The array or tensor of its initial value; what is random follows from its name and the graph's seed."""
        if isinstance(self._initial, Tensor):
            return self._initial
        return self._initial.make(self._seed())

    def start_with(self, value: Any) -> None:
        """Makes an array what it holds where no weights are given.

        Raises:
            ShapeError: It is of another shape.
        """
        array = np.asarray(value, self.recorded.type.dtype)
        self.shape.assert_is_compatible_with(array.shape)
        self._initial = DeferredValue(self.shape, self.dtype, lambda seed: array)

    def _seed(self) -> int:
        # By name and not by order of creation, so that a part of a model starts as it does in the whole one.
        return zlib.crc32(self.op.name.encode(), (self.graph.seed or 0) & 0xFFFFFFFF)

    @property
    def initializer(self) -> InertOperation:
        """What a session would run to initialize it."""
        with self.graph.as_default():
            return InertOperation("Assign", f"{self.op.name}/Assign")

    def value(self) -> Tensor:
        """Its value as a plain tensor."""
        return Tensor(self.recorded, get_default_graph(), f"{self.op.name}/read")

    def read_value(self) -> Tensor:
        """Its value as a plain tensor."""
        return self.value()

    def initialized_value(self) -> Tensor:
        """Its value as a plain tensor; in a compiled program every variable has one."""
        return self.read_value()

    def _ref(self) -> Variable:
        return self

    @property
    def caching_device(self) -> None:
        """Nothing: where values live is decided when the program runs."""
        return None

    def __bool__(self) -> bool:
        # As in TensorFlow, ``if bias:`` asks whether there is a variable, where a tensor is refused.
        return True

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    # -- what would change it -----------------------------------------------------------------------------------------

    def _refused(self, call: str) -> TrainingError:
        return refuse(f"Variable.{call}, which changes {self.op.name!r} while the program runs,")

    def _change(self, call: str) -> Any:
        if self.graph.keeps_training:
            return changed(self, _CHANGES[call])
        raise self._refused(call)

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        """An error: no compiled program changes its variables."""
        return self._change("assign")

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """An error: no compiled program changes its variables."""
        return self._change("assign_add")

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """An error: no compiled program changes its variables."""
        return self._change("assign_sub")

    def scatter_update(self, *args: Any, **kwargs: Any) -> Any:
        """An error: no compiled program changes its variables."""
        return self._change("scatter_update")

    def scatter_add(self, *args: Any, **kwargs: Any) -> Any:
        """An error: no compiled program changes its variables."""
        return self._change("scatter_add")

    def scatter_sub(self, *args: Any, **kwargs: Any) -> Any:
        """An error: no compiled program changes its variables."""
        return self._change("scatter_sub")

    def count_up_to(self, limit: int) -> NoReturn:
        """Always an error: no compiled program changes its variables."""
        raise self._refused("count_up_to")

    def load(self, value: Any, session: Any = None) -> NoReturn:
        """Always an error: weights are given to ``rnn2onnx.compile``."""
        raise self._refused("load")


def trainable_with(synchronization: VariableSynchronization, trainable: bool | None, name: str | None) -> bool:
    """Whether a variable is trainable: what was said, or what its synchronization asks for.

    Raises:
        ArgumentError: It was said to be trainable and to be synchronized on read.
    """
    if synchronization is VariableSynchronization.ON_READ:
        if trainable:
            raise ArgumentError(
                f"Variable {name!r} was given trainable=True and synchronization=ON_READ, which only variables that "
                "are not trainable can have. Leave one of them out.",
                user_location(),
            )
        return False
    return True if trainable is None else bool(trainable)


def _collections(collections: Any, trainable: bool) -> list[str]:
    if collections is None:
        collections = [GraphKeys.GLOBAL_VARIABLES]
    if not isinstance(collections, list | tuple | set):
        raise ArgumentTypeError(
            f"collections argument to Variable constructor must be a list, tuple, or set. Got {collections} of type "
            f"{type(collections)}",
            user_location(),
        )
    listed = list(collections)
    if trainable and GraphKeys.TRAINABLE_VARIABLES not in listed:
        listed.append(GraphKeys.TRAINABLE_VARIABLES)
    return listed


def _initial(given: Any, dtype: Any, name: str) -> DeferredValue | Tensor:
    if isinstance(given, DeferredValue):
        return given
    with get_default_graph().name_scope("Initializer"):
        return convert_to_tensor(given() if callable(given) else given, dtype, "initial_value")


def _known_shape(initial: DeferredValue | Tensor, shape: Any, name: str) -> tuple[int, ...]:
    found = initial.shape
    if shape is not None:
        wanted = as_shape(shape)
        if not found.is_compatible_with(wanted):
            raise ArgumentError(
                f"The initial value's shape ({found}) is not compatible with the explicitly supplied `shape` argument "
                f"({wanted}) of variable {name!r}.",
                user_location(),
            )
        found = found.merge_with(wanted)
    lengths = found.as_list()
    known = tuple(length for length in lengths if length is not None)
    if len(known) != len(lengths):
        raise ArgumentError(
            f"initial_value must have a shape specified: variable {name!r} was given {found}. Every length of a "
            "variable must be known while the graph is recorded.",
            user_location(),
        )
    return known


def _type(initial: DeferredValue | Tensor, shape: tuple[int, ...], name: str) -> Type:
    if initial.dtype is dtypes.string:
        raise UnsupportedError(
            f"Variable {name!r} would hold strings. Only numbers and booleans can be weights of a compiled program.",
            user_location(),
        )
    return Type(np.dtype(dtypes.numpy_dtype(initial.dtype)), shape)


# -- collections of variables -----------------------------------------------------------------------------------------


def global_variables(scope: str | None = None) -> list[Any]:
    """The variables of the default graph, in order of creation; with ``scope``, those whose names begin with it."""
    return get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def all_variables() -> list[Any]:
    """The old name of ``global_variables``."""
    return global_variables()


def local_variables(scope: str | None = None) -> list[Any]:
    """The local variables of the default graph."""
    return get_default_graph().get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Any]:
    """The variables that ``tf.contrib.layers`` listed as the model's."""
    return get_default_graph().get_collection(GraphKeys.MODEL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Any]:
    """The trainable variables of the default graph, in order of creation."""
    return get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list[Any]:
    """Variables listed as having moving averages."""
    return get_default_graph().get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


# -- initialization, which nothing runs -------------------------------------------------------------------------------


def variables_initializer(var_list: Any, name: str = "init") -> Initialization:
    """What a session would run to initialize some variables."""
    return Initialization(name)


def global_variables_initializer() -> Initialization:
    """What a session would run to initialize the global variables."""
    return variables_initializer(global_variables())


def local_variables_initializer() -> Initialization:
    """What a session would run to initialize the local variables."""
    return variables_initializer(local_variables())


def tables_initializer(name: str = "init_all_tables") -> Initialization:
    """What a session would run to initialize lookup tables."""
    return Initialization(name)


initialize_variables = variables_initializer
initialize_all_variables = global_variables_initializer
initialize_local_variables = local_variables_initializer


def is_variable_initialized(variable: Any) -> NoReturn:
    """Always an error: it asks for the state of a session."""
    raise refuse("tf.is_variable_initialized")


def report_uninitialized_variables(var_list: Any = None, name: str = "report_uninitialized_variables") -> NoReturn:
    """Always an error: it asks for the state of a session."""
    raise refuse("tf.report_uninitialized_variables")


def assert_variables_initialized(var_list: Any = None) -> NoReturn:
    """Always an error: it asks for the state of a session."""
    raise refuse("tf.assert_variables_initialized")


_CHANGES = {
    "assign": "Assign",
    "assign_add": "AssignAdd",
    "assign_sub": "AssignSub",
    "scatter_add": "ScatterAdd",
    "scatter_sub": "ScatterSub",
    "scatter_update": "ScatterUpdate",
}


def assign(
    ref: Any, value: Any, validate_shape: bool | None = None, use_locking: bool | None = None, name: str | None = None
) -> Any:
    """An error: no compiled program changes its variables."""
    return _changed(ref, "assign")


def assign_add(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Any:
    """An error: no compiled program changes its variables."""
    return _changed(ref, "assign_add")


def assign_sub(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Any:
    """An error: no compiled program changes its variables."""
    return _changed(ref, "assign_sub")


def _changed(ref: Any, call: str) -> Any:
    if get_default_graph().keeps_training:
        return changed(ref, _CHANGES[call])
    raise refuse(f"tf.{call}")
