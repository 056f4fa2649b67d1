"""``tf.gfile``: plain files, which model files read vocabularies and tables from."""

from __future__ import annotations

import glob as _glob
import os as _os
import shutil as _shutil
from collections.abc import Iterator
from typing import Any

from rnn2onnx.tf.refusals.unknown_names import unknown

__all__ = [
    "Copy",
    "Exists",
    "FastGFile",
    "GFile",
    "Glob",
    "IsDirectory",
    "ListDirectory",
    "MakeDirs",
    "MkDir",
    "Open",
    "Remove",
    "Rename",
    "Walk",
]


def GFile(name: str, mode: str = "r") -> Any:  # noqa: N802
    """An open file; text is UTF-8. Source: ``tf.gfile.GFile``."""
    return open(name, mode, encoding=None if "b" in mode else "utf-8")


Open = FastGFile = GFile


def Exists(filename: str) -> bool:  # noqa: N802
    """Whether there is such a file or folder."""
    return _os.path.exists(filename)


def IsDirectory(dirname: str) -> bool:  # noqa: N802
    """Whether it is a folder."""
    return _os.path.isdir(dirname)


def ListDirectory(dirname: str) -> list[str]:  # noqa: N802
    """The names of what is in a folder."""
    return _os.listdir(dirname)


def Glob(filename: str) -> list[str]:  # noqa: N802
    """The files that a pattern names."""
    return _glob.glob(filename)


def MakeDirs(dirname: str) -> None:  # noqa: N802
    """Makes a folder and those it is in, unless it is there."""
    _os.makedirs(dirname, exist_ok=True)


def MkDir(dirname: str) -> None:  # noqa: N802
    """Makes a folder."""
    _os.mkdir(dirname)


def Copy(oldpath: str, newpath: str, overwrite: bool = False) -> None:  # noqa: N802
    """Copies a file; one that is there stays unless ``overwrite``."""
    if overwrite or not _os.path.exists(newpath):
        _shutil.copyfile(oldpath, newpath)


def Rename(oldname: str, newname: str, overwrite: bool = False) -> None:  # noqa: N802
    """Renames a file."""
    _os.replace(oldname, newname)


def Remove(filename: str) -> None:  # noqa: N802
    """Removes a file."""
    _os.remove(filename)


def Walk(top: str, in_order: bool = True) -> Iterator[Any]:  # noqa: N802
    """The folders below one, with the names in each."""
    return _os.walk(top, topdown=in_order)


__getattr__ = unknown("tf.gfile")
