"""``keras.layers.StackedRNNCells``: cells one on another, as one cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.keras.engine.call_signature import CallSignature
from rnn2onnx.keras.engine.layer import Layer
from rnn2onnx.keras.engine.serialization import deserialize, serialize
from rnn2onnx.keras.layers.rnn.states import first_state_of, is_multiple_state
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.shapes.shape import TensorShape


class StackedRNNCells(Layer):
    """A cell in which the output of each cell feeds the next one.

    Args:
        cells: The cells, the one that gets the inputs first.
        **kwargs: As of ``Layer``; ``reverse_state_order``, whether states stand from the last cell to the first.

    Raises:
        ArgumentError: One has no ``call`` or no ``state_size``.

    Source:
        ``keras.layers.StackedRNNCells``.
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any) -> None:
        for cell in cells:
            for needed, what in (("call", "method"), ("state_size", "attribute")):
                if needed not in dir(cell):
                    raise ArgumentError(
                        f"All cells must have a `{needed}` {what}. Received cell without a `{needed}`"
                        f"{' method' if needed == 'call' else ''}: {cell}",
                        user_location(),
                    )
        self.cells = list(cells)
        self.reverse_state_order = kwargs.pop("reverse_state_order", False)
        super().__init__(**kwargs)

    def _in_order_of_states(self) -> list[Any]:
        return self.cells[::-1] if self.reverse_state_order else self.cells

    @property
    def state_size(self) -> Any:
        """The sizes of the cells' states, a tuple with one entry for each cell."""
        return tuple(cell.state_size for cell in self._in_order_of_states())

    @property
    def output_size(self) -> Any:
        """The size of the last cell's output."""
        return output_size_of(self.cells[-1])

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """The states that the cells begin with."""
        return tuple(first_state_of(cell, inputs, batch_size, dtype) for cell in self._in_order_of_states())

    def build(self, input_shape: Any) -> None:
        """Builds each cell for the output of the one below."""
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        for cell in self.cells:
            build_cell(cell, input_shape)
            batch = nest.flatten(TensorShape(input_shape).as_list() if not _several(input_shape) else input_shape)[0]
            if isinstance(batch, TensorShape):
                batch = batch.as_list()[0]

            def with_batch(size: Any, batch: Any = batch) -> TensorShape:
                return TensorShape([batch]).concatenate(TensorShape(size))

            input_shape = nest.map_structure(with_batch, output_size_of(cell))
        self.built = True

    def call(self, inputs: Any, states: Any, constants: Any = None, training: Any = None, **kwargs: Any) -> Any:
        """One step: the output of the last cell, and all new states."""
        sizes = self.state_size[::-1] if self.reverse_state_order else self.state_size
        nested = nest.pack_sequence_as(sizes, nest.flatten(states))
        after = []
        for cell, state in zip(self.cells, nested, strict=True):
            options = dict(kwargs)
            signature = CallSignature(cell.call)
            if "training" in signature.names:
                options["training"] = training
            if "constants" in signature.names:
                options["constants"] = constants
            inputs, new = called(cell)(inputs, state_as_given(cell, state), **options)
            after.append(new)
        return inputs, nest.pack_sequence_as(sizes, nest.flatten(after))

    def get_config(self) -> dict[str, Any]:
        """The configurations of the cells."""
        config = {**super().get_config(), "cells": [serialize(cell) for cell in self.cells]}
        if self.reverse_state_order:
            config["reverse_state_order"] = True
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """A stack from what ``get_config`` gives; ``custom_objects`` are classes of cells by name."""
        rest = dict(config)
        return cls([deserialize(cell, custom_objects) for cell in rest.pop("cells")], **rest)


def _several(shape: Any) -> bool:
    return isinstance(shape, tuple | list) and any(isinstance(part, TensorShape | tuple | list) for part in shape)


def output_size_of(cell: Any) -> Any:
    """The size of a cell's output: what it says, or the size of its first state."""
    said = getattr(cell, "output_size", None)
    if said is not None:
        return said
    return cell.state_size[0] if is_multiple_state(cell.state_size) else cell.state_size


def build_cell(cell: Any, input_shape: Any) -> None:
    """Builds a cell for one step's input.

    A layer of Keras makes its variables in a name scope of its own, a cell of TensorFlow 1 in its variable scope. What
    has no ``build`` makes them when it is called.
    """
    if isinstance(cell, Layer) and not cell.built and not getattr(cell, "_built_when_called", False):
        with get_default_graph().name_scope(cell.name):
            cell.build(input_shape)
        cell.built = True
    elif isinstance(cell, RNNCell) and type(cell).build is not RNNCell.build and not cell.built:
        # Its variables have nothing of this scope, but the next scope of that name is another one.
        with get_default_graph().name_scope(cell.name):
            cell.build(input_shape)
        cell.built = True


def called(cell: Any) -> Any:
    """How a cell is called: as a function if it is one, else by its method ``call``."""
    return cell if callable(cell) else cell.call


def state_as_given(cell: Any, state: Any) -> Any:
    """The state as a cell takes it: in a list, but one state of a cell of TensorFlow 1 alone."""
    listed = state if nest.is_nested(state) else [state]
    alone = len(listed) == 1 and getattr(cell, "_is_tf_rnn_cell", None) is not None
    return listed[0] if alone else listed
