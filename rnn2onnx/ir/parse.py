"""Reads the text of a graph: ``parse(print_graph(graph), weights_of(graph))`` is the same graph again.

The graph is rebuilt through the builder, so every type is inferred anew and the ones in the text may only say more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import numpy as np

from rnn2onnx.errors import Rnn2OnnxError
from rnn2onnx.ir.builder import Builder
from rnn2onnx.ir.graph import Array, Block, Graph, Value
from rnn2onnx.ir.table import KINDS
from rnn2onnx.ir.tokens import Token, tokens
from rnn2onnx.ir.types import UNKNOWN, Dim, DType, Type, dtype_of, size_of

Item = TypeVar("Item")

_SOURCE = "<text>"


def parse(text: str, weights: Mapping[str, Array] | None = None) -> Graph:
    """The graph that ``text`` says.

    Args:
        text: What ``print_graph`` gives, or a person writes; a length may be ``?``.
        weights: The data of the constants that the text names, as ``weights_of`` gives it.

    Raises:
        ParseError: It is not a graph, an operation in it does not fit its operands, or data is missing; the message
            shows line, column and a caret.
    """
    return _Parser(text, weights or {}).graph()


class _Parser:
    def __init__(self, text: str, weights: Mapping[str, Array]) -> None:
        self.text = text
        self.weights = weights
        self.tokens = tokens(text)
        self.at = 0
        self.builder = Builder()
        self.builder.reserve(str(token.value) for token in self.tokens if token.sort in ("word", "string"))
        self.values: dict[str, Value] = {}

    # -- tokens -----------------------------------------------------------------------------------------------------

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def fail(self, message: str, token: Token | None = None, cause: Exception | None = None) -> NoReturn:
        raise (token or self.next).error(self.text, message) from cause

    def take(self, sort: str, what: str) -> Token:
        token = self.next
        if token.sort != sort:
            self.fail(f"{what} was expected here, not {token}")
        self.at += 1
        return token

    def accept(self, mark: str) -> bool:
        if self.next.sort == "mark" and self.next.value == mark:
            self.at += 1
            return True
        return False

    def expect(self, mark: str) -> None:
        if not self.accept(mark):
            self.fail(f"{mark!r} was expected here, not {self.next}")

    def many(self, item: Callable[[], Item], end: str) -> list[Item]:
        """Items with commas between them, up to and with the mark ``end``."""
        items: list[Item] = []
        while not self.accept(end):
            if items:
                self.expect(",")
            items.append(item())
        return items

    def word(self, what: str) -> str:
        """A bare word or a string."""
        return str(self.take("string" if self.next.sort == "string" else "word", what).value)

    # -- the graph --------------------------------------------------------------------------------------------------

    def graph(self) -> Graph:
        if self.next.value != "graph" or self.next.sort != "word":
            self.fail(f"a text begins with 'graph', not {self.next}")
        self.at += 1
        self.builder.name = self.word("the graph's name")
        self.expect("(")
        self.many(self.input, ")")
        self.expect("{")
        self.lines()
        outputs: list[tuple[str, Value]] = []
        while not self.accept("}"):
            if outputs:
                self.expect(",")
            place = self.next
            name = str(self.take("string", "the name of an output").value)
            if name in (known for known, _ in outputs):
                self.fail(f"the output {name!r} is there already", place)
            self.expect("=")
            outputs.append((name, self.operand()))
        self.take("end", "the end of the text")
        return self.builder.finish(outputs)

    def input(self) -> None:
        token = self.take("value", "an input")
        name = str(self.take("string", "").value) if self.next.sort == "string" else str(token.value)
        if name in (value.name for value in self.builder.root.params):
            self.fail(f"the input {name!r} is there already", token)
        self.expect(":")
        self.define(token, self.builder.input(name, self.type()))

    def define(self, token: Token, value: Value) -> None:
        if str(token.value) in self.values:
            self.fail(f"{token} is defined already", token)
        self.values[str(token.value)] = value

    def operand(self) -> Value:
        token = self.take("value", "a value")
        value = self.values.get(str(token.value))
        if value is None:
            self.fail(f"{token} is not defined before this line, or in a body that is closed", token)
        return value

    def lines(self) -> None:
        """Lines up to ``return``, which is taken."""
        while not (self.next.sort == "word" and self.next.value == "return"):
            if self.next.sort not in ("value", "word"):
                self.fail(f"an operation or 'return' was expected here, not {self.next}")
            self.line()
        self.at += 1

    def line(self) -> None:
        place, results = self.next, []
        while self.next.sort == "value":
            results.append(self.take("value", ""))
            if not self.accept(","):
                break
        if results:
            self.expect("=")
        word = self.take("word", "an operation's kind")
        row = KINDS.get(str(word.value))
        if row is None:
            self.fail(f"the language has no {word}", word)
        operands: list[Value] = []
        attrs: dict[str, Any] = {}
        if row.name == "const":
            attrs, types = self.const(word)
        else:
            while self.next.sort == "value":
                operands.append(self.operand())
                if not self.accept(","):
                    break
            if self.accept("{"):
                attrs = dict(self.many(self.attr, "}"))
            blocks = [self.body() for _ in range(row.blocks)]
            types = self.types(len(results))
        if len(types) != len(results):
            self.fail(f"{len(results)} results have {len(types)} types", place)
        # What a rule says of malformed attributes is as much of the text's making as what it says of types.
        try:
            values = self.builder.emit(
                row,
                operands,
                blocks=blocks if row.blocks else (),
                location=(_SOURCE, word.line),
                names=[_hint(str(token.value)) for token in results],
                types=types,
                **attrs,
            )
        except KeyError as error:
            self.fail(f"{row.name} needs the attribute {error}", word, error)
        except Rnn2OnnxError as error:
            self.fail(error.message, word, error)
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            self.fail(f"{row.name} is not written so: {error}", word, error)
        for token, value in zip(results, values, strict=True):
            self.define(token, value)

    def body(self) -> Block:
        """``(params) { line* return values }``."""
        outer = dict(self.values)
        self.expect("(")
        pairs = self.many(self.param, ")")
        self.expect("{")
        with self.builder.body([t for _, t in pairs], [_hint(str(token.value)) for token, _ in pairs]) as block:
            for (token, _), value in zip(pairs, block.params, strict=True):
                self.define(token, value)
            self.lines()
            block.results = tuple(self.many(self.operand, "}"))
        self.values = outer
        return block

    def param(self) -> tuple[Token, Type]:
        token = self.take("value", "a parameter")
        self.expect(":")
        return token, self.type()

    # -- types and attributes ---------------------------------------------------------------------------------------

    def types(self, count: int) -> list[Type]:
        if not count:
            return []
        self.expect(":")
        types = [self.type()]
        while self.accept(","):
            types.append(self.type())
        return types

    def dtype(self) -> DType:
        token = self.take("word", "a dtype")
        try:
            return dtype_of(str(token.value))
        except KeyError as error:
            self.fail(f"{token} is not a dtype", token, error)

    def type(self) -> Type:
        dtype = self.dtype()
        self.expect("[")
        return Type(dtype, tuple(self.many(self.dim, "]")))

    def dim(self) -> Dim:
        if self.accept("?"):
            return UNKNOWN
        token = self.next
        if token.sort == "number":
            self.at += 1
            if not isinstance(token.value, int) or token.value < 0:
                self.fail(f"a length is a whole number, not {token}", token)
            return token.value
        return self.word("a length")

    def attr(self) -> tuple[str, Any]:
        name = str(self.take("word", "an attribute's name").value)
        self.expect("=")
        return name, self.attr_value()

    def attr_value(self) -> Any:
        token = self.next
        if self.accept("["):
            return tuple(self.many(self.attr_value, "]"))
        if token.sort in ("number", "string"):
            self.at += 1
            return token.value
        if token.sort == "word" and token.value in _WORDS:
            self.at += 1
            return _WORDS[str(token.value)]
        dtype = self.dtype()
        if self.accept("["):
            return Type(dtype, tuple(self.many(self.dim, "]")))
        return dtype

    def const(self, place: Token) -> tuple[dict[str, Any], list[Type]]:
        """The attributes of a constant, and its type behind them."""
        token, literal = self.next, None
        if token.sort in ("string", "digest"):
            self.at += 1
        else:
            literal = self.attr_value()
        types = self.types(1)
        size = size_of(types[0].shape)
        if size is None:
            self.fail(f"the type of a constant has numbers only, not {types[0]}", place)
        if literal is None:
            if token.value not in self.weights:
                self.fail(f"the weights have no {token.value!r}", token)
            array = np.asarray(self.weights[str(token.value)])
            if Type(array.dtype, array.shape) != types[0]:
                self.fail(f"the weight {token.value!r} is {Type(array.dtype, array.shape)}, not {types[0]}", token)
            # Two constants of equal data stay two: the builder tells large ones apart by the object.
            return {"value": array.view(), "name": token.value if token.sort == "string" else ""}, types
        try:
            array = np.array(literal, types[0].dtype)
        except (TypeError, ValueError, OverflowError) as error:
            self.fail(f"this is no {types[0]}: {error}", token, error)
        if array.size != size or (size and array.shape != types[0].shape):
            self.fail(f"this is {Type(array.dtype, array.shape)}, not {types[0]}", token)
        return {"value": array.reshape(types[0].shape), "name": ""}, types


_WORDS: dict[str, Any] = {
    "true": True,
    "false": False,
    "none": None,
    "inf": float("inf"),
    "nan": float("nan"),
}


def _hint(name: str) -> str:
    return "" if name.isdigit() else name
