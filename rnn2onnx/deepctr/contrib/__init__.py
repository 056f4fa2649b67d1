"""``deepctr.contrib``: the recurrent network with attention scores, and its cells."""

from __future__ import annotations

from rnn2onnx.deepctr.contrib import rnn, utils

__all__ = ["rnn", "utils"]
