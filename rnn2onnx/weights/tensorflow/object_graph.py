"""The graph of objects in a TF2 checkpoint: which variable each key stands for.

Source: TensorFlow, core/protobuf/trackable_object_graph.proto.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.reading.protobuf import LENGTH, VARINT, fields

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
"""The key of the serialized graph."""

_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


@dataclass(frozen=True, slots=True)
class Named:
    """What a key stands for.

    Attributes:
        name: The variable's own name, or the path where the file knows none or has it twice.
        path: The variable's place among the objects, from the key.
        optimizer: Whether the variable is an optimizer's slot.
    """

    name: str
    path: str = ""
    optimizer: bool = False


def parse_names(graph: BoundedFile, keys: Collection[str]) -> Mapping[str, Named]:
    """What each of a file's keys stands for."""
    full: dict[str, str] = {}
    nodes: dict[str, int] = {}
    slots: set[int] = set()
    node = 0
    for field in fields(graph):
        if field.number != 1 or field.wire != LENGTH:
            continue
        for part in fields(field.data):
            if part.wire == LENGTH and part.number == 2:
                texts = {f.number: f.text for f in fields(part.data) if f.wire == LENGTH and f.number in (2, 3)}
                key = texts.get(3, "")
                if key in keys:
                    full[key], nodes[key] = texts.get(2, ""), node
            elif part.wire == LENGTH and part.number == 3:
                slots.update(f.value for f in fields(part.data) if f.wire == VARINT and f.number == 3)
        node += 1
    paths = {key: key.removesuffix(_SUFFIX) for key in keys if key.endswith(_SUFFIX)}
    names = {key: full.get(key) or path for key, path in paths.items()}
    # A name that two variables have is nobody's; what they are called instead may be a third one's name.
    for _ in range(len(names)):
        count = Counter(names.values())
        shared = {key for key, name in names.items() if count[name] > 1 and name != paths[key]}
        if not shared:
            break
        names |= {key: paths[key] for key in shared}
    return {key: Named(names[key], path, nodes.get(key) in slots) for key, path in paths.items()}
