"""What a namespace gives for a name it does not have: a refusal to look at, or an error with the nearest names."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable
from typing import Any

from rnn2onnx.errors import UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.refusals.refused_names import REFUSED
from rnn2onnx.tf.refusals.training import refused

_MODULES = {
    "keras": "rnn2onnx.keras",
    "keras.activations": "rnn2onnx.keras.activations",
    "keras.backend": "rnn2onnx.keras.backend",
    "keras.constraints": "rnn2onnx.keras.constraints",
    "keras.initializers": "rnn2onnx.keras.initializers",
    "keras.layers": "rnn2onnx.keras.layers",
    "keras.models": "rnn2onnx.keras.models",
    "keras.regularizers": "rnn2onnx.keras.regularizers",
    "keras.utils": "rnn2onnx.keras.utils",
    "tf": "rnn2onnx.tf",
    "tf.app": "rnn2onnx.tf.app",
    "tf.compat": "rnn2onnx.tf.compat",
    "tf.contrib": "rnn2onnx.tf.contrib",
    "tf.contrib.crf": "rnn2onnx.tf.contrib.crf",
    "tf.contrib.cudnn_rnn": "rnn2onnx.tf.contrib.cudnn_rnn",
    "tf.contrib.framework": "rnn2onnx.tf.contrib.framework",
    "tf.contrib.layers": "rnn2onnx.tf.contrib.layers",
    "tf.contrib.learn": "rnn2onnx.tf.contrib.learn",
    "tf.contrib.legacy_seq2seq": "rnn2onnx.tf.contrib.legacy_seq2seq",
    "tf.contrib.rnn": "rnn2onnx.tf.contrib.rnn",
    "tf.contrib.slim": "rnn2onnx.tf.contrib.slim",
    "tf.contrib.training": "rnn2onnx.tf.contrib.training",
    "tf.contrib.seq2seq": "rnn2onnx.tf.contrib.seq2seq",
    "tf.contrib.util": "rnn2onnx.tf.contrib.util",
    "tf.debugging": "rnn2onnx.tf.debugging",
    "tf.dtypes": "rnn2onnx.tf.dtypes",
    "tf.errors": "rnn2onnx.tf.tf_errors",
    "tf.estimator": "rnn2onnx.tf.estimator",
    "tf.flags": "rnn2onnx.tf.flags",
    "tf.gfile": "rnn2onnx.tf.gfile",
    "tf.initializers": "rnn2onnx.tf.initializers",
    "tf.keras": "rnn2onnx.keras.v1",
    "tf.keras.layers": "rnn2onnx.keras.v1.layers",
    "tf.layers": "rnn2onnx.tf.layers",
    "tf.linalg": "rnn2onnx.tf.linalg",
    "tf.logging": "rnn2onnx.tf.logging",
    "tf.losses": "rnn2onnx.tf.losses",
    "tf.math": "rnn2onnx.tf.math",
    "tf.nest": "rnn2onnx.tf.nest",
    "tf.nn": "rnn2onnx.tf.nn",
    "tf.nn.rnn_cell": "rnn2onnx.tf.nn.rnn_cell",
    "tf.random": "rnn2onnx.tf.random",
    "tf.sparse": "rnn2onnx.tf.sparse",
    "tf.test": "rnn2onnx.tf.test",
    "tf.train": "rnn2onnx.tf.train",
}
_FEW = 20
_ELSEWHERE = {
    "tf.io": "Files are read with Python; inputs are placeholders in the graph, and arrays in Program.run(feeds).",
    "tf.strings": "A compiled program has no strings: look them up before, and feed their ids.",
}


def unknown(path: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a namespace.

    Args:
        path: The namespace as the user writes it, such as ``tf.nn``.
    """

    def getattr_(name: str) -> Any:
        if name in REFUSED.get(path, ()):
            return refused(f"{path}.{name}")
        # Python and its tools ask modules for names of their own, all of which begin so.
        if name.startswith("_"):
            raise AttributeError(f"{path} has no attribute {name!r}")
        raise UnsupportedError(f"rnn2onnx has no {path}.{name}. {_advice(path, name)}", user_location())

    return getattr_


def names_there_are() -> dict[str, str]:
    """Every name of every namespace, by its full path."""
    found: dict[str, str] = {}
    for path, module in _MODULES.items():
        loaded = sys.modules.get(module)
        for name in getattr(loaded, "__all__", ()):
            found[f"{path}.{name}"] = name
    return found


def _advice(path: str, name: str) -> str:
    if f"{path}.{name}" in _ELSEWHERE:
        return _ELSEWHERE[f"{path}.{name}"]
    near = _nearest(path, name)
    if near:
        return f"Nearest: {', '.join(near)}."
    there = [full for full, last in names_there_are().items() if full == f"{path}.{last}"]
    return f"There are: {', '.join(there)}." if len(there) <= _FEW else "No name here is similar to it."


def _nearest(path: str, name: str) -> list[str]:
    wanted = name.lower()
    scores: list[tuple[float, str]] = []
    for full, last in names_there_are().items():
        matcher = difflib.SequenceMatcher(None, last.lower(), wanted)
        if matcher.quick_ratio() < 0.6:
            continue
        likeness = matcher.ratio()
        if wanted in last.lower() or (last.lower() in wanted and len(last) > 3):
            likeness = max(likeness, 0.8)
        if likeness >= 0.6:
            # Of names that are equally near, those of the same namespace come first.
            scores.append((-likeness - (0.02 if full == f"{path}.{last}" else 0), full))
    return [full for _, full in sorted(scores)[:5]]
