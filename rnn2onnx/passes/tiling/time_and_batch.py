"""Where time and batch are among the axes of a value, followed from what an operation gives back to what it takes.

An operation works step by step and row by row if each element it gives for a step and a row depends on elements of that
step and row only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rnn2onnx.ir import Op, Type

_BY_AXIS = {"softmax", "log_softmax", "cumsum"}
_BY_AXES = {"slice", "reverse"}
_REDUCED = {"reduce_sum", "reduce_mean", "reduce_prod", "reduce_max", "reduce_min", "reduce_any", "reduce_all"}


class Place(NamedTuple):
    """Where a value has its time and its batch.

    Attributes:
        time: The axis of the steps; None if it has none.
        batch: The axis of the rows; None if it has none.
    """

    time: int | None
    batch: int | None

    def rest(self, rank: int) -> list[int]:
        """The other axes, in order."""
        return [axis for axis in range(rank) if axis not in self]

    def real(self, type: Type) -> Place:
        """The same without axes that have length 1."""
        return Place(*(None if axis is None or type.shape[axis] == 1 else axis for axis in self))


NOWHERE = Place(None, None)


def places_of_operands(op: Op, place: Place) -> Sequence[Place] | None:
    """Where the operands of an operation have time and batch; None if it does not work step by step and row by row.

    An operand that is the same for all steps or rows has no such axis, or one of length 1.

    Args:
        op: An operation of one result.
        place: Where that has both.
    """
    name, result = op.kind.name, op.results[0].type
    first = op.operands[0].type if op.operands else result
    if op.blocks or len(op.results) != 1 or not op.operands:
        return None
    if op.kind.elementwise:
        places = [_broadcast(value.type, result, place) for value in op.operands]
        return None if None in places else [each for each in places if each is not None]
    others = [NOWHERE] * (len(op.operands) - 1)
    if name in ("matmul", "quantized_matmul"):
        # Rows of the latter share a scale. Fewer of them have one of their own, at most as coarse: that moves results
        # by less than the rounding does.
        flat = op.operands[1].type.rank == 2 and first.rank == result.rank
        return [place, *others] if flat and result.rank - 1 not in place else None
    if name == "transpose":
        return [_moved(place, lambda axis: int(op.attrs["perm"][axis]))]
    if name in _BY_AXIS:
        return [place, *others] if op.attrs["axis"] % result.rank not in place else None
    if name == "layer_norm":
        return [place, *others] if result.rank - 1 not in place else None
    if name == "concat":
        return [place] * len(op.operands) if op.attrs["axis"] not in place else None
    if name in _BY_AXES:
        return [place, *others] if not set(op.attrs["axes"]) & set(place) else None
    if name == "unsqueeze":
        added = op.attrs["axes"]
        if set(added) & set(place):
            return None
        return [_moved(place, lambda axis: axis - sum(each < axis for each in added))]
    if name == "squeeze" or name in _REDUCED:
        return _without_axes(op, first, place)
    if name == "gather" and op.attrs["axis"] == 0:
        rank = op.operands[1].type.rank
        return [NOWHERE, place] if all(axis is not None and axis < rank for axis in place) else None
    return None


def _moved(place: Place, move: object) -> Place:
    assert callable(move)
    return Place(*(None if axis is None else move(axis) for axis in place))


def _without_axes(op: Op, first: Type, place: Place) -> Sequence[Place] | None:
    gone = op.attrs["axes"]
    if op.attrs.get("keepdims"):
        return [place] if not set(gone) & set(place) else None
    left = [axis for axis in range(first.rank) if axis not in gone]
    return [_moved(place, lambda axis: left[axis])]


def _broadcast(operand: Type, result: Type, place: Place) -> Place | None:
    """The place in an operand that is broadcast; None if a length is neither that of the result nor 1."""
    missing = result.rank - operand.rank
    axes = []
    for axis in place:
        own = None if axis is None or axis < missing else axis - missing
        if own is not None and axis is not None and operand.shape[own] not in (1, result.shape[axis]):
            return None
        axes.append(own)
    return Place(*axes)
