"""What a compilation did: the decisions about each recurrence, and the program before and after each pass."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from rnn2onnx.errors import ArgumentError
from rnn2onnx.ir import Graph
from rnn2onnx.passes import Decision
from rnn2onnx.runtime.report.stages import Stage
from rnn2onnx.whole_file import whole_file

if TYPE_CHECKING:
    from rnn2onnx.runtime.quantization import Quantization

SUFFIXES = (".html", ".json")


class Exported(NamedTuple):
    """The ONNX model that a program became.

    Attributes:
        bytes: Of its file, weights included.
        nodes: At the top of its graph.
        seconds: What writing the graph as ONNX took.
        compiler: The name and version of what made it.
    """

    bytes: int
    nodes: int
    seconds: float
    compiler: str


class Report(Sequence[Decision]):
    """The decisions of a compilation, in order; as a page with ``save("report.html")``.

    Attributes:
        decisions: What each recurrence became, and why.
        stages: The program as recorded and after each pass.
        target: The engine it was compiled for.
        opset: The ONNX opset.
        title: What the model is called: the name of its graph, or another one that was set.
        quantization: What int8 weights cost; None where there are none.
    """

    def __init__(
        self,
        decisions: Sequence[Decision],
        stages: Sequence[Stage],
        *,
        target: str,
        opset: int,
        export: Callable[[], Exported],
    ) -> None:
        """The report of a compilation.

        Args:
            decisions: What each recurrence became.
            stages: The recording and each pass.
            target: The engine.
            opset: The ONNX opset.
            export: Gives what the program is as an ONNX model; called when the report is first read as a page or data.
        """
        self.decisions = tuple(decisions)
        self.stages = tuple(stages)
        self.target = target
        self.opset = opset
        self.title = self.graph.name
        self.quantization: Quantization | None = None
        self._export = export

    @property
    def graph(self) -> Graph:
        """The program after all passes."""
        return self.stages[-1].after

    @property
    def seconds(self) -> float:
        """What recording and passes took."""
        return sum(stage.seconds for stage in self.stages)

    @cached_property
    def exported(self) -> Exported:
        """The ONNX model that the program became."""
        return self._export()

    @overload
    def __getitem__(self, index: int) -> Decision: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Decision, ...]: ...

    def __getitem__(self, index: int | slice) -> Decision | tuple[Decision, ...]:
        return self.decisions[index]

    def __len__(self) -> int:
        return len(self.decisions)

    def __iter__(self) -> Iterator[Decision]:
        return iter(self.decisions)

    def __eq__(self, other: object) -> bool:
        """Reports, tuples and lists with equal decisions are equal."""
        if isinstance(other, Report | tuple | list):
            return self.decisions == tuple(other)
        return NotImplemented

    # What it holds may be changed through mappings.
    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return "\n".join(map(str, self.decisions))

    def __repr__(self) -> str:
        return f"Report({list(self.decisions)!r})"

    def html(self) -> str:
        """The report as one page that needs no other file, no net and no scripts."""
        from rnn2onnx.runtime.report.page import page

        return page(self)

    def json(self) -> dict[str, Any]:
        """The report as plain data, for ``json.dumps``.

        Returns:
            - ``format``: 1; another number where one of these keys means something else.
            - ``compiler``: its name and version.
            - ``model``, ``target``, ``opset``: names and the number.
            - ``seconds``: of ``record``, ``passes`` and ``export``.
            - ``file``: its ``bytes`` and the ``nodes`` at the top of its graph.
            - ``inputs``, ``outputs``: ``name``, ``dtype`` and ``shape`` of each.
            - ``recurrences``: of each its ``source`` (``file``, ``line``; null if unknown), the ``code`` of that line
              (null if unreadable), ``what`` it computes, what it ``became``, ``why``, its ``depth`` ``before`` and
              ``after`` in words, and its ``alternatives``: ``form``, where it is ``taken``, and ``costs``: for a
              ``batch`` and ``steps`` the microseconds ``predicted`` for the recurrence and those ``measured`` of the
              whole program (null where there are none).
            - ``quantization``: null, or its ``kind``, the largest relative ``error`` of an output, the ``max_error``
              allowed, what it was ``measured_on``, the errors of the ``outputs`` with ``int8`` and with ``float32``
              weights, and the ``parts`` that could be int8.
            - ``passes``: the recording and each pass: ``name``, ``seconds``, whether it ``changed`` the program, and
              after it the number of ``operations`` and the ``text`` of the program: null where that did not change.
        """
        from rnn2onnx.runtime.report.facts import facts

        return facts(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the report: a page into ``.html``, plain data into ``.json``; whole or not at all.

        Raises:
            ArgumentError: The name ends in neither.
            OSError: The folder does not exist or cannot be written.
        """
        write = self.writer(path)
        with whole_file(os.fspath(path)) as file:
            file.write(write(self).encode())

    @staticmethod
    def writer(path: str | os.PathLike[str]) -> Callable[[Report], str]:
        """What gives the text of a report for a file of this name.

        Raises:
            ArgumentError: It ends in neither ``.html`` nor ``.json``.
        """
        suffix = os.path.splitext(os.fspath(path))[1].lower()
        if suffix == ".html":
            return Report.html
        if suffix == ".json":
            return lambda report: f"{json.dumps(report.json(), indent=2)}\n"
        raise ArgumentError(
            f"a report was to be written to {os.fspath(path)}; name a file that ends in {' or '.join(SUFFIXES)}."
        )

    def _repr_html_(self) -> str:
        """The page in a frame of its own, for notebooks."""
        return (
            f'<iframe srcdoc="{html.escape(self.html())}" title="report" '
            'style="width:100%;height:40em;border:0" sandbox></iframe>'
        )
