"""What TensorFlow code knows of shapes, dtypes and values while it records."""
