"""The checksum: known values, and any way of cutting the data."""

from __future__ import annotations

import numpy as np
import pytest

from rnn2onnx.weights.reading.crc32c import crc32c, masked_crc32c


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_published_values(data: bytes, value: int) -> None:
    assert crc32c(memoryview(data)) == value


def test_the_mask() -> None:
    # LevelDB's: rotated right by 15 bits, and a constant added.
    crc = 0xE3069283
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert masked_crc32c(memoryview(b"1234"), memoryview(b"56789")) == masked


@pytest.mark.parametrize(
    "size", [1, 3, 4, 5, 5685, 10007, 10008, 10009, 80063, 80064, 80071, 640511, 640512, 2_000_003]
)
def test_every_way_of_folding_is_the_definition(size: int) -> None:
    data = np.random.default_rng(size).integers(0, 256, size, dtype=np.uint8)
    state = 0xFFFFFFFF
    # Long data are compared with pieces too short to be folded, which the sizes before it prove.
    if size <= 10009:
        for byte in data.tolist():
            state ^= byte
            for _ in range(8):
                state = state >> 1 ^ (0x82F63B78 if state & 1 else 0)
        state ^= 0xFFFFFFFF
    else:
        state = 0
        for start in range(0, size, 5000):
            state = crc32c(memoryview(data[start : start + 5000]), state)
    assert crc32c(memoryview(data)) == state
    assert crc32c(memoryview(data[size // 3 :]), crc32c(memoryview(data[: size // 3]))) == state
