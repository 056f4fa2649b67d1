"""The opsets that the installed onnxruntime loads: Python 3.10 gets one that knows fewer."""

from __future__ import annotations

import onnxruntime

NEWEST = 26 if tuple(map(int, onnxruntime.__version__.split(".")[:2])) >= (1, 24) else 23
EVERY = tuple(range(13, NEWEST + 1))
SOME = (13, 17, 21, NEWEST)
