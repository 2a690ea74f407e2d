"""``patchgrad.special``: functions of mathematics under the names of ``torch.special``.

A table of names alone: what stands behind them is in the files of their families.
"""

# Names are imported here to be found here.
# pyright: reportUnusedImport=false

from __future__ import annotations

from patchgrad.ops.activation import sigmoid as expit
from patchgrad.ops.airy import airy_ai
from patchgrad.ops.bessel import bessel_j0, bessel_j1, bessel_y0, bessel_y1, spherical_bessel_j0
from patchgrad.ops.entropy import entr, logit, xlog1py, xlogy
from patchgrad.ops.error_functions import erf, erfc
from patchgrad.ops.exponential import exp2, expm1, log1p
from patchgrad.ops.gamma import digamma, polygamma, zeta
from patchgrad.ops.gamma import digamma as psi
from patchgrad.ops.gamma import lgamma as gammaln
from patchgrad.ops.gamma import mvlgamma as multigammaln
from patchgrad.ops.incomplete_gamma import igamma as gammainc
from patchgrad.ops.incomplete_gamma import igammac as gammaincc
from patchgrad.ops.modified_bessel import (
    i0,
    i0e,
    i1,
    i1e,
    modified_bessel_i0,
    modified_bessel_i1,
    modified_bessel_k0,
    modified_bessel_k1,
    scaled_modified_bessel_k0,
    scaled_modified_bessel_k1,
)
from patchgrad.ops.normal_functions import erfcx, erfinv, log_ndtr, ndtr, ndtri
from patchgrad.ops.orthogonal_polynomials import (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
)
from patchgrad.ops.rounding import round
from patchgrad.ops.softmax import log_softmax, softmax
from patchgrad.ops.trigonometric import sinc
from patchgrad.ops.vector_norm import logsumexp

__all__ = [
    "airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "chebyshev_polynomial_t", "chebyshev_polynomial_u",
    "chebyshev_polynomial_v", "chebyshev_polynomial_w", "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2",
    "expit", "expm1", "gammainc", "gammaincc", "gammaln", "hermite_polynomial_h", "hermite_polynomial_he", "i0", "i0e",
    "i1", "i1e", "laguerre_polynomial_l", "legendre_polynomial_p", "log1p", "log_ndtr", "log_softmax", "logit",
    "logsumexp", "modified_bessel_i0", "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "multigammaln",
    "ndtr", "ndtri", "polygamma", "psi", "round", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1",
    "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w", "sinc", "softmax", "spherical_bessel_j0", "xlog1py", "xlogy", "zeta",
]  # fmt: skip
