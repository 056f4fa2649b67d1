"""What each engine runs fastest: the costs by which the compiler chooses between forms that mean the same.

The numbers are measured; ``rnn2onnx tune`` measures them on another machine, and writes a file that ``load`` reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from rnn2onnx.errors import ArgumentError


@dataclass(frozen=True)
class Costs:
    """What things cost on one thread of an engine.

    Attributes:
        call: Microseconds of a run of a model that computes nothing.
        node: Microseconds that any operation takes, whatever it computes.
        more: Microseconds more than that, by kind.
        step: Microseconds of one round of a Scan.
        carried: Microseconds more for each state, sequence or row of a Scan and each round.
        loop_step: Microseconds of one round of a Loop.
        loop_carried: Microseconds more for each value that it carries and each round.
        branch: Microseconds of an If, besides what its branch computes.
        flops: Multiplications and additions a microsecond in a product of many rows.
        bytes: Bytes of the matrix a microsecond in a product of few rows.
        cache: Bytes of a tensor that stays near the processor.
        stream: Bytes a microsecond of a larger tensor that are written and read again, besides.
        numbers: Nanoseconds for each number that an operation gives, by kind; ``other`` for those not named.
        native_step: Microseconds of one step of a native layer besides its products, by kind.
        native_number: Nanoseconds for each number of a native layer's state and step, by kind.
        native_bytes: The same as ``bytes`` in native layers, by kind.
    """

    call: float
    node: float
    step: float
    carried: float
    loop_step: float
    loop_carried: float
    branch: float
    flops: float
    bytes: float
    cache: float
    stream: float
    more: Mapping[str, float]
    numbers: Mapping[str, float]
    native_step: Mapping[str, float]
    native_number: Mapping[str, float]
    native_bytes: Mapping[str, float]


UNITS = {
    **dict.fromkeys(("call", "node", "more", "step", "carried", "loop_step", "loop_carried", "branch"), "µs"),
    "flops": "a µs",
    "bytes": "bytes a µs",
    "cache": "bytes",
    "stream": "bytes a µs",
    "numbers": "ns a number",
    "native_step": "µs a step",
    "native_number": "ns a number",
    "native_bytes": "bytes a µs",
}
"""The units of the costs."""


@dataclass(frozen=True)
class Target:
    """An engine.

    Attributes:
        name: What it is called on the command line.
        costs: What things cost on it.
        pack_rows: Rows are sorted by length from so many on,
        pack_share: where that saves this share of the steps of all rows,
        pack_sort: and more than so many microseconds,
        pack_tile: and so many for each recurrence and tile of time,
        pack_weights: and always where its weights are more bytes than that.
        small_weights: Native layers of no more bytes stand once more, for calls that are too small to sort anything.
        twice_weights: Sequences without lengths run in tiles of time unless the weights are more bytes than that.
        inside_numbers: The products of a recurrence's inputs are computed in its steps where they give so many numbers,
        inside_rows: of so many rows at least.
        joined_rows: Two products in a step are one of a concatenation where the matrix has so many rows at most.
    """

    name: str
    costs: Costs
    pack_rows: int = 4
    pack_share: float = 0.1
    pack_sort: float = 200.0
    pack_tile: float = 25.0
    pack_weights: int = 16_000_000
    small_weights: int = 1_000_000
    twice_weights: int = 2_000_000
    inside_numbers: int = 8192
    inside_rows: int = 8
    joined_rows: int = 384

    def inside(self, width: int) -> int:
        """From how many rows on products of a recurrence's inputs that are so wide are computed in its steps."""
        return max(self.inside_rows, -(-self.inside_numbers // max(width, 1)))


_ONNXRUNTIME_COSTS = Costs(
    call=2.3,
    node=0.308,
    step=0.144,
    carried=0.0,
    loop_step=0.603,
    loop_carried=0.14,
    branch=0.771,
    flops=101e3,
    bytes=92.7e3,
    cache=2e6,
    stream=18.8e3,
    more={"matmul": 0.151, "where": 0.597, "slice": 0.0, "concat": 0.0, "transpose": 0.0},
    numbers={
        "add": 0.116,
        "sub": 0.145,
        "mul": 0.153,
        "div": 0.269,
        "sigmoid": 0.398,
        "tanh": 0.531,
        "relu": 0.000788,
        "exp": 0.0867,
        "sqrt": 0.262,
        "maximum": 0.193,
        "minimum": 0.194,
        "where": 0.401,
        "slice": 0.347,
        "concat": 0.0,
        "transpose": 0.235,
        "other": 0.413,
    },
    native_step={"lstm": 0.0799, "gru": 0.138, "rnn": 0.0481},
    native_number={"lstm": 5.12, "gru": 6.08, "rnn": 10.1},
    native_bytes={"lstm": 106e3, "gru": 104e3, "rnn": 88.5e3},
)

ONNXRUNTIME = Target("onnxruntime", costs=_ONNXRUNTIME_COSTS)
"""onnxruntime 1.31 on one thread of an AMD Zen 5 with AVX-512, as ``rnn2onnx tune`` measures it.

The least of two measurements of 22 seconds each, of the time of the thread. Against measured times of GRU, LSTM and RNN
of 1 to 256 rows and 36 to 512 units, as native layers and in a Scan, it is off by 0.07 in the middle, and never wrong
about which of the two is the faster one where they differ by a tenth or more.
"""

TARGETS = {target.name: target for target in (ONNXRUNTIME,)}
"""All engines by name."""


FORMAT = "rnn2onnx target"
"""What a file says it is."""
_TABLES = [field.name for field in fields(Costs) if "Mapping" in str(field.type)]
_LIMITS = [field.name for field in fields(Target) if field.name not in ("name", "costs")]


def load(name: str) -> Target:
    """The engine of a name, or of a file that ``rnn2onnx tune`` wrote.

    Args:
        name: One of ``TARGETS``, or the path of a ``.json`` file. What such a file does not say of the sizes from which
            on a form is taken, is as it is on onnxruntime.

    Raises:
        ArgumentError: There is no such engine; or the file is none of a target, says no number, or says less than all.
    """
    if name in TARGETS:
        return TARGETS[name]
    if not name.endswith(".json"):
        there = ", ".join(map(repr, TARGETS))
        raise ArgumentError(
            f"there is no target {name!r}; there is: {there}, or a file.json that `rnn2onnx tune` wrote."
        )
    try:
        with open(name, encoding="utf-8") as file:
            facts = json.load(file)
    except OSError as error:
        raise ArgumentError(f"the target {name} can't be read: {error.strerror}.") from None
    except ValueError as error:
        raise ArgumentError(
            f"the target {name} is no JSON ({error}); `rnn2onnx tune -o FILE.json` writes one."
        ) from None
    try:
        return _target(facts)
    except _BadFileError as error:
        raise ArgumentError(f"the target {name} {error}; `rnn2onnx tune -o FILE.json` writes a whole one.") from None


def written(target: Target, **facts: Any) -> bytes:
    """A file that ``load`` reads, with other facts besides: where and how it was measured."""
    return f"{json.dumps(described(target, **facts), indent=2)}\n".encode()


def described(target: Target, **facts: Any) -> dict[str, Any]:
    """What a file of a target says, as plain data."""
    costs = {name: _rounded(value) for name, value in asdict(target.costs).items()}
    limits = {name: getattr(target, name) for name in _LIMITS}
    return {"format": FORMAT, "name": target.name, **facts, "costs": costs, "limits": limits}


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    return float(f"{value:.4g}")


class _BadFileError(Exception):
    pass


def _target(facts: Any) -> Target:
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise _BadFileError(f'does not say "format": "{FORMAT}"')
    _need(facts, ("name", "costs"), "")
    given = facts["costs"]
    if not isinstance(given, dict):
        raise _BadFileError("has no table of costs")
    _need(given, (field.name for field in fields(Costs)), "costs.")
    shipped = ONNXRUNTIME.costs
    costs: dict[str, Any] = {}
    for field in fields(Costs):
        value, where = given[field.name], f"costs.{field.name}"
        if field.name in _TABLES:
            if not isinstance(value, dict):
                raise _BadFileError(f"has no table of numbers in {where}")
            least = _LEAST.get(field.name, tuple(getattr(shipped, field.name)))
            _need(value, least, f"{where}.")
            costs[field.name] = {key: _number(each, f"{where}.{key}") for key, each in value.items()}
        else:
            costs[field.name] = _number(value, where)
    limits = facts.get("limits", {})
    if not isinstance(limits, dict):
        raise _BadFileError("has no table of limits")
    unknown = [key for key in limits if key not in _LIMITS]
    if unknown:
        raise _BadFileError(f"has limits that there are not: {', '.join(unknown)}")
    known = {key: type(getattr(ONNXRUNTIME, key))(_number(each, f"limits.{key}")) for key, each in limits.items()}
    return replace(ONNXRUNTIME, name=str(facts["name"]), costs=Costs(**costs), **known)


def _need(given: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    missing = [f"{where}{name}" for name in names if name not in given]
    if missing:
        raise _BadFileError(f"does not say {', '.join(missing)}")


def _number(value: Any, where: str) -> float:
    """A cost: a rate must be above zero, and nothing costs less than nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        raise _BadFileError(f"says {value!r} for {where}, which is no number of 0 or more, up to {_MOST:g}")
    if value == 0 and any(word in RATES for word in where.split(".")):
        raise _BadFileError(f"says 0 for {where}, which is a rate")
    return float(value)


_LEAST: Mapping[str, tuple[str, ...]] = {"numbers": ("other",), "more": ()}
"""What a table of a file must say, where that is less than the shipped one says."""

_MOST = 1e15
"""What is computed from numbers up to that is a length that a program can have."""

RATES = ("flops", "bytes", "cache", "stream", "native_bytes")
"""What is divided by."""
