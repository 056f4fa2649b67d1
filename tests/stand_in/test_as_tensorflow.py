"""While ``as_tensorflow`` lasts, imports of TensorFlow find this project; before and after, what is installed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import rnn2onnx
from rnn2onnx import tf
from rnn2onnx.errors import StandInError, TrainingError
from rnn2onnx.stand_in.table import ALIASES, OVERLAYS, SOURCES


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package called tensorflow that is found like an installed one."""
    package = tmp_path / "tensorflow"
    (package / "python").mkdir(parents=True)
    (package / "__init__.py").write_text("who = 'installed'\nloads = []\n")
    (package / "python" / "__init__.py").write_text("import tensorflow\ntensorflow.loads.append(1)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tensorflow", "keras")]:
        monkeypatch.delitem(sys.modules, name)
    yield str(package)
    for name in [name for name in sys.modules if name.partition(".")[0] == "tensorflow"]:
        del sys.modules[name]


def run(code: str) -> dict[str, Any]:
    """The names that code binds."""
    names: dict[str, Any] = {"__name__": "loaded"}
    exec(compile(code, "a_file.py", "exec"), names)
    return names


def test_an_installed_tensorflow_is_untouched(installed: str) -> None:
    import tensorflow as real  # type: ignore[import-not-found]
    import tensorflow.python as inner  # type: ignore[import-not-found]

    before = dict(sys.modules), list(sys.meta_path)
    with rnn2onnx.as_tensorflow():
        names = run("import tensorflow as tf\nimport tensorflow.python.ops.array_ops as ops\n")
        assert not hasattr(names["tf"], "who")
        assert names["ops"].concat is tf.concat
    assert (real.who, real.loads, real.python) == ("installed", [1], inner)
    assert not hasattr(real, "nn")
    assert sys.modules["tensorflow"] is real
    assert sys.modules["tensorflow.python"] is inner
    after = {name for name in sys.modules if name not in before[0]}
    assert not [name for name in after if name.startswith(("tensorflow", "keras", "deepctr"))]
    assert sys.meta_path == before[1]
    assert importlib.import_module("tensorflow") is real


def test_a_tensorflow_that_was_not_imported_before_is_not_imported_inside(installed: str) -> None:
    with rnn2onnx.as_tensorflow():
        run("import tensorflow.contrib.rnn\n")
    assert "tensorflow" not in sys.modules
    assert importlib.import_module("tensorflow").who == "installed"
    with rnn2onnx.as_tensorflow():
        assert not hasattr(run("import tensorflow as tf\n")["tf"], "who")
    assert sys.modules["tensorflow"].who == "installed"


def test_it_ends_after_an_error_and_may_be_nested(installed: str) -> None:
    real = importlib.import_module("tensorflow")
    finders = list(sys.meta_path)
    with pytest.raises(ZeroDivisionError), rnn2onnx.as_tensorflow(), rnn2onnx.as_tensorflow():
        1 / 0  # noqa: B018
    assert (sys.modules["tensorflow"], sys.meta_path) == (real, finders)
    with rnn2onnx.as_tensorflow():
        with rnn2onnx.as_tensorflow():
            pass
        assert sys.modules.get("tensorflow") is not real
        assert run("import tensorflow as tf\n")["tf"].nn.relu is tf.nn.relu
    assert (sys.modules["tensorflow"], sys.meta_path) == (real, finders)


