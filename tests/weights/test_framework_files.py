"""Files that Keras, PyTorch, safetensors, ONNX and numpy wrote: bit-equal, under the names of a graph."""

from __future__ import annotations

import json
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

import rnn2onnx
from rnn2onnx import keras, tf
from rnn2onnx.errors import WeightsError
from rnn2onnx.weights import entries, load
from tests.weights.fixtures import FILES, NAMES, expected, same

OTHERS = [name for name in NAMES if not name.startswith("tf")]


@pytest.mark.parametrize("name", OTHERS)
def test_every_array_has_every_bit(name: str) -> None:
    wanted, found = expected(name), load(FILES / name)
    assert set(found) == set(wanted)
    for variable, array in wanted.items():
        assert same(found[variable], array), variable


@pytest.mark.parametrize("name", OTHERS)
def test_the_list_says_what_reading_gives(name: str) -> None:
    for listed in entries(FILES / name).values():
        array = listed.read()
        assert (array.dtype, array.shape, array.nbytes) == (listed.dtype, listed.shape, listed.nbytes)
        assert not array.flags.writeable


@pytest.mark.parametrize("name", ["keras1_model.h5", "keras2_model.h5", "keras2_model.keras", "keras3_model.h5"])
def test_what_only_training_needs_is_there_when_asked_for(name: str) -> None:
    rest = set(load(FILES / name, keep="")) - set(expected(name))
    assert len(rest) >= 11, "Adam's two slots of five variables, and its counter"


def test_an_optimizer_of_torch_is_there_when_asked_for() -> None:
    found = load(FILES / "torch_checkpoint.pth", keep="exp_avg_sq")
    assert found["optimizer.state.0.exp_avg_sq"].shape == (3, 2)
    assert "optimizer.state.0.exp_avg" not in found


@pytest.mark.parametrize("name", ["keras2_recurrent.keras", "keras2_weights.h5", "keras3_recurrent.keras"])
def test_the_model_as_recorded_loads_by_name(name: str) -> None:
    layers = keras.layers
    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [2, 4, 3], name="x")
        y = layers.Bidirectional(layers.GRU(2, return_sequences=True))(layers.LSTM(4, return_sequences=True)(x))
        y = layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)], return_sequences=True)(y)
        if not name.startswith("keras3"):
            y = layers.Dense(2, name="logits")(layers.LSTM(2, use_bias=False)(y))
    program = rnn2onnx.compile(graph, y, weights=FILES / name)
    assert np.isfinite(program.run({"x": np.ones((2, 4, 3), np.float32)})).all()


def test_layers_of_cudnn_and_plain_ones_load_one_file() -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 2)).astype(np.float32)
    results = []
    for cudnn in (True, False):
        layers = tf.compat.v1.keras.layers
        graph = tf.Graph()
        with graph.as_default():
            inputs = tf.placeholder(tf.float32, x.shape, name="x")
            if cudnn:
                first, second = layers.CuDNNLSTM(3, return_sequences=True, name="a"), layers.CuDNNGRU(2, name="b")
            else:
                sigmoid = {"recurrent_activation": "sigmoid"}
                first = layers.LSTM(3, return_sequences=True, name="a", **sigmoid)
                second = layers.GRU(2, reset_after=True, name="b", **sigmoid)
            outputs = second(first(inputs))
        rename = None if cudnn else {r"^a/": "a/lstm_cell/", r"^b/": "b/gru_cell/"}
        program = rnn2onnx.compile(graph, outputs, weights=FILES / "keras1_cudnn.h5", rename=rename)
        results.append(program.run({"x": x}))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5, atol=1e-6)


def test_arrays_are_views_of_the_file() -> None:
    for name in ("torch_tensors.pt", "torch_tensors.safetensors", "numpy_stored.npz", "keras2_model.h5"):
        for array in load(FILES / name).values():
            assert not array.flags.owndata, name


def test_tensors_that_share_numbers_share_them_here() -> None:
    found = load(FILES / "torch_tensors.pt")
    assert np.shares_memory(found["plain"], found["transposed"])
    assert found["repeated"].strides == (4, 0)


