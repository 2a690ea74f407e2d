"""Checkpoints of activations under PyTorch's name; see ``transforms/checkpoint.py``."""

from patchgrad.transforms.checkpoint import checkpoint, checkpoint_sequential

__all__ = ["checkpoint", "checkpoint_sequential"]
