"""keras.layers.SimpleRNN, GRU and LSTM: what they return, their states and options."""

from __future__ import annotations

from tests.golden.registry import case, facts, normal

LAYERS = ("SimpleRNN", "GRU", "LSTM")
VERSIONS = ("v2", "v1")


def layers_of(version, tf, keras):
    """The layers as TensorFlow 2 has them, or those of ``tf.compat.v1``."""
    return keras.layers if version == "v2" else tf.keras.layers


def x(tf, *shape, name="x", dtype="float32"):
    return tf.placeholder(dtype, list(shape) or [2, 4, 3], name)


def steps(rng):
    return {"x": normal(rng, 2, 4, 3)}


def sizes(rng):
    """Runs of several numbers of rows and steps."""
    return [{"x": normal(rng, *shape, 3)} for shape in ((2, 4), (1, 1), (3, 6))]


OPTIONS = {
    "alone": {},
    "of_sequences": {"return_sequences": True},
    "of_states": {"return_state": True},
    "of_both": {"return_sequences": True, "return_state": True},
    "backwards": {"go_backwards": True, "return_sequences": True, "return_state": True},
    "backwards_last": {"go_backwards": True},
    "unrolled": {"unroll": True, "return_sequences": True, "return_state": True},
    "unrolled_backwards": {"unroll": True, "go_backwards": True, "return_sequences": True, "return_state": True},
    "without_bias": {"use_bias": False, "return_state": True},
    "with_dropout_that_rests": {"dropout": 0.5, "recurrent_dropout": 0.3, "return_sequences": True},
    "time_major": {"time_major": True, "return_sequences": True, "return_state": True},
    "of_relu": {"activation": "relu", "return_sequences": True},
    "of_no_activation": {"activation": None, "return_sequences": True},
    "of_two_implementations_1": {"implementation": 1, "return_sequences": True},
    "of_two_implementations_2": {"implementation": 2, "return_sequences": True},
    "in_double_precision": {"dtype": "float64", "return_state": True},
}


def over_options(version, kind, name, options):
    @case(steps, name=f"{version}_{kind}_{name}")
    def layer(tf, keras):
        made = getattr(layers_of(version, tf, keras), kind)(5, **options)
        return made(x(tf))


def over_layers(version, kind):
    @case(sizes, name=f"{version}_{kind}_of_unknown_batch_and_time")
    def unknown(tf, keras):
        made = getattr(layers_of(version, tf, keras), kind)(5, return_sequences=True, return_state=True)
        return made(x(tf, None, None, 3))

    @case(
        lambda rng: {"x": normal(rng, 2, 4, 3), "s0": normal(rng, 2, 5), "s1": normal(rng, 2, 5)},
        name=f"{version}_{kind}_from_a_state",
    )
    def from_state(tf, keras):
        made = getattr(layers_of(version, tf, keras), kind)(5, return_sequences=True, return_state=True)
        s0, s1 = x(tf, None, 5, name="s0"), x(tf, None, 5, name="s1")
        return made(x(tf, None, 4, 3), initial_state=[s0, s1] if kind == "LSTM" else s0 + 0 * s1)

    @case(
        lambda rng: {"x": normal(rng, 2, 4, 3), "s0": normal(rng, 2, 5), "s1": normal(rng, 2, 5)},
        name=f"{version}_{kind}_from_a_state_in_its_list_of_inputs",
    )
    def in_list(tf, keras):
        made = getattr(layers_of(version, tf, keras), kind)(5)
        s0, s1 = x(tf, None, 5, name="s0"), x(tf, None, 5, name="s1")
        return made([x(tf, None, 4, 3), *([s0, s1] if kind == "LSTM" else [s0 + 0 * s1])])

    @case(steps, name=f"{version}_{kind}_gives_its_state_to_another")
    def reused(tf, keras):
        layers = layers_of(version, tf, keras)
        first, *state = getattr(layers, kind)(5, return_state=True, return_sequences=True)(x(tf))
        return getattr(layers, kind)(5)(first, initial_state=state)

    @case(steps, name=f"{version}_{kind}_called_twice")
    def twice(tf, keras):
        made = getattr(layers_of(version, tf, keras), kind)(5)
        return made(x(tf)), made(tf.ones([2, 7, 3]))

    @case(steps, name=f"{version}_{kind}_in_scopes")
    def scopes(tf, keras):
        layers = layers_of(version, tf, keras)
        inputs = x(tf)
        with tf.variable_scope("a"):
            one = getattr(layers, kind)(5, return_sequences=True)(inputs)
        with tf.name_scope("b"):
            return getattr(layers, kind)(5, name="own")(one)

    @case(steps, name=f"{version}_{kind}_with_its_first_weights", initial=True)
    def first_weights(tf, keras):
        ones = {"kernel_initializer": "ones", "recurrent_initializer": "identity"}
        return getattr(layers_of(version, tf, keras), kind)(
            5, **(ones if kind == "SimpleRNN" else {"kernel_initializer": "ones", "recurrent_initializer": "ones"})
        )(0.1 * x(tf))

    @case(lambda rng: {"x": normal(rng, 2, 4, 3).astype("float64")}, name=f"{version}_{kind}_casts_its_input")
    def casts(tf, keras):
        return getattr(layers_of(version, tf, keras), kind)(5)(x(tf, dtype="float64"))

    for name, options in OPTIONS.items():
        if version == "v1" and name == "time_major":
            continue
        over_options(version, kind, name, options)


