"""Programs that write steps out: those that one recurrence computes, and some that none does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx import tf

Build = Callable[[], Any]


STEPS = 6


def sequence(rows: Any = "batch", width: int = 3) -> Any:
    return tf.placeholder(tf.float32, [rows, STEPS, width], "x")


def walked(cell: Any, steps: Any, state: Any, scope: str = "rnn") -> tuple[list[Any], Any]:
    outputs = []
    for t, step in enumerate(steps):
        with tf.variable_scope(scope, reuse=t > 0):
            output, state = cell(step, state)
        outputs.append(output)
    return outputs, state


def lstm(x: Any, units: int = 4) -> tuple[Any, Any]:
    cell = tf.nn.rnn_cell.LSTMCell(units)
    return cell, cell.zero_state(tf.shape(x)[0], tf.float32)


def unstacked() -> Any:
    x = sequence()
    outputs, state = walked(lstm(x)[0], tf.unstack(x, axis=1), lstm(x)[1])
    return tf.stack(outputs, axis=1), state


def known_rows() -> Any:
    x = sequence(2)
    cell = tf.nn.rnn_cell.LSTMCell(4)
    outputs, state = walked(cell, tf.unstack(x, axis=1), cell.zero_state(2, tf.float32))
    return tf.stack(outputs), state


def indexed() -> Any:
    x = sequence()
    cell, zero = lstm(x)
    outputs, _ = walked(cell, [x[:, t] for t in range(STEPS)], zero)
    return tf.stack(outputs, axis=1)


def split_and_squeezed() -> Any:
    x = sequence()
    cell, zero = lstm(x)
    outputs, _ = walked(cell, [tf.squeeze(step, [1]) for step in tf.split(x, STEPS, 1)], zero)
    return tf.concat([tf.expand_dims(output, 1) for output in outputs], 1)


def sliced_and_reshaped() -> Any:
    x = sequence()
    cell, zero = lstm(x)
    outputs, _ = walked(cell, [tf.reshape(tf.slice(x, [0, t, 0], [-1, 1, -1]), [-1, 3]) for t in range(STEPS)], zero)
    return tf.reshape(tf.concat(outputs, 1), [-1, STEPS, 4])


def gathered() -> Any:
    x = sequence()
    cell, zero = lstm(x)
    return walked(cell, [tf.gather(x, t, axis=1) for t in range(STEPS)], zero)[0][-1]


def outputs_each_on_its_own() -> Any:
    x = sequence()
    cell, zero = lstm(x)
    outputs, _ = walked(cell, tf.unstack(x, axis=1), zero)
    return [tf.nn.relu(output) for output in outputs[1:4]], outputs


def backwards() -> Any:
    x = sequence()
    cell, zero = lstm(x)
    outputs, state = walked(cell, list(reversed(tf.unstack(x, axis=1))), zero)
    return tf.stack(outputs[::-1], axis=1), state


def time_major() -> Any:
    x = tf.placeholder(tf.float32, [STEPS, "batch", 3], "x")
    cell = tf.nn.rnn_cell.LSTMCell(4)
    outputs, state = walked(cell, tf.unstack(x), cell.zero_state(tf.shape(x)[1], tf.float32))
    return tf.stack(outputs), state


def inputs_apart() -> Any:
    """A placeholder for each step."""
    xs = [tf.placeholder(tf.float32, ["batch", 3], f"x{t}") for t in range(STEPS)]
    cell, zero = lstm(xs[0])
    return walked(cell, xs, zero)


def from_a_fed_state() -> Any:
    x = sequence()
    state = tf.nn.rnn_cell.LSTMStateTuple(*(tf.placeholder(tf.float32, ["batch", 4], name) for name in "ch"))
    return walked(tf.nn.rnn_cell.LSTMCell(4), tf.unstack(x, axis=1), state)[1]


def hand_written_lstm() -> Any:
    x = sequence()
    w = {name: (tf.get_variable(f"w{name}", [3, 4]), tf.get_variable(f"u{name}", [4, 4])) for name in "ifoc"}
    b = {name: tf.get_variable(f"b{name}", [4]) for name in "ifoc"}
    c = h = tf.zeros([tf.shape(x)[0], 4])
    outputs = []
    for step in tf.unstack(x, axis=1):
        gate = {n: tf.matmul(step, w[n][0]) + tf.matmul(h, w[n][1]) + b[n] for n in "ifoc"}
        c = tf.sigmoid(gate["f"]) * c + tf.sigmoid(gate["i"]) * tf.tanh(gate["c"])
        h = tf.sigmoid(gate["o"]) * tf.tanh(c)
        outputs.append(h)
    return tf.stack(outputs, axis=1)


def hand_written_of_known_rows() -> Any:
    """The products of the first step are computed while compiling, since its state is zero."""
    x = sequence(2)
    w, u, b = tf.get_variable("w", [3, 12]), tf.get_variable("u", [4, 8]), tf.get_variable("b", [12])
    v = tf.get_variable("v", [4, 4])
    h = tf.zeros([2, 4])
    outputs = []
    for step in tf.unstack(x, axis=1):
        given = tf.matmul(step, w) + b
        r, z = tf.split(tf.sigmoid(given[:, :8] + tf.matmul(h, u)), 2, 1)
        new = tf.tanh(given[:, 8:] + tf.matmul(r * h, v))
        h = z * h + (1 - z) * new
        outputs.append(h)
    return tf.stack(outputs, axis=1)


def first_step_without_a_state() -> Any:
    x = sequence()
    w, u = tf.get_variable("w", [3, 4]), tf.get_variable("u", [4, 4])
    h, outputs = None, []
    for step in tf.unstack(x, axis=1):
        h = tf.tanh(tf.matmul(step, w) if h is None else tf.matmul(step, w) + tf.matmul(h, u))
        outputs.append(h)
    return tf.stack(outputs, axis=1)


def stacked_in_one_loop() -> Any:
    x = sequence()
    cells = [tf.nn.rnn_cell.LSTMCell(4, name="a"), tf.nn.rnn_cell.GRUCell(5, name="b")]
    states = [cell.zero_state(tf.shape(x)[0], tf.float32) for cell in cells]
    outputs = []
    for t, step in enumerate(tf.unstack(x, axis=1)):
        with tf.variable_scope("rnn", reuse=t > 0):
            for at, cell in enumerate(cells):
                step, states[at] = cell(step, states[at])
        outputs.append(step)
    return tf.stack(outputs, axis=1), states


def multi_rnn_cell() -> Any:
    x = sequence()
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(4), tf.nn.rnn_cell.LSTMCell(4)])
    return walked(cell, tf.unstack(x, axis=1), cell.zero_state(tf.shape(x)[0], tf.float32))


def one_loop_after_the_other() -> Any:
    x = sequence()
    cell, zero = lstm(x)
    rows, _ = walked(cell, tf.unstack(x, axis=1), zero, "first")
    rows, state = walked(tf.nn.rnn_cell.LSTMCell(4, name="next"), rows, zero, "second")
    return tf.stack(rows, axis=1), state


def there_and_back() -> Any:
    """A layer over the rows of another one, the other way round."""
    x = sequence()
    cell, zero = lstm(x)
    rows, _ = walked(cell, tf.unstack(x, axis=1), zero, "first")
    rows, _ = walked(tf.nn.rnn_cell.LSTMCell(4, name="next"), rows[::-1], zero, "second")
    return tf.stack(rows[::-1], axis=1)


def both_ways() -> Any:
    x = sequence()
    steps = tf.unstack(x, axis=1)
    cell, zero = lstm(x)
    forward, _ = walked(cell, steps, zero, "fw")
    backward, _ = walked(tf.nn.rnn_cell.LSTMCell(4, name="back"), steps[::-1], zero, "bw")
    joined = [tf.concat([a, b], 1) for a, b in zip(forward, backward[::-1], strict=True)]
    return tf.stack(joined, axis=1)


def one_from_the_other() -> Any:
    """A decoder that starts with an encoder's state."""
    x = sequence()
    y = tf.placeholder(tf.float32, ["batch", STEPS, 3], "y")
    cell, zero = lstm(x)
    _, state = walked(cell, tf.unstack(x, axis=1), zero, "encoder")
    rows, _ = walked(tf.nn.rnn_cell.LSTMCell(4, name="next"), tf.unstack(y, axis=1), state, "decoder")
    return tf.stack(rows, axis=1)


