"""What ``rnn2onnx.models.dien`` is recorded and tested with: arguments of the model, and batches."""

from __future__ import annotations

from typing import Any

import numpy as np

GRU_TYPES = ("GRU", "AIGRU", "AGRU", "AUGRU")
FIRST = {f"dien_{kind}_normalised": {"gru_type": kind} for kind in GRU_TYPES}
"""The arguments of the recordings with the default sizes: 64 users, 20 steps."""

OTHER: dict[str, dict[str, Any]] = {"user": (7, 3), "gender": (2, 5), "item_id": (11, 6), "cate_id": (4, 1)}
DEEP: dict[str, Any] = {
    "dnn_hidden_units": (5, 4, 3),
    "dnn_activation": "tanh",
    "att_hidden_units": (7,),
    "att_activation": "sigmoid",
    "pay_score": 3,
}
RAW: dict[str, Any] = {"att_weight_normalization": False}
STEPS = {"dien_one_step": 1, "dien_many_steps": 40}
"""Steps of a batch where they are not 6."""

CASES: dict[str, dict[str, Any]] = {
    **{f"dien_{kind}_raw": {"gru_type": kind, **RAW} for kind in GRU_TYPES},
    **{f"dien_{kind}_raw_other_sizes": {"gru_type": kind, **RAW, **OTHER, **DEEP} for kind in GRU_TYPES},
    **{f"dien_{kind}_normalised_other_sizes": {"gru_type": kind, **OTHER, **DEEP} for kind in GRU_TYPES},
    "dien_one_step": {"gru_type": "AUGRU", **OTHER},
    "dien_many_steps": {"gru_type": "AGRU", **OTHER, "att_activation": "relu"},
    "dien_dice_and_normalized": {"gru_type": "AIGRU", **OTHER, "dnn_activation": "dice", "use_bn": True},
    "dien_no_hidden_layers": {"gru_type": "AUGRU", **OTHER, "dnn_hidden_units": (), "att_hidden_units": ()},
    "dien_negative_samples": {"gru_type": "AUGRU", **OTHER, "use_negsampling": True},
    "dien_regression": {"gru_type": "GRU", **OTHER, "task": "regression"},
}
"""The arguments of every recording that ``record_dien`` makes."""


def feeds(name: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """A batch for a case: users whose numbers of steps go from -1 to some more than there are."""
    arguments, steps = CASES[name], STEPS.get(name, 6)
    lengths = np.arange(-1, steps + 3) if steps < 10 else np.arange(0, steps + 5, 4)
    batch = len(lengths)

    def ids(feature: str, *shape: int) -> np.ndarray:
        defaults = {"user": 30, "gender": 3, "item_id": 50, "cate_id": 10}
        count = arguments[feature][0] if feature in arguments else defaults[feature]
        return rng.integers(0, count, (batch, *shape))

    width = arguments.get("pay_score", 1)
    others = ("hist", "neg_hist") if arguments.get("use_negsampling") else ("hist",)
    return {
        "user": ids("user"),
        "gender": ids("gender"),
        "item_id": ids("item_id"),
        "cate_id": ids("cate_id"),
        "pay_score": rng.standard_normal((batch, width) if width != 1 else batch).astype("float32"),
        **{f"{past}_{name}": ids(name, steps) for past in others for name in ("item_id", "cate_id")},
        "seq_length": rng.permutation(lengths),
    }
