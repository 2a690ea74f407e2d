"""Random numbers: published vectors, distributions, streams and their state."""

import math

import pytest

import patchgrad as pg
from patchgrad.backend import get_backend, host
from patchgrad.backend.random import (
    CHUNK,
    Stream,
    default_stream,
    get_rng_state,
    manual_seed,
    philox,
    set_rng_state,
    stream_for,
)
from patchgrad.errors import ArgumentError

KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
"""Counter, key and result of philox4x32 with 10 rounds, from the test vectors of Random123 1.14."""


def _number(words: str) -> int:
    return sum(int(word, 16) << 32 * i for i, word in enumerate(words.split()))


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter, key, answer):
    block = philox(get_backend().xp, _number(key), _number(counter), 1)[0]
    assert [f"{int(word):08x}" for word in block] == answer.split()


def test_a_counter_carries_into_its_upper_words():
    xp = get_backend().xp
    for edge in (2**32, 2**64, 2**96):
        together = philox(xp, 7, edge - 2, 4)
        alone = [philox(xp, 7, edge - 2 + i, 1)[0] for i in range(4)]
        assert (together == host.stack(alone)).all()


def test_a_long_draw_equals_the_blocks_drawn_one_chunk_at_a_time():
    whole = Stream(3).bits(4 * (CHUNK + 5))
    parts = Stream(3)
    assert (whole == host.concat([parts.bits(4 * CHUNK), parts.bits(20)])).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_numbers_lie_in_the_half_open_interval_and_fill_it(dtype):
    values = Stream(1).uniform((100_000,), dtype)
    assert values.dtype == dtype
    assert values.min() >= 0
    assert values.max() < 1
    wide = values.astype("float64")
    assert abs(wide.mean() - 0.5) < 4 / math.sqrt(12 * len(wide))
    counts = host.histogram(wide, bins=20, range=(0, 1))[0]
    assert ((counts - 5000) ** 2 / 5000).sum() < 50  # chi squared, 19 degrees of freedom: p < 0.001 above 44


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_normal_numbers_have_the_moments_of_the_normal_distribution(dtype):
    values = Stream(2).normal((100_001,), dtype)
    assert values.dtype == dtype
    wide = values.astype("float64")
    assert host.isfinite(wide).all()
    assert abs(wide.mean()) < 4 / math.sqrt(len(wide))
    assert abs((wide**2).mean() - 1) < 4 * math.sqrt(2 / len(wide))
    assert abs((wide**4).mean() - 3) < 4 * math.sqrt(96 / len(wide))
    assert abs(host.corrcoef(wide[:50_000], wide[50_001:])[0, 1]) < 4 / math.sqrt(50_000)


def test_integers_stay_in_their_range_and_reach_both_ends():
    values = Stream(5).integers(-3, 4, (1000,))
    assert (values.min(), values.max(), values.dtype) == (-3, 3, "int64")
    with pytest.raises(ArgumentError, match="no integer"):
        Stream(5).integers(2, 2, (1,))


def test_a_permutation_holds_every_number_once():
    assert sorted(Stream(9).permutation(50).tolist()) == list(range(50))


def test_the_stream_of_a_path_depends_on_the_seed_and_the_path_alone():
    manual_seed(4)
    first = stream_for("model.drop1").bits(8)
    stream_for("model.drop2").bits(100)
    manual_seed(4)
    assert (stream_for("model.drop1").bits(8) == first).all()
    assert (stream_for("model.drop2").bits(8) != first).any()
    manual_seed(5)
    assert (stream_for("model.drop1").bits(8) != first).any()


def test_a_new_seed_restarts_streams_that_are_already_in_use():
    manual_seed(4)
    stream = stream_for("drop")
    first = stream.bits(8)
    stream.bits(12)
    manual_seed(4)
    assert (stream.bits(8) == first).all()


def test_a_saved_state_brings_back_the_default_stream_and_streams_of_layers():
    manual_seed(1)
    kept, other = stream_for("a"), stream_for("a")
    kept.bits(5)
    other.bits(50)
    default_stream().bits(3)
    state = get_rng_state()
    expected = [stream.bits(8).tolist() for stream in (kept, other, default_stream())]
    manual_seed(99)
    set_rng_state(state)
    assert [stream.bits(8).tolist() for stream in (kept, other, default_stream())] == expected


def test_a_saved_state_reaches_a_stream_that_is_made_later():
    manual_seed(1)
    early = stream_for("later")
    early.bits(20)
    state = get_rng_state()
    expected = early.bits(8)
    del early
    set_rng_state(state)
    assert (stream_for("later").bits(8) == expected).all()


def test_a_meta_backend_draws_nothing():
    stream = Stream(1)
    assert stream.uniform((2, 3), pg.float32, get_backend("meta")).shape == (2, 3)
    assert stream.offset == 0
