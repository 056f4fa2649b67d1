"""Writes the small files of ``tests/weights/files`` with TensorFlow.

``python -m tests.weights.write_tensorflow_files``: TensorFlow 1.15 writes those that begin with ``tf1``, TensorFlow 2
those that begin with ``tf2``. Beside each lies what it holds, ``NAME.expected.npz``; a dtype that numpy does not have
is kept as its bits, under ``NAME|dtype``. Runs on Python 3.7.
"""

import os
import shutil
import sys

import numpy as np
import tensorflow.compat.v1 as tf

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
EDITION = "tf2" if tf.__version__.startswith("2") else "tf1"
NUMPY = (
    "float32",
    "float64",
    "float16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
)


def path(name):
    return os.path.join(".", EDITION + "_" + name)


def expect(name, arrays):
    kept = {}
    for key, array in arrays.items():
        array = np.asarray(array)
        if array.dtype.name in NUMPY:
            kept[key] = array
        else:
            kept[key + "|" + array.dtype.name] = array.view(f"u{array.dtype.itemsize}")
    np.savez_compressed(path(name) + ".expected.npz", **kept)


def value(dtype, shape, seed=0):
    """Numbers of a dtype, special ones among them."""
    random = np.random.RandomState(seed)
    kind = tf.as_dtype(dtype)
    if kind.is_bool:
        return np.asarray(random.rand(*shape) < 0.5)
    if kind.is_integer:
        least, most = (int(kind.min), int(kind.max))
        numbers = np.array(
            [random.randint(-(2**62), 2**62) % (most - least + 1) + least for _ in range(int(np.prod(shape)))],
            dtype=kind.as_numpy_dtype,
        ).reshape(shape)
        if numbers.size > 1:
            numbers.flat[0], numbers.flat[1] = least, most
        return numbers
    numbers = random.randn(*shape) + (1j * random.randn(*shape) if kind.is_complex else 0)
    numbers = np.asarray(numbers).astype(kind.as_numpy_dtype)
    if numbers.size > 2:
        numbers.flat[0], numbers.flat[1], numbers.flat[2] = np.inf, np.nan, -0.0
    return numbers


def all_dtypes():
    names = [
        "float32",
        "float64",
        "float16",
        "bfloat16",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "bool",
        "complex64",
        "complex128",
    ]
    if EDITION == "tf2":
        names += ["uint32", "uint64"]
    return names


def variables():
    return {variable.op.name: variable for variable in tf.global_variables()}


def session(graph, devices=1):
    return tf.Session(graph=graph, config=tf.ConfigProto(device_count={"CPU": devices}))


def save(name, sess, expected, **options):
    """A checkpoint in a folder of its own, without the graph."""
    shutil.rmtree(path(name), ignore_errors=True)
    os.makedirs(path(name))
    saver = tf.train.Saver(**options)
    saver.save(sess, os.path.join(path(name), "model.ckpt"), global_step=7, write_meta_graph=False)
    expect(name, expected)


def dtypes():
    with tf.Graph().as_default() as graph:
        arrays = {}
        for seed, dtype in enumerate(all_dtypes()):
            arrays["of/" + dtype] = value(dtype, (3, 4), seed)
            arrays["scalar/" + dtype] = value(dtype, (), seed)
        arrays["empty"] = np.zeros((0, 5), np.float32)
        for name, array in arrays.items():
            tf.get_variable(name, initializer=tf.constant(array), use_resource=name.startswith("of"))
        tf.get_variable("text", initializer=tf.constant(["no", "number"]))
        with session(graph) as sess:
            sess.run(tf.global_variables_initializer())
            save("dtypes", sess, arrays)


def partitioned(name="partitioned", **options):
    with tf.Graph().as_default() as graph:
        rows = tf.get_variable("rows", [7, 3], partitioner=tf.fixed_size_partitioner(3))
        columns = tf.get_variable(
            "a/columns",
            [2, 200],
            tf.int32,
            partitioner=tf.fixed_size_partitioner(2, axis=1),
            initializer=tf.random_uniform_initializer(0, 100, dtype=tf.int32),
        )
        tf.get_variable("one", [5], partitioner=tf.fixed_size_partitioner(1))
        tf.get_variable("whole", [4])
        with session(graph) as sess:
            sess.run(tf.global_variables_initializer())
            arrays = {
                "rows": sess.run(rows.as_tensor()),
                "a/columns": sess.run(columns.as_tensor()),
                "one": sess.run(variables()["one/part_0"]),
                "whole": sess.run(variables()["whole"]),
            }
            save(name, sess, arrays, **options)


