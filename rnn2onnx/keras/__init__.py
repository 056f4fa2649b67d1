"""Keras's layers and cells, recorded: ``from rnn2onnx import keras`` in place of ``from tensorflow import keras``."""
