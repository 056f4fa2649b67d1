"""``deepctr.contrib.utils``: the attention cells and the affine map they are made of, under deepctr's path."""

from __future__ import annotations

from rnn2onnx.deepctr.contrib.attention_cells import QAAttGRUCell, VecAttGRUCell
from rnn2onnx.tf.rnn_cell.affine import _Linear

__all__ = ["QAAttGRUCell", "VecAttGRUCell", "_Linear"]
