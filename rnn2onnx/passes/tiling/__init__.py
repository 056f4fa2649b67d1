"""Recurrences in tiles of time: of rows that are sorted by length, and of all rows."""
