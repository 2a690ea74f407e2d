"""Statistics: variance and deviation, counts, histograms, covariance."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.errors import ArgumentError, DtypeError, ShapeError
from patchgrad.ops import elementwise, shapes
from patchgrad.ops.out import takes_out
from patchgrad.ops.reduce import axis_of, mean, size_over, spread, sum
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Axis, Shape

__all__ = [
    "bincount", "corrcoef", "count_nonzero", "cov", "histc", "histogram", "nanmean", "nansum", "std", "std_mean", "var",
    "var_mean",
]  # fmt: skip
METHODS = "bincount corrcoef count_nonzero cov histc histogram nanmean nansum std var"


def _variance(xp: Any, x: Any, axis: Axis, keepdims: bool, correction: float) -> Any:
    """Also of complex numbers, as the mean of squared distances; NaN where too few are left."""
    apart = x - _mean(xp, x, axis)
    squares = xp.real(apart * xp.conj(apart)) if "complex" in str(x.dtype) else apart * apart
    return xp.sum(squares, axis=axis, keepdims=keepdims) * _factor(x.shape, axis, correction, 1.0)


def _mean(xp: Any, x: Any, axis: Axis) -> Any:
    return xp.sum(x, axis=axis, keepdims=True) * _factor(x.shape, axis, 0.0, 1.0)


def _factor(shape: Shape, axis: Axis, correction: float, top: float) -> float:
    """``top / (n - correction)``; infinity where nothing is left, which gives NaN for a variance."""
    left = size_over(shape, axis) - correction
    return top / left if left > 0 else math.inf


def real_dtype(kinds: list[Any], attrs: dict[str, Any]) -> Any:
    return {"complex64": as_dtype("float32").numpy, "complex128": as_dtype("float64").numpy}.get(
        str(kinds[0]), as_dtype("float32").numpy if kinds[0].kind in "biu" else kinds[0]
    )


def _variance_rule(xp: Any, ct: Any, s: Any) -> Any:
    shape = s.shape_of("x")
    scaled = ct * _factor(shape, s.axis, s.correction, 2.0)
    return spread(xp, scaled, shape, s.axis, s.keepdims) * (s.x - _mean(xp, s.x, s.axis))


def _deviation_rule(xp: Any, ct: Any, s: Any) -> Any:
    """That of the variance over twice the deviation; 0 where all are equal, as PyTorch has it."""
    halved = xp.where(s.y == 0, 0.0, ct / (2 * xp.where(s.y == 0, 1.0, s.y)))
    return _variance_rule(xp, halved, s)


_SAMPLES = [
    {"axis": 1, "keepdims": False, "correction": 1},
    {"axis": None, "keepdims": False, "correction": 0},
    {"axis": (0, 1), "keepdims": True, "correction": 0.5},
]
VAR = define(
    "var",
    inputs=("x",),
    forward=_variance,
    shape=shapes.reduced,
    dtype=real_dtype,
    saves=("x",),
    vjps={"x": _variance_rule},
    cost=lambda x, **_: 3 * shapes.count(x),
    formula=r"\frac{1}{n - c} \sum |x - \bar x|^2",
    samples=lambda draw: [Sample((draw(3, 4),), attrs) for attrs in _SAMPLES],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2, "keepdims": False, "correction": 1})],
)
STD = define(
    "std",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims, correction: xp.sqrt(_variance(xp, x, axis, keepdims, correction)),
    shape=shapes.reduced,
    dtype=real_dtype,
    saves=("x", "y"),
    vjps={"x": _deviation_rule},
    cost=lambda x, **_: 3 * shapes.count(x),
    formula=r"\sqrt{\frac{1}{n - c} \sum |x - \bar x|^2}",
    samples=lambda draw: [Sample((draw(3, 4),), attrs) for attrs in _SAMPLES],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2, "keepdims": False, "correction": 1})],
)


def _settings(input: Tensor, dim: Any, unbiased: Any, keepdim: bool, correction: Any) -> dict[str, Any]:
    """PyTorch's three forms: ``(unbiased)``, ``(dim, unbiased, keepdim)`` and ``(dim, correction=, keepdim=)``."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = int(unbiased)
    axis = axis_of(input, dim)
    return {"axis": axis, "keepdims": keepdim, "correction": 1 if correction is None else correction}


def _real(input: Tensor) -> Tensor:
    if input.dtype.kind in "fc":
        return input
    raise placed(
        DtypeError(
            "a spread is computed in floats", got=f"dtype {input.dtype.name}", want="a floating dtype", hint="x.float()"
        )
    )


