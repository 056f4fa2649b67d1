"""keras.layers.RNN over cells of one's own: constants, nests of inputs and states, stacks, cells that are no layers."""

from __future__ import annotations

import collections

from tests.golden.registry import case, normal


def x(tf, *shape, name="x", dtype="float32"):
    return tf.placeholder(dtype, list(shape) or [2, 4, 3], name)


def steps(rng):
    return {"x": normal(rng, 2, 4, 3)}


def minimal(keras, tf):
    """Cells of one's own, as Keras's documentation writes them."""

    class Minimal(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            self.units = units
            self.state_size = units
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.recurrent_kernel = self.add_weight(shape=(self.units, self.units), name="recurrent_kernel")
            self.built = True

        def call(self, inputs, states):
            output = tf.matmul(inputs, self.kernel) + tf.matmul(states[0], self.recurrent_kernel)
            return output, [output]

    return Minimal


def with_constants(keras, tf):
    class WithConstants(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            self.units = units
            self.state_size = units
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(3, self.units), name="kernel")
            self.of_constant = self.add_weight(shape=(2, self.units), name="of_constant")
            self.built = True

        def call(self, inputs, states, constants):
            (constant,) = constants
            output = tf.matmul(inputs, self.kernel) + 0.5 * states[0] + tf.matmul(constant, self.of_constant)
            return output, [output]

    return WithConstants


class PlainCell:
    """A cell that is no layer, with one state."""

    def __init__(self, tf, size):
        self.tf = tf
        self.state_size = size

    def call(self, inputs, states):
        before = states[0]
        after = self.tf.tanh(inputs[:, :1] + before)
        return after, [after]


class PlainCellOfTwo:
    """A cell that is no layer, with two states of different widths, and an output of a third."""

    def __init__(self, tf):
        self.tf = tf
        self.state_size = [4, 2]
        self.output_size = 3

    def call(self, inputs, states):
        a, b = states
        new_a = self.tf.tanh(a + inputs[:, :1])
        return inputs * new_a[:, :1] + b[:, :1], [new_a, b + new_a[:, 2:]]


@case(steps)
def cell_that_is_a_layer(keras, tf):
    return keras.layers.RNN(minimal(keras, tf)(5), return_sequences=True, return_state=True)(x(tf))


@case(steps)
def cells_that_are_layers(keras, tf):
    cell = minimal(keras, tf)
    return keras.layers.RNN([cell(5), cell(4), cell(2)], return_state=True)(x(tf))


@case(steps)
def cell_that_is_no_layer(keras, tf):
    return keras.layers.RNN(PlainCell(tf, 5), return_sequences=True, return_state=True)(x(tf))


@case(steps)
def cells_that_are_no_layers(keras, tf):
    return keras.layers.RNN([PlainCell(tf, 5), PlainCell(tf, 2)], return_state=True)(x(tf))


@case(steps)
def cell_of_two_states_that_is_no_layer(keras, tf):
    inputs = x(tf)
    alone = keras.layers.RNN(PlainCellOfTwo(tf), return_sequences=True, return_state=True)
    return keras.layers.RNN([PlainCellOfTwo(tf), PlainCell(tf, 2)], return_state=True)(inputs), alone(inputs)


def constant_feeds(rng):
    return {"x": normal(rng, 2, 4, 3), "k": normal(rng, 2, 2), "s": normal(rng, 2, 5)}


@case(constant_feeds)
def constants(keras, tf):
    layer = keras.layers.RNN(with_constants(keras, tf)(5), return_sequences=True)
    return layer(x(tf), constants=x(tf, 2, 2, name="k")), 1.0 * x(tf, 2, 5, name="s")


@case(constant_feeds)
def constants_and_a_state(keras, tf):
    layer = keras.layers.RNN(with_constants(keras, tf)(5), return_state=True)
    return layer(x(tf), initial_state=x(tf, 2, 5, name="s"), constants=[x(tf, 2, 2, name="k")])


@case(constant_feeds)
def constants_of_a_stack(keras, tf):
    cells = [keras.layers.GRUCell(3), with_constants(keras, tf)(5)]
    layer = keras.layers.RNN(cells, return_state=True)
    return layer(x(tf), constants=x(tf, 2, 2, name="k")), 1.0 * x(tf, 2, 5, name="s")


Pair = collections.namedtuple("Pair", ["left", "right"])


@case(lambda rng: {**constant_feeds(rng), "z": normal(rng, 2, 6, 3)})
def constants_in_the_list_of_inputs(keras, tf):
    layer = keras.layers.RNN(with_constants(keras, tf)(5), return_sequences=True)
    k, s = x(tf, 2, 2, name="k"), x(tf, 2, 5, name="s")
    first = layer(x(tf), constants=k)
    return first, layer([x(tf, 2, 6, 3, name="z"), s, k])


def nested_cell(keras, tf, size):
    class Nested(keras.layers.Layer):
        """Two inputs, two outputs and two states, the second of each a matrix."""

        def __init__(self, **kwargs):
            self.state_size = size(tf.TensorShape([4]), tf.TensorShape([3, 2]))
            self.output_size = size(tf.TensorShape([4]), tf.TensorShape([3, 2]))
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(5, 4), name="kernel")
            self.scale = self.add_weight(shape=(3, 2), name="scale")
            self.built = True

        def call(self, inputs, states):
            first, second = tf.nest.flatten(inputs)
            a, b = states
            new_a = tf.tanh(tf.matmul(first, self.kernel) + a)
            new_b = b * 0.5 + second * self.scale
            return size(new_a, new_b), size(new_a, new_b)

    return Nested


