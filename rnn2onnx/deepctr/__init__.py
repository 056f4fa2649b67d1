"""deepctr's recurrent network with attention scores, its cells, and the layers of its interest networks."""

from __future__ import annotations

from rnn2onnx.deepctr import contrib, layers

__all__ = ["contrib", "layers"]
