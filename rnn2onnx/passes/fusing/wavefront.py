"""A stack of layers of the same body as one recurrence: in a step, each layer is one step behind the one below it.

What a layer reads of the layer below is what that one gave in the step before; if it goes through a product on the way,
the product's matrix stands beside the diagonal of the joint one. The steps are those of the sequence and one more for
each layer but the first; what a layer gives before its first step, and behind its last, is left out. Before its first
step its state must stay as it is: either the body keeps a state of zeros over inputs of zeros, or the state is
multiplied by zero there.
Source: Lamport, The Parallel Execution of DO Loops, 1974.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnn2onnx.errors import FeedError
from rnn2onnx.ir import Array, Builder, Dim, Op, Type, Value, evaluate_body
from rnn2onnx.passes.fusing.beside import Fused, New, turn
from rnn2onnx.passes.fusing.fusible import Group
from rnn2onnx.passes.fusing.same_bodies import UnlikeError
from rnn2onnx.passes.fusing.side_by_side import Columns, SideBySide, width
from rnn2onnx.passes.recognising.affine import Form, Forms
from rnn2onnx.passes.vectorise import is_zero, step_mask, zero_of

_I64 = np.dtype(np.int64)


@dataclass(frozen=True)
class _Input:
    """What one layer walks for one parameter.

    Attributes:
        form: What it is of sequences; those that are rows of the layer below by the value of the first body they are.
        below: For such a value the matrix from its columns to the parameter's.
        given: The sequence itself, where nothing in it is of a layer.
    """

    form: Form | None
    below: Mapping[Value, Array]
    given: Value | None


class _ToTheEnd(Forms):
    """Looks through all that is affine, also where there are more columns behind it: for what layers give."""

    def _read(self, value: Value) -> Form | None:
        return self.form(value)


def wavefront(builder: Builder, new: New, group: Group, wanted: Sequence[Value]) -> Fused:
    """Emits the layers of a stack as one recurrence.

    Args:
        builder: Where to.
        new: What became of values that don't depend on the layers.
        group: The layers; each walks what is affine in rows of the one below and in other sequences.
        wanted: Those of their results that are needed.

    Raises:
        UnlikeError: It can't be done.
    """
    return _Wavefront(builder, new, group).fused(wanted)


class _Wavefront:
    def __init__(self, builder: Builder, new: New, group: Group) -> None:
        self.builder, self.new, self.made = builder, new, group.made
        members, pairs = group.members, group.pairs
        self.members, self.pairs = members, pairs
        (self.body,) = members[0].blocks
        self.states: int = members[0].attrs["states"]
        self.count = len(members)
        self.lengths = new(members[0].operands[-1]) if members[0].attrs["lengths"] else None
        self.time: Dim = members[0].operands[self.states].type.shape[0]
        self.total: Dim = self.time + self.count - 1 if isinstance(self.time, int) else builder.fresh_dim("steps")
        self.params = self.body.params[: self.states]
        self.news = self.body.results[: self.states]
        self.joint = _Layers(builder, self.body, self.states, pairs, set())
        self.first = [dict(zip(mapping.values(), mapping, strict=True)) for mapping in pairs]

    def fused(self, wanted: Sequence[Value]) -> Fused:
        joint = self.joint
        for value in (*self.news, *self.params):
            joint.need(value)
        given = self._rows(wanted)
        # A final state is picked from the rows of states.
        kept = list(dict.fromkeys([*given.values(), *(self.news[state] for _, state in self._finals(wanted))]))
        for value in kept:
            joint.need(value)
        joint.plan()
        walked = [leaf for leaf in joint.leaves if leaf[0] in self.body.params[self.states :]]
        inputs = {leaf: self._inputs(leaf[0]) for leaf in walked}
        below = dict.fromkeys(source for each in inputs.values() for layer in each for source in layer.below)
        values = self._recur(inputs, list(below), kept)
        rows = dict(zip(kept, values, strict=True))

        def results() -> list[Value]:
            picker = _Picker(self, rows)
            finals = {value: picker.final(*where) for value, where in zip(wanted_finals, places, strict=True)}
            return [finals[value] if value in finals else picker.rows(value, given[value]) for value in wanted]

        places = self._finals(wanted)
        wanted_finals = [self.members[layer].results[state] for layer, state in places]
        return Fused(list(rows.values()), self.total, results)

    def _rows(self, wanted: Sequence[Value]) -> dict[Value, Value]:
        """For each wanted result that is rows the value of the first body that it has columns of."""
        found: dict[Value, Value] = {}
        for layer, op in enumerate(self.members):
            (body,) = op.blocks
            for result, value in zip(op.results[self.states :], body.results[self.states :], strict=True):
                if result in wanted:
                    found[result] = self._first(layer, value)
        return found

    def _finals(self, wanted: Sequence[Value]) -> list[tuple[int, int]]:
        """The layer and the number of each state whose end is wanted."""
        return [
            (layer, state)
            for layer, op in enumerate(self.members)
            for state in range(self.states)
            if op.results[state] in wanted
        ]

    def _first(self, layer: int, value: Value) -> Value:
        return value if not layer else self.first[layer - 1][value]

    # -- what is walked -----------------------------------------------------------------------------------------------

    def _inputs(self, param: Value) -> list[_Input]:
        """What each layer walks for a parameter of the first body."""
        if param.type.rank != 2:
            raise UnlikeError(f"a sequence of it is {param.type} in a step, not a row of numbers for each batch row")
        found = [_Input(None, {}, self._sequence(0, param))]
        for layer in range(1, self.count):
            below = self.members[layer - 1]
            form = _ToTheEnd({}).form(self._sequence(layer, param))
            if form is None:
                raise UnlikeError("what a layer walks is no row of numbers")
            mine = {source: matrix for source, matrix in form.terms.items() if source in below.results}
            rows = dict(zip(below.results, below.blocks[0].results, strict=True))
            if any(below.results.index(source) < self.states for source in mine):
                raise UnlikeError("a layer walks the final state of the one below")
            links = {self._first(layer - 1, rows[source]): matrix for source, matrix in mine.items()}
            rest = {source: matrix for source, matrix in form.terms.items() if source not in mine}
            if any(source in self.made for source in rest):
                raise UnlikeError("a layer walks more than what is affine in rows of the one below")
            found.append(_Input(Form(rest, form.bias), links, None))
        return found

    def _sequence(self, layer: int, param: Value) -> Value:
        op = self.members[layer]
        own = self.pairs[layer - 1][param] if layer else param
        return op.operands[op.blocks[0].params.index(own)]

    def _outside(self, given: _Input, param: Value) -> Value:
        """[T, B, width]: what a layer walks, but for what it reads of the layer below."""
        builder, dtype = self.builder, param.type.dtype
        if given.given is not None:
            return self._clean(self.new(given.given))
        assert given.form is not None
        total = builder.const(given.form.bias.astype(dtype))
        for source, matrix in given.form.terms.items():
            rows = self.new(source)
            if rows.type.rank != 3:
                raise UnlikeError(f"a layer walks what is made of {rows.type}")
            (product,) = builder.emit("matmul", (rows, builder.const(matrix.astype(dtype))))
            (total,) = builder.emit("add", (product, total))
        if total.type.rank == 3:
            return self._clean(total)
        shape: tuple[Dim, ...] = (self.time, *param.type.shape)
        parts = [builder.emit("reshape", (self._length(dim), builder.const(np.array([1]))))[0] for dim in shape]
        (lengths,) = builder.emit("concat", parts, axis=0)
        return builder.emit("expand", (total, lengths), types=[Type(dtype, shape)])[0]

    def _clean(self, rows: Value) -> Value:
        """A sequence in the order in which it is walked, with zeros past the lengths: other layers go on there."""
        if self.members[0].attrs["reverse"]:
            rows = turn(self.builder, rows, self.lengths)
        return rows if self.lengths is None else self.masked(rows)

    def masked(self, rows: Value) -> Value:
        """Rows with zeros past the lengths."""
        mask = step_mask(self.builder, self.time, self.lengths)
        (mask,) = self.builder.emit("unsqueeze", (mask,), axes=(2,))
        return self.builder.emit("where", (mask, rows, zero_of(self.builder, rows)), types=[rows.type])[0]

    def _length(self, dim: Dim) -> Value:
        value = self.builder.dim_value(dim)
        if value is None:
            raise UnlikeError(f"the length {dim} is not known before it")
        return value

    def _joint_sequence(self, leaf: Columns, inputs: Sequence[_Input]) -> Value:
        """[T + layers - 1, B, columns]: what the layers walk, each a step behind the one below it."""
        builder, late = self.builder, []
        for layer, given in enumerate(inputs):
            rows = self._outside(given, leaf[0])
            pads = np.array([layer, 0, 0, self.count - 1 - layer, 0, 0])
            types = [rows.type.with_shape((self.total, *rows.type.shape[1:]))]
            operands = (rows, builder.const(pads), zero_of(builder, rows))
            late.append(builder.emit("pad", operands, mode="constant", types=types)[0])
        return self.joint.outside(leaf, late)

    # -- the recurrence -----------------------------------------------------------------------------------------------

    def _recur(
        self, inputs: Mapping[Columns, Sequence[_Input]], below: Sequence[Value], kept: Sequence[Value]
    ) -> Sequence[Value]:
        builder, joint, states = self.builder, self.joint, self.states
        starts = [[self.new(op.operands[state]) for op in self.members] for state in range(states)]
        initials = [
            joint.outside((param, width(param)), parts) for param, parts in zip(self.params, starts, strict=True)
        ]
        # What a layer reads of the one below is a state, or is carried to the next step besides.
        carried = [value for value in below if value not in self.news]
        initials.extend(self._wide_zeros(value) for value in carried)
        known = {
            leaf: joint.outside(leaf, [self.new(part) for part in joint.parts(leaf[0])])
            for leaf in joint.leaves
            if leaf not in inputs and leaf[0] not in self.params
        }
        if any(leaf[0] in self.params and leaf[1] != width(leaf[0]) for leaf in joint.leaves):
            raise UnlikeError("a state of one number is used for many columns")
        walked = [self._joint_sequence(leaf, each) for leaf, each in inputs.items()]
        if not walked:
            raise UnlikeError("it reads no sequence")
        masks = {} if self._stays_zero(below) else self._masks(starts)
        types = [value.type for value in initials]
        types += [value.type.with_shape(value.type.shape[1:]) for value in (*walked, *masks.values())]
        with builder.body(types) as block:
            at = len(initials)
            before = dict(zip([*self.news, *carried], block.params, strict=False))
            known.update(zip([(param, width(param)) for param in self.params], block.params, strict=False))
            for leaf, param in zip(inputs, block.params[at:], strict=False):
                links = {
                    before[source]: _beside_diagonal(self.count, source, leaf[1], inputs[leaf])
                    for source in dict.fromkeys(source for each in inputs[leaf] for source in each.below)
                }
                known[leaf] = joint.link(param, links)
            joint.make(known)
            made = [joint.made[value, width(value)] for value in self.news]
            for place, mask in zip(masks, block.params[at + len(walked) :], strict=True):
                made[place] = self._started(made[place], block.params[place], mask)
            made += [joint.made[value, width(value)] for value in carried]
            block.results = (*made, *(joint.made[value, width(value)] for value in kept))
        values = builder.emit(
            "recur",
            [*initials, *walked, *masks.values()],
            blocks=(block,),
            location=self.members[0].location,
            states=len(initials),
            lengths=False,
            reverse=False,
            unmasked=(),
        )
        return values[len(initials) :]

    def _wide_zeros(self, value: Value) -> Value:
        """[B, columns] of zeros, for what is carried besides the states."""
        builder = self.builder
        shape: tuple[Dim, ...] = (value.type.shape[0], width(value) * self.count)
        parts = [builder.emit("reshape", (self._length(dim), builder.const(np.array([1]))))[0] for dim in shape]
        (lengths,) = builder.emit("concat", parts, axis=0)
        return builder.emit("expand", (zero_of(builder, value), lengths), types=[value.type.with_shape(shape)])[0]

    # -- before the first step --------------------------------------------------------------------------------------

    def _stays_zero(self, below: Sequence[Value]) -> bool:
        """Whether layers that have not begun, on inputs of zeros, keep a state of zeros and give zeros upwards."""
        if not all(is_zero(initial) for op in self.members for initial in op.operands[: self.states]):
            return False
        for layer in range(1, self.count):
            (body,) = self.members[layer].blocks
            zeros = [np.zeros([n if isinstance(n, int) else 1 for n in p.type.shape]) for p in body.params]
            try:
                found = evaluate_body(body, zeros, float64=True)
            except FeedError:
                return False
            upwards = [value for value in body.results[self.states :] if self._first(layer, value) in below]
            seen = dict(zip(body.results, found, strict=True))
            if any(np.any(seen[value]) for value in (*body.results[: self.states], *upwards)):
                return False
        return True

    def _masks(self, starts: Sequence[Sequence[Value]]) -> dict[int, Value]:
        """For each state [T + layers - 1, 1, columns]: which layers have begun; 1 or 0 where it starts at zero."""
        builder, found = self.builder, {}
        zero, one = builder.const(np.array(0, _I64)), builder.const(np.array(1, _I64))
        more = builder.const(np.array(self.count - 1, _I64))
        (total,) = builder.emit("add", (self._length(self.time), more))
        (steps,) = builder.emit("range", (zero, total, one), types=[Type(_I64, (self.total,))])
        (steps,) = builder.emit("unsqueeze", (steps,), axes=(1, 2))
        for state, param in enumerate(self.params):
            begins = np.repeat(np.arange(self.count), width(param))[None, None]
            (mask,) = builder.emit("less_equal", (builder.const(begins), steps))
            if all(map(is_zero, starts[state][1:])):
                (mask,) = builder.emit("cast", (mask,), dtype=param.type.dtype)
            found[state] = mask
        return found

    def _started(self, value: Value, before: Value, mask: Value) -> Value:
        if mask.type.dtype == value.type.dtype:
            return self.builder.emit("mul", (value, mask))[0]
        return self.builder.emit("where", (mask, value, before), types=[value.type])[0]


def _beside_diagonal(count: int, source: Value, columns: int, inputs: Sequence[_Input]) -> Array:
    """[columns of all layers, columns of all layers]: from what each layer gives to what the one above it reads."""
    wide = width(source)
    made: Array = np.zeros((count * wide, count * columns), source.type.dtype)
    for layer, given in enumerate(inputs):
        if source in given.below:
            matrix = np.repeat(given.below[source], columns // given.below[source].shape[1], axis=1)
            made[(layer - 1) * wide : layer * wide, layer * columns : (layer + 1) * columns] = matrix
    return made


class _Layers(SideBySide):
    """A joint body in which a sequence may be a parameter and products of what layers gave in the step before."""

    _links: dict[Value, tuple[Value, Mapping[Value, Array]]]

    def link(self, param: Value, links: Mapping[Value, Array]) -> Value:
        """What a parameter and products of values are together."""
        if not hasattr(self, "_links"):
            self._links = {}
        total = param
        for source, matrix in links.items():
            total = self.emit("add", total, self.emit("matmul", source, self.builder.const(matrix)))
        self._links[total] = param, links
        return total

    def _copied(self, op: Op, operands: Sequence[Columns], value: Value) -> Value:
        if op.kind.name == "add":
            for linked, product in (operands, operands[::-1]):
                merged = self._merged(self.made[linked], product)
                if merged is not None:
                    return merged
        return super()._copied(op, operands, value)

    def _merged(self, linked: Value, product: Columns) -> Value | None:
        """The sum of both with one product for the values that both multiply."""
        if linked not in self._links or product not in self.products:
            return None
        (param, links), (left, matrix) = self._links[linked], self.products[product]
        rows = self.made[left]
        if rows not in links:
            return None
        total = self.emit("add", param, self.emit("matmul", rows, self.builder.const(matrix + links[rows])))
        for source, other in links.items():
            if source is not rows:
                total = self.emit("add", total, self.emit("matmul", source, self.builder.const(other)))
        return total


class _Picker:
    """Picks the results of each layer from the rows of all of them."""

    def __init__(self, wave: _Wavefront, rows: Mapping[Value, Value]) -> None:
        self.wave, self.builder, self.kept = wave, wave.builder, rows

    def rows(self, value: Value, first: Value) -> Value:
        """[T, B, columns]: rows that a layer gave."""
        wave, builder = self.wave, self.builder
        layer = next(layer for layer, op in enumerate(wave.members) if value in op.results)
        columns, begin = width(value), builder.const(np.array(layer, _I64))
        (end,) = builder.emit("add", (wave._length(wave.time), begin))
        bounds = []
        for at, column in ((begin, layer), (end, layer + 1)):
            (step,) = builder.emit("unsqueeze", (at,), axes=(0,))
            bounds.append(builder.emit("concat", (step, builder.const(np.array([column * columns]))), axis=0)[0])
        operands = (self.kept[first], *bounds)
        (found,) = builder.emit("slice", operands, axes=(0, 2), steps=(1, 1), types=[value.type])
        if wave.lengths is not None:
            found = wave.masked(found)
        return turn(builder, found, wave.lengths) if wave.members[0].attrs["reverse"] else found

    def final(self, layer: int, state: int) -> Value:
        """[B, columns]: a state of a layer after its last step."""
        wave, builder = self.wave, self.builder
        rows, initial = self.kept[wave.news[state]], wave.new(wave.members[layer].operands[state])
        zero, one = builder.const(np.array(0, _I64)), builder.const(np.array(1, _I64))
        count = wave._length(wave.time)
        if wave.lengths is not None:
            (wide,) = builder.emit("cast", (wave.lengths,), dtype=_I64)
            (count,) = builder.emit("minimum", (wide, count))
        (last,) = builder.emit("add", (count, builder.const(np.array(layer - 1, _I64))))
        (last,) = builder.emit("maximum", (last, zero))
        if wave.lengths is None:
            (found,) = builder.emit("gather", (rows, last), axis=0)
        else:
            number = wave._length(initial.type.shape[0])
            (numbers,) = builder.emit("range", (zero, number, one), types=[last.type])
            columns = [builder.emit("unsqueeze", (each,), axes=(1,))[0] for each in (last, numbers)]
            (places,) = builder.emit("concat", columns, axis=1)
            (found,) = builder.emit("gather_nd", (rows, places), batch_dims=0)
        found = wave.joint.column(found, layer, width(initial))
        if wave.lengths is None and isinstance(wave.time, int) and wave.time:
            return found
        (some,) = builder.emit("less", (zero, count))
        if wave.lengths is not None:
            (some,) = builder.emit("unsqueeze", (some,), axes=(1,))
        return builder.emit("where", (some, found, initial), types=[initial.type])[0]
