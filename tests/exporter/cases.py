"""For each kind: operands and attributes drawn at random, lengths 0 and 1 included."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

Draw = Callable[..., Any]
Operand = tuple[np.ndarray, str]
Case = tuple[list[Operand], dict[str, Any]]

FLOATS = ("float32", "float32", "float16", "float64")
INTS = ("int32", "int64", "int8", "uint8", "int16", "uint16", "uint32", "uint64")
NUMBERS = ("float32", "float32", "int32", "int64", *FLOATS, *INTS)
ORDERED = tuple(dtype for dtype in NUMBERS if dtype != "uint64")
"""What has kernels that compare, or a wider type that has."""
WIDE = (-100, 100)
"""A range of numbers that stands for all of them where they are integers."""
ANY = (*NUMBERS, "bool", "bool")


def pick(draw: Draw, items: Sequence[Any]) -> Any:
    return draw(st.sampled_from(list(items)))


def shape(draw: Draw, low: int = 0, high: int = 3) -> tuple[int, ...]:
    return tuple(draw(st.lists(st.sampled_from([0, 1, 2, 3, 5]), min_size=low, max_size=high)))


def elements(draw: Draw, lengths: Sequence[int], dtype: str, low: float = -3, high: float = 3) -> np.ndarray:
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.asarray(rng.random(lengths) < 0.5)
    if kind == "f":
        return np.asarray(rng.uniform(low, high, lengths)).astype(dtype)
    first = max(math.ceil(low), 0) if kind == "u" else math.ceil(low)
    return np.asarray(rng.integers(first, math.floor(high) + 1, lengths)).astype(dtype)


def wide(draw: Draw, lengths: Sequence[int], dtype: str, most: int = 2**64) -> np.ndarray:
    """Integers over the whole range of their type, those around the powers of two that split it included."""
    info, rng = np.iinfo(dtype), np.random.default_rng(draw(st.integers(0, 2**31)))
    ends = [0, 3, info.min, info.max, *(s * 2**p + d for p in (7, 8, 31, 32, 33) for s in (1, -1) for d in (-1, 0, 1))]
    array = np.array([n for n in ends if info.min <= n <= info.max and abs(n) <= most], dtype)
    return np.asarray(rng.choice(array, lengths))


def how(draw: Draw) -> str:
    return pick(draw, ["named", "named", "static", "const"])


def operand(draw: Draw, lengths: Sequence[int], dtype: str, low: float = -3, high: float = 3) -> Operand:
    if (low, high) == WIDE and np.dtype(dtype).kind in "iu":
        return wide(draw, lengths, dtype), how(draw)
    return elements(draw, lengths, dtype, low, high), how(draw)


def ints(draw: Draw, numbers: Sequence[int]) -> Operand:
    return np.array(numbers, np.int64).reshape(len(numbers)), pick(draw, ["static", "const"])


def number(draw: Draw, value: Any, dtype: str = "int64") -> Operand:
    return np.array(value, dtype), pick(draw, ["static", "const"])


def broadcast(draw: Draw, lengths: tuple[int, ...]) -> tuple[int, ...]:
    kept = lengths[draw(st.integers(0, len(lengths))) :]
    return tuple(pick(draw, [1, n]) for n in kept)


# -- elementwise -------------------------------------------------------------------------------------------------------


def unary(dtypes: Sequence[str], low: float = -3, high: float = 3, **attrs: float) -> Callable[[Draw], Case]:
    def make(draw: Draw) -> Case:
        chosen = {name: draw(st.floats(0.125, 2, width=16)) for name in attrs}
        return [operand(draw, shape(draw), pick(draw, dtypes), low, high)], chosen

    return make


def binary(dtypes: Sequence[str], low: float = -3, high: float = 3) -> Callable[[Draw], Case]:
    def make(draw: Draw) -> Case:
        dtype, lengths = pick(draw, dtypes), shape(draw)
        pair = [lengths, broadcast(draw, lengths)]
        if draw(st.booleans()):
            pair.reverse()
        return [operand(draw, n, dtype, low, high) for n in pair], {}

    return make


def bounds(draw: Draw) -> Case:
    """Integers at the ends of their range: where a processor traps."""
    dtype = pick(draw, INTS)
    info = np.iinfo(dtype)
    ends = [info.min, info.min + 1, info.max, 0, 1, 2, 7] + ([-1, -2] if info.min else [])
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    return [(rng.choice(np.array(ends, dtype), 12), how(draw)) for _ in range(2)], {}


def division(draw: Draw) -> Case:
    return bounds(draw) if draw(st.booleans()) else binary(INTS, -7, 7)(draw)


def floor_mod(draw: Draw) -> Case:
    return division(draw) if draw(st.booleans()) else binary(("float32", "float64"), -7, 7)(draw)


def power(draw: Draw) -> Case:
    if draw(st.booleans()):
        lengths = shape(draw)
        dtype = pick(draw, ("int32", "int64", "int8", "uint8"))
        return [operand(draw, lengths, dtype, -4, 4), operand(draw, lengths, dtype, -3, 3)], {}
    lengths = shape(draw)
    dtype = pick(draw, FLOATS)
    return [operand(draw, lengths, dtype, 0.1, 3), operand(draw, broadcast(draw, lengths), dtype)], {}


def where(draw: Draw) -> Case:
    lengths, dtype = shape(draw), pick(draw, ANY)
    shapes = [lengths, broadcast(draw, lengths), broadcast(draw, lengths)]
    return [operand(draw, n, d) for n, d in zip(shapes, ("bool", dtype, dtype), strict=True)], {}


def clip(draw: Draw) -> Case:
    ((x, given), (limits, _)), _ = bounds(draw) if draw(st.booleans()) else binary(INTS, *WIDE)(draw)
    ends = limits.reshape(-1)[:2] if limits.size > 1 else np.array([2, 5], limits.dtype)
    return [(x, given), *(number(draw, end, x.dtype.name) for end in ends)], {}


def cast(draw: Draw) -> Case:
    old, new = pick(draw, ANY), np.dtype(pick(draw, ANY))
    low = 0 if new.kind == "u" else -100
    return [operand(draw, shape(draw), old, low, 100)], {"dtype": new}


def special(draw: Draw) -> Case:
    dtype, lengths = pick(draw, FLOATS), shape(draw)
    array = elements(draw, lengths, dtype)
    chosen = elements(draw, lengths, "int32", 0, 3)
    return [
        (np.select([chosen == 1, chosen == 2, chosen == 3], [np.nan, np.inf, -np.inf], array).astype(dtype), how(draw))
    ], {}


FUNCTIONS = ("exp", "reciprocal", "sin", "cos", "asin", "acos", "atan", "sinh", "cosh", "asinh", "tanh", "sigmoid")
FUNCTIONS += ("relu", "softplus", "softsign", "selu", "erf", "floor", "ceil", "round")

ELEMENTWISE: dict[str, Callable[[Draw], Case]] = {
    **{name: unary(FLOATS) for name in FUNCTIONS},
    "log": unary(FLOATS, -0.5, 9),
    "sqrt": unary(FLOATS, -0.5, 9),
    "tan": unary(FLOATS, -1.2, 1.2),
    "acosh": unary(FLOATS, 0.9, 9),
    "atanh": unary(FLOATS, -0.9, 0.9),
    "elu": unary(FLOATS, alpha=1),
    "leaky_relu": unary(FLOATS, alpha=1),
    "hard_sigmoid": unary(FLOATS, alpha=1, beta=1),
    "neg": unary(NUMBERS),
    "abs": unary(NUMBERS),
    "sign": unary(NUMBERS),
    "identity": unary(ANY),
    "not": unary(("bool",)),
    "isnan": special,
    "isinf": special,
    "cast": cast,
    "add": binary(NUMBERS, *WIDE),
    "sub": binary(NUMBERS, *WIDE),
    "mul": binary(NUMBERS, *WIDE),
    "div": binary(FLOATS),
    "pow": power,
    "minimum": binary(NUMBERS, *WIDE),
    "maximum": binary(NUMBERS, *WIDE),
    "floor_mod": floor_mod,
    "floor_div": floor_mod,
    "trunc_mod": division,
    "trunc_div": division,
    **{name: binary(NUMBERS, *WIDE) for name in ("less", "less_equal", "greater", "greater_equal")},
    "equal": binary(ANY, *WIDE),
    **{name: binary(("bool",)) for name in ("and", "or", "xor")},
    "where": where,
    "clip": clip,
}

# -- reductions --------------------------------------------------------------------------------------------------------


def reduction(dtypes: Sequence[str]) -> Callable[[Draw], Case]:
    def make(draw: Draw) -> Case:
        lengths = shape(draw)
        axes = tuple(axis for axis in range(len(lengths)) if draw(st.booleans()))
        return [operand(draw, lengths, pick(draw, dtypes))], {"axes": axes, "keepdims": draw(st.booleans())}

    return make


def extreme(draw: Draw) -> Case:
    (((array, given),), attrs) = reduction(ORDERED)(draw)
    if array.dtype.kind in "iu":
        array = wide(draw, array.shape, array.dtype.name, 2**53)
    return [(array, given)], attrs


def along(
    dtypes: Sequence[str], *flags: str, empty: bool = True, span: tuple[float, float] = (-3, 3)
) -> Callable[[Draw], Case]:
    def make(draw: Draw) -> Case:
        lengths = list(shape(draw, 1))
        axis = draw(st.integers(0, len(lengths) - 1))
        lengths[axis] = lengths[axis] or int(not empty)
        attrs = {"axis": axis, **{flag: draw(st.booleans()) for flag in flags}}
        return [operand(draw, lengths, pick(draw, dtypes), *span)], attrs

    return make


def layer_norm(draw: Draw) -> Case:
    lengths, dtype = shape(draw, 0, 2), pick(draw, FLOATS)
    width = pick(draw, [2, 3, 5])
    lines = [operand(draw, [width], dtype) for _ in range(2)]
    return [operand(draw, [*lengths, width], dtype), *lines], {"epsilon": pick(draw, [1e-3, 0.5])}


def top_k(draw: Draw) -> Case:
    lengths = shape(draw, 1)
    count = draw(st.integers(0, lengths[-1]))
    return [operand(draw, lengths, pick(draw, ORDERED), *WIDE), number(draw, count)], {}


REDUCTIONS: dict[str, Callable[[Draw], Case]] = {
    **{f"reduce_{name}": reduction(NUMBERS) for name in ("sum", "prod")},
    **{f"reduce_{name}": extreme for name in ("max", "min")},
    "reduce_mean": reduction(FLOATS),
    "reduce_any": reduction(("bool",)),
    "reduce_all": reduction(("bool",)),
    "argmax": along(ORDERED, "keepdims", empty=False, span=WIDE),
    "argmin": along(ORDERED, "keepdims", empty=False, span=WIDE),
    "cumsum": along(NUMBERS, "exclusive", "reverse"),
    "softmax": along(FLOATS),
    "log_softmax": along(FLOATS),
    "top_k": top_k,
    "layer_norm": layer_norm,
}

# -- arrays ------------------------------------------------------------------------------------------------------------


def reshape(draw: Draw) -> Case:
    lengths = shape(draw)
    size = math.prod(lengths)
    if size:
        divisors = [n for n in (1, 2, 3, 5) if size % n == 0]
        first = pick(draw, divisors)
        target = [first, size // first]
        if draw(st.booleans()):
            target[draw(st.integers(0, 1))] = -1
    else:
        target = [pick(draw, [0, 1, 2]), 0] if draw(st.booleans()) else [0, *draw(st.permutations([1, 4]))]
        if draw(st.booleans()):
            target = [-1, 3]
    if draw(st.booleans()):
        target = list(draw(st.permutations(target)))
    return [operand(draw, lengths, pick(draw, ANY)), ints(draw, target)], {}


def transpose(draw: Draw) -> Case:
    lengths = shape(draw)
    return [operand(draw, lengths, pick(draw, ANY))], {"perm": tuple(draw(st.permutations(range(len(lengths)))))}


def expand(draw: Draw) -> Case:
    lengths = shape(draw)
    return [operand(draw, broadcast(draw, lengths), pick(draw, ANY)), ints(draw, lengths)], {}


def concat(draw: Draw) -> Case:
    lengths, dtype = list(shape(draw, 1)), pick(draw, ANY)
    axis = draw(st.integers(0, len(lengths) - 1))
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        lengths[axis] = pick(draw, [0, 1, 2])
        parts.append(operand(draw, lengths, dtype))
    return parts, {"axis": axis}


def unsqueeze(draw: Draw) -> Case:
    lengths = shape(draw, 0, 2)
    more = draw(st.integers(0, 2))
    axes = tuple(draw(st.permutations(range(len(lengths) + more))))[:more]
    return [operand(draw, lengths, pick(draw, ANY))], {"axes": axes}


def squeeze(draw: Draw) -> Case:
    lengths = list(shape(draw))
    axes = tuple(axis for axis in range(len(lengths)) if draw(st.booleans()))
    for axis in axes:
        lengths[axis] = 1
    return [operand(draw, lengths, pick(draw, ANY))], {"axes": axes}


def pad(draw: Draw) -> Case:
    mode, dtype = pick(draw, ["constant", "reflect", "edge"]), pick(draw, ANY)
    lengths = shape(draw)
    if mode != "constant":
        lengths = tuple(n or 2 for n in lengths)
    most = [n - 1 if mode == "reflect" else 2 for n in lengths]
    pads = [draw(st.integers(0, n)) for n in most + most]
    fill = (elements(draw, (), dtype), pick(draw, ["static", "const"]))
    return [operand(draw, lengths, dtype), ints(draw, pads), fill], {"mode": mode}


def tile(draw: Draw) -> Case:
    lengths = shape(draw)
    return [operand(draw, lengths, pick(draw, ANY)), ints(draw, [draw(st.integers(0, 3)) for _ in lengths])], {}


def reverse(draw: Draw) -> Case:
    lengths = shape(draw)
    axes = tuple(axis for axis in range(len(lengths)) if draw(st.booleans()))
    return [operand(draw, lengths, pick(draw, ANY))], {"axes": axes}


def reverse_sequence(draw: Draw) -> Case:
    lengths = shape(draw, 2, 4)
    time, batch = list(draw(st.permutations(range(len(lengths)))))[:2]
    attrs = {"seq_axis": time, "batch_axis": batch}
    return [operand(draw, lengths, pick(draw, ANY)), operand(draw, (lengths[batch],), "int64", -2, 7)], attrs


def from_shape(draw: Draw) -> Case:
    return [operand(draw, shape(draw), pick(draw, ANY))], {}


def range_of(draw: Draw) -> Case:
    dtype = pick(draw, ("int32", "int64", "int16", "float32", "float64", "int8", "uint8"))
    low = 0 if dtype == "uint8" else -4
    first, last = (draw(st.integers(low, 6)) for _ in range(2))
    step = draw(st.sampled_from([1, 2, 3] if dtype == "uint8" else [-2, -1, 1, 2, 3]))
    return [number(draw, n, dtype) for n in (first, last, step)], {}


def one_hot(draw: Draw) -> Case:
    lengths, dtype = shape(draw), pick(draw, ANY)
    axis = draw(st.integers(-1, len(lengths)))
    marks = [(elements(draw, (), dtype), pick(draw, ["static", "const"])) for _ in range(2)]
    ids = operand(draw, lengths, pick(draw, ("int32", "int64", "uint8")), -4, 6)
    return [ids, number(draw, draw(st.integers(0, 4))), *marks], {"axis": axis}


ARRAYS: dict[str, Callable[[Draw], Case]] = {
    "reshape": reshape,
    "transpose": transpose,
    "expand": expand,
    "concat": concat,
    "unsqueeze": unsqueeze,
    "squeeze": squeeze,
    "pad": pad,
    "tile": tile,
    "reverse": reverse,
    "reverse_sequence": reverse_sequence,
    "shape": from_shape,
    "range": range_of,
    "one_hot": one_hot,
}

# -- indexing ----------------------------------------------------------------------------------------------------------


def slices(draw: Draw) -> Case:
    lengths = shape(draw)
    axes = tuple(axis for axis in range(len(lengths)) if draw(st.booleans()))
    far = st.sampled_from([-(2**63), -9, -2, -1, 0, 1, 2, 3, 9, 2**31 - 1, 2**63 - 1])
    starts, ends = ([draw(far) for _ in axes] for _ in range(2))
    steps = tuple(pick(draw, [1, 1, 2, -1, -2]) for _ in axes)
    return [operand(draw, lengths, pick(draw, ANY)), ints(draw, starts), ints(draw, ends)], {
        "axes": axes,
        "steps": steps,
    }


def gather(draw: Draw) -> Case:
    lengths = shape(draw, 1)
    axis = draw(st.integers(0, len(lengths) - 1))
    ids = shape(draw, 0, 2) if lengths[axis] else (0,)
    dtype = pick(draw, ("int32", "int64", "int8"))
    positions = elements(draw, ids, dtype, -lengths[axis], max(lengths[axis] - 1, 0))
    return [operand(draw, lengths, pick(draw, ANY)), (positions, how(draw))], {"axis": axis}


def gather_nd(draw: Draw) -> Case:
    batch, depth, rest = shape(draw, 0, 1), draw(st.integers(1, 2)), shape(draw, 0, 1)
    inner = [draw(st.integers(1, 4)) for _ in range(depth)]
    ids = (*batch, *shape(draw, 0, 2), depth)
    positions = np.stack([elements(draw, ids[:-1], "int64", -n, n - 1) for n in inner], axis=-1)
    x = operand(draw, (*batch, *inner, *rest), pick(draw, ANY))
    return [x, (positions.astype(pick(draw, ("int32", "int64"))), pick(draw, ["static", "const"]))], {
        "batch_dims": len(batch)
    }


def scatter_nd(draw: Draw) -> Case:
    depth, rest = draw(st.integers(1, 2)), shape(draw, 0, 2)
    inner = [draw(st.integers(1, 4)) for _ in range(depth)]
    ids = (*shape(draw, 0, 2), depth)
    positions = np.stack([elements(draw, ids[:-1], "int64", 0, n - 1) for n in inner], axis=-1)
    updates = operand(draw, (*ids[:-1], *rest), pick(draw, ("float32", "float64", "int32", "int64", "uint8")))
    return [ints(draw, (*inner, *rest)), (positions, pick(draw, ["static", "const"])), updates], {}


def non_zero(draw: Draw) -> Case:
    return [operand(draw, shape(draw, 1), pick(draw, ANY), 0, 2)], {}


def row_write(draw: Draw) -> Case:
    lengths, dtype, grow = list(shape(draw, 1)), pick(draw, ANY), draw(st.booleans())
    if not grow:
        lengths[0] = lengths[0] or 2
    index = draw(st.integers(0, lengths[0] + 2 if grow else lengths[0] - 1))
    return [operand(draw, lengths, dtype), number(draw, index), operand(draw, lengths[1:], dtype)], {"grow": grow}


INDEXING: dict[str, Callable[[Draw], Case]] = {
    "slice": slices,
    "gather": gather,
    "gather_nd": gather_nd,
    "scatter_nd": scatter_nd,
    "non_zero": non_zero,
    "row_write": row_write,
}

# -- linear ------------------------------------------------------------------------------------------------------------


def matmul(draw: Draw) -> Case:
    batch, dtype = shape(draw, 0, 2), pick(draw, NUMBERS)
    rows, inner, columns = (pick(draw, [0, 1, 2, 5]) for _ in range(3))
    left, right = batch, broadcast(draw, batch)
    return [operand(draw, (*left, rows, inner), dtype), operand(draw, (*right, inner, columns), dtype)], {}


EQUATIONS = ("ij,jk->ik", "bij,bkj->bik", "bij,j->bi", "ij->ji", "ijk->k", "bi,bj->bij", "i,i->", "ij,ij->i", "ii->i")
EQUATIONS += ("bij,jkl->bikl", "bikl,jkl->bij", "bkil,bkjl->bkij", "i,j,k->kij", "bij,jk,bk->i", "iji,j->i", "b,->b")
EQUATIONS += ("bikj,bklj->bil", "bij,kl->lb", ",->")


def einsum(draw: Draw) -> Case:
    equation = pick(draw, EQUATIONS)
    dtype = pick(draw, NUMBERS)
    lengths = {letter: pick(draw, [0, 1, 2, 3]) for letter in "bijkl"}
    terms = equation.split("->")[0].split(",")
    return [operand(draw, [lengths[c] for c in term], dtype) for term in terms], {"equation": equation}


def window(draw: Draw, axes: int) -> tuple[list[int], tuple[int, ...], tuple[int, ...]]:
    kernel = [draw(st.integers(1, 3)) for _ in range(axes)]
    strides = tuple(draw(st.integers(1, 2)) for _ in range(axes))
    return kernel, strides, tuple(draw(st.integers(0, n - 1)) for n in kernel + kernel)


def conv(draw: Draw) -> Case:
    axes, group = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel, strides, pads = window(draw, axes)
    dtype = pick(draw, FLOATS)
    x = operand(draw, (pick(draw, [0, 1, 2]), 2 * group, *[5] * axes), dtype)
    w = (elements(draw, (3 * group, 2, *kernel), dtype), pick(draw, ["static", "const"]))
    dilations = tuple(draw(st.integers(1, 2)) for _ in range(axes))
    return [x, w], {"strides": strides, "pads": pads, "dilations": dilations, "group": group}


def pool(draw: Draw) -> Case:
    axes = draw(st.integers(1, 2))
    kernel, strides, pads = window(draw, axes)
    x = operand(draw, (pick(draw, [0, 1, 2]), 2, *[5] * axes), pick(draw, FLOATS))
    return [x], {"kernel": tuple(kernel), "strides": strides, "pads": pads}


LINEAR: dict[str, Callable[[Draw], Case]] = {
    "matmul": matmul,
    "einsum": einsum,
    "conv": conv,
    "max_pool": pool,
    "average_pool": pool,
}

CASES: dict[str, Callable[[Draw], Case]] = {**ELEMENTWISE, **REDUCTIONS, **ARRAYS, **INDEXING, **LINEAR}
