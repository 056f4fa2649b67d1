"""One export in progress: the nodes of each open scope, and what every value of the graph became.

Names are given at the end, once for all scopes, because a name that a body and its surroundings share would hide the
outer value. Equal nodes are one node wherever one is in scope, as in the graph itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
import onnx_ir

from rnn2onnx.errors import ExportError, VerifyError
from rnn2onnx.exporter.kernels import carrier
from rnn2onnx.ir.graph import Array, Block, Op, Value, constant, freeze
from rnn2onnx.ir.types import DType, Type

Row: TypeAlias = "Callable[..., onnx_ir.Value | Sequence[onnx_ir.Value]]"
"""The ONNX form of a kind: ``row(emission, op, *operands)`` gives the results."""

_PACKED = frozenset({"matmul", "lstm", "gru", "rnn", "quantized_matmul", "quantized_lstm"})
"""What reads weights that onnxruntime rearranges when it loads a file."""
_SMALL = 64


@dataclass(eq=False)
class Scope:
    """What one graph, the outer one or a body, has so far."""

    nodes: list[onnx_ir.Node] = field(default_factory=list)
    values: dict[Value, onnx_ir.Value] = field(default_factory=dict)
    known: dict[Hashable, tuple[onnx_ir.Value, ...]] = field(default_factory=dict)
    made: set[int] = field(default_factory=set)
    initializers: list[onnx_ir.Value] = field(default_factory=list)


def _digest(array: Array) -> Hashable:
    """Equal for equal arrays; short, however large they are."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return array.dtype.name, array.shape, blake2b(flat.data, digest_size=16).digest()


