"""Dtypes given as arguments, with the user's line in the error where it is none."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.tf.dtypes import DType, as_dtype, numpy_dtype


def dtype_of(given: Any) -> DType:
    """The dtype that an argument stands for.

    Raises:
        DTypeError: It stands for none.
    """
    return as_dtype(given).base_dtype


def element_dtype(given: Any) -> np.dtype[Any]:
    """The numpy dtype that an argument stands for.

    Raises:
        DTypeError: It stands for none.
    """
    return numpy_dtype(given)
