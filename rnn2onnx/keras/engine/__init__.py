"""What Keras's layers and models are made of: names, calls, masks, networks."""
