"""Encoders and decoders over lists of steps: ``tf.contrib.legacy_seq2seq``."""
