"""How training names what it keeps beside a model's variables: one table a kind of name."""

from __future__ import annotations

import re
from collections.abc import Collection

from rnn2onnx.weights.entry import Entry

SLOTS = (
    "Adadelta",
    "Adagrad",
    "AdagradDA",
    "Adam",
    "AdaMax",
    "AdamW",
    "AMSGrad",
    "AddSign",
    "Ftrl",
    "GradientDescent",
    "LARSOptimizer",
    "LazyAdam",
    "Momentum",
    "MomentumW",
    "Nadam",
    "PowerSign",
    "ProximalAdagrad",
    "RMSProp",
    "adam_m",
    "adam_v",
    "gradient_squared_accumulator",
)
"""What TF1's optimizers append to a variable's name; the second slot of that name gets ``_1``, the third ``_2``."""

COUNTERS = ("beta1_power", "beta2_power", "global_step", "save_counter", "current_loss_scale", "good_steps")
"""The last parts of the names of what optimizers, savers and training loops count with."""

OBJECTS = ("optimizer", "_optimizer", "keras_api/metrics", "save_counter")
"""The beginnings of the places of training's objects in a TF2 file."""

KERAS_OPTIMIZERS = (
    "SGD",
    "RMSprop",
    "Adam",
    "AdamW",
    "Adadelta",
    "Adagrad",
    "Adamax",
    "Nadam",
    "Ftrl",
    "Lion",
    "Adafactor",
)
"""The first parts of the names of Keras's optimizers' variables; TF1's Keras puts ``training`` before them."""

KERAS_SETTINGS = (
    "iter",
    "iteration",
    "iterations",
    "learning_rate",
    "lr",
    "decay",
    "momentum",
    "rho",
    "epsilon",
    "beta_1",
    "beta_2",
)
"""What Keras's optimizers keep that belongs to no variable."""

_SLOT = re.compile(rf"(?P<variable>.+)/(?:{'|'.join(SLOTS)})(?:_\d+)?")
_COUNTER = re.compile(rf"(?:.*/)?(?:{'|'.join(COUNTERS)})(?:_\d+)?")
_OBJECT = re.compile(rf"(?:{'|'.join(OBJECTS)})(?:/.*)?")
_KERAS = re.compile(rf"(?:training(?:_\d+)?/)?(?i:{'|'.join(KERAS_OPTIMIZERS)})(?:_\d+)?/(?P<rest>.+)")


def belongs_to_an_optimizer(entry: Entry, names: Collection[str]) -> bool:
    """Whether only training needs an array.

    Args:
        entry: The array.
        names: Of all the file's arrays: a slot is one only beside its variable.
    """
    if entry.optimizer or _COUNTER.fullmatch(entry.name) or _OBJECT.fullmatch(entry.path):
        return True
    if (slot := _SLOT.fullmatch(entry.name)) is not None:
        return any(variable in names for variable in _without_scopes(slot["variable"]))
    if (keras := _KERAS.fullmatch(entry.name)) is not None:
        rest: str = keras["rest"]
        inner = {rest, rest.partition("/")[2], rest.rpartition("/")[0]}
        return rest in KERAS_SETTINGS or not inner.isdisjoint(names)
    return False


def _without_scopes(name: str) -> list[str]:
    """The name, and what is left of it without its first scopes: an optimizer's own scope stands before a slot's."""
    parts = name.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]
