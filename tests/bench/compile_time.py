"""How long compiling takes: each program of the benchmark, and programs of a given number of operations.

The latter write every step out, as a Python loop over a list of steps does: a cell of its own by hand, whose steps are
one recurrence, and layers that are all different.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.exporter import export
from rnn2onnx.ir import Graph, walk
from rnn2onnx.passes import PIPELINE, run_passes
from tests.bench.ours import compiled
from tests.bench.programs import Program, weight

SIZES = (2500, 5000, 10000)
"""Operations, about."""


class Compilation(NamedTuple):
    """How many operations were recorded, and in how many seconds they were compiled, the recording included."""

    ops: int
    seconds: float


def seconds(program: Program) -> float:
    """Of a program of the benchmark."""
    compiled(program)
    start = time.perf_counter()
    compiled(program)
    return time.perf_counter() - start


def of_size(build: Callable[[int], Any], ops: int) -> Compilation:
    """Of a program of about so many operations."""
    few = len(list(walk(_recorded(build, 10).block))) / 10
    start = time.perf_counter()
    graph = _recorded(build, round(ops / few))
    lowered, _ = run_passes(graph, PIPELINE)
    export(lowered)
    return Compilation(len(list(walk(graph.block))), time.perf_counter() - start)


def _recorded(build: Callable[[int], Any], count: int) -> Graph:
    graph, outputs = rnn2onnx.trace(lambda: build(count))
    shapes: dict[str, Any] = {name: tuple(variable.shape.as_list()) for name, variable in graph.variables.items()}
    made: Graph = graph.program(outputs, {name: weight(name, shape) for name, shape in shapes.items()})
    return made


def steps_written_out(count: int) -> Any:
    """A gated cell by hand, called for each of so many steps."""
    x = tf.placeholder(tf.float32, [None, count, 16], "x")
    state, rows = tf.zeros([tf.shape(x)[0], 16]), []
    for step in tf.unstack(x, axis=1):
        with tf.variable_scope("cell", reuse=tf.AUTO_REUSE):
            both = tf.concat([step, state], 1)
            gate = tf.sigmoid(tf.matmul(both, tf.get_variable("gate", [32, 16])))
            new = tf.nn.softsign(tf.matmul(both, tf.get_variable("new", [32, 16])))
            state = gate * state + (1.0 - gate) * new
            rows.append(state)
    return tf.stack(rows, 1)


def layers_of_their_own(count: int) -> Any:
    """So many residual layers, each with weights of its own."""
    x = tf.placeholder(tf.float32, [None, 16], "x")
    for number in range(count):
        kernel = tf.get_variable(f"kernel_{number}", [16, 16])
        bias = tf.get_variable(f"bias_{number}", [16])
        x = x + 0.1 * tf.tanh(tf.matmul(x, kernel) + bias)
    return x


BUILDS: Mapping[str, Callable[[int], Any]] = {
    "steps written out": steps_written_out,
    "layers of their own": layers_of_their_own,
}
