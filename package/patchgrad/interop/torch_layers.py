"""Layers that patchgrad has and PyTorch has not, written with PyTorch. Their text is part of exported sources.

Imported by `to_torch` and `torch_source` only: it needs PyTorch. What each does is said in ``patchgrad.nn``.
"""

# The text of these classes stands in sources that are read without this file: plain PyTorch, nothing else.
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import operator

import torch
from torch import nn


class Add(nn.Module):
    def forward(self, a, b):
        return a + b


class Subtract(nn.Module):
    def forward(self, a, b):
        return a - b


class Multiply(nn.Module):
    def forward(self, a, b):
        return a * b


class Divide(nn.Module):
    def forward(self, a, b):
        return a / b


class MatMul(nn.Module):
    def forward(self, a, b):
        return a @ b


class Concat(nn.Module):
    def __init__(self, dim=1):
        super().__init__()
        self.dim = dim

    def forward(self, a, b):
        return torch.cat((a, b), self.dim)


class Arithmetic(nn.Module):
    def __init__(self, operation="mul", number=1.0, reverse=False):
        super().__init__()
        self.operation = operation
        self.number = number
        self.reverse = reverse

    def forward(self, x):
        run = getattr(operator, {"div": "truediv"}.get(self.operation, self.operation))
        return run(self.number, x) if self.reverse else run(x, self.number)


class Elementwise(nn.Module):
    def __init__(self, function="exp"):
        super().__init__()
        self.function = function

    def forward(self, x):
        return getattr(torch, self.function)(x)


class Reduce(nn.Module):
    def __init__(self, function="mean", dim=-1, keepdim=False):
        super().__init__()
        self.function = function
        self.dim = dim
        self.keepdim = keepdim

    def forward(self, x):
        return getattr(torch, self.function)(x, self.dim, keepdim=self.keepdim)


class MaskedFill(nn.Module):
    def __init__(self, value="-inf"):
        super().__init__()
        self.value = value

    def forward(self, x, mask):
        return torch.where(mask != 0, float(self.value), x)


class Permute(nn.Module):
    def __init__(self, dims=(0, 2, 1)):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        return x.permute(*self.dims)


class Reshape(nn.Module):
    def __init__(self, shape=(-1, 1)):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(*self.shape)


class Index(nn.Module):
    def __init__(self, index=":, -1"):
        super().__init__()
        self.index = index

    def forward(self, x):
        return x[tuple(self.entry(part.strip()) for part in self.index.split(",") if part.strip())]

    def entry(self, text):
        if ":" in text:
            return slice(*(int(end) if end.strip() else None for end in text.split(":")))
        return {"...": ..., "None": None}[text] if text in ("...", "None") else int(text)


class ExpandBatch(nn.Module):
    def forward(self, x, like):
        return x.expand(like.shape[0], *x.shape[1:])


class Learned(nn.Module):
    def __init__(self, shape=(1,)):
        super().__init__()
        self.shape = shape
        self.value = nn.Parameter(torch.zeros(shape))

    def forward(self):
        return self.value


class Constant(nn.Module):
    def __init__(self, shape=(), kind="float32"):
        super().__init__()
        self.shape = shape
        self.kind = kind
        self.register_buffer("value", torch.zeros(shape, dtype=getattr(torch, kind)))

    def forward(self):
        return self.value


class Delay(nn.Module):
    def __init__(self, shape=(1,), initial=0.0, moves="training"):
        super().__init__()
        self.shape = tuple(shape)
        self.initial = initial
        self.moves = moves
        self.register_buffer("memory", torch.zeros(0, *self.shape))

    def last(self, like):
        if self.memory.shape[0] != like.shape[0]:
            return self.memory.new_full((like.shape[0], *self.shape), self.initial)
        return self.memory

    def forward(self, x):
        given = self.last(x)
        if self.training or self.moves == "always":
            self.memory = x.detach().to(self.memory.dtype).clone()
        return given

    def _load_from_state_dict(self, state_dict, prefix, *args, **kwargs):
        if prefix + "memory" in state_dict:
            self.memory = self.memory.new_zeros(state_dict[prefix + "memory"].shape)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
