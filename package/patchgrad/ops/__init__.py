"""Ops on tensors, by family. Importing this room binds the methods and installs the namespaces."""

from patchgrad.autograd.op import find
from patchgrad.backend import register_ops
from patchgrad.ops import (
    activation,
    attention,
    class_loss,
    conv,
    creation,
    dropout,
    elementwise,
    embedding,
    index,
    linalg,
    loss,
    methods,
    movement,
    namespace,
    norm,
    pool,
    recurrent,
    reduce,
    special,
)
from patchgrad.tensor import worlds

__all__ = [
    "activation",
    "attention",
    "class_loss",
    "conv",
    "creation",
    "dropout",
    "elementwise",
    "embedding",
    "index",
    "linalg",
    "loss",
    "movement",
    "norm",
    "pool",
    "recurrent",
    "reduce",
    "special",
]

register_ops(find)
methods.bind()
worlds.use_namespace(namespace.namespace)
