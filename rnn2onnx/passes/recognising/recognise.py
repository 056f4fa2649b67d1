"""``recognise``: a recurrence that computes an LSTM, a GRU or an RNN becomes the native operator.

What counts is what the body computes, not how it is written or named: its new states are brought into a normal form
(sums of products of activations of affine forms), the gates are found in it, and the weights that come out are tried on
random numbers in float64 against the body itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnn2onnx.errors import FeedError
from rnn2onnx.ir import Array, Builder, Graph, Op, Value, evaluate_body, kind, replay
from rnn2onnx.ir.types import Type, is_float
from rnn2onnx.passes.choice import BY_COSTS, Choice, Form
from rnn2onnx.passes.recognising.affine import Forms
from rnn2onnx.passes.recognising.gates import Body, Layer, MismatchError, find
from rnn2onnx.passes.recognising.polynomial import LINEAR, NotPolynomialError, Polynomials
from rnn2onnx.passes.recognising.unproject import unprojected
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.vectorise import is_zero
from rnn2onnx.passes.widening import before_widening

INT32 = np.dtype(np.int32)


@dataclass(frozen=True)
class Recognise:
    """Recurrences that compute an LSTM, GRU or RNN become the native operators."""

    name: ClassVar[str] = "recognise"
    works_on: ClassVar[Collection[str]] = ("recur",)
    choice: Choice = BY_COSTS

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with native layers where recurrences compute them."""

        def rule(builder: Builder, op: Op) -> Sequence[Value] | None:
            if op.kind.name != "recur":
                return None
            try:
                return _native(builder, op, report, self.choice)
            except SlowerError:
                return None
            except MismatchError as error:
                why = str(error)
            except NotPolynomialError as error:
                why = error.reason
            try:
                return _native_before_its_projection(builder, op, report, self.choice)
            except (MismatchError, NotPolynomialError):
                report.note(op, why)
            except SlowerError:
                pass
            return None

        return replay(graph, (rule,))


class SlowerError(Exception):
    """The native layer is the slower form."""


def _native_before_its_projection(builder: Builder, op: Op, report: Report, choice: Choice) -> Sequence[Value]:
    """The results by a native layer that carries what the output state is projected from."""
    found = unprojected(builder, op)
    if found is None:
        raise MismatchError("none of its states is a product with a constant that starts at zero")
    return found.results(builder, _native(builder, found.op, report, choice))


def _native(builder: Builder, op: Op, report: Report, choice: Choice) -> Sequence[Value]:
    (body,) = op.blocks
    count: int = op.attrs["states"]
    lengths = op.operands[-1] if op.attrs["lengths"] else None
    params = body.params[:count]
    _check_types(op, params)
    news, rows = body.results[:count], body.results[count:]
    sequences = dict(zip(body.params[count:], op.operands[count:], strict=False))
    forms = Forms(sequences)
    outer = _Linear(params)
    found = find(Body(params, news, forms, Polynomials(forms, outer)))
    if any(row is not news[found.hidden] for row in rows):
        raise MismatchError("it emits more than its output state in each step")
    inputs = _inputs(found, params[found.hidden])
    _prove(op, found, inputs, forms)
    if found.kind == "rnn":
        _check_units_meet(found, params[found.hidden])
    time, batch = inputs[0].type.shape[:2]
    depth = sum(int(source.type.shape[-1]) for source in inputs)
    units = found.gates[0].width
    form = Form(
        found.kind.upper(),
        lambda at: at.layer(found.kind, (at.length(time), at.length(batch), depth), units, ragged=lengths is not None),
        lambda: _emit(builder, op, found, inputs, lengths, report),
    )
    made = choice.between(builder, op, form, "Scan", report)
    if made is None:
        raise SlowerError
    return made


def _check_units_meet(layer: Layer, state: Value) -> None:
    """Refuses a sum in which each unit sees itself only: a product would spread an infinite one over the others."""
    matrix = layer.gates[0].terms.get(state)
    if layer.activations[0] == LINEAR and (matrix is None or not np.any(matrix - np.diag(np.diagonal(matrix)))):
        raise MismatchError("its state is multiplied and added to element by element, which needs no matrix")


class _Linear:
    """The sources that a form may have and still be one atom: the states, and whole sequences before the loop."""

    def __init__(self, states: Sequence[Value]) -> None:
        self.states = states

    def __contains__(self, value: Value) -> bool:
        return value in self.states or (value.block is not self.states[0].block and value.type.rank == 3)


