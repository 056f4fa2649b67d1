"""The language: types, graphs, kinds, the builder, the evaluator, the verifier, the text. Knows numpy only."""

from __future__ import annotations

from rnn2onnx.errors import user_location
from rnn2onnx.ir.builder import Builder
from rnn2onnx.ir.evaluate import evaluate, evaluate_body, evaluate_values
from rnn2onnx.ir.graph import Array, Attrs, Block, Graph, Kind, Location, Op, Value, captures, constant, uses, walk
from rnn2onnx.ir.parse import parse
from rnn2onnx.ir.replay import Copier, Rule, rebuild, replay
from rnn2onnx.ir.table import KINDS, add_kind, kind
from rnn2onnx.ir.text import print_graph, weights_of
from rnn2onnx.ir.types import Dim, DType, Type
from rnn2onnx.ir.verify import verify

__all__ = [
    "KINDS",
    "Array",
    "Attrs",
    "Block",
    "Builder",
    "Copier",
    "DType",
    "Dim",
    "Graph",
    "Kind",
    "Location",
    "Op",
    "Rule",
    "Type",
    "Value",
    "add_kind",
    "captures",
    "constant",
    "evaluate",
    "evaluate_body",
    "evaluate_values",
    "kind",
    "parse",
    "print_graph",
    "rebuild",
    "replay",
    "user_location",
    "uses",
    "verify",
    "walk",
    "weights_of",
]
