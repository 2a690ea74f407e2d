"""Optimizers and schedules, with PyTorch's names, settings and order of arithmetic."""

from typing import TYPE_CHECKING

from patchgrad.lazy import attach
from patchgrad.optim._public import NAMES, SUBMODULES

if TYPE_CHECKING:
    from patchgrad.optim import lr_scheduler, swa_utils
    from patchgrad.optim.adadelta import Adadelta
    from patchgrad.optim.adafactor import Adafactor
    from patchgrad.optim.adagrad import Adagrad
    from patchgrad.optim.adam import Adam, AdamW
    from patchgrad.optim.adamax import Adamax
    from patchgrad.optim.asgd import ASGD
    from patchgrad.optim.lbfgs import LBFGS
    from patchgrad.optim.muon import Muon
    from patchgrad.optim.nadam import NAdam
    from patchgrad.optim.optimizer import Optimizer
    from patchgrad.optim.radam import RAdam
    from patchgrad.optim.rmsprop import RMSprop
    from patchgrad.optim.rprop import Rprop
    from patchgrad.optim.sgd import SGD
    from patchgrad.optim.sparse_adam import SparseAdam
    from patchgrad.optim.swapping import swap_in_optimizer_params_and_state

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "lr_scheduler",
    "swa_utils",
    "swap_in_optimizer_params_and_state",
]

__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES)
