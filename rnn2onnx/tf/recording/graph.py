"""The graph that TF1 code records into, and which graph is the default one."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import Array, Builder, user_location
from rnn2onnx.ir import Graph as Program
from rnn2onnx.tf.recording.operators import operate

if TYPE_CHECKING:
    from rnn2onnx.tf.recording.tensor import Tensor
    from rnn2onnx.tf.variables.variables import Variable
    from rnn2onnx.weights import Given


class GraphKeys:
    """The names of a graph's standard collections. Source: ``tf.GraphKeys``."""

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    MODEL_VARIABLES = "model_variables"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    REGULARIZATION_LOSSES = "regularization_losses"
    LOSSES = "losses"
    UPDATE_OPS = "update_ops"
    SUMMARIES = "summaries"
    WEIGHTS = "weights"
    BIASES = "biases"
    ACTIVATIONS = "activations"
    GLOBAL_STEP = "global_step"
    TABLE_INITIALIZERS = "table_initializer"
    INIT_OP = "init_op"
    TRAIN_OP = "train_op"
    ASSET_FILEPATHS = "asset_filepaths"
    CONCATENATED_VARIABLES = "concatenated_variables"
    COND_CONTEXT = "cond_context"
    EVAL_STEP = "eval_step"
    LOCAL_INIT_OP = "local_init_op"
    LOCAL_RESOURCES = "local_resources"
    METRIC_VARIABLES = "metric_variables"
    QUEUE_RUNNERS = "queue_runners"
    READY_FOR_LOCAL_INIT_OP = "ready_for_local_init_op"
    READY_OP = "ready_op"
    RESOURCES = "resources"
    SAVEABLE_OBJECTS = "saveable_objects"
    SAVERS = "savers"
    SUMMARY_OP = "summary_op"
    TRAINABLE_RESOURCE_VARIABLES = "trainable_resource_variables"
    VARIABLES = "variables"
    WHILE_CONTEXT = "while_context"


