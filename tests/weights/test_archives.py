"""Zip archives that lie: about sizes, names, places and checksums."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights import load
from tests.weights.fixtures import FILES


def array(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def write(path: Path, *files: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, content in files:
            archive.writestr(name, content)
    return path


ONE = ("a.npy", array(np.ones(3)))


@pytest.mark.parametrize("name", ["../a.npy", "/a.npy", "b/../../a.npy", "C:/a.npy", "..\\a.npy"])
def test_a_path_that_leaves_the_archive(tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsError, match=r"w\.npz' is broken at byte \d+: .*a path that leaves its folder"):
        load(write(tmp_path / "w.npz", ONE, (name, ONE[1])))


def test_a_name_twice(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"broken at byte \d+: the archive has the name 'a\.npy' twice"):
        load(write(tmp_path / "w.npz", ONE, ONE))


def test_a_file_that_unpacks_to_more_than_the_archive_says(tmp_path: Path) -> None:
    path = write(tmp_path / "w.npz", ("a.npy", array(np.zeros(100_000))), method=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    small = len(array(np.zeros(1)))
    for header, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.index(header) + at, small)
    path.write_bytes(data)
    with pytest.raises(
        WeightsError, match=r"array 'a' of shape \[100000\] and dtype float64 takes other than the 8 bytes"
    ):
        load(path)
    # With a header that agrees it is the unpacking that shows it.
    lying = array(np.zeros(1)) + bytes(800_000)
    path = write(tmp_path / "w.npz", ("a.npy", lying), method=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    for header, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.index(header) + at, small)
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=rf"'a\.npy' unpacks to other than the {small} bytes the archive says"):
        load(path)


def test_an_archive_out_of_proportion(tmp_path: Path) -> None:
    path = write(tmp_path / "w.npz", ("a.npy", array(np.zeros(10 << 20))), method=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1 << 18
    with pytest.raises(WeightsError, match=r"its \d+ bytes would unpack to \d+; pack the archive again"):
        load(path)


def test_files_over_each_other(tmp_path: Path) -> None:
    path = write(tmp_path / "w.npz", ONE, ("b.npy", array(np.zeros(3))))
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"the file 'b\.npy' has another name in its own header"):
        load(path)


def test_a_changed_byte(tmp_path: Path) -> None:
    path = write(tmp_path / "w.npz", ONE)
    data = bytearray(path.read_bytes())
    at = data.index(np.ones(3).tobytes())
    data[at + 3] ^= 4
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"w\.npz' is broken at byte \d+: the checksum of 'a\.npy' is wrong"):
        load(path)


def test_what_is_no_array(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"'b\.txt' is no array"):
        load(write(tmp_path / "w.npz", ONE, ("b.txt", b"text")))


@pytest.mark.parametrize("missing", ["config.json", "model.weights.h5"])
def test_a_keras_file_without_a_part(tmp_path: Path, missing: str) -> None:
    with zipfile.ZipFile(FILES / "keras2_model.keras") as archive:
        files = [(name, archive.read(name)) for name in archive.namelist() if name != missing]
    with pytest.raises(WeightsError, match=r"is broken: a \.keras file has 'config\.json' and 'model\.weights\.h5'"):
        load(write(tmp_path / "w.keras", *files))


def test_a_compressed_keras_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(FILES / "keras2_model.keras") as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    found = load(write(tmp_path / "w.keras", *files, method=zipfile.ZIP_DEFLATED))
    assert {name: array.tobytes() for name, array in found.items()} == {
        name: array.tobytes() for name, array in load(FILES / "keras2_model.keras").items()
    }


def test_a_configuration_that_is_no_json(tmp_path: Path) -> None:
    with zipfile.ZipFile(FILES / "keras2_model.keras") as archive:
        weights = archive.read("model.weights.h5")
    with pytest.raises(WeightsError, match=r"w\.keras' is broken at byte \d+: the configuration 'config\.json'"):
        load(write(tmp_path / "w.keras", ("config.json", b"{'a"), ("model.weights.h5", weights)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"TREE", b"TRUE", "the list of members of .* is broken"),
        (b"SNOD", b"SNOW", "the list of members of .* is broken"),
        (b"HEAP", b"HELP", "the names in .* are broken"),
        (b"\x89HDF\r\n\x1a\n\x00", b"\x89HDF\r\n\x1a\n\x03", "an HDF5 file of version 3, which Keras does not write"),
    ],
)
def test_a_broken_hdf5_file(tmp_path: Path, old: bytes, new: bytes, message: str) -> None:
    data = (FILES / "keras2_model.weights.h5").read_bytes()
    (tmp_path / "w.h5").write_bytes(data.replace(old, new, 1))
    with pytest.raises(WeightsError, match=rf"w\.h5' is broken at byte \d+: {message}"):
        load(tmp_path / "w.h5")


def test_a_cut_hdf5_file(tmp_path: Path) -> None:
    data = (FILES / "keras2_model.h5").read_bytes()
    (tmp_path / "w.h5").write_bytes(data[:-100])
    with pytest.raises(WeightsError, match=rf"the file is cut short: it has {len(data) - 100} of {len(data)} bytes"):
        load(tmp_path / "w.h5")
