"""Recurrences that compute a native layer become one."""