def long_axis():
    """Numbers of every length in the keys of slices."""
    with tf.Graph().as_default() as graph:
        table = tf.get_variable(
            "table", [40000], tf.int8, partitioner=tf.fixed_size_partitioner(40), initializer=tf.zeros_initializer()
        )
        with session(graph) as sess:
            sess.run(tf.global_variables_initializer())
            for index, part in enumerate(table):
                sess.run(part.assign(tf.fill(part.shape, tf.constant(index, tf.int8))))
            save("long_axis", sess, {"table": sess.run(table.as_tensor())})


def sharded():
    with tf.Graph().as_default() as graph:
        for index in range(3):
            with tf.device(f"/cpu:{index}"):
                tf.get_variable(f"on/{index}", [index + 2, 3])
        with tf.device("/cpu:1"):
            tf.get_variable("parts", [5, 2], partitioner=tf.fixed_size_partitioner(2))
        with session(graph, 3) as sess:
            sess.run(tf.global_variables_initializer())
            arrays = {f"on/{i}": sess.run(variables()[f"on/{i}"]) for i in range(3)}
            arrays["parts"] = np.concatenate([sess.run(variables()[f"parts/part_{i}"]) for i in range(2)])
            save("sharded", sess, arrays, sharded=True)


def version_1():
    with tf.Graph().as_default() as graph:
        arrays = {
            "of/" + d: value(d, (2, 3), s)
            for s, d in enumerate(all_dtypes())
            if d not in ("uint32", "uint64", "bfloat16")
        }
        for name, array in arrays.items():
            tf.get_variable(name, initializer=tf.constant(array))
        rows = tf.get_variable("rows", [7, 3], partitioner=tf.fixed_size_partitioner(3))
        arrays["zeros"] = np.zeros((3, 2), np.float32)
        tf.get_variable("zeros", initializer=tf.constant(arrays["zeros"]))
        with session(graph) as sess:
            sess.run(tf.global_variables_initializer())
            arrays["rows"] = sess.run(rows.as_tensor())
            save("version_1", sess, arrays, write_version=tf.train.SaverDef.V1)


def training():
    with tf.Graph().as_default() as graph:
        step = tf.train.get_or_create_global_step()
        x = tf.constant(np.ones((2, 3), np.float32))
        for index, optimizer in enumerate(
            [
                tf.train.AdamOptimizer(0.1),
                tf.train.MomentumOptimizer(0.1, 0.9),
                tf.train.RMSPropOptimizer(0.1),
                tf.train.AdagradOptimizer(0.1),
                tf.train.FtrlOptimizer(0.1),
                tf.train.AdadeltaOptimizer(0.1),
            ]
        ):
            w = tf.get_variable(f"net_{index}/kernel", [3, 2])
            with tf.variable_scope("train" if index % 2 else ""):
                tf.add_to_collection(
                    "steps", optimizer.minimize(tf.reduce_sum((x @ w) ** 2), var_list=[w], global_step=step)
                )
        average = tf.train.ExponentialMovingAverage(0.5)
        with tf.control_dependencies(tf.get_collection("steps")):
            averaged = average.apply(tf.trainable_variables())
        with session(graph) as sess:
            sess.run(tf.global_variables_initializer())
            sess.run(averaged)
            save("training", sess, {v.op.name: sess.run(v) for v in tf.global_variables()})


def saved_model():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.get_variable("dense/kernel", [3, 2])
        y = tf.matmul(x, w, name="y")
        with session(graph) as sess:
            sess.run(tf.global_variables_initializer())
            shutil.rmtree(path("saved_model"), ignore_errors=True)
            tf.saved_model.simple_save(sess, path("saved_model"), {"x": x}, {"y": y})
            expect("saved_model", {"dense/kernel": sess.run(w)})


def frozen():
    with tf.Graph().as_default() as graph:
        arrays = {}
        for seed, dtype in enumerate(all_dtypes()):
            arrays["of/" + dtype] = value(dtype, (3, 4), seed)
            arrays["scalar/" + dtype] = value(dtype, (), seed)
            arrays["same/" + dtype] = np.full((2, 3), value(dtype, (3,), seed)[1])
        for name, array in arrays.items():
            tf.constant(array, name=name)
        tf.constant(["no", "number"], name="text")
        arrays["filled"] = np.full((100, 100), 3, np.float32)
        tf.constant(3.0, shape=[100, 100], name="filled")
        arrays["none"] = np.zeros((0, 2), np.float64)
        tf.constant(arrays["none"], name="none")
        w = tf.get_variable("cell/kernel", [5, 6])
        r = tf.get_variable("cell/resource", [5], use_resource=True)
        out = tf.reduce_sum(w, name="sum") + tf.reduce_sum(r)
        with session(graph) as sess:
            sess.run(tf.global_variables_initializer())
            arrays["cell/kernel"], arrays["cell/resource"] = sess.run([w, r.value()])
            names = [*arrays, "text", "sum", out.op.name]
            definition = tf.graph_util.convert_variables_to_constants(sess, graph.as_graph_def(), names)
        for node in definition.node:
            if node.op == "Const" and node.name not in arrays and node.name != "text":
                arrays[node.name] = tf.make_ndarray(node.attr["value"].tensor)
        with open(path("frozen.pb"), "wb") as file:
            file.write(definition.SerializeToString())
        expect("frozen.pb", arrays)
        for node in definition.node:
            if node.name in arrays:
                compress(node.attr["value"].tensor, arrays[node.name])
        with open(path("frozen_lists.pb"), "wb") as file:
            file.write(definition.SerializeToString())
        expect("frozen_lists.pb", arrays)
        definition = tf.train.export_meta_graph(graph=graph)
        with open(path("graph.meta"), "wb") as file:
            file.write(definition.SerializeToString())


