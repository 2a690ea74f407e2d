"""Gradients of float16 vanish below 6e-8: the loss is scaled up before backward, the gradients down before the step."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.backend import Backend, backend_of, host
from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import bump

SETTINGS = ("scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker")
"""What a state holds, by PyTorch's names."""


class GradScaler:
    """Scales losses so that small gradients survive float16, and finds the scale while training runs.

    ``scaler.scale(loss).backward()``, then ``scaler.step(optimizer)``, then ``scaler.update()``. A step whose gradients
    hold inf or NaN is left out and the scale shrinks; after ``growth_interval`` good steps in a row it grows.

    Parameters
        device           accepted; the scaler works wherever its tensors are
        init_scale       the first scale
        growth_factor    what the scale is multiplied by after enough good steps
        backoff_factor   what it is multiplied by after a bad one
        growth_interval  good steps in a row until it grows
        enabled          False makes every method pass its argument through
    Source
        Micikevicius et al. 2018, Mixed precision training.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if growth_factor <= 1.0 or not 0.0 < backoff_factor < 1.0:
            raise ArgumentError(
                "the scale must grow after good steps and shrink after bad ones",
                got=f"growth_factor={growth_factor}, backoff_factor={backoff_factor}",
                want="growth_factor above 1, backoff_factor between 0 and 1",
            )
        self._enabled = enabled
        self._scale = float(init_scale)
        self._growth_factor, self._backoff_factor = growth_factor, backoff_factor
        self._growth_interval, self._growth_tracker = growth_interval, 0
        self._found: weakref.WeakKeyDictionary[Any, bool | list[Any]] = weakref.WeakKeyDictionary()
        self._stepped: weakref.WeakSet[Any] = weakref.WeakSet()

    def scale(self, outputs: Any) -> Any:
        """A tensor, or each of an iterable of tensors, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            return outputs * self._scale  # type: ignore[operator]
        if isinstance(outputs, Iterable):
            scaled = [self.scale(entry) for entry in outputs]  # pyright: ignore[reportUnknownVariableType]
            return tuple(scaled) if isinstance(outputs, tuple) else scaled
        raise ArgumentError("only tensors can be scaled", got=type(outputs).__name__)

    def unscale_(self, optimizer: Any) -> None:
        """Divide the gradients of the optimizer's parameters by the scale, before they are clipped, say.

        Raises GradError for a second call between two updates, after `step`, and for gradients in float16.
        """
        if not self._enabled:
            return
        if optimizer in self._found or optimizer in self._stepped:
            after = "step()" if optimizer in self._stepped else "unscale_()"
            raise GradError(
                "the gradients of this optimizer are unscaled already",
                got=f"unscale_() after {after}",
                want="unscale_() at most once before step(), and update() after it",
            )
        self._found[optimizer] = self._unscaled(optimizer)

    def _unscaled(self, optimizer: Any) -> list[Any]:
        """Divide all gradients; per device an array that is true where all of them are finite."""
        inverse = float(host.float32(1.0 / self._scale))
        finite: dict[str, tuple[Backend, list[Any]]] = {}
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    backend = backend_of(parameter.grad.data)
                    _, flags = finite.setdefault(str(parameter.grad.device), (backend, []))
                    flags.append(_divide(backend, parameter.grad, inverse))
        return [backend.xp.all(backend.xp.stack(flags)) for backend, flags in finite.values()]

    def _bad(self, optimizer: Any) -> bool:
        """Was a gradient of this optimizer not finite? The first question waits for the GPU, once for all gradients."""
        flags = self._found[optimizer]
        if flags is not True and flags is not False:
            self._found[optimizer] = flags = not all(map(bool, flags))
        return flags

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """``optimizer.step(...)`` with unscaled gradients, unless one of them is inf or NaN; returns what it returned.

        Raises GradError for a second step without an `update`, and for a closure, which would run backward again.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise GradError("a scaled step cannot take a closure", hint="compute the loss before, call step(optimizer)")
        if optimizer in self._stepped:
            raise GradError("step() was called twice for this optimizer", hint="call update() after each step")
        if optimizer not in self._found:
            self.unscale_(optimizer)
        self._stepped.add(optimizer)
        return None if self._bad(optimizer) else optimizer.step(*args, **kwargs)

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Let the scale grow or shrink by what the steps since the last update found, or set it."""
        if not self._enabled:
            return
        if new_scale is not None:
            self._scale = float(new_scale)
        elif not self._found:
            raise GradError("update() was called before any step", hint="call scaler.step(optimizer) first")
        elif any(map(self._bad, list(self._found))):
            self._scale, self._growth_tracker = self._scale * self._backoff_factor, 0
        else:
            self._grow()
        self._found.clear()
        self._stepped.clear()

    def _grow(self) -> None:
        self._growth_tracker += 1
        if self._growth_tracker == self._growth_interval:
            larger = self._scale * self._growth_factor
            self._scale = larger if larger <= _LARGEST else self._scale
            self._growth_tracker = 0

    def get_scale(self) -> float:
        """The scale; 1 where scaling is off."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """What the scale is multiplied by after enough good steps."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Set what `get_growth_factor` gives."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """What the scale is multiplied by after a bad step."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set what `get_backoff_factor` gives."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """Good steps in a row until the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Set what `get_growth_interval` gives."""
        self._growth_interval = new_interval

    def is_enabled(self) -> bool:
        """Does this scaler scale?"""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """Scale and settings, in PyTorch's form; empty where scaling is off."""
        return {name: getattr(self, f"_{name.lstrip('_')}") for name in SETTINGS} if self._enabled else {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a state. Raises ArgumentError for an empty one."""
        if not self._enabled:
            return
        if not state_dict:
            raise ArgumentError("this state is empty", hint="was it saved from a scaler with enabled=False?")
        for name in SETTINGS:
            setattr(self, f"_{name.lstrip('_')}", state_dict[name])


_LARGEST = float(host.finfo("float32").max)
"""PyTorch keeps the scale in float32: it stops growing there."""


def _divide(backend: Backend, gradient: Tensor, inverse: float) -> Any:
    """Multiply a gradient by the inverse scale; an array without axes: are all of its numbers finite?"""
    if gradient.dtype.name == "float16":
        raise GradError(
            "gradients in float16 cannot be unscaled",
            got="a parameter in float16",
            hint="keep the parameters in float32 and compute under autocast",
        )
    with no_grad(), backend.quiet():
        gradient.data *= inverse
        finite = backend.xp.all(backend.xp.isfinite(gradient.data))
    bump(gradient)
    return finite
