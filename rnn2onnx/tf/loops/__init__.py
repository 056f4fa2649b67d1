"""What repeats or branches: ``cond``, ``while_loop``, ``map_fn``, ``TensorArray``."""
