"""What special functions should give: SciPy's, where PyTorch's are of few digits, or PyTorch's of another name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
scipy = pytest.importorskip("scipy.special", reason="SciPy is the reference")


def _by_scipy(name: str) -> Callable[..., Any]:
    return lambda *inputs: torch.from_numpy(numpy.asarray(getattr(scipy, name)(*map(numpy.asarray, inputs))))


def _polynomial(name: str) -> Callable[..., Any]:
    """A polynomial by NumPy, which takes derivatives of any order."""
    kinds = {"hermite_polynomial_h": "Hermite", "hermite_polynomial_he": "HermiteE"}
    kinds |= {"laguerre_polynomial_l": "Laguerre", "legendre_polynomial_p": "Legendre"}
    kind = getattr(numpy.polynomial, kinds.get(name, "Chebyshev"))

    def one(x: float, n: float, order: int) -> float:
        if name in kinds or name.endswith("_t"):
            found = kind.basis(int(n))
        else:  # the other kinds are sums and differences of the first and the second
            second = kind.basis(int(n) + 1).deriv() / (int(n) + 1)
            before = kind.basis(int(n)).deriv() / max(int(n), 1)
            found = second + {"u": 0, "v": -1, "w": 1}[name[-1]] * before
        shifted = name.startswith("shifted")
        return found.deriv(order)(2 * x - 1 if shifted else x) * (2.0**order if shifted else 1)

    def function(x: Any, n: Any, order: int = 0) -> Any:
        return torch.from_numpy(numpy.vectorize(one, otypes=[float])(numpy.asarray(x), numpy.asarray(n), order))

    return function


REFERENCES: dict[str, Any] = {
    "i1": torch.special.i1,
    "i0e": torch.special.i0e,
    "i1e": torch.special.i1e,
    "erfcx": torch.special.erfcx,
    "ndtr": torch.special.ndtr,
    "ndtri": torch.special.ndtri,
    "log_ndtr": torch.special.log_ndtr,
    "zeta": _by_scipy("zeta"),
    "polygamma": lambda x, n: _by_scipy("polygamma")(n, x),
    "igamma": _by_scipy("gammainc"),
    "igammac": _by_scipy("gammaincc"),
    "bessel_j0": _by_scipy("j0"),
    "bessel_j1": _by_scipy("j1"),
    "bessel_y0": _by_scipy("y0"),
    "bessel_y1": _by_scipy("y1"),
    "modified_bessel_k0": _by_scipy("k0"),
    "modified_bessel_k1": _by_scipy("k1"),
    "scaled_modified_bessel_k0": _by_scipy("k0e"),
    "scaled_modified_bessel_k1": _by_scipy("k1e"),
    "spherical_bessel_j0": torch.special.spherical_bessel_j0,
    "airy_ai": lambda x: torch.from_numpy(numpy.asarray(scipy.airy(x.numpy())[0])),
    **{name: _polynomial(name) for name in dir(torch.special) if "polynomial" in name},
}
