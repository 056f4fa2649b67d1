"""Placeholders of files as they stand, which say no shape where a number is fed: a rate, a mode. Source: ``tf``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.dtypes import string
from rnn2onnx.tf.ops import placing
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.dtype_argument import dtype_of
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["placeholder"]


class _Number(placing.Shapeless):
    """A placeholder that is a number, unless ``set_shape`` says otherwise before it is used."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute == "recorded":
            self.set_shape([])
            return self.__dict__["recorded"]
        return super().__getattr__(attribute)


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """An input; one without a shape is a number if it is used before it is given one. Source: ``tf.placeholder``."""
    graph = get_default_graph()
    graph.keeps_training = True
    said = shape is not None and not (isinstance(shape, TensorShape) and shape.rank is None)
    if said or graph.builder.block is not graph.builder.root or dtype_of(dtype) is string:
        return placing.placeholder(dtype, shape, name)
    full = graph.unique_name(name or "Placeholder")
    # Listed before it is used: one that only training uses may still be fed.
    graph.placeholders[full] = _Number(dtype_of(dtype), graph, full)
    return graph.placeholders[full]
