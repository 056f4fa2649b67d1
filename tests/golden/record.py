"""Records what TensorFlow gives for every golden case. Run by hand, whenever a case is added or changed.

    python3.11 -m venv ENV                       # an environment of its own, outside the repository
    ENV/bin/pip install tensorflow-cpu==2.15.1
    ENV/bin/pip install deepctr==0.9.4           # for the families that are given deepctr
    ENV/bin/python -m tests.golden.record [FAMILY ...]

The families of ``contrib_cases`` are recorded on TensorFlow 1.15, in a second environment, by the same command:

    python3.7 -m venv ENV1
    ENV1/bin/pip install tensorflow==1.15.5 "protobuf<3.21" "h5py<3"

TensorFlow runs in graph mode with TensorFlow 1's control flow, shapes and variables. Each case gets a graph of its own;
every global variable is set to random values that depend on its name only (or to what its initializer gives, where the
case says so). For each file of cases, ``FAMILY.npz`` and ``FAMILY.json`` are written beside this file.

The arrays:

* ``<case>/var:<variable>``: the value of a variable.
* ``<case>/feed<k>:<placeholder>``: what the k-th run was given.
* ``<case>/out<k>:<i>``: the i-th leaf (in ``tf.nest.flatten``'s order) of what the k-th run gave.

The facts, by case: ``kind``; ``variables`` (names in the order of ``tf.global_variables()``); ``structure`` (the nest
as ``registry.structure`` prints it); ``outputs`` (per leaf the dtype and the static shape, None for an unknown one);
``feeds`` (how many runs); ``value`` of a case of plain data; ``error``, ``bases`` (the builtin classes the error is
also of) and ``message`` of a case that raises.

Everything is a function of the cases: recording again changes at most the last bits of a value.
"""

from __future__ import annotations

import builtins
import importlib.util
import json
import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
import tensorflow

from tests.golden.registry import Case, flatten, load, seeded, structure

VERSION = tensorflow.__version__.rpartition(".")[0]
tf = tensorflow if VERSION == "1.15" else tensorflow.compat.v1
MODULES = {"tf": tf, "keras": tensorflow.keras}
if importlib.util.find_spec("deepctr") is not None:
    from tests.golden.deepctr_on_tensorflow import deepctr

    MODULES["deepctr"] = deepctr
HERE = Path(__file__).parent


def main(families: list[str]) -> int:
    """Records the named families, or all of them; gives the number of cases that could not be recorded."""
    warnings.simplefilter("ignore")
    tf.logging.set_verbosity(tf.logging.FATAL)
    v1 = tf.compat.v1 if VERSION == "1.15" else tf
    v1.disable_eager_execution()
    v1.disable_control_flow_v2()
    v1.disable_v2_tensorshape()
    v1.disable_resource_variables()
    if VERSION == "2.15":
        keep_all_outputs()
    cases = [case for case in load(VERSION).values() if case.family in families or not families]
    failed = 0
    for family in sorted({case.family for case in cases}):
        arrays: dict[str, np.ndarray] = {}
        recorded: dict[str, Any] = {}
        for case in (case for case in cases if case.family == family):
            try:
                found, made = record(case)
            except Exception as error:
                failed += 1
                print(f"{case.id}: {type(error).__name__}: {str(error)[:600]}", file=sys.stderr)
                continue
            recorded[case.name] = found
            arrays.update({f"{case.name}/{key}": value for key, value in made.items()})
        np.savez_compressed(HERE / f"{family}.npz", **arrays)
        text = json.dumps(recorded, indent=1, sort_keys=True, ensure_ascii=False)
        (HERE / f"{family}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{family}: {len(recorded)} cases, {len(arrays)} arrays")
    return failed


def keep_all_outputs() -> None:
    """Lets Keras's recurrent layers keep every output even where only the last one is returned.

    They do so by themselves once TensorFlow 2's behaviour is off. Otherwise they write one element of a TensorArray
    again and again, which TensorFlow 1's control flow refuses to run.
    """
    from keras.src import backend

    loop = backend.rnn
    backend.rnn = lambda *args, **options: loop(*args, **{**options, "return_all_outputs": True})


