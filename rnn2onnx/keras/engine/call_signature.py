"""The parameters of a layer's ``call``, and where a call gives them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class CallSignature:
    """The parameters of ``call`` without ``self``.

    Args:
        call: The bound method.

    Attributes:
        names: Their names, the inputs' first.
        takes_any: Whether it takes any keyword.
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        try:
            parameters = list(inspect.signature(call).parameters.values())
        except (TypeError, ValueError):
            parameters = []
        variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        self.names = [parameter.name for parameter in parameters if parameter.kind not in variadic]
        self.takes_any = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)

    def takes(self, name: str) -> bool:
        """Whether an argument of this name may be given."""
        return name in self.names or self.takes_any

    def given(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        """Whether a call gives it; ``args`` are the positional arguments after the inputs."""
        return name in kwargs or name in self.names[1 : len(args) + 1]

    def argument(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """What a call gives for it; None if it does not."""
        if name in kwargs:
            return kwargs[name]
        position = self.names[1:].index(name) if name in self.names[1:] else len(args)
        return args[position] if position < len(args) else None
