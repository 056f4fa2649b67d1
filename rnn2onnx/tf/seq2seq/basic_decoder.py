"""``BasicDecoder``: a cell whose inputs a helper gives."""

from __future__ import annotations

from typing import Any, NamedTuple

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.layers.base_layer import Layer
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.seq2seq.decoder import Decoder
from rnn2onnx.tf.seq2seq.one_batch import one_batch
from rnn2onnx.tf.seq2seq.sampling import Helper
from rnn2onnx.tf.shapes.shape import TensorShape

__all__ = ["BasicDecoder", "BasicDecoderOutput"]


class BasicDecoderOutput(NamedTuple):
    """What a step gives. Source: ``tf.contrib.seq2seq.BasicDecoderOutput``.

    Attributes:
        rnn_output: The outputs of the cell, or of the output layer.
        sample_id: What the helper chose from them.
    """

    rnn_output: Any
    sample_id: Any


def check_output_layer(output_layer: Any) -> None:
    """Refuses what is no layer; None is none.

    Raises:
        TypeError: ``output_layer`` cannot be called, or does not say the shape of what it gives.
    """
    if output_layer is None or isinstance(output_layer, Layer):
        return
    if not callable(output_layer) or not hasattr(output_layer, "compute_output_shape"):
        raise ArgumentTypeError(
            f"output_layer must be a Layer, received: {type(output_layer)}. Give a tf.layers.Dense, or another layer.",
            user_location(),
        )


def rnn_output_size(cell: Any, output_layer: Any) -> Any:
    """The sizes of what a cell gives, or an output layer that reads it, without the batch axis."""
    sizes = cell.output_size
    if output_layer is None:
        return sizes
    with_batch = nest.map_structure(lambda s: TensorShape([None]).concatenate(TensorShape(s)), sizes)
    return nest.map_structure(lambda s: TensorShape(s)[1:], output_layer.compute_output_shape(with_batch))


class BasicDecoder(Decoder):
    """A cell, its output layer, and a helper that chooses and reads on.

    Args:
        cell: One step: ``cell(inputs, state) -> (output, state)``.
        helper: A ``Helper``.
        initial_state: A nest of tensors and TensorArrays.
        output_layer: A layer over the cell's output, or None.

    Raises:
        TypeError: ``cell`` is no cell, ``helper`` no Helper, or ``output_layer`` no layer.

    Source:
        ``tf.contrib.seq2seq.BasicDecoder``.
    """

    def __init__(self, cell: Any, helper: Any, initial_state: Any, output_layer: Any = None) -> None:
        assert_like_rnncell("cell", cell)
        if not isinstance(helper, Helper):
            raise ArgumentTypeError(
                f"helper must be a Helper, received: {type(helper)}. Give a GreedyEmbeddingHelper, a TrainingHelper or "
                "an instance of a class of your own made from tf.contrib.seq2seq.Helper.",
                user_location(),
            )
        check_output_layer(output_layer)
        self._cell = cell
        self._helper = helper
        self._initial_state = initial_state
        self._output_layer = output_layer

    @property
    def batch_size(self) -> Any:
        """i32[]: the helper's."""
        return self._helper.batch_size

    def _rnn_output_size(self) -> Any:
        return rnn_output_size(self._cell, self._output_layer)

    @property
    def output_size(self) -> BasicDecoderOutput:
        """The sizes of outputs and choices."""
        return BasicDecoderOutput(self._rnn_output_size(), self._helper.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        """Outputs are of the dtype of the first state."""
        dtype = convert_to_tensor(nest.flatten(self._initial_state)[0]).dtype
        outputs = nest.map_structure(lambda _: dtype, self._rnn_output_size())
        return BasicDecoderOutput(outputs, self._helper.sample_ids_dtype)

    def initialize(self, name: str | None = None) -> Any:
        """What the helper gives, and the initial state."""
        finished, inputs = self._helper.initialize()
        # By their contracts helpers and cells have the batch first.
        one_batch(finished, inputs, self._initial_state)
        return finished, inputs, self._initial_state

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """A step of the cell, the choice, and what is read next."""
        with get_default_graph().name_scope(name or "BasicDecoderStep"):
            outputs, cell_state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            sample_ids = self._helper.sample(time=time, outputs=outputs, state=cell_state)
            finished, next_inputs, next_state = self._helper.next_inputs(
                time=time, outputs=outputs, state=cell_state, sample_ids=sample_ids
            )
        return BasicDecoderOutput(outputs, sample_ids), next_state, next_inputs, finished
