"""Pickles, interpreted without Python's unpickler: nothing is imported, and nothing is called but what a table lists.

Python's own unpickler, however restricted, reserves whatever memory a pickle names; this takes what its bytes justify.

Source: CPython, Lib/pickletools.py.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rnn2onnx.errors import WeightsError
from rnn2onnx.weights.reading.bounded_file import SLACK, BoundedFile

_ROOM_OF_AN_OPERATION = 128
_LONGEST_NAME = 1 << 16
_SCALARS = (str, int, float, bytes, type(None))


@dataclass(frozen=True)
class Call:
    """A name that a pickle may call.

    Attributes:
        call: What is done; it may raise ValueError, TypeError, or WeightsError.
    """

    call: Callable[..., Any]


class _Mark:
    """Where a sequence on the stack begins."""


_MARK = _Mark()


class PickleMachine:
    """Interprets one pickle.

    Attributes:
        end: The offset after the pickle, once it has run.
    """

    def __init__(
        self,
        file: BoundedFile,
        names: Mapping[str, Any],
        persistent: Callable[[Any], Any],
        offset: int = 0,
        room: int = SLACK,
    ) -> None:
        """What is interpreted.

        Args:
            file: The bytes.
            names: What ``module.name`` stands for: a value, or a ``Call``. No other name is known.
            persistent: What an object is that is stored outside of the pickle, from its identification.
            offset: Where the pickle begins.
            room: How many bytes of memory its values may take.
        """
        self.end = offset
        self._file, self._names, self._persistent, self._room = file, names, persistent, room
        self._at = offset
        self._start = offset
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def run(self) -> Any:
        """What the pickle holds.

        Raises:
            WeightsError: It is broken, asks for a name that is not in the table, or for too much memory.
        """
        while True:
            self._start = self._at
            code = self._take(1)[0]
            if code == _STOP:
                break
            operation = _OPERATIONS.get(code)
            if operation is None:
                raise self._error(f"a pickle has the operation {bytes([code])!r}, which stores no tensors")
            self._spend(_ROOM_OF_AN_OPERATION)
            try:
                operation(self)
            except WeightsError:
                raise
            except (IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
                raise self._error(f"a pickle is broken: {str(error)[:200]}{self._near()}") from None
        if len(self._stack) != 1 or isinstance(self._stack[0], _Mark):
            raise self._error("a pickle ends with other than one value")
        self.end = self._at
        return self._stack[0]

    def _near(self) -> str:
        """What the value at hand belongs to: the last text before it, which is its key in a table."""
        key = next((value for value in reversed(self._stack[-4:]) if isinstance(value, str)), None)
        return "" if key is None else f", at the value of {key[:200]!r}"

    def _error(self, problem: str) -> WeightsError:
        return self._file.error(self._start, problem)

    def _spend(self, room: int) -> None:
        self._room -= room
        if self._room < 0:
            raise self._error("a pickle holds more values than trained weights need")

    def _take(self, size: int) -> memoryview:
        part = self._file.at(self._at, size, "a value of a pickle")
        self._at += size
        return part

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "little")

    def _line(self) -> str:
        rest = bytes(self._file.data[self._at : self._at + _LONGEST_NAME])
        end = rest.find(b"\n")
        if end < 0:
            raise self._error("a name in a pickle has no end")
        self._at += end + 1
        return rest[:end].decode("utf-8", "replace")

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _pop(self) -> Any:
        value = self._stack.pop()
        if isinstance(value, _Mark):
            raise ValueError("a value is missing")
        return value

    def _pop_to_mark(self) -> list[Any]:
        for index in range(len(self._stack) - 1, -1, -1):
            if isinstance(self._stack[index], _Mark):
                values = self._stack[index + 1 :]
                del self._stack[index:]
                return values
        raise ValueError("a sequence has no beginning")

    def _top(self, kind: type) -> Any:
        if not isinstance(self._stack[-1], kind):
            raise ValueError(f"{type(self._stack[-1]).__name__} is no {kind.__name__}")
        return self._stack[-1]

    def text(self, size: int, encoding: str = "utf-8") -> None:
        """Pushes text whose length takes ``size`` bytes."""
        raw = self._take(self._number(size))
        self._spend(4 * len(raw))
        self._push(bytes(raw).decode(encoding))

    def binary(self, size: int) -> None:
        """Pushes bytes whose number takes ``size`` bytes."""
        raw = self._take(self._number(size))
        self._spend(len(raw))
        self._push(bytes(raw))

    def long(self, size: int) -> None:
        """Pushes a whole number whose length takes ``size`` bytes."""
        length = self._number(size)
        if length > 255:
            raise ValueError(f"a number of {length} bytes")
        self._push(int.from_bytes(self._take(length), "little", signed=True))

    def put(self, key: int) -> None:
        """Remembers the top of the stack."""
        value = self._stack[-1]
        if isinstance(value, _Mark):
            raise ValueError("a value is missing")
        self._memo[key] = value

    def global_(self, module: str, name: str) -> None:
        """Pushes what a name stands for.

        Raises:
            WeightsError: It is not in the table.
        """
        full = f"{module}.{name}"
        if full not in self._names:
            raise self._error(
                f"it asks for {full[:200]!r}, and only tensors are loaded, never code: save the state_dict alone, "
                f"torch.save(model.state_dict(), path)"
            )
        self._push(self._names[full])

    def frame(self) -> None:
        """Passes over the length of what follows."""
        self._take(8)

    def drop(self) -> None:
        """Forgets the top of the stack."""
        self._stack.pop()

    def stack_global(self) -> None:
        """Pushes what a name on the stack stands for."""
        name, module = self._pop(), self._pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise ValueError("a name is no text")
        self.global_(module, name)

    def reduce(self) -> None:
        """Calls a name of the table."""
        arguments, function = self._pop(), self._pop()
        if not isinstance(function, Call) or not isinstance(arguments, tuple):
            raise ValueError(f"{type(function).__name__} cannot be called")
        self._push(function.call(*arguments))

    def build(self) -> None:
        """Sets attributes: of a dict only, where they say nothing of the tensors."""
        self._pop()
        self._top(dict)

    def set_items(self, items: list[Any]) -> None:
        """Puts keys and values into the dict on top of the stack."""
        table = self._top(dict)
        if len(items) % 2:
            raise ValueError("a key has no value")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, _SCALARS) and not (
                isinstance(key, tuple) and len(key) < 16 and all(isinstance(part, _SCALARS) for part in key)
            ):
                raise ValueError(f"{type(key).__name__} is no key")
            if key in table:
                raise self._error(f"it has the name {str(key)[:200]!r} twice")
            table[key] = value

    def append(self, values: list[Any]) -> None:
        """Appends to the list on top of the stack."""
        self._top(list).extend(values)

    def persistent(self) -> None:
        """Pushes an object that is stored elsewhere."""
        self._push(self._persistent(self._pop()))


def _tuple(size: int) -> Callable[[PickleMachine], None]:
    def make(machine: PickleMachine) -> None:
        values = [machine._pop() for _ in range(size)]
        machine._push(tuple(reversed(values)))

    return make


def _one_item(machine: PickleMachine) -> None:
    value, key = machine._pop(), machine._pop()
    machine.set_items([key, value])


def _one_value(machine: PickleMachine) -> None:
    machine.append([machine._pop()])


def _protocol(machine: PickleMachine) -> None:
    if machine._number(1) > 5:
        raise ValueError("it is of an unknown protocol")


_STOP = ord(".")
_OPERATIONS: dict[int, Callable[[PickleMachine], None]] = {
    ord(code): operation
    for code, operation in {
        "\x80": _protocol,
        "\x95": lambda m: m.frame(),
        "(": lambda m: m._push(_MARK),
        "0": lambda m: m.drop(),
        "}": lambda m: m._push({}),
        "]": lambda m: m._push([]),
        ")": lambda m: m._push(()),
        "t": lambda m: m._push(tuple(m._pop_to_mark())),
        "l": lambda m: m._push(m._pop_to_mark()),
        "\x85": _tuple(1),
        "\x86": _tuple(2),
        "\x87": _tuple(3),
        "N": lambda m: m._push(None),
        "\x88": lambda m: m._push(True),
        "\x89": lambda m: m._push(False),
        "K": lambda m: m._push(m._number(1)),
        "M": lambda m: m._push(m._number(2)),
        "J": lambda m: m._push(struct.unpack("<i", m._take(4))[0]),
        "G": lambda m: m._push(struct.unpack(">d", m._take(8))[0]),
        "\x8a": lambda m: m.long(1),
        "\x8b": lambda m: m.long(4),
        "\x8c": lambda m: m.text(1),
        "X": lambda m: m.text(4),
        "\x8d": lambda m: m.text(8),
        "U": lambda m: m.text(1, "latin-1"),
        "T": lambda m: m.text(4, "latin-1"),
        "C": lambda m: m.binary(1),
        "B": lambda m: m.binary(4),
        "\x8e": lambda m: m.binary(8),
        "q": lambda m: m.put(m._number(1)),
        "r": lambda m: m.put(m._number(4)),
        "\x94": lambda m: m.put(len(m._memo)),
        "h": lambda m: m._push(m._memo[m._number(1)]),
        "j": lambda m: m._push(m._memo[m._number(4)]),
        "c": lambda m: m.global_(m._line(), m._line()),
        "\x93": lambda m: m.stack_global(),
        "R": lambda m: m.reduce(),
        "b": lambda m: m.build(),
        "s": _one_item,
        "u": lambda m: m.set_items(m._pop_to_mark()),
        "a": _one_value,
        "e": lambda m: m.append(m._pop_to_mark()),
        "Q": lambda m: m.persistent(),
    }.items()
}
"""By their codes: those that protocols 2 to 5 make of tables, lists, texts, numbers and tensors."""
