"""Arrays of a frame: where they lie, and the smoothed curve."""

import pytest

from patchgrad.backend import host
from patchgrad.widgets.frames import packed, smoothed

from .pages import array_at


def test_arrays_lie_one_after_the_other_at_multiples_of_eight():
    given = {
        "a": host.arange(3, dtype="float32"),
        "b": host.arange(2, dtype="float64"),
        "c": host.ones((2, 3), "uint8"),
    }
    views, buffer = packed(given)
    assert [(view.offset, view.shape) for view in views.values()] == [(0, (3,)), (16, (2,)), (32, (2, 3))]
    for name, view in views.items():
        assert (array_at(buffer, view.dtype, view.shape, view.offset) == given[name]).all()


def test_the_smoothed_curve_begins_at_the_first_loss_and_follows_slowly():
    assert smoothed(host.asarray([4.0])).tolist() == [4.0]
    constant = smoothed(host.full(50, 2.5))
    assert constant.tolist() == pytest.approx([2.5] * 50)
    jump = smoothed(host.asarray([1.0] * 100 + [2.0]))
    assert 1.0 < jump[-1] < 1.1


def test_no_losses_give_an_empty_curve():
    assert smoothed(host.asarray([])).shape == (0,)
