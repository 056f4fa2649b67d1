"""Words with bodies: ``recur``, ``scan``, ``loop`` and ``cond``.

A body refers to outer values directly; what it carries from step to step are its parameters and results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir.graph import Array, Attrs, Block, Kind, Op, Value, captures
from rnn2onnx.ir.table import add_kind
from rnn2onnx.ir.types import UNKNOWN, Dim, Type, fits, is_integer, same_dim

Run = Callable[[Block, Sequence[Array]], "list[Array]"]


def _joint(dims: Sequence[Dim], what: str) -> Dim:
    joint: Dim = UNKNOWN
    for dim in dims:
        better = same_dim(joint, dim)
        if better is None:
            raise ShapeError(f"the {what} of the sequences differ: {joint} and {dim}")
        joint = better
    return joint


def _check_carried(params: Sequence[Value], results: Sequence[Value], operands: Sequence[Value]) -> None:
    for param, result, operand in zip(params, results, operands, strict=True):
        if not fits(operand.type, param.type):
            raise ShapeError(f"a body's state is {param.type} but starts as {operand.type}")
        if not fits(result.type, param.type):
            raise ShapeError(f"a body's state is {param.type} but becomes {result.type}")


def _steps(sequences: Sequence[Value], params: Sequence[Value]) -> Dim:
    if not sequences:
        raise ShapeError("a recurrence walks at least one sequence")
    for value, param in zip(sequences, params, strict=True):
        if not value.type.rank:
            raise ShapeError(f"a sequence has a first axis to walk, but {value.type} has none")
        if not fits(Type(value.type.dtype, value.type.shape[1:]), param.type):
            raise ShapeError(f"a step of {value.type} is not the body's {param.type}")
    return _joint([value.type.shape[0] for value in sequences], "lengths")


def _recur_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    states, (body,) = attrs["states"], blocks
    initial = values[:states]
    sequences = values[states : len(values) - 1 if attrs["lengths"] else len(values)]
    if attrs["lengths"]:
        lengths = values[-1].type
        if lengths.rank != 1 or not is_integer(lengths.dtype):
            raise DTypeError(f"lengths are a vector of integers, not {lengths}")
        _check_rows(attrs, body.params[:states], [*body.params[states:], *body.results[states:]])
    steps = _steps(sequences, body.params[states:])
    _check_carried(body.params[:states], body.results[:states], initial)
    finals = [
        param.type if attrs["lengths"] else param.type.with_shape(map(_stays, param.type.shape, result.type.shape))
        for param, result in zip(body.params[:states], body.results[:states], strict=True)
    ]
    return [*finals, *(r.type.with_shape((steps, *r.type.shape)) for r in body.results[states:])]


def _stays(param: Dim, result: Dim) -> Dim:
    """The length of a state after some steps: a name only if every step keeps it."""
    return param if isinstance(param, int) or param == result else UNKNOWN


def _check_rows(attrs: Attrs, states: Sequence[Value], steps: Sequence[Value]) -> None:
    """Lengths are of rows: what is masked by them or read backwards up to them has rows."""
    for index, state in enumerate(states):
        if not state.type.rank and index not in attrs["unmasked"]:
            raise ShapeError(f"the state {index} is {state.type}: it has no rows that could stop, so it is unmasked")
    if attrs["reverse"] and any(not step.type.rank for step in steps):
        raise ShapeError("what is walked backwards from the lengths has rows, but a step of it is a number")


def reverse_rows(array: Array, lengths: Array | None) -> Array:
    """A time-major sequence read backwards; with lengths, each row's first ``length`` steps only."""
    if lengths is None:
        return array[::-1]
    out = array.copy()
    for row, length in enumerate(np.clip(lengths, 0, len(array))):
        out[:length, row] = array[:length, row][::-1]
    return out


def _recur_value(run: Run, op: Op, args: Sequence[Array]) -> list[Array]:
    states, (body,) = op.attrs["states"], op.blocks
    lengths = args[-1].astype(np.int64) if op.attrs["lengths"] else None
    carried = list(args[:states])
    sequences = list(args[states : len(args) - 1 if lengths is not None else len(args)])
    total = len(sequences[0])
    bound = total if lengths is None else min(total, max(1, int(lengths.max(initial=0))))
    if op.attrs["reverse"]:
        sequences = [reverse_rows(sequence, lengths) for sequence in sequences]
    rows: list[Array] | None = None
    for step in range(bound):
        results = run(body, [*carried, *(sequence[step] for sequence in sequences)])
        news, outs = results[:states], results[states:]
        if lengths is not None:
            done = step >= lengths
            news = [
                new if i in op.attrs["unmasked"] else np.where(_column(done, new), old, new).astype(new.dtype)
                for i, (old, new) in enumerate(zip(carried, news, strict=True))
            ]
            outs = [out if out.ndim == 0 else np.where(_column(done, out), np.zeros_like(out), out) for out in outs]
        carried = news
        if rows is None:
            rows = [np.zeros((total, *out.shape), out.dtype) for out in outs]
        for row, out in zip(rows, outs, strict=True):
            row[step] = out
    if rows is None:
        rows = _no_rows(run, op, args)
    if op.attrs["reverse"]:
        rows = [reverse_rows(row, lengths) for row in rows]
    return [*carried, *rows]


def _column(done: Array, like: Array) -> Array:
    return done.reshape(done.shape + (1,) * (like.ndim - 1))


