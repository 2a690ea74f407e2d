"""Adam and AdamW: steps scaled by running means of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.optim.arguments import at_least_zero, execution_only, two_betas
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class Adam(Optimizer):
    """``m = b1 m + (1 - b1) g``, ``v = b2 v + (1 - b2) g²``, ``p = p - lr * m̂ / (sqrt(v̂) + eps)``, with
    ``m̂ = m / (1 - b1^t)``, ``v̂ = v / (1 - b2^t)`` and ``t`` the parameter's own step count.

    Parameters
        lr            length of a step
        betas         (b1, b2), how slowly the two running means forget
        eps           keeps the division finite
        weight_decay  adds ``weight_decay * p`` to the gradient (AdamW shrinks the parameter instead)
        amsgrad       divides by the largest ``v`` so far
        maximize      climbs instead of descending
        decoupled_weight_decay  shrink the parameter, as AdamW does
    Slots
        step, exp_avg (m), exp_avg_sq (v), and max_exp_avg_sq with ``amsgrad``
    Source
        Kingma and Ba 2015, Adam: a method for stochastic optimization; Reddi et al. 2018 for amsgrad.
    """

    elementwise = True
    _decoupled = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only(type(self).__name__, execution)
        at_least_zero(type(self).__name__, lr=lr, eps=eps, weight_decay=weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": two_betas(type(self).__name__, betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "decoupled_weight_decay": decoupled_weight_decay or self._decoupled,
            },
        )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        backend = backend_of(value)
        if not slots:
            slots.update(step=0, exp_avg=backend.xp.zeros_like(value), exp_avg_sq=backend.xp.zeros_like(value))
        slots["step"] += 1
        if group["amsgrad"] or not self._fused(backend, value, gradient, slots, group):
            self._plainly(backend.xp, value, gradient, slots, group)

    def _one_pass(self, group: dict[str, Any]) -> bool:
        return not group["amsgrad"]

    def _fused(self, backend: Any, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> bool:
        """The whole update in one pass, where there is a kernel for it."""
        decay, sign = group["weight_decay"], -1.0 if group["maximize"] else 1.0
        decoupled = group.get("decoupled_weight_decay", self._decoupled)
        shrink = 1 - group["lr"] * decay if decoupled else 1.0
        arrays = (value, gradient, slots["exp_avg"], slots["exp_avg_sq"])
        beta1, beta2 = group["betas"]
        step_size, root = _corrections(slots["step"], group)
        numbers = (sign, decay, shrink, 1 - beta1, beta2, 1 - beta2, step_size * root, group["eps"] * root)
        return backend.update("adam", arrays, numbers, decayed=bool(decay) and not decoupled)

    def _plainly(self, xp: Any, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        spare = self._scratch.like(xp, value)
        if group["maximize"]:
            gradient = xp.negative(gradient, out=self._scratch.like(xp, value, "negative"))
        gradient = self._decay(xp, value, gradient, group, spare)
        _track(xp, gradient, slots, group["betas"], spare)
        step_size, root_correction = _corrections(slots["step"], group)
        xp.sqrt(self._second_moment(xp, slots, group), out=spare)
        xp.add(spare, group["eps"] * root_correction, out=spare)
        xp.divide(slots["exp_avg"], spare, out=spare)
        xp.multiply(spare, -step_size * root_correction, out=spare)
        xp.add(value, spare, out=value)

    def _decay(self, xp: Any, value: Any, gradient: Any, group: dict[str, Any], spare: Any) -> Any:
        if not group["weight_decay"]:
            return gradient
        if group.get("decoupled_weight_decay", self._decoupled):
            xp.multiply(value, 1 - group["lr"] * group["weight_decay"], out=value)
            return gradient
        xp.multiply(value, group["weight_decay"], out=spare)
        return xp.add(gradient, spare, out=self._scratch.like(xp, value, "decayed"))

    def _second_moment(self, xp: Any, slots: Slots, group: dict[str, Any]) -> Any:
        if not group["amsgrad"]:
            return slots["exp_avg_sq"]
        if "max_exp_avg_sq" not in slots:
            slots["max_exp_avg_sq"] = xp.zeros_like(slots["exp_avg_sq"])
        return xp.maximum(slots["max_exp_avg_sq"], slots["exp_avg_sq"], out=slots["max_exp_avg_sq"])


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameter itself: ``p = p * (1 - lr * weight_decay)`` before each step.

    Source
        Loshchilov and Hutter 2019, Decoupled weight decay regularization.
    """

    _decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, **execution)


def _track(xp: Any, gradient: Any, slots: Slots, betas: tuple[float, float], spare: Any) -> None:
    """Move both running means towards the gradient: ``m += (1 - b1) (g - m)``, ``v = b2 v + (1 - b2) g g``."""
    mean, square = slots["exp_avg"], slots["exp_avg_sq"]
    xp.subtract(gradient, mean, out=spare)
    xp.multiply(spare, 1 - betas[0], out=spare)
    xp.add(mean, spare, out=mean)
    xp.multiply(gradient, gradient, out=spare)
    xp.multiply(spare, 1 - betas[1], out=spare)
    xp.multiply(square, betas[1], out=square)
    xp.add(square, spare, out=square)


def _corrections(step: int, group: dict[str, Any]) -> tuple[float, float]:
    """Step size with the first moment's bias taken out, and the root of the second moment's."""
    beta1, beta2 = group["betas"]
    return group["lr"] / (1 - beta1**step), (1 - beta2**step) ** 0.5
