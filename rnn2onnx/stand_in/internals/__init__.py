"""Names of TensorFlow's internal modules that recurrent code uses, and what is only there under TensorFlow's name."""
