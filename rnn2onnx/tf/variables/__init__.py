"""Variables, their scopes, and the values they start with."""