def pair(a, b):
    return (a, b)


def nested_feeds(rng):
    return {
        "x": normal(rng, 2, 3, 5),
        "z": normal(rng, 2, 3, 3, 2),
        "s": normal(rng, 2, 4),
        "m": normal(rng, 2, 3, 2),
    }


def over_nests(structure_name, size):
    @case(nested_feeds, name=f"nested_{structure_name}_from_states")
    def from_states(tf, keras):
        layer = keras.layers.RNN(nested_cell(keras, tf, size)(), return_sequences=True, return_state=True)
        inputs = size(x(tf, 2, 3, 5), x(tf, 2, 3, 3, 2, name="z"))
        return layer(inputs, initial_state=size(x(tf, 2, 4, name="s"), x(tf, 2, 3, 2, name="m")))

    @case(nested_feeds, name=f"nested_{structure_name}")
    def from_zeros(tf, keras):
        layer = keras.layers.RNN(nested_cell(keras, tf, size)())
        inputs = size(x(tf, None, None, 5), x(tf, None, None, 3, 2, name="z"))
        return layer(inputs), 1.0 * x(tf, 2, 4, name="s"), 1.0 * x(tf, 2, 3, 2, name="m")

    @case(nested_feeds, name=f"nested_{structure_name}_with_a_mask")
    def masked(tf, keras):
        layer = keras.layers.RNN(nested_cell(keras, tf, size)(), return_sequences=True, return_state=True)
        inputs = size(x(tf, 2, 3, 5), x(tf, 2, 3, 3, 2, name="z"))
        initial = size(x(tf, 2, 4, name="s"), x(tf, 2, 3, 2, name="m"))
        return layer(inputs, initial_state=initial, mask=tf.constant([[True, False, True], [False, True, False]]))

    @case(nested_feeds, name=f"nested_{structure_name}_of_a_stack")
    def stacked(tf, keras):
        nested = nested_cell(keras, tf, size)

        class Second(nested):
            def build(self, input_shape):
                self.kernel = self.add_weight(shape=(4, 4), name="kernel")
                self.scale = self.add_weight(shape=(3, 2), name="scale")
                self.built = True

        layer = keras.layers.RNN([nested(), Second()], return_state=True)
        inputs = size(x(tf, 2, 3, 5), x(tf, 2, 3, 3, 2, name="z"))
        return layer(inputs), 1.0 * x(tf, 2, 4, name="s"), 1.0 * x(tf, 2, 3, 2, name="m")


for structure_name, size in (("tuples", pair), ("namedtuples", Pair)):
    over_nests(structure_name, size)


