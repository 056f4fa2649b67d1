"""``keras.layers.Layer``: variables made in the name scope of a call, masks passed on, calls kept as nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn2onnx import nest, tf
from rnn2onnx.errors import ArgumentError, ArgumentTypeError, TraceError, UnsupportedError
from rnn2onnx.ir import user_location
from rnn2onnx.keras import regularizers
from rnn2onnx.keras.engine.call_context import calling, in_call, training_of_caller
from rnn2onnx.keras.engine.call_signature import CallSignature
from rnn2onnx.keras.engine.layer_weights import LayerWeights
from rnn2onnx.keras.engine.masks import mask_of, masks_of, set_mask
from rnn2onnx.keras.engine.names import layer_name
from rnn2onnx.keras.engine.node import Node, has_history
from rnn2onnx.keras.engine.raw_operations import connect
from rnn2onnx.keras.engine.tracking import may_hold_layers, variables_in
from rnn2onnx.tf.dtypes import as_dtype
from rnn2onnx.tf.layers.input_spec import InputSpec, check_inputs
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.recording.graph import get_default_graph
from rnn2onnx.tf.recording.tensor import Tensor
from rnn2onnx.tf.refusals.training import refuse

__all__ = ["InputSpec", "Layer", "is_default"]

_OPTIONS = {
    "activity_regularizer",
    "autocast",
    "batch_input_shape",
    "batch_size",
    "implementation",
    "input_dim",
    "input_shape",
    "weights",
}


def is_default(method: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a method as one that does nothing unless a subclass has it."""
    method._is_default = True  # type: ignore[attr-defined]
    return method


