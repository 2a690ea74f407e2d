"""Ops on tensors, by family. Importing this room binds the methods; families come later."""

from patchgrad.autograd import op
from patchgrad.backend import register_ops, wrap_by
from patchgrad.backend.waiting import Checks
from patchgrad.ops import binding
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

op.enter_by(binding.enter_op)
register_ops(op.find)
wrap_by(Tensor)
Checks.place = staticmethod(placed)
binding.bind_later()
