"""Nothing: the module of TensorFlow is a package, of which only the submodules are used."""