def test_what_was_loaded_inside_works_afterwards() -> None:
    with rnn2onnx.as_tensorflow():
        names = run("import tensorflow as tf\ndef late():\n    return tf.contrib.framework.nest.flatten((1, 2))\n")
    assert names["late"]() == [1, 2]
    # What was not looked up inside is found as well.
    assert names["tf"].python.ops.init_ops.ones_initializer is tf.ones_initializer
    lazy = run("def late():\n    import tensorflow as tf\n    return tf\n")["late"]
    with pytest.raises(ImportError):
        lazy()
    with rnn2onnx.as_tensorflow():
        assert lazy() is names["tf"]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("import tensorflow as found", ""),
        ("import tensorflow.compat.v1 as found", ""),
        ("from tensorflow import nn as found", "nn"),
        ("from tensorflow.nn import rnn_cell as found", "nn.rnn_cell"),
        ("from tensorflow.contrib import rnn as found", "contrib.rnn"),
        ("import tensorflow.contrib.layers as found", "contrib.layers"),
        ("import tensorflow.contrib.slim as found", "contrib.slim"),
        ("from tensorflow.compat.v1.contrib import layers as found", "contrib.layers"),
        ("from tensorflow.python.util import nest as found", "nest"),
        ("from tensorflow.contrib.framework import nest as found", "nest"),
        ("from tensorflow.python.framework import dtypes as found", "dtypes"),
        ("from tensorflow.python.platform import tf_logging as found", "logging"),
        ("from tensorflow.python.ops import init_ops as found", "initializers"),
        ("from tensorflow.contrib.legacy_seq2seq.python.ops import seq2seq as found", "contrib.legacy_seq2seq"),
        ("from tensorflow.python.platform import flags as found", "flags"),
        ("from tensorflow_core.contrib import learn as found", "contrib.learn"),
    ],
)
def test_modules_have_what_the_namespace_has(line: str, path: str) -> None:
    with rnn2onnx.as_tensorflow():
        found = run(line)["found"]
    space: Any = tf
    for part in path.split(".") if path else ():
        space = getattr(space, part)
    inert = {"Saver", "Optimizer", "dropout", "batch_norm", "DropoutWrapper", "LayerNormBasicLSTMCell", "placeholder"}
    inert |= {"Variable", "VariableV1", "get_variable"}
    for name in sorted(set(space.__all__) - inert)[:60]:
        there, here = getattr(space, name), getattr(found, name)
        assert there is here or isinstance(there, ModuleType) or there == here, name


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("from tensorflow.python.ops import array_ops as m; found = m.concat", "concat"),
        ("from tensorflow.python.ops import math_ops as m; found = m.tanh", "tanh"),
        ("from tensorflow.python.ops import gen_math_ops as m; found = m.mat_mul", "matmul"),
        ("from tensorflow.python.ops import nn_ops as m; found = m.softmax", "nn.softmax"),
        ("from tensorflow.python.ops import clip_ops as m; found = m.clip_by_value", "clip_by_value"),
        ("from tensorflow.python.ops import embedding_ops as m; found = m.embedding_lookup", "nn.embedding_lookup"),
        ("from tensorflow.python.ops import control_flow_ops as m; found = m.while_loop", "while_loop"),
        ("from tensorflow.python.ops import tensor_array_ops as m; found = m.TensorArray", "TensorArray"),
        ("from tensorflow.python.ops import random_ops as m; found = m.random_uniform", "random_uniform"),
        ("from tensorflow.python.ops import state_ops as m; found = m.assign", "assign"),
        ("from tensorflow.python.ops import partitioned_variables as m; found = m.fixed_size_partitioner",
         "fixed_size_partitioner"),
        ("from tensorflow.python.ops import variable_scope as vs; found = vs.variable_scope", "variable_scope"),
        ("from tensorflow.python.ops import variables as m; found = m.global_variables", "global_variables"),
        ("from tensorflow.python.ops import logging_ops as m; found = m.Print", "Print"),
        ("from tensorflow.python.ops.math_ops import sigmoid as found", "sigmoid"),
        ("from tensorflow.python.ops.rnn import dynamic_rnn as found", "nn.dynamic_rnn"),
        ("from tensorflow.python.ops.rnn_cell import GRUCell as found", "nn.rnn_cell.GRUCell"),
        ("from tensorflow.python.ops.rnn_cell_impl import LSTMStateTuple as found", "nn.rnn_cell.LSTMStateTuple"),
        ("from tensorflow.models.rnn import rnn_cell; found = rnn_cell.RNNCell", "nn.rnn_cell.RNNCell"),
        ("from tensorflow.contrib.rnn import BasicLSTMCell as found", "nn.rnn_cell.BasicLSTMCell"),
        ("from tensorflow.python.layers.core import Dense as found", "layers.Dense"),
        ("from tensorflow.python.layers import base; found = base.Layer", "layers.Layer"),
        ("from tensorflow.python.framework import ops; found = ops.convert_to_tensor", "convert_to_tensor"),
        ("from tensorflow.python.framework import tensor_shape; found = tensor_shape.TensorShape", "TensorShape"),
        ("from tensorflow.python.framework.constant_op import constant as found", "constant"),
        ("from tensorflow.contrib.layers.python.layers import layers; found = layers.layer_norm",
         "contrib.layers.layer_norm"),
        ("from tensorflow.contrib.layers.python.layers import regularizers; found = regularizers.l2_regularizer",
         "contrib.layers.l2_regularizer"),
        ("from tensorflow.contrib.framework.python.ops import add_arg_scope as found",
         "contrib.framework.add_arg_scope"),
        ("from tensorflow.contrib.seq2seq.python.ops import attention_wrapper as m; found = m.AttentionWrapper",
         "contrib.seq2seq.AttentionWrapper"),
        ("from tensorflow.contrib.training.python.training.hparam import HParams as found",
         "contrib.training.HParams"),
    ],
)  # fmt: skip
def test_names_of_internal_modules(line: str, path: str) -> None:
    with rnn2onnx.as_tensorflow():
        found = run(line)["found"]
    there: Any = tf
    for part in path.split("."):
        there = getattr(there, part)
    assert found is there