class Graph:
    """A program being recorded. Source: ``tf.Graph``.

    Attributes:
        builder: What it is recorded into.
        placeholders: The inputs, by name.
        variables: Every variable, by name, in order of creation.
        seed: The graph's seed of random initial values.
    """

    def __init__(self) -> None:
        self.builder = Builder()
        self.placeholders: dict[str, Tensor] = {}
        self.variables: dict[str, Variable] = {}
        self.seed: int | None = None
        # Whether what changes a variable may be made, as files that are loaded as they stand do beside their model.
        self.keeps_training = False
        self.variable_store: dict[str, Any] = {}
        self._collections: dict[str, list[Any]] = {}
        self._names: dict[str, int] = {}
        self._scope = ""

    @contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Makes this the graph that calls record into, inside the ``with``."""
        _STACK.graphs.append(self)
        try:
            yield self
        finally:
            _STACK.graphs.remove(self)

    # -- names ------------------------------------------------------------------------------------------------------

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """``name`` within the open name scope, with ``_1``, ``_2``… behind it if it is taken."""
        full = f"{self._scope}/{name}" if self._scope else name
        key = full.lower()
        count = self._names.get(key, 0)
        if mark_as_used:
            self._names[key] = count + 1
        if not count:
            return full
        unique = f"{full}_{count}"
        while unique.lower() in self._names:
            count += 1
            unique = f"{full}_{count}"
        if mark_as_used:
            self._names[key] = count + 1
            self._names[unique.lower()] = 1
        return unique

    @contextmanager
    def name_scope(self, name: str | None) -> Iterator[str]:
        """Puts ``name`` before the names of what is recorded inside; a name ending in ``/`` is taken as it is.

        Raises:
            ArgumentError: TensorFlow allows no such name.
        """
        _check_scope(name, root=not self._scope)
        before = self._scope
        if not name:
            self._scope = ""
        elif name.endswith("/"):
            self._scope = name[:-1]
        else:
            self._scope = self.unique_name(name)
        try:
            yield f"{self._scope}/" if self._scope else ""
        finally:
            self._scope = before

    def get_name_scope(self) -> str:
        """The open name scope."""
        return self._scope

    # -- collections ------------------------------------------------------------------------------------------------

    def add_to_collection(self, name: str, value: Any) -> None:
        """Appends ``value`` to a collection."""
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        """Appends ``value`` to each of some collections."""
        for name in [names] if isinstance(names, str) else dict.fromkeys(names):
            self.add_to_collection(name, value)

    def get_collection(self, name: str, scope: str | None = None) -> list[Any]:
        """A copy of a collection; with ``scope``, what has a name that the regular expression matches at its start."""
        import re

        items = list(self._collections.get(name, []))
        if scope is None:
            return items
        return [item for item in items if hasattr(item, "name") and re.match(scope, item.name)]

    def get_collection_ref(self, name: str) -> list[Any]:
        """The collection itself."""
        return self._collections.setdefault(name, [])

    def get_all_collection_keys(self) -> list[str]:
        """The names of the collections that hold anything."""
        return [name for name, items in self._collections.items() if items]

    # -- contexts that mean nothing to a compiler ---------------------------------------------------------------------

    @contextmanager
    def device(self, device_name_or_function: Any) -> Iterator[None]:
        """Nothing: where operations run is decided when the program runs."""
        yield

    @contextmanager
    def control_dependencies(self, control_inputs: Any) -> Iterator[None]:
        """Nothing: no recorded operation has side effects."""
        yield

    @contextmanager
    def gradient_override_map(self, op_type_map: Mapping[str, str]) -> Iterator[None]:
        """Nothing: gradients are needed by training only."""
        yield

    @contextmanager
    def colocate_with(self, op: Any, ignore_existing: bool = False) -> Iterator[None]:
        """Nothing: where operations run is decided when the program runs."""
        yield

    def program(self, outputs: Any, weights: Given | Mapping[str, Any] | None) -> Program:
        """The part of this graph that ``outputs`` need, with constants for its variables."""
        program: Program = operate("program", self, outputs, weights)
        return program

    def get_tensor_by_name(self, name: str) -> Tensor:
        """A placeholder or variable by its name, such as ``x:0``."""
        plain = name.split(":")[0]
        found = self.placeholders.get(plain, self.variables.get(plain))
        if found is None:
            raise KeyError(
                f"The name '{name}' refers to a Tensor which does not exist. Only placeholders and variables "
                f"are kept by name."
            )
        return found

    def initial_values(self, names: Iterable[str] | None = None) -> dict[str, Array]:
        """The seeded initial value of each variable, or of those named, by name.

        Raises:
            ValueError: There is no such variable, or its initial value depends on an input of the program.
        """
        values: dict[str, Array] = operate("initial_values", self, names)
        return values

    def _get_control_flow_context(self) -> None:
        """None: files with loops of their own ask whether they are inside one."""

    def finalize(self) -> None:
        """Nothing: a graph may be compiled at any time."""


class _Stack(threading.local):
    def __init__(self) -> None:
        self.graphs: list[Graph] = []
        self.bottom = Graph()


_STACK = _Stack()


_SCOPE = re.compile(r"[A-Za-z0-9_.\\/>-]*")


def _check_scope(name: str | None, *, root: bool) -> None:
    if not name or (_SCOPE.fullmatch(name) and not (root and name[0] in "_\\/>-")):
        return
    raise ArgumentError(
        f"{name!r} is not a valid {'root ' if root else ''}scope name. Use letters, digits and any of _ . / > - and "
        f"the backslash{'; it begins with a letter, a digit or a dot' if root else ''}.",
        user_location(),
    )


def get_default_graph() -> Graph:
    """The graph that calls record into now. Source: ``tf.get_default_graph``."""
    return _STACK.graphs[-1] if _STACK.graphs else _STACK.bottom


def reset_default_graph() -> None:
    """Starts a new default graph. Source: ``tf.reset_default_graph``."""
    if _STACK.graphs:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit the "
            "nesting and create a new graph."
        )
    _STACK.bottom = Graph()
