"""``keras.backend``: branches, folds and recurrences."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from rnn2onnx import tf


def stop_gradient(variables: Any) -> Any:
    """What was given: only training has gradients."""
    if isinstance(variables, list | tuple):
        return [tf.stop_gradient(x) for x in variables]
    return tf.stop_gradient(variables)


def print_tensor(x: Any, message: str = "", summarize: int = 3) -> Any:
    """``x``: a compiled program prints nothing."""
    return tf.identity(x)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two tensors, or of what two functions give, as one boolean says; elementwise for several.

    Source:
        ``keras.backend.switch``.
    """
    chosen = tf.cast(condition, tf.bool)
    if not chosen.dims:
        branches = [x if callable(x) else partial(tf.identity, x) for x in (then_expression, else_expression)]
        return tf.cond(chosen, branches[0], branches[1])
    then, other = (x() if callable(x) else x for x in (then_expression, else_expression))
    rank = len(tf.convert_to_tensor(then).dims)
    while len(chosen.dims) < rank:
        chosen = tf.expand_dims(chosen, -1)
    return tf.where_v2(chosen, then, other)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``alt``: this is inference. Source: ``keras.backend.in_train_phase``."""
    chosen = x if training in (1, True) else alt
    return chosen() if callable(chosen) else chosen


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x``: this is inference. Source: ``keras.backend.in_test_phase``."""
    return in_train_phase(alt, x, training)


def map_fn(fn: Any, elems: Any, name: Any = None, dtype: Any = None) -> Any:
    """What a function gives for each row."""
    return tf.map_fn(fn, elems, name=name, dtype=dtype)


def foldl(fn: Any, elems: Any, initializer: Any = None, name: Any = None) -> Any:
    """What a function of a value and a row makes of a value, from the first row to the last."""
    return tf.foldl(fn, elems, initializer=initializer, name=name)


def foldr(fn: Any, elems: Any, initializer: Any = None, name: Any = None) -> Any:
    """What a function of a value and a row makes of a value, from the last row to the first."""
    return tf.foldr(fn, elems, initializer=initializer, name=name)


def rnn(*args: Any, **kwargs: Any) -> Any:
    """A recurrence over steps; see ``keras.layers.rnn.recurrence``. Source: ``keras.backend.rnn``."""
    # Layers are written with this module, so that it can't load them before it is complete.
    return import_module("rnn2onnx.keras.layers.rnn.recurrence").rnn(*args, **kwargs)
