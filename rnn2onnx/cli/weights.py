"""``rnn2onnx weights``: what a weights file holds, and how it lines up with a model; reads names, no numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from rnn2onnx.cli.arguments import AsTensorflow, Ema, Json, Rename, ready_models, renames
from rnn2onnx.cli.model_file import record
from rnn2onnx.cli.terminal import progress, say, say_json, table
from rnn2onnx.units import bytes_text

if TYPE_CHECKING:
    from rnn2onnx.weights import Entry, Fit

DOES_NOT_FIT = 1

ROWS = 200
"""The variables of each kind that a table has at most; JSON has all."""


def weights(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A weights file or folder of any format.", show_default=False)
    ],
    model: Annotated[
        Optional[str],  # noqa: UP045  (typer reads annotations on Python 3.10)
        typer.Option("--model", metavar="MODEL", help="Line up with its variables.", autocompletion=ready_models),
    ] = None,
    rename: Rename = None,
    ema: Ema = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what no model needs, such as an optimizer's slots.")
    ] = False,
    as_tensorflow: AsTensorflow = False,
    json: Json = False,
) -> None:
    """List what a weights file holds, or how it lines up with a model."""
    from rnn2onnx.weights import Expected, Given

    rules = renames(rename)
    with progress(f"opening {file}") as line:
        given = Given.of(file, rules, ema)
        if model is not None:
            from rnn2onnx.tf.program import variables_of

            line.say(f"recording {model}")
            recorded = record(model, as_tensorflow)
            types = variables_of(recorded.graph, recorded.outputs)
            expected = {name: Expected(type.dtype, tuple(map(int, type.shape))) for name, type in types.items()}
            fit = given.fit(expected, recorded.graph.variables)
        else:
            fit = given.fit({})
    if model is None:
        _list(file, fit, everything, json)
        return
    if json:
        say_json(_line_up_facts(file, model, fit, everything))
    else:
        _line_up(file, model, fit, everything)
    if not fit.fits:
        raise typer.Exit(DOES_NOT_FIT)


def _list(file: str, fit: Fit, everything: bool, json: bool) -> None:
    shown = list(fit.left_over.items())
    left_out = list(fit.left_out.items())
    size = sum(entry.nbytes for _, entry in shown)
    if json:
        arrays = [{"name": name, **_facts(entry)} for name, entry in shown]
        say_json({"file": file, "arrays": arrays, "bytes": size, "left_out": _left_out_facts(fit, everything)})
        return
    listed = shown + (left_out if everything else [])
    kinds = [""] * len(shown) + ["left out"] * len(left_out)
    if listed:
        paths = any(entry.path not in ("", name) for name, entry in listed)
        rows = [
            (name, entry.dtype.name, _shape(entry), bytes_text(entry.nbytes), kind, *([entry.path] if paths else []))
            for (name, entry), kind in zip(listed, kinds, strict=False)
        ]
        header = ("name", "dtype", "shape", "size", "", *(["object"] if paths else []))
        table(header, rows, ("cyan", "magenta", "magenta", "", "dim", "dim"))
        say()
    say(f"{_arrays(len(shown))}, {bytes_text(size)}{_also(fit, everything)}", "bold")


def _line_up(file: str, model: str, fit: Fit, everything: bool) -> None:
    from rnn2onnx.weights.fit.casting import conversion
    from rnn2onnx.weights.fit.misfit import counts, hints, rows, shortened, typed
    from rnn2onnx.weights.fit.suggestion import suggestion

    better = suggestion(fit)
    found = [
        (
            "fits",
            shortened(name),
            typed(fit.expected[name].dtype, fit.expected[name].shape),
            shortened(entry.name) if entry.name != name else "",
            typed(entry.dtype, entry.shape) if entry.dtype != fit.expected[name].dtype else "",
            conversion(entry.dtype, fit.expected[name].dtype) or "",
        )
        for name, entry in fit.matched.items()
    ]
    found = found[:ROWS] + rows(fit, better, ROWS)
    if everything:
        found += [
            ("left out", "", "", shortened(name), typed(entry.dtype, entry.shape), "")
            for name, entry in fit.left_out.items()
        ]
    if found:
        table(("", f"{model}'s variable", "", "array", "", ""), found, ("bold", "cyan", "magenta", "cyan", "magenta"))
        say()
    say(f"{counts(fit)}{_also(fit, everything)}", "bold")
    for line in hints(fit, better):
        say(line)


def _also(fit: Fit, everything: bool) -> str:
    if not fit.left_out:
        return ""
    return f"; {len(fit.left_out)} left out that no model needs{'' if everything else ' (--all lists them)'}"


def _line_up_facts(file: str, model: str, fit: Fit, everything: bool) -> dict[str, Any]:
    from rnn2onnx.weights.fit.casting import conversion
    from rnn2onnx.weights.fit.misfit import candidates
    from rnn2onnx.weights.fit.suggestion import suggestion

    better = suggestion(fit)
    near = candidates(fit, better, ROWS)
    variables: list[dict[str, Any]] = []
    for name, expected in fit.expected.items():
        entry = fit.matched.get(name) or fit.mis_shaped.get(name)
        status = "fits" if name in fit.matched else "mis-shaped" if name in fit.mis_shaped else "missing"
        fact: dict[str, Any] = {
            "name": name,
            "dtype": expected.dtype.name,
            "shape": list(expected.shape),
            "status": status,
            "array": _facts(entry) if entry else None,
        }
        if entry is not None and status == "fits":
            fact["conversion"] = conversion(entry.dtype, expected.dtype) or "same"
        if status == "missing":
            fact["nearest"] = near.get(name, [])
        variables.append(fact)
    return {
        "file": file,
        "model": model,
        "fits": fit.fits,
        "variables": variables,
        "left_over": [{"name": name, **_facts(entry)} for name, entry in fit.left_over.items()],
        "left_out": _left_out_facts(fit, everything),
        "rename": [list(rule) for rule in better.rules] if better else [],
    }


def _left_out_facts(fit: Fit, everything: bool) -> Any:
    """What is left out if all is asked for, else how much."""
    return [_facts(entry) for entry in fit.left_out.values()] if everything else len(fit.left_out)


def _facts(entry: Entry) -> dict[str, Any]:
    facts = {"in_file": entry.name, "dtype": entry.dtype.name, "shape": list(entry.shape), "bytes": entry.nbytes}
    return {**facts, "object": entry.path} if entry.path else facts


def _shape(entry: Entry) -> str:
    return f"[{', '.join(map(str, entry.shape))}]"


def _arrays(count: int) -> str:
    return f"{count} array{'' if count == 1 else 's'}"
