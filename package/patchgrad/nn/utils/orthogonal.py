"""The parametrization behind ``parametrizations.orthogonal``."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ShapeError
from patchgrad.nn import init
from patchgrad.nn.module import Module
from patchgrad.ops.linalg_factor import householder_product, qr
from patchgrad.ops.linalg_function import matrix_exp
from patchgrad.ops.linalg_inverse import solve
from patchgrad.ops.movement import cat
from patchgrad.ops.ranges import eye
from patchgrad.tensor import Tensor


class Orthogonal(Module):
    """An orthogonal matrix from any one: only its lower triangle counts.

    ``matrix_exp`` and ``cayley`` make a skew matrix A of it, then ``exp(A)`` or ``(I - A/2)^-1 (I + A/2)``;
    ``householder`` multiplies the reflections of its columns.
    """

    def __init__(self, weight: Tensor, orthogonal_map: str, use_trivialization: bool = True) -> None:
        super().__init__()
        self.shape = tuple(weight.shape)
        self.orthogonal_map = orthogonal_map
        self.use_trivialization = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Any) -> Tensor:
        wide = x.shape[-2] < x.shape[-1]
        found = self._tall(x.mT if wide else x)
        if self.use_trivialization:
            found = self.base @ found
        return found.mT if wide else found

    def _tall(self, x: Any) -> Any:
        rows, columns = x.shape[-2:]
        if self.orthogonal_map == "householder":
            reflectors = x.tril(-1)
            tau = 2.0 / (1.0 + (reflectors * reflectors).sum(-2))
            signs = x.detach().diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)
            return householder_product(reflectors, tau) * signs
        lower = x.tril()
        if rows != columns:
            lower = cat([lower, lower.new_zeros((*lower.shape[:-1], rows - columns))], -1)
        skew = lower - lower.mT.conj()
        if self.orthogonal_map == "matrix_exp":
            return matrix_exp(skew)[..., :columns]
        one = eye(rows, dtype=skew.dtype, device=skew.device)
        return solve(one - 0.5 * skew, one + 0.5 * skew)[..., :columns]  # type: ignore[operator]

    def right_inverse(self, value: Any) -> Tensor:
        if tuple(value.shape) != self.shape:
            raise ShapeError("the matrix has another shape", got=str(value.shape), want=str(self.shape))
        if not self.use_trivialization:
            raise NotImplementedError("the matrix is taken as it is, before it is made orthogonal")
        with no_grad():
            tall = value.mT if value.shape[-2] < value.shape[-1] else value
            self.base = _completed(tall)
            return -_one_like(value)


def _completed(tall: Any) -> Any:
    """A square orthogonal matrix whose first columns are those of ``tall``, as far as those are orthogonal."""
    rows, columns = tall.shape[-2:]
    if rows != columns:
        tall = cat([tall, init.normal_(tall.new_zeros((*tall.shape[:-1], rows - columns)))], -1)
    q, r = qr(tall)
    return q * r.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


def _one_like(x: Any) -> Any:
    """Ones on the diagonal."""
    return eye(x.shape[-2], x.shape[-1], dtype=x.dtype, device=x.device).expand(x.shape)
