"""Ready parametrizations: weight norm, spectral norm, orthogonal matrices. How they work: ``parametrize.py``."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn import functional
from patchgrad.nn.arguments import choice
from patchgrad.nn.module import Module
from patchgrad.nn.utils import norms_of_weights as norms
from patchgrad.nn.utils.orthogonal import Orthogonal
from patchgrad.nn.utils.parametrize import register_parametrization
from patchgrad.tensor import Tensor

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Any, weight_v: Any) -> Tensor:
        return weight_v * (weight_g / norms.norm_except(weight_v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norms.norm_except(weight, self.dim), weight


class _SpectralNorm(Module):
    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        if not -weight.ndim <= dim < weight.ndim:
            raise ArgumentError(f"spectral_norm cannot use dim={dim}", want=f"an axis of {weight.shape}")
        self.dim = dim % weight.ndim
        self.eps = eps
        self.n_power_iterations = norms.checked_iterations(n_power_iterations)
        if weight.ndim > 1:
            matrix = norms.as_matrix(weight.detach(), self.dim)
            u, v = (norms.first_vector(size, weight, eps) for size in matrix.shape)
            norms.turn(matrix, u, v, 15, eps, u_first=True)
            self.register_buffer("_u", u)
            self.register_buffer("_v", v)

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return functional.normalize(weight, dim=0, eps=self.eps)
        matrix = norms.as_matrix(weight, self.dim)
        if self.training:
            norms.turn(matrix, self._u, self._v, self.n_power_iterations, self.eps, u_first=True)
        return norms.through(weight, matrix, self._u, self._v)

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Train length and direction of a weight apart: ``w = g * v / |v|``, for each place along ``dim`` (None: as one).

    State
        parametrizations.{name}.original0 is g, original1 is v
    Source
        Salimans and Kingma 2016, Weight normalization.
    """
    norms.named_tensor(module, name)
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a weight by its largest singular value, sought in ``n_power_iterations`` steps at each call in training.

    State
        parametrizations.{name}.original, and the singular vectors parametrizations.{name}.0._u and ._v
    Source
        Miyato et al. 2018, Spectral normalization for generative adversarial networks.
    """
    weight = norms.named_tensor(module, name)
    rule = _SpectralNorm(weight, n_power_iterations, norms.output_axis(module, dim), eps)
    return register_parametrization(module, name, rule)


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keep a matrix orthogonal: its rows, or its columns where there are fewer, of length 1 and at right angles.

    Parameters
        orthogonal_map      "matrix_exp" (of a square matrix by default), "cayley" or "householder"
        use_trivialization  begin at the present matrix, made orthogonal, in a buffer ``base``
    Source
        Lezcano-Casado and Martínez-Rubio 2019, Cheap orthogonal constraints; Lezcano-Casado 2019 for trivializations.
    """
    weight = norms.named_tensor(module, name)
    if weight.ndim < 2:
        raise ShapeError("orthogonal wants a matrix", got=str(weight.shape), want="2 axes or more")
    square = weight.shape[-2] == weight.shape[-1]
    chosen = orthogonal_map or ("matrix_exp" if square or weight.dtype.is_complex else "householder")
    choice("orthogonal", ("matrix_exp", "cayley", "householder"), orthogonal_map=chosen)
    with no_grad():
        rule = Orthogonal(weight, chosen, use_trivialization)
    return register_parametrization(module, name, rule, unsafe=True)
