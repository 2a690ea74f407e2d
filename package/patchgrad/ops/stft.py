"""The short-time Fourier transform and its inverse (Griffin and Lim 1984), and the older names of the windows."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import arrange, fft_forms, filled, index_along, movement, ranges, strided, windows
from patchgrad.ops.complex import view_as_real
from patchgrad.ops.factory import factory
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = ["bartlett_window", "blackman_window", "hamming_window", "hann_window", "istft", "kaiser_window", "stft"]
METHODS = "istft stft"


@factory
def bartlett_window(window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A triangle that ends in 0: (window_length,)."""
    return windows.made(window_length, not periodic, windows.triangle, dtype, device)


@factory
def blackman_window(window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``0.42 - 0.5 cos t + 0.08 cos 2t``: (window_length,)."""
    shape = windows.cosines(0.42, 0.5, 0.08)
    return windows.made(window_length, not periodic, shape, dtype, device)


@factory
def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """``alpha - beta cos t``: (window_length,)."""
    return windows.made(window_length, not periodic, windows.cosines(alpha, beta), dtype, device)


@factory
def hann_window(window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``0.5 - 0.5 cos t``: (window_length,)."""
    return windows.made(window_length, not periodic, windows.cosines(0.5, 0.5), dtype, device)


@factory
def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """``i0(beta sqrt(1 - t²)) / i0(beta)`` for t from -1 to 1: (window_length,)."""
    return windows.made(window_length, not periodic, windows.bessel(beta), dtype, device)


def _steps(n_fft: int, hop_length: int | None, win_length: int | None) -> tuple[int, int]:
    hop, width = n_fft // 4 if hop_length is None else hop_length, n_fft if win_length is None else win_length
    if n_fft < 1 or hop < 1 or not 0 < width <= n_fft:
        raise placed(
            ArgumentError(
                "frames need a length and a step",
                got=f"n_fft={n_fft}, hop_length={hop}, win_length={width}",
                want="n_fft > 0, hop_length > 0, 0 < win_length <= n_fft",
            )
        )
    return hop, width


def _window(like: Tensor, window: Tensor | None, width: int, n_fft: int) -> Tensor:
    """The window in the middle of a frame, zeros around it."""
    if window is None:
        dtype = "float64" if like.dtype.name in ("float64", "complex128") else "float32"
        window = filled.ones(width, dtype=dtype, device=like.device)
    if window.shape != (width,):
        raise placed(ShapeError("a window has the length win_length", got=f"{window.shape}", want=f"({width},)"))
    before = (n_fft - width) // 2
    return window if width == n_fft else arrange.pad(window, (before, n_fft - width - before))


def _rows(name: str, input: Tensor, ndim: int) -> Tensor:
    if input.ndim not in (ndim - 1, ndim):
        raise placed(ShapeError(f"{name} takes one signal or a batch of them", got=f"shape {input.shape}"))
    return input if input.ndim == ndim else movement.unsqueeze(input, 0)


def stft(
    input: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Tensor:
    """Fourier transforms of overlapping frames: (L,) or (B, L) -> (frequencies, frames), or (B, frequencies, frames).

    Frames of ``n_fft`` samples start every ``hop_length`` (a quarter of them). ``center`` pads the signal, so that
    frame t has its middle at sample ``t * hop_length``. ``onesided`` (of real signals, the default) keeps the
    ``n_fft // 2 + 1`` frequencies that say all. ``return_complex=False`` gives pairs of reals.
    Raises ArgumentError where a real signal does not say which, ShapeError for a signal shorter than a frame.
    """
    hop, width = _steps(n_fft, hop_length, win_length)
    x = _rows("stft", input, 2)
    if center and align_to_window is not None:
        raise placed(ArgumentError("centred frames cannot be aligned to the window", got="center=True"))
    complex_ = x.dtype.is_complex or (window is not None and window.dtype.is_complex)
    if return_complex is None and not complex_:
        raise placed(ArgumentError("stft of a real signal must say what to return", hint="return_complex=True"))
    if onesided and complex_:
        raise placed(ArgumentError("the frequencies of a complex signal have two sides", hint="onesided=False"))
    if center:
        x = movement.squeeze(arrange.pad(movement.unsqueeze(x, 1), (n_fft // 2, n_fft // 2), pad_mode), 1)
    size = width if align_to_window else n_fft
    if x.shape[-1] < size:
        raise placed(ShapeError("the signal is shorter than a frame", got=f"{x.shape[-1]} samples", want=f"{size}"))
    if align_to_window:
        before = (n_fft - width) // 2
        x = arrange.pad(x, (before, n_fft - width - before))
    frames = strided.unfold(x, -1, n_fft, hop) * _window(x, window, width, n_fft)
    transform = fft_forms.fft if complex_ or onesided is False else fft_forms.rfft
    found = movement.transpose(transform(frames, norm="ortho" if normalized else None), -1, -2)
    found = found if input.ndim == 2 else movement.squeeze(found, 0)
    return found if return_complex is not False else view_as_real(found)


def _overlapped(frames: Tensor, hop: int) -> Tensor:
    """The sum of frames, each at its place: (B, frames, n) -> (B, samples)."""
    batch, count, n = frames.shape
    place = ranges.arange(count, device=frames.device)[:, None] * hop + ranges.arange(n, device=frames.device)
    empty = filled.zeros(batch, n + hop * (count - 1), dtype=frames.dtype, device=frames.device)
    return index_along.index_add(empty, 1, movement.reshape(place, (-1,)), movement.reshape(frames, (batch, -1)))


def istft(
    input: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The signal whose `stft` is nearest to ``input``: (frequencies, frames) -> (L,), or with a batch before.

    Overlapping frames are added with the window, and divided by what the squared window adds up to. ``length`` cuts the
    signal, or pads it with zeros. Raises ArgumentError where the windows leave a gap, ShapeError for a wrong number of
    frequencies.
    """
    hop, width = _steps(n_fft, hop_length, win_length)
    x = movement.transpose(_rows("istft", input, 3), -1, -2)
    onesided = (x.shape[-1] != n_fft) if onesided is None else onesided
    wanted = n_fft // 2 + 1 if onesided else n_fft
    if not x.dtype.is_complex or x.shape[-1] != wanted or (onesided and return_complex):
        raise placed(
            ShapeError(
                "istft takes complex numbers by frequency and frame",
                got=f"{input.dtype.name} of shape {input.shape}, onesided={onesided}, return_complex={return_complex}",
                want=f"{wanted} frequencies; a complex signal has two sides",
            )
        )
    norm = "ortho" if normalized else None
    frames = fft_forms.irfft(x, n_fft, norm=norm) if onesided else fft_forms.ifft(x, norm=norm)
    frames = frames if onesided or return_complex else frames.real  # type: ignore[attr-defined]
    weights = _window(frames, window, width, n_fft)
    total = _overlapped(frames * weights, hop)
    squares = movement.broadcast_to(weights * weights, (1, frames.shape[1], n_fft))
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else total.shape[1] - start
    weight = _overlapped(squares, hop)[:, start:end]
    if not weight.data.size or float(abs(weight.detach()).min()) < 1e-11:
        raise placed(
            ArgumentError("the windows leave a gap", got=f"hop_length={hop}", hint="a shorter step, or center=True")
        )
    found = total[:, start:end] / weight
    found = arrange.pad(found, (0, max(0, end - total.shape[1])))
    return found if input.ndim == 3 else movement.squeeze(found, 0)
