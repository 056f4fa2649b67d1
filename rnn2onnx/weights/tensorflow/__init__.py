"""TensorFlow's files: checkpoints, SavedModels, frozen graphs."""
