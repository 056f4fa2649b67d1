"""The recorder: graphs, tensors, names, and the bodies of loops while they are traced."""
