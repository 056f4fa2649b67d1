"""Stands in for TensorFlow while other people's files are imported."""
