"""What repeats or branches: ``cond``, ``while_loop``, ``map_fn``, ``TensorArray``, ``dynamic_rnn``, ``raw_rnn``."""
