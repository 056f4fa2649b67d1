"""How the arrays of a file meet the variables of a model."""
