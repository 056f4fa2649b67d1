"""Losses that draw samples or align sequences, and the search for the labels of such. Source: ``tf.nn``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.tf.dtypes import int64
from rnn2onnx.tf.ops.sparse_tensors import SparseTensor
from rnn2onnx.tf.recording.unlearned import unlearned

__all__ = ["ctc_beam_search_decoder", "ctc_greedy_decoder", "ctc_loss", "nce_loss", "sampled_softmax_loss"]


def _loss(*args: Any, **kwargs: Any) -> Any:
    """A loss for each row, of which no output may depend."""
    return unlearned("loss", lengths=[None])


ctc_loss = nce_loss = sampled_softmax_loss = _loss


def _decoded(*args: Any, top_paths: int = 1, **kwargs: Any) -> tuple[list[SparseTensor], Any]:
    """Labels, of which no output may depend: their number is known only when they are found."""

    def part(name: str, lengths: list[int | None]) -> Any:
        return unlearned(f"labels/{name}", int64, lengths)

    found = [
        SparseTensor(part("indices", [None, 2]), part("values", [None]), part("shape", [2])) for _ in range(top_paths)
    ]
    return found, unlearned("labels/scores", lengths=[None, top_paths])


ctc_greedy_decoder = ctc_beam_search_decoder = _decoded