def test_every_module_of_the_table_can_be_imported_and_has_sources() -> None:
    with rnn2onnx.as_tensorflow():
        for name in {
            *SOURCES,
            *OVERLAYS,
            *(alias for alias in ALIASES if not alias.startswith("tensorflow.contrib.nn")),
        }:
            run(f"import {name}\nfrom {name} import *\n")
    for places in (*SOURCES.values(), *OVERLAYS.values()):
        for place in places:
            importlib.import_module(place)


def test_keras_and_deepctr() -> None:
    with rnn2onnx.as_tensorflow():
        names = run(
            "from tensorflow import keras\nimport keras as bare\nfrom keras.layers import GRU\n"
            "from tensorflow.python.keras.layers import LSTM\nfrom tensorflow.python.keras import backend as K\n"
            "from deepctr.contrib.rnn import dynamic_rnn\nfrom deepctr.contrib.utils import QAAttGRUCell\n"
        )
    assert names["bare"] is names["keras"]
    assert names["GRU"] is names["keras"].layers.GRU
    assert names["LSTM"] is names["bare"].layers.LSTM
    # Keras of TensorFlow 1: the gates are hard sigmoids, a GRU resets before the product.
    assert names["LSTM"](3).recurrent_activation.__name__ == "hard_sigmoid"
    assert not names["GRU"](3).reset_after
    assert names["dynamic_rnn"] is importlib.import_module("rnn2onnx.deepctr.contrib.rnn").dynamic_rnn


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import tensorflow.nothing_like_it", "rnn2onnx has no tf.nothing_like_it"),
        ("from tensorflow import reduce_summ", "Nearest: tf.reduce_sum"),
        ("from tensorflow.contrib.rnn import LSTMCel", "tf.contrib.rnn.LSTMCell"),
        ("from tensorflow.python.ops import nothing_ops", "stands in for the module tensorflow.python.ops.nothing_ops"),
        ("import keras.nothing", "keras.nothing"),
        ("import deepctr.models.dien", "stands in for the module deepctr.models"),
    ],
)
def test_what_there_is_not_is_an_import_error_at_the_line(line: str, message: str) -> None:
    with rnn2onnx.as_tensorflow(), pytest.raises(StandInError) as caught:
        run(f"import sys\n\n{line}\n")
    assert isinstance(caught.value, ImportError)
    assert message in str(caught.value)
    assert "at a_file.py:3" in str(caught.value)


def test_files_may_try_one_import_after_another() -> None:
    with rnn2onnx.as_tensorflow():
        found = run(
            "try:\n    from tensorflow.python.ops.nothing import _linear\nexcept ImportError:\n"
            "    from tensorflow.contrib.rnn.python.ops.core_rnn_cell import _linear\n"
            "import tensorflow as tf\n"
            "has = hasattr(tf, 'nothing'), hasattr(tf.nn, 'rnn_cell'), hasattr(tf.nn.rnn_cell, '_linear')\n"
        )
    assert found["_linear"].__name__ == "_linear"
    assert found["has"][:2] == (False, True)


def test_modules_that_only_training_needs_can_be_imported_but_not_used() -> None:
    with rnn2onnx.as_tensorflow():
        names = run(
            "from tensorflow.contrib import lookup\nfrom tensorflow.python.ops import data_flow_ops\n"
            "from tensorflow.examples.tutorials.mnist import input_data\n"
        )
    for use in (
        lambda: names["lookup"].HashTable(),
        lambda: names["data_flow_ops"].FIFOQueue(1),
        lambda: names["input_data"].read_data_sets("."),
    ):
        with pytest.raises(TrainingError):
            use()
