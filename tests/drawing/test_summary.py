"""Settings, counts and shapes in a few characters."""

from __future__ import annotations

import pytest

from patchgrad.drawing.summary import count, summary, travelling
from patchgrad.drawing.text import fitted, text_width


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"in_features": 784, "out_features": 128, "bias": True}, "784 → 128"),
        ({"in_channels": 3, "out_channels": 16, "kernel_size": 3, "stride": 1, "padding": 1}, "3 → 16, 3×3, pad 1"),
        ({"in_channels": 3, "out_channels": 16, "kernel_size": (3, 5), "stride": (2, 2)}, "3 → 16, 3×5, stride 2×2"),
        ({"p": 0.25}, "p 0.25"),
        ({"shape": [1, 28, 28], "dtype": "float32"}, "1×28×28"),
        ({}, ""),
    ],
)
def test_settings_are_said_shortly(settings: dict[str, object], text: str) -> None:
    assert summary(settings) == text


@pytest.mark.parametrize(("value", "text"), [(950, "950"), (9999, "9,999"), (12500, "12.5k"), (3_100_000, "3.1M")])
def test_counts_are_said_shortly(value: int, text: str) -> None:
    assert count(value) == text


def test_shapes_travel_with_their_batch_axis() -> None:
    assert travelling(("N", 64, 7, 7)) == "N × 64 × 7 × 7"
    assert travelling(None) == ""


def test_a_long_text_is_cut_to_its_room() -> None:
    short = fitted("a" * 100, 11.0, 60.0)
    assert short.endswith("…")
    assert text_width(short, 11.0) <= 60.0
