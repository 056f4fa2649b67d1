"""Writes tf2onnx's files for the programs of the benchmark. It runs in an environment of its own, outside of ours:

    python3.11 -m venv ENV
    ENV/bin/pip install tensorflow-cpu==2.15.1 tf2onnx==1.17.0 "onnx<1.19" h5py requests
    ENV/bin/pip install --no-deps deepctr==0.9.4
    ENV/bin/python -m tests.bench.peers FOLDER [PROGRAM ...]        # in the root of the repository

Every way that tf2onnx has is tried, and ``tests.bench`` takes the fastest file that computes the program:

* ``fused``: TensorFlow 1's control flow, grappler off, so that tf2onnx's patterns of LSTM and GRU match;
* ``grappler``: the same through grappler, as its command line does it;
* ``function``: TensorFlow 2's control flow (loops are functions) through grappler;

each at the opsets of ``OPSETS``; files of equal operators are written once. For each program there are also the
feeds and the outputs of TensorFlow itself at one shape. ``peers.json`` says what was written and what failed.
"""

from __future__ import annotations

import collections
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
import tensorflow
import tf2onnx
from tensorflow.python.framework import convert_to_constants
from tf2onnx import optimizer, tf_loader, tfonnx

from tests.bench.programs import PROGRAMS, Program, leaves, weight
from tests.golden.deepctr_on_tensorflow import deepctr

tf = tensorflow.compat.v1
MODULES = {"tf": tf, "deepctr": deepctr}
OPSETS = (13, 15, 18)
REFERENCE = (5, 20)
"""Batch and time of TensorFlow's own outputs."""


def main(folder: Path, names: list[str]) -> None:
    """Writes the files of the programs of these names, or of all."""
    tf.logging.set_verbosity(tf.logging.FATAL)
    tf.disable_v2_behavior()
    folder.mkdir(parents=True, exist_ok=True)
    listing = folder / "peers.json"
    versions = {"tensorflow": tensorflow.__version__, "tf2onnx": tf2onnx.__version__}
    found: dict[str, Any] = json.loads(listing.read_text()) if listing.exists() else {"programs": {}}
    for name in names or PROGRAMS:
        program = PROGRAMS[name]
        print(name, flush=True)
        reference(program, folder)
        found["programs"][name] = candidates(program, folder)
        listing.write_text(json.dumps({**found, **versions}, indent=1))


def reference(program: Program, folder: Path) -> None:
    """Writes the feeds and TensorFlow's outputs at one shape."""
    with tf.Graph().as_default(), tf.Session() as session:
        named = dict(leaves(program.call(MODULES)))
        fill(session)
        feeds = program.feeds(REFERENCE[0], program.fixed_time or REFERENCE[1])
        outputs = session.run(named, {f"{name}:0": array for name, array in feeds.items()})
    np.savez(folder / f"{program.name}.npz", **{f"out:{k}": v for k, v in outputs.items()}, **feeds)


def candidates(program: Program, folder: Path) -> list[dict[str, Any]]:
    """Writes a file for each way and opset that works; says of each what it has, or why there is none."""
    entries: list[dict[str, Any]] = []
    seen: set[Any] = set()
    for way, frozen_by in WAYS.items():
        entry: dict[str, Any] = {"way": way}
        try:
            graph_def, inputs, renamed = frozen_by(program)
        except Exception as error:
            entries.append({**entry, "error": one_line(error)})
            continue
        for opset in OPSETS:
            entry = {"way": way, "opset": opset}
            try:
                model = converted(graph_def, inputs, renamed, opset)
            except Exception as error:
                entries.append({**entry, "error": one_line(error)})
                continue
            operators = dict(sorted(collections.Counter(kinds(model.graph)).items()))
            if str(operators) in seen:
                continue
            seen.add(str(operators))
            file = f"{program.name}.{way}.{opset}.onnx"
            (folder / file).write_bytes(model.SerializeToString())
            entries.append({**entry, "file": file, "operators": operators})
    return entries


def fill(session: Any) -> None:
    """Gives every variable its value."""
    for variable in tf.global_variables():
        name = variable.op.name
        variable.load(weight(name, tuple(variable.shape.as_list())), session)


def frozen(program: Program, constants: Callable[..., Any]) -> Any:
    """The graph with constants for its variables, its inputs, and its outputs' names."""
    with tf.Graph().as_default() as graph, tf.Session() as session:
        named = dict(leaves(program.call(MODULES)))
        fill(session)
        renamed = {tensor.name: name for name, tensor in named.items()}
        inputs = [op.outputs[0].name for op in graph.get_operations() if op.type == "Placeholder"]
        nodes = sorted({tensor.op.name for tensor in named.values()})
        graph_def = constants(session, graph.as_graph_def(add_shapes=True), nodes)
    return graph_def, inputs, renamed


def optimised(graph_def: Any, inputs: list[str], renamed: Mapping[str, str]) -> Any:
    """The same through grappler."""
    with tf.Graph().as_default():
        return tf_loader.tf_optimize(inputs, list(renamed), graph_def), inputs, renamed


def fused(program: Program) -> Any:
    return frozen(program, tf.graph_util.convert_variables_to_constants)


def grappler(program: Program) -> Any:
    return optimised(*fused(program))


def function(program: Program) -> Any:
    tf.enable_control_flow_v2()
    try:
        return optimised(*frozen(program, convert_to_constants.convert_variables_to_constants_from_session_graph))
    finally:
        tf.disable_control_flow_v2()


WAYS: Mapping[str, Callable[[Program], Any]] = {"fused": fused, "grappler": grappler, "function": function}


def converted(graph_def: Any, inputs: list[str], renamed: Mapping[str, str], opset: int) -> Any:
    """The ONNX model, its inputs and outputs named as ours."""
    names = {**renamed, **{name: name.partition(":")[0] for name in inputs}}
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        shown = {"input_names": inputs, "output_names": list(renamed), "tensors_to_rename": names}
        made = tfonnx.process_tf_graph(graph, opset=opset, **shown)
        return optimizer.optimize_graph(made).make_model("peer")


def kinds(graph: Any) -> Any:
    for node in graph.node:
        yield node.op_type
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from kinds(attribute.g)


def one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
