"""Small recurrences of one body run as one."""
