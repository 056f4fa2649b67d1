"""A body is cut into what must be sequential and what need not be."""
