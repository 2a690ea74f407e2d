"""Optimizers and schedules, with PyTorch's names, settings and order of arithmetic."""

from patchgrad.optim import schedule as lr_scheduler
from patchgrad.optim.adam import Adam, AdamW
from patchgrad.optim.optimizer import Optimizer
from patchgrad.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"]
