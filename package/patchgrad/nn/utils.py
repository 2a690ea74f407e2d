"""PyTorch's name for the functions of ``clip.py``."""

from patchgrad.nn.clip import clip_grad_norm_, clip_grad_value_

__all__ = ["clip_grad_norm_", "clip_grad_value_"]
