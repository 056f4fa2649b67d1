"""What of a region is more than the cache holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnn2onnx.ir import Builder, Type, evaluate, parse
from rnn2onnx.passes.tiling.cache import Cache
from rnn2onnx.passes.tiling.regions import regions_of
from rnn2onnx.targets import ONNXRUNTIME
from tests.passes.sorted_rows import LAYERS, ONE, native

TARGET = replace(ONNXRUNTIME, inside_rows=7, inside_numbers=1, costs=replace(ONNXRUNTIME.costs, cache=160.0))


def cache(text: str, times: int = 1) -> Cache:
    (region,) = regions_of(parse(text).block, lengths=True)
    return Cache(region, TARGET, times)


def test_what_is_computed_to_be_walked_is_counted() -> None:
    # A product of two numbers, and the sum behind the first recurrence.
    assert cache(LAYERS).fits == 160 // (8 + 8)
    assert cache(LAYERS, 3).fits == 3 * 160 // (8 + 8)
    assert cache(ONE).fits is None, "an input is there anyway"
    # A quarter of four gates of two numbers.
    assert cache(native("lstm", "forward")).fits == 160 // 8


def test_products_of_many_rows_are_for_the_step() -> None:
    assert cache(LAYERS).inside == 7
    assert cache(native("gru", "forward")).inside is None
    assert str(cache(LAYERS)) == "there are more than 10 steps of rows, and fewer than 7 rows"
    assert str(cache(native("lstm", "forward"))) == "there are more than 20 steps of rows"


@pytest.mark.parametrize(
    ("batch", "rows", "together", "expected"),
    [("6", 6, 11, True), ("6", 6, 10, False), ("7", 7, 99, False), ("B", 6, 11, True), ("B", 7, 99, False)],
)
def test_whether_it_is_too_small(batch: str, rows: int, together: int, expected: bool) -> None:
    builder = Builder("sizes")
    sizes = [builder.input(name, Type(np.dtype(np.int64), ())) for name in ("rows", "together")]
    value = cache(LAYERS.replace("B", batch)).is_too_small(builder, *sizes)
    found = evaluate(builder.finish([("y", value)]), {"rows": np.int64(rows), "together": np.int64(together)})
    assert found["y"] == expected
