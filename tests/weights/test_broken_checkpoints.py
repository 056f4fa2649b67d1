"""Checkpoints that are cut, changed or made to mislead: one error that says where."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights import entries, load
from rnn2onnx.weights.tensorflow.sorted_table import MAGIC
from tests.weights.fixtures import FILES
from tests.weights.tensor_bundle_writer import (
    block_of,
    chunk,
    entry,
    header,
    number,
    shape,
    table,
    table_of,
    varint,
    write_bundle,
)

ARRAY = np.arange(6, dtype=np.float32).reshape(2, 3)
DATA = "m.data-00000-of-00001"


def _bundle(folder: Path, rows: Iterable[tuple[bytes, bytes]], data: bytes = ARRAY.tobytes(), **options: Any) -> Path:
    (folder / "m.index").write_bytes(table(rows, **options))
    (folder / DATA).write_bytes(data)
    return folder / "m"


def test_a_shard_that_is_missing(tmp_path: Path) -> None:
    copy = shutil.copytree(FILES / "tf1_sharded", tmp_path / "copy")
    (copy / "model.ckpt-7.data-00001-of-00003").unlink()
    with pytest.raises(WeightsError, match=r"'on/1' at byte \d+ of .*data-00001-of-00003.*no such file"):
        load(copy)


def test_an_index_that_is_missing(tmp_path: Path) -> None:
    copy = shutil.copytree(FILES / "tf1_sharded", tmp_path / "copy")
    (copy / "model.ckpt-7.index").unlink()
    for path in (copy, copy / "model.ckpt-7", copy / "model.ckpt-7.data-00000-of-00003"):
        with pytest.raises(WeightsError, match=r"index .*model\.ckpt-7\.index' is missing"):
            load(path)


def test_a_flipped_byte_of_a_variable(tmp_path: Path) -> None:
    write_bundle(tmp_path / "m", {"first": ARRAY, "second": ARRAY})
    data = bytearray((tmp_path / DATA).read_bytes())
    data[30] ^= 1
    (tmp_path / DATA).write_bytes(data)
    with pytest.raises(WeightsError, match=r"data-00000-of-00001' is broken at byte 24: .*checksum.*'second'"):
        load(tmp_path / "m")
    np.testing.assert_array_equal(entries(tmp_path / "m")["first"].read(), ARRAY)


def test_a_flipped_byte_of_the_index(tmp_path: Path) -> None:
    write_bundle(tmp_path / "m", {"v": ARRAY})
    data = bytearray((tmp_path / "m.index").read_bytes())
    data[10] ^= 1
    (tmp_path / "m.index").write_bytes(data)
    with pytest.raises(WeightsError, match=r"m\.index' is broken at byte 0: the checksum of the block"):
        load(tmp_path / "m")


def test_a_shard_cut_short(tmp_path: Path) -> None:
    write_bundle(tmp_path / "m", {"v": ARRAY})
    (tmp_path / DATA).write_bytes(ARRAY.tobytes()[:-1])
    with pytest.raises(
        WeightsError, match=r"00001' is broken at byte 23: the variable 'v' takes .* 0 to 24.*cut short"
    ):
        entries(tmp_path / "m")


@pytest.mark.parametrize("size", [0, 1, 47, 48, 100])
def test_an_index_cut_short(tmp_path: Path, size: int) -> None:
    write_bundle(tmp_path / "m", {"v": ARRAY})
    content = (tmp_path / "m.index").read_bytes()
    (tmp_path / "m.index").write_bytes(content[:size])
    with pytest.raises(WeightsError, match=rf"m\.index' is broken at byte {size}: .*cut short"):
        load(tmp_path / "m")


def test_another_magic(tmp_path: Path) -> None:
    write_bundle(tmp_path / "m", {"v": ARRAY})
    content = (tmp_path / "m.index").read_bytes()
    (tmp_path / "m.index").write_bytes(content[:-1] + b"\0")
    with pytest.raises(WeightsError, match=r"does not end as a table does"):
        load(tmp_path / "m.index")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(b"", header(endianness=1)), (b"v", entry(ARRAY, 0))], "big-endian"),
        ([(b"", number(1, 1) + chunk(3, number(2, 9)))], "asks for readers of version 9"),
        ([(b"v", entry(ARRAY, 0))], "has no header"),
        ([(b"", header()), (b"v", entry(ARRAY, 0)), (b"v", entry(ARRAY, 0))], "the key 'v' is there twice"),
        ([(b"", header()), (b"v", entry(ARRAY, 0)), (b"u", entry(ARRAY, 0))], "the key 'u' is not in order"),
        ([(b"", header()), (b"u", entry(ARRAY, 0)), (b"v", entry(ARRAY, 8, size=16))], "'v' has bytes of another"),
        ([(b"", header()), (b"v", entry(ARRAY, 0, shard=1))], "'v' is in file 1 of 1"),
        ([(b"", header()), (b"v", entry(ARRAY, 0, shape=(2, 4)))], r"'v' of \[2, 4\] float32 takes 32 bytes.*has 24"),
        ([(b"", header()), (b"v", entry(ARRAY, 0, shape=(1 << 50, 0), size=0))], "which no array has"),
        ([(b"", header()), (b"v", entry(ARRAY, 0, shape=(1,) * 40, size=4))], "which no array has"),
        ([(b"", header()), (b"v", entry(ARRAY, 0, shape=((1 << 64) - 1, 6)))], "which no array has"),
        ([(b"", header()), (b"v", entry(ARRAY, 1 << 62))], "cut short"),
        ([(b"", header()), (b"v", entry(ARRAY, 0, size=1 << 62))], "cut short"),
        ([(b"", header()), (b"v", entry(ARRAY, 0, dtype=77))], "'v' has TensorFlow's dtype 77"),
        ([(b"", header()), (b"v", chunk(2, b"\x12"))], "no end"),
        ([(b"", header()), (b"v", b"\x0b")], "of the kind 3, which is not read"),
        ([(b"", header()), (b"v", b"\x00")], "there is no field 0"),
        ([(b"", header()), (b"v", b"\xff" * 11)], "no end"),
        ([(b"", header()), (b"\xff\xfe", entry(ARRAY, 0))], "no UTF-8"),
    ],
)
def test_an_index_that_misleads(tmp_path: Path, rows: list[tuple[bytes, bytes]], message: str) -> None:
    with pytest.raises(WeightsError, match=rf"broken at byte \d+: .*{message}"):
        load(_bundle(tmp_path, rows))


@pytest.mark.parametrize(("kind", "name"), [(1, "snappy"), (4, "zstd"), (9, "kind 9")])
def test_a_compressed_table(tmp_path: Path, kind: int, name: str) -> None:
    with pytest.raises(WeightsError, match=rf"the block is compressed \({name}\)"):
        load(_bundle(tmp_path, [(b"", header())], compression=kind))


def test_more_restarts_than_bytes(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"restart points would take -\d+ bytes"):
        load(_bundle(tmp_path, [(b"", header())], restarts=0xFFFFFFFF))


def test_a_handle_beyond_the_end(tmp_path: Path) -> None:
    handles = varint(0) + varint(0) + varint(1 << 60) + varint(1 << 60)
    (tmp_path / "m.index").write_bytes(handles.ljust(40, b"\0") + MAGIC)
    with pytest.raises(WeightsError, match=r"a block of the table would take 1152921504606846976 bytes"):
        load(tmp_path / "m")


def test_keys_that_unpack_to_more_than_memory(tmp_path: Path) -> None:
    # Each key begins with the whole of the one before, so that a few bytes of file make a long one.
    long, rows = 1 << 16, []
    rows.append(varint(0) + varint(long) + varint(0) + b"a" * long)
    rows += [varint(long + index) + varint(1) + varint(0) + b"a" for index in range(1 << 12)]
    content = b"".join(rows)
    (tmp_path / "m.index").write_bytes(table_of(block_of(content)))
    with pytest.raises(WeightsError, match="too long ones"):
        load(tmp_path / "m")


def _sliced(sizes: Iterable[tuple[int, int]], full: tuple[int, ...]) -> bytes:
    boxes = b"".join(chunk(7, chunk(1, number(1, start) + number(2, size))) for start, size in sizes)
    return number(1, 1) + chunk(2, shape(full)) + boxes


@pytest.mark.parametrize(
    ("sizes", "full", "message"),
    [
        ([(0, 2)], (4,), "overlap or leave a part of it out"),
        ([(0, 2), (0, 2)], (4,), "overlap or leave a part of it out"),
        ([(0, 2), (2, 2)], (4,), r"the slice 'v\[2:4\]' is missing"),
        ([(0, 2), (3, 2)], (4,), r"'v\[3:5\]' is outside of the shape \[4\]"),
        ([(0, 2)], (2, 2), "outside of the shape"),
        ([(0, 2), ((1 << 64) - 2, 2)], (4,), "outside of the shape"),
        ([(0, 3)], (3,), r"the slice 'v\[0:3\]' is missing"),
        ([(0, 1 << 40)], (1 << 40,), "is missing"),
    ],
)
def test_slices_that_do_not_join(
    tmp_path: Path, sizes: list[tuple[int, int]], full: tuple[int, ...], message: str
) -> None:
    half = np.zeros(2, np.float32)
    key = b"\0" + b"v\0\1" + b"\1\1" + b"\x80\x82"
    rows = [(b"", header()), (key, entry(half, 0)), (b"v", _sliced(sizes, full))]
    with pytest.raises(WeightsError, match=message):
        load(_bundle(tmp_path, rows, half.tobytes()))


def test_a_slice_of_another_shape(tmp_path: Path) -> None:
    half = np.zeros(2, np.float32)
    key = b"\0" + b"v\0\1" + b"\1\1" + b"\x80\x82"
    rows = [(b"", header()), (key, entry(half, 0, shape=(2, 1))), (b"v", _sliced([(0, 2)], (2,)))]
    with pytest.raises(WeightsError, match=r"'v\[0:2\]' has another dtype or shape"):
        load(_bundle(tmp_path, rows, half.tobytes()))


@pytest.mark.parametrize("named", ["../m", "/etc/passwd", "sub/../../m", "a\\000b", "", "\\057etc/other", "/", ".."])
def test_a_path_that_leaves_its_folder(tmp_path: Path, named: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for place in (tmp_path, folder):
        write_bundle(place / "m", {"v": ARRAY})
    (folder / "checkpoint").write_text(f'model_checkpoint_path: "{named}"\n')
    with pytest.raises(WeightsError, match=r"checkpoint' is broken at byte 0: .*outside of the folder"):
        load(folder)


def test_a_link_that_leaves_its_folder(tmp_path: Path) -> None:
    write_bundle(tmp_path / "m", {"v": ARRAY})
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "checkpoint").write_text('model_checkpoint_path: "link/m"\n')
    with pytest.raises(WeightsError, match="outside of the folder"):
        load(folder)


@pytest.mark.parametrize("named", ["m", "./m", "sub/../m", "\\155", "ABSOLUTE"])
def test_a_path_that_stays_in_its_folder(tmp_path: Path, named: str) -> None:
    write_bundle(tmp_path / "m", {"v": ARRAY})
    (tmp_path / "sub").mkdir()
    path = named.replace("ABSOLUTE", str(tmp_path / "m"))
    (tmp_path / "checkpoint").write_text(f'all_model_checkpoint_paths: "x"\nmodel_checkpoint_path: "{path}"\n')
    np.testing.assert_array_equal(load(tmp_path)["v"], ARRAY)


def test_a_checkpoint_that_was_moved_with_its_folder(tmp_path: Path) -> None:
    for folder, array in (("old", ARRAY + 1), ("new", ARRAY)):
        (tmp_path / folder).mkdir()
        write_bundle(tmp_path / folder / "m", {"v": array})
    (tmp_path / "new" / "checkpoint").write_text(f'model_checkpoint_path: "{tmp_path}/old/m"\n')
    np.testing.assert_array_equal(load(tmp_path / "new")["v"], ARRAY)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"model_checkpoint_path: m", b'model_checkpoint_path: "m'])
def test_a_state_that_names_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "checkpoint").write_bytes(content)
    with pytest.raises(WeightsError, match=r"checkpoint' is broken at byte 0: it should name the newest checkpoint"):
        load(tmp_path)


def test_several_checkpoints_and_none_is_the_newest(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_bundle(tmp_path / name, {"v": ARRAY})
    with pytest.raises(WeightsError, match=r"several checkpoints .* one of a, b"):
        load(tmp_path)


def test_a_saved_model_without_variables(tmp_path: Path) -> None:
    shutil.copy(FILES / "tf1_saved_model" / "saved_model.pb", tmp_path)
    with pytest.raises(WeightsError, match=r"has no variables.*variables\.index"):
        load(tmp_path)
