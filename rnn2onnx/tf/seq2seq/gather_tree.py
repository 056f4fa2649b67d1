"""``gather_tree``: the sequences that beams are, traced back from parent to parent."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import DTypeError, ShapeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import int32
from rnn2onnx.tf.loops.functional_ops import scan
from rnn2onnx.tf.ops.arithmetic import equal, logical_and, minimum
from rnn2onnx.tf.ops.elementwise import cast
from rnn2onnx.tf.ops.filling import range as range_of
from rnn2onnx.tf.ops.filling import sequence_mask, zeros, zeros_like
from rnn2onnx.tf.ops.gather_ops import gather, gather_nd
from rnn2onnx.tf.ops.joining import concat, stack
from rnn2onnx.tf.ops.reduction_ops import cumsum, reduce_max
from rnn2onnx.tf.ops.reshaping import expand_dims, reshape, transpose
from rnn2onnx.tf.ops.selecting import where, where_v2
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.shapes.agreement import agree, agree_lengths

__all__ = ["gather_tree", "gather_tree_from_array"]


def gather_tree(
    step_ids: Any, parent_ids: Any, max_sequence_lengths: Any, end_token: Any, name: str | None = None
) -> Tensor:
    """The ids of each beam from its first step to its last.

    A beam's last step is that at the length of its row; the step before is that of its parent there, and so on. Past
    the length, and past the first ``end_token``, there is ``end_token``.

    Args:
        step_ids: i32[T, B, W], what each beam chose.
        parent_ids: i32[T, B, W], the beam of the step before that each goes on with; read where a sequence passes.
        max_sequence_lengths: i32[B]; T counts for more, none for less than 1.
        end_token: i32[].
        name: A hint.

    Returns:
        i32[T, B, W].

    Raises:
        ValueError: Shapes don't fit. TypeError: Something is not int32.

    Source:
        ``tf.contrib.seq2seq.gather_tree``; a parent that is no beam stops TensorFlow, and onnxruntime.
    """
    ids, parents = convert_to_tensor(step_ids), convert_to_tensor(parent_ids)
    lengths, end = convert_to_tensor(max_sequence_lengths), convert_to_tensor(end_token)
    for what, tensor, rank in (
        ("step_ids", ids, 3),
        ("parent_ids", parents, 3),
        ("max_sequence_lengths", lengths, 1),
        ("end_token", end, 0),
    ):
        if tensor.dtype != int32:
            raise DTypeError(
                f"{what} of gather_tree has DataType {tensor.dtype.name} not in list of allowed values: int32. Cast it "
                "with tf.cast.",
                user_location(),
            )
        if len(tensor.dims) != rank:
            raise ShapeError(
                f"Shape must be rank {rank} but is rank {len(tensor.dims)}: {what} of gather_tree is {tensor!r}.",
                user_location(),
            )
    agree(ids, parents)
    agree_lengths(lengths, 0, ids, 1, "gather_tree")
    within = transpose(sequence_mask(lengths, maxlen=shape(ids)[0]))
    beams = where_v2(expand_dims(within, 2), _traced_back(ids, parents, lengths), end)
    ended = cumsum(cast(equal(beams, end), int32), axis=0, exclusive=True) > 0
    return where_v2(ended, end, beams)


def _traced_back(ids: Tensor, parents: Tensor, lengths: Tensor) -> Tensor:
    """The ids along the paths; anything past the lengths. The beams of all rows are walked side by side."""
    steps, batch, width = (shape(ids)[axis] for axis in range(3))
    beams = batch * width
    own = range_of(beams)
    row = range_of(batch) * width
    # A parent that is no beam would be one of another row; past all of them it is an error in every engine.
    known = logical_and(parents >= 0, parents < width)
    place = where_v2(known, parents + expand_dims(row, 1), beams)
    last = reshape(zeros([batch, width], int32) + expand_dims(minimum(lengths, steps) - 1, 1), [-1])

    def step(after: Any, now: Any) -> Any:
        time, chosen, came_from = now
        at = where_v2(time < last, after[1], own)
        return gather(chosen, at), gather(came_from, at)

    flat = stack([steps, beams])
    path, _ = scan(
        step, (range_of(steps), reshape(ids, flat), reshape(place, flat)), initializer=(own, own), reverse=True
    )
    return reshape(path, shape(ids))


def gather_tree_from_array(t: Any, parent_ids: Any, sequence_length: Any, row: Any = None) -> Tensor:
    """What a loop wrote for each beam, in the order of the sequences that beams are.

    Args:
        t: [T, B, W, …] or [T, B * W, …].
        parent_ids: i32[T, B, W].
        sequence_length: Integers [B, W]; past it a beam stays itself.
        row: The shape of what there is for one beam, an integer vector, if it is known; else it is what remains.

    Returns:
        A tensor of the shape of ``t``.

    Source:
        ``gather_tree_from_array`` of ``tf.contrib.seq2seq``'s beam_search_decoder.
    """
    rows, parents, lengths = map(convert_to_tensor, (t, parent_ids, sequence_length))
    steps, batch, width = (shape(parents)[axis] for axis in range(3))
    own = zeros_like(parents) + range_of(width)
    longest = cast(reduce_max(lengths, axis=1), int32)
    came_from = gather_tree(own, parents, longest, width + 1)
    within = transpose(sequence_mask(lengths, maxlen=steps), [2, 0, 1])
    came_from = where(within, came_from, own)
    time = zeros_like(parents) + reshape(range_of(steps), [-1, 1, 1])
    number = zeros_like(parents) + reshape(range_of(batch), [-1, 1])
    beams = reshape(rows, concat([[steps, batch, width], [-1] if row is None else row], 0))
    return reshape(gather_nd(beams, stack([time, number, came_from], -1)), shape(rows))
