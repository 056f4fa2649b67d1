"""Files for TensorFlow, loaded as they stand; what TensorFlow 1.15 gives for them is among the golden cases."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import TrainingError

FILES = Path(__file__).parent / "files"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FILES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with rnn2onnx.as_tensorflow():
        spec.loader.exec_module(module)
    return module


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def test_a_file_for_tensorflow_0_means_what_it_meant() -> None:
    graph, outputs = rnn2onnx.trace(loaded("tensorflow_0").model)
    rng = np.random.default_rng(1)
    weights = {name: rng.normal(size=v.shape.as_list()) for name, v in graph.variables.items()}
    assert sorted(weights) == [
        "rnn/HighwayLSTMCell/Transform/bias",
        "rnn/HighwayLSTMCell/Transform/kernel",
        "rnn/HighwayLSTMCell/bias",
        "rnn/HighwayLSTMCell/kernel",
    ]
    x = rng.normal(size=(2, 4, 3)).astype(np.float32)
    gates, bias, transform, shift = (
        weights[f"rnn/HighwayLSTMCell/{name}"] for name in ("kernel", "bias", "Transform/kernel", "Transform/bias")
    )
    c = h = np.zeros((2, 3))
    rows = []
    for step in range(4):
        i, j, f, o = np.split(np.concatenate([x[:, step], h], 1) @ gates + bias, 4, 1)
        c = c * sigmoid(f + 1) + sigmoid(i) * np.tanh(j)
        h = np.tanh(c) * sigmoid(o) + sigmoid(x[:, step] @ transform + shift) * h
        rows.append(h)
    packed = np.stack(rows, 1)
    attention = softmax((packed * packed[:, ::-1]).sum(2))
    read = (attention[:, None] @ packed)[:, 0]
    chosen = np.maximum(read, 0)
    want = [
        packed,
        np.concatenate([c, h], 1),
        attention,
        attention.argmax(1),
        chosen,
        np.concatenate([read, chosen], 1),
    ]
    for given in (None, weights):
        program = rnn2onnx.compile(graph, outputs, weights=given)
        for got in (program.run({"x": x}), program.evaluate({"x": x})):
            assert len(got[6]) == 3
            if given is not None:
                for found, expected in zip(got[:6], want, strict=True):
                    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
                np.testing.assert_allclose(np.concatenate(got[6], 1), read, rtol=1e-4, atol=1e-5)


def test_the_fourth_argument_of_an_old_linear_map_is_where_its_bias_starts() -> None:
    graph, _ = rnn2onnx.trace(loaded("tensorflow_0").model)
    assert graph.initial_values()["rnn/HighwayLSTMCell/Transform/bias"].tolist() == [1, 1, 1]
    assert graph.initial_values()["rnn/HighwayLSTMCell/bias"].tolist() == [0] * 12


def feeds() -> dict[str, Any]:
    ids = np.array([[1, 2, 3], [4, 5, 0]], np.int32)
    return {"ids": ids, "lengths": np.array([3, 2], np.int32), "is_training": False, "keep_prob": 0.7}


def test_a_model_with_its_training_gives_what_it_gives_without() -> None:
    module = loaded("whole_model")
    with_training, outputs = rnn2onnx.trace(module.model)
    without, same = rnn2onnx.trace(module.model, False)
    assert list(with_training.variables) == list(without.variables)
    weights = without.initial_values()
    # A checkpoint also holds what the optimizer keeps.
    kept = {f"{name}/{slot}": value for name, value in weights.items() for slot in ("Adam", "Adam_1")}
    program = rnn2onnx.compile(
        with_training, outputs, weights={**weights, **kept, "beta1_power": np.float32(0.9), "global_step": np.int32(7)}
    )
    assert set(program.inputs) == {"ids", "lengths", "is_training"}
    expected = rnn2onnx.compile(without, same, weights=weights).run(feeds())
    np.testing.assert_array_equal(program.run(feeds())[0], expected[0])
    with pytest.raises(ValueError, match=r"(?s)left over.*table/Adagrad2"):
        rnn2onnx.compile(with_training, outputs, weights={**weights, "table/Adagrad2": weights["table"]})


def test_what_only_training_computes_is_no_output() -> None:
    module = loaded("whole_model")
    with tf.Graph().as_default() as graph:
        tagger = module.Tagger(module.hparams())
        gradient, average = module.tf.gradients(tagger.loss, tagger.table)[0], tagger.averages.average(tagger.table)
        for needed in (gradient, average * 2.0):
            assert needed.shape.as_list() == [7, 3]
            with pytest.raises(TrainingError, match="only training computes"):
                rnn2onnx.compile(graph, needed)
        for act in (
            lambda: tagger.saver.restore(None, "model.ckpt"),
            lambda: tagger.train_op.run(),
            lambda: module.tf.Session().run(tagger.logits),
            lambda: module.tf.app.run(),
            lambda: module.lookup.index_table_from_tensor(["a"]),
        ):
            with pytest.raises(TrainingError):
                act()


def test_settings_of_a_file() -> None:
    module = loaded("whole_model")
    assert module.FLAGS.hidden == 3
    module.FLAGS.hidden = 5
    graph, _ = rnn2onnx.trace(module.model)
    assert graph.variables["encoder/bidirectional_rnn/fw/gru_cell/gates/bias"].shape == [10]
    assert loaded("whole_model").FLAGS.hidden == 3
    assert (module.FLAGS.summaries, "hidden" in module.FLAGS) == (True, True)
    with pytest.raises(AttributeError, match=r"no flag 'hiden'; declared are: hidden, learning_rate, summaries"):
        module.FLAGS.hiden  # noqa: B018
    hps = module.hparams(clip=2.0)
    assert hps.parse("classes=9,cell=lstm,keep_prob=0.1").values() == {
        "classes": 9,
        "keep_prob": 0.1,
        "clip": 2.0,
        "cell": "lstm",
    }
    with pytest.raises(ValueError, match="Unknown hyperparameter: units"):
        hps.parse("units=3")
    with pytest.raises(ValueError, match="reserved: clip"):
        hps.add_hparam("clip", 1)
