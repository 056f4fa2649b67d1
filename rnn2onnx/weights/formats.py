"""The table of formats: a row each, asked in this order."""

from __future__ import annotations

from rnn2onnx.weights.format import Format
from rnn2onnx.weights.keras.keras_archive import KERAS_ARCHIVE
from rnn2onnx.weights.keras.keras_h5 import KERAS_H5
from rnn2onnx.weights.npz import NPZ
from rnn2onnx.weights.onnx_model import ONNX
from rnn2onnx.weights.safetensors import SAFETENSORS
from rnn2onnx.weights.tensorflow.checkpoint import CHECKPOINT
from rnn2onnx.weights.tensorflow.checkpoint_v1 import CHECKPOINT_V1
from rnn2onnx.weights.tensorflow.graph_def import GRAPH_DEF, META_GRAPH
from rnn2onnx.weights.tensorflow.saved_model import SAVED_MODEL
from rnn2onnx.weights.torch.torch_stream import TORCH_STREAM
from rnn2onnx.weights.torch.torch_zip import TORCH_ZIP

FORMATS: tuple[Format, ...] = (
    KERAS_ARCHIVE,
    KERAS_H5,
    TORCH_ZIP,
    TORCH_STREAM,
    NPZ,
    SAFETENSORS,
    ONNX,
    SAVED_MODEL,
    CHECKPOINT,
    CHECKPOINT_V1,
    META_GRAPH,
    GRAPH_DEF,
)
