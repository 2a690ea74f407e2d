"""Schedules: how the learning rate changes from epoch to epoch."""

from typing import TYPE_CHECKING

from patchgrad.lazy import attach
from patchgrad.optim.lr_scheduler._public import NAMES, SUBMODULES

if TYPE_CHECKING:
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

__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES)
