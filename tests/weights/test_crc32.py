"""The checksum of zip archives, joined from those of parts."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from rnn2onnx.weights.reading import crc32 as module
from rnn2onnx.weights.reading.crc32 import crc32, joined


@pytest.mark.parametrize("cut", [0, 1, 7, 500, 999, 1000])
def test_two_parts_joined(cut: int) -> None:
    data = np.random.default_rng(0).bytes(1000)
    first, second = data[:cut], data[cut:]
    assert joined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(data)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 997])
@pytest.mark.parametrize("processors", [1, 2, 5, None])
def test_parts_on_processors(monkeypatch: pytest.MonkeyPatch, size: int, processors: int | None) -> None:
    monkeypatch.setattr(module, "_PART", 32)
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    data = np.random.default_rng(1).bytes(size)
    assert crc32(memoryview(data)) == zlib.crc32(data)
