"""``quantize``: recurrences and products get int8 weights, where that is asked for.

An LSTM becomes the engine's own, quantized one. There is no such GRU or RNN: these are spelled out as recurrences,
whose products are quantized, as those of any other cell. What is multiplied with the weights is rounded to a byte while
the program runs, all rows with one scale; so nothing that stands behind the end of a row may reach a product: it is set
to zero before. Where rows are sorted by length and run in tiles of time (``pack``), each tile has a scale of its own,
at most as coarse as that of all rows: which rows share one moves results by less than the rounding does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn2onnx.ir import Array, Block, Builder, Copier, Graph, Op, Value, constant, rebuild, walk
from rnn2onnx.passes.quantizing.int8_units import LAYERS, Unit, taken_branch, units_of
from rnn2onnx.passes.quantizing.padding import Padding, blocks_of, sequences_of
from rnn2onnx.passes.quantizing.spelled_out import spelled_out
from rnn2onnx.passes.report import Report
from rnn2onnx.passes.vectorise import step_mask, zero_of

_NOTE = "its products are int8 (DynamicQuantizeMatMul), which no native layer of this kind takes"
_WHY = "weights in int8, a scale for each column; inputs and state are rounded to 8 bits as it runs"


def rounded(weights: Array) -> tuple[Array, Array]:
    """i8[..., K, N] and f32[..., N]: weights as whole numbers from -127 to 127, and the scale of each column."""
    most = np.abs(weights).max(axis=-2).astype(np.float64)
    scales = (most / 127).astype(np.float32)
    scales[scales == 0] = 1
    return np.clip(np.rint(weights / scales[..., None, :]), -127, 127).astype(np.int8), scales


@dataclass(frozen=True)
class Quantize:
    """Recurrences and products get int8 weights (only where that is asked for).

    Attributes:
        taken_back: The numbers of the units (``units_of``) that stay as they are.
    """

    name: ClassVar[str] = "quantize"
    taken_back: frozenset[int] = frozenset()

    def __call__(self, graph: Graph, report: Report) -> Graph:
        """``graph`` with int8 weights."""
        units = units_of(graph)
        chosen = [unit for number, unit in enumerate(units) if not unit.obstacle and number not in self.taken_back]
        for unit in units:
            if unit.obstacle and unit.home is None:
                report.decide(unit.members[0], unit.what, "MatMul", f"not in int8, since {unit.obstacle}")
        if not chosen:
            return graph
        kept = [unit for unit in units if unit not in chosen]
        _decide(report, chosen, kept)
        return rebuild(graph, lambda builder: _Quantizer(builder, graph, chosen, report))


class _Quantizer(Copier):
    """Copies a graph with the members of some units quantized."""

    def __init__(self, builder: Builder, graph: Graph, units: Sequence[Unit], report: Report) -> None:
        super().__init__(builder)
        self.report = report
        self.members = {op: unit for unit in units for op in unit.members}
        self.taken = {unit.home: taken_branch(unit.home) for unit in units if unit.home is not None}
        self._makers = {value: op for block in blocks_of(graph.block) for op in block.ops for value in op.results}
        self._padding = Padding(graph, cleaned=self.members)

    def ops(self, block: Block) -> None:
        for op in block.ops:
            self._once(op)

    def _once(self, op: Op) -> None:
        if not all(value in self.new for value in op.results) or not op.results:
            self.op(op)

    def op(self, op: Op) -> tuple[Value, ...]:
        made: Sequence[Value] | None = None
        branch = self.taken.get(op)
        if branch is not None:
            self.ops(branch)
            made = [self.value(value) for value in branch.results]
        elif op in self.members:
            made = self._quantized(op)
        elif op.kind.name == "recur" and self._is_quantized_inside(op):
            made = self._recurrence(op)
        if made is None:
            return super().op(op)
        self.fired = True
        self.new.update(zip(op.results, made, strict=True))
        return tuple(made)

    def _quantized(self, op: Op) -> Sequence[Value]:
        x = self._masked(op, op.operands[0])
        if op.kind.name == "lstm":
            return self._lstm(op, x)
        if op.kind.name in LAYERS:
            return self._spelled_out(op, x)
        weights = constant(op.operands[1])
        assert weights is not None
        return [self._product(x, weights, _name_of(op.operands[1]), op)]

    def _product(self, x: Value, weights: Array, name: str, op: Op) -> Value:
        whole, scales = rounded(weights)
        operands = [x, self._const(whole, f"{name}/int8"), self._const(scales, f"{name}/scale")]
        names = [value.name for value in op.results[:1]]
        return self.builder.emit("quantized_matmul", operands, location=op.location, names=names)[0]

    def _const(self, array: Array, name: str) -> Value:
        return self.builder.const(array, name.lstrip("/"))

    def _lstm(self, op: Op, x: Value) -> Sequence[Value]:
        given = dict(zip(op.attrs["inputs"], op.operands, strict=True))
        operands = {key: self.value(value) for key, value in given.items()}
        operands["X"] = x
        for key in ("W", "R"):
            weights = constant(given[key])
            assert weights is not None
            whole, scales = rounded(weights.transpose(0, 2, 1))
            operands[key] = self._const(whole, f"{_name_of(given[key])}/int8")
            operands[f"{key}_scale"] = self._const(scales, f"{_name_of(given[key])}/scale")
        names = ("hidden_size", "direction", "activations")
        return self.builder.emit(
            "quantized_lstm",
            operands.values(),
            location=op.location,
            types=[value.type for value in op.results],
            inputs=tuple(operands),
            **{name: op.attrs[name] for name in names},
        )

    def _spelled_out(self, op: Op, x: Value) -> Sequence[Value]:
        operands = (x, *map(self.value, op.operands[1:]))
        layer = Op(op.kind, operands, op.attrs, (), op.results, op.location)
        before = len(self.builder.block.ops)
        made = spelled_out(self.builder, layer, lambda x, weights, name: self._product(x, weights, name, op))
        for each in self.builder.block.ops[before:]:
            if each.kind.name == "recur":
                self.report.note(each, _NOTE)
        return made

    def _recurrence(self, op: Op) -> Sequence[Value]:
        """A recurrence with quantized products in its body, and without what is behind the end of its rows."""
        operands = [self.value(value) for value in op.operands]
        for index, value in enumerate(op.operands):
            if value in sequences_of(op):
                operands[index] = self._masked(op, value)
        body = self.block(op.blocks[0])
        made = self.builder.emit(
            op.kind,
            operands,
            blocks=(body,),
            location=op.location,
            types=[value.type for value in op.results],
            **op.attrs,
        )
        copied = made[0].op
        if copied is not None:
            self.report.note(copied, _NOTE)
        return made

    def _is_quantized_inside(self, op: Op) -> bool:
        return any(inner in self.members for inner in walk(op.blocks[0]))

    def _masked(self, op: Op, value: Value) -> Value:
        """An operand of a member without what is behind the end of rows."""
        new = self.value(value)
        if not self._padding.may_be_in(value):
            return new
        found = self._padding.of(op, value)
        assert found is not None
        axes, time, lengths = found
        builder = self.builder
        self._need(lengths)
        mask = step_mask(builder, time, self.value(lengths))
        if axes[0] > axes[1]:
            mask = builder.emit("transpose", (mask,), perm=(1, 0))[0]
        others = tuple(axis for axis in range(value.type.rank) if axis not in axes)
        wide = builder.emit("unsqueeze", (mask,), axes=others)[0] if others else mask
        return builder.emit("where", (wide, new, zero_of(builder, new)), types=[new.type], location=op.location)[0]

    def _need(self, value: Value) -> None:
        """Copies what a value of the program is made of, if that comes later in it."""
        waiting = [value]
        while waiting:
            op = self._makers.get(waiting[-1])
            missing = [] if op is None else [v for v in op.operands if v in self._makers and v not in self.new]
            if missing and waiting[-1] not in self.new:
                waiting += missing
                continue
            waiting.pop()
            if op is not None:
                self._once(op)


def _name_of(value: Value) -> str:
    return str(value.op.attrs["name"]) or value.name if value.op is not None else value.name


# -- what is said ------------------------------------------------------------------------------------------------------


def _decide(report: Report, chosen: Sequence[Unit], kept: Sequence[Unit]) -> None:
    """What became of some units, in the place of what was decided about their native layers."""
    still = {_alike(op) for unit in kept for op in _layers(unit)}
    gone: dict[tuple[object, ...], list[Op]] = {}
    for unit in chosen:
        for op in _layers(unit):
            gone.setdefault(_alike(op), []).append(op)
    for key, layers in gone.items():
        what = f"{layers[0].kind.name} of {layers[0].attrs['hidden_size']} units"
        native = layers[0].kind.name.upper()
        report.withdraw(layers[0], what, native, len(layers) if key in still else None)
        if native == "LSTM":
            for op in layers:
                report.decide(op, what, "DynamicQuantizeLSTM", _WHY)
    for unit in chosen:
        if unit.home is None:
            report.decide(unit.members[0], unit.what, "DynamicQuantizeMatMul", _WHY)


def _layers(unit: Unit) -> list[Op]:
    """The native layers of a unit."""
    return [op for op in walk(Block(ops=[unit.home])) if op.kind.name in LAYERS] if unit.home is not None else []


def _alike(op: Op) -> tuple[object, ...]:
    """Layers that nobody can tell apart by what is said of them."""
    return op.kind.name, op.location, op.attrs["hidden_size"]
