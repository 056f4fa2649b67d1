"""The weights of other frameworks' layers as those of this project's cells."""
