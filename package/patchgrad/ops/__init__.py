"""Ops on tensors, by family. Importing this room binds the methods."""

from patchgrad.autograd.op import find
from patchgrad.backend import register_ops
from patchgrad.ops import (
    activation,
    arithmetic,
    arrange,
    attention,
    bitwise,
    class_loss,
    conv,
    creation,
    dropout,
    einsum,
    elementwise,
    embedding,
    gather,
    index,
    linalg,
    loss,
    methods,
    movement,
    norm,
    pool,
    random,
    recurrent,
    reduce,
    sorting,
    special,
)

__all__ = [
    "activation",
    "arithmetic",
    "arrange",
    "attention",
    "bitwise",
    "class_loss",
    "conv",
    "creation",
    "dropout",
    "einsum",
    "elementwise",
    "embedding",
    "gather",
    "index",
    "linalg",
    "loss",
    "movement",
    "norm",
    "pool",
    "random",
    "recurrent",
    "reduce",
    "sorting",
    "special",
]

register_ops(find)
methods.bind()
