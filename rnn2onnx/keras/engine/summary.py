"""A table of a model's layers."""

from __future__ import annotations

from typing import Any


def summary(model: Any) -> str:
    """One line for each layer: its name and class, the shape it gives, and how many parameters it has."""
    layers = [
        (f"{layer.name} ({type(layer).__name__})", _shape(layer), f"{layer.count_params():,}") for layer in model.layers
    ]
    rows = [("Layer (type)", "Output Shape", "Param #"), *layers]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    count = sum(int(variable.shape.num_elements()) for variable in model.weights)
    trainable = sum(int(variable.shape.num_elements()) for variable in model.trainable_weights)
    rule = "-" * (sum(widths) + 4)
    totals = [f"Total params: {count:,}", f"Trainable params: {trainable:,}"]
    totals.append(f"Non-trainable params: {count - trainable:,}")
    return "\n".join([f'Model: "{model.name}"', rule, lines[0], rule, *lines[1:], rule, *totals])


def _shape(layer: Any) -> str:
    nodes = getattr(layer, "_inbound_nodes", [])
    if len(nodes) != 1:
        return "multiple" if nodes else "?"
    outputs = nodes[0].outputs
    if isinstance(outputs, list | tuple):
        return str([tuple(tensor.shape.as_list()) for tensor in outputs])
    return str(tuple(outputs.shape.as_list()))
