"""deepctr 0.9.4 on TensorFlow 2.15, which it does not run on as it is: six names that moved are put back.

It stands beside TensorFlow in the environment that records; see ``record.py``.
"""

from __future__ import annotations

from types import SimpleNamespace

import tensorflow
from tensorflow.python.ops import array_ops, array_ops_stack, control_flow_ops
from tensorflow.python.util import nest

for moved in ("stack", "unstack"):
    setattr(array_ops, moved, getattr(array_ops_stack, moved))
for moved in ("while_loop", "cond", "Assert"):
    setattr(control_flow_ops, moved, getattr(tensorflow.compat.v1, moved))
nest.is_sequence = nest.is_nested

from deepctr import feature_column, layers, models  # noqa: E402
from deepctr.contrib import rnn, rnn_v2, utils  # noqa: E402

rnn.tf = tensorflow.compat.v1
# The layers would take the twin for TensorFlow 2, which needs shapes of ints, not of Dimensions.
layers.sequence.dynamic_rnn = rnn.dynamic_rnn

deepctr = SimpleNamespace(
    contrib=SimpleNamespace(rnn=rnn, rnn_v2=rnn_v2, utils=utils),
    feature_column=feature_column,
    layers=layers,
    models=models,
)
"""What a case is given as ``deepctr``."""
