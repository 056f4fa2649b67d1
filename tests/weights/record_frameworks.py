"""Writes weights files with the frameworks themselves, and what is in them, into ``tests/weights/files``.

Run by hand in environments outside of the repository; each writes what its framework can:

    python3.11 -m venv ENV && ENV/bin/pip install tensorflow-cpu==2.15.1
    python3.7 -m venv ENV1 && ENV1/bin/pip install tensorflow==1.15.5 "protobuf<3.21" "h5py<3"
    python3.11 -m venv ENV2 && ENV2/bin/pip install torch==2.13.0 keras safetensors h5py
    (the project's own environment writes the ONNX models and the archives of numpy)
    PYTHON -m tests.weights.record_frameworks

``NAME.expected.npz`` holds a file's arrays under the names that they are to have; ``recurrent_FRAMEWORK.npz`` what the
framework's recurrent layers give for random inputs, for the tests of layouts.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "torch"
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402

FILES = Path(__file__).parent / "files"
VALUES = np.random.RandomState(20)


def expect(name, arrays):
    """Writes what a file has; numbers that numpy has no name for go as bytes, with their names in the keys."""
    plain = {}
    for key, array in arrays.items():
        array = np.asarray(array)
        if array.dtype.type.__module__ == "ml_dtypes":
            key, array = "%s|%s" % (key, array.dtype.name), array.view("u%d" % array.dtype.itemsize)  # noqa: UP031
        plain[key] = array
    np.savez_compressed(FILES / (name + ".expected.npz"), **plain)


def pack(name, arrays):
    """Writes many small arrays of float32 as one: an archive of them would be mostly headers."""
    rows = ["%s|%s" % (key, ",".join(map(str, array.shape))) for key, array in arrays.items()]  # noqa: UP031
    flat = np.concatenate([np.ravel(array) for array in arrays.values()])
    np.savez_compressed(FILES.parent / name, rows=np.array(rows), flat=flat.astype(np.float32))


def randomise(model):
    """Gives every weight random values: zeros would hide mistakes."""
    model.set_weights([VALUES.uniform(-1, 1, w.shape).astype(w.dtype) for w in model.get_weights()])


def weights_of(model):
    """A model's weights by their names in the graph."""
    return {w.name.split(":")[0]: value for w, value in zip(model.weights, model.get_weights())}  # noqa: B905


def recurrent_stack(keras, last=True):
    """A model of recurrent layers, one inside of another."""
    layers = keras.layers
    stack = keras.Sequential(
        [
            layers.InputLayer((None, 3)),
            layers.LSTM(4, return_sequences=True),
            layers.Bidirectional(layers.GRU(2, return_sequences=True)),
            layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)], return_sequences=True),
        ]
    )
    for layer in [layers.LSTM(2, use_bias=False), layers.Dense(2, name="logits")] if last else []:
        stack.add(layer)
    return stack


