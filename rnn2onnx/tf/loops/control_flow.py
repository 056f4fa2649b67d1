"""``tf.cond``, ``tf.case`` and ``tf.while_loop``: recorded as operations with bodies, traced once each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from rnn2onnx.ir import Block, Copier, Type, Value, user_location
from rnn2onnx.tf.loops.bodies import Body, settle, step_types, trace
from rnn2onnx.tf.loops.tensor_array import Present, TensorArray
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor, emit

__all__ = ["case", "cond", "switch_case", "while_loop"]


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
) -> Any:
    """What ``true_fn()`` or ``false_fn()`` gives, whichever ``pred`` says when the program runs.

    Args:
        pred: bool[].
        true_fn: Gives a nest of tensors; called once while recording.
        false_fn: Gives the same nest with the same dtypes; called once while recording.
        strict: Whether a list or tuple of one element stays one; otherwise the element is returned.
        name: A hint.
        fn1: The old name of ``true_fn``.
        fn2: The old name of ``false_fn``.

    Raises:
        TypeError: A branch is missing or no function, or ``pred`` is a Python bool.
        ValueError: The structures or dtypes differ.

    Source:
        ``tf.cond``.
    """
    true_fn, false_fn = true_fn or fn1, false_fn or fn2
    for which, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if function is None:
            raise ArgumentTypeError(f"cond(): '{which}' argument required", user_location())
        if not callable(function):
            raise ArgumentTypeError(f"'{which}' must be callable.", user_location())
    assert true_fn is not None
    assert false_fn is not None
    if isinstance(pred, bool):
        raise ArgumentTypeError("'pred' must not be a Python bool; use an if, or tf.constant.", user_location())
    flag = _flag(pred, "pred")
    graph = get_default_graph()
    builder = graph.builder
    branches: list[tuple[Block, Any]] = []
    scope = name or "cond"
    for function in (true_fn, false_fn):
        with builder.body([]) as block, graph.name_scope(scope) as scope:
            branches.append((block, nest.map_structure(_as_leaf, _unpacked(function(), strict))))
    (then, yes), (otherwise, no) = branches
    if (yes is None) != (no is None):
        raise ArgumentError(
            f"true_fn and false_fn must have the same structure: one gives {yes!r}, the other {no!r}.", user_location()
        )
    nest.assert_same_structure(yes, no)
    pairs = list(zip(nest.flatten(yes), nest.flatten(no), strict=True))
    _same_dtypes(pairs)
    kept = [index for index, pair in enumerate(pairs) if _rows_of_pair(*pair) is not None]
    then.results = tuple(_value(pairs[index][0]) for index in kept)
    otherwise.results = tuple(_value(pairs[index][1]) for index in kept)
    if not kept:
        return yes
    results = builder.emit("cond", (flag.recorded,), blocks=(then, otherwise), names=[name or ""])
    leaves = [pair[0] for pair in pairs]
    for index, value in zip(kept, results, strict=True):
        tensor = Tensor(value, graph)
        leaf = leaves[index]
        leaves[index] = leaf._with(Present(tensor), tensor.shape[1:]) if isinstance(leaf, TensorArray) else tensor
    return nest.pack_sequence_as(yes, leaves)


def _flag(pred: Any, what: str) -> Tensor:
    flag = convert_to_tensor(pred)
    if flag.recorded.type.dtype != bool or flag.dims != ():
        raise DTypeError(f"{what} must be a scalar bool, not {flag!r}.", user_location())
    return flag


def _unpacked(result: Any, strict: bool) -> Any:
    if not strict and isinstance(result, list | tuple) and len(result) == 1 and not hasattr(result, "_fields"):
        return result[0]
    return result


def _as_leaf(leaf: Any) -> Any:
    return leaf if leaf is None or isinstance(leaf, TensorArray) else convert_to_tensor(leaf)


def _rows_of_pair(a: Any, b: Any) -> Any:
    """Something that both leaves are once they must be tensors; None where there is nothing to carry."""
    if not isinstance(a, TensorArray):
        return a
    known = next((rows for leaf in (a, b) if (rows := leaf._rows.rows(None)) is not None), None)
    if known is not None:
        for leaf in (a, b):
            leaf._rows.rows(known.dims[1:])
    return known


def _value(leaf: Any) -> Value:
    tensor = leaf._rows.rows(None) if isinstance(leaf, TensorArray) else leaf
    assert tensor is not None
    value: Value = tensor.recorded
    return value


def _same_dtypes(pairs: Sequence[tuple[Any, Any]]) -> None:
    for a, b in pairs:
        if a is None and b is None:
            continue
        if a is None or b is None or isinstance(a, TensorArray) != isinstance(b, TensorArray):
            raise ArgumentTypeError(f"true_fn gives {a!r} where false_fn gives {b!r}.", user_location())
        if a.dtype != b.dtype:
            raise ArgumentError(
                f"true_fn gives {a.dtype.name} where false_fn gives {b.dtype.name}; both must give the same dtypes.",
                user_location(),
            )
        if isinstance(a, Tensor) and len(a.dims) != len(b.dims):
            raise ShapeError(
                f"the branches of tf.cond give tensors of shapes {a.shape} and {b.shape}; their ranks must agree here, "
                "since engines refuse branches of different ranks.",
                user_location(),
            )


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the function of the first true predicate gives, else what ``default`` gives.

    Args:
        pred_fn_pairs: A list of (bool[], function) pairs, or a dict of them.
        default: For when none is true; without it the last pair's function is taken unasked.
        exclusive: Whether at most one may be true; not checked when the program runs.
        strict: As in ``cond``.
        name: A hint.

    Raises:
        TypeError: ``pred_fn_pairs`` is not such a list.

    Source:
        ``tf.case``.
    """
    pairs = list(pred_fn_pairs.items()) if isinstance(pred_fn_pairs, dict) else pred_fn_pairs
    if not isinstance(pairs, list | tuple):
        raise ArgumentTypeError("'pred_fn_pairs' must be a list, tuple, or dict.", user_location())
    if not pairs:
        raise ArgumentError("'pred_fn_pairs' must hold at least one pair.", user_location())
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ArgumentTypeError(
                "Each entry in 'pred_fn_pairs' must be a 2-tuple of predicate and function.", user_location()
            )
        if not callable(pair[1]):
            raise ArgumentTypeError(f"fn for pred {pair[0]!r} must be callable.", user_location())
    (pred, function), rest = pairs[0], pairs[1:]
    if not rest:
        return _unpacked(function(), strict) if default is None else cond(pred, function, default, strict)
    return cond(pred, function, lambda: case(list(rest), default, exclusive, strict), strict)


