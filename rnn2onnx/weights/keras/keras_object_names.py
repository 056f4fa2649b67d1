"""Variables' names in files where Keras puts variables by their objects: ``layers/lstm/cell/vars/0``.

Such a file (``.keras``, ``.weights.h5``) has no names of variables. They follow from the classes and names of the
layers, which are in a model's configuration, or, since Keras 3, beside the variables; a variable's place in its layer
says the rest. The names are those that TensorFlow's graphs have, ``lstm/lstm_cell/kernel``. What belongs to a class
that is not Keras's keeps its path as its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_RECURRENT = ("kernel", "recurrent_kernel", "bias")
_DENSE = ("kernel", "bias")
_DEPTHWISE = ("depthwise_kernel", "bias")
_VARIABLES: dict[str, tuple[str, ...]] = {
    "dense": _DENSE,
    "einsum_dense": _DENSE,
    **{f"conv{axes}d{transposed}": _DENSE for axes in "123" for transposed in ("", "_transpose")},
    "depthwise_conv1d": _DEPTHWISE,
    "depthwise_conv2d": _DEPTHWISE,
    "embedding": ("embeddings",),
    "p_re_lu": ("alpha",),
    "lstm_cell": _RECURRENT,
    "gru_cell": _RECURRENT,
    "simple_rnn_cell": _RECURRENT,
}
"""By the class: what its variables are called, in order; a layer without a bias has one less."""

_OF_CELLS = {"lstm": "lstm_cell", "gru": "gru_cell", "simple_rnn": "simple_rnn_cell"}
"""What the cell of a layer is called, whose variables are named below it."""

_STACKED = "stacked_rnn_cells"
_CONVOLUTIONAL = ("conv_lstm1d", "conv_lstm2d", "conv_lstm3d")
_ATTENTION = {
    "query_dense": "query",
    "key_dense": "key",
    "value_dense": "value",
    "output_dense": "attention_output",
}
_SCALED = [("gamma", "scale"), ("beta", "center")]
_MODELS = ("functional", "sequential", "model")
_Config = Mapping[str, Any]
_NONE: _Config = {}


@dataclass
class Group:
    """A group of the file.

    Attributes:
        path: Its path.
        name: The name that the file gives the object.
        variables: The paths of its variables, in order.
        members: The objects below it, by their keys.
    """

    path: str
    name: str | None = None
    variables: list[str] = field(default_factory=list)
    members: dict[str, Group] = field(default_factory=dict)


def object_names(root: Group, config: _Config | None) -> dict[str, str]:
    """The names of variables by their paths, as far as they are known.

    Args:
        root: The model's group.
        config: The model's configuration, if the file has it.
    """
    pairs = list(_model(root, _inner(config)))
    counts = Counter(name for _, name in pairs)
    return {path: name for path, name in pairs if counts[name] == 1}


def _model(group: Group, config: _Config) -> Iterator[tuple[str, str]]:
    """The variables of a model's layers; a model inside of a model gives no scope."""
    layers = group.members.get("layers") or group.members.get("_layer_checkpoint_dependencies")
    if layers is not None:
        for member, kind, name, inner in _listed(layers, config.get("layers")):
            yield from _layer(member, kind, name, inner)


def _listed(group: Group, configs: Any) -> Iterator[tuple[Group, str, str, _Config]]:
    """The objects of a list with their classes, names and configurations."""
    if not isinstance(configs, list):
        for key, member in group.members.items():
            if member.name is not None:
                yield member, re.sub(r"_\d+$", "", key), member.name, _NONE
        return
    used: dict[str, int] = {}
    for config in configs:
        kind, name, inner = _kind(config), _name(config), _inner(config)
        used[kind] = used.get(kind, -1) + 1
        key = f"{kind}_{used[kind]}" if used[kind] else kind
        if key in group.members and name is not None:
            yield group.members[key], kind, name, inner


