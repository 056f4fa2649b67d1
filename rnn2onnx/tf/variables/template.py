"""``tf.make_template``: a function whose variables are made in its first call and shared by all."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.recording.graph import GraphKeys
from rnn2onnx.tf.variables.variable_scope import VariableScope, variable_scope

__all__ = ["Template", "make_template"]


def make_template(
    name_: str,
    func_: Callable[..., Any],
    create_scope_now_: bool = False,
    unique_name_: str | None = None,
    custom_getter_: Any = None,
    **kwargs: Any,
) -> Template:
    """``func_`` in a variable scope of its own: its variables are made in the first call and reused in later ones.

    Args:
        name_: The scope's name, made unique.
        func_: The function.
        create_scope_now_: Whether the scope's place is here, not at the first call.
        unique_name_: The scope's name, used as it is.
        custom_getter_: Of the scope.
        **kwargs: Arguments of ``func_`` in every call.

    Source:
        ``tf.make_template``.
    """
    return Template(
        name_, functools.partial(func_, **kwargs) if kwargs else func_, create_scope_now_, unique_name_, custom_getter_
    )


class Template:
    """A function with variables of its own; see ``make_template``."""

    def __init__(
        self,
        name: str,
        func: Callable[..., Any],
        create_scope_now: bool = False,
        unique_name: str | None = None,
        custom_getter: Any = None,
    ) -> None:
        if not name:
            raise ArgumentError("Argument `name` cannot be empty.", user_location())
        self.name = name
        self._func = func
        self._unique_name = unique_name
        self._custom_getter = custom_getter
        self._called = False
        self._scope: VariableScope | None = None
        if create_scope_now:
            with self._first(auxiliary_name_scope=False) as self._scope:
                pass

    def _first(self, **options: Any) -> Any:
        return variable_scope(self._unique_name, default_name=self.name, custom_getter=self._custom_getter, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives, with the same variables as in every other call."""
        if self._scope is None:
            with self._first() as self._scope:
                result = self._func(*args, **kwargs)
        else:
            with variable_scope(self._scope, reuse=self._called):
                result = self._func(*args, **kwargs)
        self._called = True
        return result

    def _opened(self) -> VariableScope:
        if self._scope is None:
            raise ArgumentError(
                f"The template {self.name!r} was not called yet, so it has no scope. Call it first, or give "
                "create_scope_now_=True.",
                user_location(),
            )
        return self._scope

    @property
    def variable_scope(self) -> VariableScope:
        """The scope of its variables."""
        return self._opened()

    @property
    def var_scope(self) -> VariableScope:
        """The old name of ``variable_scope``."""
        return self._opened()

    @property
    def variable_scope_name(self) -> str:
        """The name of the scope of its variables."""
        return self._opened().name

    @property
    def variables(self) -> list[Any]:
        """Its variables."""
        return self._of(GraphKeys.GLOBAL_VARIABLES)

    @property
    def global_variables(self) -> list[Any]:
        """Its variables."""
        return self._of(GraphKeys.GLOBAL_VARIABLES)

    @property
    def trainable_variables(self) -> list[Any]:
        """Its trainable variables."""
        return self._of(GraphKeys.TRAINABLE_VARIABLES)

    def _of(self, collection: str) -> list[Any]:
        return self._opened().get_collection(collection) if self._called else []