def _no_rows(run: Run, op: Op, args: Sequence[Array]) -> list[Array]:
    """Rows of a sequence without steps: their shape is what the types say, or that of one step on zeros."""
    states, (body,) = op.attrs["states"], op.blocks
    outer = captures(body)
    values, arrays = [*op.operands, *outer], [*args, *run(Block(results=tuple(outer)), [])]
    shapes = [_lengths_of(value.type, values, arrays) for value in body.results[states:]]
    if None not in shapes:
        dtypes = [value.type.dtype for value in body.results[states:]]
        return [np.zeros((0, *(shape or ())), dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
    steps = [np.zeros(a.shape[1:], a.dtype) for a in args[states : states + len(body.params) - states]]
    outs = run(body, [*args[:states], *steps])[states:]
    return [np.zeros((0, *out.shape), out.dtype) for out in outs]


def _lengths_of(type: Type, values: Sequence[Value], arrays: Sequence[Array]) -> tuple[int, ...] | None:
    """The lengths of a type, where values and their arrays say what its names are."""
    known: dict[Dim, int] = {}
    for value, array in zip(values, arrays, strict=True):
        known.update(zip(value.type.shape, array.shape, strict=True))
    found = [dim if isinstance(dim, int) else known.get(dim) for dim in type.shape]
    return None if None in found else tuple(dim for dim in found if dim is not None)


def _scan_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    states, (body,) = attrs["states"], blocks
    steps = _steps(values[states:], body.params[states:])
    _check_carried(body.params[:states], body.results[:states], values[:states])
    finals = [param.type for param in body.params[:states]]
    return [*finals, *(r.type.with_shape((steps, *r.type.shape)) for r in body.results[states:])]


def _scan_value(run: Run, op: Op, args: Sequence[Array]) -> list[Array]:
    states, (body,) = op.attrs["states"], op.blocks
    carried, sequences = list(args[:states]), args[states:]
    order = range(len(sequences[0]))
    if op.attrs["reverse"]:
        order = order[::-1]
    rows: dict[int, list[Array]] = {}
    for step in order:
        results = run(body, [*carried, *(sequence[step] for sequence in sequences)])
        carried, rows[step] = results[:states], results[states:]
    if not rows:
        return [*carried, *_no_rows(run, op, args)]
    stacked = [np.stack([rows[step][i] for step in sorted(rows)]) for i in range(len(rows[order[0]]))]
    return [*carried, *stacked]


def _loop_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    (body,), carried = blocks, len(values) - 1
    for flag in (values[0], body.results[0]):
        if flag.type != Type(np.dtype(bool), ()):
            raise DTypeError(f"a loop goes on by a bool[], not {flag.type}")
    if body.params[0].type != Type(np.dtype(np.int64), ()):
        raise DTypeError(f"a loop's body counts in i64[], not {body.params[0].type}")
    _check_carried(body.params[1:], body.results[1 : 1 + carried], values[1:])
    finals = [
        Type(param.type.dtype, tuple(map(_kept, initial.type.shape, param.type.shape, result.type.shape)))
        for initial, param, result in zip(values[1:], body.params[1:], body.results[1:], strict=False)
    ]
    rows = [r.type.with_shape((UNKNOWN, *r.type.shape)) for r in body.results[1 + carried :]]
    return [*finals, *rows]


def _kept(initial: Dim, param: Dim, result: Dim) -> Dim:
    """The length after a loop: a name only if every step keeps it."""
    return param if isinstance(param, int) or initial == param == result else UNKNOWN


def _loop_value(run: Run, op: Op, args: Sequence[Array]) -> list[Array]:
    (body,), carried = op.blocks, list(args[1:])
    count, rows, go = 0, [], bool(args[0])
    while go:
        results = run(body, [np.array(count, np.int64), *carried])
        go, carried = bool(results[0]), results[1 : 1 + len(carried)]
        rows.append(results[1 + len(carried) :])
        count += 1
    if rows:
        return [*carried, *(np.stack(row) for row in zip(*rows, strict=True))]
    given = body.results[1 + len(carried) :]
    if not given:
        return carried
    outer = captures(body)
    values, arrays = [*op.operands, *outer], [*args, *run(Block(results=tuple(outer)), [])]
    shapes = [_lengths_of(value.type, values, arrays) for value in given]
    if None in shapes:
        shapes = [out.shape for out in run(body, [np.array(0, np.int64), *carried])[1 + len(carried) :]]
    dtypes = [value.type.dtype for value in given]
    return [
        *carried,
        *(np.zeros((0, *(shape or ())), dtype) for shape, dtype in zip(shapes, dtypes, strict=True)),
    ]


def _cond_type(values: Sequence[Value], attrs: Attrs, blocks: Sequence[Block]) -> list[Type]:
    then, otherwise = blocks
    if values[0].type != Type(np.dtype(bool), ()):
        raise DTypeError(f"a condition is a bool[], not {values[0].type}")
    if len(then.results) != len(otherwise.results):
        raise ShapeError(f"the branches give {len(then.results)} and {len(otherwise.results)} values")
    types = []
    for a, b in zip(then.results, otherwise.results, strict=True):
        if a.type.dtype != b.type.dtype or a.type.rank != b.type.rank:
            raise DTypeError(f"the branches give {a.type} and {b.type}; they must agree in dtype and rank")
        shape = [x if x == y else UNKNOWN for x, y in zip(a.type.shape, b.type.shape, strict=True)]
        types.append(a.type.with_shape(shape))
    return types


def _cond_value(run: Run, op: Op, args: Sequence[Array]) -> list[Array]:
    return run(op.blocks[0] if bool(args[0]) else op.blocks[1], [])


add_kind(Kind("recur", _recur_type, _recur_value, blocks=1))
add_kind(Kind("scan", _scan_type, _scan_value, blocks=1))
add_kind(Kind("loop", _loop_type, _loop_value, blocks=1))
add_kind(Kind("cond", _cond_type, _cond_value, blocks=2))
