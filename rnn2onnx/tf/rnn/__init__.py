"""Cells run over time: one file for each of TensorFlow's ways to do it."""
