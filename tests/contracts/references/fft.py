"""What the three Fourier transforms should give."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")


def _whole(x: Any, axes: Any, inverse: bool, norm: str) -> Any:
    return (torch.fft.ifftn if inverse else torch.fft.fftn)(x, dim=axes, norm=norm)


REFERENCES: dict[str, Any] = {
    "fft_whole": _whole,
    "fft_half": lambda x, axis, norm: torch.fft.rfft(x, dim=axis, norm=norm),
    "fft_real": lambda x, n, axis, norm: torch.fft.irfft(x, n=n, dim=axis, norm=norm),
}
