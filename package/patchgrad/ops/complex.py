"""Complex numbers: their parts, size and angle, and the way from two reals to one and back.

A gradient of a real loss by a complex input is the conjugate Wirtinger derivative, as in PyTorch:
``z - rate * gradient`` goes downhill.
"""

from __future__ import annotations

import math
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import DtypeError, ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.arithmetic import MUL
from patchgrad.ops.index import setitem
from patchgrad.ops.pointwise import apart, into, kind, magnitudes
from patchgrad.ops.pointwise import conj as conjugate
from patchgrad.ops.trigonometric import COS, SIN
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

__all__ = [
    "angle", "complex", "conj", "conj_physical", "imag", "is_conj", "is_neg", "polar", "real", "resolve_conj",
    "resolve_neg", "view_as_complex", "view_as_real",
]  # fmt: skip
METHODS = "angle conj conj_physical is_conj is_neg resolve_conj resolve_neg"
IN_PLACE = "conj_physical"
PROPERTIES = "imag real"

JOINS = "the standard cannot make one complex array of two real ones"
VIEWS = "sees the same memory with another dtype, which the standard leaves open"


def _numbers(draw: Any) -> list[Sample]:
    return [Sample((draw(3, 4) + 1j * draw(3, 4),)), Sample((host.asarray(draw() + 1j * draw()),), label="no axes")]


REAL = define(
    "real",
    inputs=("x",),
    elementwise=True,
    forward=lambda xp, x: xp.real(x),
    shape=shapes.same,
    dtype=magnitudes,
    view=True,
    vjps={"x": lambda xp, ct, s: ct},
    formula=r"\mathrm{Re}\,x",
    samples=_numbers,
)
IMAG = define(
    "imag",
    inputs=("x",),
    elementwise=True,
    forward=lambda xp, x: xp.imag(x),
    shape=shapes.same,
    dtype=magnitudes,
    view=True,
    vjps={"x": lambda xp, ct, s: xp.ops.complex(xp.zeros_like(ct), ct)},
    formula=r"\mathrm{Im}\,x",
    beyond_rules=JOINS,
    samples=_numbers,
)
CONJ = define(
    "conj",
    inputs=("x",),
    elementwise=True,
    forward=lambda xp, x: xp.conj(x),
    shape=shapes.same,
    dtype="same",
    vjps={"x": lambda xp, ct, s: conjugate(xp, ct)},
    formula=r"\bar x",
    samples=_numbers,
)


def _angle(xp: Any, x: Any) -> Any:
    if kind(x) == "c":
        return xp.atan2(xp.imag(x), xp.real(x))
    return xp.where(x < 0, math.pi, xp.where(xp.equal(x, x), xp.zeros_like(x), x))


def _angle_rule(xp: Any, ct: Any, s: Any) -> Any:
    if kind(s.x) != "c":
        return xp.zeros_like(ct)
    x = xp.where(s.x == 0, 1.0, s.x)
    return xp.where(s.x == 0, 0.0, ct * 1j * x / xp.real(x * xp.conj(x)))


ANGLE = define(
    "angle",
    inputs=("x",),
    elementwise=True,
    forward=_angle,
    shape=shapes.same,
    dtype=magnitudes,
    saves=("x",),
    vjps={"x": _angle_rule},
    formula=r"\arg x",
    samples=lambda draw: [*_numbers(draw), Sample((draw(4),), label="real")],
)


def _complex(xp: Any, a: Any, b: Any) -> Any:
    shape = shapes.broadcast(a.shape, b.shape)
    out = xp.empty(shape, dtype=(a + 1j).dtype)
    out.real[...], out.imag[...] = a, b
    return out


COMPLEX = define(
    "complex",
    inputs=("a", "b"),
    elementwise=True,
    forward=_complex,
    shape=shapes.broadcast,
    dtype=lambda kinds, attrs: (kinds[0].type(0) + 1j).dtype,
    vjps={"a": lambda xp, ct, s: xp.real(ct), "b": lambda xp, ct, s: xp.imag(ct)},
    formula="a + i b",
    beyond=JOINS,
    samples=lambda draw: [Sample((draw(3, 4), draw(3, 1)))],
    errors=apart,
)
VIEW_AS_REAL = define(
    "view_as_real",
    inputs=("x",),
    forward=lambda xp, x: x[..., None].view(x.real.dtype),
    shape=lambda x: (*x, 2),
    dtype=magnitudes,
    view=True,
    vjps={"x": lambda xp, ct, s: xp.ops.complex(ct[..., 0], ct[..., 1])},
    formula=r"(\mathrm{Re}\,x, \mathrm{Im}\,x)",
    beyond=VIEWS,
    samples=_numbers,
)


