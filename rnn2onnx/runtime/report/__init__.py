"""What a compilation did, as objects, as a page and as data."""

from __future__ import annotations

from rnn2onnx.runtime.report.report import Exported, Report
from rnn2onnx.runtime.report.stages import RECORD, Stage

__all__ = ["RECORD", "Exported", "Report", "Stage"]
