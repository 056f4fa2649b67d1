"""Steps that a program wrote out become one recurrence."""
