"""Opens ONNX files that a command names, and says what they take."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from rnn2onnx.errors import ModelError

if TYPE_CHECKING:
    from rnn2onnx.ir import Type


def opened(file: str) -> Any:
    """A session of a file.

    Raises:
        ModelError: There is no such file, or onnxruntime can't load it.
        RuntimeMissingError: onnxruntime is not installed.
    """
    from rnn2onnx.runtime import session

    if not os.path.isfile(file):
        raise ModelError(f"there is no file {file!r}; `rnn2onnx compile MODEL -o {file}` makes one.")
    try:
        return session(file)
    except ImportError:
        raise
    except Exception as error:
        raise ModelError(f"{file!r} is not a model that onnxruntime can load: {error}") from None


def input_types(file: str, engine: Any) -> dict[str, Type]:
    """The types of a model's inputs; a length without a name gets one.

    Args:
        file: What it is called in messages.
        engine: Its session.

    Raises:
        ModelError: An input is no tensor of numbers.
    """
    from rnn2onnx.ir import Type
    from rnn2onnx.ir.types import dtype_of

    types: dict[str, Type] = {}
    for value in engine.get_inputs():
        if value.type not in _DTYPES:
            raise ModelError(f"the input {value.name!r} of {file} is a {value.type}; tensors of numbers can be given.")
        shape = [
            dim if isinstance(dim, int | str) else f"{value.name}.{axis}" for axis, dim in enumerate(value.shape or [])
        ]
        types[value.name] = Type(dtype_of(_DTYPES[value.type]), tuple(shape))
    return types


_DTYPES = {
    "tensor(float16)": "f16", "tensor(bfloat16)": "bf16", "tensor(float)": "f32", "tensor(double)": "f64",
    "tensor(bool)": "bool", "tensor(int8)": "i8", "tensor(int16)": "i16", "tensor(int32)": "i32",
    "tensor(int64)": "i64", "tensor(uint8)": "u8", "tensor(uint16)": "u16", "tensor(uint32)": "u32",
    "tensor(uint64)": "u64",
}  # fmt: skip
