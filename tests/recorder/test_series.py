"""Series: real points, evenly thinned, in flat memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from patchgrad.backend import host
from patchgrad.recorder.series import Series


def test_few_points_are_all_there() -> None:
    series = Series("loss")
    for step in range(5):
        series.add(step, step * 0.5)
    assert series.steps.tolist() == [0, 1, 2, 3, 4]
    assert series.values.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]


@given(st.integers(1, 3000), st.integers(2, 40))
def test_points_are_real_evenly_spread_and_the_newest_is_always_there(count: int, capacity: int) -> None:
    series = Series("loss", capacity)
    for step in range(count):
        series.add(step, step * 3.0)
    steps = series.steps
    assert len(series) == len(steps) <= capacity + 1
    assert (series.values == steps * 3.0).all()
    assert steps[-1] == count - 1
    assert series.last == (count - 1) * 3.0
    assert series.newest(3).tolist() == series.values[-3:].tolist()
    assert set(host.diff(steps[:-1]).tolist()) <= {series.stride}
    assert 0 < (steps[-1] - steps[-2] if len(steps) > 1 else 1) <= series.stride


def test_memory_is_flat() -> None:
    series = Series("loss")
    before = series.bytes
    for step in range(50_000):
        series.add(step, 1.0)
    assert series.bytes == before
    assert len(series) <= 2001


def test_rows_are_kept_as_rows() -> None:
    series = Series("histogram", 4, width=3, dtype="uint16")
    for step in range(9):
        series.add(step, [step, 1, 2])
    assert series.values.shape == (len(series), 3)
    assert series.values[-1].tolist() == [8, 1, 2]


def test_what_was_read_does_not_change_afterwards() -> None:
    series = Series("loss")
    series.add(0, 1.0)
    values = series.values
    series.add(1, 2.0)
    assert values.tolist() == [1.0]
