"""L-BFGS: steps of Newton's kind, with the curvature taken from the last gradients. For whole batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from patchgrad.autograd.state import enable_grad
from patchgrad.backend import backend_of
from patchgrad.errors import ArgumentError
from patchgrad.nn.parameter import Parameter, array_like
from patchgrad.optim.arguments import at_least_zero
from patchgrad.optim.line_search import Point, strong_wolfe
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.saving import number
from patchgrad.tensor.views import bump

CURVED = 1e-10
"""A pair of step and change of the gradient with a smaller product tells nothing of the curvature."""


class LBFGS(Optimizer):
    """``p = p + t d`` with ``d = -H g``, where H follows from the last steps and changes of the gradient.

    ``step(closure)`` calls a function that forgets gradients, computes the loss, calls backward and returns the loss;
    up to ``max_eval`` times. All parameters are one vector and share one history, kept with the first of them; when
    parameters come or go, it begins anew. One group only.

    Parameters
        lr                length of a step (the first to try, with a line search)
        max_iter          steps in one call
        max_eval          calls of the closure, by default 1.25 max_iter
        tolerance_grad    ends the call when no element of the gradient is larger
        tolerance_change  ends the call when parameters or loss change less
        history_size      steps that are remembered
        line_search_fn    None, or "strong_wolfe"
    Slots (of the first parameter)
        func_evals, n_iter, d, t, old_dirs, old_stps, ro, H_diag, prev_flat_grad, prev_loss
    Source
        Liu and Nocedal 1989, On the limited memory BFGS method for large scale optimization.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        at_least_zero("LBFGS", lr=lr, tolerance_grad=tolerance_grad, tolerance_change=tolerance_change)
        if line_search_fn not in (None, "strong_wolfe"):
            raise ArgumentError(f"LBFGS cannot use line_search_fn={line_search_fn!r}", want="None or 'strong_wolfe'")
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )
        self._remembered: tuple[str, ...] = self._uids()

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        if self.param_groups:
            raise ArgumentError("LBFGS has one group of parameters", got="a second one", hint="give all in one list")
        super().add_param_group(param_group)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Several steps; returns what the first call of ``closure`` returned."""
        closure = self._before_step(closure)
        if closure is None:
            raise ArgumentError("LBFGS needs a closure", got="step()", hint="optimizer.step(closure)")
        group, slots = self.param_groups[0], self._history()
        first, loss, gradient = self._evaluate(closure)
        slots["func_evals"] += 1
        calls = 1
        for count in range(1, group["max_iter"] + 1):
            if _largest(gradient) <= group["tolerance_grad"] or (count > 1 and calls >= group["max_eval"]):
                break
            slope, moves = self._aim(slots, gradient, loss, group)
            if not moves:
                break
            last = count == group["max_iter"]
            loss, gradient, used = self._go(closure, slots, Point(0.0, loss, gradient, slope), group, calls, last)
            calls, slots["func_evals"] = calls + used, slots["func_evals"] + used
            still = _largest(slots["d"] * slots["t"]) <= group["tolerance_change"]
            if still or abs(loss - slots["prev_loss"]) < group["tolerance_change"]:
                break
        self._tell_observers()
        self._after_step(closure)
        return first

    def _aim(self, slots: Slots, gradient: Any, loss: float, group: dict[str, Any]) -> tuple[float, bool]:
        """Choose direction and first length; the slope along it, and whether it is worth going."""
        xp = backend_of(gradient).xp
        slots["n_iter"] += 1
        if slots["n_iter"] == 1:
            slots.update(d=-gradient, old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
            slots["t"] = min(1.0, 1.0 / float(xp.sum(xp.abs(gradient)))) * group["lr"]
        else:
            _remember(xp, slots, gradient, group["history_size"])
            slots["d"] = _direction(xp, slots, gradient)
            slots["t"] = group["lr"]
        slots["prev_flat_grad"], slots["prev_loss"] = gradient.copy(), loss
        slope = float(xp.vdot(gradient, slots["d"]))
        return slope, slope <= -group["tolerance_change"]

    def _go(
        self, closure: Callable[[], Any], slots: Slots, start: Point, group: dict[str, Any], calls: int, last: bool
    ) -> tuple[float, Any, int]:
        """Move along the direction; loss and gradient there (the old ones where nobody asks), and calls used."""
        if group["line_search_fn"] is None:
            self._move(slots["t"], slots["d"])
            if last:
                return start.value, start.gradient, 0
            _, loss, gradient = self._evaluate(closure)
            return loss, gradient, 1
        here = [parameter.data.copy() for parameter in self.parameters()]
        xp = backend_of(start.gradient).xp

        def evaluate(t: float) -> Point:
            self._move(t, slots["d"])
            _, loss, gradient = self._evaluate(closure)
            for parameter, value in zip(self.parameters(), here, strict=True):
                parameter.data[...] = value
            return Point(t, loss, gradient, float(xp.vdot(gradient, slots["d"])))

        limits = (_largest(slots["d"]), group["tolerance_change"], group["max_eval"] - calls)
        found, used = strong_wolfe(evaluate, start, slots["t"], *limits)
        slots["t"] = found.t
        self._move(found.t, slots["d"])
        return found.value, found.gradient, used

    def _evaluate(self, closure: Callable[[], Any]) -> tuple[Any, float, Any]:
        """What the closure returned, as a number, and all gradients as one vector."""
        with enable_grad():
            result = closure()
        parts = [
            (parameter.data * 0 if parameter.grad is None else parameter.grad.data).reshape(-1)
            for parameter in self.parameters()
        ]
        xp = backend_of(parts[0]).xp
        return result, float(result.item() if hasattr(result, "item") else result), xp.concatenate(parts)

    def _move(self, t: float, direction: Any) -> None:
        start = 0
        for parameter in self.parameters():
            size = parameter.data.size
            parameter.data[...] += t * direction[start : start + size].reshape(parameter.data.shape)
            bump(parameter)
            start += size

    def _uids(self) -> tuple[str, ...]:
        return tuple(parameter.uid for parameter in self.parameters())

    def _history(self) -> Slots:
        """The slots of the first parameter; fresh ones if the parameters are not those of the last step."""
        uids = self._uids()
        if uids != self._remembered:
            self.state.clear()
            self._remembered = uids
        slots = self.state.setdefault(uids[0], {})
        slots.setdefault("func_evals", 0)
        slots.setdefault("n_iter", 0)
        return slots

    def set_slots(self, parameter: Parameter, slots: Mapping[str, Any]) -> None:
        """Give a parameter slots; those of the first are of all parameters together, so any shape will do."""
        self.group_of(parameter)
        self.state.pop(parameter.uid, None)
        if slots:
            self.state[parameter.uid] = dict(slots)

    def _loaded_slot(self, name: str, value: Any, parameter: Parameter) -> Any:
        if name in ("d", "prev_flat_grad"):
            return array_like(value, parameter, copy=True)
        if name in ("old_dirs", "old_stps"):
            return [array_like(entry, parameter, copy=True) for entry in value]
        return [number(entry) for entry in value if entry is not None] if isinstance(value, list) else number(value)


def _remember(xp: Any, slots: Slots, gradient: Any, most: int) -> None:
    """Add the last step and the change of the gradient to the history, if they tell of curvature."""
    change, step = gradient - slots["prev_flat_grad"], slots["d"] * slots["t"]
    product = float(xp.vdot(change, step))
    if product <= CURVED:
        return
    for name, value in (("old_dirs", change), ("old_stps", step), ("ro", 1.0 / product)):
        slots[name] = [*slots[name], value][-most:]
    slots["H_diag"] = product / float(xp.vdot(change, change))


def _direction(xp: Any, slots: Slots, gradient: Any) -> Any:
    """``-H g`` by the two loops over the history."""
    history = list(zip(slots["old_dirs"], slots["old_stps"], slots["ro"], strict=True))
    q, shares = -gradient, []
    for change, step, scale in reversed(history):
        shares.append(float(xp.vdot(step, q)) * scale)
        q = q - shares[-1] * change
    d = q * slots["H_diag"]
    for (change, step, scale), share in zip(history, reversed(shares), strict=True):
        d = d + step * (share - float(xp.vdot(change, d)) * scale)
    return d


def _largest(vector: Any) -> float:
    return float(backend_of(vector).xp.max(abs(vector)))
