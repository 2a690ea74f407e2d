"""PyTorch's name for the functions of ``clip.py`` and ``vector.py``."""

from patchgrad.nn.clip import clip_grad_norm_, clip_grad_value_
from patchgrad.nn.vector import parameters_to_vector, vector_to_parameters

__all__ = ["clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters"]
