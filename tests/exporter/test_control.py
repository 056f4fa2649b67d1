"""Scan, Loop and If on onnxruntime, and the bodies that break naive exporters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
import pytest

from rnn2onnx.errors import ExportError
from rnn2onnx.exporter import export
from rnn2onnx.ir import Builder, Graph, Type, Value, evaluate
from tests.exporter.running import assert_close, run
from tests.opsets import SOME as OPSETS

F32 = np.dtype(np.float32)
I64 = np.dtype(np.int64)
BOOL = np.dtype(bool)
RNG = np.random.default_rng(3)


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def agree(graph: Graph, opsets: tuple[int, ...] = (17,), **feeds: object) -> dict[str, np.ndarray]:
    wanted = evaluate(graph, feeds)
    for opset in opsets:
        model = export(graph, opset=opset)
        onnx.checker.check_model(model, full_check=True)
        found = run(model, feeds)
        assert list(found) == list(graph.outputs)
        for name, array in wanted.items():
            assert_close(found[name], array, f"{name} at opset {opset}")
    return wanted


def graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from graphs(attribute.g)


def rnn(b: Builder, x: Value, h: Value, *, reverse: bool = False) -> tuple[Value, ...]:
    """A plain recurrence with a captured weight, the state emitted."""
    w = b.const(normal(3, 3), "cell/kernel")
    with b.body([h.type, Type(F32, x.type.shape[1:])], ["h", "x"]) as body:
        state, step = body.params
        total = b.emit("add", [b.emit("matmul", [state, w])[0], step])[0]
        (new,) = b.emit("tanh", [total])
        body.results = (new, new)
    return b.emit("scan", [h, x], blocks=[body], states=1, reverse=reverse)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("batch", [0, 1, 2])
@pytest.mark.parametrize("steps", [1, 4])
def test_scan_walks_its_sequence(steps: int, batch: int, reverse: bool) -> None:
    b = Builder()
    x, h = b.input("x", Type(F32, ("T", "B", 3))), b.input("h", Type(F32, ("B", 3)))
    final, rows = rnn(b, x, h, reverse=reverse)
    graph = b.finish([("final", final), ("rows", rows)])
    agree(graph, OPSETS if steps == 4 else (17,), x=normal(steps, batch, 3), h=normal(batch, 3))


def test_scan_with_several_states_and_sequences_of_different_types() -> None:
    b = Builder()
    x, m = b.input("x", Type(F32, ("T", "B", 3))), b.input("mask", Type(BOOL, ("T", "B", 1)))
    h, n = b.input("h", Type(F32, ("B", 3))), b.input("n", Type(I64, ()))
    with b.body([h.type, n.type, Type(F32, ("B", 3)), Type(BOOL, ("B", 1))]) as body:
        state, count, step, mask = body.params
        new = b.emit("where", [mask, b.emit("add", [state, step])[0], state])[0]
        more = b.emit("add", [count, b.const(np.array(1, np.int64))])[0]
        body.results = (new, more, more, mask, new)
    results = b.emit("scan", [h, n, x, m], blocks=[body], states=2, reverse=False)
    graph = b.finish((f"y{i}", value) for i, value in enumerate(results))
    agree(graph, OPSETS, x=normal(4, 2, 3), mask=RNG.random((4, 2, 1)) < 0.5, h=normal(2, 3), n=np.array(5))


def hazards(b: Builder, x: Value, h: Value, block: str) -> Graph:
    """A body that returns its state untouched, one value twice, an outer value, a constant and its own input."""
    outer = b.emit("exp", [h])[0]
    fixed = b.const(normal(2, 3))
    weight = b.const(normal(2, 3), "weight")
    params = [h.type, h.type] if block == "scan" else [Type(I64, ()), h.type]
    with b.body(params, ["state", "step"] if block == "scan" else ["turn", "state"]) as body:
        state = body.params[0 if block == "scan" else 1]
        twice = b.emit("neg", [state])[0]
        rows = (state, twice, twice, outer, outer, fixed, weight, h)
        if block == "scan":
            body.results = (state, *rows, body.params[1])
        else:
            go = b.emit("less", [body.params[0], b.const(np.array(2, np.int64))])[0]
            body.results = (go, state, *rows, body.params[0])
    if block == "scan":
        results = b.emit("scan", [h, x], blocks=[body], states=1, reverse=False)
    else:
        results = b.emit("loop", [b.const(np.array(True)), h], blocks=[body])
    return b.finish([*((f"y{i}", value) for i, value in enumerate(results)), ("outer", outer)])


@pytest.mark.parametrize("block", ["scan", "loop"])
def test_a_body_may_return_what_it_did_not_make(block: str) -> None:
    b = Builder()
    x, h = b.input("x", Type(F32, ("T", 2, 3))), b.input("h", Type(F32, (2, 3)))
    agree(hazards(b, x, h, block), OPSETS, x=normal(4, 2, 3), h=normal(2, 3))


@pytest.mark.parametrize("block", ["scan", "loop"])
def test_no_name_is_used_twice_in_all_scopes_and_every_output_has_one(block: str) -> None:
    b = Builder()
    x, h = b.input("x", Type(F32, ("T", 2, 3))), b.input("h", Type(F32, (2, 3)))
    model = export(hazards(b, x, h, block))
    names: list[str] = []
    for graph in graphs(model.graph):
        names += [value.name for value in graph.input] + [tensor.name for tensor in graph.initializer]
        for node in graph.node:
            names += node.output
        made = [name for node in graph.node for name in node.output]
        assert all(value.name in made and value.type.WhichOneof("value") for value in graph.output)
        assert len({value.name for value in graph.output}) == len(graph.output)
    assert all(names)
    assert len(set(names)) == len(names)


def test_small_constants_live_in_the_body_and_weights_outside() -> None:
    b = Builder()
    x, h = b.input("x", Type(F32, ("T", 2, 3))), b.input("h", Type(F32, (2, 3)))
    model = export(hazards(b, x, h, "scan"))
    assert [tensor.name for tensor in model.graph.initializer] == ["weight"]
    (body,) = list(graphs(model.graph))[1:]
    assert [node.op_type for node in body.node].count("Constant") == 1


def counting(b: Builder, limit: Value, go: Value) -> tuple[Value, ...]:
    total = b.const(np.zeros((1, 2), np.float32))
    with b.body([Type(I64, ()), Type(F32, (1, 2))], ["turn", "total"]) as body:
        turn, state = body.params
        new = b.emit("add", [state, b.const(np.ones((1, 2), np.float32))])[0]
        after = b.emit("add", [turn, b.const(np.array(1, np.int64))])[0]
        body.results = (b.emit("less", [after, limit])[0], new, new)
    return b.emit("loop", [go, total], blocks=[body])


@pytest.mark.parametrize("turns", [1, 3])
def test_loop_goes_on_while_its_condition_holds(turns: int) -> None:
    b = Builder()
    limit = b.input("limit", Type(I64, ()))
    results = counting(b, limit, b.emit("less", [b.const(np.array(0, np.int64)), limit])[0])
    wanted = agree(b.finish(zip(("total", "rows"), results, strict=True)), OPSETS, limit=np.array(turns))
    assert wanted["rows"].shape == (turns, 1, 2)


def test_loop_without_a_turn_keeps_its_state_and_gives_no_rows() -> None:
    b = Builder()
    limit = b.input("limit", Type(I64, ()))
    results = counting(b, limit, b.emit("less", [b.const(np.array(0, np.int64)), limit])[0])
    agree(b.finish(zip(("total", "rows"), results, strict=True)), OPSETS, limit=np.array(0))


def test_loop_may_carry_an_array_that_grows() -> None:
    b = Builder()
    x, start = b.input("x", Type(F32, ("B", 3))), b.input("start", Type(F32, ("N", "B", 3)))
    with b.body([Type(I64, ()), start.type], ["turn", "array"]) as body:
        turn, array = body.params
        place = b.emit("mul", [turn, b.const(np.array(2, np.int64))])[0]
        new = b.emit("row_write", [array, place, x], grow=True)[0]
        body.results = (b.emit("less", [turn, b.const(np.array(2, np.int64))])[0], new)
    (grown,) = b.emit("loop", [b.const(np.array(True)), start], blocks=[body])
    graph = b.finish([("grown", grown)])
    for rows in (0, 2, 7):
        wanted = agree(graph, OPSETS, x=normal(2, 3), start=np.zeros((rows, 2, 3), np.float32))
        assert wanted["grown"].shape == (max(5, rows), 2, 3)


def test_loop_that_only_emits_rows() -> None:
    b = Builder()
    x = b.input("x", Type(F32, ("B",)))
    with b.body([Type(I64, ())], ["turn"]) as body:
        (turn,) = body.params
        scale = b.emit("cast", [turn], dtype=F32)[0]
        row = b.emit("mul", [x, scale])[0]
        body.results = (b.emit("less", [turn, b.const(np.array(2, np.int64))])[0], row)
    (rows,) = b.emit("loop", [b.const(np.array(True))], blocks=[body])
    agree(b.finish([("rows", rows)]), OPSETS, x=normal(4))


def test_bodies_nest_and_use_values_of_every_level() -> None:
    b = Builder()
    x, h = b.input("x", Type(F32, ("T", "B", 3))), b.input("h", Type(F32, ("B", 3)))
    outer = b.emit("exp", [h])[0]
    flag = b.emit(
        "less", [b.const(np.array(0, np.float32)), b.emit("reduce_sum", [h], axes=(0, 1), keepdims=False)[0]]
    )[0]
    with b.body([h.type, h.type]) as step:
        state, now = step.params
        middle = b.emit("add", [now, outer])[0]
        with b.body([Type(I64, ()), h.type]) as turn:
            count, inner = turn.params
            with b.body([]) as then:
                then.results = (b.emit("add", [inner, middle])[0],)
            with b.body([]) as otherwise:
                otherwise.results = (outer,)
            (chosen,) = b.emit("cond", [flag], blocks=[then, otherwise])
            go = b.emit("less", [count, b.const(np.array(1, np.int64))])[0]
            turn.results = (go, b.emit("tanh", [chosen])[0])
        (new,) = b.emit("loop", [flag, state], blocks=[turn])
        step.results = (new, new)
    final, rows = b.emit("scan", [h, x], blocks=[step], states=1, reverse=False)
    graph = b.finish([("final", final), ("rows", rows)])
    for sign in (1, -1):
        agree(graph, OPSETS, x=normal(3, 2, 3), h=sign * np.abs(normal(2, 3)))


@pytest.mark.parametrize("flag", [False, True])
def test_cond_runs_one_branch(flag: bool) -> None:
    b = Builder()
    go, x = b.input("go", Type(BOOL, ())), b.input("x", Type(F32, ("B", 3)))
    w = b.const(normal(3, 5), "w")
    with b.body([]) as then:
        wide = b.emit("matmul", [x, w])[0]
        then.results = (wide, wide, x, w)
    with b.body([]) as otherwise:
        otherwise.results = (x, b.const(np.zeros((1, 1), np.float32)), x, w)
    results = b.emit("cond", [go], blocks=[then, otherwise])
    graph = b.finish([*((f"y{i}", value) for i, value in enumerate(results)), ("same", results[0]), ("w_out", w)])
    agree(graph, OPSETS, go=np.array(flag), x=normal(2, 3))


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_cond_guards_a_scan_that_has_no_steps(steps: int) -> None:
    b = Builder()
    x, h = b.input("x", Type(F32, ("T", "B", 3))), b.input("h", Type(F32, ("B", 3)))
    length = b.dim_value("T")
    assert length is not None
    empty = b.emit("equal", [length, b.const(np.array(0, np.int64))])[0]
    with b.body([]) as then:
        then.results = (h, x)
    with b.body([]) as otherwise:
        otherwise.results = rnn(b, x, h)
    final, rows = b.emit("cond", [empty], blocks=[then, otherwise])
    graph = b.finish([("final", final), ("rows", rows)])
    for batch in (0, 2):
        agree(graph, OPSETS, x=normal(steps, batch, 3), h=normal(batch, 3))


def test_loop_and_cond_without_results_leave_no_node() -> None:
    b = Builder()
    x = b.input("x", Type(F32, (2,)))
    with b.body([]) as then, b.body([]) as otherwise:
        pass
    b.emit("cond", [b.const(np.array(True))], blocks=[then, otherwise])
    with b.body([Type(I64, ())]) as turn:
        turn.results = (b.const(np.array(False)),)
    b.emit("loop", [b.const(np.array(True))], blocks=[turn])
    model = export(b.finish([("y", b.emit("neg", [x])[0])]))
    assert [node.op_type for node in model.graph.node] == ["Neg"]


def test_what_passes_must_remove_is_refused_with_the_reason() -> None:
    b = Builder()
    x = b.input("x", Type(F32, ("T", "B", 3)))
    h = b.const(np.zeros((1, 3), np.float32))
    with b.body([h.type, Type(F32, ("B", 3))]) as body:
        body.results = (body.params[0], body.params[1])
    rows = b.emit("recur", [h, x], blocks=[body], states=1, lengths=False, reverse=False, unmasked=())[1]
    with pytest.raises(ExportError, match="not lowered") as caught:
        export(b.finish([("rows", rows)]))
    assert caught.value.location is not None
    assert caught.value.location[0] == __file__
    b = Builder()
    w = b.emit("variable", [], name="layer/kernel", type=Type(F32, (2,)))[0]
    with pytest.raises(ExportError, match="'layer/kernel'"):
        export(b.finish([("w_out", w)]))
    b = Builder()
    shape = b.const(np.array([2], np.int64))
    noise = b.emit("random", [shape], distribution="uniform", a=0.0, b=1.0, seed=1, dtype=F32)[0]
    with pytest.raises(ExportError, match="random numbers at inference"):
        export(b.finish([("noise", noise)]))