@takes_out
def var(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """Variance over ``dim``, divided by n - ``correction`` (1 by default; 0 if not ``unbiased``)."""
    return apply(VAR, _real(input), **_settings(input, dim, unbiased, keepdim, correction))


@takes_out
def std(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """Standard deviation over ``dim``: the root of `var`. Its gradient is 0 where all values are equal."""
    return apply(STD, _real(input), **_settings(input, dim, unbiased, keepdim, correction))


@takes_out
def var_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> tuple[Tensor, Tensor]:
    """(variance, mean) over ``dim``."""
    middle = mean(input, None if isinstance(dim, bool) else dim, keepdim)
    return var(input, dim, unbiased, keepdim, correction=correction), middle


@takes_out
def std_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> tuple[Tensor, Tensor]:
    """(standard deviation, mean) over ``dim``."""
    middle = mean(input, None if isinstance(dim, bool) else dim, keepdim)
    return std(input, dim, unbiased, keepdim, correction=correction), middle


@takes_out
def nansum(input: Tensor, dim: Axis = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Sum over ``dim`` of what is not NaN."""
    return sum(_without_nan(input), dim, keepdim, dtype=dtype)


@takes_out
def nanmean(input: Tensor, dim: Axis = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Mean over ``dim`` of what is not NaN; NaN where nothing is left."""
    input = input if dtype is None else input.to(dtype=dtype)
    counted: Any = sum(elementwise.logical_not(elementwise.isnan(input.detach())), dim, keepdim)
    return sum(_without_nan(input), dim, keepdim) / counted


def _without_nan(input: Tensor) -> Tensor:
    if input.dtype.kind not in "fc":
        return input
    return elementwise.where(elementwise.isnan(input.detach()), 0, input)


@takes_out
def count_nonzero(input: Tensor, dim: Axis = None) -> Tensor:
    """How many values (int64) over ``dim`` are not 0."""
    return sum(elementwise.ne(input.detach(), 0), dim)


class Histogram(NamedTuple):
    """Counts, and the edges between which they were counted."""

    hist: Tensor
    bin_edges: Tensor


def _floats(name: str, input: Tensor) -> None:
    if input.dtype.kind != "f":
        raise placed(DtypeError(f"{name} counts floats", got=input.dtype.name, hint=".float()"))


@takes_out
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """Counts (in the dtype of ``input``) in ``bins`` equal parts of [min, max]; of all values if both are equal."""
    _floats("histc", input)
    return histogram(input, bins, range=_range(input, min, max)).hist


def _range(input: Tensor, low: float, high: float) -> tuple[float, float]:
    """The asked range; that of the values where it is empty, and one around them where they are all equal."""
    data = input.data
    if low == high and data.size:
        low, high = float(data.min()), float(data.max())
    if not data.size and low == high:
        return 0.0, 1.0
    if low == high:
        low, high = low - 1, high + 1
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise placed(ArgumentError("the range of a histogram is finite", got=f"{low} to {high}", want="min < max"))
    return float(low), float(high)


@takes_out
def histogram(
    input: Tensor, bins: Any, *, range: Any = None, weight: Tensor | None = None, density: bool = False
) -> Histogram:
    """(hist, bin_edges): counts between ``bins`` + 1 equal steps of ``range``, or between given edges.

    The last part includes its upper edge. ``weight`` counts for 1; ``density`` divides so that the area is 1.
    """
    _floats("histogram", input)
    xp, kind = input.backend.xp, input.data.dtype
    if isinstance(bins, Tensor):
        edges = bins.data
    else:
        low, high = _range(input, 0, 0) if range is None else _range(input, *range)
        edges = xp.astype(xp.linspace(low, high, bins + 1), kind)
    flat = xp.reshape(input.data, (-1,))
    place = xp.searchsorted(edges, flat, side="right") - 1
    last = edges.shape[0] - 2
    place = xp.where(flat == edges[-1], last, place)
    kept = (place >= 0) & (place <= last) & (flat == flat)
    weights = None if weight is None else xp.reshape(weight.data, (-1,))[kept]
    counts = xp.astype(xp.bincount(place[kept], weights=weights, minlength=last + 1), kind)
    if density:
        with input.backend.quiet():
            counts = counts / xp.sum(counts) / (edges[1:] - edges[:-1])
    return Histogram(Tensor(counts), Tensor(edges))


@takes_out
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often (int64) each number from 0 occurs in a vector; with ``weights`` their sums."""
    if input.ndim != 1 or input.dtype.kind not in "iu" or (input.data.size and int(input.data.min()) < 0):
        raise placed(
            ShapeError(
                "bincount counts a vector of whole numbers from 0",
                got=f"shape {input.shape}, {input.dtype.name}",
                want="one axis, an integer dtype, no negative number",
            )
        )
    if weights is not None and weights.shape != input.shape:
        raise placed(ShapeError("one weight per number", got=f"{weights.shape}", want=f"{input.shape}"))
    if weights is not None and weights.dtype.kind == "c":
        raise placed(DtypeError("the weights of a count are real", got=weights.dtype.name))
    given = None if weights is None else weights.data
    found = Tensor(input.backend.xp.bincount(input.data, weights=given, minlength=minlength))
    return found if weights is None or weights.dtype.name != "float32" else found.to(dtype="float32")


def cov(input: Any, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None) -> Tensor:
    """Covariance of the rows: (variables, observations) -> (variables, variables).

    Parameters
        fweights  how often each observation occurs (whole numbers); aweights  how much each counts
    """
    if input.ndim > 2:
        raise placed(ShapeError("cov takes at most two axes", got=f"{input.shape}"))
    x: Any = input.reshape(1, -1) if input.ndim < 2 else input
    x = x if x.dtype.kind in "fc" else x.to(get_default_dtype())
    weights: Any = fweights if aweights is None else aweights if fweights is None else fweights * aweights
    total: Any = x.shape[1] if weights is None else weights.sum()
    x = x - (x.mean(1, True) if weights is None else (x * weights).sum(1, True) / total)
    left = total - correction
    if weights is not None and aweights is not None and correction:
        left = total - correction * (weights * aweights).sum() / total
    right: Any = x if weights is None else x * weights
    found = x @ shapes.conjugate(elementwise, right).mT
    found = found / (max(left, 0) if isinstance(left, int) else left.clamp(min=0))
    return found.reshape(()) if input.ndim < 2 else found


def corrcoef(input: Tensor) -> Tensor:
    """Correlation of the rows: `cov` scaled to ones on the diagonal; (variables, observations) -> square."""
    found: Any = cov(input)
    if not found.ndim:
        return found / found
    deviation = (found.diagonal().real if found.dtype.is_complex else found.diagonal()).sqrt()
    return found / deviation[:, None] / deviation[None, :]
