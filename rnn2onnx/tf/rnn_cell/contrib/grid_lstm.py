"""LSTMs in a grid of time and frequency: ``GridLSTMCell`` and ``BidirectionalGridLSTMCell``."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from typing import Any

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Zeros
from rnn2onnx.tf.ops.elementwise import sigmoid, tanh
from rnn2onnx.tf.ops.filling import zeros
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.ops.reshaping import pad
from rnn2onnx.tf.ops.shape_ops import shape
from rnn2onnx.tf.ops.slicing import slice
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.frequency_windows import known_features, window_count, windows
from rnn2onnx.tf.rnn_cell.contrib.sharded_variable import sharded_variable
from rnn2onnx.tf.variables.variable_scope import get_variable, variable_scope


class _Weights:
    """The variables of one of the two LSTMs of a block, made in the current scope.

    Attributes:
        kernel: ``[window + 2 units, gates units]``.
        bias: ``[gates units]``.
        peepholes: For each gate that has them, the weights with which it sees c over frequency and c over time.
    """

    def __init__(self, kernel: Any, bias: Any) -> None:
        self.kernel = kernel
        self.bias = bias
        self.peepholes: dict[str, tuple[Any, Any]] = {}

    def seen(self, gate: str, value: Tensor, c_freq: Tensor, c_time: Tensor) -> Tensor:
        """The value of a gate with what it sees of both c."""
        if gate in self.peepholes:
            over_freq, over_time = self.peepholes[gate]
            value = value + over_freq * c_freq + over_time * c_time
        return value


class GridLSTMCell(RNNCell):
    """Two LSTMs at each window of features: one goes on over frequency, one over time.

    At window k both see ``[x_k, m_time_k, m_freq_{k-1}]``, with m_time_k from the step before. Each has gates ``i, j,
    f, o`` and ``c' = clip(σ(f + forget_bias) c + σ(i) tanh(j))``, ``m' = σ(o) tanh(c')`` on the c of its own direction;
    at frequency 0 the state over frequency is zero. With peepholes every gate sees the c of both directions, o the new
    ones. The output is ``[m_time_0, m_freq_0, m_time_1, …]``, the state ``(c_time_0, m_time_0, c_time_1, …)``.

    Variables for block b: ``W_f_{b}_0``, … (shards), ``B_f_{b}``, at first 0, then ``W_t_{b}_0``, … and ``B_t_{b}``,
    then the peepholes ``W_F_diag_freqf_{b}``, ``W_F_diag_freqt_{b}``, ….

    Args:
        num_units: The number of units.
        use_peepholes: Whether the gates see c.
        share_time_frequency_weights: Whether both LSTMs have one set of weights.
        cell_clip: The bound of c'; None for no bound.
        initializer: Without effect, as in TensorFlow: the initializer is the scope's.
        num_unit_shards: In how many variables each kernel is stored.
        forget_bias: Added to f besides the bias.
        feature_size: The number of features of a window.
        frequency_skip: The number of features between the beginnings of two windows.
        num_frequency_blocks: The number of windows of each block; a list.
        start_freqindex_list: The first feature of each block; None: one block over all features.
        end_freqindex_list: The feature behind each block.
        couple_input_forget_gates: The forget gate is 1 minus the input gate.
        state_is_tuple: States are a namedtuple, else one tensor. Then all blocks read the state of the first one, as
            in TensorFlow.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: ``num_frequency_blocks`` is missing. In a call: the depth of the inputs is unknown, or the
            windows are not as many as ``num_frequency_blocks`` says.

    Source:
        ``tf.contrib.rnn.GridLSTMCell``; Kalchbrenner et al., 2016.
    """

    def __init__(
        self,
        num_units: Any,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip: Any = None,
        initializer: Any = None,
        num_unit_shards: int = 1,
        forget_bias: Any = 1.0,
        feature_size: Any = None,
        frequency_skip: Any = None,
        num_frequency_blocks: Any = None,
        start_freqindex_list: Any = None,
        end_freqindex_list: Any = None,
        couple_input_forget_gates: bool = False,
        state_is_tuple: bool = True,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        if num_frequency_blocks is None:
            raise ArgumentError(
                "Must specify num_frequency_blocks: a list with the number of windows of each block.", user_location()
            )
        self._num_units = num_units
        self._use_peepholes = use_peepholes
        self._share_time_frequency_weights = share_time_frequency_weights
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_unit_shards = num_unit_shards
        self._forget_bias = forget_bias
        self._feature_size = feature_size
        self._frequency_skip = frequency_skip
        self._num_frequency_blocks = num_frequency_blocks
        self._start_freqindex_list = start_freqindex_list
        self._end_freqindex_list = end_freqindex_list
        self._couple_input_forget_gates = couple_input_forget_gates
        self._state_is_tuple = state_is_tuple
        self._total_blocks = sum(int(count) for count in num_frequency_blocks)
        self._state_tuple_type = self._tuple_type("GridLSTMStateTuple", ["state"]) if state_is_tuple else None

    def _tuple_type(self, name: str, prefixes: Sequence[str]) -> Any:
        fields = [
            f"{prefix}_f{window:02d}_b{block:02d}_{part}"
            for prefix in prefixes
            for block, count in enumerate(self._num_frequency_blocks)
            for window in range(count)
            for part in "cm"
        ]
        return namedtuple(name, fields)

    @property
    def state_size(self) -> Any:
        """The number of units for c and m of each window, or their sum."""
        if self._state_tuple_type is None:
            return 2 * self._num_units * self._total_blocks
        return self._state_tuple_type._make([self._num_units] * len(self._state_tuple_type._fields))

    @property
    def output_size(self) -> Any:
        """The number of units for m over time and m over frequency of each window."""
        return 2 * self._num_units * self._total_blocks

    @property
    def state_tuple_type(self) -> Any:
        """The class of the states; None if they are one tensor."""
        return self._state_tuple_type

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the outputs of all windows, and their new states."""
        if self._state_tuple_type is None:
            outputs, states = self._blocks(self._seen(inputs), _Columns(state, self._num_units))
            return concat(outputs, 1), concat(states, 1)
        outputs, states = self._blocks(self._seen(inputs), _Fields(self._named(state), "state"))
        return concat(outputs, 1), self._state_tuple_type._make(states)

    def _named(self, state: Any) -> Any:
        assert self._state_tuple_type is not None
        parts, fields = tuple(state), self._state_tuple_type._fields
        if len(parts) != len(fields):
            raise ArgumentError(
                f"{type(self).__name__} expected a state of {len(fields)} tensors, {', '.join(fields)}, but received "
                f"{len(parts)}: {state}. Start from cell.zero_state(batch_size, dtype).",
                user_location(),
            )
        return self._state_tuple_type._make(parts)

    def _seen(self, inputs: Tensor, offset: int = 0) -> list[list[Tensor]]:
        """The windows of each block, moved by ``offset`` features; what lies outside of the inputs is zero."""
        features = known_features(inputs)
        if offset:
            inputs = pad(inputs, [[0, 0], [max(0, -offset), max(0, offset)]])
        size, skip, counts = self._feature_size, self._frequency_skip, self._num_frequency_blocks
        found = []
        for block, (start, end) in enumerate(self._spans(features)):
            count = window_count(end - start, size, skip)
            if count != counts[block]:
                raise ArgumentError(
                    f"Invalid num_frequency_blocks, requires {counts[block]} but gets {count}, please check the input "
                    f"size and filter config are correct: windows of {size} features, {skip} apart, over {end - start}"
                    " features.",
                    user_location(),
                )
            found.append(windows(inputs, start + max(0, offset), count, size, skip))
        return found

    def _spans(self, features: int) -> list[tuple[int, int]]:
        """The first feature of each block, and the one behind it."""
        starts, ends, counts = self._start_freqindex_list, self._end_freqindex_list, self._num_frequency_blocks
        if not starts:
            if len(counts) != 1:
                raise ArgumentError(
                    f"Length of num_frequency_blocks is not 1, but instead is {len(counts)}. For several blocks give "
                    "start_freqindex_list and end_freqindex_list.",
                    user_location(),
                )
            return [(0, features)]
        if len(starts) != len(ends):
            raise ArgumentError(
                f"Length of start and end freqindex_list does not match {len(starts)} {len(ends)}", user_location()
            )
        if len(counts) != len(starts):
            raise ArgumentError(
                f"Length of num_frequency_blocks is not equal to start_freqindex_list {len(counts)} {len(starts)}",
                user_location(),
            )
        return list(zip(starts, ends, strict=True))

    def _blocks(self, seen: Sequence[Sequence[Tensor]], state: _Columns | _Fields) -> tuple[list[Tensor], list[Tensor]]:
        outputs: list[Tensor] = []
        states: list[Tensor] = []
        for block, inputs in enumerate(seen):
            of_freq, of_time = self._variables(block, inputs[0].dtype)
            c_freq = m_freq = zeros([shape(inputs[0])[0], self._num_units], inputs[0].dtype)
            for window, x in enumerate(inputs):
                c_time, m_time = state.at(window, block)
                args = [x, m_time, m_freq]
                new_c_freq, o_freq = self._cell(of_freq, args, c_freq, c_time, c_freq)
                new_c_time, o_time = self._cell(of_time, args, c_freq, c_time, c_time)
                m_freq = sigmoid(of_freq.seen("O", o_freq, new_c_freq, new_c_time)) * tanh(new_c_freq)
                m_time = sigmoid(of_time.seen("O", o_time, new_c_freq, new_c_time)) * tanh(new_c_time)
                c_freq = new_c_freq
                outputs += [m_time, m_freq]
                states += [new_c_time, m_time]
        return outputs, states

    def _cell(
        self, weights: _Weights, args: Sequence[Tensor], c_freq: Tensor, c_time: Tensor, own: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The new c of one of the two LSTMs, whose c was ``own``, and its output gate before the sigmoid."""
        coupled = self._couple_input_forget_gates
        parts = split(affine(args, weights.kernel, weights.bias), 3 if coupled else 4, 1)
        i = sigmoid(weights.seen("I", parts[0], c_freq, c_time))
        f = 1.0 - i if coupled else sigmoid(weights.seen("F", parts[2] + self._forget_bias, c_freq, c_time))
        c = f * own + i * tanh(parts[1])
        if self._cell_clip is not None:
            c = clip_by_value(c, -self._cell_clip, self._cell_clip)
        return c, parts[-1]

    def _variables(self, block: int, dtype: Any) -> tuple[_Weights, _Weights]:
        """The weights over frequency and over time."""
        units = self._num_units
        gates = "IO" if self._couple_input_forget_gates else "FIO"

        def made(letter: str) -> _Weights:
            whole = [self._feature_size + 2 * units, (len(gates) + 1) * units]
            kernel = sharded_variable(f"W_{letter}_{block}", whole, dtype, self._num_unit_shards)
            return _Weights(kernel, get_variable(f"B_{letter}_{block}", whole[1:], initializer=Zeros(), dtype=dtype))

        def look(weights: _Weights, direction: str) -> None:
            for gate in gates if self._use_peepholes else "":
                over_freq, over_time = (
                    get_variable(f"W_{gate}_diag_{direction}{letter}_{block}", [units], dtype=dtype) for letter in "ft"
                )
                weights.peepholes[gate] = (over_freq, over_time)

        shared = self._share_time_frequency_weights
        of_freq = made("f")
        of_time = of_freq if shared else made("t")
        look(of_freq, "freq")
        if not shared:
            look(of_time, "time")
        return of_freq, of_time


class _Fields:
    """The c and m over time of a window in a namedtuple."""

    def __init__(self, state: Any, prefix: str) -> None:
        self._state = state
        self._prefix = prefix

    def at(self, window: int, block: int) -> tuple[Tensor, Tensor]:
        """Those of one window."""
        name = f"{self._prefix}_f{window:02d}_b{block:02d}"
        return getattr(self._state, f"{name}_c"), getattr(self._state, f"{name}_m")


class _Columns:
    """The c and m over time of a window in one tensor. TensorFlow takes them from the first block for every block."""

    def __init__(self, state: Tensor, units: int) -> None:
        self._state = state
        self._units = units

    def at(self, window: int, block: int) -> tuple[Tensor, Tensor]:
        """Those of one window."""
        units = self._units
        c, m = (slice(self._state, [0, (2 * window + part) * units], [-1, units]) for part in (0, 1))
        return c, m


class BidirectionalGridLSTMCell(GridLSTMCell):
    """A grid cell that walks over the frequencies upwards and, with weights of its own, downwards.

    Variables as of ``GridLSTMCell``, in the scopes ``fwd`` and ``bwd``. The output is that of the upward walk, then
    that of the downward walk in the order of its steps; the state likewise, always a namedtuple.

    Args:
        num_units: This and the rest as of ``GridLSTMCell``.
        use_peepholes: See there.
        share_time_frequency_weights: See there.
        cell_clip: See there.
        initializer: See there.
        num_unit_shards: See there.
        forget_bias: See there.
        feature_size: See there.
        frequency_skip: See there.
        num_frequency_blocks: See there.
        start_freqindex_list: See there.
        end_freqindex_list: See there.
        couple_input_forget_gates: See there.
        backward_slice_offset: By how many features the windows of the downward walk are moved.
        reuse: Whether to use variables that exist.

    Raises:
        ArgumentError: As of ``GridLSTMCell``.

    Source:
        ``tf.contrib.rnn.BidirectionalGridLSTMCell``.
    """

    def __init__(
        self,
        num_units: Any,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip: Any = None,
        initializer: Any = None,
        num_unit_shards: int = 1,
        forget_bias: Any = 1.0,
        feature_size: Any = None,
        frequency_skip: Any = None,
        num_frequency_blocks: Any = None,
        start_freqindex_list: Any = None,
        end_freqindex_list: Any = None,
        couple_input_forget_gates: bool = False,
        backward_slice_offset: Any = 0,
        reuse: Any = None,
    ) -> None:
        super().__init__(
            num_units,
            use_peepholes,
            share_time_frequency_weights,
            cell_clip,
            initializer,
            num_unit_shards,
            forget_bias,
            feature_size,
            frequency_skip,
            num_frequency_blocks,
            start_freqindex_list,
            end_freqindex_list,
            couple_input_forget_gates,
            True,
            reuse,
        )
        self._backward_slice_offset = int(backward_slice_offset)
        self._state_tuple_type = self._tuple_type("BidirectionalGridLSTMStateTuple", ["fwd_state", "bwd_state"])

    @property
    def output_size(self) -> Any:
        """The outputs of both walks side by side."""
        return 2 * super().output_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step: the outputs of both walks, and their new states."""
        assert self._state_tuple_type is not None
        given = self._named(state)
        upwards = self._seen(inputs)
        downwards = [block[::-1] for block in self._seen(inputs, self._backward_slice_offset)]
        with variable_scope("fwd"):
            outputs, states = self._blocks(upwards, _Fields(given, "fwd_state"))
        with variable_scope("bwd"):
            more_outputs, more_states = self._blocks(downwards, _Fields(given, "bwd_state"))
        return concat(outputs + more_outputs, 1), self._state_tuple_type._make(states + more_states)