def compress(tensor, array):
    """Lists of values in place of bytes, the last ones that are equal given once."""
    lists = {
        "float32": "float_val",
        "float64": "double_val",
        "float16": "half_val",
        "bfloat16": "half_val",
        "int64": "int64_val",
        "bool": "bool_val",
        "uint32": "uint32_val",
        "uint64": "uint64_val",
        "complex64": "scomplex_val",
        "complex128": "dcomplex_val",
    }
    name = array.dtype.name
    flat = array.reshape(-1)
    if not flat.size:
        return
    last = flat.size
    while last > 1 and flat[last - 1].tobytes() == flat[last - 2].tobytes():
        last -= 1
    flat = flat[:last]
    if name in ("float16", "bfloat16"):
        flat = flat.view(np.uint16)
    elif name.startswith("complex"):
        flat = flat.view("float32" if name == "complex64" else "float64")
    tensor.ClearField("tensor_content")
    field = lists.get(name, "int_val")
    tensor.ClearField(field)
    getattr(tensor, field).extend(flat.tolist())


def objects():
    """What TF2 saves by objects: a checkpoint with an optimizer, Keras's weights, a SavedModel."""
    import tensorflow

    tensorflow.keras.utils.set_random_seed(1)
    dense = tensorflow.keras.layers.Dense
    model = tensorflow.keras.Sequential([dense(3, name="first"), dense(2, name="second")])
    model.compile(tensorflow.keras.optimizers.Adam(0.1), "mse")
    model.fit(np.ones((2, 4), np.float32), np.ones((2, 2), np.float32), verbose=0)
    weights = {w.name.split(":")[0]: w.numpy() for w in model.weights}
    folder = path("objects")
    shutil.rmtree(folder, ignore_errors=True)
    tensorflow.train.Checkpoint(model=model, optimizer=model.optimizer).save(os.path.join(folder, "ckpt"))
    expect("objects", weights)
    shutil.rmtree(path("save_weights"), ignore_errors=True)
    model.save_weights(os.path.join(path("save_weights"), "weights"), save_format="tf")
    expect("save_weights", weights)

    legacy = tensorflow.keras.Sequential([dense(3, name="first"), dense(2, name="second")])
    legacy.compile(tensorflow.keras.optimizers.legacy.Adam(0.1), "mse")
    legacy.fit(np.ones((2, 4), np.float32), np.ones((2, 2), np.float32), verbose=0)
    weights = {w.name.split(":")[0]: w.numpy() for w in legacy.weights}
    shutil.rmtree(path("legacy_optimizer"), ignore_errors=True)
    legacy.save_weights(os.path.join(path("legacy_optimizer"), "weights"), save_format="tf")
    expect("legacy_optimizer", weights)

    class Twins(tensorflow.Module):
        def __init__(self):
            super().__init__()
            self.one = tensorflow.Variable(np.arange(3.0, dtype=np.float32), name="same")
            self.two = tensorflow.Variable(np.arange(4, dtype=np.int64), name="same")
            self.other = tensorflow.Variable(5.0, name="other")

    shutil.rmtree(path("object_saved_model"), ignore_errors=True)
    twins = Twins()
    tensorflow.saved_model.save(twins, path("object_saved_model"))
    expect("object_saved_model", {"one": twins.one.numpy(), "two": twins.two.numpy(), "other": twins.other.numpy()})


def main():
    if EDITION == "tf2" and not sys.argv[1:]:
        # Objects are saved eagerly, everything else in graphs.
        assert (
            os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-m", "tests.weights.write_tensorflow_files", "x"])
            == 0
        )
    # Checkpoints name their folder as it was given: relative names are the same on any machine.
    os.makedirs(FILES, exist_ok=True)
    os.chdir(FILES)
    if sys.argv[1:]:
        objects()
        return
    tf.disable_eager_execution()
    tf.set_random_seed(1)
    for write in (dtypes, partitioned, long_axis, sharded, version_1, training, saved_model, frozen):
        write()
    partitioned("sharded_parts", sharded=True)


if __name__ == "__main__":
    main()
