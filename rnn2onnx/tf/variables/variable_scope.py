"""Variable scopes: the prefix of variables' names, and what ``tf.get_variable`` takes for granted inside."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf import dtypes
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import Graph, GraphKeys, get_default_graph
from rnn2onnx.tf.recording.name_scope import graph_of_values, name_scope, op_scope
from rnn2onnx.tf.variables.variable_store import AUTO_REUSE, VariableStore, default_store, no_regularizer
from rnn2onnx.tf.variables.variables import VariableAggregation, VariableSynchronization

__all__ = [
    "AUTO_REUSE",
    "VariableScope",
    "get_local_variable",
    "get_variable",
    "get_variable_scope",
    "name_scope",
    "no_regularizer",
    "op_scope",
    "variable_op_scope",
    "variable_scope",
]

_INHERITED = ("initializer", "regularizer", "caching_device", "partitioner", "dtype", "use_resource")


class VariableScope:
    """What ``tf.get_variable`` takes for granted inside a scope.

    Attributes:
        name: The prefix of variables' names, without a slash behind it.
        original_name_scope: The name scope that was opened with it, a slash behind it.
        reuse: Whether variables are found (True), made (None, False) or either (AUTO_REUSE).
        initializer: Of variables that name none.
        regularizer: Of variables that name none.
        caching_device: Kept, without effect.
        partitioner: Kept; a partitioned variable is one variable here.
        custom_getter: Called in place of making or finding a variable.
        dtype: Of variables that name none.
        use_resource: Kept, without effect.
        constraint: Kept, without effect.

    Source:
        ``tf.VariableScope``.
    """

    def __init__(
        self,
        reuse: Any,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        name_scope: str = "",
        dtype: Any = dtypes.float32,
        use_resource: bool | None = None,
        constraint: Any = None,
    ) -> None:
        self.name = name
        self.original_name_scope = name_scope
        self.reuse = reuse
        self.initializer = initializer
        self.regularizer = regularizer
        self.caching_device = caching_device
        self.partitioner = partitioner
        self.custom_getter = custom_getter
        self.dtype = dtype
        self.use_resource = use_resource
        self.constraint = constraint

    def reuse_variables(self) -> None:
        """From here on variables are found, not made."""
        self.reuse = True

    def set_initializer(self, initializer: Any) -> None:
        """Sets the initializer of variables that name none."""
        self.initializer = initializer

    def set_regularizer(self, regularizer: Any) -> None:
        """Sets the regularizer of variables that name none."""
        self.regularizer = regularizer

    def set_caching_device(self, caching_device: Any) -> None:
        """Keeps a caching device."""
        self.caching_device = caching_device

    def set_partitioner(self, partitioner: Any) -> None:
        """Keeps a partitioner."""
        self.partitioner = partitioner

    def set_custom_getter(self, custom_getter: Any) -> None:
        """Sets what is called in place of making or finding a variable."""
        self.custom_getter = custom_getter

    def set_dtype(self, dtype: Any) -> None:
        """Sets the dtype of variables that name none."""
        self.dtype = dtype

    def set_use_resource(self, use_resource: bool) -> None:
        """Keeps whether to use resource variables."""
        self.use_resource = use_resource

    @property
    def _name(self) -> str:
        """Its name, as published code asks for it."""
        return self.name

    def get_collection(self, name: str) -> list[Any]:
        """What of a collection is named as this scope's."""
        return get_default_graph().get_collection(name, f"{self.name}/" if self.name else "")

    def trainable_variables(self) -> list[Any]:
        """The trainable variables in this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list[Any]:
        """The global variables in this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Any]:
        """The local variables in this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(
        self,
        var_store: VariableStore,
        name: str,
        shape: Any = None,
        dtype: Any = None,
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
        """``tf.get_variable`` as in this scope, from the variables of ``var_store``."""
        if not isinstance(name, str):
            raise ArgumentTypeError(f"The name of a variable is a string, not {name!r}.", user_location())
        with get_default_graph().name_scope(None):
            if dtype is not None and initializer is not None and not callable(initializer):
                found = convert_to_tensor(initializer).dtype
                if found != dtypes.as_dtype(dtype).base_dtype:
                    raise ArgumentError(
                        f"Initializer type '{found}' and explicit dtype '{dtypes.as_dtype(dtype)}' don't match: "
                        f"variable {name!r}.",
                        user_location(),
                    )
            return var_store.get_variable(
                f"{self.name}/{name}" if self.name else name,
                shape=shape,
                dtype=self.dtype if dtype is None else dtype,
                initializer=self.initializer if initializer is None else initializer,
                regularizer=self.regularizer if regularizer is None else regularizer,
                reuse=self.reuse if reuse is None else reuse,
                trainable=trainable,
                collections=collections,
                caching_device=self.caching_device if caching_device is None else caching_device,
                partitioner=self.partitioner if partitioner is None else partitioner,
                validate_shape=validate_shape,
                use_resource=self.use_resource if use_resource is None else use_resource,
                custom_getter=self.custom_getter if custom_getter is None else custom_getter,
                constraint=self.constraint if constraint is None else constraint,
                synchronization=synchronization,
                aggregation=aggregation,
            )


class _OpenScopes:
    """The scope that is open in a graph, and how often each name was opened since its parent was."""

    def __init__(self) -> None:
        self.current = VariableScope(False)
        self.opened: dict[str, int] = {}

    def unique(self, prefix: str) -> str:
        """``prefix``, with ``_1``, ``_2``… behind it if a scope of that name was opened here before."""
        full = f"{self.current.name}/{prefix}" if self.current.name else prefix
        if not self.opened.get(full):
            return prefix
        count = 1
        while self.opened.get(f"{full}_{count}"):
            count += 1
        return f"{prefix}_{count}"

    def forget_inside(self, name: str) -> None:
        """Starts the counts inside a scope again."""
        for opened in self.opened:
            if opened.startswith(f"{name}/"):
                self.opened[opened] = 0


_OPEN: WeakKeyDictionary[Graph, _OpenScopes] = WeakKeyDictionary()


def _open_scopes() -> _OpenScopes:
    graph = get_default_graph()
    if graph not in _OPEN:
        _OPEN[graph] = _OpenScopes()
    return _OPEN[graph]


def get_variable_scope() -> VariableScope:
    """The open variable scope. Source: ``tf.get_variable_scope``."""
    return _open_scopes().current


class variable_scope:  # noqa: N801 (TensorFlow's name)
    """Opens a variable scope, and a name scope of the same name; may be entered again.

    Args:
        name_or_scope: A name, which goes behind that of the open scope; or a ``VariableScope``, which is opened again
            with its own full name; or None: ``default_name``.
        default_name: Used if there is no name; made unique among the scopes opened here.
        values: Tensors whose graph becomes the default graph.
        initializer: Of variables that name none; None: that of the scope outside, as for the next ones.
        regularizer: As ``initializer``.
        caching_device: Kept, without effect.
        partitioner: Kept; a partitioned variable is one variable here.
        custom_getter: Called as ``custom_getter(getter, name, ...)`` in place of making or finding a variable; one of
            the scope outside is the getter of this one.
        reuse: True, AUTO_REUSE, or None: as the scope outside. Reuse is inherited and can't be switched off inside.
        dtype: Of variables that name none.
        use_resource: Without effect.
        constraint: Kept, without effect.
        auxiliary_name_scope: Whether a name scope is opened too.

    Raises:
        ArgumentTypeError: Neither name nor default name was given, or of other classes.
        ArgumentError: ``reuse`` is something else; or reuse is asked for without a name.

    Source:
        ``tf.variable_scope``.
    """

    def __init__(
        self,
        name_or_scope: Any,
        default_name: str | None = None,
        values: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        reuse: Any = None,
        dtype: Any = None,
        use_resource: bool | None = None,
        constraint: Any = None,
        auxiliary_name_scope: bool = True,
    ) -> None:
        if default_name is None and name_or_scope is None:
            raise ArgumentTypeError("If default_name is None then name_or_scope is required", user_location())
        if name_or_scope is not None and not isinstance(name_or_scope, str | VariableScope):
            raise ArgumentTypeError(
                f"VariableScope: name_or_scope must be a string or VariableScope. It is {name_or_scope!r}.",
                user_location(),
            )
        if reuse is not None and not isinstance(reuse, bool) and reuse is not AUTO_REUSE:
            raise ArgumentError(
                f"The reuse parameter must be True or False or None. It may be tf.AUTO_REUSE too, but not {reuse!r}.",
                user_location(),
            )
        if not isinstance(auxiliary_name_scope, bool):
            raise ArgumentTypeError(
                f"The auxiliary_name_scope must be `True` or `False`, while get {auxiliary_name_scope}", user_location()
            )
        if reuse and name_or_scope is None:
            raise ArgumentError("reuse=True cannot be used without a name_or_scope", user_location())
        self._name_or_scope: str | VariableScope | None = name_or_scope
        self._default_name = default_name
        self._graph = graph_of_values(values)
        self._given = {
            "initializer": initializer,
            "regularizer": regularizer,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "dtype": dtype,
            "use_resource": use_resource,
        }
        self._custom_getter = custom_getter
        self._reuse = reuse or None
        self._constraint = constraint
        self._auxiliary_name_scope = auxiliary_name_scope
        self._unique: str | None = None
        self._entered: list[ExitStack] = []

    def __enter__(self) -> VariableScope:
        with ExitStack() as stack:
            stack.enter_context(self._graph.as_default())
            opened = stack.enter_context(self._variables(stack.enter_context(self._names())))
            self._entered.append(stack.pop_all())
        return opened

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._entered.pop().__exit__(kind, error, traceback)

    def _names(self) -> AbstractContextManager[str]:
        """The name scope to open, which gives its full name."""
        open_now = self._graph.get_name_scope()
        if not self._auxiliary_name_scope:
            return self._graph.name_scope(f"{open_now}/" if open_now else None)
        name = self._name_or_scope
        if isinstance(name, VariableScope):
            name = name.name.split("/")[-1]
        if name is None:
            name = self._default_name
        # Only the root scope has an empty name; opening it opens no name scope.
        return self._graph.name_scope(name) if name else nullcontext("")

    @contextmanager
    def _variables(self, name_scope: str) -> Iterator[VariableScope]:
        scopes = _open_scopes()
        outside = scopes.current
        jump = isinstance(self._name_or_scope, VariableScope)
        scope = self._opened(scopes, name_scope)
        scopes.opened[scope.name] = scopes.opened.get(scope.name, 0) + 1
        counts = dict(scopes.opened)
        scopes.current = scope
        try:
            yield scope
        finally:
            if jump:
                scopes.opened = counts
            else:
                scopes.forget_inside(scope.name)
            scopes.current = outside

    def _opened(self, scopes: _OpenScopes, name_scope: str) -> VariableScope:
        name, outside = self._name_or_scope, scopes.current
        if isinstance(name, VariableScope):
            return self._with(name, self._reuse or name.reuse, name.name, name.original_name_scope)
        if name is None:
            if self._unique is None:
                self._unique = scopes.unique(str(self._default_name))
            name = self._unique
        full = f"{outside.name}/{name}" if outside.name else name
        return self._with(outside, self._reuse or outside.reuse, full, name_scope)

    def _with(self, defaults: VariableScope, reuse: Any, name: str, name_scope: str) -> VariableScope:
        kept = {key: getattr(defaults, key) if self._given[key] is None else self._given[key] for key in _INHERITED}
        return VariableScope(
            reuse,
            name,
            name_scope=name_scope,
            custom_getter=_chained(self._custom_getter, defaults.custom_getter),
            constraint=self._constraint,
            **kept,
        )


def _chained(inner: Any, outer: Any) -> Any:
    """A custom getter that has the one of the scope outside as its getter."""
    if inner is None or outer is None:
        return outer if inner is None else inner

    def chained(getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return inner(functools.partial(outer, getter), *args, **kwargs)

    return chained


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
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
    """The variable of a name in the open variable scope: found, or made, as the scope's reuse mode asks.

    Args:
        name: Its name behind that of the scope.
        shape: Ints or Dimensions, all known; None where ``initializer`` is a value.
        dtype: By default the scope's, which is float32 unless set.
        initializer: A value; or an initializer, its class, or any function of ``(shape, dtype, partition_info)``. By
            default the scope's; without one, Glorot uniform for floats and zeros for integers and booleans.
        regularizer: A function of the variable; what it gives is in the collection REGULARIZATION_LOSSES.
        trainable: Whether it is listed in ``tf.trainable_variables()``; None: True.
        collections: The collections it is listed in; None: the global variables.
        caching_device: Without effect.
        partitioner: Without effect: all parts are one variable of this name, as checkpoints have it.
        validate_shape: Kept; the shape must be known either way.
        use_resource: Without effect.
        custom_getter: Called as ``custom_getter(getter, name, ...)`` in place of making or finding the variable.
        constraint: Kept, without effect.
        synchronization: Kept, without effect.
        aggregation: Kept, without effect.

    Raises:
        ArgumentError: It exists and may not be reused; it doesn't and must; it is of another shape or dtype; a new
            one's shape is not known.

    Source:
        ``tf.get_variable``.
    """
    return get_variable_scope().get_variable(
        default_store(),
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=collections,
        caching_device=caching_device,
        partitioner=partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        custom_getter=custom_getter,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def get_local_variable(name: str, shape: Any = None, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
    """As ``get_variable``, but listed in the local variables and never trainable. Source: ``tf.get_local_variable``."""
    names = list(inspect.signature(get_variable).parameters)[3:]
    options = dict(zip(names, args, strict=False)) | kwargs
    options["collections"] = [*(options.get("collections") or ()), GraphKeys.LOCAL_VARIABLES]
    options["trainable"] = False
    return get_variable(name, shape, dtype, **options)


def variable_op_scope(
    values: Any, name_or_scope: Any, default_name: str | None = None, *args: Any, **kwargs: Any
) -> variable_scope:
    """The old order of ``variable_scope``'s arguments. Source: ``tf.variable_op_scope``."""
    return variable_scope(name_or_scope, default_name, values, *args, **kwargs)