def two_towers_of_one_cell() -> Any:
    x, y = sequence(), tf.placeholder(tf.float32, ["batch", STEPS, 3], "y")
    cell, zero = lstm(x)
    a, _ = walked(cell, tf.unstack(x, axis=1), zero)
    b, _ = walked(cell, tf.unstack(y, axis=1), zero)
    return a[-1], b[-1]


LSTMS = [
    unstacked,
    known_rows,
    indexed,
    split_and_squeezed,
    sliced_and_reshaped,
    gathered,
    outputs_each_on_its_own,
    backwards,
    time_major,
    inputs_apart,
    from_a_fed_state,
    hand_written_lstm,
]


SEVERAL = {
    hand_written_of_known_rows: ["gru"],
    first_step_without_a_state: ["rnn"],
    stacked_in_one_loop: ["lstm", "gru"],
    multi_rnn_cell: ["lstm", "lstm"],
    one_loop_after_the_other: ["lstm", "lstm"],
    there_and_back: ["lstm", "lstm"],
    both_ways: ["lstm"],  # of two directions
    one_from_the_other: ["lstm", "lstm"],
    two_towers_of_one_cell: ["lstm", "lstm"],
}


def gru_steps(x: Any, called: Callable[[int, Any, Any], tuple[Any, Any]], steps: int = STEPS) -> list[Any]:
    """A GRU's outputs, where ``called`` gives an output and a state for a step."""
    cell = tf.nn.rnn_cell.GRUCell(4)
    state, outputs = cell.zero_state(tf.shape(x)[0], tf.float32), []
    for t in range(steps):
        with tf.variable_scope("rnn", reuse=t > 0):
            output, state = called(t, cell, state)
        outputs.append(output)
    return outputs


