"""Arguments that several commands take: models, weights, ``NAME=VALUE`` pairs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from rnn2onnx.errors import FeedError

if TYPE_CHECKING:
    from rnn2onnx.ir import Array


def ready_models(incomplete: str) -> list[str]:
    """The ready models whose names begin so; the shell adds the files itself where there are none."""
    from rnn2onnx.models import READY

    return [name for name in READY if name.startswith(incomplete)]


Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        autocompletion=ready_models,
        help="FILE.py or FILE.py:FUNCTION (by default model), or a name in rnn2onnx.models.",
        show_default=False,
    ),
]
Weights = Annotated[
    Optional[str],  # noqa: UP045  (typer reads annotations on Python 3.10)
    typer.Option("--weights", metavar="PATH", help="The variables' values; their seeded initial values if not given."),
]
Rename = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--rename",
        metavar="OLD=NEW",
        help="What a regular expression matches in the weights' names becomes NEW; a name that becomes empty is left "
        "out. Several may follow, in order.",
    ),
]
Ema = Annotated[bool, typer.Option("--ema", help="Take the variables' ExponentialMovingAverages where there are any.")]
AsTensorflow = Annotated[bool, typer.Option("--as-tensorflow", help="In the file, import tensorflow finds rnn2onnx.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Feeds = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--feed", metavar="NAME=FILE.npy", help="An input: a file, or JSON as in n=[3,5]. Several may follow."
    ),
]
Shapes = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--shape", metavar="NAME=LENGTH", help="A named length of the random inputs. Several may follow."),
]
ManyShapes = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--shape", metavar="NAME=LENGTH[,LENGTH...]", help="Named lengths; all combinations are run."),
]
Seed = Annotated[int, typer.Option("--seed", help="Of the random inputs.")]


def shapes(pairs: Sequence[str] | None) -> dict[str, int]:
    """The lengths that ``NAME=LENGTH`` pairs say; a usage error if one is no such pair."""
    found: dict[str, int] = {}
    for pair in pairs or ():
        name, equals, value = pair.rpartition("=")
        if not equals or not name or not value.isdigit():
            raise typer.BadParameter(f"{pair!r} is not NAME=LENGTH, such as batch=2.", param_hint="--shape")
        found[name] = int(value)
    return found


def combinations(pairs: Sequence[str] | None) -> dict[str, list[int]]:
    """The lengths that ``NAME=LENGTH,LENGTH`` pairs say; a usage error if one is no such pair."""
    found: dict[str, list[int]] = {}
    for pair in pairs or ():
        name, equals, values = pair.rpartition("=")
        lengths = values.split(",")
        if not equals or not name or not all(map(str.isdigit, lengths)):
            raise typer.BadParameter(f"{pair!r} is not NAME=LENGTH[,LENGTH...], as batch=1,32.", param_hint="--shape")
        found[name] = [int(length) for length in lengths]
    return found


def renames(pairs: Sequence[str] | None) -> list[tuple[str, str]] | None:
    """The rules that ``OLD=NEW`` pairs say, None if there are none; a usage error if one is no such pair."""
    found: list[tuple[str, str]] = []
    for pair in pairs or ():
        # No name of a variable has an equals sign in it; an expression may: (?=...).
        old, equals, new = pair.rpartition("=")
        if not equals or not old:
            raise typer.BadParameter(
                f"{pair!r} is not OLD=NEW, such as '^model/=' or 'lstm/=rnn/'.", param_hint="--rename"
            )
        found.append((old, new))
    return found or None


def feeds(pairs: Sequence[str] | None) -> dict[str, Array]:
    """The arrays that ``NAME=FILE.npy`` pairs name; a usage error if one is no such pair.

    Raises:
        FeedError: There is no such file, or it holds no array.
    """
    found: dict[str, Array] = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name or not value:
            raise typer.BadParameter(f"{pair!r} is not NAME=FILE.npy, such as x=x.npy.", param_hint="--feed")
        found[name] = _array(name, value)
    return found


def _array(name: str, value: str) -> Array:
    import numpy as np

    if os.path.isfile(value):
        try:
            with open(value, "rb") as file:
                # Older numpy has no types for this function.
                read: Callable[..., Array] = np.lib.format.read_array
                return read(file, allow_pickle=False)
        except ValueError as error:
            raise FeedError(f"--feed {name}={value}: it is no .npy file as numpy.save writes it ({error}).") from None
    literal: Any = None
    try:
        literal = json.loads(value)
        if isinstance(literal, list | int | float | bool):
            return np.asarray(literal)
    except ValueError:
        literal = None
    raise FeedError(f"--feed {name}={value}: there is no file {value!r}, and it is not a number or a list in JSON.")
