"""Modules that TensorFlow has and this project has not: any name can be imported, and is refused when it is used."""

from __future__ import annotations

__all__: list[str] = []