def masked_by_hand() -> Any:
    x, n = sequence(), tf.placeholder(tf.int32, ["batch"], "n")

    def called(t: int, cell: Any, state: Any) -> tuple[Any, Any]:
        output, new = cell(x[:, t], state)
        on = tf.tile(tf.expand_dims(t < n, 1), [1, 4])
        return tf.where(on, output, tf.zeros_like(output)), tf.where(on, new, state)

    return tf.stack(gru_steps(x, called), 1)


def fed_back() -> Any:
    x = tf.placeholder(tf.float32, ["batch", 4], "x")
    table = tf.get_variable("table", [7, 3])
    given = [tf.nn.embedding_lookup(table, tf.ones([tf.shape(x)[0]], tf.int32))]

    def called(t: int, cell: Any, state: Any) -> tuple[Any, Any]:
        output, state = cell(given[-1], x if t == 0 else state)
        ids = tf.argmax(tf.layers.dense(output, 7, name="words"), -1, output_type=tf.int32)
        given.append(tf.nn.embedding_lookup(table, ids))
        return ids, state

    return tf.stack(gru_steps(x, called), 1)


def attention() -> Any:
    x, y = sequence(), tf.placeholder(tf.float32, ["batch", 5, 3], "y")
    memory = tf.layers.dense(x, 4, name="memory")
    context = [tf.zeros([tf.shape(x)[0], 4])]

    def called(t: int, cell: Any, state: Any) -> tuple[Any, Any]:
        output, state = cell(tf.concat([y[:, t], context[-1]], 1), state)
        query = tf.expand_dims(tf.layers.dense(output, 4, name="query"), 1)
        weights = tf.nn.softmax(tf.reduce_sum(memory * query, 2))
        context.append(tf.reduce_sum(tf.expand_dims(weights, 2) * memory, 1))
        return tf.layers.dense(tf.concat([output, context[-1]], 1), 7, name="out"), state

    return tf.stack(gru_steps(x, called, 5), 1)


