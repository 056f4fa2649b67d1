"""DTypes behave as in TensorFlow 2.15, from which the expected values were read."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from rnn2onnx.errors import DTypeError
from rnn2onnx.tf import dtypes

FLOATS = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)
SIGNED = (dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64)
UNSIGNED = (dtypes.uint8, dtypes.uint16, dtypes.uint32, dtypes.uint64)


def test_every_dtype_is_one_kind() -> None:
    for dtype in dtypes.DTYPES:
        assert dtype.is_floating == (dtype in FLOATS)
        assert dtype.is_integer == (dtype in SIGNED + UNSIGNED)
        assert dtype.is_unsigned == (dtype in UNSIGNED)
        assert dtype.is_bool == (dtype is dtypes.bool)
        assert not dtype.is_complex
        assert dtype.base_dtype is dtype.real_dtype is dtype
    assert len(dtypes.DTYPES) == len(FLOATS + SIGNED + UNSIGNED) + 2


def test_aliases_are_the_same_object() -> None:
    assert dtypes.half is dtypes.float16
    assert dtypes.double is dtypes.float64


def test_text_is_tensorflows() -> None:
    assert str(dtypes.float32) == "<dtype: 'float32'>"
    assert repr(dtypes.bool) == "tf.bool"
    assert dtypes.bfloat16.name == "bfloat16"


@pytest.mark.parametrize("dtype", dtypes.DTYPES, ids=str)
def test_numpy_types_go_there_and_back(dtype: dtypes.DType) -> None:
    assert dtypes.as_dtype(dtype.as_numpy_dtype) is dtype
    assert dtypes.as_dtype(dtypes.numpy_dtype(dtype)) is dtype
    assert dtypes.as_dtype(np.zeros(2, dtype.as_numpy_dtype)) is dtype
    assert dtypes.as_dtype(dtype.name) is dtype
    assert isinstance(dtype.as_numpy_dtype, type)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (float, dtypes.float32),
        (bool, dtypes.bool),
        (object, dtypes.string),
        ("half", dtypes.float16),
        ("float", dtypes.float32),
        ("double", dtypes.float64),
        (np.longlong, dtypes.int64),
        (np.dtype(">f4"), dtypes.float32),
        (np.dtype("U5"), dtypes.string),
        (np.bytes_, dtypes.string),
        (np.int8(3), dtypes.int8),
    ],
)
def test_as_dtype_takes_what_tensorflow_takes(value: Any, dtype: dtypes.DType) -> None:
    assert dtypes.as_dtype(value) is dtype
    assert dtype == value


@pytest.mark.parametrize("value", [None, "foo", "int", "f4", 3.5, 1, int, str, [], {}, dict, np.complex64, np.void])
def test_anything_else_is_no_dtype(value: Any) -> None:
    with pytest.raises(TypeError) as caught:
        dtypes.as_dtype(value)
    assert str(caught.value).startswith(f"Cannot convert the argument `type_value`: {value!r} to a TensorFlow DType.")
    assert isinstance(caught.value, DTypeError)
    assert dtypes.float32 != value


def test_equal_dtypes_have_equal_hashes() -> None:
    assert len({dtypes.float32, dtypes.as_dtype("float32"), dtypes.as_dtype(np.float32)}) == 1
    assert dtypes.float32 != dtypes.float64
    assert dtypes.float32 in (np.float32,)


def test_copies_are_the_same_dtype() -> None:
    assert copy.deepcopy(dtypes.float32) is dtypes.float32
    assert pickle.loads(pickle.dumps(dtypes.bool)) is dtypes.bool


def test_compatible_means_equal() -> None:
    assert dtypes.float32.is_compatible_with("float32")
    assert not dtypes.float32.is_compatible_with(dtypes.float64)
    with pytest.raises(TypeError, match="Cannot convert"):
        dtypes.float32.is_compatible_with("foo")


def test_extremes_are_those_of_the_type() -> None:
    assert (dtypes.int8.min, dtypes.int8.max) == (-128, 127)
    assert (dtypes.uint64.min, dtypes.uint64.max) == (0, 2**64 - 1)
    assert dtypes.float32.max == np.finfo(np.float32).max
    assert dtypes.float16.min == -65504
    assert float(dtypes.bfloat16.max) == pytest.approx(3.38953e38, rel=1e-5)
    for dtype in FLOATS:
        assert type(dtype.min) is type(dtype.max) is dtype.as_numpy_dtype
    for dtype in (dtypes.bool, dtypes.string):
        with pytest.raises(TypeError, match=r"Cannot find minimum value of <dtype:"):
            _ = dtype.min
        with pytest.raises(TypeError, match=r"Cannot find maximum value of <dtype:"):
            _ = dtype.max


def test_limits_are_those_of_image_intensities() -> None:
    assert dtypes.float32.limits == dtypes.float64.limits == (0, 1)
    assert dtypes.int8.limits == (0, 127)
    assert dtypes.uint16.limits == (0, 65535)
    assert dtypes.bool.limits == (0, True)
    for dtype in (dtypes.float16, dtypes.bfloat16, dtypes.string):
        with pytest.raises(ValueError, match="does not have defined limits"):
            _ = dtype.limits


def test_size_is_in_bytes() -> None:
    sizes = {dtype.name: dtype.size for dtype in dtypes.DTYPES}
    assert sizes["bfloat16"] == sizes["float16"] == 2
    assert (sizes["float64"], sizes["int8"], sizes["bool"], sizes["string"]) == (8, 1, 1, 0)


def test_numpy_dtype_takes_every_form() -> None:
    assert dtypes.numpy_dtype("half") == np.float16
    assert dtypes.numpy_dtype(dtypes.int64) == np.dtype(np.int64)
    assert dtypes.numpy_dtype(dtypes.string) == np.dtype(object)


def test_ml_dtypes_waits_until_bfloat16_is_asked_for() -> None:
    code = (
        "import sys; from rnn2onnx.tf import dtypes; assert 'ml_dtypes' not in sys.modules; "
        "dtypes.bfloat16.as_numpy_dtype; assert 'ml_dtypes' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
