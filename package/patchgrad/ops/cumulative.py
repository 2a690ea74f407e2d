"""Running reductions along an axis, differences, and integrals by trapezoids."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import DtypeError
from patchgrad.ops import scan, shapes
from patchgrad.ops.gather import gather
from patchgrad.ops.out import takes_out
from patchgrad.ops.reduce import total_dtype, total_kind
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = ["cummax", "cummin", "cumprod", "cumsum", "logcumsumexp"]
METHODS = "cummax cummin cumprod cumsum logcumsumexp"
IN_PLACE = "cumprod cumsum"


class Running(NamedTuple):
    """Running extremes, and where they stood."""

    values: Tensor
    indices: Tensor


def axis_exists(x: Shape, *, axis: int, **_: Any) -> Shape:
    shapes.axis_in(axis, len(x))
    return tuple(x)


def _positive(axis: int, x: Any) -> int:
    return shapes.axis_in(axis, len(x.shape))


def _running_back(xp: Any, x: Any, axis: int) -> Any:
    """Running sums from the end."""
    return xp.flip(xp.ops.cumsum(xp.flip(x, axis=axis), axis=axis), axis=axis)


def _cumprod_rule(xp: Any, ct: Any, s: Any) -> Any:
    """Those before times ``c_i + x_(i+1) (c_(i+1) + x_(i+2) ...)``: nothing is divided, so zeros do no harm."""
    axis = _positive(s.axis, s.x)
    factor = shapes.conjugate(xp, s.x)
    head = (slice(None),) * axis
    first = factor[(*head, slice(0, 1), ...)]
    shifted = xp.concat((factor[(*head, slice(1, None), ...)], xp.zeros_like(first)), axis=axis)
    after = scan.recurrence_back(xp, shifted, ct, axis)
    ones = xp.ones_like(first)
    before = xp.ops.cumprod(xp.concat((ones, factor[(*head, slice(None, -1), ...)]), axis=axis), axis=axis)
    return before * after


CUMSUM = define(
    "cumsum",
    inputs=("x",),
    forward=lambda xp, x, axis: xp.cumulative_sum(x, axis=axis, dtype=total_kind(xp, x)),
    shape=axis_exists,
    dtype=total_dtype,
    vjps={"x": lambda xp, ct, s: _running_back(xp, ct, s.axis)},
    formula=r"y_i = \sum_{j \leq i} x_j",
    samples=lambda draw: [Sample((draw(3, 4),), {"axis": 1}), Sample((draw(3, 4),), {"axis": -2}, "first")],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2}, "no such axis")],
)
CUMPROD = define(
    "cumprod",
    inputs=("x",),
    forward=lambda xp, x, axis: xp.cumulative_prod(x, axis=axis, dtype=total_kind(xp, x)),
    shape=axis_exists,
    dtype=total_dtype,
    saves=("x",),
    vjps={"x": _cumprod_rule},
    formula=r"y_i = \prod_{j \leq i} x_j",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"axis": 1}),
        Sample((draw(3, 4) * (draw(3, 4) > 0),), {"axis": 0}, "zeros"),
    ],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2}, "no such axis")],
)


def _logcumsumexp(xp: Any, x: Any, axis: int) -> Any:
    joined: Any = partial(_log_of_sum, xp) if "complex" in str(x.dtype) else xp.logaddexp
    return scan.running(xp, lambda one, two: (joined(one[0], two[0]),), (x,), _positive(axis, x))[0]


def _log_of_sum(xp: Any, a: Any, b: Any) -> Any:
    """``log(exp(a) + exp(b))`` of complex numbers, from the one with the larger real part."""
    first = xp.real(a) >= xp.real(b)
    return xp.where(first, a, b) + xp.log1p(xp.exp(xp.where(first, b - a, a - b)))


def _logcumsumexp_rule(xp: Any, ct: Any, s: Any) -> Any:
    """``exp(x_i - y_i)`` times the sum of ``c_j exp(y_i - y_j)`` over j from i; no exponent is above 0."""
    axis = _positive(s.axis, s.x)
    head = (slice(None),) * axis
    now, next_one = s.y[(*head, slice(None, -1), ...)], s.y[(*head, slice(1, None), ...)]
    step = xp.exp(xp.where(now == next_one, 0.0, now - next_one))
    factor = xp.concat((step, xp.zeros_like(s.y[(*head, slice(0, 1), ...)])), axis=axis)
    found = scan.recurrence_back(xp, shapes.conjugate(xp, factor), ct, axis)
    return shapes.conjugate(xp, xp.exp(s.x - s.y)) * found


LOGCUMSUMEXP = define(
    "logcumsumexp",
    inputs=("x",),
    forward=_logcumsumexp,
    shape=axis_exists,
    dtype="float",
    saves=("x", "y"),
    vjps={"x": _logcumsumexp_rule},
    formula=r"y_i = \ln \sum_{j \leq i} e^{x_j}",
    samples=lambda draw: [Sample((draw(3, 5),), {"axis": 1}), Sample((draw(3, 5),), {"axis": 0}, "first")],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2}, "no such axis")],
)


def _places_of_extremes(xp: Any, x: Any, axis: int, largest: bool) -> Any:
    """Where the extreme so far stands; of equal ones the last, and NaN before all."""
    axis = _positive(axis, x)
    places = xp.reshape(xp.arange(x.shape[axis], dtype=xp.int64), (-1,) + (1,) * (len(x.shape) - axis - 1))
    floating = "float" in str(x.dtype)

    def later_wins(one: Any, two: Any) -> Any:
        wins = two >= one if largest else two <= one
        return xp.logical_or(xp.isnan(two), xp.logical_and(wins, xp.logical_not(xp.isnan(one)))) if floating else wins

    def extreme(one: Any, two: Any) -> Any:
        wins = later_wins(one[0], two[0])
        return xp.where(wins, two[0], one[0]), xp.where(wins, two[1], one[1])

    return scan.running(xp, extreme, (x, xp.broadcast_to(places, x.shape)), axis)[1]


CUMMAX = define(
    "cumargmax",
    inputs=("x",),
    forward=lambda xp, x, axis: _places_of_extremes(xp, x, axis, True),
    shape=axis_exists,
    dtype="int64",
    formula=r"\max \{ j \leq i : x_j = \max_{k \leq i} x_k \}",
    samples=lambda draw: [Sample((draw(3, 5),), {"axis": 1})],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2}, "no such axis")],
    real=True,
)
CUMMIN = define(
    "cumargmin",
    inputs=("x",),
    forward=lambda xp, x, axis: _places_of_extremes(xp, x, axis, False),
    shape=axis_exists,
    dtype="int64",
    formula=r"\max \{ j \leq i : x_j = \min_{k \leq i} x_k \}",
    samples=lambda draw: [Sample((draw(3, 5),), {"axis": 1})],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2}, "no such axis")],
    real=True,
)


def along(function: Any, input: Tensor, dim: int, **attrs: Any) -> Any:
    """Run a function along an axis of a tensor; a number counts as one axis of one element."""
    if input.ndim:
        return function(input, dim, **attrs)
    shapes.axis_in(dim, 0)
    return function(input.reshape(1), 0, **attrs).reshape(())


@takes_out
def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Tensor:
    """Running sum along ``dim``; integers and bools add up in int64."""
    return _total(CUMSUM, input, dim, dtype)


@takes_out
def cumprod(input: Any, dim: int, *, dtype: Any = None) -> Tensor:
    """Running product along ``dim``; integers and bools multiply in int64."""
    return _total(CUMPROD, input, dim, dtype)


def _total(op: Any, input: Any, dim: int, dtype: Any) -> Tensor:
    wide = input if dtype is None else input.to(dtype=dtype)
    found = along(lambda x, axis: apply(op, x, axis=axis), wide, dim)
    return found if dtype is None else found.to(dtype=dtype)


@takes_out
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """Running ``log(sum(exp(x)))`` along ``dim``, without overflow."""
    return along(lambda x, axis: apply(LOGCUMSUMEXP, x, axis=axis), input, dim)


@takes_out
def cummax(input: Tensor, dim: int) -> Running:
    """Running largest value along ``dim``: (values, indices); of equal ones the last is named."""
    return _running_extreme(CUMMAX, input, dim)


@takes_out
def cummin(input: Tensor, dim: int) -> Running:
    """Running smallest value along ``dim``: (values, indices); of equal ones the last is named."""
    return _running_extreme(CUMMIN, input, dim)


def _running_extreme(op: Any, input: Tensor, dim: int) -> Running:
    if input.dtype.kind == "c":
        raise placed(DtypeError("complex numbers have no order", got=input.dtype.name))
    places = along(lambda x, axis: apply(op, x, axis=axis), input, dim)
    return Running(gather(input, dim, places), places)
