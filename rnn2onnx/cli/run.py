"""``rnn2onnx run``: an ONNX file on given or random inputs, and what comes out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from rnn2onnx.cli.arguments import Feeds, Json, Seed, Shapes, feeds, shapes
from rnn2onnx.cli.onnx_file import input_types, opened
from rnn2onnx.cli.terminal import progress, say, say_json, table
from rnn2onnx.errors import FeedError
from rnn2onnx.whole_file import whole_file

if TYPE_CHECKING:
    from rnn2onnx.ir import Array, Type


def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An ONNX file.", show_default=False)],
    feed: Feeds = None,
    shape: Shapes = None,
    seed: Seed = 0,
    output: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("-o", "--output", metavar="FILE.npz", help="Write the outputs there."),
    ] = None,
    json: Json = False,
) -> None:
    """Run an ONNX file on onnxruntime, on given inputs or random ones."""
    from rnn2onnx.runtime.feeds import checked
    from rnn2onnx.runtime.random_feeds import random_feeds

    given, sizes = feeds(feed), shapes(shape)
    with progress(f"loading {file}") as line:
        engine = opened(file)
        types = input_types(file, engine)
        missing = {name: type for name, type in types.items() if name not in given}
        sizes = {**_sizes_of(given, types), **sizes}
        drawn = random_feeds(missing, {name: sizes[name] for name in _dims(missing) if name in sizes}, seed=seed)
        unused = [name for name in shapes(shape) if name not in _dims(types)]
        if unused:
            raise FeedError(f"no input has a length called {unused[0]!r}; the inputs are: {_listed(types)}.")
        arrays = checked({**drawn, **given}, types)
        line.say(f"running {file}")
        start = time.perf_counter()
        try:
            results = engine.run(None, arrays)
        except Exception as error:
            shown = ", ".join(f"{name}: {array.dtype}{list(array.shape)}" for name, array in arrays.items())
            raise FeedError(f"onnxruntime could not run {file} on {shown or 'no inputs'}: {error}") from None
        seconds = time.perf_counter() - start
    outputs: dict[str, Array] = dict(zip((value.name for value in engine.get_outputs()), results, strict=True))
    if output is not None:
        _write(output, outputs)
    if json:
        facts = list(map(_facts, outputs.items()))
        say_json({"seconds": seconds, "random": list(drawn), "seed": seed, "outputs": facts})
        return
    rows = [(name, *_cells(array), "random" if name in drawn else "given") for name, array in arrays.items()]
    table(("input", "dtype", "shape", "values", ""), rows, ("cyan", "magenta", "magenta", "", "dim"))
    say()
    rows = [(name, *_cells(array), "") for name, array in outputs.items()]
    table(("output", "dtype", "shape", "values", ""), rows, ("cyan", "magenta", "magenta"))
    say()
    notes = [f"{seconds * 1000:.3g} ms"]
    notes += [f"random inputs of seed {seed}"] if drawn else []
    notes += [f"written to {output}"] if output else []
    say("; ".join(notes))


def _dims(types: dict[str, Type]) -> list[str]:
    return [dim for type in types.values() for dim in type.shape if isinstance(dim, str)]


def _listed(types: dict[str, Type]) -> str:
    return ", ".join(f"{name}: {type}" for name, type in types.items()) or "none"


def _sizes_of(given: dict[str, Array], types: dict[str, Type]) -> dict[str, int]:
    """The named lengths that given arrays have, so that random ones fit them."""
    return {
        dim: length
        for name, array in given.items()
        if name in types
        for dim, length in zip(types[name].shape, array.shape, strict=False)
        if isinstance(dim, str)
    }


def _cells(array: Array) -> tuple[str, str, str]:
    return array.dtype.name, "[" + ", ".join(map(str, array.shape)) + "]", summary(array)


def summary(array: Array) -> str:
    """A few words on an array's elements: all of them if few, else their range and mean, and what is no number."""
    import numpy as np

    if not array.size:
        return "no elements"
    if array.size <= 6:
        return np.array2string(array, precision=4, separator=", ", max_line_width=10_000).replace("\n", "")
    if array.dtype == np.bool_:
        return f"{int(array.sum())} of {array.size} true"
    if array.dtype.kind in "iu":
        least, most = int(array.min()), int(array.max())
        return f"all {least}" if least == most else f"{least} to {most}"
    wide = array.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    odd = f", {wide.size - finite.size} not finite" if finite.size < wide.size else ""
    if not finite.size:
        return f"{wide.size} elements{odd}"
    if finite.min() == finite.max():
        return f"all {finite[0]:.4g}{odd}"
    return f"{finite.min():.4g} to {finite.max():.4g}, mean {finite.mean():.4g}{odd}"


def _facts(named: tuple[str, Array]) -> dict[str, Any]:
    name, array = named
    return {"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "values": summary(array)}


def _write(path: str, outputs: dict[str, Array]) -> None:
    import numpy as np

    with whole_file(path) as file:
        np.savez(file, allow_pickle=False, **outputs)
