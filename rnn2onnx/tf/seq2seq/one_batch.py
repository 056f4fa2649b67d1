"""Tensors that have the same rows: their first axes become one length."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest
from rnn2onnx.ir import Dim
from rnn2onnx.tf.recording.tensor import Tensor


def one_batch(*nests: Any) -> Dim | None:
    """Makes one length of the first axes of all tensors in some nests, as far as they are not known to differ.

    Scalars and what is no tensor are passed over. Where two lengths are known and differ, the operation that needs them
    equal is the one to say so.

    Returns:
        The length, or None if there is no tensor with axes.
    """
    batch: Dim | None = None
    for leaf in nest.flatten(list(nests)):
        if isinstance(leaf, Tensor) and leaf.dims:
            if batch is None:
                batch = leaf.dims[0]
            elif isinstance(batch, str) or isinstance(leaf.dims[0], str):
                batch = leaf.graph.builder.unify(batch, leaf.dims[0])
    return batch
