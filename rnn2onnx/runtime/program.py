"""A compiled model: its graph before and after the passes, its ONNX form, and runs of it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rnn2onnx import nest
from rnn2onnx.errors import FeedError
from rnn2onnx.exporter import export, save, size_of
from rnn2onnx.ir import Graph, Type, evaluate
from rnn2onnx.passes import Decision
from rnn2onnx.runtime.feeds import checked
from rnn2onnx.runtime.quantization import Quantization
from rnn2onnx.runtime.report import RECORD, Exported, Report, Stage
from rnn2onnx.runtime.session import session


class Program:
    """A compiled model.

    Attributes:
        graph: The program as recorded, with its weights.
        lowered: The same after all passes.
        structure: A nest like the outputs that were asked for: False where that has None, else True.
        report: What each recurrence became, and why; ``report.save("report.html")`` writes it as a page.
        opset: The ONNX opset of ``model``.
        quantization: What int8 weights cost; None where there are none asked for.
    """

    def __init__(
        self,
        graph: Graph,
        lowered: Graph,
        structure: Any,
        decisions: Sequence[Decision],
        stages: Sequence[Stage] = (),
        *,
        target: str = "onnxruntime",
        opset: int,
        ignored: Sequence[str] = (),
    ) -> None:
        self.graph = graph
        self.lowered = lowered
        self.structure = structure
        stages = stages or (Stage(RECORD, None, graph, 0.0), Stage("compile", graph, lowered, 0.0))
        self.report = Report(decisions, stages, target=target, opset=opset, export=self._exported)
        self.opset = opset
        self.quantization: Quantization | None = None
        self._ignored = tuple(ignored)
        self._model: Any = None
        self._session: Any = None
        self._export_seconds = 0.0

    @property
    def inputs(self) -> dict[str, Type]:
        """The types of the inputs, by name."""
        return {value.name: value.type for value in self.lowered.inputs}

    @property
    def outputs(self) -> dict[str, Type]:
        """The types of the outputs, by name."""
        return {name: value.type for name, value in zip(self.lowered.outputs, self.lowered.block.results, strict=True)}

    @property
    def model(self) -> Any:
        """The ``onnx.ModelProto``."""
        if self._model is None:
            start = time.perf_counter()
            self._model = export(self.lowered, opset=self.opset)
            self._export_seconds = time.perf_counter() - start
        return self._model

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the ONNX file; weights go into a file beside it when it nears 2 GiB. Nothing half-written stays."""
        save(self.model, os.fspath(path))

    def run(self, feeds: Mapping[str, Any]) -> Any:
        """The outputs on onnxruntime: the nest that was asked for, of numpy arrays.

        Args:
            feeds: An array for each input, by placeholder name.

        Raises:
            FeedError: The feeds don't fit the inputs.
            RuntimeMissingError: onnxruntime is not installed.
        """
        arrays = checked(feeds, self.inputs, self._ignored)
        if self._session is None:
            self._session = session(self.model)
        try:
            results = self._session.run(list(self.lowered.outputs), arrays)
        except Exception as error:
            shapes = ", ".join(f"{name}: {array.dtype}{list(array.shape)}" for name, array in arrays.items())
            raise FeedError(f"onnxruntime could not run the program on {shapes or 'no inputs'}: {error}") from None
        return self._packed(results)

    def evaluate(self, feeds: Mapping[str, Any], *, float64: bool = False) -> Any:
        """The outputs by the numpy meaning of the recorded graph: the nest that was asked for.

        Args:
            feeds: As in ``run``.
            float64: Whether to compute in float64 throughout.
        """
        results = evaluate(self.graph, checked(feeds, self.inputs, self._ignored), float64=float64)
        return self._packed([results[name] for name in self.graph.outputs])

    def _exported(self) -> Exported:
        model = self.model
        compiler = f"{model.producer_name} {model.producer_version}"
        return Exported(size_of(model), len(model.graph.node), self._export_seconds, compiler)

    def _packed(self, results: Sequence[Any]) -> Any:
        """The nest that was asked for; ``structure`` is False where that has None."""
        rest = iter(results)
        leaves = [next(rest) if present else None for present in nest.flatten(self.structure)]
        return nest.pack_sequence_as(self.structure, leaves)
