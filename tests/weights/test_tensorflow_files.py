"""Files that TensorFlow 1.15 and 2.15 wrote: bit-equal, whatever part of them is named."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights import entries, load
from rnn2onnx.weights.reading.bounded_file import BoundedFile
from rnn2onnx.weights.tensorflow.tensor_proto import TensorValues
from rnn2onnx.weights.tensorflow.tensor_slices import TensorSlice, covers
from rnn2onnx.weights.tensorflow.tensor_types import DTYPES
from tests.weights.fixtures import FILES, NAMES, expected, same
from tests.weights.tensor_bundle_writer import chunk, entry, header, number, table, varint, write_bundle

TENSORFLOW = [name for name in NAMES if name.startswith("tf")]


@pytest.mark.parametrize("name", TENSORFLOW)
def test_every_array_has_every_bit(name: str) -> None:
    wanted = expected(name)
    found = load(FILES / name, keep="" if name.endswith("training") else None)
    assert set(found) == set(wanted)
    for variable, array in wanted.items():
        assert same(found[variable], array), variable


@pytest.mark.parametrize("name", TENSORFLOW)
def test_the_list_says_what_reading_gives(name: str) -> None:
    for listed in entries(FILES / name).values():
        array = listed.read()
        assert (array.dtype, array.shape, array.nbytes) == (listed.dtype, listed.shape, listed.nbytes)


@pytest.mark.parametrize("path", ["", "model.ckpt-7", "model.ckpt-7.index", "model.ckpt-7.data-00001-of-00003"])
def test_any_name_of_a_checkpoint_will_do(path: str) -> None:
    assert set(load(FILES / "tf2_sharded" / path)) == set(expected("tf2_sharded"))


@pytest.mark.parametrize("path", ["", "saved_model.pb", "variables", "variables/variables"])
def test_any_name_of_a_saved_model_will_do(path: str) -> None:
    assert set(load(FILES / "tf1_saved_model" / path)) == {"dense/kernel"}


def test_a_relative_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FILES / "tf1_dtypes")
    assert set(load("model.ckpt-7")) == set(load("."))


def test_variables_of_objects_have_their_own_names_and_places() -> None:
    found = entries(FILES / "tf2_objects")
    assert found["first/kernel"].path == "model/layer_with_weights-0/kernel"
    slots = entries(FILES / "tf2_legacy_optimizer")
    assert {name for name, slot in slots.items() if slot.optimizer} == {
        f"Adam/{layer}/{part}/{slot}" for layer in ("first", "second") for part in ("kernel", "bias") for slot in "mv"
    }


@pytest.mark.parametrize("edition", ["tf1", "tf2"])
def test_a_frozen_variable_is_told_from_a_constant(edition: str) -> None:
    found = entries(FILES / f"{edition}_frozen.pb")
    assert {name for name, listed in found.items() if not listed.constant} == {"cell/kernel", "cell/resource"}


def test_arrays_are_views_that_nobody_can_write() -> None:
    found = load(FILES / "tf1_dtypes")
    assert not any(array.flags.writeable or array.flags.owndata for array in found.values() if array.size)


def test_one_variable_is_read_without_the_others(tmp_path: Path) -> None:
    small = np.arange(5, dtype=np.float32)
    huge = (1 << 30,)
    with open(tmp_path / "m.data-00000-of-00001", "wb") as file:
        file.write(small.tobytes())
        file.truncate(small.nbytes + 4 * huge[0])
    (tmp_path / "m.index").write_bytes(
        table(
            [
                (b"", header()),
                (b"huge", entry(np.zeros(0, np.float32), small.nbytes, shape=huge, size=4 * huge[0], crc=1)),
                (b"small", entry(small, 0)),
            ]
        )
    )
    found = entries(tmp_path / "m")
    assert found["huge"].nbytes == 4 << 30
    # The huge one's checksum is wrong, which reading it would have shown.
    np.testing.assert_array_equal(found["small"].read(), small)


@pytest.mark.parametrize(
    "dtype", [d for d in dict.fromkeys(DTYPES.values()) if d.name.startswith(("float8", "int4", "uint4"))]
)
def test_dtypes_that_no_variable_of_tensorflow_215_has(tmp_path: Path, dtype: np.dtype[Any]) -> None:
    array = np.arange(-3 if dtype.name != "uint4" else 0, 4).astype(dtype)
    write_bundle(tmp_path / "m", {"v": array})
    assert same(load(tmp_path / "m")["v"], array)


def test_a_model_that_needs_no_graph_is_refused_as_one() -> None:
    with pytest.raises(WeightsError, match=r"tf1_graph\.meta' is a MetaGraph.*holds no weights.*checkpoint"):
        load(FILES / "tf1_graph.meta")


def test_a_meta_graph_is_known_by_its_content(tmp_path: Path) -> None:
    shutil.copy(FILES / "tf2_graph.meta", tmp_path / "graph.pb")
    with pytest.raises(WeightsError, match=r"graph\.pb' is a MetaGraph"):
        load(tmp_path / "graph.pb")


def _values(dtype: int, shape: tuple[int, ...], content: bytes) -> NDArray[Any]:
    return TensorValues(BoundedFile("f", memoryview(content)), dtype, DTYPES[dtype], shape, "it").read()


def test_lists_packed_or_not_and_the_last_number_repeated() -> None:
    packed = chunk(7, b"".join(varint(v & (1 << 64) - 1) for v in (1, -2, 300)))
    single = b"".join(number(7, v & (1 << 64) - 1) for v in (1, -2, 300))
    for content in (packed, single, chunk(7, varint(1)) + number(7, (1 << 64) - 2) + chunk(7, varint(300))):
        np.testing.assert_array_equal(_values(3, (2, 2), content), [[1, -2], [300, 300]])
    floats = np.array([1.5, -2], "<f4")
    np.testing.assert_array_equal(_values(1, (2,), chunk(5, floats.tobytes())), floats)
    single = b"".join(varint(5 << 3 | 5) + v.tobytes() for v in floats)
    np.testing.assert_array_equal(_values(1, (3,), single), [1.5, -2, -2])
    np.testing.assert_array_equal(_values(14, (1,), chunk(13, varint(0x3FC0))), np.array([1.5], ml_dtypes.bfloat16))
    np.testing.assert_array_equal(_values(9, (2, 1), b""), [[0], [0]])


def test_a_number_repeated_beyond_memory_takes_none() -> None:
    array = _values(1, (1 << 20, 1 << 20), chunk(5, np.float32(2).tobytes()))
    assert array.shape == (1 << 20, 1 << 20)
    assert array[-1, -1] == 2


def test_long_lists_are_read_in_blocks() -> None:
    numbers = np.random.default_rng(0).integers(-(2**62), 2**62, 100_000)
    content = b"".join(varint(int(v) & (1 << 64) - 1) for v in numbers)
    np.testing.assert_array_equal(_values(9, (100_000,), chunk(10, content)), numbers)


@pytest.mark.parametrize(
    ("extents", "key"),
    [
        (((0, -1),), b"\0\x01a\0\x01\x01\x01\x80\x7f"),
        (((63, 64),), b"\0\x01a\0\x01\x01\x01\xbf\xc0\x40"),
        (((300, 10000),), b"\0\x01a\0\x01\x01\x01\xc1\x2c\xe0\x27\x10"),
    ],
)
def test_keys_of_slices(extents: tuple[tuple[int, int], ...], key: bytes) -> None:
    assert TensorSlice(extents).key("a") == b"\0" + key[1:].replace(b"\x01a", b"a", 1)


def test_boxes_that_fill_a_shape() -> None:
    def box(*sides: int) -> tuple[slice, ...]:
        return tuple(slice(*side) for side in zip(sides[::2], sides[1::2], strict=True))

    assert covers([box(0, 2, 0, 3), box(2, 5, 0, 3)], (5, 3))
    assert covers([box(0, 2, 0, 1), box(0, 2, 1, 3), box(2, 5, 0, 3)], (5, 3))
    assert covers([box()], ())
    assert covers([], (0, 3))
    assert not covers([box(0, 2, 0, 3), box(1, 4, 0, 3)], (5, 3))
    assert not covers([box(0, 2, 0, 3), box(0, 3, 0, 3)], (5, 3))
    assert not covers([box(0, 3, 0, 2), box(0, 3, 1, 3), box(3, 4, 0, 3)], (5, 3))
    assert not covers([], (1,))