def _check_types(op: Op, params: Sequence[Value]) -> None:
    if op.attrs["unmasked"] and op.attrs["lengths"]:
        raise MismatchError("a state of it goes on past the lengths")
    if not params:
        raise MismatchError("it carries no state")
    for param in params:
        type = param.type
        if type.rank != 2 or not isinstance(type.shape[1], int) or not is_float(type.dtype):
            raise MismatchError(f"a state of it is {type}, not a row of numbers for each batch row")
        if type.dtype.name not in ("float32", "float16"):
            raise MismatchError(f"onnxruntime has no native layer of {type.dtype.name}")


def _inputs(layer: Layer, state: Value) -> list[Value]:
    """The sequences that the gates read, in order of first use."""
    found: dict[Value, None] = {}
    for gate in layer.gates:
        found.update((source, None) for source in gate.terms if source is not state)
    if not found:
        raise MismatchError("its gates read no input")
    time, batch = {source.type.shape[0] for source in found}, {source.type.shape[1] for source in found}
    if len(time) > 1 or len(batch) > 1:
        raise MismatchError("its inputs differ in their first two lengths")
    if batch != {state.type.shape[0]}:
        raise MismatchError("its inputs and its state are not of one batch")
    return list(found)


def _matrices(layer: Layer, state: Value, inputs: Sequence[Value], width: int) -> tuple[Array, Array, Array]:
    """W, R and B of one direction."""
    depth = [int(source.type.shape[-1]) for source in inputs]
    w, r, wb, rb = [], [], [], []
    for number, gate in enumerate(layer.gates):
        parts = [gate.terms.get(source, np.zeros((d, width))) for source, d in zip(inputs, depth, strict=True)]
        w.append(np.concatenate(parts).T)
        r.append(gate.terms.get(state, np.zeros((width, width))).T)
        wb.append(gate.bias)
        rb.append(layer.recurrent_bias[number] if len(layer.recurrent_bias) else np.zeros(width))
    return np.concatenate(w), np.concatenate(r), np.concatenate([*wb, *rb])


def _attrs(layer: Layer, width: int, direction: str) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "direction": direction,
        "activations": tuple(layer.activations),
        "linear_before_reset": layer.linear_before_reset,
    }


def _prove(op: Op, layer: Layer, inputs: Sequence[Value], forms: Forms) -> None:
    """Compares one step of the layer with one of the body on random rows, in float64."""
    (body,) = op.blocks
    count = op.attrs["states"]
    random = np.random.default_rng(7)
    rows = {source: random.standard_normal((3, int(source.type.shape[-1]))) for source in inputs}
    states = [random.standard_normal((3, int(p.type.shape[-1]))) for p in body.params[:count]]
    steps = [_row(param, rows, forms) for param in body.params[count:]]
    try:
        wanted = evaluate_body(body, [*states, *steps], float64=True)
    except FeedError:
        raise MismatchError("its body uses a value outside that is no constant") from None
    width = layer.gates[0].width
    w, r, b = _matrices(layer, body.params[layer.hidden], inputs, width)
    given = {"X": np.concatenate([rows[s] for s in inputs], axis=1)[None], "W": w[None], "R": r[None], "B": b[None]}
    given["initial_h"] = states[layer.hidden][None]
    if layer.cell is not None:
        given["initial_c"] = states[layer.cell][None]
    if layer.peepholes is not None:
        given["P"] = np.concatenate(list(layer.peepholes))[None]
    attrs = {**_attrs(layer, width, "forward"), "inputs": tuple(given)}
    found = kind(layer.kind).evaluate(attrs, *given.values())
    pairs = [(found[1][0], wanted[layer.hidden])]
    if layer.cell is not None:
        pairs.append((found[2][0], wanted[layer.cell]))
    for a, b in pairs:
        if not np.allclose(a, b, rtol=1e-9, atol=1e-9):
            raise MismatchError("the native layer with these weights gives other numbers")


def _row(param: Value, rows: Mapping[Value, Array], forms: Forms) -> Array:
    """A step's value of a body parameter, from the rows of the sources outside."""
    form = forms.form(param)
    if form is None:
        raise MismatchError(f"it reads {param.type} in each step, which is not affine in an input")
    total: Array = np.zeros((3, form.width)) + form.bias
    for source, matrix in form.terms.items():
        if source not in rows:
            raise MismatchError("an input of its body takes no part in its gates")
        total = total + rows[source] @ matrix
    return total