def record(case: Case) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The facts and the arrays of one case."""
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        if case.kind == "error":
            return raised(case, lambda: case.call(MODULES)), {}
        out = case.call(MODULES)
        if case.kind == "facts":
            return {"kind": "facts", "value": json.loads(json.dumps(out))}, {}
        if case.kind == "run_error":
            feeds = case.make_feeds()
            arrays = {f"feed{index}:{name}": value for index, feed in enumerate(feeds) for name, value in feed.items()}
            return {**raised(case, lambda: run(case, out)), "feeds": len(feeds)}, arrays
        arrays, runs = run(case, out)
        leaves = tensorflow.nest.flatten(out)
        if [id(leaf) for leaf in leaves] != [id(leaf) for leaf in flatten(out)]:
            raise ValueError("registry.flatten and tf.nest.flatten disagree")
        return {
            "kind": "values",
            "variables": [variable.op.name for variable in tf.global_variables()],
            "structure": structure(out),
            "outputs": [None if leaf is None else described(leaf) for leaf in leaves],
            "feeds": runs,
        }, arrays


def described(leaf: Any) -> dict[str, Any]:
    """The dtype and the static shape of a tensor."""
    shape = leaf.get_shape()
    return {"dtype": leaf.dtype.base_dtype.name, "shape": None if shape.ndims is None else shape.as_list()}


def run(case: Case, out: Any) -> tuple[dict[str, np.ndarray], int]:
    """The arrays of every run of a case, and how many runs there were."""
    arrays: dict[str, np.ndarray] = {}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for variable in tf.global_variables():
            name = variable.op.name
            if not case.initial:
                session.run(variable.initializer, {variable.initializer.inputs[1]: random_value(name, variable)})
            arrays[f"var:{name}"] = session.run(variable)
        runs = case.make_feeds()
        for index, feed in enumerate(runs):
            arrays.update({f"feed{index}:{name}": value for name, value in feed.items()})
            wanted = {str(i): leaf for i, leaf in enumerate(flatten(out)) if leaf is not None}
            got = session.run(wanted, {f"{name}:0": value for name, value in feed.items()})
            arrays.update({f"out{index}:{i}": np.asarray(value) for i, value in got.items()})
    return arrays, len(runs)


def random_value(name: str, variable: Any) -> np.ndarray:
    """Values of a variable that depend on its name only; variances are positive."""
    rng = seeded(name)
    shape = variable.shape.as_list()
    dtype = variable.dtype.base_dtype.as_numpy_dtype
    if np.issubdtype(dtype, np.integer):
        return rng.integers(0, 5, shape).astype(dtype)
    if dtype == np.bool_:
        return rng.integers(0, 2, shape).astype(dtype)
    if variable.shape.num_elements() > 20_000:
        # Few distinct values make a small file, and wide layers need small weights.
        return (rng.integers(-2, 3, shape) / 16).astype(dtype)
    value = 0.5 * rng.standard_normal(shape)
    return (0.1 + np.abs(value) if "variance" in name else value).astype(dtype)


def raised(case: Case, act: Any) -> dict[str, Any]:
    """The class and the message of the error that a case raises."""
    try:
        act()
    except Exception as error:
        message = str(error)
        missing = [part for part in case.mentions if part not in message]
        if missing:
            raise ValueError(f"the message lacks {missing}: {message}") from error
        bases = [kind.__name__ for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind]
        specific = [name for name in bases if name not in ("Exception", "BaseException", "object")]
        return {"kind": case.kind, "error": type(error).__name__, "bases": specific, "message": told(message)}
    raise ValueError("the case raised no error")


def told(message: str) -> str:
    """The sentence of a message: no trace, no addresses, no names of nodes."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    sentence = lines[-1] if lines[0] in ("in user code:", "in converted code:") else lines[0]
    return re.sub(r"0x[0-9a-f]+", "0x", sentence.partition(" for '{{node")[0])[:300]


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