def _layer(group: Group, kind: str, scope: str, config: _Config) -> Iterator[tuple[str, str]]:
    """The variables of a layer whose names begin with ``scope``."""
    members = {key.lstrip("_"): member for key, member in group.members.items()}
    if kind in _MODELS:
        yield from _model(group, config)
    elif kind in _OF_CELLS and "cell" in members:
        yield from _own(members["cell"], f"{scope}/{_OF_CELLS[kind]}", _RECURRENT)
    elif kind in _CONVOLUTIONAL and "cell" in members:
        yield from _own(members["cell"], scope, _RECURRENT)
    elif kind == "rnn" and "cell" in members:
        inner = config.get("cell")
        cell, name = _kind(inner), _name(inner)
        if name is None and members["cell"].name in (*_VARIABLES, _STACKED):
            cell = name = members["cell"].name
        if name is not None:
            yield from _layer(members["cell"], cell, f"{scope}/{name}", _inner(inner))
    elif kind == _STACKED and "cells" in members:
        for member, cell, name, inner in _listed(members["cells"], config.get("cells")):
            yield from _layer(member, cell, f"{scope}/{name}", inner)
    elif kind == "bidirectional":
        for way in ("forward", "backward"):
            yield from _direction(members.get(f"{way}_layer"), way, scope, config)
    elif kind == "time_distributed" and "layer" in members:
        inner = config.get("layer")
        yield from _layer(members["layer"], _kind(inner), scope, _inner(inner))
    elif kind == "multi_head_attention":
        for key, name in _ATTENTION.items():
            if key in members:
                yield from _own(members[key], f"{scope}/{name}", _DENSE)
    else:
        yield from _own(group, scope, _variables(kind, config, len(group.variables)))


def _direction(group: Group | None, way: str, scope: str, config: _Config) -> Iterator[tuple[str, str]]:
    """The variables of one direction of a bidirectional layer."""
    if group is None:
        return
    inner = config.get("backward_layer" if way == "backward" else "layer") or config.get("layer")
    kind, name = _kind(inner), _name(inner)
    cell = group.members.get("cell")
    if name is not None:
        yield from _layer(group, kind, f"{scope}/{way}_{name.removeprefix(f'{way}_')}", _inner(inner))
    elif group.name is not None and cell is not None and cell.name in _VARIABLES:
        yield from _own(cell, f"{scope}/{group.name}/{cell.name}", _RECURRENT)


def _own(group: Group, scope: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The variables of one object: as many of the names as there are variables."""
    if len(group.variables) <= len(names):
        for path, name in zip(group.variables, names, strict=False):
            yield path, f"{scope}/{name}"


def _variables(kind: str, config: _Config, count: int) -> tuple[str, ...]:
    """The names of the variables of a layer of one class."""
    if kind in ("separable_conv1d", "separable_conv2d"):
        return ("depthwise_kernel", "pointwise_kernel", "bias")
    if kind == "batch_normalization":
        names = [*_SCALED, ("moving_mean", ""), ("moving_variance", "")]
    elif kind == "layer_normalization":
        names = _SCALED
    else:
        return _VARIABLES.get(kind, ())
    # Without its configuration a layer is known only if it has them all.
    chosen = tuple(name for name, option in names if config.get(option, True) is True)
    return chosen if len(chosen) == count else ()


def _kind(config: Any) -> str:
    """A class's name as Keras makes a key of it."""
    name = config.get("class_name") if isinstance(config, Mapping) else None
    if not isinstance(name, str):
        return ""
    words = re.sub(r"\W+", "", name.rpartition(">")[2])
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", words)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def _inner(config: Any) -> _Config:
    inner = config.get("config") if isinstance(config, Mapping) else None
    return inner if isinstance(inner, Mapping) else _NONE


def _name(config: Any) -> str | None:
    name = _inner(config).get("name")
    return name if isinstance(name, str) else None
