"""What is said of weights that don't fit, and the renaming that would make them fit."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest

from rnn2onnx.weights import Expected, Fit, Given
from rnn2onnx.weights.fit.misfit import message
from rnn2onnx.weights.fit.suggestion import suggestion

F32 = np.dtype(np.float32)
Shapes = Mapping[str, tuple[int, ...]]


def _lined_up(have: Shapes, want: Shapes, rename: Mapping[str, str] | None = None) -> Fit:
    given = Given.of({name: np.zeros(shape, np.float32) for name, shape in have.items()}, rename)
    return given.fit({name: Expected(F32, shape) for name, shape in want.items()})


def _cells(*scopes: str) -> dict[str, tuple[int, ...]]:
    shapes = {"kernel": (3, 8), "recurrent_kernel": (2, 8), "bias": (8,)}
    return {f"{scope}/{name}": shape for scope in scopes for name, shape in shapes.items()}


def test_missing_mis_shaped_and_left_over_names_stand_side_by_side() -> None:
    fit = _lined_up(
        {"fine": (1,), "rnn/kernels": (3, 4), "turned": (4, 3), "wrong": (5,), "loss/scale": ()},
        {"fine": (1,), "rnn/kernel": (3, 4), "turned": (3, 4), "wrong": (6,)},
    )
    assert message(fit, "w.npz").split("\n") == [
        "the weights in 'w.npz' don't fit the model's variables: "
        "1 of 4 fit, 1 missing, 2 of another shape, 2 left over.",
        "             variable                   array",
        "  missing    rnn/kernel  float32[3, 4]  rnn/kernels  float32[3, 4]  nearest",
        "  shape      turned      float32[3, 4]  turned       float32[4, 3]  transposed?",
        "  shape      wrong       float32[6]     wrong        float32[5]",
        "  left over                             loss/scale   float32[]",
        "rename={'/kernels$': '/kernel'} (--rename '/kernels$=/kernel') leaves 0 missing and 1 left over.",
    ]


@pytest.mark.parametrize(
    ("have", "want", "rules"),
    [
        (_cells("model/rnn"), _cells("rnn"), {"^model/": ""}),
        (_cells("rnn"), _cells("model/rnn"), {"^": "model/"}),
        (_cells("a/b/rnn", "a/b/out"), _cells("c/rnn", "c/out"), {"^a/b/": "c/"}),
        (_cells("lstm"), _cells("lstm/lstm_cell"), {"^lstm/": "lstm/lstm_cell/"}),
        (
            _cells(*(f"gru_{i}" for i in range(1, 7))),
            _cells(*(f"gru_{i}/gru_cell_{i}" for i in range(1, 7))),
            {r"^gru_(\d+)/": r"gru_\1/gru_cell_\1/"},
        ),
        (_cells("a/x", "dense"), _cells("b/x", "logits"), {"^a/": "b/", "^dense/": "logits/"}),
        ({"w.x": (2,), "w.y.z": (3,)}, {"w/x": (2,), "w/y/z": (3,)}, {r"\.": "/"}),
        ({"w": (2,)}, {"v": (2,)}, {"^w$": "v"}),
    ],
)
def test_a_renaming_that_makes_all_of_them_fit(have: Shapes, want: Shapes, rules: Mapping[str, str]) -> None:
    fit = _lined_up(have, want)
    found = suggestion(fit)
    assert found is not None
    assert dict(found.rules) == rules
    assert (found.missing, found.left_over) == (0, 0)
    assert _lined_up(have, want, dict(found.rules)).fits
    text = message(fit)
    assert "makes all of them fit, if" in text
    for old, new in rules.items():
        assert f"--rename '{old}={new}'" in text
    # Each missing variable stands beside the array that the renaming gives it.
    for line in text.split("\n")[2:-1]:
        _, wanted, *_, array = re.split(r"  +", line.strip())[:4]
        assert _lined_up({array: ()}, {wanted: ()}, dict(found.rules)).fits


def test_no_renaming_spoils_what_fits() -> None:
    have, want = {"a/x": (2,), "a/y": (2,)}, {"a/x": (2,), "b/y": (2,)}
    found = suggestion(_lined_up(have, want))
    assert found is not None
    assert _lined_up(have, want, dict(found.rules)).fits


def test_no_renaming_where_shapes_differ() -> None:
    assert suggestion(_lined_up({"model/w": (2,)}, {"w": (3,)})) is None
    assert "nearest, of another shape" in message(_lined_up({"model/kernel": (2,)}, {"kernel": (3,)}))


def test_averages_alone() -> None:
    fit = _lined_up({"w/ExponentialMovingAverage": (2,)}, {"w": (2,)})
    assert "averages of 1 of the missing: ema=True (--ema)" in message(fit)


@pytest.mark.parametrize(
    ("left", "option"), [({"extra": (1,)}, "'^extra$='"), ({"loss/a": (), "loss/b": ()}, "'^loss/.*='")]
)
def test_how_arrays_are_left_out(left: Shapes, option: str) -> None:
    fit = _lined_up({"w": (2,), **left}, {"w": (2,)})
    assert f"--rename {option}" in message(fit)
    old, _, new = option.strip("'").rpartition("=")
    assert _lined_up({"w": (2,), **left}, {"w": (2,)}, {old: new}).fits


def test_after_a_renaming_the_message_says_both_names() -> None:
    fit = _lined_up({"model/w": (2,), "model/x": (3,)}, {"w": (2,)}, {"^model/": ""})
    assert re.search(r"left over +x +float32\[3\] +model/x in the file", message(fit))


def test_long_lists_are_cut() -> None:
    have = {f"old/layer_{i}/{'k' * 500}": (3,) for i in range(3000)}
    want = {f"layer_{i}/kernel": (4,) for i in range(3000)}
    text = message(_lined_up(have, want))
    assert "0 of 3000 fit, 3000 missing, 3000 left over" in text
    assert "2980 more missing" in text
    assert len(text.split("\n")) < 50
    assert max(map(len, text.split("\n"))) < 500