def matrix_cell(keras, tf, width):
    class OfMatrices(keras.layers.Layer):
        """A state of rank 3."""

        def __init__(self, **kwargs):
            self.state_size = tf.TensorShape([3, width])
            self.output_size = tf.TensorShape([3, width])
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(int(input_shape[-1]), width), name="kernel")
            self.built = True

        def call(self, inputs, states):
            after = tf.tensordot(inputs, self.kernel, [[2], [0]]) + 0.5 * states[0]
            return after, [after]

    return OfMatrices()


@case(lambda rng: {"x": normal(rng, 2, 4, 3, 5), "s": normal(rng, 2, 3, 2)})
def states_of_rank_three(keras, tf):
    layer = keras.layers.RNN(matrix_cell(keras, tf, 2), return_sequences=True, return_state=True)
    return layer(x(tf, 2, 4, 3, 5), initial_state=x(tf, 2, 3, 2, name="s"))


@case(lambda rng: {"x": normal(rng, 2, 4, 3, 5)})
def states_of_rank_three_in_a_stack(keras, tf):
    layer = keras.layers.RNN([matrix_cell(keras, tf, 2), matrix_cell(keras, tf, 4)], return_state=True)
    return layer(x(tf, 2, 4, 3, 5))


@case(steps)
def output_of_another_size_than_the_state(keras, tf):
    class Halving(keras.layers.Layer):
        state_size, output_size = 6, 3

        def call(self, inputs, states):
            state = 0.5 * states[0] + tf.concat([inputs, inputs], 1)
            return state[:, :3] * state[:, 3:], [state]

    return keras.layers.RNN(Halving(), return_sequences=True, return_state=True)(x(tf))


@case(steps)
def cell_without_a_state(keras, tf):
    class Stateless:
        state_size = ((), [], ())
        output_size = 3

        def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
            return ((), [], ())

        def call(self, inputs, states):
            return 2.0 * inputs, states

    return keras.layers.RNN(Stateless(), return_sequences=True)(x(tf))


@case(steps)
def cell_with_its_own_first_state(keras, tf):
    class FromOnes(keras.layers.LSTMCell):
        def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
            return [tf.ones([batch_size, 4], dtype), 2.0 * tf.ones([batch_size, 4], dtype)]

    return keras.layers.RNN(FromOnes(4), return_sequences=True, return_state=True)(x(tf))


@case(steps)
def abstract_cell(keras, tf):
    class Adding(keras.layers.AbstractRNNCell):
        def __init__(self, units, **kwargs):
            self.units = units
            super().__init__(**kwargs)

        @property
        def state_size(self):
            return self.units

        @property
        def output_size(self):
            return self.units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.built = True

        def call(self, inputs, states):
            output = tf.matmul(inputs, self.kernel) + states[0]
            return output, output

    return keras.layers.RNN(Adding(4), return_state=True)(x(tf))


@case(steps)
def states_in_reverse_order(keras, tf):
    cells = [keras.layers.LSTMCell(4), keras.layers.LSTMCell(4), keras.layers.LSTMCell(4)]
    stack = keras.layers.StackedRNNCells(cells, reverse_state_order=True)
    return keras.layers.RNN(stack, return_sequences=True, return_state=True)(x(tf))


@case(steps)
def stack_of_stacks(keras, tf):
    inner = [keras.layers.GRUCell(2), keras.layers.LSTMCell(4)]
    stack = keras.layers.StackedRNNCells([keras.layers.SimpleRNNCell(3), keras.layers.StackedRNNCells(inner)])
    return keras.layers.RNN(stack, return_state=True)(x(tf))


@case(steps)
def one_cell_in_two_layers(keras, tf):
    cell = keras.layers.LSTMCell(4)
    inputs = x(tf)
    return keras.layers.RNN(cell)(inputs), keras.layers.RNN(cell, go_backwards=True)(inputs)


@case(steps)
def one_step_unrolled(keras, tf):
    return keras.layers.GRU(4, unroll=True, return_sequences=True)(x(tf)[:, :1])
