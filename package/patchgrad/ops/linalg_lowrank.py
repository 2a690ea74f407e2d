"""Singular value decompositions of low rank, by random directions.

Source: Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.errors import ArgumentError
from patchgrad.ops import linalg_factor, linalg_svd, matrices, random
from patchgrad.ops.linalg_products import conjugate
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = ["pca_lowrank", "svd_lowrank"]


class Parts(NamedTuple):
    """What `svd_lowrank` and `pca_lowrank` give."""

    U: Tensor
    S: Tensor
    V: Tensor


def svd_lowrank(A: Any, q: int | None = 6, niter: int | None = 2, M: Any = None) -> Parts:
    """U, S, V with ``A - M`` near to ``U @ diag(S) @ V.mH``, q singular values wide.

    Parameters
        niter  rounds that turn the random directions towards the large singular values
    Shapes
        A, M (..., m, n)  ->  U (..., m, q), S (..., q), V (..., n, q)

    Raises ArgumentError for a q above min(m, n). The directions come from the default random stream.
    """
    matrices.check("svd_lowrank", A)
    q, niter = 6 if q is None else q, 2 if niter is None else niter
    if not 0 <= q <= min(A.shape[-2:]) or niter < 0:
        raise placed(
            ArgumentError("there are not so many singular values", got=f"q={q}, niter={niter}", want="q <= min(m, n)")
        )
    a = A if M is None else A - M
    wide = a.shape[-2] < a.shape[-1]
    a = conjugate(a).mT if wide else a
    directions = random.randn(a.shape[-1], q, dtype=matrices.real_kind(a.data.dtype), device=a.device)
    found = linalg_factor.qr(a @ directions.to(a.dtype)).Q  # type: ignore[attr-defined]
    for _ in range(niter):
        found = linalg_factor.qr(a @ linalg_factor.qr(conjugate(a).mT @ found).Q).Q
    u, values, vh = linalg_svd.svd(conjugate(found).mT @ a, full_matrices=False)
    u, v = found @ u, conjugate(vh).mT
    return Parts(v, values, u) if wide else Parts(u, values, v)


def pca_lowrank(A: Any, q: int | None = None, center: bool = True, niter: int = 2) -> Parts:
    """Principal components: `svd_lowrank` of A, with ``center`` less the mean of its rows; q is up to 6 if None."""
    matrices.check("pca_lowrank", A)
    q = min(6, *A.shape[-2:]) if q is None else q
    return svd_lowrank(A, q, niter, A.mean(-2, True) if center else None)
