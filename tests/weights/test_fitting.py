"""How the arrays of a file line up with a model's variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights import Entry, Expected, Fit, Given
from tests.weights.fixtures import FILES, expected

F32 = np.dtype(np.float32)


def _lined_up(have: Mapping[str, Any], want: Mapping[str, tuple[int, ...]], **options: Any) -> Fit:
    others = options.pop("others", ())
    given = Given.of({name: np.zeros(shape, np.float32) for name, shape in have.items()}, **options)
    return given.fit({name: Expected(F32, shape) for name, shape in want.items()}, others)


def test_names_and_shapes_that_fit() -> None:
    fit = _lined_up({"a:0": (2, 3), "b": ()}, {"b": (), "a": (2, 3)})
    assert fit.fits
    assert {name: entry.shape for name, entry in fit.matched.items()} == {"a": (2, 3), "b": ()}


def test_each_kind_of_misfit() -> None:
    fit = _lined_up({"a": (2,), "b": (1,), "c": (1,)}, {"a": (2,), "b": (), "d": (1,)})
    assert not fit.fits
    assert (list(fit.matched), fit.missing, list(fit.mis_shaped), list(fit.left_over)) == (["a"], ["d"], ["b"], ["c"])


def test_variables_that_the_outputs_do_not_need_may_have_arrays() -> None:
    fit = _lined_up({"a": (2,), "b": (9,)}, {"a": (2,)}, others=["a", "b"])
    assert fit.fits
    assert not fit.left_out


@pytest.mark.parametrize(
    "name",
    [
        "a/Adam",
        "a/Adam_1",
        "beta1_power",
        "global_step",
        "a/ExponentialMovingAverage",
        "a/biased",
        "a/local_step",
        "net/cudnn_lstm/opaque_kernel",
        "net/cudnn_lstm/opaque_kernel/Adam_1",
        "opaque_kernel/ExponentialMovingAverage",
        "a/Adam:0",
    ],
)
def test_what_no_model_needs_may_be_left_over(name: str) -> None:
    fit = _lined_up({"a": (2,), name: (2,)}, {"a": (2,)})
    assert fit.fits
    assert list(fit.left_out) == [name.removesuffix(":0")]


@pytest.mark.parametrize("name", ["c/Adam", "opaque_kernels", "a/opaque_kernel/kernel", "a/Adamant", "biased"])
def test_what_another_model_may_need_is_left_over(name: str) -> None:
    assert list(_lined_up({"a": (2,), name: (2,)}, {"a": (2,)}).left_over) == [name]


@pytest.mark.parametrize("name", ["global_step", "a/Adam", "net/opaque_kernel"])
def test_a_model_may_need_what_models_do_not(name: str) -> None:
    fit = _lined_up({"a": (2,), name: (2,)}, {"a": (2,), name: (2,)})
    assert set(fit.matched) == {"a", name}


def test_constants_of_a_frozen_graph_may_be_left_over() -> None:
    entry = Entry("axis", np.dtype(np.int32), (), lambda: np.zeros((), np.int32), constant=True)
    assert Given({"axis": entry}).fit({}).fits
    assert Given({"axis": entry}).fit({"axis": Expected(np.dtype(np.int32), ())}).matched["axis"] is entry


def test_averages_in_place_of_values() -> None:
    have = {"a": 1.0, "a/ExponentialMovingAverage": 2.0, "b": 3.0}
    want = {"a": Expected(F32, ()), "b": Expected(F32, ())}
    for ema, wanted in ((False, {"a": 1, "b": 3}), (True, {"a": 2, "b": 3})):
        assert Given.of(have, ema=ema).arrays(want) == wanted
    with pytest.raises(WeightsError, match="have no averages"):
        Given.of({"a": 1.0}, ema=True).fit(want)


def test_averages_are_renamed_like_their_variables() -> None:
    have = {"model/a": 1.0, "model/a/ExponentialMovingAverage": 2.0}
    given = Given.of(have, {"^model/": ""}, ema=True)
    assert given.arrays({"a": Expected(F32, ())}) == {"a": 2}


def test_renamed_arrays_fit_and_slots_follow() -> None:
    fit = _lined_up({"model/a": (2,), "model/a/Adam": (2,)}, {"a": (2,)}, rename={"^model/": ""})
    assert fit.fits
    assert fit.matched["a"].name == "model/a"
    assert list(fit.left_out) == ["model/a/Adam"]


def test_what_is_renamed_to_nothing_is_left_out() -> None:
    fit = _lined_up({"a": (2,), "loss/b": (2,)}, {"a": (2,)}, rename={"^loss/.*": ""})
    assert fit.fits
    assert list(fit.left_out) == ["loss/b"]


def test_two_arrays_for_one_variable() -> None:
    with pytest.raises(WeightsError, match=r"'x/a' and 'y/a' are all called 'a' after renaming"):
        _lined_up({"x/a": (2,), "y/a": (2,)}, {"a": (2,)}, rename={"^./": ""})
    with pytest.raises(WeightsError, match=r"all called 'a'"):
        _lined_up({"a": (2,), "a:0": (2,)}, {"a": (2,)})


def test_two_arrays_that_only_become_alike_are_left_over() -> None:
    fit = _lined_up({"x/a": (2,), "y/a": (2,)}, {"b": (2,)}, rename={"^./": ""})
    assert list(fit.left_over) == ["x/a", "y/a"]


def test_dtypes_without_numbers_do_not_fit() -> None:
    fit = Given.of({"a": ["x"]}).fit({"a": Expected(F32, (1,))})
    assert list(fit.mis_shaped) == ["a"]
    with pytest.raises(WeightsError, match="the weight 'a' is no array"):
        Given.of({"a": [[1], [2, 3]]})


def test_numbers_that_have_no_like_are_listed() -> None:
    given = Given.of({"a": np.array([1e300]), "b": np.array([2.5]), "c": np.ones(1)})
    want = {"a": Expected(F32, (1,)), "b": Expected(np.dtype(np.int32), (1,)), "c": Expected(F32, (1,))}
    with pytest.raises(WeightsError, match=r"2 of the weights don't fit:\n  a: its 1e\+300 .*\n  b: its 2.5 .*int32"):
        given.arrays(want)


def test_a_checkpoint_with_six_optimizers() -> None:
    want = {f"net_{index}/kernel": Expected(F32, (3, 2)) for index in range(6)}
    values = expected("tf1_training")
    for ema, suffix in ((False, ""), (True, "/ExponentialMovingAverage")):
        found = Given.of(FILES / "tf1_training", ema=ema).arrays(want)
        assert set(found) == set(want)
        for name, array in found.items():
            np.testing.assert_array_equal(array, values[name + suffix])
            assert array.dtype == F32


def test_nothing_is_read_that_the_model_does_not_need() -> None:
    def never() -> Any:
        raise AssertionError("read")

    entries = {
        "a": Entry("a", F32, (1,), lambda: np.ones(1, np.float32)),
        "b": Entry("b", F32, (1,), never),
        "a/Adam": Entry("a/Adam", F32, (1,), never),
    }
    assert set(Given(entries).arrays({"a": Expected(F32, (1,))}, ["a", "b"])) == {"a"}
