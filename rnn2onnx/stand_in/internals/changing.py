"""Variables of files as they stand, beside which there is what changes them in training. Source: ``tf``."""

from __future__ import annotations

import functools
from typing import Any

from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.variables.variable_scope import get_variable as _get_variable
from rnn2onnx.tf.variables.variables import Variable as _Variable

__all__ = ["Variable", "VariableV1", "get_variable"]


class _Made(type(_Variable)):  # type: ignore[misc]
    """Makes variables of the one class there is, which may be changed, and knows them."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        get_default_graph().keeps_training = True
        made = _Variable if cls is Variable else super().__call__
        return made(*args, **kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, _Variable) if cls is Variable else super().__instancecheck__(instance)


class Variable(_Variable, metaclass=_Made):
    """A variable. Source: ``tf.Variable``."""


VariableV1 = Variable


@functools.wraps(_get_variable)
def get_variable(*args: Any, **kwargs: Any) -> Any:
    """The variable of that name. Source: ``tf.get_variable``."""
    get_default_graph().keeps_training = True
    return _get_variable(*args, **kwargs)