def switch_case(
    branch_index: Any, branch_fns: Any, default: Callable[[], Any] | None = None, name: str | None = None
) -> Any:
    """What the function of a number gives; for a number without one what ``default`` gives, else the last function.

    Args:
        branch_index: int32[].
        branch_fns: A list of functions, or a list or dict of (number, function) pairs, the numbers from 0 on.
        default: For other numbers; without it the function of the greatest number is taken.
        name: A hint.

    Raises:
        TypeError: ``branch_fns`` holds something else.
        ValueError: A number is missing.

    Source:
        ``tf.switch_case``.
    """
    pairs = list(branch_fns.items()) if isinstance(branch_fns, dict) else list(branch_fns)
    if all(callable(each) for each in pairs):
        pairs = list(enumerate(pairs))
    if not pairs or not all(isinstance(each, tuple) and len(each) == 2 and callable(each[1]) for each in pairs):
        raise ArgumentTypeError(
            f"branch_fns must be a list of functions, of (number, function) pairs, or a dict of them: {branch_fns!r}.",
            user_location(),
        )
    if sorted(number for number, _ in pairs) != list(range(len(pairs))):
        raise ArgumentError(
            f"branch indices (keys) must form contiguous range of [0 to {len(pairs)}) but found "
            f"{{{','.join(str(number) for number, _ in pairs)}}}",
            user_location(),
        )
    pairs.sort(key=lambda pair: int(pair[0]))
    index = convert_to_tensor(branch_index)
    cases = [(emit("equal", index, convert_to_tensor(int(number), index.dtype)), fn) for number, fn in pairs]
    return case(cases, default) if default is not None else case(cases)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations: Any = None,
    return_same_structure: bool = False,
) -> Any:
    """The loop variables after ``body`` was applied for as long as ``cond`` holds.

    Args:
        cond: ``cond(*loop_vars)`` gives bool[]; called once while recording.
        body: ``body(*loop_vars)`` gives the variables after a step; called once while recording.
        loop_vars: A list or tuple of nests of tensors and TensorArrays.
        shape_invariants: The same structure of TensorShapes: what stays true of the shapes in every step.
        parallel_iterations: No meaning here.
        back_prop: No meaning here.
        swap_memory: No meaning here.
        name: A hint.
        maximum_iterations: i32[]: no more steps than this.
        return_same_structure: Whether a single variable is returned in its list.

    Raises:
        TypeError: ``cond`` or ``body`` is no function, or the structure's containers change.
        ValueError: There are no variables, the structure changes, or a shape that is known changes.

    Source:
        ``tf.while_loop``.
    """
    for which, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise ArgumentTypeError(f"'{which}' must be callable.", user_location())
    if not loop_vars:
        raise ArgumentError("'loop_vars' must be provided.", user_location())
    if parallel_iterations < 1:
        raise ArgumentTypeError("'parallel_iterations' must be a positive integer.", user_location())
    graph = get_default_graph()
    builder = graph.builder
    packed = (
        list(loop_vars) if isinstance(loop_vars, list | tuple) and not hasattr(loop_vars, "_fields") else [loop_vars]
    )
    packed = nest.map_structure(_as_leaf, packed)
    leaves = nest.flatten(packed)
    types = _types(leaves, packed, shape_invariants)

    def test(inside: list[Any], _: list[Tensor]) -> list[Any]:
        extra.append(_flag(cond(*nest.pack_sequence_as(packed, inside)), "the result of cond").recorded)
        return inside

    extra: list[Value] = []
    with graph.name_scope(name or "while") as scope:
        tested = trace(leaves, test, types=types)
    tested.block.results = tuple(extra)
    limit: Tensor | None = None
    if maximum_iterations is not None:
        limit = emit("cast", convert_to_tensor(maximum_iterations), dtype=np.dtype(np.int64))

    def go(step: Tensor, variables: Sequence[Any]) -> Value:
        flag = _inlined(tested, variables)
        if limit is not None:
            flag = builder.emit("and", (flag, emit("less", step, limit).recorded))[0]
        return flag

    flags: list[Value] = []
    returned: list[Any] = []

    def step(inside: list[Any], params: list[Tensor]) -> list[Any]:
        results = body(*nest.pack_sequence_as(packed, inside))
        if not nest.is_nested(results) or (len(packed) == 1 and _is_one(results, packed[0])):
            results = [results]
        returned.append(results)
        results = nest.map_structure(
            _as_leaf, list(results) if isinstance(results, tuple) and not hasattr(results, "_fields") else results
        )
        nest.assert_same_structure(packed, results)
        after = nest.flatten(results)
        _same_loop_dtypes(leaves, after)
        one = builder.const(np.array(1, np.int64))
        flags.append(go(Tensor(builder.emit("add", (params[0].recorded, one))[0], graph), after))
        return after

    with graph.name_scope(scope):
        traced = trace(leaves, step, leading=[Type(np.dtype(np.int64), ())], types=types)
    settle(traced, leaves, invariants_given=shape_invariants is not None)
    traced.block.results = (flags[0], *traced.block.results)
    first = go(Tensor(builder.const(np.array(0, np.int64)), graph), leaves)
    values = builder.emit("loop", (first, *traced.initials()), blocks=(traced.block,))
    out = nest.pack_sequence_as(returned[0], traced.finals(values))
    if len(packed) == 1 and not return_same_structure:
        return out[0]
    return out


