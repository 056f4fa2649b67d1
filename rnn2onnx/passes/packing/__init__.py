"""Rows of different lengths, sorted, in segments of fewer and fewer rows."""
