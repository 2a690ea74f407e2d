"""Calls of windows, short-time transforms, sequences and counts in several dimensions."""

from __future__ import annotations

from typing import Any

import numpy

from ..case import I, R, case

PLAIN = ("plain",)
UNLIKE = {
    "special": "infinities meet in sums that are taken in another order",
    "empty": "no signal",
    "0-d": "no signal",
}
OLDER = ("bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window")
WINDOWS = ("bartlett", "blackman", "cosine", "exponential", "gaussian", "general_hamming", "hamming", "hann", "kaiser")


def _window(like: Any, size: int) -> Any:
    """A window of a signal's own library and dtype."""
    values = numpy.hanning(size + 2)[1:-1]
    found = type(like)(values) if hasattr(like, "lineage") else like.new_tensor(values)
    return found.to(like.real.dtype) if like.dtype.is_floating_point or like.dtype.is_complex else found


def with_window(*given: Any) -> tuple[Any, ...]:
    """The last argument is the length of a window, which is made of it."""
    return (*given[:-1], _window(given[0], given[-1]))


def short(name: str, *inputs: Any, window: int = 0, label: str = "", **kwargs: Any) -> Any:
    """A transform whose window, if any, follows hop_length and win_length."""
    prepare = {"prepare": with_window} if window else {}
    inputs = (*inputs, *([window] if window else []))
    return case(name, *inputs, kwargs=kwargs, label=label, without=UNLIKE, **prepare)


CASES = [
    *[case(name, size, only=PLAIN, label=str(size)) for name in OLDER for size in (0, 1, 2, 7, 8)],
    *[case(name, 9, periodic, only=PLAIN, label=str(periodic)) for name in OLDER for periodic in (True, False)],
    case("hamming_window", 9, True, 0.6, 0.3, only=PLAIN, label="weights"),
    case("kaiser_window", 9, False, 4.0, only=PLAIN, label="beta"),
    case("signal.windows.nuttall", 9, only=PLAIN),
    *[
        case(f"signal.windows.{name}", size, kwargs={"sym": sym}, only=PLAIN, label=f"{size}-{sym}")
        for name in WINDOWS
        for size in (1, 8)
        for sym in (True, False)
    ],
    case("signal.windows.general_cosine", 7, kwargs={"a": [0.4, 0.3, 0.2]}, only=PLAIN),
    case("signal.windows.exponential", 7, kwargs={"center": 1.0, "tau": 2.0, "sym": False}, only=PLAIN, label="center"),
    short("stft", R(40), 8, 3, 8, window=8, return_complex=True),
    short("stft", R(2, 40), 9, None, 6, window=6, return_complex=True, label="batch"),
    short("stft", R(40), 8, 4, 8, window=8, center=False, normalized=True, return_complex=True, label="normalized"),
    short("stft", R(40), 8, 4, 8, window=8, onesided=False, return_complex=True, pad_mode="constant", label="two"),
    short("stft", R(40), 8, 4, 8, window=8, return_complex=True, pad_mode="circular", label="circular"),
    short("istft", R(2, 5, 11), 8, 3, 8, window=8),
    short("istft", R(5, 11), 8, 2, 6, window=6, normalized=True, label="normalized"),
    short("istft", R(8, 11), 8, 2, 8, window=8, onesided=False, return_complex=True, label="complex"),
    short("istft", R(5, 11), 8, 2, 8, window=8, length=15, label="length"),
    short("istft", R(5, 11), 8, 2, 8, window=8, length=40, label="longer"),
    case("range", 1, 4, only=PLAIN),
    case("range", 1, 4, 0.5, only=PLAIN, label="step"),
    case("range", 4.0, 1.0, -1, only=PLAIN, label="down"),
    case("logspace", -2, 3, 7, only=PLAIN),
    case("logspace", 0, 1, 1, only=PLAIN, label="one"),
    case("logspace", 0, 5, 6, 2.0, only=PLAIN, label="base"),
    case("unravel_index", I(3, 4, high=60), (3, 4, 5), only=PLAIN),
    case("unravel_index", I(5, high=7), 7, only=PLAIN, label="one-axis"),
    case("histogramdd", R(50, 2), [3, 4], only=("plain", "float32", "transposed", "int64")),
    case("histogramdd", R(50, 3), 3, only=("plain", "float32"), label="equal"),
    case(
        "histogramdd", R(50, 2), [3, 4],
        kwargs={"range": [-1.0, 1.0, -2.0, 1.5], "density": True, "weight": R(50, low=0.1, constant=True)},
        only=("plain", "float32"), label="density",
    ),
]  # fmt: skip
