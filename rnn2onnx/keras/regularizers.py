"""``keras.regularizers``: losses of variables, which only training uses."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.ops.reduction_ops import reduce_sum
from rnn2onnx.tf.recording.conversion import convert_to_tensor

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2", "serialize"]


class Regularizer:
    """A loss of a variable. Source: ``keras.regularizers.Regularizer``."""

    def __call__(self, x: Any) -> Any:
        """The loss; subclasses define it."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal one."""
        return dict(self.__dict__)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """One from what ``get_config`` gives."""
        return cls(**config)


class L1L2(Regularizer):
    """``l1`` times the sum of absolute values, and ``l2`` times that of squares.

    Source:
        ``keras.regularizers.L1L2``.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = float(l1 or 0.0), float(l2 or 0.0)

    def __call__(self, x: Any) -> Any:
        """The loss."""
        x = convert_to_tensor(x)
        return reduce_sum(abs(x)) * self.l1 + reduce_sum(x * x) * self.l2


class L1(L1L2):
    """``l1`` times the sum of absolute values. Source: ``keras.regularizers.L1``."""

    def __init__(self, l1: float = 0.01, **kwargs: float) -> None:
        super().__init__(l1=kwargs.get("l", l1))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal one."""
        return {"l1": self.l1}


class L2(L1L2):
    """``l2`` times the sum of squares. Source: ``keras.regularizers.L2``."""

    def __init__(self, l2: float = 0.01, **kwargs: float) -> None:
        super().__init__(l2=kwargs.get("l", l2))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal one."""
        return {"l2": self.l2}


l1, l2 = L1, L2


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Both. Source: ``keras.regularizers.l1_l2``."""
    return L1L2(l1=l1, l2=l2)


_BY_NAME: dict[str, type[L1L2]] = {"L1": L1, "l1": L1, "L2": L2, "l2": L2, "L1L2": L1L2, "l1_l2": L1L2}


def get(identifier: Any) -> Any:
    """The regularizer that something is or names; None for None.

    Raises:
        ArgumentError: It is no regularizer.
    """
    if identifier is None or callable(identifier):
        return identifier
    name = identifier["class_name"] if isinstance(identifier, dict) else identifier
    if name not in _BY_NAME:
        raise ArgumentError(
            f"Could not interpret regularizer identifier: {identifier!r}. Give one of {', '.join(_BY_NAME)}.",
            user_location(),
        )
    return _BY_NAME[name].from_config(identifier.get("config", {}) if isinstance(identifier, dict) else {})


def serialize(regularizer: Any) -> Any:
    """A regularizer as data that ``get`` understands; None for None."""
    if not isinstance(regularizer, Regularizer):
        return regularizer
    return {"class_name": type(regularizer).__name__, "config": regularizer.get_config()}
