"""What only training, sessions and input pipelines need: such a name can be looked at, but using it is an error."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import TrainingError
from rnn2onnx.ir import user_location

_INSTEAD = (
    "Record the inference graph only, call rnn2onnx.compile(graph, outputs, weights=...), and run the result with "
    "Program.run(feeds)."
)
_DENSE = "No compiled program has such values: give dense tensors, and lengths for rows that end early."
_ADVICE = {
    "tf.IndexedSlices": _DENSE,
    "tf.RaggedTensor": _DENSE,
    "tf.app": "Scripts read their command line with argparse; a model gets its sizes as arguments.",
    "tf.data": "Inputs are placeholders in the graph, and arrays in Program.run(feeds).",
    "tf.numpy_function": "No compiled program can hold Python code: write it with operations, or feed what it gives.",
    "tf.py_func": "No compiled program can hold Python code: write it with operations, or feed what it gives.",
    "tf.py_function": "No compiled program can hold Python code: write it with operations, or feed what it gives.",
}


def refuse(name: str) -> TrainingError:
    """The error of a call that only training, or running inside TensorFlow, needs; the caller raises it.

    Args:
        name: The call as the user writes it, such as ``tf.train.AdamOptimizer``.
    """
    advice = next((_ADVICE[key] for key in _ADVICE if name == key or name.startswith(f"{key}.")), _INSTEAD)
    return TrainingError(
        f"{name} is not part of rnn2onnx: it compiles recurrent models that are trained already, and neither trains "
        f"nor runs them in a session. {advice}",
        user_location(),
    )


class _Refusing(type):
    """The class of names that only training needs: calling one is an error, and so is calling what is in it."""

    _refused: str

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise refuse(cls._refused)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return refused(f"{cls._refused}.{name}")

    def __repr__(cls) -> str:
        return f"<{cls._refused}, which rnn2onnx does not have>"


def refused(name: str) -> Any:
    """What stands for a name that only training needs.

    It is a class, so that annotations, ``isinstance`` and subclasses made for training do no harm where a model is only
    recorded. Any attribute of it is refused in the same way.

    Args:
        name: The name as the user writes it, such as ``tf.train.AdamOptimizer``.
    """
    return _Refusing(name.rpartition(".")[2], (), {"_refused": name, "__doc__": f"{name}: not part of rnn2onnx."})