def _pairs(x: Any) -> Any:
    if not x or x[-1] != 2:
        raise placed(ShapeError("complex numbers are made of pairs", got=f"shape {tuple(x)}", want="a last axis of 2"))
    return tuple(x[:-1])


def _view_as_complex(xp: Any, x: Any) -> Any:
    _pairs(x.shape)
    if kind(x) != "f":
        raise DtypeError("complex numbers are made of reals", got=str(x.dtype), want="float32 or float64")
    if x.strides[-1] != x.itemsize:
        raise ShapeError(
            "the two parts of a number must lie side by side in memory",
            got=f"strides {x.strides}",
            hint="clone() first",
        )
    return x.view((x[..., :1] * 1j).dtype)[..., 0]


VIEW_AS_COMPLEX = define(
    "view_as_complex",
    inputs=("x",),
    forward=_view_as_complex,
    shape=_pairs,
    dtype=lambda kinds, attrs: (kinds[0].type(0) + 1j).dtype,
    view=True,
    vjps={"x": lambda xp, ct, s: xp.stack([xp.real(ct), xp.imag(ct)], axis=-1)},
    formula="x_0 + i x_1",
    beyond=VIEWS,
    samples=lambda draw: [Sample((draw(3, 2),))],
    errors=lambda draw: [Sample((draw(3, 4),))],
)


def real(input: Tensor) -> Tensor:
    """The real parts, which share memory with ``input``; a real tensor itself; (*) -> (*)."""
    return apply(REAL, input) if kind(input) == "c" else input


def imag(input: Tensor) -> Tensor:
    """The imaginary parts, which share memory with ``input``; (*) -> (*). Raises DtypeError for reals."""
    if kind(input) != "c":
        raise placed(DtypeError("only complex numbers have imaginary parts", got=input.dtype.name, want="complex"))
    return apply(IMAG, input)


def set_real(input: Tensor, value: Any) -> None:
    """``input.real = value``."""
    setitem(real(input), ..., value)


def set_imag(input: Tensor, value: Any) -> None:
    """``input.imag = value``."""
    setitem(imag(input), ..., value)


def conj(input: Tensor) -> Tensor:
    """The conjugates, ``re - i im``, computed at once into memory of their own; a real tensor itself; (*) -> (*).

    PyTorch's shares memory with its input until it is computed (``is_conj``): there a write shows in both, here it
    does not.
    """
    return apply(CONJ, input) if kind(input) == "c" else input


def conj_physical(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """As `conj`, and a real tensor itself too; (*) -> (*)."""
    return into(out, conj(input))


def angle(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The angle with the positive reals: of real numbers 0 or pi; (*) -> (*)."""
    number = input if kind(input) in "fcV" else input * 1.0  # type: ignore[operator]
    return into(out, apply(ANGLE, number))


def _two_reals(what: str, a: Tensor, b: Tensor) -> None:
    if kind(a) != "f" or a.data.dtype != b.data.dtype:
        raise placed(
            DtypeError(f"{what} takes two real tensors of one dtype", got=f"{a.dtype.name} and {b.dtype.name}")
        )


def complex(real: Tensor, imag: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``real + i imag``; broadcast. Both real, of one dtype."""
    _two_reals("complex", real, imag)
    return into(out, apply(COMPLEX, real, imag))


@under_autocast
def polar(abs: Tensor, angle: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``abs * exp(i angle)``; broadcast. Both real, of one dtype."""
    _two_reals("polar", abs, angle)
    return into(out, apply(COMPLEX, apply(MUL, abs, apply(COS, angle)), apply(MUL, abs, apply(SIN, angle))))


def view_as_real(input: Tensor) -> Tensor:
    """Real and imaginary parts along a new last axis, in the same memory; (*) -> (*, 2)."""
    if kind(input) != "c":
        raise placed(DtypeError("only complex numbers have two parts", got=input.dtype.name, want="complex"))
    return apply(VIEW_AS_REAL, input)


def view_as_complex(input: Tensor) -> Tensor:
    """Pairs along the last axis as complex numbers, in the same memory; (*, 2) -> (*)."""
    return apply(VIEW_AS_COMPLEX, input)


def resolve_conj(input: Tensor) -> Tensor:
    """The tensor itself: conjugates are computed at once here."""
    return input


def resolve_neg(input: Tensor) -> Tensor:
    """The tensor itself: signs are computed at once here."""
    return input


def is_conj(input: Tensor) -> bool:
    """Is it a conjugate that is not computed yet? Never here."""
    return False


def is_neg(input: Tensor) -> bool:
    """Is it a negative that is not computed yet? Never here."""
    return False
