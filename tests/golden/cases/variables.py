"""Variables, scopes, reuse, initializers and the names they get."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import case, error_case, facts, normal


def names(tf):
    return [variable.op.name for variable in tf.global_variables()]


@facts()
def names_of_scopes(tf):
    found = []

    def make(label):
        found.append([label, tf.get_variable(label, [1]).name, tf.get_variable_scope().name])

    make("root")
    with tf.variable_scope("a"):
        make("x")
        with tf.variable_scope("b"):
            make("x")
        with tf.variable_scope("b"):
            make("y")
        with tf.name_scope("only_for_ops"):
            make("z")
    with tf.variable_scope("a"):
        make("w")
    with tf.variable_scope("a/b/c"):
        make("x")
    with tf.variable_scope(None, "fresh"):
        make("x")
    with tf.variable_scope(None, default_name="fresh"):
        make("x")
    with tf.variable_scope("named", "default"):
        make("x")
    with tf.variable_scope("outer"), tf.variable_scope(None, "fresh"):
        make("x")
    with tf.variable_scope(""):
        make("empty")
    return found


@facts()
def scope_objects(tf):
    with tf.variable_scope("first") as first:
        inner = tf.get_variable("v", [2])
    with tf.variable_scope("second"), tf.variable_scope(first) as again:
        outer = tf.get_variable("w", [2])
    with tf.variable_scope(first, reuse=True):
        same = tf.get_variable("v")
    with tf.variable_scope("first"):
        current = tf.get_variable_scope()
        before = bool(current.reuse)
        current.reuse_variables()
        reused = tf.get_variable("v")
    return {
        "names": [first.name, again.name, inner.name, outer.name],
        "shared": [same is inner, reused is inner],
        "reuse": [before, bool(current.reuse), bool(first.reuse)],
        "original": [first.original_name_scope, again.original_name_scope],
        "all": names(tf),
    }


@facts()
def reuse_modes(tf):
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        first = tf.get_variable("v", [2])
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        second = tf.get_variable("v", [2])
        third = tf.get_variable("w", [2])
    with tf.variable_scope("s", reuse=True):
        with tf.variable_scope("deep", reuse=tf.AUTO_REUSE):
            inherited = tf.get_variable_scope().reuse
        fourth = tf.get_variable("w", [2])
    return [first is second, third is fourth, bool(inherited), names(tf)]


@facts()
def names_of_ops(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    y = tf.placeholder(tf.float32, [2, 3], name="x")
    total = tf.add(x, y, name="total")
    with tf.name_scope("scope"):
        scoped = tf.identity(x, name="held")
    with tf.name_scope("scope") as scope:
        again = tf.identity(x, name="held")
    with tf.variable_scope("variables"):
        in_variables = tf.identity(x, name="held")
    graph = tf.get_default_graph()
    return {
        "names": [x.name, y.name, x.op.name, total.name, scoped.name, again.name, in_variables.name, scope],
        "found": graph.get_tensor_by_name("x_1:0") is y,
        "graph": x.graph is graph,
        "constant": [tf.constant(1.0, name="c").name, tf.constant(1.0, name="c").name],
    }


@facts()
def attributes_of_variables(tf):
    variable = tf.get_variable("v", [2, 3], tf.float32)
    frozen = tf.get_variable("frozen", shape=(4,), dtype=tf.float64, trainable=False)
    plain = tf.Variable([1.0, 2.0], name="plain")
    plain_again = tf.Variable(np.zeros((2, 2), "float32"), name="plain")
    integer = tf.get_variable("steps", initializer=tf.constant(3))
    from_array = tf.get_variable("array", initializer=np.ones((2, 1), "float32"))
    return {
        "shape": variable.shape.as_list(),
        "get_shape": frozen.get_shape().as_list(),
        "dtype": [variable.dtype.base_dtype.name, frozen.dtype.base_dtype.name, integer.dtype.base_dtype.name],
        "trainable": [v.op.name for v in tf.trainable_variables()],
        "all": names(tf),
        "plain": [plain.name, plain_again.name],
        "array": from_array.shape.as_list(),
        "collection": [v.op.name for v in tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)],
        "scoped": [v.op.name for v in tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="plain")],
    }


@facts()
def custom_getters(tf):
    asked = []

    def rename(getter, name, *args, **options):
        asked.append(name)
        return getter(name + "_got", *args, **options)

    with tf.variable_scope("s", custom_getter=rename):
        first = tf.get_variable("v", [2])
        with tf.variable_scope("inner"):
            second = tf.get_variable("w", [2])
    third = tf.get_variable("direct", [1], custom_getter=rename)
    return [asked, first.name, second.name, third.name]


@facts()
def shapes_by_arithmetic(tf):
    dimension = tf.Dimension(3)
    shape = tf.TensorShape([None, 4, 5])
    x = tf.placeholder(tf.float32, [None, 4, 5])
    return {
        "value": [dimension.value, tf.Dimension(None).value, x.shape[1].value, x.get_shape()[0].value],
        "sum": [(dimension + 2).value, (dimension * 2).value, (dimension // 2).value, (dimension - 1).value],
        "with_none": [(tf.Dimension(None) + 1).value, (tf.Dimension(None) * dimension).value],
        "compare": [dimension == 3, dimension == 4, int(dimension)],
        "list": shape.as_list(),
        "ndims": [shape.ndims, len(shape), shape.rank],
        "slice": shape[1:].as_list(),
        "index": shape[-1].value,
        "concat": tf.TensorShape([2]).concatenate(shape).as_list(),
        "merge": shape.merge_with([7, None, 5]).as_list(),
        "defined": [shape.is_fully_defined(), shape[1:].is_fully_defined(), shape[1:].num_elements()],
        "compatible": [shape.is_compatible_with([1, 4, 5]), shape.is_compatible_with([1, 4])],
        "unknown": [tf.TensorShape(None).ndims, tf.TensorShape(None).is_fully_defined()],
        "with_rank": tf.TensorShape(None).with_rank(2).as_list(),
        "iterate": [d.value for d in shape],
        "equal": [shape == tf.TensorShape([None, 4, 5]), tf.TensorShape([2]) == tf.TensorShape([2])],
        "text": [str(shape), str(tf.TensorShape([2, 3])), str(tf.TensorShape([4]))],
        "dims": [d.value for d in x.shape.dims],
        "in_shape": tf.zeros([x.shape[1], 2]).shape.as_list(),
        "variable": tf.get_variable("v", [x.shape[2], 3]).shape.as_list(),
        "reshape": tf.reshape(x, [-1, x.shape[1] * x.shape[2]]).shape.as_list(),
    }


@facts()
def nests(tf):
    import collections

    pair = collections.namedtuple("pair", ["a", "b"])
    nested = {"z": [1, (2, 3)], "y": pair(4, [5])}
    return {
        "flatten": tf.nest.flatten(nested),
        "leaf": tf.nest.flatten(7),
        "none": tf.nest.flatten((None, 1)),
        "pack": repr(tf.nest.pack_sequence_as(nested, [1, 2, 3, 4, 5])),
        "map": repr(tf.nest.map_structure(lambda a, b: a + b, nested, nested)),
        "is_nested": [tf.nest.is_nested((1,)), tf.nest.is_nested("ab"), tf.nest.is_nested(tf.TensorShape([2, 3]))],
    }


@case(initial=True)
def initializers_that_are_not_random(tf):
    with tf.variable_scope("half", initializer=tf.constant_initializer(0.5)):
        inherited = tf.get_variable("v", [2])
    return {
        "zeros": tf.get_variable("zeros", [2], initializer=tf.zeros_initializer()) + 0.0,
        "zeros_class": tf.get_variable("zeros_class", [2], initializer=tf.zeros_initializer) + 0.0,
        "ones": tf.get_variable("ones", [2, 1], initializer=tf.ones_initializer()) + 0.0,
        "constant": tf.get_variable("constant", [2, 2], initializer=tf.constant_initializer([1, 2, 3, 4])) + 0.0,
        "keras_names": tf.get_variable("again", [2], initializer=tf.initializers.constant(3.0)) + 0.0,
        "identity": tf.get_variable("identity", [3, 2], initializer=tf.initializers.identity(2.0)) + 0.0,
        "tensor": tf.get_variable("tensor", initializer=tf.range(3)) + 0,
        "inherited": inherited + 0.0,
        "variable": tf.Variable([[1.0, 2.0]]) + 0.0,
        "variable_from": tf.Variable(tf.zeros([2]) + 4.0, name="from_tensor").initialized_value() + 0.0,
        "integer": tf.get_variable("integer", [2], tf.int32) + 0,
        "boolean": tf.logical_not(tf.get_variable("boolean", [2], tf.bool)),
    }


@case(lambda rng: {"x": normal(rng, 2, 3)})
def a_perceptron(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")

    def regularizer(weights):
        return 0.1 * tf.nn.l2_loss(weights)

    for layer, width in enumerate((4, 5)):
        with tf.variable_scope(f"layer_{layer}", regularizer=regularizer):
            kernel = tf.get_variable("kernel", [x.shape[1], width], initializer=tf.glorot_uniform_initializer())
            bias = tf.get_variable("bias", [width], initializer=tf.random_normal_initializer(stddev=0.1))
            x = tf.nn.relu(tf.matmul(x, kernel) + bias)
    return x


@case(lambda rng: {"x": normal(rng, 2, 3)})
def shared_by_make_template(tf):
    def scorer(x):
        return tf.matmul(x, tf.get_variable("kernel", [3, 2])) + tf.get_variable("bias", [2])

    shared = tf.make_template("scorer", scorer)
    x = tf.placeholder(tf.float32, [None, 3], "x")
    return shared(x), shared(x * 2.0)


@case(lambda rng: {"x": normal(rng, 2, 3)})
def variables_in_arithmetic(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    v = tf.get_variable("v", [3])
    m = tf.get_variable("m", [3, 3])
    plain = tf.Variable(tf.truncated_normal([3], stddev=0.1), name="plain")
    return {
        "ops": x * v + plain - 1.0,
        "slices": m[0] + m[:, 1] * v[2],
        "matmul": tf.matmul(x, m),
        "read": v.value() + v.read_value() * 2.0,
        "identity": tf.identity(m),
        "concat": tf.concat([v, plain], 0),
        "shape": tf.shape(m),
        "negative": -v,
        "right": 2.0 / (1.0 + tf.abs(v)),
        "gather": tf.gather(m, [0, 2]),
    }


@case(lambda rng: {"x": normal(rng, 2, 3)})
def moving_average_names(tf):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    step = tf.train.get_or_create_global_step()
    return x + tf.cast(step, tf.float32) * 0.01


@error_case("v already exists")
def error_variable_twice(tf):
    tf.get_variable("v", [2])
    tf.get_variable("v", [2])


@error_case("s/v", "does not exist")
def error_reuse_of_a_missing_variable(tf):
    with tf.variable_scope("s", reuse=True):
        tf.get_variable("v", [2])


@error_case("v")
def error_reuse_with_another_shape(tf):
    with tf.variable_scope("s"):
        tf.get_variable("v", [2])
    with tf.variable_scope("s", reuse=True):
        tf.get_variable("v", [3])


@error_case("v")
def error_reuse_with_another_dtype(tf):
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        tf.get_variable("v", [2])
        tf.get_variable("v", [2], tf.float64)


@error_case("v")
def error_variable_without_a_shape(tf):
    tf.get_variable("v")


@error_case("v")
def error_variable_of_an_unknown_length(tf):
    tf.get_variable("v", [2, None])


@error_case()
def error_scope_is_a_number(tf):
    with tf.variable_scope(3):
        pass


@error_case()
def error_constant_initializer_and_shape_disagree(tf):
    tf.get_variable("v", [2], initializer=np.zeros(3, "float32"))


@error_case()
def error_merge_of_other_shapes(tf):
    tf.TensorShape([2, 3]).merge_with([2, 4])


@error_case()
def error_as_list_of_unknown_rank(tf):
    tf.TensorShape(None).as_list()


@error_case()
def error_structures_differ(tf):
    tf.nest.assert_same_structure((1, 2), (1, (2, 3)))


@error_case()
def error_structure_types_differ(tf):
    tf.nest.assert_same_structure((1, 2), [1, 2])
