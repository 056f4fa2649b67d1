"""Which element types onnxruntime's CPU kernels take, and through which other type the rest must go.

A row of ``KERNELS`` holds what both the operator's schema and a kernel accept at every opset from 13 to 26 (float16
where onnxruntime puts the casts itself): listed from onnxruntime 1.31.1 and run. Operators that only move elements take
every type and have no row. Numbers go through a type that holds them all, save that u64 goes through i64, and the
extremes of i64 and u64 along an axis through f64, which is exact to 2**53.
"""

from __future__ import annotations

from rnn2onnx.errors import ExportError
from rnn2onnx.ir.types import DType, dtype_name, dtype_of

_ARITHMETIC = "f16 f32 f64 i32 i64 u32 u64"
_INTEGERS = "i8 i16 i32 i64 u8 u16 u32 u64"
_REAL = "f16 f32 f64"
_SINGLE = "f16 f32"
_REDUCED = "f16 f32 f64 i32 i64"

KERNELS: dict[str, frozenset[str]] = {
    name: frozenset(types.split())
    for names, types in {
        "Add Sub Mul Div": _ARITHMETIC,
        "Pow MatMul ReduceSum ReduceMean ReduceProd": _REDUCED,
        "CumSum": "f32 f64 i32 i64",
        "ArgMax ArgMin": f"{_REDUCED} i8 u8",
        # The int64 kernels of these five compare the lower halves of numbers with equal upper halves as if they were
        # signed: the larger of 3 and 2**31 is 3.
        "ReduceMax ReduceMin": f"{_REAL} i8 i32 u8",
        "Min Max Clip": f"{_REAL} i8 i32 u8 u32 u64",
        "Mod": f"{_REAL} {_INTEGERS}",
        "Equal": f"{_REAL} {_INTEGERS} bool",
        "Less LessOrEqual Greater GreaterOrEqual": f"{_REAL} {_INTEGERS}",
        "Where": f"{_REAL} i8 i32 i64 u8 u32 str",
        "Exp Log Sqrt Reciprocal Sin Cos Tanh Sigmoid Relu Floor Ceil Round IsNaN Softmax LogSoftmax MaxPool": _REAL,
        "Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Softplus Softsign Selu Erf Elu LeakyRelu HardSigmoid": _SINGLE,
        "Conv AveragePool LSTM GRU RNN LayerNormalization": _SINGLE,
        "IsInf": "f32 f64",
        "Neg": f"{_REAL} i8 i16 i32 i64",
        "Abs Sign": f"{_REAL} {_INTEGERS}",
        "TopK": _REDUCED,
        "Range": "f32 f64 i16 i32 i64",
        "Pad": f"{_REAL} bool i8 i32 i64 u8 u32 u64",
        "Expand Tile": f"{_REAL} {_INTEGERS} bool str",
        "ScatterND": f"f32 f64 {_INTEGERS}",
    }.items()
    for name in names.split()
}

_CARRIERS = {
    "bool": "u8 i32",
    "i8": "i32",
    "i16": "i32",
    "u8": "i32",
    "u16": "i32",
    "u32": "i64 f64",
    "i64": "f64",
    "u64": "i64 f64",
    "f16": "f32",
    "bf16": "f32",
    "f64": "f32",
}


def carrier(op_type: str, dtype: DType) -> DType:
    """The dtype an operator must be given for elements of ``dtype``: itself where there is a kernel.

    Raises:
        ExportError: No dtype can stand for it.
    """
    name, taken = dtype_name(dtype), KERNELS.get(op_type)
    if taken is None or name in taken:
        return dtype
    for other in _CARRIERS.get(name, "").split():
        if other in taken:
            return dtype_of(other)
    raise ExportError(f"onnxruntime has no {op_type} of {name}; cast to one of {', '.join(sorted(taken))} first")
