"""Loops that walk sequences become recurrences."""
