"""Look-ups in tables, and what is computed of them."""
