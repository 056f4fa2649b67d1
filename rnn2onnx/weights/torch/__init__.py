"""PyTorch's files, read without running anything in them."""
