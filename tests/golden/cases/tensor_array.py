"""TensorArray: every method, inside and outside of loops."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal


def rows(rng):
    return [{"x": normal(rng, steps, 2)} for steps in (4, 6)]


def numbers(*values):
    return lambda rng: [{"i": np.array(value, "int32")} for value in values]


@case(rows)
def unstack_read_and_stack(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.float32, tf.shape(x)[0], clear_after_read=False).unstack(x)
    return {
        "first": array.read(0),
        "computed": array.read(tf.shape(x)[0] - 1),
        "again": array.read(0) + array.read(1),
        "stack": array.stack(),
        "size": array.size(),
    }


@case(rows)
def write_and_stack(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.float32, size=3)
    array = array.write(0, x[0]).write(2, x[1] * 2.0).write(1, x[2])
    return array.stack(), array.size()


@case(rows)
def written_values_are_not_changed_by_later_writes(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.float32, size=2, clear_after_read=False)
    first = array.write(0, x[0])
    second = first.write(1, x[1])
    return second.read(0), second.stack()


@case(rows)
def gather_and_scatter(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.float32, size=4, clear_after_read=False).unstack(x[:4])
    scattered = tf.TensorArray(tf.float32, size=4).scatter([3, 1, 0, 2], x[:4])
    return array.gather([2, 0, 2]), array.gather(tf.range(3)), scattered.stack()


@case(rows)
def concat(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.float32, size=2)
    return array.write(0, x[:2]).write(1, x[2:4] * 2.0).concat(), tf.TensorArray(tf.float32, 2).unstack(
        tf.stack([x, -x])
    ).concat()


@case(rows)
def split(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.float32, size=2, clear_after_read=False).split(x[:4], [2, 2])
    return array.read(1), array.stack(), array.concat()


@case(rows)
def identity_and_dtype(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.int32, size=2, tensor_array_name="kept").unstack(
        tf.cast(x[-1:] * [[9.0], [2.0]], tf.int32)
    )
    return array.identity().stack()


@case(rows)
def arrays_of_scalars(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.float32, size=2).write(0, x[0, 0]).write(1, tf.reduce_sum(x))
    return array.stack()


@case(numbers(0, 1, 5))
def grows_inside_a_loop(tf):
    i = tf.placeholder(tf.int32, [], "i")
    array = tf.TensorArray(tf.int32, size=0, dynamic_size=True, element_shape=[])
    n, array = tf.while_loop(lambda n, a: n < i, lambda n, a: (n + 1, a.write(n, n * n)), (0, array))
    return n, array.stack(), array.size()


@case(numbers(1, 3))
def grows_from_a_start(tf):
    i = tf.placeholder(tf.int32, [], "i")
    array = tf.TensorArray(tf.float32, size=2, dynamic_size=True, element_shape=[2]).unstack(tf.ones([2, 2]))
    _, array = tf.while_loop(lambda n, a: n < i, lambda n, a: (n + 1, a.write(n + 2, tf.fill([2], 7.0))), (0, array))
    return array.stack()


@case(rows)
def read_inside_a_loop(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    steps = tf.shape(x)[0]
    array = tf.TensorArray(tf.float32, steps).unstack(x)
    return tf.while_loop(lambda n, s: n < steps, lambda n, s: (n + 1, s * 0.5 + array.read(n)), (0, tf.zeros([2])))


@case(rows)
def read_backwards_and_written_forwards(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    steps = tf.shape(x)[0]
    read = tf.TensorArray(tf.float32, steps).unstack(x)
    written = tf.TensorArray(tf.float32, steps)

    def body(n, state, out):
        state = tf.tanh(state + read.read(steps - 1 - n))
        return n + 1, state, out.write(n, state)

    _, state, out = tf.while_loop(lambda n, *_: n < steps, body, (0, tf.zeros([2]), written))
    return state, out.stack()


@case(rows)
def two_arrays_of_different_dtypes(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    steps = tf.shape(x)[0]

    def body(n, values, places):
        return n + 1, values.write(n, tf.reduce_max(x[n])), places.write(n, tf.argmax(x[n]))

    start = (0, tf.TensorArray(tf.float32, steps), tf.TensorArray(tf.int64, steps))
    _, values, places = tf.while_loop(lambda n, *_: n < steps, body, start)
    return values.stack(), places.stack()


@case(rows)
def carried_and_read_in_one_loop(tf):
    x = tf.placeholder(tf.float32, [None, 2], "x")
    array = tf.TensorArray(tf.float32, size=5, clear_after_read=False, element_shape=[2]).write(0, x[0]).write(1, x[1])

    def body(n, a):
        return n + 1, a.write(n, a.read(n - 1) + 0.5 * a.read(n - 2))

    return tf.while_loop(lambda n, a: n < 5, body, (2, array))[1].stack()


@case(numbers(0, 2, 4))
def written_under_a_cond(tf):
    i = tf.placeholder(tf.int32, [], "i")
    array = tf.TensorArray(tf.int32, size=4, element_shape=[]).unstack(tf.zeros([4], tf.int32))
    out = tf.TensorArray(tf.int32, size=4, element_shape=[])

    def body(n, a):
        value = tf.cond(n < i, lambda: n + 10, lambda: array.read(n))
        return n + 1, a.write(n, value)

    return tf.while_loop(lambda n, a: n < 4, body, (0, out))[1].stack()


@case(numbers(2, 3))
def nested_loops_fill_one_array(tf):
    i = tf.placeholder(tf.int32, [], "i")

    def outer(row, array):
        def inner(column, a):
            return column + 1, a.write(row * i + column, row * 10 + column)

        return row + 1, tf.while_loop(lambda c, a: c < i, inner, (0, array))[1]

    start = tf.TensorArray(tf.int32, size=i * i, element_shape=[])
    return tf.while_loop(lambda r, a: r < i, outer, (0, start))[1].stack()


@case(lambda rng: {"x": normal(rng, 3, 4, 2)})
def a_recurrence_by_hand(tf):
    x = tf.placeholder(tf.float32, [None, None, 2], "x")
    major = tf.transpose(x, [1, 0, 2])
    steps, rows_ = tf.shape(major)[0], tf.shape(major)[1]
    inputs = tf.TensorArray(tf.float32, steps).unstack(major)
    outputs = tf.TensorArray(tf.float32, steps)
    cell = tf.nn.rnn_cell.GRUCell(3)

    def body(time, state, out):
        output, state = cell(inputs.read(time), state)
        return time + 1, state, out.write(time, output)

    start = (tf.constant(0), tf.zeros(tf.stack([rows_, 3])), outputs)
    _, state, out = tf.while_loop(lambda time, *_: time < steps, body, start)
    return tf.transpose(out.stack(), [1, 0, 2]), state


@case(lambda rng: [{"x": normal(rng, 2, 3), "flags": np.array(f)} for f in ([1, 0, 1, 1], [0, 0, 0, 0])])
def kept_rows_are_compacted(tf):
    x = tf.placeholder(tf.float32, [2, 3], "x")
    flags = tf.placeholder(tf.int64, [4], "flags")
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[3])

    def body(n, count, a):
        row = x[0] * tf.cast(n, tf.float32) + x[1]
        kept = tf.equal(flags[n], 1)
        a = tf.cond(kept, lambda: a.write(count, row), lambda: a)
        return n + 1, count + tf.cast(kept, tf.int32), a

    _, count, a = tf.while_loop(lambda n, *_: n < 4, body, (0, 0, array))
    return count, a.stack()


@facts()
def attributes(tf):
    array = tf.TensorArray(tf.float32, size=3)
    unstacked = tf.TensorArray(tf.float32, size=3).unstack(tf.zeros([3, 2]))
    return {
        "dtype": array.dtype.name,
        "read": unstacked.read(0).shape.as_list(),
        "stack": unstacked.stack().shape.as_list(),
        "written": array.write(0, tf.zeros([4])).read(0).shape.as_list(),
        "size": array.size().shape.as_list(),
    }


@error_case()
def error_writes_of_different_shapes(tf):
    tf.TensorArray(tf.float32, size=3).write(0, tf.zeros([2])).write(1, tf.zeros([3]))


@error_case()
def error_write_against_the_element_shape(tf):
    tf.TensorArray(tf.float32, size=3, element_shape=[2]).write(0, tf.zeros([3]))


@error_case()
def error_unstack_of_a_scalar(tf):
    tf.TensorArray(tf.float32, size=3).unstack(tf.constant(1.0))
