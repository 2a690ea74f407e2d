"""What the ops of linear algebra should give. A free factor (a sign, a phase) falls as LAPACK has it in both."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
L = torch.linalg


def _half(x: Any) -> Any:
    return (x + x.mH) / 2


def _banded(x: Any, low: int | None, high: int | None) -> Any:
    x = x if low is None else torch.triu(x, low)
    return x if high is None else torch.tril(x, high)


def _lu(a: Any) -> Any:
    packed, pivots = L.lu_factor(a)
    return packed, pivots, L.lu(a).P


def _svd(a: Any, full: bool) -> Any:
    """With the signs that NumPy's driver chooses; PyTorch calls another."""
    found = L.svd(a, full_matrices=full)
    other = torch.from_numpy(numpy.linalg.svd(a.numpy(), full_matrices=full)[0])
    k = min(a.shape[-2:])
    sign = torch.sign((found.U * other).sum(-2))
    ahead = torch.cat([sign[..., :k], torch.ones((*a.shape[:-2], found.Vh.shape[-2] - k))], -1)
    return found.U * sign.unsqueeze(-2), found.S, found.Vh * ahead.unsqueeze(-1)


REFERENCES: dict[str, Any] = {
    "band": _banded,
    "inv": L.inv,
    "solve": L.solve,
    "solve_triangular": lambda a, b, upper, unit: L.solve_triangular(a, b, upper=upper, unitriangular=unit),
    "cofactors": lambda a: L.det(a)[..., None, None] * L.inv(a).mT,
    "det": L.det,
    "slogdet": lambda a: tuple(L.slogdet(a)),
    "cholesky": lambda a: L.cholesky(_half(a)),
    "cholesky_info": lambda a: L.cholesky_ex(_half(a)).info,
    "eigh": lambda a: tuple(L.eigh(_half(a))),
    "eig": lambda a: tuple(L.eig(a)),
    "svd": lambda a: _svd(a, False),
    "svd_full": lambda a: _svd(a, True),
    "qr": lambda a, mode: tuple(L.qr(a, mode)),
    "lu": _lu,
    "ldl_factor": lambda a, hermitian: tuple(L.ldl_factor_ex(a, hermitian=hermitian)),
    "ldl_solve": lambda ld, pivots, b, hermitian: L.ldl_solve(ld, pivots, b, hermitian=hermitian),
    "pinv": lambda a, smallest, hermitian: L.pinv(_half(a) if hermitian else a),
    "matrix_exp": torch.matrix_exp,
}
