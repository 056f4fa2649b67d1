from __future__ import annotations

import pytest

from rnn2onnx.units import bytes_text, seconds_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 µs"),
        (1.234e-6, "1.23 µs"),
        (999.4e-6, "999 µs"),
        (999.6e-6, "1 ms"),
        (0.0123, "12.3 ms"),
        (0.99951, "1 s"),
        (12345.6, "12346 s"),
    ],
)
def test_times_have_three_digits_and_the_unit_that_fits(seconds, text):
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (3_421_000, "3.42 MB")])
def test_bytes_have_the_unit_that_fits(size, text):
    assert bytes_text(size) == text
