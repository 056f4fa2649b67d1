"""The names of ``tf`` and its namespaces: those there are, those refused, and those unknown."""

from __future__ import annotations

import builtins
import importlib
import inspect
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from rnn2onnx import nest, tf
from rnn2onnx.errors import TrainingError, UnsupportedError
from rnn2onnx.tf.refusals.refused_names import REFUSED
from rnn2onnx.tf.refusals.unknown_names import names_there_are


def at(path: str) -> Any:
    """What a path such as ``tf.nn.relu`` leads to."""
    root, *rest = path.split(".")
    found: Any = importlib.import_module("rnn2onnx.keras") if root == "keras" else tf
    for part in rest:
        found = getattr(found, part)
    return found


def test_every_name_is_there() -> None:
    missing = [path for path in names_there_are() if path != "tf.newaxis" and at(path) is None]
    assert not missing
    assert len(names_there_are()) > 700


def test_names_are_not_listed_twice_or_refused_besides() -> None:
    for path in {full.rpartition(".")[0] for full in names_there_are()}:
        listed = at(path).__all__
        assert len(listed) == len(set(listed)), path
        assert not set(listed) & REFUSED.get(path, frozenset()), path


@pytest.mark.parametrize(
    "module",
    [
        *("ops.array_ops", "ops.assertions", "ops.math_ops", "ops.nn_ops", "ops.random_ops"),
        *("loops.control_flow", "loops.functional_ops", "rnn.dynamic_rnn", "rnn.raw_rnn", "refusals.settings"),
        *("seq2seq.attention_mechanism", "seq2seq.attention_wrapper", "seq2seq.attentions", "seq2seq.basic_decoder"),
        *("seq2seq.beam_search_decoder", "seq2seq.beam_search_step", "seq2seq.decoder", "seq2seq.dynamic_decode"),
        *("seq2seq.loss", "seq2seq.monotonic_attention", "seq2seq.random_sampling", "seq2seq.sampling"),
        *("seq2seq.tile_batch", "seq2seq.training_helper"),
        *("variables.global_step", "variables.partitioners", "variables.template"),
        *("variables.variable_scope", "variables.variables"),
    ],
)
def test_every_operation_has_a_name_for_users(module: str) -> None:
    known = set(names_there_are().values()) | {"DeferredValue", "TopKV2", "add_v2", "print_"}
    offered = importlib.import_module(f"rnn2onnx.tf.{module}").__all__
    assert not [name for name in offered if name not in known]


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("tf.compat.v1.nn.rnn_cell.LSTMCell", "tf.nn.rnn_cell.LSTMCell"),
        ("tf.contrib.rnn.LSTMCell", "tf.nn.rnn_cell.LSTMCell"),
        ("tf.contrib.rnn.LSTMStateTuple", "tf.nn.rnn_cell.LSTMStateTuple"),
        ("tf.compat.v1.nn.dynamic_rnn", "tf.nn.dynamic_rnn"),
        ("tf.math.reduce_sum", "tf.reduce_sum"),
        ("tf.math.divide_no_nan", "tf.div_no_nan"),
        ("tf.linalg.matmul", "tf.matmul"),
        ("tf.linalg.band_part", "tf.matrix_band_part"),
        ("tf.linalg.diag", "tf.matrix_diag"),
        ("tf.linalg.tensor_diag", "tf.diag"),
        ("tf.random.uniform", "tf.random_uniform"),
        ("tf.random.set_random_seed", "tf.set_random_seed"),
        ("tf.dtypes.cast", "tf.cast"),
        ("tf.dtypes.float32", "tf.float32"),
        ("tf.initializers.glorot_uniform", "tf.glorot_uniform_initializer"),
        ("tf.contrib.layers.variance_scaling_initializer", "tf.contrib.layers.variance_scaling_initializer"),
        ("tf.debugging.assert_equal", "tf.assert_equal"),
        ("tf.errors.OpError", "tf.OpError"),
        ("tf.contrib.framework.get_or_create_global_step", "tf.train.get_or_create_global_step"),
        ("tf.contrib.framework.nest", "tf.nest"),
        ("tf.VariableV1", "tf.Variable"),
        ("tf.compat.v1", "tf"),
        ("tf.keras.layers.Dense", "keras.layers.Dense"),
    ],
)
def test_one_thing_under_several_names(path: str, same: str) -> None:
    assert at(path) is at(same)


def test_names_that_are_builtins_or_modules_elsewhere() -> None:
    for name in ("abs", "range", "round", "slice", "print", "pow"):
        assert callable(getattr(tf, name))
        assert getattr(tf, name) is not getattr(builtins, name)
    # Modules of this package carry the same names; the calls must win.
    for name in ("shape", "variable_scope", "name_scope"):
        assert not inspect.ismodule(getattr(tf, name))
    assert tf.newaxis is None
    assert tf.bool.name == "bool"
    assert tf.__version__ == tf.VERSION == "1.15.0"


