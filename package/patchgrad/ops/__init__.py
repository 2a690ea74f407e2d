"""Ops on tensors, by family. Importing this room binds the methods and installs the namespaces."""

from patchgrad.autograd.op import find
from patchgrad.backend import register_ops
from patchgrad.ops import (
    activation,
    class_loss,
    creation,
    elementwise,
    index,
    linalg,
    loss,
    methods,
    movement,
    namespace,
    reduce,
    special,
)
from patchgrad.tensor import worlds

__all__ = [
    "activation",
    "class_loss",
    "creation",
    "elementwise",
    "index",
    "linalg",
    "loss",
    "movement",
    "reduce",
    "special",
]

register_ops(find)
methods.bind()
worlds.use_namespace(namespace.namespace)