def test_numbers_of_an_onnx_model_beside_it(tmp_path: Path) -> None:
    model = onnx.load(FILES / "onnx_bytes.onnx")
    (tmp_path / "data").mkdir()
    onnx.save(model, tmp_path / "m.onnx", save_as_external_data=True, location="data/w.bin", size_threshold=0)
    wanted = expected("onnx_bytes.onnx")
    for variable, array in load(tmp_path / "m.onnx").items():
        assert same(array, wanted[variable]), variable
    (tmp_path / "data" / "w.bin").write_bytes(b"short")
    with pytest.raises(WeightsError, match=r"w\.bin' is broken at byte \d+: the initializer 'FLOAT'"):
        load(tmp_path / "m.onnx")
    (tmp_path / "data" / "w.bin").unlink()
    with pytest.raises(
        WeightsError, match=r"the initializer 'FLOAT' lies in the file 'data/w\.bin', which is not there"
    ):
        load(tmp_path / "m.onnx")


@pytest.mark.parametrize("location", ["../w.bin", "/etc/passwd", "a/../../w.bin", "", "link", "a\\..\\..\\w.bin"])
def test_numbers_outside_of_a_models_folder(tmp_path: Path, location: str) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(8))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a").mkdir()
    (folder / "link").symlink_to(tmp_path / "w.bin")
    tensor = numpy_helper.from_array(np.zeros(2, np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    (folder / "m.onnx").write_bytes(helper.make_model(helper.make_graph([], "g", [], [], [tensor])).SerializeToString())
    with pytest.raises(WeightsError, match=r"the initializer 'w' lies in the file .* leaves the folder"):
        load(folder / "m.onnx")


class Code:
    """What runs a command when Python unpickles it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.file),))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_with_code_in_it(tmp_path: Path, protocol: int) -> None:
    marker = tmp_path / "executed"
    (tmp_path / "w.pt").write_bytes(pickle.dumps({"w": Code(marker)}, protocol=protocol))
    with pytest.raises(
        WeightsError, match=r"w\.pt' is broken at byte \d+: it asks for 'posix\.mkdir', and only tensors"
    ):
        load(tmp_path / "w.pt")
    assert not marker.exists()


def torch_zip(path: Path, data: bytes, **files: bytes) -> Path:
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("w/data.pkl", data)
        for name, content in files.items():
            archive.writestr(f"w/{name.replace('__', '/')}", content)
    return path


STORAGE = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ"


def tensor(offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    def numbers(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(b"\x8a\x08" + struct.pack("<q", value) for value in values) + b"t"

    body = numbers((offset,))[1:-1] + numbers(shape) + numbers(strides) + b"\x89)t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE + body + b"R"


def test_archives_of_torch_made_by_hand(tmp_path: Path) -> None:
    table = b"\x80\x02}(X\x01\x00\x00\x00w" + tensor(1, (3,), (1,)) + b"u."
    path = torch_zip(tmp_path / "w.pt", table, data__0=np.arange(4, dtype=np.float32).tobytes())
    np.testing.assert_array_equal(load(path)["w"], [1, 2, 3])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (tensor(2, (3,), (1,)), "reaches past the 16 bytes of its storage, at the value of 'w'"),
        (tensor(0, (1 << 40, 1 << 40), (0, 0)), "repeats the 16 bytes of its storage"),
        (tensor(0, (4,), (-1,)), "is no row of lengths"),
        (tensor(0, (4,), (1, 1)), "1 axes has 2 strides"),
        (b"cposix\nsystem\n(X\x02\x00\x00\x00idtR", "it asks for 'posix.system'"),
        (b"cbuiltins\neval\n", "it asks for 'builtins.eval'"),
        (b"ctorch._utils\n_rebuild_qtensor\n", "it asks for 'torch._utils._rebuild_qtensor'"),
        (b"ctorch._utils\n_rebuild_sparse_tensor\n", "it asks for 'torch._utils._rebuild_sparse_tensor'"),
        (b"c__main__\nNet\n", "it asks for '__main__.Net'.*save the state_dict alone"),
        (b"r\xff\xff\xff\x7f" + b"T\xff\xff\xff\x7f", "a value is missing|a pickle is broken|would take"),
        (b"\x8b\xff\xff\xff\x7f", "a number of 2147483647 bytes"),
        (b"i__main__\nNet\n", "the operation b'i', which stores no tensors"),
        (b"\x82\x01", r"the operation b'\\x82', which stores no tensors"),
    ],
)
def test_broken_archives_of_torch(tmp_path: Path, value: bytes, message: str) -> None:
    path = torch_zip(tmp_path / "w.pt", b"\x80\x02}(X\x01\x00\x00\x00w" + value + b"u.", data__0=bytes(16))
    with pytest.raises(WeightsError, match=rf"w\.pt' is broken at byte \d+: .*({message})"):
        load(path)


def test_other_refusals_of_torch(tmp_path: Path) -> None:
    table = b"\x80\x02}(X\x01\x00\x00\x00w" + tensor(0, (4,), (1,)) + b"u."
    with pytest.raises(WeightsError, match="big'-endian"):
        load(torch_zip(tmp_path / "a.pt", table, data__0=bytes(16), byteorder=b"big"))
    with pytest.raises(WeightsError, match="is a TorchScript program"):
        load(torch_zip(tmp_path / "b.pt", table, code____0=b""))
    with pytest.raises(WeightsError, match="the storage '0' is missing"):
        load(torch_zip(tmp_path / "c.pt", table))
    with pytest.raises(WeightsError, match="the storage '0' has 12 bytes"):
        load(torch_zip(tmp_path / "d.pt", table, data__0=bytes(12)))
    twice = b"\x80\x02}(X\x01\x00\x00\x00wK\x01X\x01\x00\x00\x00wK\x01u."
    with pytest.raises(WeightsError, match="it has the name 'w' twice"):
        load(torch_zip(tmp_path / "e.pt", twice))
    itself = b"\x80\x02}q\x00X\x01\x00\x00\x00wh\x00s."
    with pytest.raises(WeightsError, match="its tables hold more tables than a model's, or themselves"):
        load(torch_zip(tmp_path / "f.pt", itself))
    doubling = b"\x80\x02]q\x00" + b"".join(
        b"](h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(40)
    )
    with pytest.raises(WeightsError, match=r"ends with other than one value|its tables hold more"):
        load(torch_zip(tmp_path / "g.pt", doubling + b"."))
    with pytest.raises(WeightsError, match=r"other than one value|hold more"):
        load(torch_zip(tmp_path / "h.pt", b"\x80\x02" + b"]q\x00" + doubling[5:] + b"0" * 39 + b"."))


def test_a_changed_storage_of_torch(tmp_path: Path) -> None:
    data = bytearray((FILES / "torch_tensors.pt").read_bytes())
    at = data.index(expected("torch_tensors.pt")["plain"].tobytes())
    data[at + 5] ^= 1
    (tmp_path / "w.pt").write_bytes(data)
    message = rf"w\.pt' is broken at byte {at}: the checksum of '.*/data/0' is wrong, of the tensor 'plain'"
    with pytest.raises(WeightsError, match=message):
        load(tmp_path / "w.pt")


def safetensors(path: Path, header: str, data: bytes) -> Path:
    path.write_bytes(struct.pack("<Q", len(header)) + header.encode() + data)
    return path


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' * 2, "it has the name 'a' twice"),
        ('"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},', "the tensor 'a' would take 8 bytes"),
        ('"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]},', "'a' does not begin where 'the header' ends"),
        ('"a":{"dtype":"F32","shape":[],"data_offsets":[0,3]},', r"of shape \[\] and dtype F32 lies in 3 bytes"),
        ('"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]},', "has no shape and offsets"),
        ('"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]},', "lies in 0 bytes"),
        ('"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]},', "has the dtype 'Q4'"),
        ('"a":[],', "has no shape and offsets"),
        ('"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},', "the tensors end there, and the file at"),
        ("[", "the header cannot be read"),
        ("[" * 100_000, "the header cannot be read"),
    ],
)
def test_broken_safetensors(tmp_path: Path, rows: str, message: str) -> None:
    header = "{" + rows.removesuffix(",") + "}"
    with pytest.raises(WeightsError, match=rf"w\.safetensors' is broken at byte \d+: .*{message}"):
        load(safetensors(tmp_path / "w.safetensors", header, bytes(4)))


def test_a_header_of_too_many_values(tmp_path: Path) -> None:
    header = json.dumps({"__metadata__": [[]] * 500_000})
    with pytest.raises(WeightsError, match="the header has more than 1000002 values"):
        load(safetensors(tmp_path / "w.safetensors", header, b""))
