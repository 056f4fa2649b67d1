"""CRC-32C of large buffers, by array operations: about as fast as memory is copied."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78
"""Castagnoli's, lowest bit first: without x^32."""

_LAGS = (4323, 5259, 5685)
"""1 + x^426 + x^1362 + x^5685 is a multiple of the polynomial, and (squared k times) so is the same in x^(2^k): any
group of 2^k bits may be added, without carry, to the three groups that come these many later instead of being divided.
Found by search: the first lag is how many groups one array operation moves, so it should be large, and the last is how
many groups remain in the end, so it should be small."""

_PASSES = ((np.dtype(np.uint64), 8), (np.dtype(np.uint64), 1), (np.dtype(np.uint8), 1))
"""The groups of the passes over long, shorter and short data: a dtype, and how many of it one group has. A step of the
first pass moves 270 kB, which the processor's cache holds."""

_HISTORY = 4
"""How many steps pass before what later steps need is copied to the front of the scratch array (2 MB)."""


def masked_crc32c(*buffers: memoryview) -> int:
    """The checksum as TensorFlow and LevelDB store it, of buffers one after the other.

    Source: Castagnoli, Bräuer, Herrmann (1993), "Optimization of cyclic redundancy-check codes"; folding by a sparse
        multiple: Russell (2024), "Chorba: a novel CRC32 implementation"; the mask: LevelDB, ``crc32c::Mask``.
    """
    crc = 0
    for buffer in buffers:
        crc = crc32c(buffer, crc)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(buffer: memoryview, crc: int = 0) -> int:
    """The checksum of a buffer; ``crc`` is that of what comes before it."""
    data, state = np.frombuffer(buffer, np.uint8), crc ^ 0xFFFFFFFF
    for dtype, scale in _PASSES:
        size = dtype.itemsize * scale
        if len(data) >= size * (_LAGS[0] + _LAGS[2]):
            whole = len(data) // size * size
            last = _folded(data[:whole].view(dtype), scale, state)
            data, state = np.concatenate([last.view(np.uint8), data[whole:]]), 0
    if len(data) < 4:
        for byte in data.tolist():
            state = _shifted(state ^ byte, 8)
    else:
        bits = np.unpackbits(data, bitorder="little").view(bool)
        bits[:32] ^= np.unpackbits(np.frombuffer(_bytes(state), np.uint8), bitorder="little").view(bool)
        state = int(np.bitwise_xor.reduce(_powers()[-len(bits) :][bits], initial=0))
    return state ^ 0xFFFFFFFF


def _folded(groups: NDArray[Any], scale: int, state: int) -> NDArray[Any]:
    """The last groups, to which all others have been added: they leave the same remainder.

    Args:
        groups: The data in words or bytes; ``scale`` of them make one group of the lags.
        scale: A power of two.
        state: Added to the first four bytes.
    """
    near, middle, far = (lag * scale for lag in _LAGS)
    end = len(groups) - far
    scratch = np.zeros(far + _HISTORY * near, groups.dtype)
    at, done = far, 0
    while done < end:
        step = min(near, end - done)
        if at + step > len(scratch):
            scratch[:far] = scratch[at - far : at]
            at = far
        out = scratch[at : at + step]
        np.bitwise_xor(groups[done : done + step], scratch[at - near : at - near + step], out=out)
        if done == 0 and state:
            out.view(np.uint8)[:4] ^= np.frombuffer(_bytes(state), np.uint8)
        out ^= scratch[at - middle : at - middle + step]
        out ^= scratch[at - far : at - far + step]
        at += step
        done += step
    history = scratch[at - far : at]
    last = groups[end:].copy()
    last[:near] ^= history[far - near :]
    last[:middle] ^= history[far - middle :]
    last ^= history
    return last


@functools.cache
def _powers() -> NDArray[np.uint32]:
    """What a single bit leaves, the last one being that of the last bit of as many bytes as folding leaves at most."""
    powers = np.empty(8 * (_LAGS[0] + _LAGS[2]), np.uint32)
    state = 1
    for index in reversed(range(len(powers))):
        state = _shifted(state, 1)
        powers[index] = state
    return powers


def _shifted(state: int, bits: int) -> int:
    for _ in range(bits):
        state = state >> 1 ^ (_POLYNOMIAL if state & 1 else 0)
    return state


def _bytes(state: int) -> bytes:
    return state.to_bytes(4, "little")
