"""What a recurrent cell must have to be one, and which dtypes the built-in cells take."""

from __future__ import annotations

from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.nest import flatten
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.recording.conversion import convert_to_tensor

ASSERT_LIKE_RNNCELL_ERROR_REGEXP = "is not an RNNCell"
"""What every message of ``assert_like_rnncell`` contains."""


def assert_like_rnncell(cell_name: str, cell: Any) -> None:
    """Returns when ``cell`` has what a recurrent cell needs, whatever its class.

    Args:
        cell_name: The name of the argument, for the message.
        cell: What was given for it.

    Raises:
        ArgumentTypeError: It lacks ``output_size``, ``state_size``, both of ``zero_state`` and ``get_initial_state``,
            cannot be called, or is a class of cells rather than a cell.

    Source:
        ``tensorflow.python.ops.rnn_cell_impl.assert_like_rnncell``.
    """
    missing = []
    if not hasattr(cell, "output_size"):
        missing.append("'output_size' property is missing")
    if not hasattr(cell, "state_size"):
        missing.append("'state_size' property is missing")
    if not hasattr(cell, "get_initial_state") and not hasattr(cell, "zero_state"):
        missing.append("either 'zero_state' or 'get_initial_state' method is required")
    if not callable(cell):
        missing.append("is not callable")
    if missing:
        raise ArgumentTypeError(
            f"The argument {cell_name!r} ({cell}) is not an RNNCell: {', '.join(missing)}.", user_location()
        )
    if isinstance(cell, type):
        # TensorFlow lets a class pass and fails at its first method.
        raise ArgumentTypeError(
            f"The argument {cell_name!r} is the class {cell.__name__}, whose methods are missing 1 required positional "
            f"argument: 'self'; give an instance, such as {cell.__name__}(...).",
            user_location(),
        )


def check_floating(dtype: Any) -> None:
    """Returns when ``dtype`` is None or floating point.

    Raises:
        ArgumentError: It is another dtype.
    """
    if dtype is not None and not as_dtype(dtype).is_floating:
        raise ArgumentError(
            f"RNN cell only supports floating point inputs, but received dtype: {as_dtype(dtype)}. "
            "Cast the input with tf.cast, or look ids up in an embedding.",
            user_location(),
        )


def check_floating_tensors(*structures: Any) -> None:
    """Returns when all leaves of some nests are of floating point dtypes.

    Raises:
        ArgumentError: One is not.
    """
    for leaf in flatten(structures):
        check_floating(leaf.dtype if hasattr(leaf, "dtype") else convert_to_tensor(leaf).dtype)
