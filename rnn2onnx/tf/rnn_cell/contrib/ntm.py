"""A Neural Turing Machine: ``NTMCell``, a controller that reads and writes a memory."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.initializers import Constant, GlorotUniform, TruncatedNormal, Zeros
from rnn2onnx.tf.ops.activations import softmax, softplus
from rnn2onnx.tf.ops.arithmetic import equal, pow
from rnn2onnx.tf.ops.elementwise import exp, sigmoid, sqrt, square, tanh
from rnn2onnx.tf.ops.filling import zeros
from rnn2onnx.tf.ops.joining import concat, split
from rnn2onnx.tf.ops.norms import clip_by_value
from rnn2onnx.tf.ops.products import matmul
from rnn2onnx.tf.ops.reduction_ops import reduce_sum
from rnn2onnx.tf.ops.reshaping import expand_dims, roll, squeeze
from rnn2onnx.tf.ops.selecting import where_v2
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.acceptance import assert_like_rnncell
from rnn2onnx.tf.rnn_cell.affine import affine
from rnn2onnx.tf.rnn_cell.cell import LayerRNNCell
from rnn2onnx.tf.rnn_cell.zero_state import zero_state_of
from rnn2onnx.tf.shapes.shape import TensorShape


class NTMControllerState(NamedTuple):
    """What an ``NTMCell`` carries from step to step.

    Attributes:
        controller_state: That of the controller.
        read_vector_list: What each read head has read, ``[batch, memory_vector_dim]``.
        w_list: Where each head looks, ``[batch, memory_size]``; read heads first.
        M: The memory, ``[batch, memory_size, memory_vector_dim]``.
        time: How many steps were taken; at 0 the first three are replaced by the trained initial ones.
    """

    controller_state: Any
    read_vector_list: list[Any]
    w_list: list[Any]
    M: Any
    time: Any


class NTMCell(LayerRNNCell):
    """A controller whose outputs move heads over a memory, with what they read among its next inputs.

    ``out, s' = controller([x, r_1, …], s)``; ``p = clip(out W_p + b_p)`` holds for each head a key k = tanh, its
    strength β = softplus, a gate g = σ, a distribution over shifts s = softmax, and a sharpness γ = softplus + 1; then
    for each write head what it erases, e = σ, and what it adds, a = tanh. A head looks at
    ``w_c = softmax(β cos(k, M))``, ``w_g = g w_c + (1 - g) w``, ``w_s = s circularly convolved with w_g``,
    ``w' = w_s^γ / Σ w_s^γ``. ``r' = Σ w' M``; ``M' = M (1 - w' e) + w' a`` for each write head in turn. The output is
    ``clip([out, r'_1, …] W_o + b_o)``.

    Variables in this order: ``parameters_kernel``, ``parameters_bias``, ``output_kernel``, ``output_bias``,
    ``initial_read_vector_{i}``, ``initial_address_weights_{i}``, ``memory``, then those of the controller.

    ``state_size.M`` is flat, while the state's M is not, as in TensorFlow: start from ``zero_state``.

    Args:
        controller: A cell.
        memory_size: The number of places of the memory.
        memory_vector_dim: The size of what is at a place.
        read_head_num: The number of heads that read.
        write_head_num: The number of heads that write.
        shift_range: How far a head can move in a step, 1 or more. With 0 TensorFlow mixes places without a pattern.
        output_dim: The size of the output; None: that of the inputs, known from the first call on.
        clip_value: The bound of p and of the output.
        dtype: The dtype of its variables.
        name: The name of the scope of its variables.

    Raises:
        ArgumentTypeError: ``controller`` is not like a cell; in a call: the state is no ``NTMControllerState``.
        ArgumentError: A head would move further than around the memory, or not at all; or ``output_dim`` is None and
            the depth of the inputs unknown.

    Source:
        ``tensorflow.contrib.rnn.python.ops.rnn_cell.NTMCell``; Graves et al., 2014; Collier and Beel, 2018.
    """

    def __init__(
        self,
        controller: Any,
        memory_size: Any,
        memory_vector_dim: Any,
        read_head_num: Any,
        write_head_num: Any,
        shift_range: Any = 1,
        output_dim: Any = None,
        clip_value: Any = 20,
        dtype: Any = "float32",
        name: Any = None,
    ) -> None:
        super().__init__(dtype=dtype, name=name)
        assert_like_rnncell("NTM RNN controller cell", controller)
        if not 1 <= shift_range <= (memory_size - 1) // 2:
            raise ArgumentError(
                f"shift_range={shift_range} of a memory with memory_size={memory_size} places: a head moves by 1 place "
                f"at least, and by {(memory_size - 1) // 2} here at most.",
                user_location(),
            )
        self.controller = controller
        self.memory_size = memory_size
        self.memory_vector_dim = memory_vector_dim
        self.read_head_num = read_head_num
        self.write_head_num = write_head_num
        self.shift_range = shift_range
        self.output_dim = output_dim
        self.clip_value = clip_value
        self.num_heads = read_head_num + write_head_num
        self.num_parameters_per_head = memory_vector_dim + 2 * shift_range + 4
        self.total_parameter_num = (
            self.num_parameters_per_head * self.num_heads + 2 * memory_vector_dim * write_head_num
        )

    @property
    def state_size(self) -> NTMControllerState:
        """The sizes of the controller's state, of what was read, of where heads look, of the memory, of the time."""
        return NTMControllerState(
            controller_state=self.controller.state_size,
            read_vector_list=[self.memory_vector_dim] * self.read_head_num,
            w_list=[self.memory_size] * self.num_heads,
            M=TensorShape([self.memory_size * self.memory_vector_dim]),
            time=TensorShape([]),
        )

    @property
    def output_size(self) -> Any:
        """The size of the output; None before it is known."""
        return self.output_dim

    def zero_state(self, batch_size: Any, dtype: Any) -> NTMControllerState:
        """Zeros of float32, the controller's zero state, and the time 0, a Python number."""
        memory = [batch_size, self.memory_size, self.memory_vector_dim]
        return NTMControllerState(
            controller_state=zero_state_of(self.controller, batch_size, dtype),
            read_vector_list=[zeros([batch_size, self.memory_vector_dim]) for _ in range(self.read_head_num)],
            w_list=[zeros([batch_size, self.memory_size]) for _ in range(self.num_heads)],
            M=zeros(memory),
            time=0,
        )

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables for inputs of this shape."""
        if self.output_dim is None:
            self.output_dim = TensorShape(inputs_shape).as_list()[1]
            if self.output_dim is None:
                raise ArgumentError(
                    f"Expected inputs.shape[-1] to be known, saw shape: {inputs_shape}. State it with x.set_shape, or "
                    "give output_dim.",
                    user_location(),
                )
        controlled = self.controller.output_size
        read = controlled + self.memory_vector_dim * self.read_head_num
        self._params_kernel = self._kernel("parameters_kernel", controlled, self.total_parameter_num)
        self._params_bias = self.add_weight("parameters_bias", [self.total_parameter_num], initializer=Zeros())
        self._output_kernel = self._kernel("output_kernel", read, self.output_dim)
        self._output_bias = self.add_weight("output_bias", [self.output_dim], initializer=Zeros())
        self._init_read_vectors = [
            self.add_weight(f"initial_read_vector_{index}", [1, self.memory_vector_dim], initializer=GlorotUniform())
            for index in range(self.read_head_num)
        ]
        self._init_address_weights = [
            self.add_weight(f"initial_address_weights_{index}", [1, self.memory_size], initializer=GlorotUniform())
            for index in range(self.num_heads)
        ]
        self._memory = self.add_weight("memory", [self.memory_size, self.memory_vector_dim], initializer=Constant(1e-6))
        self.built = True

    def _kernel(self, name: str, rows: int, columns: int) -> Any:
        return self.add_weight(name, [rows, columns], initializer=TruncatedNormal(stddev=1 / math.sqrt(rows)))

    def call(self, x: Any, prev_state: Any) -> Any:
        """One step: the output, and the new state."""
        if not hasattr(prev_state, "M") or not hasattr(prev_state, "time"):
            raise ArgumentTypeError(
                f"{type(self).__name__} expected an NTMControllerState, but received {prev_state}. Start from "
                "cell.zero_state(batch_size, dtype).",
                user_location(),
            )
        first = equal(prev_state.time, 0)
        reads = [
            where_v2(first, tanh(initial), read)
            for initial, read in zip(self._init_read_vectors, prev_state.read_vector_list, strict=True)
        ]
        places = [
            where_v2(first, softmax(initial), place)
            for initial, place in zip(self._init_address_weights, prev_state.w_list, strict=True)
        ]
        memory = where_v2(first, self._memory, prev_state.M)

        output, controller_state = self.controller(concat([x, *reads], 1), prev_state.controller_state)
        parameters = self._clipped(affine([output], self._params_kernel, self._params_bias))
        widths = [self.num_parameters_per_head] * self.num_heads + [self.memory_vector_dim] * 2 * self.write_head_num
        parts = split(parameters, widths, 1)
        heads, changes = parts[: self.num_heads], parts[self.num_heads :]

        places = [self._addressed(head, memory, place) for head, place in zip(heads, places, strict=True)]
        reads = [reduce_sum(expand_dims(place, 2) * memory, 1) for place in places[: self.read_head_num]]
        for index, place in enumerate(places[self.read_head_num :]):
            erased, added = (expand_dims(change, 1) for change in changes[2 * index : 2 * index + 2])
            where = expand_dims(place, 2)
            memory = memory * (1.0 - where * sigmoid(erased)) + where * tanh(added)
        output = self._clipped(affine([output, *reads], self._output_kernel, self._output_bias))
        return output, NTMControllerState(controller_state, reads, places, memory, prev_state.time + 1)

    def _clipped(self, values: Tensor) -> Tensor:
        return clip_by_value(values, -self.clip_value, self.clip_value)

    def _addressed(self, head: Tensor, memory: Tensor, place: Tensor) -> Tensor:
        """Where a head looks next ``[batch, memory_size]``, from its parameters and where it looked."""
        shifts = 2 * self.shift_range + 1
        key, strength, gate, shift, sharpness = split(head, [self.memory_vector_dim, 1, 1, shifts, 1], 1)
        key = expand_dims(tanh(key), 2)
        norms = sqrt(reduce_sum(square(memory), 2, True)) * sqrt(reduce_sum(square(key), 1, True))
        likeness = squeeze(matmul(memory, key) / (norms + 1e-8), [2])
        amplified = exp(softplus(strength) * likeness)
        by_content = amplified / reduce_sum(amplified, 1, True)
        gate = sigmoid(gate)
        place = gate * by_content + (1.0 - gate) * place
        # The shifts stand in the order 0, 1, …, range, -range, …, -1.
        amounts = [*range(self.shift_range + 1), *range(-self.shift_range, 0)]
        weights = split(softmax(shift), shifts, 1)
        moved = [weight * roll(place, amount, 1) for weight, amount in zip(weights, amounts, strict=True)]
        sharp = pow(sum(moved[1:], moved[0]), softplus(sharpness) + 1.0)
        return sharp / reduce_sum(sharp, 1, True)
