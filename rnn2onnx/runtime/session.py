"""Opens models on onnxruntime, and says what to install where it is missing."""

from __future__ import annotations

import os
from typing import Any

from rnn2onnx.errors import RuntimeMissingError


def onnxruntime() -> Any:
    """The module.

    Raises:
        RuntimeMissingError: It is not installed.
    """
    try:
        import onnxruntime as module
    except ImportError as error:
        raise RuntimeMissingError(
            f"running a model needs onnxruntime, which could not be imported ({error}). Install one of "
            "`pip install rnn2onnx[cpu]` and `pip install rnn2onnx[cuda]`; compiling needs neither."
        ) from None
    return module


def session(model: Any, *, threads: int | None = None, providers: list[str] | None = None) -> Any:
    """An ``onnxruntime.InferenceSession``.

    Args:
        model: A path, serialised bytes, or an ``onnx.ModelProto``.
        threads: Threads inside an operation; onnxruntime's choice if None.
        providers: Execution providers in order of preference; CUDA where there is one, then CPU, if None.
    """
    module = onnxruntime()
    options = module.SessionOptions()
    options.log_severity_level = 3
    if threads is not None:
        options.intra_op_num_threads = threads
    if providers is None:
        available = module.get_available_providers()
        providers = [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in available]
    if isinstance(model, str | os.PathLike):
        model = os.fspath(model)
    elif not isinstance(model, bytes):
        model = model.SerializeToString()
    return module.InferenceSession(model, options, providers=providers)
