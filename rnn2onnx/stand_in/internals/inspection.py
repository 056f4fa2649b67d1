"""Python's ``inspect``, as ``tensorflow.python.util.tf_inspect`` has it."""

from __future__ import annotations

import inspect

ArgSpec = FullArgSpec = inspect.FullArgSpec
Parameter = inspect.Parameter
getargspec = getfullargspec = inspect.getfullargspec
currentframe = inspect.currentframe
getcallargs = inspect.getcallargs
getdoc = inspect.getdoc
getfile = inspect.getfile
getmembers = inspect.getmembers
getmodule = inspect.getmodule
getmro = inspect.getmro
getsource = inspect.getsource
isabstract = inspect.isabstract
isbuiltin = inspect.isbuiltin
isclass = inspect.isclass
isfunction = inspect.isfunction
isframe = inspect.isframe
isgenerator = inspect.isgenerator
ismethod = inspect.ismethod
ismodule = inspect.ismodule
isroutine = inspect.isroutine
signature = inspect.signature
stack = inspect.stack

__all__ = [name for name, value in list(globals().items()) if not name.startswith("_") and callable(value)]
