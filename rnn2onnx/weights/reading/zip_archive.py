"""Zip archives behind checks: where each file lies, and its bytes, no more of them than the archive says.

Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.place import Place
from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile
from rnn2onnx.weights.reading.crc32 import crc32

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_STORED, _DEFLATED = 0, 8
_MOST_FILES = 100_000
_PIECE = 1 << 18
_GROWTH = 32
"""What an archive may unpack to, as a multiple of its own size, beyond ``SLACK``."""


@dataclass(frozen=True)
class ZipFile:
    """One file of an archive.

    Attributes:
        name: Its path inside the archive.
        archive: The whole archive.
        offset: Where its bytes begin.
        packed: How many there are.
        size: How many there are when unpacked.
        method: How it is packed: not, or deflated.
        crc: The checksum of the unpacked bytes.
    """

    name: str
    archive: BoundedFile
    offset: int
    packed: int
    size: int
    method: int
    crc: int

    @property
    def stored(self) -> bool:
        """Whether the bytes lie in the archive as they are."""
        return self.method == _STORED

    @property
    def content(self) -> BoundedFile:
        """The file's bytes: a view of the archive where they are not compressed. The checksum is not looked at.

        Raises:
            WeightsError: It unpacks to another number of bytes than the archive says.
        """
        return self._packed if self.stored else self._unpack(self.size, whole=True)

    def beginning(self, size: int) -> BoundedFile:
        """The file's first bytes, at most ``size``; the rest is not unpacked.

        Raises:
            WeightsError: They cannot be unpacked.
        """
        if self.stored:
            return self._packed.part(0, min(size, self.size), f"the file {self.name!r}")
        return self._unpack(min(size, self.size), whole=False)

    @cached_property
    def checked(self) -> BoundedFile:
        """The file's bytes, their checksum compared, which reads all of them.

        Raises:
            WeightsError: As for ``content``, or the checksum is another.
        """
        content = self.content
        if crc32(content.data) != self.crc:
            raise self.archive.error(self.offset, f"the checksum of {self.name!r} is wrong")
        return content

    @property
    def _packed(self) -> BoundedFile:
        return self.archive.part(self.offset, self.packed, f"the file {self.name!r} of the archive")

    def _unpack(self, size: int, *, whole: bool) -> BoundedFile:
        """The first ``size`` bytes; where they are ``whole``, nothing may follow them."""
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        unpacked = bytearray()
        packed, at = self._packed.data, 0
        waiting = b""
        # One byte more than there may be shows that there are more.
        most = size + 1 if whole else size
        try:
            while not machine.eof and (waiting or at < len(packed)) and len(unpacked) < most:
                if not waiting:
                    waiting, at = bytes(packed[at : at + _PIECE]), at + _PIECE
                unpacked += machine.decompress(waiting, min(most - len(unpacked), _PIECE))
                waiting = machine.unconsumed_tail
        except zlib.error as error:
            raise self._packed.error(0, f"{self.name!r} cannot be unpacked: {error}") from None
        if len(unpacked) != size or (whole and not machine.eof):
            raise self._packed.error(0, f"{self.name!r} unpacks to other than the {self.size} bytes the archive says")
        return BoundedFile(f"{self.archive.path}:{self.name}", memoryview(unpacked).toreadonly())


def names_of_zip(place: Place) -> Collection[str]:
    """The names in what looks like a zip archive, however broken; empty for another file."""
    if place.head[:4] not in (_LOCAL, _END, _END64):
        return ()
    try:
        return zip_files(BoundedFile.open(place.path)).keys()
    except WeightsError:
        # The first file's own header tells what kind of archive it was.
        size = int.from_bytes(place.head[26:28], "little")
        return (place.head[30 : 30 + size].decode("utf-8", "replace"),)


def zip_files(archive: BoundedFile) -> dict[str, ZipFile]:
    """The files of an archive by their names, folders left out; nothing is unpacked.

    Raises:
        WeightsError: The archive is broken, a name comes twice or leaves the archive's folder, files lie over each
            other, or are encrypted or packed in a way other than deflation.
    """
    start, end, count = _directory(archive)
    found: dict[str, ZipFile] = {}
    offset = start
    for _ in range(count):
        header = archive.at(offset, 46, "the archive's list of files")
        if header[:4] != _CENTRAL or offset + 46 > end:
            raise archive.error(offset, "the archive's list of files is broken")
        flags, method, crc, packed, size = struct.unpack_from("<HH4xIII", header, 8)
        name_size, extra_size, comment_size = struct.unpack_from("<HHH", header, 28)
        local = struct.unpack_from("<I", header, 42)[0]
        name = _name(archive, offset + 46, name_size)
        extra = archive.part(offset + 46 + name_size, extra_size, f"the archive's record of {name!r}")
        size, packed, local = _wide(extra, name, (size, packed, local))
        if flags & 0x1 or flags & 0x40:
            raise archive.error(offset, f"{name!r} is encrypted")
        if method not in (_STORED, _DEFLATED) or (method == _STORED and size != packed):
            raise archive.error(offset, f"{name!r} is packed by the method {method} into {packed} of {size} bytes")
        if name in found:
            raise archive.error(offset, f"the archive has the name {name!r} twice")
        found[name] = ZipFile(name, archive, _data(archive, local, name), packed, size, method, crc)
        offset += 46 + name_size + extra_size + comment_size
    _check_places(archive, found, start)
    _check_sizes(archive, found)
    return {name: file for name, file in found.items() if not name.endswith("/")}


def _directory(archive: BoundedFile) -> tuple[int, int, int]:
    """The first and last byte of the list of files, and how many there are."""
    tail_at = max(len(archive) - 22 - 0xFFFF, 0)
    place = bytes(archive.data[tail_at:]).rfind(_END)
    if place < 0 or len(archive) - (tail_at + place) < 22:
        raise archive.error(len(archive), "the archive has no list of its files: it is cut short")
    end = tail_at + place
    count, size, start = struct.unpack_from("<HII", archive.data, end + 10)
    if archive.data[end - 20 : end - 16] == _LOCATOR64:
        end64 = struct.unpack_from("<Q", archive.data, end - 12)[0]
        record = archive.at(end64, 56, "the archive's wide list of files")
        if record[:4] != _END64:
            raise archive.error(end64, "the archive's wide list of files is broken")
        count, size, start = struct.unpack_from("<QQQ", record, 32)
    if start + size > end or count > _MOST_FILES or count * 46 > size:
        raise archive.error(end, f"the archive says that {count} files are listed in {size} bytes at {start}")
    return start, start + size, count


def _name(archive: BoundedFile, offset: int, size: int) -> str:
    raw = bytes(archive.at(offset, size, "the name of a file of the archive"))
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("cp437")
    parts = name.replace("\\", "/").split("/")
    if not name or "\0" in name or name[0] in "/\\" or ".." in parts or name[1:2] == ":":
        raise archive.error(offset, f"the archive has a file {name!r}, a path that leaves its folder")
    return name


def _wide(extra: BoundedFile, name: str, sizes: tuple[int, int, int]) -> tuple[int, int, int]:
    """Sizes and offset of a file, from the extra field of zip64 where they don't fit 32 bits."""
    if 0xFFFFFFFF not in sizes:
        return sizes
    offset = 0
    while offset + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra.data, offset)
        if kind == 1:
            body = extra.part(offset + 4, length, f"the wide sizes of {name!r}")
            wide, at = [], 0
            for size in sizes:
                if size == 0xFFFFFFFF:
                    wide.append(int.from_bytes(body.at(at, 8, f"the wide sizes of {name!r}"), "little"))
                    at += 8
                else:
                    wide.append(size)
            return wide[0], wide[1], wide[2]
        offset += 4 + length
    raise extra.error(0, f"the sizes of {name!r} are missing")


