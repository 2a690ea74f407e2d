"""Schedules: how the learning rate changes from epoch to epoch."""

from patchgrad.optim.lr_scheduler.base import LRScheduler
from patchgrad.optim.lr_scheduler.combined import ChainedScheduler, SequentialLR
from patchgrad.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from patchgrad.optim.lr_scheduler.cyclic import CyclicLR
from patchgrad.optim.lr_scheduler.factors import ExponentialLR, LambdaLR, MultiplicativeLR, MultiStepLR, StepLR
from patchgrad.optim.lr_scheduler.one_cycle import OneCycleLR
from patchgrad.optim.lr_scheduler.plateau import ReduceLROnPlateau
from patchgrad.optim.lr_scheduler.ramps import ConstantLR, LinearLR, PolynomialLR

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
