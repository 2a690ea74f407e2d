"""Ops on tensors, by family. Importing this room binds the methods and installs the namespaces."""

from patchgrad.autograd.op import find
from patchgrad.backend import register_ops
from patchgrad.ops import creation, elementwise, index, linalg, methods, movement, namespace, reduce
from patchgrad.tensor import worlds

__all__ = ["creation", "elementwise", "index", "linalg", "movement", "reduce"]

register_ops(find)
methods.bind()
worlds.use_namespace(namespace.namespace)
