"""The cells once more, transcribed from their formulas in plain numpy. Weights come by name, without the scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = np.ndarray
Weights = Mapping[str, Array]
Function = Callable[[Array], Array]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def blocks(x: Array, h: Array, w: Weights, prefix: str, count: int) -> list[Array]:
    """The columns of ``[x, h] W + b`` in ``count`` equal parts, W's rows for x and for h multiplied apart."""
    kernel, bias = w[f"{prefix}kernel"], w[f"{prefix}bias"]
    total = x @ kernel[: x.shape[1]] + h @ kernel[x.shape[1] :] + bias
    width = total.shape[1] // count
    return [total[:, k * width : (k + 1) * width] for k in range(count)]


def basic_rnn(x: Array, h: Array, w: Weights, act: Function = np.tanh) -> Array:
    return act(blocks(x, h, w, "", 1)[0])


def gru(x: Array, h: Array, w: Weights, act: Function = np.tanh) -> Array:
    r, u = (sigmoid(gate) for gate in blocks(x, h, w, "gates/", 2))
    c = act(blocks(x, r * h, w, "candidate/", 1)[0])
    return u * h + (1 - u) * c


def cudnn_gru(x: Array, h: Array, w: Weights) -> Array:
    r, u = (sigmoid(gate) for gate in blocks(x, h, w, "gates/", 2))
    projected_x = x @ w["candidate/input_projection/kernel"] + w["candidate/input_projection/bias"]
    projected_h = h @ w["candidate/hidden_projection/kernel"] + w["candidate/hidden_projection/bias"]
    return u * h + (1 - u) * np.tanh(projected_x + r * projected_h)


def lstm(
    x: Array,
    c: Array,
    h: Array,
    w: Weights,
    act: Function = np.tanh,
    forget_bias: float = 1.0,
    cell_clip: float | None = None,
    proj_clip: float | None = None,
) -> tuple[Array, Array]:
    """The new c and h; peepholes and the projection are there when their weights are."""

    def peep(name: str, value: Array) -> Any:
        return w[name] * value if name in w else 0.0

    i, j, f, o = blocks(x, h, w, "", 4)
    c = sigmoid(f + forget_bias + peep("w_f_diag", c)) * c + sigmoid(i + peep("w_i_diag", c)) * act(j)
    if cell_clip is not None:
        c = np.clip(c, -cell_clip, cell_clip)
    h = sigmoid(o + peep("w_o_diag", c)) * act(c)
    if "projection/kernel" in w:
        h = h @ w["projection/kernel"]
        if proj_clip is not None:
            h = np.clip(h, -proj_clip, proj_clip)
    return c, h


def within(scope: str, weights: Weights) -> dict[str, Array]:
    """The weights below a scope, named without it."""
    return {name.removeprefix(f"{scope}/"): w for name, w in weights.items() if name.startswith(f"{scope}/")}
