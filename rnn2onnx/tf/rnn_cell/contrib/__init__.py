"""The cells of ``tf.contrib``: one file for each family."""
