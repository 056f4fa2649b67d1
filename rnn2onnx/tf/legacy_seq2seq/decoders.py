"""Decoders over a list of steps, which may be fed what they gave a step before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn2onnx import nest
from rnn2onnx.tf.loops.control_flow import cond
from rnn2onnx.tf.ops.array_ops import stop_gradient
from rnn2onnx.tf.ops.math_ops import argmax
from rnn2onnx.tf.ops.nn_ops import embedding_lookup, xw_plus_b
from rnn2onnx.tf.recording.conversion import convert_to_tensor
from rnn2onnx.tf.rnn.static_rnn import static_rnn
from rnn2onnx.tf.variables.variable_scope import get_variable, get_variable_scope, variable_scope

LoopFunction = Callable[[Any, int], Any]


def embedded_choice(embedding: Any, output_projection: Any, update_embedding: bool = True) -> LoopFunction:
    """The function that makes an output the next input: the row of a table that its greatest element names.

    Args:
        embedding: The table.
        output_projection: A pair (weights, biases) to apply to the output first, or None.
        update_embedding: Whether training changes the table by these look-ups.
    """

    def chosen(previous: Any, _: int) -> Any:
        scores = previous if output_projection is None else xw_plus_b(previous, *output_projection)
        row = embedding_lookup(embedding, argmax(scores, 1))
        return row if update_embedding else stop_gradient(row)

    return chosen


def rnn_decoder(
    decoder_inputs: Any,
    initial_state: Any,
    cell: Any,
    loop_function: LoopFunction | None = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """The outputs of a cell over a list of inputs, and its last state.

    Args:
        decoder_inputs: Tensors ``[batch, depth]``.
        initial_state: The state before the first.
        cell: The cell.
        loop_function: Gives the input of a step, but not of the first, for the output of the step before.
        scope: The scope of the variables; ``rnn_decoder`` by default.

    Source:
        ``tf.contrib.legacy_seq2seq.rnn_decoder``.
    """
    inputs = list(decoder_inputs)
    if loop_function is None:
        outputs, state = static_rnn(cell, inputs, initial_state, scope=scope or "rnn_decoder")
        return outputs, state
    with variable_scope(scope or "rnn_decoder"):
        return walked(cell, inputs, initial_state, loop_function)


def walked(
    step: Callable[[Any, Any], Any], inputs: list[Any], state: Any, loop_function: LoopFunction
) -> tuple[list[Any], Any]:
    """The outputs of steps that are each fed what ``loop_function`` makes of the one before, and the last state."""
    outputs: list[Any] = []
    for index, given in enumerate(inputs):
        if outputs:
            with variable_scope("loop_function", reuse=True):
                given = loop_function(outputs[-1], index)
            get_variable_scope().reuse_variables()
        output, state = step(given, state)
        outputs.append(output)
    return outputs, state


def fed_or_told(feed_previous: Any, like_state: Any, decode: Callable[[bool, bool], Any]) -> tuple[list[Any], Any]:
    """What a decoder gives, fed with its own outputs or told its inputs; a tensor chooses when the program runs.

    Args:
        feed_previous: Whether it is fed: a bool or bool[].
        like_state: A state of the structure of the decoder's.
        decode: Called with whether to feed, and whether training changes tables by what is fed.
    """
    if isinstance(feed_previous, bool):
        outputs, state = decode(feed_previous, True)
        return outputs, state
    counts: list[int] = []

    def branch(feed: bool) -> list[Any]:
        with variable_scope(get_variable_scope(), reuse=None if feed else True):
            outputs, state = decode(feed, False)
        counts.append(len(outputs))
        return [*outputs, *nest.flatten(state)]

    leaves = cond(feed_previous, lambda: branch(True), lambda: branch(False))
    return leaves[: counts[0]], nest.pack_sequence_as(like_state, leaves[counts[0] :])


def embedding_rnn_decoder(
    decoder_inputs: Any,
    initial_state: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """``rnn_decoder`` of symbols, which are looked up in the variable ``embedding``.

    Args:
        decoder_inputs: Integer tensors ``[batch]``.
        initial_state: The state before the first.
        cell: The cell.
        num_symbols: The rows of the table.
        embedding_size: Its columns.
        output_projection: A pair (weights, biases) that makes an output scores of symbols, or None.
        feed_previous: Whether each step but the first is fed the symbol that the one before found likeliest.
        update_embedding_for_previous: Whether training changes the table by those.
        scope: The scope of the variables; ``embedding_rnn_decoder`` by default.

    Raises:
        ValueError: The projection has other sizes.

    Source:
        ``tf.contrib.legacy_seq2seq.embedding_rnn_decoder``.
    """
    with variable_scope(scope or "embedding_rnn_decoder"):
        if output_projection is not None:
            check_projection(output_projection, num_symbols)
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        feed = embedded_choice(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        inputs = [embedding_lookup(embedding, ids) for ids in decoder_inputs]
        return rnn_decoder(inputs, initial_state, cell, feed)


def check_projection(output_projection: Any, num_symbols: int) -> None:
    """Returns when a pair (weights, biases) gives a score for each symbol.

    Raises:
        ValueError: It does not.
    """
    weights, biases = map(convert_to_tensor, output_projection)
    weights.shape.assert_is_compatible_with([None, num_symbols])
    biases.shape.assert_is_compatible_with([num_symbols])
