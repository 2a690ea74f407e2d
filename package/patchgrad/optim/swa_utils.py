"""Averages of the parameters of a model over its steps, which often generalise better than the last ones.

Source: Izmailov et al. 2018, Averaging weights leads to wider optima and better generalization.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.backend import get_backend
from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.nn.norm import BatchNorm
from patchgrad.nn.parameter import overwrite
from patchgrad.optim.lr_scheduler.base import LRScheduler, per_group
from patchgrad.optim.optimizer import Optimizer
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import put

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]
Average = Callable[[Any, Any, Any], Any]
Averages = Callable[[Sequence[Any], Sequence[Any], Any], None]


def get_swa_avg_fn() -> Average:
    """The mean of all: ``a + (p - a) / (n + 1)``, for the average a of n and the next p."""
    return lambda averaged_param, current_param, num_averaged: (
        averaged_param + (current_param - averaged_param) / (num_averaged + 1)
    )


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The mean that forgets: ``decay * a + (1 - decay) * p``."""
    checked = _checked_decay(decay)
    return lambda ema_param, current_param, num_averaged: checked * ema_param + (1 - checked) * current_param


def get_swa_multi_avg_fn() -> Averages:
    """As `get_swa_avg_fn`, for lists of tensors, written in place."""
    return _for_all(get_swa_avg_fn())


def get_ema_multi_avg_fn(decay: float = 0.999) -> Averages:
    """As `get_ema_avg_fn`, for lists of tensors, written in place."""
    return _for_all(get_ema_avg_fn(decay))


class AveragedModel(Module):
    """A copy of ``model`` whose parameters are averages of those that `update_parameters` has seen.

    Parameters
        device        of the copy
        avg_fn        (average, next value, how many so far) -> the new average; by default the mean of all
        multi_avg_fn  the same for lists of tensors, in place
        use_buffers   average the buffers too, instead of taking the last ones
    State
        n_averaged (), and the model under ``module``
    """

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: Averages | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ArgumentError("AveragedModel takes one rule", got="avg_fn and multi_avg_fn", hint="leave out one")
        self.module = deepcopy(model)
        if device is not None:
            self.module.to(device)
        self.register_buffer("n_averaged", Tensor(get_backend(device).asarray(0, dtype="int64")))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the present parameters of ``model`` into the averages; the first ones are taken as they are."""
        with no_grad():
            count = self.n_averaged.clone()
            own, theirs = list(self.module.parameters()), list(model.parameters())
            buffers = list(zip(self.module.buffers(), model.buffers(), strict=True))
            if self.use_buffers:
                own, theirs = [*own, *self.module.buffers()], [*theirs, *model.buffers()]
            else:
                for mine, other in buffers:
                    _put(mine, other)
            if count.item() == 0:
                for mine, other in zip(own, theirs, strict=True):
                    _write(mine, other)
            else:
                present = [other.detach().to(mine.device) for mine, other in zip(own, theirs, strict=True)]
                rule = self.multi_avg_fn or _for_all(self.avg_fn or get_swa_avg_fn())
                rule([mine.detach() for mine in own], present, count)
            _write(self.n_averaged, count + 1)


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Let the batch norms of ``model`` measure their statistics anew, over all batches of ``loader``.

    Parameters
        loader  gives batches, or tuples or lists that begin with the batch
    """
    norms = [module for module in model.modules() if isinstance(module, BatchNorm) and module.track_running_stats]
    if not norms:
        return
    momenta, training = [norm.momentum for norm in norms], model.training
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    model.train()
    try:
        with no_grad():
            for batch in loader:
                x = batch[0] if isinstance(batch, (list, tuple)) else batch
                model(x if device is None else x.to(device))
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        model.train(training)


class SWALR(LRScheduler):
    """Leads the rate to ``swa_lr`` within ``anneal_epochs`` epochs, and leaves it there.

    Parameters
        swa_lr           one rate, or one for each group
        anneal_strategy  "cos" or "linear"
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | Sequence[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError(f"SWALR cannot use anneal_strategy={anneal_strategy!r}", want="'cos' or 'linear'")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ArgumentError(f"SWALR cannot use anneal_epochs={anneal_epochs!r}", want="a whole number from 0")
        for group, rate in zip(optimizer.param_groups, per_group("SWALR", optimizer, swa_lr=swa_lr), strict=True):
            group["swa_lr"] = rate
        self.anneal_epochs = anneal_epochs
        self.anneal_strategy = anneal_strategy
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        return [_between(group["lr"], group["swa_lr"], before, now) for group in self.optimizer.param_groups]

    def _share(self, step: int) -> float:
        """How far the rate has come towards ``swa_lr`` after this many steps: from 0 to 1."""
        done = max(0, min(1, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * done)) / 2 if self.anneal_strategy == "cos" else done


def _between(rate: float, end: float, before: float, now: float) -> float:
    """The next rate, from the last one, which stood at the share ``before`` of the way."""
    begin = end if before == 1 else (rate - before * end) / (1 - before)
    return end * now + begin * (1 - now)


def _for_all(rule: Average) -> Averages:
    def average(averaged_param_list: Sequence[Any], current_param_list: Sequence[Any], num_averaged: Any) -> None:
        with no_grad():
            for mine, other in zip(averaged_param_list, current_param_list, strict=True):
                _write(mine, rule(mine, other, num_averaged))

    return average


def _put(buffer: Any, value: Any) -> None:
    """The value of a buffer, which may have another shape than last time."""
    put(buffer, buffer.backend.asarray(value.to(buffer.device).data, dtype=buffer.data.dtype))


def _write(target: Any, value: Any) -> None:
    overwrite(target, target.backend.asarray(value.to(target.device).data, dtype=target.data.dtype))


def _checked_decay(decay: float) -> float:
    if not 0 <= decay <= 1:
        raise ArgumentError(f"an average cannot forget with decay={decay}", want="a number from 0 to 1")
    return decay
