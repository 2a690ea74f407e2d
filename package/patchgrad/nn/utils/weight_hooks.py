"""Weight norm and spectral norm by hooks: the older form, with the older names. The newer: ``parametrizations.py``."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError
from patchgrad.nn.parameter import Parameter
from patchgrad.nn.utils import norms_of_weights as norms
from patchgrad.tensor import Tensor


class _Norm:
    """A hook that computes ``module.<name>`` from what is trained instead, before each call."""

    def __init__(self, name: str) -> None:
        self.name = name

    def compute(self, module: Any, training: bool) -> Tensor:
        raise NotImplementedError

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.compute(module, module.training))

    def enter(self, module: Any, parts: dict[str, Tensor]) -> Any:
        """Take the parameter away, keep its ``parts`` instead, and begin to compute it."""
        if _hook_of(module, type(self), self.name) is not None:
            raise ArgumentError(f"{self.name!r} of {type(module).__name__} has a norm of this kind already")
        delattr(module, self.name)
        for suffix, value in parts.items():
            if isinstance(value, Parameter):
                module.register_parameter(f"{self.name}_{suffix}", value)
            else:
                module.register_buffer(f"{self.name}_{suffix}", value)
        with no_grad():
            setattr(module, self.name, self.compute(module, False))
        module.register_forward_pre_hook(self)
        return module


class _WeightNorm(_Norm):
    parts = ("g", "v")

    def __init__(self, name: str, dim: int | None) -> None:
        super().__init__(name)
        self.dim = dim

    def compute(self, module: Any, training: bool) -> Tensor:
        g, v = (getattr(module, f"{self.name}_{part}") for part in self.parts)
        return v * (g / norms.norm_except(v, self.dim))


class _SpectralNorm(_Norm):
    parts = ("orig", "u", "v")

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__(name)
        self.n_power_iterations = norms.checked_iterations(n_power_iterations)
        self.dim = dim
        self.eps = eps

    def compute(self, module: Any, training: bool) -> Tensor:
        weight, u, v = (getattr(module, f"{self.name}_{part}") for part in self.parts)
        matrix = norms.as_matrix(weight, self.dim)
        if training:
            norms.turn(matrix, u, v, self.n_power_iterations, self.eps, u_first=False)
        return norms.through(weight, matrix, u, v)


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Train length ``{name}_g`` and direction ``{name}_v`` of a weight apart; see `parametrizations.weight_norm`."""
    weight = norms.named_tensor(module, name)
    with no_grad():
        g = norms.norm_except(weight, dim)
    parts: dict[str, Tensor] = {"g": Parameter(g), "v": Parameter(weight.detach().clone())}
    return _WeightNorm(name, dim).enter(module, parts)


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """Divide a weight by its largest singular value; see `parametrizations.spectral_norm`.

    State
        {name}_orig, and the singular vectors {name}_u and {name}_v
    """
    weight = norms.named_tensor(module, name)
    axis = norms.output_axis(module, dim)
    sizes = norms.as_matrix(weight.detach(), axis).shape
    u, v = (norms.first_vector(size, weight.detach(), eps) for size in sizes)
    return _SpectralNorm(name, n_power_iterations, axis, eps).enter(module, {"orig": weight, "u": u, "v": v})


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """A plain parameter again, with its present value."""
    return _removed(module, _WeightNorm, name)


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """A plain parameter again, with its present value."""
    return _removed(module, _SpectralNorm, name)


def _hook_of(module: Any, kind: Any, name: str) -> int | None:
    before: dict[int, Any] = module._hooks.before
    return next((key for key, (hook, _) in before.items() if isinstance(hook, kind) and hook.name == name), None)


def _removed(module: Any, kind: Any, name: str) -> Any:
    key = _hook_of(module, kind, name)
    if key is None:
        raise ArgumentError(f"{name!r} of {type(module).__name__} has no norm of this kind to remove")
    hook, _ = module._hooks.before.pop(key)
    with no_grad():
        value = hook.compute(module, False)
    for attribute in (name, *(f"{name}_{part}" for part in hook.parts)):
        delattr(module, attribute)
    module.register_parameter(name, Parameter(value))
    return module
