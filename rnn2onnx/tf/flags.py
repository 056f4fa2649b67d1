"""``tf.flags``: the settings that a file declares, each with its default value.

The command line of a compiler is not that of the file, so it is not read; a setting is changed by assigning to it.
"""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import UnsupportedError, user_location
from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "FLAGS",
    "DEFINE_bool",
    "DEFINE_boolean",
    "DEFINE_enum",
    "DEFINE_float",
    "DEFINE_integer",
    "DEFINE_list",
    "DEFINE_multi_float",
    "DEFINE_multi_integer",
    "DEFINE_multi_string",
    "DEFINE_spaceseplist",
    "DEFINE_string",
    "mark_flag_as_required",
    "mark_flags_as_required",
]


class _FlagValues:
    """Every declared setting, as an attribute. Source: ``tf.flags.FLAGS``."""

    def __call__(self, argv: Any = None, known_only: bool = False) -> list[str]:
        """``argv`` as it is: no command line is read."""
        return list(argv or ())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedError(
            f"there is no flag {name!r}; declared are: {', '.join(sorted(vars(self))) or 'none'}.", user_location()
        )

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def __contains__(self, name: object) -> bool:
        return name in vars(self)

    def __iter__(self) -> Any:
        return iter(vars(self))

    def flag_values_dict(self) -> dict[str, Any]:
        """The value of every setting, by name."""
        return dict(vars(self))

    def _parse_flags(self, args: Any = None) -> None:
        """Nothing: no command line is read."""


FLAGS = _FlagValues()


def DEFINE_string(flag_name: str, default_value: Any, docstring: str = "", **kwargs: Any) -> None:  # noqa: N802
    """Declares a setting; declared again, it has its default value again. Source: ``tf.flags.DEFINE_string``."""
    setattr(FLAGS, flag_name, default_value)


DEFINE_bool = DEFINE_boolean = DEFINE_float = DEFINE_integer = DEFINE_string


def DEFINE_enum(  # noqa: N802
    flag_name: str, default_value: Any, enum_values: Any, docstring: str = "", **kwargs: Any
) -> None:
    """Declares a setting that is one of some values. Source: ``tf.flags.DEFINE_enum``."""
    setattr(FLAGS, flag_name, default_value)


def DEFINE_list(flag_name: str, default_value: Any, docstring: str = "", **kwargs: Any) -> None:  # noqa: N802
    """Declares a setting that is a list, or text with commas between its items. Source: ``tf.flags.DEFINE_list``."""
    parts = [part.strip() for part in default_value.split(",")] if isinstance(default_value, str) else default_value
    setattr(FLAGS, flag_name, parts)


def DEFINE_spaceseplist(flag_name: str, default_value: Any, docstring: str = "", **kwargs: Any) -> None:  # noqa: N802
    """Declares a setting that is a list, or words with spaces between. Source: ``tf.flags.DEFINE_spaceseplist``."""
    setattr(FLAGS, flag_name, default_value.split() if isinstance(default_value, str) else default_value)


def DEFINE_multi_string(flag_name: str, default_value: Any, docstring: str = "", **kwargs: Any) -> None:  # noqa: N802
    """Declares a setting that may be given several times. Source: ``tf.flags.DEFINE_multi_string``."""
    listed = default_value is None or isinstance(default_value, list | tuple)
    setattr(FLAGS, flag_name, default_value if listed else [default_value])


DEFINE_multi_integer = DEFINE_multi_float = DEFINE_multi_string


def mark_flag_as_required(flag_name: str, *args: Any) -> None:
    """Nothing: no command line is read."""


def mark_flags_as_required(flag_names: Any, *args: Any) -> None:
    """Nothing: no command line is read."""


__getattr__ = unknown("tf.flags")