for version in VERSIONS:
    for kind in LAYERS:
        over_layers(version, kind)


@case(steps)
def gru_resets_before(keras, tf):
    return keras.layers.GRU(5, reset_after=False, return_sequences=True)(x(tf))


@case(steps)
def gru_resets_before_without_bias(keras, tf):
    return keras.layers.GRU(5, reset_after=False, use_bias=False, implementation=1)(x(tf))


@case(steps)
def v1_gru_resets_after(tf):
    return tf.keras.layers.GRU(5, reset_after=True, return_sequences=True)(x(tf))


@case(steps)
def v1_gru_resets_after_without_bias(tf):
    return tf.keras.layers.GRU(5, reset_after=True, use_bias=False, implementation=2)(x(tf))


@case(steps)
def hard_sigmoid_lstm(keras, tf):
    return keras.layers.LSTM(5, recurrent_activation="hard_sigmoid", return_sequences=True)(x(tf))


@case(steps)
def hard_sigmoid_gru(keras, tf):
    return keras.layers.GRU(5, recurrent_activation="hard_sigmoid", return_sequences=True)(x(tf))


@case(steps, initial=True)
def bias_of_the_forget_gate_is_one_at_first(keras, tf):
    return keras.layers.LSTM(2, kernel_initializer="zeros", recurrent_initializer="zeros", return_state=True)(x(tf))


@case(steps, initial=True)
def bias_of_the_forget_gate_is_its_initializers(keras, tf):
    layer = keras.layers.LSTM(2, "tanh", "sigmoid", True, "zeros", "zeros", "ones", unit_forget_bias=False)
    return layer(x(tf))


@case(steps)
def lstms_on_lstms(keras, tf):
    inner = keras.layers.LSTM(4, return_sequences=True)(x(tf))
    return keras.layers.LSTM(3)(keras.layers.GRU(5, return_sequences=True)(inner))


@case(lambda rng: {"x": normal(rng, 4, 2, 3)})
def time_major_list_of_cells(keras, tf):
    cells = [keras.layers.LSTMCell(4), keras.layers.GRUCell(5)]
    layer = keras.layers.RNN(cells, time_major=True, return_sequences=True, return_state=True)
    return layer(x(tf, 4, 2, 3))


@case(lambda rng: {"x": normal(rng, 2, 5, 3), "z": normal(rng, 2, 3, 3)})
def encoder_gives_its_states_to_a_decoder(keras, tf):
    def stack(**options):
        return keras.layers.RNN([keras.layers.LSTMCell(4), keras.layers.LSTMCell(5)], **options)

    _, *states = stack(return_state=True)(x(tf, 2, 5, 3))
    return stack(return_sequences=True)(x(tf, 2, 3, 3, name="z"), initial_state=states)


@case(lambda rng: {"x": normal(rng, 2, 5, 3), "s": normal(rng, 2, 5)})
def keras_inputs(keras, tf):
    inputs, state = keras.Input([None, 3], name="x"), keras.Input([5], name="s")
    return keras.layers.GRU(5, return_sequences=True)(inputs, initial_state=state)


# -- the layer's own facts -----------------------------------------------------------------------------------------


@facts()
def weights_of_layers(keras, tf):
    found = []
    for layers in (keras.layers, tf.keras.layers):
        for kind in LAYERS:
            layer = getattr(layers, kind)(5)
            layer(x(tf))
            found.append([[w.op.name, w.shape.as_list()] for w in layer.weights])
            found.append([layer.name, layer.cell.name, layer.units, layer.built, layer.cell.built])
    return found


@facts()
def output_shapes(keras, tf):
    found = []
    for options in ({}, {"return_sequences": True}, {"return_state": True, "return_sequences": True}):
        for cell in (keras.layers.LSTMCell(4), [keras.layers.LSTMCell(4), keras.layers.GRUCell(5)]):
            shape = keras.layers.RNN(cell, **options).compute_output_shape((None, 7, 3))
            shapes = shape if isinstance(shape, list) else [shape]
            found.append([tf.TensorShape(one).as_list() for one in shapes])
    return found


@facts()
def attributes_of_layers(keras, tf):
    layer = keras.layers.LSTM(5, go_backwards=True, dropout=0.25)
    return [
        layer.return_sequences,
        layer.return_state,
        layer.go_backwards,
        layer.stateful,
        layer.unroll,
        layer.time_major,
        layer.dropout,
        layer.recurrent_dropout,
        layer.use_bias,
        layer.supports_masking,
        list(layer.cell.state_size),
        layer.cell.output_size,
        layer.states,
        keras.layers.GRU(4).states,
        keras.layers.GRU(4).reset_after,
        tf.keras.layers.GRU(4).reset_after,
        layer.implementation,
        tf.keras.layers.LSTM(4).implementation,
        tf.keras.layers.LSTM(4).recurrent_activation.__name__,
    ]


@facts()
def configuration_round_trip(keras, tf):
    found = []
    for kind in LAYERS:
        layer = getattr(keras.layers, kind)(5, return_sequences=True, name="given", use_bias=False)
        again = type(layer).from_config(layer.get_config())
        found.append([again.name, again.units, again.return_sequences, again.use_bias, again.go_backwards])
    return found
