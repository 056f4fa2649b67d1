"""deepctr's recurrent network with attention scores, and its cells."""
