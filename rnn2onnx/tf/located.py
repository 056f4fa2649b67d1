"""The user's line for errors of parts that know nothing of calls: nests, shapes, dtypes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.ir import user_location


@contextmanager
def located() -> Iterator[None]:
    """Gives errors raised inside the file and line of the user's call, where they have none."""
    try:
        yield
    except Rnn2OnnxError as error:
        error.location = error.location or user_location()
        raise
