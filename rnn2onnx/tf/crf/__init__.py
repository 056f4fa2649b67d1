"""Conditional random fields over the tags of a sequence: their scores, and the best tags."""
