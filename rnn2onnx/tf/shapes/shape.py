"""Static shapes as TensorFlow 1 shows them: ``TensorShape``, which gives a ``Dimension`` per axis.

None is the one unknown: an unknown rank, or an unknown length, whatever name the length has inside the graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, overload

from rnn2onnx.errors import ArgumentTypeError, ShapeError, TraceError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.shapes.dimension import Dimension, as_dimension, dimension_value, length_of

__all__ = [
    "Dimension",
    "TensorShape",
    "as_dimension",
    "as_shape",
    "dimension_at_index",
    "dimension_value",
    "unknown_shape",
]


class TensorShape:
    """The lengths of a tensor, any of them unknown; or a shape of unknown rank.

    Indexing and iteration give Dimensions, as in TensorFlow 1; slicing gives a TensorShape.

    Source:
        ``tf.TensorShape`` with version 1 behaviour.
    """

    __slots__ = ("_lengths",)

    def __init__(self, dims: Any) -> None:
        self._lengths = _lengths_of(dims)

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or None where it is unknown."""
        return None if self._lengths is None else len(self._lengths)

    @property
    def ndims(self) -> int | None:
        """The same as ``rank``."""
        return self.rank

    @property
    def dims(self) -> list[Dimension] | None:
        """One Dimension per axis, or None where the rank is unknown."""
        return None if self._lengths is None else [Dimension(length) for length in self._lengths]

    def as_list(self) -> list[int | None]:
        """The lengths as ints, None where unknown.

        Raises:
            ShapeError: The rank is unknown.
        """
        return list(self._known("as_list() is not defined on an unknown TensorShape."))

    def num_elements(self) -> int | None:
        """The product of the lengths, or None where one is unknown."""
        if self._lengths is None:
            return None
        product = 1
        for length in self._lengths:
            if length is None:
                return None
            product *= length
        return product

    def is_fully_defined(self) -> bool:
        """True when rank and every length are known."""
        return self._lengths is not None and None not in self._lengths

    def assert_is_fully_defined(self) -> None:
        """Returns when rank and every length are known.

        Raises:
            ShapeError: One is not.
        """
        if not self.is_fully_defined():
            raise ShapeError(f"Shape {self} is not fully defined", user_location())

    def is_compatible_with(self, other: Any) -> bool:
        """True when some fully known shape fits both."""
        theirs = as_shape(other)._lengths
        if self._lengths is None or theirs is None:
            return True
        if len(self._lengths) != len(theirs):
            return False
        return all(mine is None or its is None or mine == its for mine, its in zip(self._lengths, theirs, strict=True))

    def assert_is_compatible_with(self, other: Any) -> None:
        """Returns when some fully known shape fits both.

        Raises:
            ShapeError: Ranks or known lengths differ.
        """
        if not self.is_compatible_with(other):
            raise ShapeError(f"Shapes {self} and {other} are incompatible", user_location())

    def merge_with(self, other: Any) -> TensorShape:
        """What is known of both shapes together.

        Raises:
            ShapeError: Ranks or known lengths differ.
        """
        other = as_shape(other)
        if not self.is_compatible_with(other):
            raise ShapeError(f"Shapes {self} and {other} are not compatible", user_location())
        if self._lengths is None or other._lengths is None:
            return other if self._lengths is None else self
        pairs = zip(self._lengths, other._lengths, strict=True)
        return TensorShape([its if mine is None else mine for mine, its in pairs])

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The shape with the lengths on which both agree, unknown elsewhere; of unknown rank when ranks differ."""
        theirs = as_shape(other)._lengths
        if self._lengths is None or theirs is None or len(self._lengths) != len(theirs):
            return unknown_shape()
        return TensorShape([a if a == b else None for a, b in zip(self._lengths, theirs, strict=True)])

    def concatenate(self, other: Any) -> TensorShape:
        """The axes of this shape followed by those of ``other``; of unknown rank when one of them is."""
        theirs = as_shape(other)._lengths
        if self._lengths is None or theirs is None:
            return unknown_shape()
        return TensorShape([*self._lengths, *theirs])

    def with_rank(self, rank: int) -> TensorShape:
        """This shape, known to have ``rank`` axes.

        Raises:
            ShapeError: It has another number of axes.
        """
        if self._lengths is None:
            return unknown_shape(rank)
        self.assert_has_rank(rank)
        return self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """This shape.

        Raises:
            ShapeError: It has fewer than ``rank`` axes.
        """
        if self.rank is not None and self.rank < rank:
            raise ShapeError(f"Shape {self} must have rank at least {rank}", user_location())
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """This shape.

        Raises:
            ShapeError: It has more than ``rank`` axes.
        """
        if self.rank is not None and self.rank > rank:
            raise ShapeError(f"Shape {self} must have rank at most {rank}", user_location())
        return self

    def assert_has_rank(self, rank: int) -> None:
        """Returns when the rank is ``rank`` or unknown.

        Raises:
            ShapeError: It is another.
        """
        if self.rank not in (None, rank):
            raise ShapeError(f"Shape {self} must have rank {rank}", user_location())

    def assert_same_rank(self, other: Any) -> None:
        """Returns when both ranks are equal or one is unknown.

        Raises:
            ShapeError: They are known and differ.
        """
        other = as_shape(other)
        if self.rank is not None and other.rank is not None and self.rank != other.rank:
            raise ShapeError(f"Shapes {self} and {other} must have the same rank", user_location())

    def _known(self, problem: str) -> tuple[int | None, ...]:
        if self._lengths is None:
            raise ShapeError(f"{problem} Give the tensor a rank first, with set_shape or tf.reshape.", user_location())
        return self._lengths

    def __len__(self) -> int:
        return len(self._known("Cannot take the length of shape with unknown rank."))

    def __iter__(self) -> Iterator[Dimension]:
        return map(Dimension, self._known("Cannot iterate over a shape with unknown rank."))

    @overload
    def __getitem__(self, key: int | Dimension) -> Dimension: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: Any) -> Any:
        if self._lengths is None:
            return _part_of_unknown(key) if isinstance(key, slice) else Dimension(None)
        if isinstance(key, slice):
            return TensorShape(self._lengths[key])
        try:
            return Dimension(self._lengths[key])
        except IndexError:
            raise IndexError(
                f"list index out of range: axis {key} of shape {self}, which has rank {self.rank}"
            ) from None
        except TypeError:
            raise ArgumentTypeError(
                f"list indices must be integers or slices, not {type(key).__name__}: index {key!r} of shape {self}",
                user_location(),
            ) from None

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return as_shape(other).concatenate(self)

    def __eq__(self, other: object) -> bool:
        try:
            return self._lengths == as_shape(other)._lengths
        except (TypeError, ValueError):
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self._lengths)

    def __bool__(self) -> bool:
        return self._lengths is not None

    def __str__(self) -> str:
        if self._lengths is None:
            return "<unknown>"
        parts = ["?" if length is None else str(length) for length in self._lengths]
        return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"

    def __repr__(self) -> str:
        return f"TensorShape({self.dims})"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self._lengths,)


def as_shape(shape: Any) -> TensorShape:
    """``shape`` as a TensorShape; the same object if it is one.

    Raises:
        ArgumentTypeError: It stands for no shape.
    """
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(rank: int | None = None, *, ndims: int | None = None) -> TensorShape:
    """A shape of which only the rank is known, or not even that.

    Args:
        rank: The number of axes.
        ndims: TensorFlow 1's name for ``rank``.
    """
    rank = ndims if rank is None else rank
    return TensorShape(None if rank is None else [None] * rank)


def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """The Dimension at ``index``; an unknown one where the rank is unknown.

    Source:
        ``tf.compat.dimension_at_index``.
    """
    return shape[index]


def _lengths_of(dims: Any) -> tuple[int | None, ...] | None:
    if dims is None:
        return None
    if isinstance(dims, TensorShape):
        return dims._lengths
    if isinstance(dims, (str, bytes, dict)):
        raise ArgumentTypeError(
            f"Failed to convert '{dims!r}' to a shape. "
            "Give an int, or a list or tuple of ints and None such as [1, 10, None].",
            user_location(),
        )
    try:
        lengths = iter(dims)
    except (TypeError, TraceError):
        return (length_of(dims),)
    return tuple(length_of(length) for length in lengths)


def _part_of_unknown(key: slice) -> TensorShape:
    if key.step is not None:
        raise ShapeError(
            f"Steps are not yet handled in slices of a shape of unknown rank: [{key.start}:{key.stop}:{key.step}]",
            user_location(),
        )
    start = 0 if key.start is None else key.start
    # A negative end counts from a rank nobody knows, so the number of axes in between stays open.
    if key.stop is None or start < 0 or key.stop < 0:
        return unknown_shape()
    return unknown_shape(max(0, key.stop - start))
