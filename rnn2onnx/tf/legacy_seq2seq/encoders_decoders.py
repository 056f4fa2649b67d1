"""An encoder over a list of steps, and a decoder that starts from its state."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from rnn2onnx.errors import ArgumentError, ArgumentTypeError
from rnn2onnx.ir import user_location
from rnn2onnx.tf.dtypes import float32
from rnn2onnx.tf.legacy_seq2seq.attention_decoder import embedding_attention_decoder
from rnn2onnx.tf.legacy_seq2seq.decoders import (
    LoopFunction,
    check_projection,
    embedded_choice,
    embedding_rnn_decoder,
    fed_or_told,
    rnn_decoder,
)
from rnn2onnx.tf.ops.array_ops import concat, reshape
from rnn2onnx.tf.ops.nn_ops import embedding_lookup
from rnn2onnx.tf.rnn.static_rnn import static_rnn
from rnn2onnx.tf.rnn_cell.cell import RNNCell
from rnn2onnx.tf.rnn_cell.contrib.embedding_wrapper import EmbeddingWrapper
from rnn2onnx.tf.rnn_cell.contrib.projection_wrappers import OutputProjectionWrapper
from rnn2onnx.tf.variables.variable_scope import get_variable, get_variable_scope, variable_scope

Decoded = tuple[list[Any], Any]


def basic_rnn_seq2seq(
    encoder_inputs: Any, decoder_inputs: Any, cell: Any, dtype: Any = float32, scope: Any = None
) -> Decoded:
    """A copy of the cell over the encoder's inputs, then the cell over the decoder's.

    Variables are below ``basic_rnn_seq2seq/rnn`` and ``basic_rnn_seq2seq/rnn_decoder``.

    Source:
        ``tf.contrib.legacy_seq2seq.basic_rnn_seq2seq``; Sutskever et al., 2014.
    """
    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(copy.deepcopy(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    loop_function: LoopFunction | None = None,
    dtype: Any = float32,
    scope: Any = None,
) -> Decoded:
    """One cell over the encoder's inputs, then over the decoder's, with the same variables.

    Source:
        ``tf.contrib.legacy_seq2seq.tied_rnn_seq2seq``.
    """
    with variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function, scope)


def embedding_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> Decoded:
    """An encoder of symbols, and a decoder of symbols that starts from its state.

    Args:
        encoder_inputs: Integer tensors ``[batch]``.
        decoder_inputs: Integer tensors ``[batch]``.
        cell: The cell; the encoder has a copy.
        num_encoder_symbols: The rows of the encoder's table.
        num_decoder_symbols: The rows of the decoder's.
        embedding_size: The columns of both.
        output_projection: A pair (weights, biases) that makes an output scores; without it, outputs are scores.
        feed_previous: Whether the decoder is fed what it found likeliest: a bool or bool[].
        dtype: Of the variables; the scope's by default.
        scope: The scope of the variables; ``embedding_rnn_seq2seq`` by default.

    Source:
        ``tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq``.
    """
    with variable_scope(scope or "embedding_rnn_seq2seq") as opened:
        if dtype is not None:
            opened.set_dtype(dtype)
        encoder = EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        _, state = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        decoder = cell if output_projection else OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(feed: bool, update: bool) -> Decoded:
            return embedding_rnn_decoder(
                decoder_inputs, state, decoder, num_decoder_symbols, embedding_size, output_projection, feed, update
            )

        return fed_or_told(feed_previous, state, decode)


def embedding_tied_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_decoder_symbols: int | None = None,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> Decoded:
    """An encoder and a decoder of symbols with one table and the same variables.

    Args:
        encoder_inputs: Integer tensors ``[batch]``.
        decoder_inputs: Integer tensors ``[batch]``.
        cell: The cell.
        num_symbols: The rows of the table.
        embedding_size: Its columns.
        num_decoder_symbols: How many scores the outputs have; ``num_symbols`` by default.
        output_projection: A pair (weights, biases) that makes an output scores; without it, outputs are scores.
        feed_previous: Whether the decoder is fed what it found likeliest: a bool or bool[].
        dtype: Of the variables; the scope's by default.
        scope: The scope of the variables; ``embedding_tied_rnn_seq2seq`` by default.

    Raises:
        ValueError: The projection has other sizes.

    Source:
        ``tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq``.
    """
    with variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as opened:
        kind = opened.dtype
        if output_projection is not None:
            check_projection(output_projection, num_symbols)
        table = get_variable("embedding", [num_symbols, embedding_size], dtype=kind)
        encoded = [embedding_lookup(table, ids) for ids in encoder_inputs]
        decoded = [embedding_lookup(table, ids) for ids in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_symbols if num_decoder_symbols is None else num_decoder_symbols)

        def decode(feed: bool, update: bool) -> Decoded:
            chosen = embedded_choice(table, output_projection, update) if feed else None
            return tied_rnn_seq2seq(encoded, decoded, cell, chosen, kind)

        return fed_or_told(feed_previous, cell.state_size, decode)


def embedding_attention_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> Decoded:
    """An encoder of symbols, and a decoder of symbols that attends to its outputs.

    Args:
        encoder_inputs: Integer tensors ``[batch]``.
        decoder_inputs: Integer tensors ``[batch]``.
        cell: The cell; the encoder has a copy.
        num_encoder_symbols: The rows of the encoder's table.
        num_decoder_symbols: The rows of the decoder's.
        embedding_size: The columns of both.
        num_heads: How often the decoder attends.
        output_projection: A pair (weights, biases) that makes an output scores; without it, outputs are scores.
        feed_previous: Whether the decoder is fed what it found likeliest: a bool or bool[].
        dtype: Of the variables; the scope's by default.
        scope: The scope of the variables; ``embedding_attention_seq2seq`` by default.
        initial_state_attention: As in ``attention_decoder``.

    Source:
        ``tf.contrib.legacy_seq2seq.embedding_attention_seq2seq``; Bahdanau et al., 2014.
    """
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as opened:
        encoder = EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        outputs, state = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        memory = concat([reshape(output, [-1, 1, cell.output_size]) for output in outputs], 1)
        size = None
        decoder = cell
        if output_projection is None:
            size, decoder = num_decoder_symbols, OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(feed: bool, update: bool) -> Decoded:
            return embedding_attention_decoder(
                decoder_inputs,
                state,
                memory,
                decoder,
                num_decoder_symbols,
                embedding_size,
                num_heads=num_heads,
                output_size=size,
                output_projection=output_projection,
                feed_previous=feed,
                update_embedding_for_previous=update,
                initial_state_attention=initial_state_attention,
            )

        return fed_or_told(feed_previous, state, decode)


def one2many_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs_dict: Mapping[str, Any],
    enc_cell: Any,
    dec_cells_dict: Mapping[str, Any],
    num_encoder_symbols: int,
    num_decoder_symbols_dict: Mapping[str, int],
    embedding_size: int,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An encoder of symbols, and several decoders that start from its state; dicts of their outputs and states.

    Raises:
        ArgumentTypeError: A cell is none.
        ArgumentError: There is a decoder without inputs, or inputs without a decoder.

    Source:
        ``tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq``; Luong et al., 2015.
    """
    for name, each in {"enc_cell": enc_cell, **dec_cells_dict}.items():
        if not isinstance(each, RNNCell):
            raise ArgumentTypeError(f"{name} is not an RNNCell: {type(each)}", user_location())
    if set(dec_cells_dict) != set(decoder_inputs_dict):
        raise ArgumentError(
            f"keys of dec_cells_dict != keys of decoder_inputs_dict: {sorted(dec_cells_dict)} and "
            f"{sorted(decoder_inputs_dict)}",
            user_location(),
        )
    outputs, states = {}, {}
    with variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as opened:
        encoder = EmbeddingWrapper(enc_cell, num_encoder_symbols, embedding_size)
        _, state = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        for name, inputs in decoder_inputs_dict.items():
            symbols = num_decoder_symbols_dict[name]
            with variable_scope(f"one2many_decoder_{name}"):
                decoder = OutputProjectionWrapper(dec_cells_dict[name], symbols)

                def decode(
                    feed: bool, _: bool, inputs: Any = inputs, decoder: Any = decoder, symbols: int = symbols
                ) -> Decoded:
                    return embedding_rnn_decoder(inputs, state, decoder, symbols, embedding_size, feed_previous=feed)

                outputs[name], states[name] = fed_or_told(feed_previous, state, decode)
    return outputs, states
