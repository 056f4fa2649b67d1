"""Frozen graphs, the ``.pb`` files that TensorFlow 1 deployed: their weights are Const nodes.

Source: TensorFlow, core/framework/{graph,node_def,attr_value}.proto.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.entry import Entry
from rnn2onnx.weights.format import Format
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile, most_entries
from rnn2onnx.weights.reading.protobuf import LENGTH, VARINT, fields
from rnn2onnx.weights.tensorflow.tensor_proto import TensorValues
from rnn2onnx.weights.tensorflow.tensor_shape import parse_shape
from rnn2onnx.weights.tensorflow.tensor_types import DTYPES, NOT_NUMERIC

_VARINT = rb"[\x80-\xff]{0,4}[\x00-\x7f]"
_FIRST_NODE = re.compile(
    rb"\n" + _VARINT + rb"\n" + _VARINT + rb"[A-Za-z0-9.>][A-Za-z0-9_.\\/>-]*\x12.[A-Za-z_]", re.DOTALL
)
"""How a GraphDef begins: with a node, its name and its operation."""

_OPERATIONS = re.compile(
    rb"\n" + _VARINT + rb"(?:\n" + _VARINT + rb"[^\n\x12]*)?\x12" + _VARINT + rb"\n" + _VARINT + rb"\n.[A-Z]", re.DOTALL
)
"""How a MetaGraphDef begins: with the operations that its graph uses."""


def _recognises(place: Place) -> bool:
    return _FIRST_NODE.match(place.head) is not None


def _entries(place: Place) -> Sequence[Entry]:
    file = BoundedFile.open(place.path)
    found: list[Entry] = []
    read: dict[str, int] = {}
    room, most = len(file) + SLACK, most_entries(len(file))
    for field in fields(file):
        if field.number != 1 or field.wire != LENGTH:
            continue
        constant = _constant(field.data)
        if constant is None:
            for name, axes in _read(field.data).items():
                read[name] = min(axes, read.get(name, axes))
            continue
        entry, allocates = constant
        room -= allocates
        if room < 0:
            raise field.data.error(0, f"with the constant {entry.name!r} it unpacks to more than the file's size")
        if len(found) == most:
            raise field.data.error(0, f"the graph has more than {most} constants")
        found.append(entry)
    # Where no variable is read any more, an optimizer of graphs was at work, and any constant may have been one.
    variables = {entry.name for entry in found if read.get(entry.name, len(entry.shape) + 1) <= len(entry.shape)}
    return [replace(entry, constant=bool(variables) and entry.name not in variables) for entry in found]


_READS = {b"Identity": 0, b"Gather": 2, b"GatherV2": 2, b"GatherNd": 2}
"""The operations that read a frozen variable, and the axes that it has at least: a shape's entries are gathered too."""


def _read(node: BoundedFile) -> dict[str, int]:
    """The name of what a node reads as a variable is read, and the axes that it must have to be one."""
    parts = [field for field in fields(node) if field.number in (2, 3) and field.wire == LENGTH]
    op = next((bytes(part.data.data[:9]) for part in parts if part.number == 2), b"")
    inputs = (part.text for part in parts if part.number == 3)
    return dict.fromkeys(itertools.islice(inputs, 1), _READS[op]) if op in _READS else {}


def _constant(node: BoundedFile) -> tuple[Entry, int] | None:
    """A Const node's value and the memory that reading it takes; None for another node or no numbers."""
    name, op = "", b""
    value: BoundedFile | None = None
    for field in fields(node):
        if field.wire != LENGTH:
            continue
        if field.number == 1:
            name = field.text
        elif field.number == 2:
            op = bytes(field.data.data[:6])
        elif field.number == 5:
            parts = {part.number: part.data for part in fields(field.data) if part.wire == LENGTH}
            if 1 in parts and 2 in parts and bytes(parts[1].data[:6]) == b"value":
                value = parts[2]
    if op != b"Const":
        return None
    tensor = None
    if value is not None:
        tensor = next((part.data for part in fields(value) if part.number == 8 and part.wire == LENGTH), None)
    if tensor is None:
        raise node.error(0, f"the constant {name!r} has no value")
    number = 0
    shape: tuple[int, ...] = ()
    for field in fields(tensor):
        if field.number == 1 and field.wire == VARINT:
            number = field.value
        elif field.number == 2 and field.wire == LENGTH:
            shape = parse_shape(field.data)
    if number in NOT_NUMERIC:
        return None
    if number not in DTYPES:
        raise tensor.error(0, f"the constant {name!r} has TensorFlow's dtype {number}")
    values = TensorValues(tensor, number, DTYPES[number], shape, f"the constant {name!r}")
    return Entry(name, DTYPES[number], shape, values.read), values.allocates()


GRAPH_DEF = Format("frozen GraphDef", "a frozen GraphDef (.pb)", _recognises, _entries)


def _recognises_meta(place: Place) -> bool:
    return (place.path.endswith(".meta") and place.head.startswith(b"\n")) or _OPERATIONS.match(place.head) is not None


def _refuse_meta(place: Place) -> Sequence[Entry]:
    raise WeightsError(
        f"{place.path!r} is a MetaGraph: it says how a graph is built and holds no weights; give the path of the "
        f"checkpoint, which is {place.path.removesuffix('.meta')!r} where its other files lie beside this one."
    )


META_GRAPH = Format("MetaGraph", "", _recognises_meta, _refuse_meta)