def _is_one(results: Any, variable: Any) -> bool:
    """Whether a body of one variable gave the variable itself rather than a list of it."""
    if not nest.is_nested(variable):
        return False
    try:
        nest.assert_same_structure(variable, results)
    except (TypeError, ValueError):
        return False
    return True


def _types(leaves: Sequence[Any], packed: Any, invariants: Any) -> list[Type]:
    if invariants is None:
        return step_types(leaves, [None] * len(leaves))
    given = list(invariants) if isinstance(invariants, tuple) and not hasattr(invariants, "_fields") else invariants
    nest.assert_same_structure(packed, given if isinstance(given, list) else [given], check_types=False)
    return step_types(leaves, nest.flatten(given))


def _same_loop_dtypes(before: Sequence[Any], after: Sequence[Any]) -> None:
    for old, new in zip(before, after, strict=True):
        if isinstance(old, TensorArray) != isinstance(new, TensorArray):
            raise ArgumentTypeError(f"a loop variable is {old!r} and becomes {new!r}.", user_location())
        if old.dtype != new.dtype:
            raise DTypeError(
                f"the loop variable {old!r} has dtype {old.dtype.name}, but {new.dtype.name} after one iteration.",
                user_location(),
            )


def _inlined(tested: Body, variables: Sequence[Any]) -> Value:
    """The condition of a loop for other variables, recorded in the block that is open now."""
    builder = get_default_graph().builder
    copier = Copier(builder, same_dims=False)
    for leaf, variable in zip(tested.leaves, variables, strict=True):
        if leaf.param is None:
            continue
        if isinstance(variable, TensorArray):
            variable = variable._rows.rows(leaf.param.type.shape[1:])
        copier.new[leaf.param] = variable.recorded
    copier.ops(tested.block)
    return copier.value(tested.block.results[0])
