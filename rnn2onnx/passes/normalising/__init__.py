"""Layer normalisation, found by what it computes."""
