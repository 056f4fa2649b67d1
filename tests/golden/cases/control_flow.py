"""cond, case, while_loop, map_fn, scan and the folds."""

from __future__ import annotations

import collections

import numpy as np

from tests.golden.registry import case, error_case, facts, normal


def numbers(*values):
    return lambda rng: [{"i": np.array(value, "int32")} for value in values]


def number(tf):
    return tf.placeholder(tf.int32, [], "i")


@case(lambda rng: [{"x": normal(rng, 2, 3), "flag": np.array(flag)} for flag in (True, False)])
def cond(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    flag = tf.placeholder(tf.bool, [], "flag")
    return {
        "tensor": tf.cond(flag, lambda: x + 1.0, lambda: x * 2.0),
        "named": tf.cond(pred=flag, true_fn=lambda: x, false_fn=lambda: -x),
        "list": tf.cond(flag, lambda: [x, x[0]], lambda: [x * 0.0, x[1]]),
        "tuple": tf.cond(flag, lambda: (x, tf.constant(1)), lambda: (x * 3.0, tf.constant(2))),
        "shapes_differ": tf.cond(flag, lambda: x, lambda: tf.concat([x, x], 0)),
        "constant": tf.cond(flag, lambda: 1.0, lambda: 2.0),
        "outer": tf.cond(tf.logical_not(flag), lambda: x, lambda: tf.zeros_like(x)),
    }


@case(numbers(1, 5, 9))
def nested_cond(tf):
    i = number(tf)

    def large():
        return tf.cond(i > 7, lambda: i * 100, lambda: i * 10)

    return tf.cond(i > 3, large, lambda: -i)


@case(lambda rng: [{"x": normal(rng, 2, 3), "flag": np.array(flag)} for flag in (True, False)])
def variables_inside_cond(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    flag = tf.placeholder(tf.bool, [], "flag")
    outer = tf.get_variable("outer", [3])

    def layer(name):
        with tf.variable_scope(name):
            return tf.matmul(x, tf.get_variable("kernel", [3, 2])) + outer[:2]

    return tf.cond(flag, lambda: layer("a"), lambda: layer("b"))


@case(lambda rng: {"x": normal(rng, 2, 3)})
def cond_of_a_constant(tf):
    x = tf.placeholder(tf.float32, [2, 3], "x")
    return (
        tf.cond(tf.constant(True), lambda: x, lambda: x + 1.0),
        tf.cond(tf.reduce_all(x > 9.0), lambda: x, lambda: x * 2.0),
    )


@case(lambda rng: [{"flag": np.array(flag)} for flag in (True, False)])
def cond_of_a_dict(tf):
    flag = tf.placeholder(tf.bool, [], "flag")
    return tf.cond(flag, lambda: {"a": tf.constant(1), "b": [2.0]}, lambda: {"a": tf.constant(3), "b": [4.0]})


@case(numbers(0, 1, 2, 7))
def cases(tf):
    i = number(tf)
    pairs = [(tf.equal(i, 0), lambda: 10), (tf.equal(i, 1), lambda: 20), (i < 2, lambda: 30)]
    return {
        "default": tf.case(pairs, default=lambda: -1),
        "first_wins": tf.case([(i >= 0, lambda: i), (i >= 1, lambda: i * 2)], default=lambda: i - 1),
        "tensors": tf.case(pairs[:1], default=lambda: i * 5),
    }


@case(numbers(0, 3, 10))
def counters(tf):
    i = number(tf)
    return {
        "one": tf.while_loop(lambda n: n < i, lambda n: n + 1, [0]),
        "two": tf.while_loop(lambda n, s: n < i, lambda n, s: (n + 1, s + n), (0, 0)),
        "list": tf.while_loop(lambda n, s: n < i, lambda n, s: [n + 1, s * 2.0], [tf.constant(0), tf.constant(1.0)]),
        "never": tf.while_loop(lambda n: n < 0, lambda n: n + 1, [i]),
        "maximum": tf.while_loop(lambda n: n < i, lambda n: n + 1, [0], maximum_iterations=4),
        "back": tf.while_loop(lambda n: n > 0, lambda n: n // 2, [i]),
    }


@case(lambda rng: [{"x": normal(rng, *shape)} for shape in ((2, 3), (1, 3))])
def captures_and_nests(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    kernel = tf.get_variable("kernel", [3, 3])
    pair = collections.namedtuple("Pair", ["left", "right"])

    def body(step, state):
        left = tf.tanh(tf.matmul(state.left, kernel) + x)
        return step + 1, pair(left, {"sum": state.right["sum"] + left})

    start = (tf.constant(0), pair(tf.zeros_like(x), {"sum": x}))
    return tf.while_loop(lambda step, state: step < 4, body, start)


@case(lambda rng: [{"x": normal(rng, 2, 3), "limit": np.array(limit, "float32")} for limit in (0.5, 4.0, 100.0)])
def stops_by_a_value(tf):
    x = tf.placeholder(tf.float32, [2, 3], "x")
    limit = tf.placeholder(tf.float32, [], "limit")

    def going(value, steps):
        return tf.logical_and(tf.reduce_max(tf.abs(value)) < limit, steps < 20)

    return tf.while_loop(going, lambda value, steps: (value * 1.5, steps + 1), (x, 0))


@case(numbers(0, 3))
def growing_shapes(tf):
    i = number(tf)
    invariants = [tf.TensorShape([]), tf.TensorShape([None, 2]), tf.TensorShape([None])]
    return tf.while_loop(
        lambda n, m, v: n < i,
        lambda n, m, v: (n + 1, tf.concat([m, tf.ones([1, 2]) * tf.cast(n, tf.float32)], 0), tf.concat([v, [n]], 0)),
        (0, tf.zeros([1, 2]), tf.zeros([0], tf.int32)),
        shape_invariants=tuple(invariants),
    )


@case(numbers(2, 4))
def nested_loops(tf):
    i = number(tf)

    def outer(row, total):
        _, inner = tf.while_loop(lambda c, t: c < row + 1, lambda c, t: (c + 1, t + row * c), (0, total))
        return row + 1, inner

    return tf.while_loop(lambda row, total: row < i, outer, (0, 0))


@case(numbers(1, 6))
def cond_inside_a_loop(tf):
    i = number(tf)

    def body(n, total):
        even = tf.equal(n % 2, 0)
        return n + 1, tf.cond(even, lambda: total + n, lambda: total - 2 * n)

    return tf.while_loop(lambda n, total: n < i, body, (0, 0))


@case(numbers(1, 6))
def loop_inside_a_cond(tf):
    i = number(tf)

    def powers():
        return tf.while_loop(lambda n: n < 100, lambda n: n * i, [i])

    return tf.cond(i > 2, powers, lambda: i)


@case(lambda rng: {"x": normal(rng, 4, 2)})
def variables_made_inside_a_loop(tf):
    x = tf.placeholder(tf.float32, [4, 2], "x")

    def body(n, state):
        with tf.variable_scope("inside", reuse=tf.AUTO_REUSE):
            kernel = tf.get_variable("kernel", [2, 2])
        return n + 1, tf.tanh(tf.matmul(state, kernel))

    return tf.while_loop(lambda n, state: n < 3, body, (0, x))[1]


@case(lambda rng: {"x": normal(rng, 3, 4)})
def loop_over_rows_with_a_tensor_array(tf):
    x = tf.placeholder(tf.float32, [None, 4], "x")
    steps = tf.shape(x)[0]
    written = tf.TensorArray(tf.float32, steps)

    def body(n, total, rows):
        total = total * 0.5 + x[n]
        return n + 1, total, rows.write(n, total)

    _, total, rows = tf.while_loop(lambda n, *_: n < steps, body, (0, tf.zeros([4]), written))
    return total, rows.stack()


@case(numbers(3))
def swapped_variables(tf):
    i = number(tf)
    return tf.while_loop(lambda n, a, b: n < i, lambda n, a, b: (n + 1, b, a + b), (0, 0, 1))


@case(numbers(3))
def loop_that_returns_its_input(tf):
    i = number(tf)
    return tf.while_loop(lambda n, kept: n < i, lambda n, kept: (n + 1, kept), (0, i * 2), return_same_structure=True)


@case(lambda rng: [{"x": normal(rng, *shape)} for shape in ((3, 2), (1, 2))])
def map_fn(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    kernel = tf.get_variable("kernel", [2, 2])
    return {
        "plain": tf.map_fn(lambda row: row * 2.0, x),
        "scalar": tf.map_fn(lambda row: tf.reduce_sum(row), x),
        "matmul": tf.map_fn(lambda row: tf.matmul(row[None], kernel)[0], x),
        "dtype": tf.map_fn(lambda row: tf.argmax(row), x, dtype=tf.int64),
        "several": tf.map_fn(
            lambda pair: pair[0] + tf.cast(pair[1], tf.float32), (x, tf.range(tf.shape(x)[0])), tf.float32
        ),
        "tuple_out": tf.map_fn(lambda row: (row, row[0] > 0.0), x, dtype=(tf.float32, tf.bool)),
        "captured": tf.map_fn(lambda row: tf.reduce_sum(x * row), x),
        "nested": tf.map_fn(lambda row: tf.map_fn(lambda value: value + 1.0, row), x),
        "range": tf.map_fn(lambda n: n * n, tf.range(4)),
    }


@case(lambda rng: {"x": normal(rng, 4, 2)})
def scan_and_folds(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    kernel = tf.get_variable("kernel", [2, 2])

    def step(state, row):
        return tf.tanh(tf.matmul(state[None], kernel)[0] + row)

    return {
        "scan": tf.scan(step, x, initializer=tf.zeros([2])),
        "scan_reverse": tf.scan(step, x, initializer=tf.ones([2]), reverse=True),
        "scan_pair": tf.scan(lambda s, row: (s[0] + row, s[1] + 1), x, (tf.zeros([2]), tf.constant(0))),
        "scan_elements": tf.scan(lambda s, e: s * e[0] + e[1], (x, x * 0.5), tf.ones([2])),
        "scan_no_start": tf.scan(lambda s, row: s + row, x),
        "foldl": tf.foldl(step, x, initializer=tf.zeros([2])),
        "foldr": tf.foldr(step, x, initializer=tf.zeros([2])),
    }


@case(lambda rng: [{"x": normal(rng, 2, 5), "n": np.array(n, "int32")} for n in ([5, 3], [1, 0], [0, 0])])
def viterbi_by_scan(tf):
    x = tf.placeholder(tf.float32, [None, 5], "x")
    n = tf.placeholder(tf.int32, [None], "n")
    transitions = tf.get_variable("transitions", [5, 5])
    scores = tf.tile(x[:, None, :], [1, 4, 1])

    def step(previous, inputs):
        score, time = inputs
        best = tf.reduce_max(previous[0][:, :, None] + transitions, 1) + score
        back = tf.argmax(previous[0][:, :, None] + transitions, 1, output_type=tf.int32)
        return tf.where(time < n, best, previous[0]), back

    start = (x, tf.zeros_like(x, tf.int32))
    return tf.scan(step, (tf.transpose(scores, [1, 0, 2]), tf.range(4)), initializer=start)


@facts()
def static_shapes(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    flag = tf.placeholder(tf.bool, [])
    loop = tf.while_loop(lambda n, y: n < 3, lambda n, y: (n + 1, y * 2.0), (0, x))
    return {
        "cond": tf.cond(flag, lambda: x, lambda: x * 2.0).shape.as_list(),
        "cond_merges": tf.cond(flag, lambda: tf.zeros([2, 3]), lambda: tf.zeros([4, 3])).shape.as_list(),
        "loop": [part.shape.as_list() for part in loop],
        "map": tf.map_fn(lambda row: row[:2], x).shape.as_list(),
        "map_known": tf.map_fn(lambda row: row[:2], tf.zeros([5, 3])).shape.as_list(),
        "scan": tf.scan(lambda s, row: s + row, tf.zeros([5, 3])).shape.as_list(),
        "one_variable": tf.while_loop(lambda n: n < 3, lambda n: n + 1, [0]).shape.as_list(),
        "two_variables": type(loop).__name__,
        "body_decides": type(tf.while_loop(lambda a, b: a < 3, lambda a, b: (a + 1, b), [0, 1])).__name__,
        "body_decides_too": type(tf.while_loop(lambda a, b: a < 3, lambda a, b: [a + 1, b], (0, 1))).__name__,
        "list_of_variables": type(tf.while_loop(lambda a, b: a < 3, lambda a, b: [a + 1, b], [0, 1])).__name__,
    }


@error_case()
def error_branches_of_different_dtypes(tf):
    tf.cond(tf.placeholder(tf.bool, []), lambda: tf.constant(1), lambda: tf.constant(1.0))


@error_case()
def error_branches_of_different_structures(tf):
    tf.cond(tf.placeholder(tf.bool, []), lambda: (tf.constant(1), tf.constant(2)), lambda: tf.constant(1))


@error_case()
def error_branch_is_not_callable(tf):
    tf.cond(tf.placeholder(tf.bool, []), tf.constant(1), tf.constant(2))


@error_case()
def error_predicate_is_a_python_bool(tf):
    tf.cond(True, lambda: tf.constant(1), lambda: tf.constant(2))


@error_case()
def error_loop_changes_a_shape(tf):
    tf.while_loop(lambda n, m: n < 3, lambda n, m: (n + 1, tf.concat([m, m], 0)), (0, tf.zeros([1, 2])))


@error_case()
def error_loop_changes_its_structure(tf):
    tf.while_loop(lambda n, m: n < 3, lambda n, m: n + 1, (0, 1))


@error_case()
def error_loop_of_nothing(tf):
    tf.while_loop(lambda: True, lambda: (), [])


@error_case()
def error_condition_is_not_callable(tf):
    tf.while_loop(tf.constant(True), lambda n: n, [0])


@error_case()
def error_body_is_not_callable(tf):
    tf.while_loop(lambda n: n < 3, 3, [0])


@error_case()
def error_condition_is_not_a_bool(tf):
    tf.while_loop(lambda n: n, lambda n: n + 1, [0])


@error_case()
def error_invariant_smaller_than_its_start(tf):
    tf.while_loop(lambda n: n < 3, lambda n: n, [tf.zeros([2])], shape_invariants=[tf.TensorShape([3])])