def test_from_imports_as_code_for_tensorflow_has_them() -> None:
    from rnn2onnx.tf.compat import v1
    from rnn2onnx.tf.contrib import rnn
    from rnn2onnx.tf.contrib.layers import layer_norm
    from rnn2onnx.tf.nn import dynamic_rnn
    from rnn2onnx.tf.nn.rnn_cell import GRUCell

    assert v1.nn.dynamic_rnn is dynamic_rnn
    assert rnn.GRUCell is GRUCell
    assert layer_norm is tf.contrib.layers.layer_norm


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("tf.reduce_summ", "Nearest: tf.reduce_sum, tf.math.reduce_sum, "),
        ("tf.nn.LSTMCell", "tf.nn.rnn_cell.LSTMCell"),
        ("tf.nn.rnn_cell.LstmCell", "Nearest: tf.nn.rnn_cell.LSTMCell, keras.layers.LSTMCell"),
        ("tf.layers.conv4d", "tf.layers.conv2d"),
        ("tf.contrib.layers.xavier_init", "tf.contrib.layers.xavier_initializer"),
        ("tf.contrib.nothing_of_the_kind", "There are: tf.contrib.crf, tf.contrib.cudnn_rnn, "),
        ("tf.zzzzzzzzzzz", "No name here is similar"),
        ("tf.dtypes.floaty", "tf.dtypes.float16"),
        ("tf.losses.mean_square_error", "Nearest: tf.losses.mean_squared_error"),
        ("tf.initializers.glorot", "tf.initializers.glorot_"),
        ("tf.errors.InvalidArgument", "tf.errors.InvalidArgumentError"),
        ("tf.logging.informal", "tf.logging.info"),
        ("tf.compat.v2", "tf.compat.v1"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_ones(path: str, nearest: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        at(path)
    message = str(caught.value)
    assert message.startswith(f"rnn2onnx has no {path}. ")
    assert nearest in message
    assert "test_namespace.py" in message


def test_an_unknown_name_is_an_attribute_that_is_not_there() -> None:
    assert not hasattr(tf, "no_such_name")
    assert not hasattr(tf.nn, "__path_of_nothing__")
    assert getattr(tf.nn, "no_such_name", 3) == 3
    with pytest.raises(ImportError):
        from rnn2onnx.tf.nn import no_such_name  # noqa: F401


@pytest.mark.parametrize("path", [f"{space}.{name}" for space in REFUSED for name in sorted(REFUSED[space])])
def test_what_only_training_needs_can_be_looked_at_but_not_used(path: str) -> None:
    refused = at(path)
    assert not isinstance(1, refused)
    assert repr(refused) == f"<{path}, which rnn2onnx does not have>"
    with pytest.raises(TrainingError) as caught:
        refused(1, name="x")
    assert str(caught.value).startswith(f"{path} is not part of rnn2onnx")
    assert "test_namespace.py" in str(caught.value)


def test_what_is_in_a_refused_name_is_refused_by_its_full_name() -> None:
    with pytest.raises(TrainingError, match=r"^tf\.data\.Dataset\.from_tensors is not .*placeholders"):
        tf.data.Dataset.from_tensors(1)
    with pytest.raises(TrainingError, match=r"^tf\.app\.run is not .*argparse"):
        tf.app.run()
    with pytest.raises(TrainingError, match=r"^tf\.IndexedSlices is not .*dense"):
        tf.IndexedSlices([], [])

    class Hook(tf.train.SessionRunHook):  # type: ignore[misc]
        """A subclass does no harm until it is used."""

    with pytest.raises(TrainingError, match="SessionRunHook"):
        Hook()


def test_strings_and_modes() -> None:
    assert tf.compat.as_str(b"a") == tf.compat.as_text("a") == tf.compat.as_str_any(b"a") == "a"
    assert (tf.compat.as_bytes("a"), tf.compat.as_bytes(b"a"), tf.compat.as_str_any(3)) == (b"a", b"a", "3")
    with pytest.raises(TypeError, match="binary or unicode"):
        tf.compat.as_str(3)
    assert tf.estimator.ModeKeys.PREDICT == tf.contrib.learn.ModeKeys.INFER == "infer"
    assert not tf.test.is_gpu_available()
    assert not tf.test.is_built_with_cuda()
    assert tf.test.gpu_device_name() == ""
    assert tf.contrib.util.constant_value(tf.constant(3)) == 3


def test_nests_are_those_of_the_package() -> None:
    pair = (1, [2, 3])
    assert tf.nest.flatten(pair) == nest.flatten(pair) == [1, 2, 3]
    assert tf.nest.map_structure(lambda x: x + 1, pair) == (2, [3, 4])
    assert tf.nest.pack_sequence_as(pair, np.array([4, 5, 6]).tolist()) == (4, [5, 6])
    with pytest.raises(TypeError, match="nested structure") as caught:
        tf.nest.assert_same_structure((1, 2), [1, 2])
    assert "test_namespace.py" in str(caught.value)


def test_the_package_loads_nothing_heavy_and_no_tensorflow() -> None:
    code = (
        "import sys, rnn2onnx; from rnn2onnx import tf; tf.nn.rnn_cell.LSTMCell(3); "
        "print([m for m in ('onnx', 'onnx_ir', 'onnxruntime', 'tensorflow', 'ml_dtypes') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
