"""``tf.map_fn``, ``tf.scan``, ``tf.foldl`` and ``tf.foldr``: functions applied along the first axis, as recurrences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.loops.bodies import trace
from rnn2onnx.tf.ops.array_ops import concat, expand_dims
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor

__all__ = ["foldl", "foldr", "map_fn", "scan"]


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """What ``fn`` gives for each row of ``elems``, stacked.

    Args:
        fn: Takes one row of each tensor of ``elems`` in their structure; called once while recording.
        elems: A nest of tensors [N, …].
        dtype: A nest of dtypes, the structure of what ``fn`` gives; needed where it differs from that of ``elems``.
        parallel_iterations: No meaning here.
        back_prop: No meaning here.
        swap_memory: No meaning here.
        infer_shape: No meaning here.
        name: A hint.
        fn_output_signature: The newer name of ``dtype``.

    Raises:
        TypeError: ``fn`` is no function, or gives another dtype than was said.
        ValueError: ``fn`` gives another structure than was said.

    Source:
        ``tf.map_fn``.
    """
    _check_function("fn", fn)
    rows = _rows(elems)
    said = fn_output_signature if fn_output_signature is not None else dtype
    structure: list[Any] = []

    def step(row: Any) -> list[Tensor]:
        result = nest.map_structure(convert_to_tensor, fn(row))
        nest.assert_same_structure(elems if said is None else said, result, check_types=False)
        wanted = nest.flatten(rows if said is None else said)
        for found, want in zip(nest.flatten(result), wanted, strict=True):
            want = want.dtype if isinstance(want, Tensor) else as_dtype(want)
            if found.dtype != want:
                raise ArgumentTypeError(
                    f"fn of map_fn gives {found!r} where {want.name} was expected; say so with `dtype`.",
                    user_location(),
                )
        structure.append(result)
        return list(nest.flatten(result))

    with get_default_graph().name_scope(name or "map"):
        _, outs = _walk([], nest.flatten(rows), lambda states, xs: ([], step(nest.pack_sequence_as(elems, xs))))
    return nest.pack_sequence_as(structure[0], outs)


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Every accumulator of ``fn(accumulator, row)`` along the rows of ``elems``, stacked.

    Source:
        ``tf.scan``.
    """
    _check_function("fn", fn)
    start, rows = _start(elems, initializer, reverse)

    def step(states: list[Any], xs: list[Tensor]) -> tuple[list[Any], list[Tensor]]:
        after = _after(fn, start, elems, states, xs)
        return after, after

    with get_default_graph().name_scope(name or "scan"):
        _, outs = _walk(nest.flatten(start), rows, step, reverse=reverse)
    if initializer is None:
        ends = [expand_dims(first, 0) for first in nest.flatten(start)]
        outs = [concat([y, e] if reverse else [e, y], 0) for e, y in zip(ends, outs, strict=True)]
    return nest.pack_sequence_as(start, outs)


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The last accumulator of ``fn(accumulator, row)`` from the first row on. Source: ``tf.foldl``."""
    return _fold(fn, elems, initializer, name or "foldl", reverse=False)


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The last accumulator of ``fn(accumulator, row)`` from the last row back. Source: ``tf.foldr``."""
    return _fold(fn, elems, initializer, name or "foldr", reverse=True)


def _fold(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any, name: str, *, reverse: bool) -> Any:
    _check_function("fn", fn)
    start, rows = _start(elems, initializer, reverse)
    with get_default_graph().name_scope(name):
        finals, _ = _walk(
            nest.flatten(start), rows, lambda states, xs: (_after(fn, start, elems, states, xs), []), reverse=reverse
        )
    return nest.pack_sequence_as(start, finals)


def _check_function(what: str, function: Any) -> None:
    if not callable(function):
        raise ArgumentTypeError(f"{what} must be callable.", user_location())


def _rows(elems: Any) -> Any:
    rows = nest.map_structure(convert_to_tensor, elems)
    flat = nest.flatten(rows)
    if not flat:
        raise ArgumentError("elems must hold at least one tensor to walk.", user_location())
    builder = get_default_graph().builder
    for tensor in flat:
        if not tensor.dims:
            raise ShapeError("elements in elems must be 1+ dimensional Tensors, not scalars", user_location())
        builder.unify(flat[0].dims[0], tensor.dims[0])
    return rows


def _start(elems: Any, initializer: Any, reverse: bool) -> tuple[Any, list[Tensor]]:
    rows = _rows(elems)
    if initializer is not None:
        return nest.map_structure(convert_to_tensor, initializer), nest.flatten(rows)
    start = nest.map_structure(lambda t: t[-1] if reverse else t[0], rows)
    return start, [t[:-1] if reverse else t[1:] for t in nest.flatten(rows)]


def _after(fn: Callable[[Any, Any], Any], start: Any, elems: Any, states: list[Any], xs: list[Tensor]) -> list[Any]:
    result = fn(nest.pack_sequence_as(start, states), nest.pack_sequence_as(elems, xs))
    result = nest.map_structure(convert_to_tensor, result)
    nest.assert_same_structure(start, result, check_types=False)
    return list(nest.flatten(result))


def _walk(
    states: Sequence[Any],
    rows: Sequence[Tensor],
    step: Callable[[list[Any], list[Tensor]], tuple[list[Any], list[Tensor]]],
    *,
    reverse: bool = False,
) -> tuple[list[Any], list[Tensor]]:
    graph = get_default_graph()
    outs: list[Tensor] = []

    def function(inside: list[Any], xs: list[Tensor]) -> list[Any]:
        after, rows_out = step(inside, xs)
        outs.extend(rows_out)
        return after

    trailing = [row.recorded.type.with_shape(row.dims[1:]) for row in rows]
    with graph.name_scope("while"):
        body = trace(states, function, trailing=trailing)
    body.block.results = (*body.block.results, *(t.recorded for t in outs))
    operands = [*body.initials(), *(row.recorded for row in rows)]
    count = len(body.carried)
    values = graph.builder.emit(
        "recur", operands, blocks=(body.block,), states=count, lengths=False, reverse=reverse, unmasked=()
    )
    return body.finals(values[:count]), [Tensor(value, graph) for value in values[count:]]
