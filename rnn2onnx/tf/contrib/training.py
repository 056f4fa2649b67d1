"""``tf.contrib.training``: hyperparameters; what else is there trains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = ["HParams"]


class HParams:
    """Named settings of a model, as attributes. Source: ``tf.contrib.training.HParams``.

    Args:
        hparam_def: Without effect.
        model_structure: Without effect.
        **kwargs: The settings.
    """

    def __init__(self, hparam_def: Any = None, model_structure: Any = None, **kwargs: Any) -> None:
        self._hparams: dict[str, type] = {}
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name: str, value: Any) -> None:
        """Adds a setting.

        Raises:
            ArgumentError: There is one of that name, or it would hide a method.
        """
        if getattr(self, name, None) is not None:
            raise ArgumentError(f"Hyperparameter name is reserved: {name}", user_location())
        self._hparams[name] = type(value)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Gives a setting another value."""
        self._check(name)
        setattr(self, name, value)

    def del_hparam(self, name: str) -> None:
        """Removes a setting."""
        if name in self._hparams:
            del self._hparams[name]
            delattr(self, name)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a setting, or ``default`` if there is none of that name."""
        return getattr(self, key) if key in self._hparams else default

    def values(self) -> dict[str, Any]:
        """Every setting, by name."""
        return {name: getattr(self, name) for name in self._hparams}

    def override_from_dict(self, values_dict: Mapping[str, Any]) -> HParams:
        """Gives settings other values."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    def parse_json(self, values_json: str) -> HParams:
        """Gives settings the values of a JSON object."""
        return self.override_from_dict(json.loads(values_json))

    def parse(self, values: str) -> HParams:
        """Gives settings the values of text such as ``units=3,name=a``; a list's items are in brackets."""
        rest = values.strip()
        while rest:
            name, _, rest = rest.partition("=")
            if rest.startswith("["):
                inside, _, rest = rest[1:].partition("]")
                value: Any = [_read(item.strip()) for item in inside.split(",") if item.strip()]
                rest = rest.lstrip(", ")
            else:
                text, _, rest = rest.partition(",")
                value = self._read_as(name.strip(), text.strip())
            self.set_hparam(name.strip(), value)
        return self

    def to_json(self, indent: Any = None, separators: Any = None, sort_keys: bool = False) -> str:
        """The settings as a JSON object."""
        plain = {name: value for name, value in self.values().items() if not callable(value)}
        return json.dumps(plain, indent=indent, separators=separators, sort_keys=sort_keys)

    def _check(self, name: str) -> None:
        if name not in self._hparams:
            raise ArgumentError(
                f"Unknown hyperparameter: {name}. There are: {', '.join(self._hparams)}.", user_location()
            )

    def _read_as(self, name: str, text: str) -> Any:
        self._check(name)
        kind = self._hparams[name]
        return text if kind is str else kind(_read(text)) if kind in (int, float, bool) else _read(text)

    def __contains__(self, key: object) -> bool:
        return key in self._hparams

    def __repr__(self) -> str:
        return f"HParams({self.values()})"


def _read(text: str) -> Any:
    """Text as JSON has it, or as it is."""
    lowered = text.lower()
    try:
        return json.loads(lowered if lowered in ("true", "false", "null") else text)
    except ValueError:
        return text


__getattr__ = unknown("tf.contrib.training")
