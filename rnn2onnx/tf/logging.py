"""``tf.logging``: messages to Python's own logger named ``tensorflow``, which prints warnings and errors by default."""

from __future__ import annotations

import logging as _logging
from collections import Counter
from typing import Any

from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "WARNING",
    "debug",
    "error",
    "fatal",
    "flush",
    "get_logger",
    "get_verbosity",
    "info",
    "log",
    "log_every_n",
    "log_first_n",
    "log_if",
    "set_verbosity",
    "vlog",
    "warn",
    "warning",
]

DEBUG = _logging.DEBUG
INFO = _logging.INFO
WARN = _logging.WARNING
WARNING = _logging.WARNING
ERROR = _logging.ERROR
FATAL = _logging.CRITICAL

_LOGGER = _logging.getLogger("tensorflow")
_SAID: Counter[str] = Counter()


def get_logger() -> _logging.Logger:
    """The logger. Source: ``tf.get_logger``."""
    return _LOGGER


def log(level: int, msg: str, *args: Any, **kwargs: Any) -> None:
    """Logs at a level."""
    _LOGGER.log(level, msg, *args, **kwargs)


def debug(msg: str, *args: Any, **kwargs: Any) -> None:
    """Logs at level DEBUG."""
    _LOGGER.debug(msg, *args, **kwargs)


def info(msg: str, *args: Any, **kwargs: Any) -> None:
    """Logs at level INFO."""
    _LOGGER.info(msg, *args, **kwargs)


def warning(msg: str, *args: Any, **kwargs: Any) -> None:
    """Logs at level WARN."""
    _LOGGER.warning(msg, *args, **kwargs)


def warn(msg: str, *args: Any, **kwargs: Any) -> None:
    """Logs at level WARN."""
    _LOGGER.warning(msg, *args, **kwargs)


def error(msg: str, *args: Any, **kwargs: Any) -> None:
    """Logs at level ERROR."""
    _LOGGER.error(msg, *args, **kwargs)


def fatal(msg: str, *args: Any, **kwargs: Any) -> None:
    """Logs at level FATAL."""
    _LOGGER.critical(msg, *args, **kwargs)


def vlog(level: int, msg: str, *args: Any, **kwargs: Any) -> None:
    """Logs at a level."""
    _LOGGER.log(level, msg, *args, **kwargs)


def log_if(level: int, msg: str, condition: Any, *args: Any) -> None:
    """Logs where ``condition`` holds."""
    if condition:
        log(level, msg, *args)


def log_first_n(level: int, msg: str, n: int, *args: Any) -> None:
    """Logs a message the first ``n`` times."""
    _SAID[msg] += 1
    log_if(level, msg, _SAID[msg] <= n, *args)


def log_every_n(level: int, msg: str, n: int, *args: Any) -> None:
    """Logs a message the first time and every ``n``-th time after."""
    _SAID[msg] += 1
    log_if(level, msg, (_SAID[msg] - 1) % n == 0, *args)


def set_verbosity(v: Any) -> None:
    """Sets the level from which messages are shown: a number or its name."""
    _LOGGER.setLevel(v)


def get_verbosity() -> int:
    """The level from which messages are shown."""
    return _LOGGER.getEffectiveLevel()


def flush() -> None:
    """Writes out what handlers have kept back."""
    for handler in _LOGGER.handlers:
        handler.flush()


__getattr__ = unknown("tf.logging")
