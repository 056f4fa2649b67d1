"""What a recurrence takes into its steps: products before it, and what gates its rows behind it.

``o * h`` behind a loop reads a gate's and the state's rows and writes its own. Where the gate's product is computed in
the steps, so is this, and the body gives it out instead of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rnn2onnx.ir import Block, Dim, Op, Value, walk
from rnn2onnx.ir.types import size_of
from rnn2onnx.passes.stepping.stepwise import is_stepwise, walked

Users = Mapping[Value, "list[Op | None]"]
"""The operations that use each value; None for what gives it."""


@dataclass(frozen=True)
class Taken:
    """Operations around a recurrence that may be computed in its steps.

    Attributes:
        op: The recurrence.
        cone: Those before it: products, and what is made of them.
        behind: For a result of it those that alone use it, each the one before, in order.
    """

    op: Op
    cone: Mapping[Op, None]
    behind: Mapping[Value, Sequence[Op]]

    @property
    def time(self) -> Dim:
        """The length of the walked axis."""
        return self.op.operands[self.op.attrs["states"]].type.shape[0]

    @property
    def sequences(self) -> tuple[Value, ...]:
        """What the recurrence walks."""
        return self.op.operands[self.op.attrs["states"] : len(self.op.operands) - bool(self.op.attrs["lengths"])]

    @property
    def leaves(self) -> Mapping[Value, None]:
        """What it walks with the operations in its steps."""
        found = dict.fromkeys(v for v in self.sequences if v.op not in self.cone)
        found.update((v, None) for each in self.cone for v in walked(each, self.time) if v.op not in self.cone)
        return found

    @property
    def width(self) -> int:
        """How many numbers of a row pass between it and the operations when they are outside."""
        gates = {v for row in self.behind for v in others(self, row) if v.op in self.cone}
        given = [value.type.shape[2:] for value in {*self.sequences, *gates} if value.op in self.cone]
        return max(1, sum(size_of(shape) or 1 for shape in given))


def users_of(block: Block) -> Users:
    """The operations that use each value of a program."""
    found: dict[Value, list[Op | None]] = {}
    for op in walk(block):
        for value in op.operands:
            found.setdefault(value, []).append(op)
        for body in op.blocks:
            for value in body.results:
                found.setdefault(value, []).append(None)
    for value in block.results:
        found.setdefault(value, []).append(None)
    return found


def taken(op: Op, users: Users, here: Collection[Op], known: Callable[[Value], bool]) -> Taken | None:
    """What a recurrence may take in; None where there is no product.

    Args:
        op: The recurrence.
        users: What uses each value.
        here: The operations of its block.
        known: Whether a value stands before it.
    """
    rows = op.results[op.attrs["states"] :]
    # Rows past a length are zero, whatever gates them.
    behind = {} if op.attrs["lengths"] else {row: _chain(op, row, users, here, known) for row in rows}
    while True:
        made = Taken(op, {}, {row: chain for row, chain in behind.items() if chain})
        made = replace(made, cone=_cone(made, users))
        behind = {row: _fitting(made, row) for row in made.behind}
        if behind == made.behind:
            return made if any(value.op in made.cone for value in made.sequences) else None


def others(found: Taken, row: Value) -> Iterable[Value]:
    """What the operations behind a row walk besides it."""
    chain = found.behind[row]
    for each in chain:
        yield from (v for v in walked(each, found.time) if v is not row and v.op not in chain)


def _chain(op: Op, row: Value, users: Users, here: Collection[Op], known: Callable[[Value], bool]) -> list[Op]:
    found: list[Op] = []
    while True:
        using = set(users.get(row, ()))
        each = using.pop() if len(using) == 1 else None
        if each is None or each not in here or not each.kind.elementwise or not is_stepwise(each, row.type.shape[0]):
            return found
        if each.results[0].type.shape != row.type.shape or not all(v is row or known(v) for v in each.operands):
            return found
        found.append(each)
        row = each.results[0]


def _fitting(found: Taken, row: Value) -> list[Op]:
    """The operations behind a row up to the last that takes a row of a step, as far as there are steps for them all."""
    leaves, kept, last = found.leaves, [], 0
    before = row
    for each in found.behind[row]:
        beside = [value for value in walked(each, found.time) if value is not before]
        if not all(value in leaves or value.op in found.cone for value in beside):
            break
        kept.append(each)
        last = len(kept) if beside else last
        before = each.results[0]
    return kept[:last]


def _cone(around: Taken, users: Users) -> Mapping[Op, None]:
    """Operations before a recurrence that only it and those behind it need: products, and what is made of them."""
    time = around.time
    behind = {each for chain in around.behind.values() for each in chain}
    found: dict[Op, None] = {}
    waiting = [*around.sequences, *(value for row in around.behind for value in others(around, row))]
    while waiting:
        made = waiting.pop().op
        if made is None or made in found or not is_stepwise(made, time):
            continue
        found[made] = None
        if made.kind.name != "matmul":
            waiting.extend(walked(made, time))
    inside = {around.op, *behind}
    while shared := [each for each in found if _is_shared(each, inside, found, users)]:
        for each in shared:
            del found[each]
    products: dict[Op, bool] = {}

    def has_product(each: Op) -> bool:
        if each not in products:
            below = [value.op for value in walked(each, time) if value.op is not None and value.op in found]
            products[each] = each.kind.name == "matmul" or any(map(has_product, below))
        return products[each]

    return {each: None for each in found if has_product(each)}


def _is_shared(each: Op, inside: Collection[Op], found: Collection[Op], users: Users) -> bool:
    """Whether something else than a recurrence, what is behind it and what is found already uses an operation."""
    return any(user not in inside and user not in found for user in users[each.results[0]])
