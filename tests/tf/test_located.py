"""Errors of parts that know nothing of calls get the user's line."""

from __future__ import annotations

import pytest

from rnn2onnx.errors import ArgumentError, ShapeError
from rnn2onnx.tf.located import located


def test_an_error_without_a_line_gets_this_one() -> None:
    with pytest.raises(ShapeError) as caught, located():
        raise ShapeError("shapes differ")
    assert caught.value.location is not None
    assert caught.value.location[0] == __file__
    assert __file__ in str(caught.value)


def test_a_line_that_is_known_stays() -> None:
    with pytest.raises(ArgumentError) as caught, located():
        raise ArgumentError("no", ("model.py", 3))
    assert str(caught.value) == "no\n  at model.py:3"


def test_errors_of_python_pass_unchanged() -> None:
    with pytest.raises(KeyError), located():
        raise KeyError("k")
