"""A few hundred of the broken files of ``tests.weights.fuzz``."""

from __future__ import annotations

from tests.weights.fixtures import NAMES
from tests.weights.fuzz import fuzz


def test_broken_files_give_one_error_or_the_right_arrays() -> None:
    outcomes = fuzz(12 * len(NAMES), seed=4)
    assert set(outcomes) <= {"refused", "read", "read, other arrays"}
    # Most cuts and flips hurt; if none were noticed, none were made.
    assert outcomes["refused"] > 6 * len(NAMES)
