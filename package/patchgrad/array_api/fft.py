"""The standard's Fourier transforms. float32 gives complex64, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.array_api.calls import named, numpy_dtype, tensor
from patchgrad.array_api.manipulation import axes_in, roll
from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import get_default_dtype
from patchgrad.errors import DtypeError
from patchgrad.ops import fft_forms
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "fft", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifftn", "ifftshift", "ihfft", "irfft", "irfftn", "rfft",
    "rfftfreq", "rfftn",
]  # fmt: skip


def _floating(name: str, x: Tensor) -> Tensor:
    if tensor(x, name).dtype.kind not in "fc":
        raise placed(DtypeError(f"{name} takes floating numbers", got=x.dtype.name))
    return x


def _one(name: str, doc: str) -> Callable[..., Tensor]:
    """A transform along one axis."""
    transform: Callable[..., Tensor] = getattr(fft_forms, name)

    def call(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Tensor:
        return transform(_floating(name, x), n, axis, norm)

    return named(call, name, doc)


def _many(name: str, doc: str) -> Callable[..., Tensor]:
    """A transform along several axes."""
    transform: Callable[..., Tensor] = getattr(fft_forms, name)

    def call(x: Tensor, /, *, s: Any = None, axes: Any = None, norm: str = "backward") -> Tensor:
        return transform(_floating(name, x), s, axes, norm)

    return named(call, name, doc)


fft = _one("fft", "The transform of complex (or real) numbers along an axis, cut or padded with zeros to ``n``.")
ifft = _one("ifft", "The inverse of `fft`.")
rfft = _one("rfft", "The half of `fft` that real numbers need: ``n // 2 + 1`` frequencies.")
irfft = _one("irfft", "The inverse of `rfft`: ``n`` real numbers, ``2 (m - 1)`` for ``m`` frequencies if not given.")
hfft = _one("hfft", "The transform, which is real, of numbers of which the conjugate half is left out.")
ihfft = _one("ihfft", "The inverse of `hfft`.")
fftn = _many("fftn", "`fft` along several axes (all if not given), cut or padded to the sizes ``s``.")
ifftn = _many("ifftn", "The inverse of `fftn`.")
rfftn = _many("rfftn", "`rfft` along the last of several axes, then `fft` along the others.")
irfftn = _many("irfftn", "The inverse of `rfftn`.")


def fftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Tensor:
    """The frequencies that `fft` of ``n`` numbers, ``d`` apart, gives: 0 and up, then the negative ones."""
    return _frequencies(host.fft.fftfreq(n, d), dtype, device)


def rfftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Tensor:
    """The frequencies that `rfft` of ``n`` numbers, ``d`` apart, gives."""
    return _frequencies(host.fft.rfftfreq(n, d), dtype, device)


def _frequencies(found: Any, dtype: Any, device: Any) -> Tensor:
    return Tensor(get_backend(device).asarray(found.astype(numpy_dtype(dtype or get_default_dtype()))))


def fftshift(x: Tensor, /, *, axes: Any = None) -> Tensor:
    """Frequency 0 in the middle of axes (all if not given)."""
    return _shifted(x, axes, 1)


def ifftshift(x: Tensor, /, *, axes: Any = None) -> Tensor:
    """The inverse of `fftshift`."""
    return _shifted(x, axes, -1)


def _shifted(x: Tensor, axes: Any, sign: int) -> Tensor:
    places = axes_in(axes, tensor(x, "fftshift").ndim)
    return roll(x, tuple(sign * (x.shape[i] // 2) if sign > 0 else -(x.shape[i] // 2) for i in places), axis=places)
