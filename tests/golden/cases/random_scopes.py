"""Names of variables, scopes, operations, layers and cells in random programs of nested and reopened scopes."""

from __future__ import annotations

import random

from tests.golden.registry import facts

NAMES = "abcd"
DEEPEST = 4


class Program:
    """One random program: what it opens and makes, and the names (or errors) that come of it."""

    def __init__(self, tf, seed):
        self.tf = tf
        self.draw = random.Random(seed).random
        self.log = []
        self.scopes = []

    def one_of(self, *things):
        return things[int(self.draw() * len(things))]

    def run(self):
        self.block(0)
        self.block(0)
        self.log.append([variable.name for variable in self.tf.global_variables()])
        self.log.append([variable.name for variable in self.tf.trainable_variables()])
        return self.log

    def block(self, depth):
        inside = [self.named, self.named, self.fresh, self.again, self.name_scope, self.template]
        flat = [self.get, self.get, self.get, self.variable, self.operation, self.dense, self.cell, self.recurrence]
        for _ in range(1 + int(self.draw() * 4)):
            step = self.one_of(*inside, *flat) if depth < DEEPEST else self.one_of(*flat)
            try:
                self.log.append([step.__name__, *step(self.one_of(*NAMES), depth)])
            except (ValueError, TypeError) as error:
                kind = "ValueError" if isinstance(error, ValueError) else "TypeError"
                self.log.append([step.__name__, kind, str(error).splitlines()[0][:60]])

    def entered(self, scope, depth):
        self.scopes.append(scope)
        self.log.append(["in", scope.name, scope.original_name_scope, bool(scope.reuse)])
        self.block(depth + 1)
        return [scope.name]

    def named(self, name, depth):
        reuse = self.one_of(None, None, None, True, False, self.tf.AUTO_REUSE)
        with self.tf.variable_scope(name, reuse=reuse) as scope:
            return self.entered(scope, depth)

    def fresh(self, name, depth):
        with self.tf.variable_scope(None, default_name=name) as scope:
            return self.entered(scope, depth)

    def again(self, name, depth):
        given = self.one_of(*self.scopes, self.tf.get_variable_scope())
        auxiliary, reuse = self.draw() < 0.5, self.one_of(None, True, self.tf.AUTO_REUSE)
        with self.tf.variable_scope(given, reuse=reuse, auxiliary_name_scope=auxiliary) as scope:
            return self.entered(scope, depth)

    def name_scope(self, name, depth):
        with self.tf.name_scope(name) as scope:
            self.block(depth + 1)
            return [scope]

    def template(self, name, depth):
        label, now = self.one_of(*NAMES), self.draw() < 0.3
        made = self.tf.make_template(name, lambda: self.tf.get_variable(label, [2]), create_scope_now_=now)
        first = made()
        self.block(depth + 1)
        return [first.name, made().name, made.variable_scope.name]

    def get(self, name, depth):
        return [self.tf.get_variable(name, [self.one_of(2, 2, 2, 3)]).name]

    def variable(self, name, depth):
        return [self.tf.Variable(1.0, name=self.one_of(name, None)).name]

    def operation(self, name, depth):
        return [self.tf.identity(self.tf.constant(self.draw()), name=name).name]

    def dense(self, name, depth):
        reuse = self.tf.AUTO_REUSE
        options = self.one_of({}, {"name": name}, {"name": name, "reuse": True}, {"name": name, "reuse": reuse})
        self.tf.layers.dense(self.tf.zeros([1, self.one_of(2, 2, 3)]), 2, **options)
        return sorted(options)

    def cell(self, name, depth):
        cells = self.tf.nn.rnn_cell
        cell = self.one_of(
            lambda: cells.LSTMCell(2),
            lambda: cells.GRUCell(2, name=name),
            lambda: cells.GRUCell(2, reuse=self.tf.AUTO_REUSE),
            lambda: cells.MultiRNNCell([cells.BasicRNNCell(2)]),
        )()
        x, state = self.tf.zeros([1, 2]), cell.zero_state(1, self.tf.float32)
        options = self.one_of({}, {}, {"scope": name})
        cell(x, state, **options)
        if self.draw() < 0.5:
            cell(x, state, **options)
        return [cell.name, cell.scope_name]

    def recurrence(self, name, depth):
        cell = self.tf.nn.rnn_cell.LSTMCell(2)
        scope = self.one_of(None, name)
        self.tf.nn.dynamic_rnn(cell, self.tf.zeros([1, 3, 2]), dtype=self.tf.float32, scope=scope)
        return [cell.scope_name]


def programs(first):
    def build(tf):
        logs = []
        for seed in range(first, first + 8):
            with tf.Graph().as_default():
                logs.append(Program(tf, seed).run())
        return logs

    build.__module__ = __name__
    return facts(name=f"programs_from_{first}")(build)


for start in range(0, 32, 8):
    programs(start)