def _data(archive: BoundedFile, local: int, name: str) -> int:
    """Where a file's bytes begin, after its own header."""
    header = archive.at(local, 30, f"the header of {name!r}")
    if header[:4] != _LOCAL:
        raise archive.error(local, f"the header of {name!r} is broken")
    name_size, extra_size = struct.unpack_from("<HH", header, 26)
    if bytes(archive.at(local + 30, name_size, f"the header of {name!r}")) not in (name.encode(), _cp437(name)):
        raise archive.error(local + 30, f"the file {name!r} has another name in its own header")
    return int(local) + 30 + int(name_size) + int(extra_size)


def _cp437(name: str) -> bytes:
    return name.encode("cp437", "replace")


def _check_places(archive: BoundedFile, files: dict[str, ZipFile], end: int) -> None:
    """No two files share bytes: one packed byte must not become many unpacked ones."""
    last, before = 0, ""
    for file in sorted(files.values(), key=lambda file: (file.offset, file.packed)):
        if file.offset < last:
            raise archive.error(file.offset, f"the files {before!r} and {file.name!r} lie over each other")
        last, before = file.offset + file.packed, file.name
    if last > end:
        raise archive.error(end, f"the file {before!r} goes on past the beginning of the list of files")


def _check_sizes(archive: BoundedFile, files: dict[str, ZipFile]) -> None:
    """What is to be unpacked is in proportion to the archive: numbers that were trained don't compress to nothing."""
    size = sum(file.size for file in files.values() if not file.stored)
    if size > SLACK + _GROWTH * len(archive):
        raise archive.error(
            len(archive),
            f"its {len(archive)} bytes would unpack to {size}; pack the archive again without compression if that is "
            f"what you want",
        )
