"""Calls of special functions, where PyTorch's own are exact to nine digits; ``tests/special`` has the rest."""

from __future__ import annotations

from ..case import R, case

UNORDERED = {"special": "PyTorch looks at one argument before it looks for NaN in the other"}
AT_INFINITY = {"special": "NaN at infinity in PyTorch"}
POLYNOMIALS = [f"{shift}chebyshev_polynomial_{kind}" for shift in ("", "shifted_") for kind in "tuvw"]
POLYNOMIALS += ["hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"]
UNDEFINED = {"special": "PyTorch gives what stood in the memory for NaN, and NaN at infinity"}

CASES = [
    case("lgamma", R(3, 4)),
    case("lgamma", R(3, 4, low=0.1, high=30.0), label="large"),
    case("digamma", R(3, 4)),
    case("digamma", R(3, 4, low=2.0, high=30.0), label="large"),
    *[case("polygamma", n, R(3, 4, low=0.2, high=9.0), without=AT_INFINITY, label=str(n)) for n in (0, 2, 3)],
    case("polygamma", 1, R(3, 4, low=0.2, high=9.0), second=False, label="1"),
    case("polygamma", 2, R(3, 4), without=AT_INFINITY, label="negative"),
    case("mvlgamma", R(3, 4, low=2.0, high=9.0), 3, without={"bool": "-", "special": "infinities of both signs"}),
    case("special.multigammaln", R(3, 4, low=2.0, high=9.0), 2, without={"special": "infinities of both signs"}),
    case("igamma", R(3, 1, low=0.1, high=9.0, constant=True), R(4, low=0.1, high=9.0), without=UNORDERED),
    case("igammac", R(3, 1, low=0.1, high=9.0, constant=True), R(4, low=0.1, high=9.0), without=UNORDERED),
    case("special.gammainc", R(3, 4, constant=True), R(3, 4), label="negative"),
    case("special.gammaincc", R(3, 4, constant=True), R(3, 4), label="negative"),
    case(
        "special.zeta",
        R(3, 1, low=1.1, high=9.0, constant=True),
        R(4, low=0.1, high=9.0, constant=True),
        without=UNORDERED,
    ),
    case("special.zeta", R(3, 4, constant=True), R(3, 4, constant=True), label="negative"),
    case("special.zeta", R(3, 4, low=1.1, high=9.0, constant=True), 2.0, label="number"),
    case("special.zeta", 3.0, R(3, 4, low=0.1, high=9.0, constant=True), without=AT_INFINITY, label="of-number"),
    case("erf", R(3, 4)),
    case("erfc", R(3, 4)),
    case("erfinv", R(3, 4, low=-0.95, high=0.95)),
    case("erfinv", R(3, 4), label="outside"),
    *[case(f"special.{name}", R(3, 4)) for name in ("erfcx", "ndtr", "log_ndtr", "psi", "gammaln", "digamma")],
    case("special.log_ndtr", R(3, 4, low=-30.0, high=8.0), label="far"),
    case("special.ndtri", R(3, 4, low=0.02, high=0.98)),
    case("special.ndtri", R(3, 4), label="outside"),
    case("i0", R(3, 4), without=AT_INFINITY),
    case("i0", R(3, 4, low=-30.0, high=30.0), without=AT_INFINITY, label="far"),
    *[case(f"special.{name}", R(3, 4), without=AT_INFINITY) for name in ("i0", "i1", "i0e", "i1e")],
    *[
        case(f"special.{name}", R(3, 4, low=-30.0, high=30.0), without=AT_INFINITY, label="far")
        for name in ("i1", "i0e", "i1e")
    ],
    *[
        case(f"special.{name}", R(3, 4, low=-3.0, high=3.0, constant=True), rtol=1e-7, without=AT_INFINITY)
        for name in ("bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "modified_bessel_i0", "modified_bessel_i1")
    ],
    *[
        case(f"special.{scaled}modified_bessel_k{order}", R(3, 4, high=20.0, constant=True))
        for scaled in ("", "scaled_")
        for order in (0, 1)
    ],
    case("special.spherical_bessel_j0", R(3, 4, low=-9.0, high=9.0, constant=True)),
    case("special.airy_ai", R(3, 4, low=-1.0, high=4.0, constant=True), without=AT_INFINITY),
    *[case(f"special.{name}", R(3, 4, constant=True), 3, without=UNDEFINED) for name in POLYNOMIALS],
    *[
        case(
            f"special.{name}", R(3, 1, constant=True), R(5, low=-1.0, high=7.0, constant=True), without=UNDEFINED,
            label="degrees",
        )
        for name in POLYNOMIALS
    ],
]  # fmt: skip
