"""Numbers of bytes as a person reads them."""

from __future__ import annotations


def bytes_text(size: int) -> str:
    """A size with its unit: ``3.42 MB``."""
    amount, units = float(size), ["bytes", "KB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{amount:.3g} {units[0]}"