def trained(keras):
    """A model with an optimizer that has slots."""
    model = keras.Sequential([keras.layers.InputLayer((None, 2)), keras.layers.SimpleRNN(3), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(np.ones((2, 3, 2)), np.ones((2, 1)), verbose=0)
    randomise(model)
    return model


def layers_in_layers(keras):
    """A functional model with layers and models inside of others."""
    layers = keras.layers
    ids = keras.Input((5,), name="ids")
    inner = keras.Sequential(
        [keras.Input((5, 3)), layers.Dense(3), layers.SimpleRNN(2, return_sequences=True)], name="inner"
    )
    x = inner(layers.Embedding(7, 3, name="words")(ids))
    x = layers.LayerNormalization()(layers.TimeDistributed(layers.Dense(2))(x))
    x = layers.Bidirectional(layers.RNN(layers.GRUCell(2), return_sequences=True), name="both")(x)
    return keras.Model(ids, layers.Dense(1)(x))


def convolutions(keras):
    """A functional model with layers of more classes."""
    layers = keras.layers
    inputs = keras.Input((5, 2))
    x = layers.SeparableConv1D(2, 2, use_bias=False)(layers.PReLU()(layers.Conv1D(2, 2)(inputs)))
    x = layers.BatchNormalization(scale=False)(x)
    x = layers.ConvLSTM2D(1, (1, 1))(layers.Reshape((3, 2, 1, 1))(x))
    return keras.Model(inputs, layers.GRU(2, reset_after=False)(layers.Reshape((2, 1))(x)))


def of_tensorflow_1(tf):
    """Keras's files of TensorFlow 1.15, cuDNN's layers among them."""
    keras = tf.keras
    model = recurrent_stack(keras)
    randomise(model)
    model.save_weights(str(FILES / "keras1_weights.h5"))
    expect("keras1_weights.h5", weights_of(model))
    model = trained(keras)
    model.save(str(FILES / "keras1_model.h5"))
    expect("keras1_model.h5", weights_of(model))
    of_cudnn(tf)


def of_cudnn(tf):
    """A weights file of cuDNN's layers, which are built and not run; and what plain layers make of it."""
    import h5py
    from tensorflow.python.keras.saving import hdf5_format

    keras, layers = tf.keras, tf.compat.v1.keras.layers
    shapes = {"a": (None, None, 2), "b": (None, None, 3)}

    def built(lstm, gru):
        for layer in (lstm, gru):
            with tf.name_scope(layer.name + "/"):
                layer.build(shapes[layer.name])
        return [lstm, gru]

    file = str(FILES / "keras1_cudnn.h5")
    with tf.Graph().as_default(), tf.compat.v1.Session().as_default() as session:
        keras.backend.set_session(session)
        given = built(layers.CuDNNLSTM(3, name="a"), layers.CuDNNGRU(2, name="b"))
        for layer in given:
            randomise(layer)
        with h5py.File(file, "w") as content:
            hdf5_format.save_weights_to_hdf5_group(content, given)
    with tf.Graph().as_default(), tf.compat.v1.Session().as_default() as session:
        keras.backend.set_session(session)
        sigmoid = {"recurrent_activation": "sigmoid"}
        plain = built(layers.LSTM(3, name="a", **sigmoid), layers.GRU(2, reset_after=True, name="b", **sigmoid))
        with h5py.File(file, "r") as content:
            hdf5_format.load_weights_from_hdf5_group(content, plain)
        expect("keras1_cudnn.h5", {**weights_of(plain[0]), **weights_of(plain[1])})


def of_tensorflow_2(tf):
    """Keras's files of TensorFlow 2.15."""
    keras = tf.keras
    model = recurrent_stack(keras)
    randomise(model)
    model.save_weights(FILES / "keras2_weights.h5")
    expect("keras2_weights.h5", weights_of(model))
    model.save(FILES / "keras2_recurrent.keras")
    expect("keras2_recurrent.keras", weights_of(model))
    keras.backend.clear_session()
    model = trained(keras)
    model.save(FILES / "keras2_model.h5")
    expect("keras2_model.h5", weights_of(model))
    model.save(FILES / "keras2_model.keras")
    expect("keras2_model.keras", weights_of(model))
    # The file has nothing but the places of objects.
    model.save_weights(FILES / "keras2_model.weights.h5")
    places = (
        "simple_rnn/cell/vars/0",
        "simple_rnn/cell/vars/1",
        "simple_rnn/cell/vars/2",
        "dense/vars/0",
        "dense/vars/1",
    )
    expect("keras2_model.weights.h5", dict(zip(["layers/" + place for place in places], model.get_weights())))  # noqa: B905
    for make in (layers_in_layers, convolutions):
        keras.backend.clear_session()
        model = make(keras)
        randomise(model)
        name = "keras2_%s.keras" % make.__name__  # noqa: UP031
        model.save(FILES / name)
        expect(name, weights_of(model))
    recurrent_of_keras(keras)


def recurrent_of_keras(keras):
    """What Keras's recurrent layers give."""
    layers = keras.layers
    cases = {
        "lstm": layers.LSTM(4, return_sequences=True),
        "lstm_without_bias": layers.LSTM(4, use_bias=False, return_sequences=True),
        "gru_after": layers.GRU(4, return_sequences=True),
        "gru_before": layers.GRU(4, reset_after=False, return_sequences=True),
        "gru_before_without_bias": layers.GRU(4, reset_after=False, use_bias=False, return_sequences=True),
        "simple": layers.SimpleRNN(4, return_sequences=True),
        "both": layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
    }
    found = {}
    for case, layer in cases.items():
        layer._name = case
        model = keras.Sequential([keras.layers.InputLayer((5, 3)), layer])
        randomise(model)
        x = VALUES.uniform(-1, 1, (2, 5, 3)).astype(np.float32)
        found.update({case + ">" + name: value for name, value in weights_of(model).items()})
        found.update({case + ">>inputs": x, case + ">>outputs": model(x).numpy()})
    pack("recurrent_keras.npz", found)


def of_keras_3(keras):
    """Keras 3's files."""

    def named(model):
        # Keras 3 puts scopes of models and cells where TensorFlow's graphs have none.
        return {w.path.replace("sequential/", ""): value for w, value in zip(model.weights, model.get_weights())}  # noqa: B905

    model = recurrent_stack(keras, last=False)
    randomise(model)
    model.save(FILES / "keras3_recurrent.keras")
    expect("keras3_recurrent.keras", named(model))
    model.save_weights(FILES / "keras3_recurrent.weights.h5")
    expect("keras3_recurrent.weights.h5", named(model))
    keras.utils.clear_session()
    model = trained(keras)
    model.save(FILES / "keras3_model.h5")
    expect("keras3_model.h5", named(model))


def of_torch(torch):
    """PyTorch's files, and what its recurrent modules give."""
    from safetensors.torch import save_file

    torch.manual_seed(20)
    base = torch.randn(4, 6)
    tensors = {
        "plain": base,
        "transposed": base.t(),
        "part": base[1:3, 2:5],
        "steps": torch.arange(20)[3::4],
        "repeated": torch.randn(3, 1).expand(3, 4),
        "scalar": torch.tensor(2.5, dtype=torch.float64),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.randn(2)),
        "channels_last": torch.randn(2, 3, 2, 2).contiguous(memory_format=torch.channels_last),
    }
    for name in ("uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "bool"):
        tensors[name] = torch.tensor([0, 1, 5]).to(getattr(torch, name))
    for name in ("float16", "complex64", "complex128"):
        tensors[name] = torch.randn(3).to(getattr(torch, name))
    small = {"bfloat16": torch.int16, "float8_e4m3fn": torch.uint8, "float8_e5m2": torch.uint8}
    tensors.update({name: torch.randn(5).to(getattr(torch, name)) for name in small})

    def arrays(tensors):
        found = {}
        for name, tensor in tensors.items():
            tensor = tensor.detach()
            if name in small:
                # In the way of ``expect``; PyTorch gives numpy no such numbers.
                found[name + "|" + name] = tensor.view(small[name]).numpy().view("u%d" % tensor.itemsize)  # noqa: UP031
            else:
                found[name] = tensor.numpy()
        return found

    torch.save(tensors, FILES / "torch_tensors.pt")
    expect("torch_tensors.pt", arrays(tensors))
    torch.save(tensors, FILES / "torch_tensors.legacy.bin", _use_new_zipfile_serialization=False)
    expect("torch_tensors.legacy.bin", arrays(tensors))
    torch.serialization.set_crc32_options(False)
    torch.save(tensors, FILES / "torch_without_checksums.pt")
    expect("torch_without_checksums.pt", arrays(tensors))
    torch.serialization.set_crc32_options(True)
    kept = {name: tensor.contiguous().clone() for name, tensor in tensors.items() if name != "complex128"}
    save_file(kept, FILES / "torch_tensors.safetensors", {"made": "by hand"})
    expect("torch_tensors.safetensors", arrays(kept))
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.LSTM(3, 2, 2, bidirectional=True))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(4, 2))[0].sum().backward()
    optimizer.step()
    saved = {
        "epoch": 3,
        "loss": torch.tensor(0.5),
        "arguments": {"lr": 1e-3, "sizes": [1, 2], "device": torch.device("cpu"), "shape": torch.Size([2, 3])},
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    torch.save(saved, FILES / "torch_checkpoint.pth")
    expect("torch_checkpoint.pth", {"loss": np.float32(0.5), **arrays(model.state_dict())})
    recurrent_of_torch(torch)


def recurrent_of_torch(torch):
    """What PyTorch's recurrent modules give."""
    kinds = {"rnn": torch.nn.RNN, "relu": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    cases = ["rnn", "relu", "lstm", "gru", "lstm-proj", "lstm-nobias", "gru-nobias", "rnn-nobias"]
    cases += [kind + way for kind in ("rnn", "lstm", "gru", "lstm-proj") for way in ("-2", "-bi", "-2-bi")]
    found = {}
    for case in cases:
        kind, *options = case.split("-")
        more = {"nonlinearity": "relu"} if kind == "relu" else {}
        if "proj" in options:
            more["proj_size"] = 2
        module = kinds[kind](
            3,
            4,
            num_layers=2 if "2" in options else 1,
            bias="nobias" not in options,
            batch_first=True,
            bidirectional="bi" in options,
            **more,
        )
        x = torch.randn(2, 5, 3)
        outputs, state = module(x)
        found.update({case + ">" + name: tensor.numpy() for name, tensor in module.state_dict().items()})
        found.update({case + ">>inputs": x.numpy(), case + ">>outputs": outputs.detach().numpy()})
        state = state if kind == "lstm" else (state,)
        found.update({"%s>>state%d" % (case, i): part.detach().numpy() for i, part in enumerate(state)})  # noqa: UP031
    pack("recurrent_torch.npz", found)


def of_onnx(onnx):
    """ONNX models, their values as lists and as bytes, and the archives of numpy."""
    import ml_dtypes
    from onnx import TensorProto, helper, numpy_helper

    names = [
        name for name, number in TensorProto.DataType.items() if number and name != "STRING" and "FLOAT6" not in name
    ]
    for kind in ("lists", "bytes"):
        tensors, arrays = [], {}
        for name in names:
            number = TensorProto.DataType.Value(name)
            try:
                dtype = helper.tensor_dtype_to_np_dtype(number)
                values = np.array([0, 1, 1, 0, 1] if name == "BOOL" else [1, 2, 0.5, 4, 1]).astype(dtype).reshape(1, 5)
                tensor = helper.make_tensor(name, number, values.shape, values.reshape(-1).tolist())
                if kind == "bytes":
                    tensor = numpy_helper.from_array(values, name)
                arrays[name] = numpy_helper.to_array(tensor)
                tensors.append(tensor)
            except (KeyError, TypeError, ValueError, NotImplementedError) as error:
                print(name, kind, error)
        model = helper.make_model(helper.make_graph([], "graph", [], [], tensors))
        onnx.save(model, FILES / f"onnx_{kind}.onnx")
        expect(f"onnx_{kind}.onnx", arrays)
    arrays = {
        "cell/kernel": VALUES.uniform(-1, 1, (3, 4)).astype(np.float32),
        "columns": np.asfortranarray(VALUES.uniform(-1, 1, (2, 3))),
        "scalar": np.int64(7),
        "empty": np.zeros((0, 2), np.float16),
        "complex": np.array([1 + 2j]),
        "zeros": np.zeros((40, 40), np.float32),
        "bfloat16": np.arange(5).astype(ml_dtypes.bfloat16),
    }
    for kind, save in (("stored", np.savez), ("compressed", np.savez_compressed)):
        save(FILES / f"numpy_{kind}.npz", **arrays)
        expect(f"numpy_{kind}.npz", arrays)


def main():
    """Writes what this environment's frameworks can write."""
    FILES.mkdir(exist_ok=True)
    try:
        import tensorflow as tf
    except ImportError:
        tf = None
    if tf is not None:
        (of_tensorflow_1 if tf.__version__.startswith("1.") else of_tensorflow_2)(tf)
        return
    try:
        import keras
        import torch
    except ImportError:
        import onnx

        of_onnx(onnx)
    else:
        of_torch(torch)
        of_keras_3(keras)


if __name__ == "__main__":
    main()
