"""Records what deepctr's DIEN gives for the cases of ``dien_cases``. Run by hand, where golden/record.py runs:

    ENV/bin/python -m tests.models.record_dien

For each case, ``dien/CASE.npz`` holds the weights (``var:`` and deepctr's name), the batch (``feed:`` and the name of
the input) and what came out (``out:probability``). ``dien/dien_*_normalised.npz`` were made in the same way before.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
import tensorflow

from tests.golden.deepctr_on_tensorflow import deepctr
from tests.golden.registry import seeded
from tests.models.dien_cases import CASES, feeds


def main() -> None:
    """Records every case."""
    tensorflow.compat.v1.disable_eager_execution()
    # Shapes are TensorFlow 2's here.
    deepctr.layers.sequence.dynamic_rnn = deepctr.contrib.rnn_v2.dynamic_rnn
    folder = Path(__file__).parent / "dien"
    for name, arguments in CASES.items():
        tensorflow.compat.v1.reset_default_graph()
        tensorflow.keras.backend.clear_session()
        batch = feeds(name, seeded(name))
        made = build(batch["hist_item_id"].shape[1], **arguments)
        # Keras does not know of the variables of cells that take scores.
        variables = tensorflow.compat.v1.global_variables()
        weights = {variable.op.name: value(variable) for variable in variables}
        session = tensorflow.compat.v1.keras.backend.get_session()
        for variable in variables:
            variable.load(weights[variable.op.name], session)
        got = {"probability": made.output}
        if arguments.get("use_negsampling"):
            (got["auxiliary_loss"],) = made.get_losses_for(made.inputs)
        placeholders = {
            tensor: batch[column].reshape(-1, tensor.shape[1])
            for column, tensor in zip(made.input_names, made.inputs, strict=True)
        }
        got = session.run(got, placeholders)
        arrays = {f"var:{key}": array for key, array in weights.items()}
        arrays.update({f"feed:{key}": array for key, array in batch.items()})
        np.savez_compressed(folder / f"{name}.npz", **arrays, **{f"out:{key}": array for key, array in got.items()})
        print(name, len(weights), {key: (array.shape, array.min(), array.max()) for key, array in got.items()})


def build(
    steps: int,
    gru_type: str,
    user: Any = (30, 8),
    gender: Any = (3, 4),
    item_id: Any = (50, 8),
    cate_id: Any = (10, 4),
    pay_score: int = 1,
    **options: Any,
) -> Any:
    """deepctr's model of the columns that ``rnn2onnx.models.dien`` has."""
    sparse, several = deepctr.feature_column.SparseFeat, deepctr.feature_column.VarLenSparseFeat
    columns = [
        sparse("user", *user),
        sparse("gender", *gender),
        sparse("item_id", *item_id),
        sparse("cate_id", *cate_id),
        deepctr.feature_column.DenseFeat("pay_score", pay_score),
        *(
            several(sparse(f"{past}_{name}", *size, embedding_name=name), steps, length_name="seq_length")
            for past in (("hist", "neg_hist") if options.get("use_negsampling") else ("hist",))
            for name, size in (("item_id", item_id), ("cate_id", cate_id))
        ),
    ]
    options.setdefault("dnn_hidden_units", (16, 8))
    options.setdefault("att_hidden_units", (12, 6))
    return deepctr.models.DIEN(columns, ["item_id", "cate_id"], gru_type=gru_type, **options)


def value(variable: Any) -> np.ndarray:
    """Values of a variable that depend on its name only; variances are positive."""
    drawn = 0.4 * seeded(variable.op.name).standard_normal(variable.shape.as_list())
    return (0.1 + np.abs(drawn) if "variance" in variable.name else drawn).astype("float32")


if __name__ == "__main__":
    main()
