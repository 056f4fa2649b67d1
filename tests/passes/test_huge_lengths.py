"""Lengths of 2^31 and more: TensorFlow's calls take them as int32, where they wrap; others stay as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn2onnx import tf
from rnn2onnx.exporter import export
from rnn2onnx.ir import evaluate, parse, walk
from rnn2onnx.passes import pipeline, run_passes
from rnn2onnx.passes.choice import Choice
from rnn2onnx.passes.tiling.pack import Pack
from rnn2onnx.targets import ONNXRUNTIME
from tests.exporter.running import run
from tests.passes.running import BY_NAME, normal
from tests.passes.sorted_rows import EAGER
from tests.random_graphs import assert_same

HUGE = np.array([2**32 + 2, 1, 1, 2**31 + 1, 5, 2**63 - 1, 2**32 - 1])

LAYER = """graph g(%x: f32[T, B, 2], %n: DTYPE[B], %h: f32[B, 2]) {
  %w = const [[0.5, -0.3], [0.2, 0.4]] : f32[2, 2]
  %0, %1 = recur %h, %x, %n {lengths=true, reverse=false, states=1, unmasked=[]} (%2: f32[B, 2], %3: f32[B, 2]) {
    %4 = matmul %2, %w : f32[B, 2]
    %5 = add %4, %3 : f32[B, 2]
    %6 = tanh %5 : f32[B, 2]
    return %6, %6
  } : f32[B, 2], f32[T, B, 2]
  return "end" = %0, "y" = %1
}"""


@pytest.mark.parametrize("target", [EAGER, ONNXRUNTIME])
@pytest.mark.parametrize("cell", [tf.nn.rnn_cell.GRUCell, tf.nn.rnn_cell.LSTMCell, tf.nn.rnn_cell.BasicRNNCell])
def test_what_a_call_casts_to_int32_wraps_in_all_forms(cell: Any, target: Any) -> None:
    graph = tf.Graph()
    with graph.as_default():
        x, n = tf.placeholder(tf.float32, [None, None, 3], "x"), tf.placeholder(tf.int64, [None], "n")
        outputs, _ = tf.nn.dynamic_rnn(cell(3), x, n, dtype=tf.float32)
        masked = outputs * tf.expand_dims(tf.sequence_mask(n, tf.shape(x)[1], tf.float32), 2)
    recorded = graph.program([outputs, masked], None)
    made, _ = run_passes(recorded, pipeline(Choice(target)))
    given = {"x": normal(0, 7, 5, 3), "n": HUGE}
    want = evaluate(recorded, given)
    assert_same(evaluate(made, given), want)
    assert_same(run(export(made), given), want)


@pytest.mark.parametrize("form", ["pack", "recognise", "recognise pack"])
@pytest.mark.parametrize("name", ["i64", "i32", "i16", "u8", "u32", "u64"])
def test_lengths_of_any_integers_keep_their_meaning(name: str, form: str) -> None:
    graph = parse(LAYER.replace("DTYPE", name))
    lengths = HUGE.astype(graph.inputs[1].type.dtype)
    given = {"x": normal(0, 5, 7, 2), "n": lengths, "h": normal(1, 7, 2)}
    made, _ = run_passes(graph, [Pack(EAGER) if each == "pack" else BY_NAME[each] for each in form.split()])
    found = {op.kind.name for op in walk(made.block)}
    assert ("top_k" in found, "rnn" in found) == ("pack" in form, "recognise" in form)
    assert_same(evaluate(made, given), evaluate(graph, given))
