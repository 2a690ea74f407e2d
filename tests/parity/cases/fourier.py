"""Fourier transforms, windows, and transforms of pieces of a signal."""

from __future__ import annotations

from ..case import R, case

ONE = ("fft.fft", "fft.ifft", "fft.rfft", "fft.irfft", "fft.hfft", "fft.ihfft")
MANY = ("fft.fftn", "fft.ifftn", "fft.rfftn", "fft.irfftn", "fft.hfftn", "fft.ihfftn")
TWO = ("fft.fft2", "fft.ifft2", "fft.rfft2", "fft.irfft2", "fft.hfft2", "fft.ihfft2")
SPECIAL = {"special": "where NaN and inf spread to depends on how a transform is divided"}


def transform(name, *inputs, **fields):
    return case(name, *inputs, without=SPECIAL, **fields)


CASES = [
    *[transform(name, R(3, 4)) for name in (*ONE, *MANY, *TWO)],
    *[transform(name, R(5)) for name in ONE],
    *[transform(name, R(5, 3), kwargs={"n": 4, "dim": 0, "norm": "ortho"}, label="cut") for name in ONE],
    *[transform(name, R(3, 4), kwargs={"n": 7, "norm": "forward"}, label="padded") for name in ONE],
    *[transform(name, R(2, 4, 3), kwargs={"s": (5, 2), "norm": "ortho"}, label="sizes") for name in MANY],
    *[transform(name, R(2, 4, 3), kwargs={"dim": (2, 0), "norm": "forward"}, label="axes") for name in MANY],
    *[transform(name, R(4, 2, 3), kwargs={"s": (-1, 4), "dim": (0, 2)}, label="axes") for name in TWO],
    case("fft.fftshift", R(3, 4)),
    case("fft.fftshift", R(3, 5), kwargs={"dim": 1}, label="one axis"),
    case("fft.ifftshift", R(3, 4)),
    case("fft.ifftshift", R(3, 5), kwargs={"dim": (1,)}, label="one axis"),
    case("fft.fftfreq", 5, 0.5, only=("plain",)),
    case("fft.fftfreq", 4, only=("plain",), label="even"),
    case("fft.rfftfreq", 5, 0.5, only=("plain",)),
]
