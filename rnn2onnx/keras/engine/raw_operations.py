"""Operations that stand between layers in a functional model: they are made a layer's, so that they can be repeated."""

from __future__ import annotations

from typing import Any

from rnn2onnx.ir import Copier, Op
from rnn2onnx.keras.engine.names import layer_name
from rnn2onnx.keras.engine.node import Node, has_history, operations_behind
from rnn2onnx.tf.recording.tensor import Tensor


class RawOperations:
    """Operations that were recorded outside layers, as a node's layer.

    Args:
        name: Its name.
        sources: The tensors they begin with.
        operations: The operations, in order.
        result: What they give.

    Source:
        Keras makes a ``TensorFlowOpLayer`` of each such operation.
    """

    def __init__(self, name: str, sources: list[Tensor], operations: list[Op], result: Tensor) -> None:
        self.name = name
        self.built = True
        self.trainable = False
        self.losses: list[Any] = []
        self.weights: list[Any] = []
        self.trainable_weights: list[Any] = []
        self.non_trainable_weights: list[Any] = []
        self._inbound_nodes: list[Node] = []
        self._outbound_nodes: list[Node] = []
        self._sources = [source.recorded for source in sources]
        self._operations = operations
        self._result = result.recorded

    def __call__(self, tensors: list[Tensor]) -> Tensor:
        """What the operations give for other tensors in the place of those they began with."""
        graph = tensors[0].graph
        new = {old: tensor.recorded for old, tensor in zip(self._sources, tensors, strict=True)}
        copier = Copier(graph.builder, new=new, same_dims=False)
        for op in self._operations:
            copier.op(op)
        return Tensor(copier.value(self._result), graph)

    def count_params(self) -> int:
        """Nothing: variables that the operations use are not a layer's."""
        return 0


def connect(value: Any) -> None:
    """Makes a tensor that operations computed from layers' outputs a node's output; leaves anything else alone."""
    if not isinstance(value, Tensor) or has_history(value):
        return
    sources, operations = operations_behind(value)
    if not sources:
        return
    Node(RawOperations(layer_name("tf_op_layer"), sources, operations, value), (sources,), {}, value)
