"""``tf.test``: questions about devices, to which a recorder answers that there is none."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = ["gpu_device_name", "is_built_with_cuda", "is_gpu_available"]


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """False: a model is recorded as it would be without one. Source: ``tf.test.is_gpu_available``."""
    return False


def is_built_with_cuda() -> bool:
    """False. Source: ``tf.test.is_built_with_cuda``."""
    return False


def gpu_device_name() -> str:
    """The empty name. Source: ``tf.test.gpu_device_name``."""
    return ""


__getattr__ = unknown("tf.test")
