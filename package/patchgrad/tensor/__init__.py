"""Tensors: arrays with a place on the tape, their shared memory, and how backward computes with them.

``tensor.py`` first, then ``views.py``, ``worlds.py``, ``explain.py``.
"""

from patchgrad.tensor.tensor import Tensor, apply

__all__ = ["Tensor", "apply"]
