"""Dtypes given as arguments, with the user's line in the error where it is none."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnn2onnx.tf.dtypes import DType, as_dtype, numpy_dtype
from rnn2onnx.tf.located import located


def dtype_of(given: Any) -> DType:
    """The dtype that an argument stands for.

    Raises:
        DTypeError: It stands for none.
    """
    with located():
        return as_dtype(given).base_dtype


def element_dtype(given: Any) -> np.dtype[Any]:
    """The numpy dtype that an argument stands for.

    Raises:
        DTypeError: It stands for none.
    """
    with located():
        return numpy_dtype(given)
