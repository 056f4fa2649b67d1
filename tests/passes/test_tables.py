"""``tables``: functions of rows of a table are rows of a table of the function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.ir import Builder, Graph, Type, Value, replay, walk
from rnn2onnx.passes import Tables
from rnn2onnx.passes.report import Report
from tests.passes.random_recurrences import random_recurrence
from tests.passes.running import assert_keeps, normal, quick

F32, I32 = np.dtype(np.float32), np.dtype(np.int32)


class Words:
    """A graph in the making: ids i32[B], rows f32[B, 3] and a table of 5 words of 20 numbers."""

    def __init__(self, width: int = 20, words: int = 5) -> None:
        self.builder = Builder("words")
        self.ids = self.builder.input("ids", Type(I32, ("B",)))
        self.other = self.builder.input("other", Type(I32, ("B",)))
        self.x = self.builder.input("x", Type(F32, ("B", 3)))
        self.table = self.builder.const(normal(1, words, width), "words")
        self.looked = self.emit("gather", self.table, self.ids, axis=0)

    def emit(self, kind: str, *operands: Value, **attrs: Any) -> Value:
        return self.builder.emit(kind, operands, **attrs)[0]

    def weight(self, *shape: int) -> Value:
        return self.builder.const(normal(2, *shape))

    def graph(self, *results: Value) -> Graph:
        return self.builder.finish((f"y{i}", value) for i, value in enumerate(results))


FEEDS = {"ids": np.array([4, 0, 2, 2], np.int32), "other": np.array([1, 1, 0, 3], np.int32), "x": normal(3, 4, 3)}


def feeds_of(graph: Graph) -> dict[str, Any]:
    return {value.name: FEEDS[value.name] for value in graph.inputs}


def kinds(graph: Graph) -> list[str]:
    return [op.kind.name for op in walk(graph.block) if op.kind.name != "const"]


def test_the_word_in_a_product_is_a_row_that_is_added() -> None:
    words = Words()
    joined = words.emit("concat", words.looked, words.x, axis=1)
    joined = words.emit("concat", joined, words.emit("tanh", words.x), axis=1)
    total = words.emit("add", words.emit("matmul", joined, words.weight(26, 7)), words.weight(7))
    graph = words.graph(words.emit("sigmoid", total))
    made = assert_keeps(graph, feeds_of(graph), "tables")
    assert kinds(made) == ["tanh", "concat", "matmul", "gather", "add", "sigmoid"]
    table = next(op.operands[0] for op in walk(made.block) if op.kind.name == "gather")
    assert (table.type.shape, str(table.op and table.op.attrs["name"])) == ((5, 7), "words/table")


def test_a_function_of_a_word_is_a_word_of_another_table() -> None:
    words = Words()
    scaled = words.emit("mul", words.looked, words.builder.const(np.float32(4.5)))
    made = words.emit("tanh", words.emit("add", words.emit("matmul", scaled, words.weight(20, 4)), words.weight(1, 4)))
    graph = words.graph(made)
    made = assert_keeps(graph, feeds_of(graph), "tables")
    assert kinds(made) == ["gather"]


def test_words_of_two_kinds_are_two_rows() -> None:
    words = Words()
    again = words.emit("gather", words.table, words.other, axis=0)
    joined = words.emit("concat", words.looked, again, words.looked, axis=1)
    graph = words.graph(words.emit("matmul", joined, words.weight(60, 4)))
    made = assert_keeps(graph, feeds_of(graph), "tables")
    assert kinds(made) == ["gather", "gather", "add"]


def test_one_word_in_tables_of_two_lengths_is_two_rows() -> None:
    words = Words()
    longer = words.emit("gather", words.builder.const(normal(4, 6, 20)), words.ids, axis=0)
    joined = words.emit("concat", words.looked, longer, axis=1)
    product = words.graph(words.emit("matmul", joined, words.weight(40, 4)))
    made = assert_keeps(product, {**FEEDS, "ids": np.array([4, -1, 0, -5], np.int32)}, "tables")
    assert kinds(made) == ["gather", "gather", "add"]


def function_of_rows_of_two_lengths() -> Graph:
    words = Words()
    longer = words.emit("gather", words.builder.const(normal(4, 6, 20)), words.ids, axis=0)
    return words.graph(words.emit("mul", words.looked, longer))


def kept_table() -> Graph:
    words = Words()
    scaled = words.emit("mul", words.looked, words.weight(20))
    return words.graph(scaled, words.looked)


def narrow_table() -> Graph:
    words = Words(width=4)
    joined = words.emit("concat", words.looked, words.x, axis=1)
    return words.graph(words.emit("matmul", joined, words.weight(7, 3)))


def large_table() -> Graph:
    words = Words(width=16, words=1 << 17)
    return words.graph(words.emit("matmul", words.looked, words.weight(16, 16)))


def function_of_other_rows() -> Graph:
    words = Words(width=3)
    return words.graph(words.emit("mul", words.looked, words.x))


def product_of_words_of_two_kinds() -> Graph:
    words = Words()
    return words.graph(words.emit("mul", words.looked, words.emit("gather", words.table, words.other, axis=0)))


def whole_numbers() -> Graph:
    words = Words()
    table = words.builder.const(np.arange(20, dtype=np.int32).reshape(5, 4))
    return words.graph(words.emit("neg", words.emit("gather", table, words.ids, axis=0)))


def constants_for_each_row() -> Graph:
    words = Words()
    two = words.builder.input("two", Type(I32, (2,)))
    looked = words.emit("gather", words.table, two, axis=0)
    return words.graph(words.emit("mul", looked, words.weight(2, 20)))


NEAR_MISSES = [
    kept_table,
    narrow_table,
    large_table,
    function_of_other_rows,
    function_of_rows_of_two_lengths,
    product_of_words_of_two_kinds,
    whole_numbers,
    constants_for_each_row,
]


@pytest.mark.parametrize("build", NEAR_MISSES, ids=lambda build: build.__name__)
def test_what_is_no_table_or_too_large_stays(build: Any) -> None:
    graph = build()
    assert str(Tables()(graph, Report())) == str(replay(graph))


@quick
@given(st.data())
def test_random_functions_of_words_keep_the_meaning(data: st.DataObject) -> None:
    words = Words(width=16)
    pool = [words.looked, words.emit("gather", words.table, words.other, axis=0), words.emit("tanh", words.x)]
    for _ in range(data.draw(st.integers(1, 6))):
        a, b = (data.draw(st.sampled_from(pool)) for _ in "ab")
        wide = int(a.type.shape[1])
        how = data.draw(st.sampled_from(["neg", "row", "number", "column", "matmul", "concat", "both"]))
        if how == "neg":
            pool.append(words.emit("neg", a))
        elif how in ("row", "number", "column"):
            shape = {"row": (wide,), "number": (), "column": (1, 1)}[how]
            other = [a, words.builder.const(normal(5, *shape))]
            kind = data.draw(st.sampled_from(["add", "mul", "sub", "maximum"]))
            pool.append(words.emit(kind, *other[:: data.draw(st.sampled_from([1, -1]))]))
        elif how == "matmul":
            pool.append(words.emit("matmul", a, words.weight(wide, data.draw(st.sampled_from([16, 3])))))
        elif how == "concat":
            pool.append(words.emit("concat", a, b, axis=1))
        elif a.type == b.type:
            pool.append(words.emit("add", a, b))
    graph = words.graph(pool[-1], data.draw(st.sampled_from(pool)))
    assert_keeps(graph, feeds_of(graph), "tables")


@settings(quick, max_examples=25)
@given(random_recurrence())
def test_recurrences_with_tables_keep_the_meaning(case: tuple[Any, dict[str, Any]]) -> None:
    assert_keeps(*case, "fold", "distribute", "unbundle", "tables")


def test_a_decoder_fed_with_its_words_multiplies_none_of_them() -> None:
    def decoder() -> Any:
        table = tf.constant(normal(1, 6, 20))
        start = tf.placeholder(tf.float32, ["batch", 4], "start")
        cell = tf.nn.rnn_cell.LSTMCell(4)

        def step(before: Any, _: Any) -> Any:
            word, state = before
            output, state = cell(tf.nn.embedding_lookup(table, word), state)
            return tf.argmax(tf.layers.dense(output, 6, name="words", reuse=tf.AUTO_REUSE), 1), state

        zero = tf.zeros([tf.shape(start)[0]], tf.int64)
        return tf.scan(step, tf.zeros([5]), (zero, tf.nn.rnn_cell.LSTMStateTuple(start, start)))[0]

    graph, outputs = rnn2onnx.trace(decoder)
    program = rnn2onnx.compile(graph, outputs)
    (scan,) = (op for op in walk(program.lowered.block) if op.kind.name == "scan")
    widths = {op.operands[1].type.shape[0] for op in scan.blocks[0].ops if op.kind.name == "matmul"}
    assert widths == {4}
    for rows in (3, 1, 0):
        feeds = {"start": normal(2, rows, 4)}
        np.testing.assert_array_equal(program.run(feeds), program.evaluate(feeds))


def looked_up_ahead(*, lengths: bool, other_table: bool = False, first: bool = False) -> Graph:
    """A decoder that looks its next word up at the end of a step and carries the row."""
    words = Words()
    builder = words.builder
    start = words.x if first else words.looked
    table = builder.const(normal(7, 5, 20), "others") if other_table else words.table
    if first:
        start = words.emit("matmul", words.x, words.weight(3, 20))
    n = builder.input("n", Type(I32, ("B",)))
    steps = builder.const(np.zeros((4, 1), np.float32))
    with builder.body([start.type, words.x.type, Type(F32, (1,))]) as block:
        row, h, _ = block.params
        joined = builder.emit("concat", (row, h), axis=1)[0]
        new = words.emit("tanh", words.emit("matmul", joined, words.weight(23, 3)))
        word = words.emit("argmax", words.emit("matmul", new, builder.const(normal(8, 3, 5))), axis=1, keepdims=False)
        word = words.emit("cast", word, dtype=I32)
        block.results = (words.emit("gather", table, word, axis=0), new, new)
    operands = [start, words.x, steps, *([n] if lengths else [])]
    attrs: dict[str, Any] = {"states": 2, "lengths": lengths, "reverse": False, "unmasked": ()}
    return words.graph(*builder.emit("recur", operands, blocks=[block], **attrs))


@pytest.mark.parametrize("lengths", [False, True])
def test_a_word_is_carried_and_not_its_row(lengths: bool) -> None:
    graph = looked_up_ahead(lengths=lengths)
    feeds = {**FEEDS, "n": np.array([0, 4, 2, 7], np.int32)}
    made = assert_keeps(graph, {value.name: feeds[value.name] for value in graph.inputs}, "tables")
    (recur,) = (op for op in walk(made.block) if op.kind.name == "recur")
    assert str(recur.operands[0].type) == "i32[B]"
    assert [op.operands[1].type.shape[0] for op in recur.blocks[0].ops if op.kind.name == "matmul"] == [3, 3]


@pytest.mark.parametrize("how", ["other_table", "first"])
def test_a_row_that_starts_as_no_word_of_the_table_is_carried(how: str) -> None:
    graph = looked_up_ahead(lengths=False, **{how: True})
    made = Tables()(graph, Report())
    (recur,) = (op for op in walk(made.block) if op.kind.name == "recur")
    assert str(recur.operands[0].type) == "f32[B, 20]"