def a_constant_for_each_step() -> Any:
    x, places = sequence(), tf.get_variable("places", [STEPS, 3])
    return gru_steps(x, lambda t, cell, state: cell(x[:, t] * float(t + 2) + places[t], state))


def the_last_step_gives_more() -> Any:
    x = sequence()
    outputs = gru_steps(x, lambda t, cell, state: cell(x[:, t], state))
    return tf.stack([*outputs[:-1], tf.layers.dense(outputs[-1], 4)], 1)


def two_calls_in_each_step() -> Any:
    x, y = sequence(), tf.placeholder(tf.float32, ["batch", STEPS, 3], "y")

    def called(t: int, cell: Any, state: Any) -> tuple[Any, Any]:
        _, state = cell(x[:, t], state)
        tf.get_variable_scope().reuse_variables()
        return cell(tf.tanh(y[:, t]), state)

    return tf.stack(gru_steps(x, called), 1)


def two_steps_back() -> Any:
    x = tf.placeholder(tf.float32, ["batch", 8, 3], "x")
    w, u, start = tf.get_variable("w", [3, 4]), tf.get_variable("u", [4, 4]), tf.get_variable("start", [2, 4])
    states = [tf.zeros([tf.shape(x)[0], 4]) + start[t] for t in range(2)]
    for t in range(8):
        states.append(tf.tanh(tf.matmul(x[:, t], w) + tf.matmul(states[-2], u) + states[-1] * 0.5))
    return tf.stack(states[2:], 1)


def layer_normalised() -> Any:
    x = sequence()
    cell = tf.contrib.rnn.LayerNormBasicLSTMCell(4)
    return walked(cell, tf.unstack(x, axis=1), cell.zero_state(tf.shape(x)[0], tf.float32))


def moving_average() -> Any:
    x = sequence()
    state, outputs = tf.zeros([tf.shape(x)[0], 3]), []
    for step in tf.unstack(x, axis=1):
        state = 0.9 * state + 0.1 * step
        outputs.append(state)
    return outputs


def the_same_layer_again_and_again() -> Any:
    """Nothing is walked."""
    x = tf.placeholder(tf.float32, ["batch", 4], "x")
    w = tf.get_variable("w", [4, 4])
    for _ in range(6):
        x = tf.tanh(tf.matmul(x, w))
    return x


ONE = [
    masked_by_hand,
    fed_back,
    attention,
    a_constant_for_each_step,
    the_last_step_gives_more,
    two_calls_in_each_step,
    two_steps_back,
    layer_normalised,
    moving_average,
    the_same_layer_again_and_again,
]


def three_steps() -> Any:
    x = sequence()
    cell, zero = lstm(x)
    return walked(cell, tf.unstack(x, axis=1)[:3], zero)


def layers_of_their_own() -> Any:
    x = tf.placeholder(tf.float32, ["batch", 4], "x")
    for number in range(6):
        x = tf.layers.dense(x, 4, tf.tanh, name=f"layer{number}")
    return x


def a_polynomial() -> Any:
    x = tf.placeholder(tf.float32, ["batch", 3], "x")
    y = x * 0.1
    for factor in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0):
        y = y * x + factor
    return y


def a_sum() -> Any:
    return sum(tf.unstack(sequence(), axis=1))


def towers_of_one_layer() -> Any:
    """The inputs lie apart: to join them would cost more than it saves."""
    xs = [tf.placeholder(tf.float32, ["batch", 3], f"x{t}") for t in range(STEPS)]
    w = tf.get_variable("w", [3, 4])
    return [tf.matmul(x, w) for x in xs]


def states_that_grow() -> Any:
    x = tf.placeholder(tf.float32, ["batch", 2], "x")
    w = tf.get_variable("w", [2, 2])
    for _ in range(6):
        x = tf.concat([x, tf.matmul(x[:, :2], w)], 1)
    return x


NEAR_MISSES = [three_steps, layers_of_their_own, a_polynomial, a_sum, towers_of_one_layer]
