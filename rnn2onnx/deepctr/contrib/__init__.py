"""``deepctr.contrib``: the recurrent network with attention scores, and its cells."""