class Layer(LayerWeights):
    """What has variables and is called with tensors: subclasses define ``build`` and ``call``.

    A call opens a name scope of the layer's name. In the first one ``build`` gets the shapes of the inputs; variables
    made in there are named after all name scopes that are open. Floating inputs are cast to the layer's dtype. ``call``
    gets the inputs' masks if it has a parameter ``mask``; then ``compute_mask`` gives those of the outputs.

    Args:
        trainable: Whether its variables are trainable.
        name: Its name; None: the class name in snake case, made unique in the default graph.
        dtype: What its variables are, and what floating inputs are cast to; None: float32.
        dynamic: Refused if True: a compiled program can't run Python code.
        **kwargs: ``input_shape`` without the batch, ``batch_input_shape``, ``batch_size`` or ``input_dim``, which a
            first layer says in place of an input layer; ``weights``, the arrays its variables start with;
            ``autocast``, whether inputs are cast; ``activity_regularizer`` and ``implementation``, without effect.

    Attributes:
        built: Whether ``build`` was called.
        input_spec: An InputSpec or a nest of them, checked in every call; None: anything goes.
        supports_masking: Whether masks of the inputs are those of the outputs.

    Raises:
        ArgumentTypeError: An option that no layer has.

    Source:
        ``keras.layers.Layer`` of Keras 2.15 in graph mode.
    """

    _compute_output_and_mask_jointly = False

    def __init__(
        self, trainable: bool = True, name: Any = None, dtype: Any = None, dynamic: bool = False, **kwargs: Any
    ) -> None:
        for option in kwargs:
            if option not in _OPTIONS:
                raise ArgumentTypeError(
                    f"Keyword argument not understood: {option}, given to {type(self).__name__}. "
                    f"A layer takes {', '.join(sorted(_OPTIONS))}.",
                    user_location(),
                )
        if dynamic:
            raise refuse(f"{type(self).__name__}(dynamic=True)")
        before = dict(self.__dict__)
        self._trainable_weights: list[Any] = []
        self._non_trainable_weights: list[Any] = []
        self._tracked: list[Any] = []
        for value in before.values():
            self._track(None, value)
        self._inbound_nodes: list[Node] = []
        self._outbound_nodes: list[Node] = []
        self._trainable = trainable
        self._name = name if name else self._default_name()
        if isinstance(dtype, dict):
            # How newer files say it: the name of a policy.
            dtype = dtype["config"]["name"]
        self._dtype = None if dtype is None else as_dtype(getattr(dtype, "name", dtype)).base_dtype.name
        self._autocast = kwargs.get("autocast", True)
        self._initial_weights = kwargs.get("weights")
        self._activity_regularizer = regularizers.get(kwargs.get("activity_regularizer"))
        self._losses: list[Any] = []
        self._signature: CallSignature | None = None
        self.built = False
        self.input_spec: Any = None
        self.supports_masking = False
        self.stateful = False
        if "batch_input_shape" in kwargs:
            self._batch_input_shape = tuple(kwargs["batch_input_shape"])
        elif "input_shape" in kwargs or "input_dim" in kwargs:
            shape = kwargs.get("input_shape", (kwargs.get("input_dim"),))
            self._batch_input_shape = (kwargs.get("batch_size"), *(shape if nest.is_nested(shape) else (shape,)))

    def _default_name(self) -> str:
        return layer_name(type(self).__name__)

    def __setattr__(self, name: str, value: Any) -> None:
        if "_tracked" in self.__dict__ and name not in _OWN_LISTS and not hasattr(type(self), name):
            self._track(self.__dict__.get(name), value)
        object.__setattr__(self, name, value)

    def _track(self, before: Any, value: Any) -> None:
        if before is value:
            return
        self._tracked[:] = [held for held in self._tracked if held is not before]
        if may_hold_layers(value):
            self._tracked.append(value)
        for variable in variables_in(value):
            own = self._trainable_weights if variable.trainable else self._non_trainable_weights
            if all(known is not variable for known in own):
                own.append(variable)

    def __getattr__(self, name: str) -> Any:
        if hasattr(type(self), name):
            # Python also asks here when a property raises; asking once more gives the property's own error.
            return object.__getattribute__(self, name)
        if "_tracked" in self.__dict__ or name.startswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raise UnsupportedError(
            f"{type(self).__name__!r} object has no attribute {name!r}: its __init__ did not call "
            "super().__init__(), which makes it a layer. Call it first thing.",
            user_location(),
        )

    # -- what subclasses define -------------------------------------------------------------------------------------

    @is_default
    def build(self, input_shape: Any) -> None:
        """Makes the variables for inputs of these shapes; subclasses that have any define it."""
        self.built = True

    @is_default
    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """What the layer computes; subclasses define it."""
        return inputs

    @is_default
    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks of the outputs: those of the inputs where ``supports_masking``, else none.

        Raises:
            ArgumentTypeError: There is a mask that the layer does not support.
        """
        if not self.supports_masking:
            if any(leaf is not None for leaf in nest.flatten(mask)):
                raise ArgumentTypeError(
                    f"Layer {self.name} does not support masking, but was passed an input_mask: {mask}. Set "
                    "supports_masking in its __init__ if its outputs have the same steps as its inputs.",
                    user_location(),
                )
            return None
        return mask

    # -- calls ------------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What ``call`` gives, with masks, after ``build`` in the first call.

        Args:
            *args: The inputs, a tensor or a nest of tensors (arrays and numbers become constants); further arguments of
                ``call``.
            **kwargs: Arguments of ``call``; ``mask`` replaces the masks that came with the inputs; ``training`` is
                passed on to layers called inside.

        Raises:
            ArgumentError: The inputs are not what ``input_spec`` says, there are none, or ``call`` gave None.
        """
        signature = self._call_signature()
        if args:
            inputs, args = args[0], args[1:]
        elif signature.names and signature.names[0] in kwargs:
            inputs = kwargs.pop(signature.names[0])
        else:
            raise ArgumentError(
                f"The first argument to `Layer.call` must always be passed: {self.name} got none.", user_location()
            )
        inputs = nest.map_structure(_tensor_of_number, inputs)
        given = dict(kwargs)
        masks, training = self._with_context(signature, inputs, args, kwargs)
        if not in_call():
            for leaf in nest.flatten((inputs, args, given)):
                connect(leaf)
        graph = next((leaf.graph for leaf in nest.flatten(inputs) if isinstance(leaf, Tensor)), get_default_graph())
        with graph.as_default(), calling(training):
            check_inputs(self.input_spec, inputs, self.name)
            with graph.name_scope(self._name_scope()):
                self._build_once(inputs)
                outputs = self.call(self._cast(inputs), *args, **kwargs)
                if outputs is None:
                    raise ArgumentError(
                        f"A layer's `call` method should return a Tensor or a list of Tensors, not None (layer: "
                        f"{self.name}).",
                        user_location(),
                    )
                outputs = self._kept_as_node(inputs, args, given, outputs)
                self._set_masks(inputs, outputs, masks)
        return outputs

    def _call_signature(self) -> CallSignature:
        if "_tracked" not in self.__dict__:
            raise TraceError(
                f"You must call `super().__init__()` in the layer constructor: {type(self).__name__} did not.",
                user_location(),
            )
        if self._signature is None:
            self._signature = CallSignature(self.call)
        return self._signature

    def _with_context(
        self, signature: CallSignature, inputs: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Any]:
        """Adds to the arguments what the inputs and the calling layer say; gives the masks and ``training``."""
        if signature.given("mask", args, kwargs):
            masks = signature.argument("mask", args, kwargs)
        else:
            masks = masks_of(inputs)
            if masks is not None and signature.takes("mask"):
                kwargs["mask"] = masks
        training = signature.argument("training", args, kwargs)
        if not signature.takes("training"):
            kwargs.pop("training", None)
        if training is None:
            training = training_of_caller()
            if training is not None and signature.takes("training"):
                kwargs["training"] = training
        return masks, training

    def _name_scope(self) -> str:
        return self.name

    def _build_once(self, inputs: Any) -> None:
        if not self.built:
            leaves = nest.flatten(inputs)
            shapes = None
            if all(hasattr(leaf, "shape") for leaf in leaves):
                shapes = nest.map_structure(lambda leaf: leaf.shape, inputs)
            if not getattr(self.build, "_is_default", False):
                self.build(shapes)
            self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _cast(self, inputs: Any) -> Any:
        wanted = as_dtype(self.dtype)
        if not self._autocast or not wanted.is_floating:
            return inputs

        def cast_leaf(leaf: Any) -> Any:
            if isinstance(leaf, Tensor) and leaf.dtype.is_floating and leaf.dtype.base_dtype != wanted:
                return tf.cast(leaf, wanted)
            return leaf

        return nest.map_structure(cast_leaf, inputs)

    def _kept_as_node(self, inputs: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> Any:
        leaves = nest.flatten(inputs)
        if not leaves or not all(has_history(leaf) for leaf in leaves):
            return outputs

        def own(leaf: Any) -> Any:
            # An output that is an input must be another object: it has another history.
            if isinstance(leaf, Tensor) and any(leaf is given for given in leaves):
                return Tensor(leaf.recorded, leaf.graph)
            return leaf

        outputs = nest.map_structure(own, outputs)
        if all(isinstance(leaf, Tensor) for leaf in nest.flatten(outputs)):
            Node(self, (inputs, *args), kwargs, outputs)
        return outputs

    def _set_masks(self, inputs: Any, outputs: Any, masks: Any) -> None:
        leaves = nest.flatten(outputs)
        if self._compute_output_and_mask_jointly or all(mask_of(leaf) is not None for leaf in leaves):
            return
        overridden = not getattr(self.compute_mask, "_is_default", False)
        made = self.compute_mask(inputs, masks) if self.supports_masking or overridden else None
        for leaf, mask in zip(leaves, [None] * len(leaves) if made is None else nest.flatten(made), strict=False):
            if isinstance(leaf, Tensor):
                set_mask(leaf, mask)


_OWN_LISTS = {
    "_trainable_weights",
    "_non_trainable_weights",
    "_inbound_nodes",
    "_outbound_nodes",
    "_losses",
    "_tracked",
}


def _tensor_of_number(leaf: Any) -> Any:
    return convert_to_tensor(leaf) if isinstance(leaf, np.ndarray | float | int) else leaf
