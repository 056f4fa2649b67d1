"""Every box of the catalogue of tests has tests that are there, or a reason."""

from __future__ import annotations

import ast
import fnmatch
import functools
from pathlib import Path

import pytest

from tests.catalogue import COVERED, LEFT_OUT
from tests.golden.registry import load

HERE = Path(__file__).parent
CASES = tuple(load())
LAST = {"A": 19, "B": 41, "C": 36, "D": 49, "E": 18, "F": 44, "H": 5, "I": 28}
"""How many boxes a section has that are numbered."""


@functools.cache
def functions_of(file: str) -> frozenset[str]:
    """The names of the test functions in a file."""
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def is_there(reference: str) -> bool:
    file, is_a_test, name = reference.partition("::")
    if is_a_test:
        return (HERE / file).exists() and name in functions_of(file)
    return bool(fnmatch.filter(CASES, reference))


@pytest.mark.parametrize("box", COVERED)
def test_what_covers_a_box_is_there(box: str) -> None:
    references = COVERED[box].split()
    assert references
    assert [reference for reference in references if not is_there(reference)] == []


def test_every_box_is_covered_or_has_a_reason() -> None:
    numbered = {f"{section}{number}" for section, last in LAST.items() for number in range(1, last + 1)}
    assert numbered - COVERED.keys() - LEFT_OUT.keys() == set()
    assert COVERED.keys() & LEFT_OUT.keys() == set()
    assert all(reason.endswith(".") for reason in LEFT_OUT.values())


def test_what_is_not_there_is_found_out() -> None:
    assert not is_there("cells/no_such_case")
    assert not is_there("test_catalogue.py::test_no_such_test")
    assert not is_there("no_such_file.py::test_what_is_not_there_is_found_out")
    assert is_there("test_catalogue.py::test_what_is_not_there_is_found_out")
