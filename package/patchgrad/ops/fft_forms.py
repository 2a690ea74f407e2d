"""The functions of `patchgrad.fft`: lengths, axes and names for the three transforms of ``fft.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import get_default_dtype
from patchgrad.errors import ArgumentError, DtypeError, ShapeError
from patchgrad.ops import arrange, creation, matrices, shapes
from patchgrad.ops.factory import factory
from patchgrad.ops.fft import FFT_HALF, FFT_REAL, FFT_WHOLE, OTHER
from patchgrad.ops.linalg_products import conjugate
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

Sizes = Sequence[int] | None


def _floating(name: str, x: Any, is_complex: bool | None = None) -> Any:
    """Whole numbers as floats; complex or real where that is asked for."""
    x = x if x.dtype.kind in "fc" else x.to(dtype=get_default_dtype())
    matrices.check_dtype(name, x)
    if is_complex is False and x.dtype.is_complex:
        raise placed(DtypeError(f"{name} takes real numbers", got=x.dtype.name, hint="fft takes complex ones"))
    if is_complex and not x.dtype.is_complex:
        return x.to(dtype="complex64" if x.dtype.name == "float32" else "complex128")
    return x


def _norm(norm: str | None) -> str:
    if norm not in (None, *OTHER):
        raise placed(ArgumentError("there is no such norm", got=f"norm={norm!r}", want="backward, ortho or forward"))
    return norm or "backward"


def _axes(x: Any, s: Sizes, dim: Any) -> tuple[int, ...]:
    if dim is not None:
        if not x.ndim and dim != ():
            raise placed(
                ShapeError("a transform runs along an axis", got="a tensor without axes", want="one axis or more")
            )
        return shapes.axes_in(list(dim) if not isinstance(dim, int) else dim, x.ndim)
    count = x.ndim if s is None else len(s)
    if count > x.ndim:
        raise placed(ArgumentError("there are more sizes than axes", got=f"s={s} for shape {x.shape}"))
    return tuple(range(x.ndim - count, x.ndim))


def _sized(x: Any, s: Sizes, axes: tuple[int, ...]) -> Any:
    """Axes cut, or padded with zeros, to the sizes ``s``; -1 keeps one."""
    if s is not None and len(s) != len(axes):
        raise placed(ArgumentError("a transform needs a size for each axis", got=f"s={tuple(s)}, dim={axes}"))
    for axis, size in zip(axes, s or (), strict=False):
        if size != -1 and size != x.shape[axis]:
            _positive(size)
            after = [0, 0] * (x.ndim - 1 - axis)
            x = arrange.pad(x, [*after, 0, size - x.shape[axis]])
    for axis in axes:
        _positive(x.shape[axis])
    return x


def _positive(size: int) -> None:
    if size < 1:
        raise placed(ArgumentError("a transform needs at least one number", got=f"size {size}", want="1 or more"))


def _whole(name: str, x: Any, s: Sizes, dim: Any, norm: str | None, inverse: bool) -> Tensor:
    x = _floating(name, x, True)
    axes = _axes(x, s, dim)
    x = _sized(x, s, axes)
    return apply(FFT_WHOLE, x, axes=axes, inverse=inverse, norm=_norm(norm)) if axes else x


def _half(name: str, x: Any, s: Sizes, dim: Any, norm: str | None) -> Tensor:
    x = _floating(name, x, False)
    axes = _some(name, _axes(x, s, dim))
    found = apply(FFT_HALF, _sized(x, s, axes), axis=axes[-1], norm=_norm(norm))
    rest = axes[:-1]
    return apply(FFT_WHOLE, found, axes=rest, inverse=False, norm=_norm(norm)) if rest else found


def _real(name: str, x: Any, s: Sizes, dim: Any, norm: str | None) -> Tensor:
    x = _floating(name, x, True)
    axes = _some(name, _axes(x, s, dim))
    n = 2 * (x.shape[axes[-1]] - 1) if s is None or s[-1] == -1 else s[-1]
    _positive(n)
    x = _sized(x, [*(s[:-1] if s is not None else [-1] * (len(axes) - 1)), n // 2 + 1], axes)
    rest = axes[:-1]
    x = apply(FFT_WHOLE, x, axes=rest, inverse=True, norm=_norm(norm)) if rest else x
    return apply(FFT_REAL, x, n=n, axis=axes[-1], norm=_norm(norm))


def _some(name: str, axes: tuple[int, ...]) -> tuple[int, ...]:
    if not axes:
        raise placed(ArgumentError(f"{name} needs an axis", got="a tensor without axes, or dim=()"))
    return axes


def _one(n: int | None) -> Sizes:
    return None if n is None else (n,)


@takes_out
def fft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """``y_k = sum of x_t exp(-2 pi i k t / n)`` along ``dim``.

    Parameters
        n     cut, or pad with zeros, to this length first
        norm  "backward": no scale; "ortho": 1 / sqrt(n); "forward": 1 / n. The inverse has what is missing to 1 / n
    """
    return _whole("fft.fft", input, _one(n), (dim,), norm, False)


@takes_out
def ifft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `fft`."""
    return _whole("fft.ifft", input, _one(n), (dim,), norm, True)


