"""Stochastic gradient descent, with momentum and Nesterov's variant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.arguments import at_least_zero, execution_only
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class SGD(Optimizer):
    """``v = momentum * v + (1 - dampening) * g``, ``p = p - lr * v``.

    Parameters
        lr            length of a step
        momentum      share of the last direction that is kept; the first step takes the gradient alone
        dampening     share of the gradient that is left out of the momentum
        weight_decay  adds ``weight_decay * p`` to the gradient
        nesterov      steps along ``g + momentum * v``
        maximize      climbs instead of descending
    Slots
        momentum_buffer  of the parameter's shape, if ``momentum`` is not 0
    Source
        Sutskever et al. 2013, On the importance of initialization and momentum (in the form that PyTorch computes).
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("SGD", execution)
        at_least_zero("SGD", lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ArgumentError(
                "SGD cannot use nesterov",
                got=f"momentum={momentum}, dampening={dampening}",
                want="a momentum above 0 and no dampening",
                hint="SGD(params, lr, momentum=0.9, nesterov=True)",
            )
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        backend = backend_of(value)
        if not self._fused(backend, value, gradient, slots, group):
            self._plainly(backend.xp, value, gradient, slots, group)

    def _one_pass(self, group: dict[str, Any]) -> bool:
        return True

    def _fused(self, backend: Any, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> bool:
        """The whole update in one pass, where there is a kernel for it; the first step with momentum has none."""
        decay, keep, buffer = group["weight_decay"], group["momentum"], slots.get("momentum_buffer")
        numbers = (-1.0 if group["maximize"] else 1.0, decay, group["lr"])
        if not keep:
            return backend.update("sgd", (value, gradient), numbers, decayed=bool(decay))
        if buffer is None:
            return False
        numbers = (*numbers, keep, 1.0 - group["dampening"])
        flags = {"decayed": bool(decay), "nesterov": bool(group["nesterov"])}
        return backend.update("momentum", (value, gradient, buffer), numbers, **flags)

    def _plainly(self, xp: Any, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        spare = self._scratch.like(xp, value)
        if group["maximize"]:
            gradient = xp.negative(gradient, out=self._scratch.like(xp, value, "negative"))
        if group["weight_decay"]:
            xp.multiply(value, group["weight_decay"], out=spare)
            gradient = xp.add(gradient, spare, out=self._scratch.like(xp, value, "decayed"))
        if group["momentum"]:
            gradient = self._direction(xp, gradient, slots, group, spare)
        xp.multiply(gradient, -group["lr"], out=spare)
        xp.add(value, spare, out=value)

    def _direction(self, xp: Any, gradient: Any, slots: Slots, group: dict[str, Any], spare: Any) -> Any:
        buffer = slots.get("momentum_buffer")
        if buffer is None:
            buffer = slots["momentum_buffer"] = xp.array(gradient, copy=True)
        else:
            xp.multiply(buffer, group["momentum"], out=buffer)
            xp.multiply(gradient, 1 - group["dampening"], out=spare)
            xp.add(buffer, spare, out=buffer)
        if not group["nesterov"]:
            return buffer
        xp.multiply(buffer, group["momentum"], out=spare)
        return xp.add(gradient, spare, out=spare)
