"""Ops take TensorFlow's arguments: in its order, under its names, with its defaults.

``op_signatures.txt`` was recorded from ``tensorflow.compat.v1`` 2.15.1 with ``inspect.signature``.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from rnn2onnx import tf

SIGNATURES = (Path(__file__).parent / "op_signatures.txt").read_text(encoding="utf-8").splitlines()


def shown(parameter: inspect.Parameter) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    if parameter.default is parameter.empty:
        return stars + parameter.name
    default = parameter.default.name if isinstance(parameter.default, tf.DType) else repr(parameter.default)
    return f"{parameter.name}={default}"


def found(path: str) -> Any:
    function: Any = tf
    for name in path.split("."):
        function = getattr(function, name)
    return function


@pytest.mark.parametrize("line", SIGNATURES, ids=lambda line: line.split("(")[0])
def test_the_arguments_are_tensorflows(line: str) -> None:
    path = line.split("(")[0]
    parameters = inspect.signature(found(path)).parameters.values()
    assert f"{path}({', '.join(map(shown, parameters))})" == line


def test_every_op_says_what_it_gives_and_which_call_it_is() -> None:
    for line in SIGNATURES:
        documentation = inspect.getdoc(found(line.split("(")[0]))
        assert documentation is not None
        assert documentation.split("\n")[0].rstrip("`.").strip()
        assert "``tf." in documentation
