"""``patchgrad.signal.windows``: weights that fade a piece of a signal out towards its ends.

Sources: Harris 1978, Nuttall 1981. All give (M,) floats. ``sym=False`` leaves out the last of M + 1 symmetric ones,
which makes the window periodic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming", "hamming", "hann",
    "kaiser", "nuttall",
]  # fmt: skip

Shape = Callable[[Any, int], Any]


def made(M: int, sym: bool, shape: Shape, dtype: Any, device: Any, requires_grad: bool = False) -> Tensor:
    """The window that ``shape`` gives of the places 0 to n - 1 and of n."""
    if M < 0:
        raise placed(ArgumentError("a window cannot have fewer than no elements", got=f"{M}", want="0 or more"))
    kind = get_default_dtype() if dtype is None else as_dtype(dtype)
    if kind.kind != "f":
        raise placed(DtypeError("a window holds floats", got=kind.name, want="a floating dtype"))
    size = M if sym or M == 1 else M + 1
    values = host.ones(M) if M <= 1 else shape(host.arange(size), size)[:M]
    return Tensor(get_backend(device).asarray(values.astype(kind.numpy))).requires_grad_(requires_grad)


def cosines(*weights: float) -> Shape:
    """``a0 - a1 cos t + a2 cos 2t - ...`` over one period."""
    return lambda k, n: sum((-1) ** i * a * host.cos(2 * math.pi * i * k / (n - 1)) for i, a in enumerate(weights))


def triangle(k: Any, n: int) -> Any:
    return 1 - abs(2 * k / (n - 1) - 1)


def bessel(beta: float) -> Shape:
    """``i0(beta sqrt(1 - t²)) / i0(beta)`` for t from -1 to 1 (Kaiser 1966)."""
    return lambda k, n: host.i0(beta * host.sqrt(1 - (2 * k / (n - 1) - 1) ** 2)) / host.i0(beta)


def bartlett(M: int, *, sym: bool = True, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A triangle that ends in 0."""
    return made(M, sym, triangle, dtype, device, requires_grad)


def blackman(M: int, *, sym: bool = True, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """``0.42 - 0.5 cos t + 0.08 cos 2t``."""
    return made(M, sym, cosines(0.42, 0.5, 0.08), dtype, device, requires_grad)


def cosine(M: int, *, sym: bool = True, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Half a wave of the sine."""
    return made(M, sym, lambda k, n: host.sin(math.pi * (k + 0.5) / n), dtype, device, requires_grad)


def exponential(
    M: int,
    *,
    center: float | None = None,
    tau: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``exp(-|k - center| / tau)``, by default around the middle. A symmetric one has its middle there."""
    if tau <= 0:
        raise placed(ArgumentError("a window fades over a positive length", got=f"tau={tau}", want="tau > 0"))
    if sym and center is not None:
        raise placed(ArgumentError("a symmetric window is centred", got=f"center={center}", hint="sym=False"))

    def shape(k: Any, n: int) -> Any:
        return host.exp(-abs(k - ((n - 1) / 2 if center is None else center)) / tau)

    return made(M, sym, shape, dtype, device, requires_grad)


def gaussian(
    M: int, *, std: float = 1.0, sym: bool = True, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """``exp(-(k - middle)² / (2 std²))``."""
    if std <= 0:
        raise placed(ArgumentError("a standard deviation is positive", got=f"std={std}", want="std > 0"))
    return made(M, sym, lambda k, n: host.exp(-(((k - (n - 1) / 2) / std) ** 2) / 2), dtype, device, requires_grad)


def general_cosine(
    M: int,
    *,
    a: Iterable[float],
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``a0 - a1 cos t + a2 cos 2t - ...`` with weights of your own."""
    weights = tuple(a)
    if not weights:
        raise placed(ArgumentError("a sum of cosines needs weights", got="a=()", want="at least one"))
    return made(M, sym, cosines(*weights), dtype, device, requires_grad)


def general_hamming(
    M: int,
    *,
    alpha: float = 0.54,
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """``alpha - (1 - alpha) cos t``."""
    return made(M, sym, cosines(alpha, 1 - alpha), dtype, device, requires_grad)


def hamming(M: int, *, sym: bool = True, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """``0.54 - 0.46 cos t``."""
    return made(M, sym, cosines(0.54, 0.46), dtype, device, requires_grad)


def hann(M: int, *, sym: bool = True, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """``0.5 - 0.5 cos t``."""
    return made(M, sym, cosines(0.5, 0.5), dtype, device, requires_grad)


def kaiser(
    M: int, *, beta: float = 12.0, sym: bool = True, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """``i0(beta sqrt(1 - t²)) / i0(beta)`` for t from -1 to 1."""
    if beta < 0:
        raise placed(ArgumentError("beta of a Kaiser window is not negative", got=f"beta={beta}", want="beta >= 0"))
    return made(M, sym, bessel(beta), dtype, device, requires_grad)


def nuttall(M: int, *, sym: bool = True, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """``0.3635819 - 0.4891775 cos t + 0.1365995 cos 2t - 0.0106411 cos 3t``."""
    return made(M, sym, cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411), dtype, device, requires_grad)
