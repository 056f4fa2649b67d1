"""What is left out of a file by default, and what brings it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn2onnx.errors import ArgumentError, WeightsError
from rnn2onnx.weights import Entry, load
from rnn2onnx.weights.optimizer_names import belongs_to_an_optimizer
from rnn2onnx.weights.selection import select
from tests.weights.fixtures import FILES, expected

VARIABLES = ("w", "net/kernel", "Adam_net/Adam")


def _entry(name: str, **options: Any) -> Entry:
    return Entry(name, np.dtype(np.float32), (), lambda: np.zeros((), np.float32), **options)


@pytest.mark.parametrize(
    "name",
    [
        "w/Adam",
        "w/Adam_1",
        "net/kernel/RMSProp",
        "net/kernel/RMSProp_2",
        "net/kernel/Momentum",
        "train/net/kernel/Adagrad",
        "beta1_power",
        "train/beta2_power_1",
        "global_step",
        "training/Adam/net/kernel/m",
        "Adam/net/kernel/v",
        "Adam/m/net/kernel",
        "Adam/iter",
        "training_1/SGD/learning_rate",
    ],
)
def test_only_training_needs_it(name: str) -> None:
    assert belongs_to_an_optimizer(_entry(name), {*VARIABLES, name})


@pytest.mark.parametrize("name", [*VARIABLES, "Adam", "Adam/kernel", "other/Adam", "beta1_power/kernel", "w/Adamant"])
def test_a_model_may_need_it(name: str) -> None:
    assert not belongs_to_an_optimizer(_entry(name), {*VARIABLES, name})


def test_the_file_itself_may_say_so() -> None:
    assert belongs_to_an_optimizer(_entry("anything", optimizer=True), {"anything"})
    assert belongs_to_an_optimizer(_entry("count", path="keras_api/metrics/0/count"), {"count"})
    assert belongs_to_an_optimizer(_entry("m", path="optimizer/_variables/2"), {"m"})
    assert not belongs_to_an_optimizer(_entry("m", path="optimizers/m"), {"m"})


@pytest.mark.parametrize("edition", ["tf1", "tf2"])
def test_a_checkpoint_of_six_optimizers_gives_the_six_variables(edition: str) -> None:
    kernels = {f"net_{index}/kernel" for index in range(6)}
    wanted = expected(f"{edition}_training")
    found = load(FILES / f"{edition}_training")
    assert set(found) == kernels
    averages = load(FILES / f"{edition}_training", ema=True)
    assert set(averages) == kernels
    for name in kernels:
        np.testing.assert_array_equal(found[name], wanted[name])
        np.testing.assert_array_equal(averages[name], wanted[f"{name}/ExponentialMovingAverage"])
    assert set(load(FILES / f"{edition}_training", keep="Adam|global")) == kernels | {
        name for name in wanted if "Adam" in name or name == "global_step"
    }


def test_a_variable_without_an_average_is_given_itself() -> None:
    entries = {name: _entry(name) for name in ("a", "a/ExponentialMovingAverage", "b")}
    chosen = select(entries, keep=None, ema=True, path="file")
    assert {name: entry.name for name, entry in chosen.items()} == {"a": "a/ExponentialMovingAverage", "b": "b"}


def test_an_average_without_its_variable_is_given() -> None:
    entries = {"a/ExponentialMovingAverage": _entry("a/ExponentialMovingAverage")}
    assert set(select(entries, keep=None, ema=False, path="file")) == {"a/ExponentialMovingAverage"}
    assert set(select(entries, keep=None, ema=True, path="file")) == {"a"}


def test_averages_that_are_not_there() -> None:
    with pytest.raises(WeightsError, match=r"tf1_partitioned.*has no averages"):
        load(FILES / "tf1_partitioned", ema=True)


def test_keep_is_a_regular_expression(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", a=np.zeros(1))
    with pytest.raises(ArgumentError, match=r"keep='\('.*no regular expression"):
        load(tmp_path / "w.npz", keep="(")


def test_an_average_asked_for_takes_its_variables_name_whatever_is_kept_besides() -> None:
    have = {
        name: Entry(name, np.dtype(np.float32), (), lambda: np.zeros(()))
        for name in ("w", "w/ExponentialMovingAverage")
    }
    assert list(select(have, keep="", ema=True, path="file")) == ["w"]
    assert list(select(have, keep="", ema=False, path="file")) == list(have)