@takes_out
def rfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """`fft` of real numbers: the ``n // 2 + 1`` frequencies that are not conjugates of others."""
    return _half("fft.rfft", input, _one(n), (dim,), norm)


@takes_out
def irfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `rfft`: ``n`` real numbers, ``2 (m - 1)`` for ``m`` frequencies if left out."""
    return _real("fft.irfft", input, _one(n), (dim,), norm)


@takes_out
def hfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """`fft` of numbers whose second half would be the conjugate of the first: ``n`` real numbers."""
    return _real("fft.hfft", conjugate(input), _one(n), (dim,), OTHER[_norm(norm)])


@takes_out
def ihfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `hfft`."""
    return conjugate(_half("fft.ihfft", input, _one(n), (dim,), OTHER[_norm(norm)]))


@takes_out
def fftn(input: Any, s: Sizes = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """`fft` along several axes (all, or the last as many as there are sizes ``s``)."""
    return _whole("fft.fftn", input, s, dim, norm, False)


@takes_out
def ifftn(input: Any, s: Sizes = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The inverse of `fftn`."""
    return _whole("fft.ifftn", input, s, dim, norm, True)


@takes_out
def rfftn(input: Any, s: Sizes = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """`rfft` along the last of several axes, `fft` along the others."""
    return _half("fft.rfftn", input, s, dim, norm)


@takes_out
def irfftn(input: Any, s: Sizes = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The inverse of `rfftn`; ``s`` are the sizes of the result."""
    return _real("fft.irfftn", input, s, dim, norm)


@takes_out
def hfftn(input: Any, s: Sizes = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """`hfft` along the last of several axes, `fft` along the others."""
    return _real("fft.hfftn", conjugate(input), s, dim, OTHER[_norm(norm)])


@takes_out
def ihfftn(input: Any, s: Sizes = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The inverse of `hfftn`."""
    return conjugate(_half("fft.ihfftn", input, s, dim, OTHER[_norm(norm)]))


@takes_out
def fft2(input: Any, s: Sizes = None, dim: Any = (-2, -1), norm: str | None = None) -> Tensor:
    """`fftn` along two axes."""
    return fftn(input, s, dim, norm)


@takes_out
def ifft2(input: Any, s: Sizes = None, dim: Any = (-2, -1), norm: str | None = None) -> Tensor:
    """`ifftn` along two axes."""
    return ifftn(input, s, dim, norm)


@takes_out
def rfft2(input: Any, s: Sizes = None, dim: Any = (-2, -1), norm: str | None = None) -> Tensor:
    """`rfftn` along two axes."""
    return rfftn(input, s, dim, norm)


@takes_out
def irfft2(input: Any, s: Sizes = None, dim: Any = (-2, -1), norm: str | None = None) -> Tensor:
    """`irfftn` along two axes."""
    return irfftn(input, s, dim, norm)


@takes_out
def hfft2(input: Any, s: Sizes = None, dim: Any = (-2, -1), norm: str | None = None) -> Tensor:
    """`hfftn` along two axes."""
    return hfftn(input, s, dim, norm)


@takes_out
def ihfft2(input: Any, s: Sizes = None, dim: Any = (-2, -1), norm: str | None = None) -> Tensor:
    """`ihfftn` along two axes."""
    return ihfftn(input, s, dim, norm)


@factory
def fftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The frequencies that `fft` gives, in cycles per unit, for samples ``d`` apart: 0, then rising, then negative."""
    return _frequencies(host.fft.fftfreq(n, d), dtype, device)


@factory
def rfftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The frequencies that `rfft` gives: from 0 up."""
    return _frequencies(host.fft.rfftfreq(n, d), dtype, device)


def _frequencies(values: Any, dtype: Any, device: Any) -> Tensor:
    return creation.as_tensor(values, dtype=dtype or get_default_dtype(), device=device)


def fftshift(input: Any, dim: Any = None) -> Tensor:
    """The frequency 0 in the middle of the axes ``dim`` (None: all)."""
    axes = _some("fft.fftshift", _axes(input, None, dim))
    return arrange.roll(input, tuple(input.shape[axis] // 2 for axis in axes), axes)


def ifftshift(input: Any, dim: Any = None) -> Tensor:
    """The inverse of `fftshift`."""
    axes = _some("fft.ifftshift", _axes(input, None, dim))
    return arrange.roll(input, tuple(-(input.shape[axis] // 2) for axis in axes), axes)