def _emit(
    builder: Builder, op: Op, layer: Layer, inputs: Sequence[Value], lengths: Value | None, report: Report
) -> Sequence[Value]:
    (body,) = op.blocks
    count = op.attrs["states"]
    width = layer.gates[0].width
    state = body.params[layer.hidden]
    dtype = state.type.dtype
    x = inputs[0] if len(inputs) == 1 else builder.emit("concat", inputs, axis=2, location=op.location)[0]
    w, r, b = _matrices(layer, state, inputs, width)
    given = {"X": x}
    for name, array in (("W", w), ("R", r), ("B", b)):
        given[name] = builder.const(array[None].astype(dtype), f"{layer.kind}/{name}")
    time, batch = x.type.shape[:2]
    limit = builder.dim_value(time)
    assert limit is not None
    count32 = _cast(builder, limit, INT32)
    if lengths is not None:
        # Clamped before they are narrowed: there may be more than the operator can be told.
        lengths = before_widening(lengths)
        narrow = np.can_cast(lengths.type.dtype, INT32)
        zero, most = builder.const(np.array(0, INT32 if narrow else np.int64)), count32 if narrow else limit
        least = builder.emit("maximum", (_cast(builder, lengths, zero.type.dtype), zero))[0]
        given["sequence_lens"] = _cast(builder, builder.emit("minimum", (least, most))[0], INT32)
    initial = {"initial_h": op.operands[layer.hidden]}
    if layer.cell is not None:
        initial["initial_c"] = op.operands[layer.cell]
    for name, value in initial.items():
        given[name] = builder.emit("unsqueeze", (value,), axes=(0,))[0]
    if layer.peepholes is not None:
        given["P"] = builder.const(np.concatenate(list(layer.peepholes))[None].astype(dtype), "lstm/P")
    results = builder.emit(
        layer.kind,
        given.values(),
        location=op.location,
        inputs=tuple(given),
        types=[Type(dtype, (time, 1, batch, width)), *[Type(dtype, (1, batch, width))] * len(initial)],
        **_attrs(layer, width, "reverse" if op.attrs["reverse"] else "forward"),
    )
    rows = builder.emit("squeeze", (results[0],), axes=(1,))[0]
    finals = [builder.emit("squeeze", (value,), axes=(0,))[0] for value in results[1:]]
    not_run = _not_run(builder, given.get("sequence_lens"), time, count32)
    always = layer.kind == "rnn"
    kept = [_restored(builder, f, v, not_run, always) for f, v in zip(finals, initial.values(), strict=True)]
    ends = {layer.hidden: kept[0]}
    if layer.cell is not None:
        ends[layer.cell] = kept[1]
    form = " with peepholes" if layer.peepholes is not None else ""
    report.decide(
        op,
        f"{layer.kind} of {width} units{form}",
        layer.kind.upper(),
        _why(layer, lengths is not None),
        f"{time} steps inside one {layer.kind.upper()}",
    )
    return [*(ends[i] for i in range(count)), *[rows] * (len(body.results) - count)]


def _cast(builder: Builder, value: Value, dtype: np.dtype) -> Value:
    return value if value.type.dtype == dtype else builder.emit("cast", (value,), dtype=dtype)[0]


def _not_run(builder: Builder, lengths: Value | None, time: int | str, steps: Value) -> Value | None:
    """Which rows take no step: bool[B, 1], or bool[] without lengths; None if all do."""
    zero = builder.const(np.array(0, INT32))
    if lengths is not None:
        return builder.emit("unsqueeze", (builder.emit("equal", (lengths, zero))[0],), axes=(1,))[0]
    if isinstance(time, int) and time:
        return None
    return builder.emit("equal", (steps, zero))[0]


def _restored(builder: Builder, final: Value, initial: Value, not_run: Value | None, always: bool) -> Value:
    """The final state, with the initial one where no step was taken: the native operators give zero there.

    The RNN of onnxruntime before 1.24 gives anything, so it is restored even to zero.
    """
    if not_run is None or (is_zero(initial) and not always):
        return final
    return builder.emit("where", (not_run, initial, final), types=[final.type])[0]


def _why(layer: Layer, lengths: bool) -> str:
    parts = [
        f"its body computes the gates of ONNX's {layer.kind.upper()} (found in its algebra, proved on random numbers)"
    ]
    if layer.linear_before_reset:
        parts.append("linear_before_reset")
    names = [name for name, _, _ in layer.activations]
    parts.append(f"activations {', '.join(names)}")
    if lengths:
        parts.append("native lengths")
    return "; ".join(parts)
