"""Ops on tensors, by family. Importing this room binds the methods and installs the namespaces; families come later."""

from patchgrad.autograd import op
from patchgrad.backend import register_ops, wrap_by
from patchgrad.ops import binding
from patchgrad.tensor import Tensor, worlds

op.enter_by(binding.enter_op)
register_ops(op.find)
wrap_by(Tensor)
binding.bind_later()
worlds.use_namespace(lambda: binding.family("namespace").namespace)
