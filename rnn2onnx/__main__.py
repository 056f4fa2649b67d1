"""``python -m rnn2onnx``: the command line."""

from __future__ import annotations

from rnn2onnx.cli import main

main()
