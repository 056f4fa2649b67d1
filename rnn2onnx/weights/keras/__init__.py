"""Keras's files: ``.h5`` and ``.keras``."""
