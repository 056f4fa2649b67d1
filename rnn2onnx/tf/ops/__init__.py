"""TensorFlow's operations, recorded into the words of the language."""
