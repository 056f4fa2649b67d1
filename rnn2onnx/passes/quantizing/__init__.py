"""Weights in int8, recurrence by recurrence."""
