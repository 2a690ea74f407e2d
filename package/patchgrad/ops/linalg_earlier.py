"""Functions of `linalg` under the names and with the arguments that PyTorch gave them before there was `linalg`."""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.ops import linalg_cholesky, linalg_factor, linalg_inverse, linalg_lu, linalg_pinv, linalg_svd
from patchgrad.ops.linalg_factor import Factors
from patchgrad.ops.linalg_products import conjugate
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor

__all__ = ["cholesky", "inverse", "lu", "lu_solve", "pinverse", "qr", "svd", "triangular_solve"]
METHODS = "cholesky inverse lu lu_solve pinverse qr svd triangular_solve"


class SingularValues(NamedTuple):
    """What `svd` gives: V in place of its adjoint."""

    U: Tensor
    S: Tensor
    V: Tensor


class Solution(NamedTuple):
    """What `triangular_solve` gives."""

    solution: Tensor
    cloned_coefficient: Tensor


@takes_out
def triangular_solve(
    b: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Solution:
    """`linalg.solve_triangular` with the right side first, and a copy of A; ``transpose`` solves with A.mT."""
    left = A.mT if transpose else A
    found = linalg_inverse.solve_triangular(left, b, upper=upper != transpose, unitriangular=unitriangular)
    return Solution(found, A.clone())


@takes_out
def inverse(input: Any) -> Tensor:
    """`linalg.inv`."""
    return linalg_inverse.inv(input)


def pinverse(input: Any, rcond: float = 1e-15) -> Tensor:
    """`linalg.pinv` with ``rtol=rcond``."""
    return linalg_pinv.pinv(input, rtol=rcond)


@takes_out
def cholesky(input: Any, upper: bool = False) -> Tensor:
    """`linalg.cholesky`."""
    return linalg_cholesky.cholesky(input, upper=upper)


@takes_out
def qr(input: Any, some: bool = True) -> Factors:
    """`linalg.qr`; ``some=False`` is mode "complete"."""
    return linalg_factor.qr(input, "reduced" if some else "complete")


@takes_out
def svd(input: Any, some: bool = True, compute_uv: bool = True) -> SingularValues:
    """`linalg.svd` that gives V; ``some=False`` is ``full_matrices=True``. Without ``compute_uv`` U and V are zeros."""
    if compute_uv:
        found = linalg_svd.svd(input, not some)
        return SingularValues(found.U, found.S, conjugate(found.Vh).mT)
    values = linalg_svd.svdvals(input)
    blank = [
        Tensor(input.backend.xp.zeros((*input.shape[:-2], size, size), dtype=input.data.dtype))
        for size in input.shape[-2:]
    ]
    return SingularValues(blank[0], values, blank[1])


def lu(A: Any, pivot: bool = True, get_infos: bool = False) -> tuple[Tensor, ...]:
    """`linalg.lu_factor`: packed factors and pivots, and with ``get_infos`` where a factor has a 0."""
    found = linalg_lu.lu_factor_ex(A, pivot=pivot)
    return tuple(found) if get_infos else tuple(found[:2])


@takes_out
def lu_solve(b: Any, LU_data: Any, LU_pivots: Any) -> Tensor:
    """`linalg.lu_solve` with the right side first."""
    return linalg_lu.lu_solve(LU_data, LU_pivots, b)
