"""Ready models: real ones, written in TF1 style, each with its trained weights and its test.

A model is one module of this package and one line in ``READY``. It offers ``model()``, which records it and gives a
nest of tensors, and may offer ``weights()``, an array for every variable by name. Whoever compiles a ready model uses
these weights unless others are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType, ModuleType

from rnn2onnx.errors import ModelError

READY: Mapping[str, str] = MappingProxyType(
    {
        "dien": "how likely a user buys an item: two GRUs over past items, the second led by attention",
        "g2p": "English spelling to phonemes: a GRU encoder over letters and a greedy GRU decoder",
    }
)
"""What each ready model is, by its name."""


def load(name: str) -> ModuleType:
    """The module of a ready model.

    Raises:
        ModelError: There is no ready model of this name.
    """
    if name not in READY:
        raise ModelError(f"there is no ready model {name!r}; there is: {', '.join(READY)}.")
    return import_module(f"{__name__}.{name}")


def __getattr__(name: str) -> ModuleType:
    if name in READY:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"rnn2onnx.models has no {name!r}; it has {', '.join(READY)}")


__all__ = ["READY", "load"]
