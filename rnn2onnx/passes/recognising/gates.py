"""Finds the gates of a native layer in the polynomials of a body's new states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnn2onnx.ir import Array, Value
from rnn2onnx.ir.kinds.native import Activation
from rnn2onnx.passes.recognising.affine import Form, Forms, source_form
from rnn2onnx.passes.recognising.polynomial import LINEAR, Atom, Polynomial, Polynomials

SIGMOID: Activation = ("Sigmoid", 0.0, 0.0)
_OPEN = 50.0
"""A bias at which a sigmoid is 1 in every floating type used here."""


@dataclass
class Layer:
    """A native layer, gates in ONNX's order.

    Attributes:
        kind: rnn, gru or lstm.
        hidden: The state that is the output, by number.
        cell: The state that is the memory of an lstm, by number.
        gates: The form of each gate over sequences and the output state.
        recurrent_bias: For each gate the bias inside the reset (gru, linear_before_reset).
        activations: As ONNX lists them.
        peepholes: i, o, f of an lstm.
        linear_before_reset: As in ONNX's GRU.
    """

    kind: str
    hidden: int
    gates: Sequence[Form]
    activations: Sequence[Activation]
    cell: int | None = None
    recurrent_bias: Sequence[Array] = ()
    peepholes: Sequence[Array] | None = None
    linear_before_reset: int = 0


class MismatchError(Exception):
    """The body is not this layer; the message says what differs."""


@dataclass
class Body:
    """What the layers are looked for in: the states and new states of a body.

    Attributes:
        states: The parameters.
        news: The values they become.
        forms: Their forms.
        polynomials: Their polynomials.
    """

    states: Sequence[Value]
    news: Sequence[Value]
    forms: Forms
    polynomials: Polynomials

    def state(self, number: int) -> Atom:
        """A state as an atom."""
        return Atom(LINEAR, source_form(self.states[number], self.width(number)))

    def width(self, number: int) -> int:
        """The width of a state."""
        width = self.states[number].type.shape[-1]
        assert isinstance(width, int)
        return width


def find(body: Body) -> Layer:
    """The layer that a body computes; MismatchError says why there is none."""
    layer = _find(body)
    if any(gate.width != body.width(layer.hidden) for gate in layer.gates):
        raise MismatchError("a gate has another width than its state")
    return layer


def _find(body: Body) -> Layer:
    if len(body.states) == 2:
        return _lstm(body)
    if len(body.states) != 1:
        raise MismatchError(f"it carries {len(body.states)} states that depend on each other")
    news = body.polynomials.of(body.news[0])
    if len(news.products) == 1:
        return _rnn(body, news)
    return _gru(body, news)


def _rnn(body: Body, news: Polynomial) -> Layer:
    ((atoms, factor),) = news.terms()
    if len(atoms) != 1 or not np.all(factor == 1):
        raise MismatchError("its new state is a product, not one activation of a sum")
    (gate,) = atoms
    if not body.polynomials.is_linear(gate.form):
        raise MismatchError("its activation is of something that is not affine in inputs and state")
    return Layer("rnn", 0, [gate.form], [gate.activation])


def _gru(body: Body, news: Polynomial) -> Layer:
    state = body.state(0)
    update, candidate, negated = _interpolation(news, state)
    if not body.polynomials.is_linear(update.form):
        raise MismatchError("its update gate is not affine in inputs and state")
    if negated:
        if update.activation != SIGMOID:
            raise MismatchError(f"its update gate is 1 - {update.activation[0]}")
        update = Atom(SIGMOID, update.form.scaled(np.array(-1.0)))
    width = body.width(0)
    plain = {source: m for source, m in candidate.form.terms.items() if source in body.polynomials.linear}
    inner = [(source, m) for source, m in candidate.form.terms.items() if source not in plain]
    closed = Form({}, np.full(width, _OPEN))
    activations = [update.activation, candidate.activation]
    if not inner:
        if body.states[0] in plain and update.activation != SIGMOID:
            raise MismatchError("its candidate has no reset gate, and its update gate is no sigmoid")
        return Layer("gru", 0, [update.form, closed, candidate.form], activations)
    if body.states[0] in plain or len(inner) > 1:
        raise MismatchError("its candidate uses the state both with and without a gate")
    ((value, matrix),) = inner
    gate, inside = _product(body, value)
    if gate.activation != update.activation or not body.polynomials.is_linear(gate.form):
        raise MismatchError("its reset gate has another activation than its update gate, or is not affine")
    if inside.key == state.key:
        joint = Form({**plain, body.states[0]: matrix}, candidate.form.bias)
        return Layer("gru", 0, [update.form, gate.form, joint], activations)
    if not np.array_equal(matrix, np.eye(width)) or set(inside.form.terms) - {body.states[0]}:
        raise MismatchError("its reset gate acts on more than a product of the state")
    joint = Form({**plain, body.states[0]: inside.form.terms[body.states[0]]}, candidate.form.bias)
    biases = [np.zeros(width), np.zeros(width), inside.form.bias]
    return Layer("gru", 0, [update.form, gate.form, joint], activations, recurrent_bias=biases, linear_before_reset=1)


def _interpolation(news: Polynomial, state: Atom) -> tuple[Atom, Atom, bool]:
    """The gate and the candidate of ``u*h + (1-u)*c``; whether the gate is rather that of ``(1-z)*h + z*c``."""
    signs: dict[int, list[tuple[tuple[Atom, ...], float]]] = {1: [], 2: []}
    for atoms, factor in news.terms():
        if len(atoms) not in signs or not np.all(np.abs(factor) == 1) or np.ptp(factor):
            raise MismatchError("its new state is not an interpolation between the old one and a candidate")
        signs[len(atoms)].append((atoms, float(np.max(factor))))
    single, double = signs[1], signs[2]
    if len(single) != 1 or len(double) != 2 or single[0][1] != 1:
        raise MismatchError("its new state is not an interpolation between the old one and a candidate")
    alone = single[0][0][0]
    if {sign for _, sign in double} != {1.0, -1.0}:
        raise MismatchError("its new state is not an interpolation between the old one and a candidate")
    (plus,) = [atoms for atoms, sign in double if sign == 1]
    (minus,) = [atoms for atoms, sign in double if sign == -1]
    gates = [a for a in plus if any(a.key == b.key for b in minus)]
    for gate in gates:
        left, right = _without(plus, gate), _without(minus, gate)
        if alone.key == right.key and left.key == state.key:
            return gate, right, False
        if alone.key == state.key == right.key:
            return gate, left, True
    raise MismatchError("its new state is not an interpolation between the old one and a candidate")


def _without(atoms: Sequence[Atom], gate: Atom) -> Atom:
    rest = list(atoms)
    rest.pop(next(i for i, atom in enumerate(rest) if atom.key == gate.key))
    return rest[0]


def _product(body: Body, value: Value) -> tuple[Atom, Atom]:
    """The gate and the rest of a product of two atoms."""
    polynomial = body.polynomials.of(value)
    terms = polynomial.terms()
    if len(terms) != 1 or len(terms[0][0]) != 2 or not np.all(terms[0][1] == 1):
        raise MismatchError("its candidate has something that is not a gate times the state in it")
    a, b = terms[0][0]
    if a.activation == LINEAR and b.activation != LINEAR:
        a, b = b, a
    if b.activation != LINEAR or not body.polynomials.is_linear(b.form):
        raise MismatchError("its candidate has something that is not a gate times the state in it")
    return a, b


def _lstm(body: Body) -> Layer:
    for cell in (0, 1):
        try:
            return _lstm_with(body, cell, 1 - cell)
        except MismatchError as error:
            last = error
    raise last


def _lstm_with(body: Body, cell: int, hidden: int) -> Layer:
    if body.width(cell) != body.width(hidden):
        raise MismatchError("its two states differ in width: it projects its output")
    memory = body.polynomials.of(body.news[cell])
    forget, entry, write = _memory(body, memory, body.state(cell))
    output, activation = _emission(body, body.news[hidden], body.news[cell], memory)
    old: Mapping[Value, Array] = {body.states[cell]: np.eye(body.width(cell))}
    new_form = body.forms.form(body.news[cell])
    assert new_form is not None
    gates, peepholes = [], []
    for gate, source in ((entry, old), (output, new_form.terms), (forget, old)):
        form, weights = _peephole(body, gate.form, source)
        gates.append(form)
        peepholes.append(weights)
        if gate.activation != forget.activation:
            raise MismatchError("its gates have different activations")
    for form in (*gates, write.form):
        if not body.polynomials.is_linear(form) or body.states[cell] in form.terms:
            raise MismatchError("a gate is not affine in inputs and output state")
    return Layer(
        "lstm",
        hidden,
        [*gates, write.form],
        [forget.activation, write.activation, activation],
        cell=cell,
        peepholes=peepholes if any(w.any() for w in peepholes) else None,
    )


def _memory(body: Body, memory: Polynomial, state: Atom) -> tuple[Atom, Atom, Atom]:
    """The forget gate, the input gate and the candidate of ``f*c + i*g``, where i may be 1-f."""
    terms = memory.terms()
    if len(terms) == 3:
        return _coupled(memory, state)
    if len(terms) != 2 or any(len(atoms) != 2 or not np.all(factor == 1) for atoms, factor in terms):
        raise MismatchError("its memory is not f*c + i*g")
    kept = [atoms for atoms, _ in terms if any(atom.key == state.key for atom in atoms)]
    if len(kept) != 1:
        raise MismatchError("its memory is not f*c + i*g")
    forget = _without(kept[0], state)
    a, b = next(atoms for atoms, _ in terms if atoms is not kept[0])
    if a.activation != forget.activation:
        a, b = b, a
    if a.activation != forget.activation:
        raise MismatchError("its input gate has another activation than its forget gate")
    return forget, a, b


def _coupled(memory: Polynomial, state: Atom) -> tuple[Atom, Atom, Atom]:
    """The forget gate, the input gate and the candidate of ``f*c + (1-f)*g``: 1 - sigmoid(v) is sigmoid(-v)."""
    try:
        gate, write, entry = _interpolation(memory, state)
    except MismatchError:
        raise MismatchError("its memory is not f*c + i*g") from None
    if gate.activation != SIGMOID:
        raise MismatchError("its input gate is not an activation of its own, but 1 less the forget gate")
    other = Atom(SIGMOID, gate.form.scaled(np.array(-1.0)))
    return (other, gate, write) if entry else (gate, other, write)


def _emission(body: Body, news: Value, memory_value: Value, memory: Polynomial) -> tuple[Atom, Activation]:
    """The output gate and the activation of the memory in ``o * act(c)``."""
    terms = body.polynomials.of(news).terms()
    form = body.forms.form(memory_value)
    assert form is not None
    if len(terms) == 1 and len(terms[0][0]) == 2 and np.all(terms[0][1] == 1):
        a, b = terms[0][0]
        for gate, shown in ((a, b), (b, a)):
            if shown.form.key == form.key:
                return gate, shown.activation
    for gate in terms[0][0] if terms else ():
        product = memory.times(Polynomial.of((gate,), np.array(1.0)))
        if set(product.products) == set(body.polynomials.of(news).products):
            return gate, LINEAR
    raise MismatchError("its output is not o * act(c) of the new memory c")


def _peephole(body: Body, form: Form, source: Mapping[Value, Array]) -> tuple[Form, Array]:
    """A gate's form without its diagonal term in the memory, and that diagonal."""
    width = form.width
    used = [value for value in source if value in form.terms]
    if not used:
        return form, np.zeros(width)
    weights = np.diagonal(form.terms[used[0]]).copy()
    if len(used) != len(source) or any(not np.array_equal(form.terms[v], m * weights) for v, m in source.items()):
        raise MismatchError("a gate looks at the memory in a way that is no peephole")
    rest = {value: matrix for value, matrix in form.terms.items() if value not in source}
    return Form(rest, form.bias), weights
