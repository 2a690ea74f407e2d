"""Layers and models, with PyTorch's names."""

from patchgrad.nn import utils
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter

__all__ = ["Module", "Parameter", "utils"]
