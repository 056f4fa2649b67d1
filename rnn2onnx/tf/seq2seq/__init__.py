"""Decoders, attention and beam search: what ``tf.contrib.seq2seq`` has for inference."""
