"""Linear algebra with PyTorch's names, over the last two axes; all axes in front of them are a batch.

Matrices are float32, float64 or their complex forms. What cannot be done (a singular matrix, one that is not
positive-definite) raises an error that names the batch entry. The families are in ``ops/linalg_*.py``.
"""

from __future__ import annotations

from patchgrad.errors import LinAlgError
from patchgrad.ops.linalg import matmul
from patchgrad.ops.linalg_cholesky import cholesky, cholesky_ex
from patchgrad.ops.linalg_det import det, slogdet
from patchgrad.ops.linalg_factor import householder_product, qr
from patchgrad.ops.linalg_function import cross_along as cross
from patchgrad.ops.linalg_function import diagonal, matrix_exp, matrix_power
from patchgrad.ops.linalg_function import vander_rows as vander
from patchgrad.ops.linalg_inverse import inv, solve, solve_triangular, tensorinv, tensorsolve
from patchgrad.ops.linalg_ldl import ldl_factor, ldl_factor_ex, ldl_solve
from patchgrad.ops.linalg_lu import inv_ex, lu, lu_factor, lu_factor_ex, lu_solve, solve_ex
from patchgrad.ops.linalg_norm import cond, matrix_norm, norm, vector_norm
from patchgrad.ops.linalg_pinv import lstsq, matrix_rank, pinv
from patchgrad.ops.linalg_products import multi_dot, vecdot
from patchgrad.ops.linalg_spectral import eig, eigh, eigvals, eigvalsh
from patchgrad.ops.linalg_svd import svd, svdvals

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh",
    "householder_product", "inv", "inv_ex", "ldl_factor", "ldl_factor_ex", "ldl_solve", "lstsq", "lu", "lu_factor",
    "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot",
    "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular", "svd", "svdvals", "tensorinv",
    "tensorsolve", "vander", "vecdot", "vector_norm",
]  # fmt: skip
