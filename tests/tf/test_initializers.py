"""Initializers have TensorFlow's distributions, fans, defaults and errors; the random numbers are numpy's."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.tf import dtypes, initializers
from rnn2onnx.tf.shapes.shape import TensorShape

F32 = np.dtype(np.float32)
LARGE = (400, 500)

RANDOM = {
    "RandomUniform": initializers.RandomUniform,
    "RandomNormal": initializers.RandomNormal,
    "TruncatedNormal": initializers.TruncatedNormal,
    "UniformUnitScaling": initializers.UniformUnitScaling,
    "VarianceScaling": initializers.VarianceScaling,
    "GlorotUniform": initializers.GlorotUniform,
    "GlorotNormal": initializers.GlorotNormal,
    "Orthogonal": initializers.Orthogonal,
    "he_normal": initializers.he_normal,
    "lecun_uniform": initializers.lecun_uniform,
    "xavier": initializers.xavier_initializer,
    "contrib": initializers.contrib_variance_scaling_initializer,
}
EVERY = {**RANDOM, "Zeros": initializers.Zeros, "Ones": initializers.Ones, "Identity": initializers.Identity}


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("dtype", [dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64], ids=str)
def test_values_have_the_shape_and_dtype_asked_for(name: str, dtype: dtypes.DType) -> None:
    initializer = EVERY[name]()
    wanted = dtypes.numpy_dtype(dtype)
    for shape in ((3, 4), (0, 3), (3, 0)):
        values = initializer.numpy(shape, wanted, 1)
        assert (values.shape, values.dtype) == (shape, wanted)
        called = initializer(list(shape), dtype)
        assert isinstance(called, np.ndarray)
        assert (called.shape, called.dtype) == (shape, wanted)
    assert initializer([2, 2]).dtype == np.float32


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"Orthogonal", "Identity"}))
def test_scalars_vectors_and_convolutions_have_initial_values(name: str) -> None:
    for shape in ((), (0,), (5,), (3, 3, 2, 4)):
        values = EVERY[name]().numpy(shape, F32, 3)
        assert isinstance(values, np.ndarray)
        assert values.shape == shape
        assert np.isfinite(values).all()


@pytest.mark.parametrize("name", RANDOM)
def test_the_own_seed_wins_over_the_given_one(name: str) -> None:
    free, seeded = RANDOM[name](), RANDOM[name](seed=7)
    np.testing.assert_array_equal(free.numpy((3, 4), F32, 7), seeded.numpy((3, 4), F32, 1))
    np.testing.assert_array_equal(seeded([3, 4]), seeded.numpy((3, 4), F32, 0))
    np.testing.assert_array_equal(free([3, 4]), free.numpy((3, 4), F32, 0))
    assert not np.array_equal(free.numpy((3, 4), F32, 1), free.numpy((3, 4), F32, 2))
    assert free.numpy((3, 4), F32, -1).shape == (3, 4)


@pytest.mark.parametrize(
    ("initializer", "shape", "limit"),
    [
        (initializers.RandomUniform(-0.5, 0.5), LARGE, 0.5),
        (initializers.UniformUnitScaling(), LARGE, math.sqrt(3 / 400)),
        (initializers.UniformUnitScaling(2.0), (20, 20, 500), 2 * math.sqrt(3 / 400)),
        (initializers.VarianceScaling(3.0, "fan_out", "uniform"), LARGE, math.sqrt(3 * 3 / 500)),
        (initializers.GlorotUniform(), LARGE, math.sqrt(6 / 900)),
        (initializers.GlorotUniform(), (3, 3, 100, 200), math.sqrt(6 / 2700)),
        (initializers.GlorotUniform(), (100_000,), math.sqrt(3 / 100_000)),
        (initializers.he_uniform(), LARGE, math.sqrt(6 / 400)),
        (initializers.lecun_uniform(), LARGE, math.sqrt(3 / 400)),
        (initializers.xavier_initializer(), LARGE, math.sqrt(6 / 900)),
        (initializers.contrib_variance_scaling_initializer(uniform=True), LARGE, math.sqrt(6 / 400)),
    ],
)
def test_uniform_values_fill_their_interval(initializer: Any, shape: tuple[int, ...], limit: float) -> None:
    values = initializer.numpy(shape, F32, 5)
    assert np.abs(values).max() == pytest.approx(limit, rel=1e-3)
    assert np.abs(values).max() <= np.float32(limit)
    assert values.std() == pytest.approx(limit / math.sqrt(3), rel=0.01)
    assert abs(values.mean()) < 0.02 * limit


@pytest.mark.parametrize(
    ("initializer", "stddev"),
    [
        (initializers.VarianceScaling(), math.sqrt(1 / 400)),
        (initializers.VarianceScaling(distribution="normal"), math.sqrt(1 / 400)),
        (initializers.GlorotNormal(), math.sqrt(2 / 900)),
        (initializers.he_normal(), math.sqrt(2 / 400)),
        (initializers.lecun_normal(), math.sqrt(1 / 400)),
    ],
)
def test_scaled_truncated_normals_have_their_variance_after_the_cut(initializer: Any, stddev: float) -> None:
    values = initializer.numpy(LARGE, F32, 5)
    assert values.std() == pytest.approx(stddev, rel=0.01)
    assert np.abs(values).max() == pytest.approx(2 * stddev / 0.87962566103423978, rel=1e-3)


def test_normals_have_mean_and_stddev() -> None:
    values = initializers.RandomNormal(1.0, 0.5).numpy(LARGE, F32, 5)
    assert (values.mean(), values.std()) == (pytest.approx(1.0, abs=0.01), pytest.approx(0.5, rel=0.01))
    assert np.abs(values - 1).max() > 1.5
    scaled = initializers.VarianceScaling(distribution="untruncated_normal").numpy(LARGE, F32, 5)
    assert scaled.std() == pytest.approx(math.sqrt(1 / 400), rel=0.01)
    assert np.abs(scaled).max() > 3 / 20


def test_truncated_normals_stay_within_two_stddevs() -> None:
    values = initializers.TruncatedNormal(1.0, 0.5).numpy(LARGE, F32, 5)
    assert np.abs(values - 1).max() <= 1.0
    assert values.std() == pytest.approx(0.5 * 0.87962566103423978, rel=0.01)
    contrib = initializers.xavier_initializer(uniform=False).numpy(LARGE, F32, 5)
    assert np.abs(contrib).max() <= 2 * math.sqrt(1.3 / 450) * (1 + 1e-6)
    assert contrib.std() == pytest.approx(math.sqrt(1.3 / 450) * 0.87962566103423978, rel=0.01)


def test_uniform_integers_lie_below_maxval() -> None:
    values = initializers.RandomUniform(2, 5, dtype=dtypes.int32)([1000])
    assert (values.dtype, values.min(), values.max()) == (np.int32, 2, 4)
    whole = initializers.RandomUniform()([1000])
    assert whole.min() >= 0
    assert 0.99 < whole.max() < 1


@pytest.mark.parametrize("shape", [(4, 6), (6, 4), (5, 5), (2, 3, 4), (2, 3, 8)])
def test_orthogonal_matrices_are_orthonormal(shape: tuple[int, ...]) -> None:
    matrix = initializers.Orthogonal(gain=2.0).numpy(shape, np.dtype(np.float64), 3).reshape(-1, shape[-1])
    rows, columns = matrix.shape
    gram = matrix @ matrix.T if rows < columns else matrix.T @ matrix
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-12)


def test_identity_is_an_eye() -> None:
    np.testing.assert_array_equal(initializers.Identity(2.0)([2, 3]), [[2, 0, 0], [0, 2, 0]])


def test_zeros_and_ones_come_in_every_dtype() -> None:
    for dtype in dtypes.DTYPES:
        zeros = initializers.Zeros()([2], dtype)
        assert zeros.dtype == dtypes.numpy_dtype(dtype)
        assert not zeros.any()
        if dtype is not dtypes.string:
            assert initializers.Ones()([2], dtype).all()
    assert list(initializers.Zeros()([2], dtypes.string)) == [b"", b""]


@pytest.mark.parametrize(
    ("value", "shape", "expected"),
    [
        (0.5, (2, 3), [[0.5] * 3] * 2),
        (3, (), 3.0),
        (True, (2,), [1.0, 1.0]),
        ([1, 2, 3], (3, 1), [[1], [2], [3]]),
        ([1, 2, 3], (2, 3), [[1, 2, 3], [3, 3, 3]]),
        (np.arange(4.0).reshape(2, 2), (4,), [0, 1, 2, 3]),
        (np.float32(2), (2,), [2, 2]),
        ([], (2,), [0, 0]),
        ([], (0,), []),
    ],
)
def test_constants_fill_the_shape(value: Any, shape: tuple[int, ...], expected: Any) -> None:
    values = initializers.Constant(value)(shape)
    assert (values.shape, values.dtype) == (shape, np.float32)
    np.testing.assert_array_equal(values, np.array(expected, np.float32))
    np.testing.assert_array_equal(initializers.Constant(value).numpy(shape, F32, 1), values)


def test_constant_arrays_are_cast_and_strings_kept() -> None:
    assert initializers.Constant(np.ones(2))([2], dtypes.int32).tolist() == [1, 1]
    assert initializers.Constant("a", dtypes.string)([2]).tolist() == ["a", "a"]
    assert initializers.Constant(7)([2], dtypes.int64).tolist() == [7, 7]


INT32 = dtypes.int32
ERRORS: dict[str, tuple[Any, type[Exception]]] = {
    "Invalid type for initial value={} of type: dict": (lambda: initializers.Constant({}), TypeError),
    "Invalid type for initial value=None of type: NoneType": (lambda: initializers.Constant(None), TypeError),
    "Too many elements provided. Takes at most 2, but got 3": (
        lambda: initializers.Constant([1, 2, 3])([2]),
        ValueError,
    ),
    "Expected Tensor's shape: (2, 3), but got (2,).": (
        lambda: initializers.Constant([1, 2], verify_shape=True)([2, 3]),
        TypeError,
    ),
    "Expected Tensor's shape: (2,), but got ().": (
        lambda: initializers.Constant(3)([2], verify_shape=True),
        TypeError,
    ),
    "Expected int32, but got 1.5 of type 'float'.": (lambda: initializers.Constant([1.5])([2], INT32), TypeError),
    "Expected bool, but got 3 of type 'int'.": (lambda: initializers.Constant(3)([2], dtypes.bool), TypeError),
    "Expected float32, but got 'a' of type 'str'.": (lambda: initializers.Constant("a")([2]), TypeError),
    "Rows of different lengths": (lambda: initializers.Constant([[1, 2], [3]])([3]), ValueError),
    "Initial value 300 does not fit int8": (lambda: initializers.Constant(300)([1], dtypes.int8), ValueError),
    "Must specify maxval for integer dtype tf.int32": (
        lambda: initializers.RandomUniform(dtype=INT32)([2]),
        ValueError,
    ),
    "Need minval < maxval, got 5 >= 3": (lambda: initializers.RandomUniform(5, 3)([2], INT32), ValueError),
    "Expected int32, but got 5.5": (lambda: initializers.RandomUniform(0, 5.5)([2], INT32), TypeError),
    "Argument `dtype` got invalid value <dtype: 'bool'>": (
        lambda: initializers.RandomUniform()([2], dtypes.bool),
        ValueError,
    ),
    "Argument `scale` must be a positive float. Received: 0": (
        lambda: initializers.VarianceScaling(scale=0),
        ValueError,
    ),
    "Argument `mode` should be one of ('fan_in', 'fan_out', 'fan_avg'). Received: foo": (
        lambda: initializers.VarianceScaling(mode="foo"),
        ValueError,
    ),
    "Argument `distribution` should be one of": (
        lambda: initializers.VarianceScaling(distribution="foo"),
        ValueError,
    ),
    "The tensor to initialize, specified by argument `shape` must be at least two-dimensional": (
        lambda: initializers.Orthogonal()([2]),
        ValueError,
    ),
    "The tensor to initialize, specified by argument `shape` must be at least": (
        lambda: initializers.Identity()([2, 2, 2]),
        ValueError,
    ),
    "None values not supported": (lambda: initializers.Zeros()(None), ValueError),
    "Expected int32, but got None of type 'NoneType'": (lambda: initializers.Zeros()([2, None]), TypeError),
    "Cannot convert the argument `type_value`: 'foo'": (lambda: initializers.Zeros("foo"), TypeError),
    "Expected string, but got 1": (lambda: initializers.Ones()([2], dtypes.string), TypeError),
    "Unknown mode foo": (lambda: initializers.contrib_variance_scaling_initializer(mode="foo"), TypeError),
    "Cannot create initializer for non-floating point type": (
        lambda: initializers.xavier_initializer(dtype=INT32),
        TypeError,
    ),
    "Unknown initializer: 'glorot_unifrom'. Names close to it: glorot_uniform": (
        lambda: initializers.get("glorot_unifrom"),
        ValueError,
    ),
    "Could not interpret initializer identifier: 5": (lambda: initializers.get(5), ValueError),
    "Initializer is an Initializer without __call__": (lambda: initializers.Initializer()([2]), TypeError),
}


@pytest.mark.parametrize("message", ERRORS)
def test_wrong_arguments_are_named(message: str) -> None:
    make, error = ERRORS[message]
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert isinstance(caught.value, Rnn2OnnxError)


@pytest.mark.parametrize(
    "name", sorted(set(RANDOM) - {"RandomUniform", "he_normal", "lecun_uniform", "xavier", "contrib"})
)
def test_float_initializers_refuse_integers(name: str) -> None:
    with pytest.raises(ValueError, match="Argument `dtype` is expected to be floating point"):
        RANDOM[name](dtype=INT32)
    with pytest.raises(TypeError, match=r"Expected int32, but got 0.0 of type 'float'"):
        RANDOM[name]()([2, 2], INT32)


def test_defaults_are_tensorflow_1s() -> None:
    expected = {
        "zeros": {"dtype": "float32"},
        "ones": {"dtype": "float32"},
        "constant": {"value": 0, "dtype": "float32"},
        "random_uniform": {"minval": 0.0, "maxval": None, "seed": None, "dtype": "float32"},
        "random_normal": {"mean": 0.0, "stddev": 1.0, "seed": None, "dtype": "float32"},
        "truncated_normal": {"mean": 0.0, "stddev": 1.0, "seed": None, "dtype": "float32"},
        "uniform_unit_scaling": {"factor": 1.0, "seed": None, "dtype": "float32"},
        "orthogonal": {"gain": 1.0, "seed": None, "dtype": "float32"},
        "identity": {"gain": 1.0, "dtype": "float32"},
        "glorot_uniform": {"seed": None, "dtype": "float32"},
        "glorot_normal": {"seed": None, "dtype": "float32"},
        **{
            name: {"scale": scale, "mode": "fan_in", "distribution": kind, "seed": None, "dtype": "float32"}
            for name, scale, kind in [
                ("variance_scaling", 1.0, "truncated_normal"),
                ("he_normal", 2.0, "truncated_normal"),
                ("he_uniform", 2.0, "uniform"),
                ("lecun_normal", 1.0, "truncated_normal"),
                ("lecun_uniform", 1.0, "uniform"),
            ]
        },
    }
    assert {name: make().get_config() for name, make in initializers.BY_NAME.items()} == expected


@pytest.mark.parametrize("name", EVERY)
def test_a_config_makes_an_equal_initializer(name: str) -> None:
    initializer = EVERY[name](**({} if name in ("Zeros", "Ones", "Identity") else {"seed": 3}))
    again = type(initializer).from_config(initializer.get_config())
    assert again.get_config() == initializer.get_config()
    np.testing.assert_array_equal(again([3, 3]), initializer([3, 3]))


def test_shapes_may_be_tensor_shapes_and_single_lengths() -> None:
    assert initializers.Zeros()(TensorShape([2, 3])).shape == (2, 3)
    assert initializers.Ones()(3).shape == (3,)


def test_a_part_of_a_variable_is_scaled_as_the_whole() -> None:
    part = SimpleNamespace(full_shape=[4000, 500], var_offset=[400, 0])
    values = initializers.VarianceScaling(distribution="uniform")([400, 500], partition_info=part)
    assert np.abs(values).max() == pytest.approx(math.sqrt(3 / 4000), rel=1e-3)
    eye = initializers.Identity()([1, 3], partition_info=SimpleNamespace(full_shape=[3, 3], var_offset=[2, 0]))
    assert eye.tolist() == [[0.0, 0.0, 1.0]]


@pytest.mark.parametrize(
    ("shape", "fans"), [((), (1, 1)), ((5,), (5, 5)), ((3, 4), (3, 4)), ((2, 3, 4), (6, 8)), ((5, 2, 3, 4), (30, 40))]
)
def test_fans_multiply_with_the_window(shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    assert initializers.compute_fans(shape) == fans


def test_names_resolve_with_keras_defaults() -> None:
    assert isinstance(initializers.get("zeros"), initializers.Zeros)
    assert isinstance(initializers.get("Zeros"), initializers.Zeros)
    assert isinstance(initializers.get("one"), initializers.Ones)
    assert isinstance(initializers.get("GlorotUniform"), initializers.GlorotUniform)
    assert initializers.get("he_normal").get_config() == initializers.he_normal().get_config()
    assert initializers.get("HeNormal").get_config() == initializers.he_normal().get_config()
    uniform, normal = initializers.get("uniform"), initializers.get("truncated_normal")
    assert (uniform.minval, uniform.maxval) == (-0.05, 0.05)
    assert (type(normal), normal.stddev) == (initializers.TruncatedNormal, 0.05)


def test_get_takes_objects_classes_functions_and_configs() -> None:
    zeros = initializers.Zeros()

    def ones(shape: Any) -> Any:
        return np.ones(shape)

    assert initializers.get(None) is None
    assert initializers.get(zeros) is zeros
    assert initializers.get(ones) is ones
    assert isinstance(initializers.get(initializers.Orthogonal), initializers.Orthogonal)
    assert initializers.get({"class_name": "Constant", "config": {"value": 3}}).value == 3


def test_calls_the_user_wrote_are_not_drawn() -> None:
    class Halves(initializers.Zeros):
        def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            return np.full(shape, 0.5, np.float32)

    class Own(initializers.Initializer):
        def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            return np.ones(shape)

    assert [initializers.is_drawn(each) for each in (Halves(), Own(), len)] == [False, False, False]
    assert all(initializers.is_drawn(make()) for make in initializers.BY_NAME.values())
