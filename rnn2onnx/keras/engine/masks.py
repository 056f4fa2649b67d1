"""Masks: a boolean tensor that goes with a layer's output and says which of its steps count."""

from __future__ import annotations

from typing import Any

from rnn2onnx import nest


def mask_of(tensor: Any) -> Any:
    """The mask that a layer gave with one tensor; None for none."""
    return getattr(tensor, "_keras_mask", None)


def masks_of(tensors: Any) -> Any:
    """The masks of a nest of tensors, in its structure; None if there is none at all."""
    masks = nest.map_structure(mask_of, tensors)
    return None if all(mask is None for mask in nest.flatten(masks)) else masks


def set_mask(tensor: Any, mask: Any) -> None:
    """Makes ``mask`` go with a tensor."""
    tensor._keras_mask = mask
