"""Optimizers, averages and savers that can be made and do nothing. Source: ``tf.train``."""

from __future__ import annotations

from typing import Any, NoReturn

from rnn2onnx.stand_in.internals.summaries import FileWriter as SummaryWriter
from rnn2onnx.stand_in.internals.training import gradients
from rnn2onnx.tf.recording.inert import InertOperation
from rnn2onnx.tf.recording.unlearned import unlearned, unlearned_like
from rnn2onnx.tf.refusals.refused_names import REFUSED
from rnn2onnx.tf.refusals.training import refuse
from rnn2onnx.tf.variables.variables import trainable_variables

__all__ = ["ExponentialMovingAverage", "Optimizer", "Saver", "SummaryWriter", "assign_moving_average"]


class Optimizer:
    """An optimizer can be made and be told what to minimize; nothing is. Source: ``tf.train.Optimizer``."""

    GATE_NONE, GATE_OP, GATE_GRAPH = 0, 1, 2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._name = type(self).__name__

    def compute_gradients(self, loss: Any, var_list: Any = None, *args: Any, **kwargs: Any) -> list[Any]:
        """A pair of a gradient and the variable for each variable."""
        variables = trainable_variables() if var_list is None else list(var_list)
        return list(zip(gradients(loss, variables), variables, strict=True))

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: Any = None) -> InertOperation:
        """An operation that no compiled program has."""
        return InertOperation("NoOp", name or self._name)

    def minimize(self, loss: Any, global_step: Any = None, *args: Any, **kwargs: Any) -> InertOperation:
        """An operation that no compiled program has."""
        return InertOperation("NoOp", kwargs.get("name") or self._name)

    def get_slot_names(self) -> list[str]:
        """None."""
        return []

    def get_slot(self, var: Any, name: str) -> None:
        """None."""

    def variables(self) -> list[Any]:
        """None: a model without training has no slots."""
        return []


class ExponentialMovingAverage:
    """Averages of variables, which only training computes. Source: ``tf.train.ExponentialMovingAverage``."""

    def __init__(self, decay: Any, *args: Any, **kwargs: Any) -> None:
        self.decay = decay

    def apply(self, var_list: Any = None) -> InertOperation:
        """An operation that no compiled program has."""
        return InertOperation("NoOp", "ExponentialMovingAverage")

    def average(self, var: Any) -> Any:
        """A tensor of which no output may depend."""
        return unlearned_like("ExponentialMovingAverage", var)

    def average_name(self, var: Any) -> str:
        """The name that a checkpoint has for the average."""
        return f"{var.op.name}/ExponentialMovingAverage"

    def variables_to_restore(self, moving_avg_variables: Any = None) -> NoReturn:
        """Always an error.

        Raises:
            TrainingError: Here.
        """
        raise refuse("tf.train.ExponentialMovingAverage.variables_to_restore")


class Saver:
    """A saver can be made; saving and restoring is an error. Source: ``tf.train.Saver``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.last_checkpoints: list[str] = []

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Always an error.

        Raises:
            TrainingError: Here.
        """
        raise refuse("tf.train.Saver.save")

    def restore(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Always an error.

        Raises:
            TrainingError: Here.
        """
        raise refuse("tf.train.Saver.restore")


def assign_moving_average(variable: Any, value: Any, decay: Any, *args: Any, **kwargs: Any) -> InertOperation:
    """An operation that no compiled program has."""
    return InertOperation("AssignMovingAvg")


def _schedule(*args: Any, **kwargs: Any) -> Any:
    """A learning rate, of which no output may depend."""
    return unlearned("learning_rate")


def __getattr__(name: str) -> Any:
    if name not in REFUSED["tf.train"]:
        raise AttributeError(name)
    if name.endswith("Optimizer"):
        return globals().setdefault(name, type(name, (Optimizer,), {"__doc__": Optimizer.__doc__}))
    if "_decay" in name or name == "piecewise_constant":
        return _schedule
    raise AttributeError(name)
