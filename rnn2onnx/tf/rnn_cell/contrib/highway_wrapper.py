"""A way past the cell inside: ``HighwayWrapper``."""

from __future__ import annotations

from typing import Any

from rnn2onnx.nest import assert_same_structure, map_structure
from rnn2onnx.tf.initializers import Constant
from rnn2onnx.tf.ops.activations import xw_plus_b
from rnn2onnx.tf.ops.elementwise import sigmoid
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.rnn_cell.wrappers import RNNCellWrapper
from rnn2onnx.tf.variables.variable_scope import get_variable


class HighwayWrapper(RNNCellWrapper):
    """``x C + out T``, leaf by leaf, with ``C = σ(x W_c + b_c)`` and ``T = 1 - C`` or ``T = σ(x W_t + b_t)``.

    Variables in the scope that is open, without one of the wrapper's own, behind those of the cell: ``carry_w``
    ``[depth, depth]``, ``carry_b``, ``transform_w``, ``transform_b``.

    Args:
        cell: The cell inside, whose outputs are as wide as its inputs.
        couple_carry_transform_gates: T is 1 - C.
        carry_bias_init: b_c at first; b_t is its negative.

    Raises:
        ArgumentTypeError: ``cell`` is not like a cell. In a call: inputs and outputs are containers of other types.
        ShapeError: In a call: their shapes differ.

    Source:
        ``tf.contrib.rnn.HighwayWrapper``; Srivastava et al., 2015.
    """

    def __init__(self, cell: Any, couple_carry_transform_gates: bool = True, carry_bias_init: Any = 1.0) -> None:
        super().__init__(cell)
        self._couple_carry_transform_gates = couple_carry_transform_gates
        self._carry_bias_init = carry_bias_init

    def _around(self, inputs: Any, state: Any, scope: dict[str, Any]) -> Any:
        outputs, new_state = self.cell(inputs, state, **scope)
        assert_same_structure(inputs, outputs)
        pairs = map_structure(convert_to_tensor, inputs), map_structure(convert_to_tensor, outputs)
        map_structure(lambda x, out: x.shape.assert_is_compatible_with(out.shape), *pairs)
        return map_structure(self._highway, *pairs), new_state

    def _highway(self, x: Tensor, out: Tensor) -> Tensor:
        carry = self._gate("carry", x, self._carry_bias_init)
        coupled = self._couple_carry_transform_gates
        transform = 1 - carry if coupled else self._gate("transform", x, -self._carry_bias_init)
        return x * carry + out * transform

    def _gate(self, name: str, x: Tensor, bias: Any) -> Tensor:
        depth = x.shape.with_rank(2).as_list()[1]
        w = get_variable(f"{name}_w", [depth, depth])
        b = get_variable(f"{name}_b", [depth], initializer=Constant(bias))
        return sigmoid(xw_plus_b(x, w, b))