class Emission:
    """Appends nodes to the innermost open scope.

    Attributes:
        opset: The opset the nodes are for.
        domains: The domains of operators that are not ONNX's own.
        rows: The ONNX form of each kind, by name.
    """

    def __init__(self, opset: int, rows: dict[str, Row], taken: Iterable[str] = ()) -> None:
        self.opset = opset
        self.domains: set[str] = set()
        self.rows = rows
        self.scopes = [Scope()]
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}

    # -- names and types --------------------------------------------------------------------------------------------

    def unique(self, hint: str) -> str:
        """``hint``, with a number after it where the name is taken."""
        name = hint
        while name in self._taken:
            self._numbers[hint] = self._numbers.get(hint, 1) + 1
            name = f"{hint}_{self._numbers[hint]}"
        self._taken.add(name)
        return name

    def declare(self, value: onnx_ir.Value, type: Type) -> onnx_ir.Value:
        """``value`` with its element type and shape written on it."""
        value.type = onnx_ir.TensorType(element_type(type.dtype))
        value.shape = onnx_ir.Shape(type.shape)
        return value

    # -- values -----------------------------------------------------------------------------------------------------

    def value(self, value: Value) -> onnx_ir.Value:
        """What a value of the graph became."""
        for scope in reversed(self.scopes):
            if value in scope.values:
                return scope.values[value]
        array = constant(value)
        if array is None or value.op is None:
            raise VerifyError(f"{value!r} is used before it is made, or outside the body it belongs to")
        return self.const(array, str(value.op.attrs["name"]), value.name)

    def const(self, array: Array, name: str = "", hint: str = "") -> onnx_ir.Value:
        """A constant: an initializer, or a node in the body that uses it where it is small and has no name.

        Engines that look at a body by itself see its axes and shapes that way.
        """
        inside = len(self.scopes) > 1 and not name and array.size <= _SMALL
        # A weight that is used twice under one name, such as that of a cell run over two inputs, is there once.
        key: Hashable = ("const", name, freeze(array) if array.size <= _SMALL else _digest(array))
        home = self.scopes[0]
        for scope in reversed(self.scopes) if inside else [home]:
            if key in scope.known:
                return scope.known[key][0]
        tensor = tensor_of(array)
        if inside:
            return self._append("Constant", (), {"value": tensor}, 1, key)[0]
        tensor.name = self.unique(name or hint or "const")
        made = onnx_ir.Value(name=tensor.name, const_value=tensor)
        made.type, made.shape = onnx_ir.TensorType(tensor.dtype), onnx_ir.Shape(array.shape)
        home.initializers.append(made)
        home.known[key] = (made,)
        return made

    def ints(self, *numbers: int) -> onnx_ir.Value:
        """The constant i64[n] of these numbers."""
        return self.const(np.array(numbers, np.int64))

    def scalar(self, number: Any, dtype: DType) -> onnx_ir.Value:
        """The constant without axes of this number."""
        return self.const(np.array(number, dtype))

    # -- nodes ------------------------------------------------------------------------------------------------------

    def many(
        self, op_type: str, operands: Sequence[onnx_ir.Value | None], count: int, *, domain: str = "", **attrs: Any
    ) -> tuple[onnx_ir.Value, ...]:
        """The results of a node, appended or found in scope; attributes that are None are left out."""
        given = {name: attr for name, attr in attrs.items() if attr is not None}
        if any(isinstance(attr, onnx_ir.Graph) for attr in given.values()):
            return self._append(op_type, operands, given, count, None)
        if domain:
            self.domains.add(domain)
        key = (op_type, tuple(map(id, operands)), tuple((name, freeze(given[name])) for name in sorted(given)))
        for scope in reversed(self.scopes):
            if key in scope.known:
                return scope.known[key]
        return self._append(op_type, operands, given, count, key, domain)

    def op(self, op_type: str, *operands: onnx_ir.Value | None, **attrs: Any) -> onnx_ir.Value:
        """The only result of a node."""
        return self.many(op_type, operands, 1, **attrs)[0]

    def _append(
        self,
        op_type: str,
        operands: Sequence[onnx_ir.Value | None],
        attrs: dict[str, Any],
        count: int,
        key: Hashable | None,
        domain: str = "",
    ) -> tuple[onnx_ir.Value, ...]:
        node = onnx_ir.node(op_type, operands, attrs, domain=domain, num_outputs=count)
        scope = self.scopes[-1]
        scope.nodes.append(node)
        scope.made.update(map(id, node.outputs))
        if key is not None:
            scope.known[key] = tuple(node.outputs)
        return tuple(node.outputs)

    def cast(self, value: onnx_ir.Value, old: DType, new: DType) -> onnx_ir.Value:
        """``value`` in another dtype."""
        return value if old == new else self.op("Cast", value, to=int(element_type(new)))

    def carried(self, op_type: str, operands: Sequence[onnx_ir.Value], dtype: DType, **attrs: Any) -> onnx_ir.Value:
        """A node whose operands and result are of ``dtype``, by way of another dtype where there is no kernel."""
        through = carrier(op_type, dtype)
        inside = [self.cast(value, dtype, through) for value in operands]
        return self.cast(self.op(op_type, *inside, **attrs), through, dtype)

    def tested(self, op_type: str, operands: Sequence[onnx_ir.Value], dtype: DType, **attrs: Any) -> onnx_ir.Value:
        """A node whose operands are of ``dtype`` and whose result is of the operator's own."""
        through = carrier(op_type, dtype)
        return self.op(op_type, *(self.cast(value, dtype, through) for value in operands), **attrs)

    # -- the graph --------------------------------------------------------------------------------------------------

    def emit(self, op: Op) -> None:
        """Appends the ONNX form of an operation."""
        if op.kind.name == "const":
            return
        row = self.rows.get(op.kind.name)
        if row is None:
            raise ExportError(f"the exporter has no form for {op.kind.name}", op.location)
        try:
            made = row(self, op, *(self._operand(op, value) for value in op.operands))
        except ExportError as error:
            raise type(error)(error.message, error.location or op.location) from None
        results = (made,) if isinstance(made, onnx_ir.Value) else tuple(made)
        for value, result in zip(op.results, results, strict=True):
            self.scopes[-1].values[value] = result
            if result.type is None:
                self.declare(result, value.type)
                result.meta["hint"] = value.name or op.kind.name

    def _operand(self, op: Op, value: Value) -> onnx_ir.Value:
        """An operand; for a product two bodies down or further, a weight as a constant of the body it is in.

        onnxruntime brings a weight into the form its products read fastest only where it lies in the same body or the
        one around it: without that a Scan in a branch takes up to twice as long. A Concat of one operand is a constant
        of its own body as soon as the file is loaded, and takes no bytes in the file.
        """
        found = self.value(value)
        if op.kind.name not in _PACKED or len(self.scopes) < 3:
            return found
        array = constant(value)
        if array is None or array.size <= _SMALL:
            return found
        scope, key = self.scopes[-1], ("near", id(found))
        if key not in scope.known:
            self._append("Concat", (found,), {"axis": 0}, 1, key)
        return scope.known[key][0]

    @contextmanager
    def _scope(self) -> Iterator[Scope]:
        self.scopes.append(Scope())
        try:
            yield self.scopes[-1]
        finally:
            self.scopes.pop()

    def body(self, block: Block, name: str, unused: tuple[int, str, Type] | None = None) -> onnx_ir.Graph:
        """A body as a graph; ``unused`` is one more input (its place, name and type) that nothing in the body uses."""
        with self._scope() as scope:
            inputs = [self._input(value.name or "input", value.type) for value in block.params]
            scope.values.update(zip(block.params, inputs, strict=True))
            if unused is not None:
                inputs.insert(unused[0], self._input(*unused[1:]))
            for op in block.ops:
                self.emit(op)
            outputs = self.outputs(block.results)
            return onnx_ir.Graph(inputs, outputs, nodes=scope.nodes, initializers=scope.initializers, name=name)

    def _input(self, hint: str, type: Type) -> onnx_ir.Value:
        value = self.declare(onnx_ir.Value(), type)
        value.meta["hint"] = hint
        return value

    def choice(
        self,
        condition: onnx_ir.Value,
        then: Callable[[], onnx_ir.Value],
        otherwise: Callable[[], onnx_ir.Value],
        type: Type,
    ) -> onnx_ir.Value:
        """One of two values of ``type``, each computed only where it is chosen."""
        branches = []
        for name, make in (("then", then), ("otherwise", otherwise)):
            with self._scope() as scope:
                made = make()
                if id(made) not in scope.made:
                    made = self.op("Identity", made)
                results, given = [self.declare(made, type)], scope.initializers
                branches.append(onnx_ir.Graph([], results, nodes=scope.nodes, initializers=given, name=name))
        return self.op("If", condition, then_branch=branches[0], else_branch=branches[1])

    def outputs(self, results: Sequence[Value]) -> list[onnx_ir.Value]:
        """The results of the innermost scope, each made by a node of its own in that very scope.

        A value from outside, an input or one result given twice goes through an Identity: a graph may not own them.
        """
        outputs: list[onnx_ir.Value] = []
        for value in results:
            found = self.value(value)
            if id(found) not in self.scopes[-1].made or any(found is other for other in outputs):
                (found,) = self._append("Identity", (found,), {}, 1, None)
                found.meta["hint"] = value.name or "output"
            outputs.append(self.declare(found, value.type))
        return outputs


def element_type(dtype: DType) -> onnx_ir.DataType:
    """ONNX's name of a dtype."""
    return onnx_ir.DataType.STRING if dtype.kind in "UO" else onnx_ir.DataType.from_numpy(dtype)


def tensor_of(array: Array) -> Any:
    """An array as a tensor of onnx_ir."""
    if array.dtype.kind in "UO":
        flat = [str(item).encode() for item in array.reshape(-1)]
        return onnx_ir.StringTensor(flat, shape=onnx_ir.Shape(array.shape))
    return onnx_ir.Tensor(np.ascontiguousarray(array) if array.ndim else array)
