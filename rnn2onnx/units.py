"""Numbers with their units, as a person reads them."""

from __future__ import annotations


def bytes_text(size: int) -> str:
    """A number of bytes in the unit that fits: ``3.42 MB``."""
    amount, units = float(size), ["bytes", "KB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{amount:.3g} {units[0]}"


def seconds_text(seconds: float) -> str:
    """A time in the unit that fits: ``1.25 ms``."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        # What is rounded to 1000 of a unit is 1 of the next.
        if seconds >= 0.9995 * size:
            return f"{_three_digits(seconds / size)} {unit}"
    return f"{_three_digits(seconds * 1e6)} µs"


def error_text(error: float) -> str:
    """An error in two digits."""
    return "exact" if error == 0 else f"{error:.1e}"


def _three_digits(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"
