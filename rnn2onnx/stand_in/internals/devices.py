"""The devices of the machine: a model is recorded as if there were none but the processor."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["list_local_devices"]


class Device(NamedTuple):
    """A device and what kind it is."""

    name: str
    device_type: str


def list_local_devices(session_config: object = None) -> list[Device]:
    """The processor. Source: ``tensorflow.python.client.device_lib.list_local_devices``."""
    return [Device("/device:CPU:0", "CPU")]
