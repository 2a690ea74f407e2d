"""Special functions that array libraries lack: the error function and its complement."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from patchgrad.autograd.op import define
from patchgrad.backend import host
from patchgrad.ops import shapes
from patchgrad.ops.out import takes_out
from patchgrad.ops.pointwise import one
from patchgrad.ops.precise import in_pieces, polynomial, precise
from patchgrad.tensor import Tensor, apply

__all__ = ["erf", "erfc"]
METHODS = "erf erfc"
IN_PLACE = "erf erfc"

INNER = (
    0.9654687386698673, -0.1405360890227171, 0.019852496688984218, -0.0022854855611440855, 0.00021751715603563488,
    -1.75371694412802e-05, 1.2233827638093572e-06, -7.51156925108609e-08, 4.115751500265885e-09,
    -2.035231956483527e-10, 9.21125018742823e-12, -3.80659122412214e-13,
)  # fmt: skip
"""``erf(x) / x`` as a polynomial in ``2 x² - 1``, for |x| <= 1: Chebyshev interpolation; relative error 4e-16."""
OUTER = (
    0.7007641735213538, -0.13921096419944493, 0.021846904458193143, 0.003609891681382898,
    -0.002802808464183802, 0.00039433955721754983, 0.0001256927077901434, -3.712582049532461e-05,
    -8.703189402635565e-06, 2.9987865927842683e-06, 9.350702619578777e-07, -2.119603704080051e-07,
    -1.192547925834245e-07, 6.147430853024892e-09, 1.4490075631903528e-08, 2.0027268297110157e-09,
    -1.3897885958874493e-09, -5.623555672649814e-10, 7.049242865386624e-11, 8.382812122255711e-11,
    1.7007226851127287e-12, -6.426637876980832e-12,
)  # fmt: skip
"""``erfc(x) exp(x²) (x + 1)`` as a polynomial in ``(x - 2) / (x + 2)`` scaled to [-1, 1], for x from 1 to 27."""
INNER_SINGLE = (
    0.9654687770939903, -0.14053609137964274, 0.01985180518381977, -0.0022854431428609664, 0.0002193591913438419,
    -1.7650187079697012e-05,
)  # fmt: skip
OUTER_SINGLE = (
    0.7661870297423267, -0.0866582789495997, 0.004201518295939954, 0.001575418738391984, -0.00031151860162117995,
    -2.1246878156900978e-06, 5.191577534975038e-06, 5.285374809619387e-08,
)  # fmt: skip
"""The same for float32 and x from 1 to 4, where erf has reached 1; relative error 2e-7."""


def near(xp: Any, x: Any, coefficients: tuple[float, ...]) -> Any:
    """erf for |x| <= 1."""
    inside = xp.clip(x, -1.0, 1.0)
    return inside * polynomial(coefficients, 2 * inside * inside - 1)


def far_scaled(xp: Any, size: Any, coefficients: tuple[float, ...], end: float) -> Any:
    """``erfc(size) exp(size²)``, for sizes from 1 to ``end``."""
    low, high = (1 - 2) / (1 + 2), (end - 2) / (end + 2)
    place = ((size - 2) / (size + 2) - (low + high) / 2) * (2 / (high - low))
    return polynomial(coefficients, place) / (size + 1)


def bell(xp: Any, x: Any) -> Any:
    """``exp(-x²)``. The square is taken in two parts: what rounding takes from it would come back times x²."""
    x = xp.clip(x, -30.0, 30.0)
    high = xp.round(x * 16) / 16
    return xp.exp(-high * high) * xp.exp((high - x) * (high + x))


@in_pieces
def _erf(xp: Any, x: Any) -> Any:
    if x.dtype == xp.float64:
        inner, outer, end = INNER, OUTER, 27.0
    else:
        inner, outer, end = INNER_SINGLE, OUTER_SINGLE, 4.0
    size = xp.abs(x)
    far = xp.clip(size, 1.0, end)
    beyond = _rest(inner, str(x.dtype).rpartition(".")[2]) - xp.exp(-far * far) * far_scaled(xp, far, outer, end)
    return near(xp, x, inner) + xp.sign(x) * beyond * xp.astype(size > 1, x.dtype)


@lru_cache(maxsize=4)
def _rest(coefficients: tuple[float, ...], dtype: str) -> float:
    """``1 - erf(1)`` as the polynomial gives it, so that erf ends in exactly 1."""
    return 1.0 - float(near(host, host.ones(1, dtype=dtype), coefficients)[0])


@precise
def _erfc(xp: Any, x: Any) -> Any:
    size = xp.abs(x)
    far = bell(xp, size) * far_scaled(xp, xp.clip(size, 1.0, 27.0), OUTER, 27.0)
    return xp.where(size < 1, 1 - near(xp, x, INNER), xp.where(x > 0, far, 2 - far))


ERF = define(
    "erf",
    inputs=("x",),
    elementwise=True,
    forward=_erf,
    shape=shapes.same,
    dtype="float",
    saves=("x",),
    vjps={"x": lambda xp, ct, s: ct * (2 / math.sqrt(math.pi)) * xp.exp(-(s.x * s.x))},
    formula=r"\frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt",
    cost=lambda x: 40 * shapes.count(x),
    samples=one(-3.0, 3.0),
    real=True,
)
ERFC = define(
    "erfc",
    inputs=("x",),
    elementwise=True,
    forward=_erfc,
    shape=shapes.same,
    dtype="float",
    saves=("x",),
    vjps={"x": lambda xp, ct, s: ct * (-2 / math.sqrt(math.pi)) * xp.exp(-(s.x * s.x))},
    formula=r"1 - \mathrm{erf}(x)",
    cost=lambda x: 40 * shapes.count(x),
    samples=one(-3.0, 3.0),
    real=True,
)


@takes_out
def erf(input: Tensor) -> Tensor:
    """The error function; (*) -> (*). Accurate to 2 units in the last place."""
    return apply(ERF, input)


@takes_out
def erfc(input: Tensor) -> Tensor:
    """``1 - erf(x)`` without cancellation; (*) -> (*)."""
    return apply(ERFC, input)
