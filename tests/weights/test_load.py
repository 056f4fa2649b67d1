"""Weights files: what is read, and what is refused with one message."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights import load


def test_an_npz_gives_its_arrays_by_name(tmp_path: Path) -> None:
    arrays = {
        "cell/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
        "step": np.array(7),
        "empty": np.zeros((0, 2)),
    }
    np.savez(tmp_path / "w.npz", **arrays)
    found = load(tmp_path / "w.npz")
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
def test_another_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.npz").write_bytes(content)
    with pytest.raises(WeightsError, match=r"w\.npz.*(broken|in no format that is read)"):
        load(tmp_path / "w.npz")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(WeightsError, match=r"no weights file 'nowhere\.npz'"):
        load("nowhere.npz")


def test_a_cut_array_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.npz", "w") as archive:
        archive.writestr("whole.npy", b"\x93NUMPY\x01\x00" + bytes(3))
    with pytest.raises(WeightsError, match=r"w\.npz.*broken at byte \d+: the header of the array 'whole'"):
        load(tmp_path / "w.npz")


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", code=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(WeightsError, match=r"broken at byte \d+: the array 'code' holds Python objects.*allow_pickle"):
        load(tmp_path / "w.npz")
