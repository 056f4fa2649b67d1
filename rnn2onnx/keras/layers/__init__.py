"""``keras.layers``: Keras's layers and cells."""
