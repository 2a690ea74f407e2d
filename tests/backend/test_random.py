"""Random numbers: published vectors, distributions, streams and their state."""

import math

import pytest

import patchgrad as pg
from patchgrad.backend import get_backend, host
from patchgrad.backend.base import Backend, Namespace
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


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_uniform_numbers_lie_in_the_half_open_interval_and_fill_it(dtype):
    values = Stream(1).uniform((100_000,), dtype)
    assert values.dtype == getattr(pg, dtype).numpy
    assert values.min() >= 0
    assert values.max() < 1
    wide = values.astype("float64")
    assert abs(wide.mean() - 0.5) < 4 / math.sqrt(12 * len(wide))
    counts = host.histogram(wide, bins=16, range=(0, 1))[0]  # as many numbers of every dtype in each
    assert ((counts - 6250) ** 2 / 6250).sum() < 40  # chi squared, 15 degrees of freedom: p < 0.001 above 38


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_normal_numbers_have_the_moments_of_the_normal_distribution(dtype):
    values = Stream(2).normal((100_001,), dtype)
    assert values.dtype == getattr(pg, dtype).numpy
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


def test_uniform_and_normal_numbers_follow_their_distributions():
    """Kolmogorov and Smirnov's distance, at a level of 1 in 1000."""
    count = 50_000
    for values, cumulative in (
        (Stream(11).uniform((count,), "float64"), lambda x: x),
        (Stream(12).normal((count,), "float64"), lambda x: (1 + pg.erf(pg.tensor(x / 2**0.5)).numpy()) / 2),
    ):
        steps = host.arange(1, count + 1) / count
        assert abs(cumulative(host.sort(values)) - steps).max() < 1.95 / count**0.5


def test_the_strict_array_api_draws_the_same_bits_so_that_every_backend_does():
    strict = pytest.importorskip("array_api_strict")
    functions = {name: getattr(strict, name) for name in dir(strict) if not name.startswith("_")}
    backend = Backend("strict", Namespace("strict", functions), (type(strict.asarray(0)),))
    for draw in (
        lambda stream, where: stream.bits(1003, where),
        lambda stream, where: stream.words64(77, where),
        lambda stream, where: stream.permutation(50, where),
        lambda stream, where: stream.integers(-5, 90, (7, 3), where),
    ):
        theirs = draw(Stream(3, 2**64 - 9), backend)
        assert (host.from_dlpack(theirs) == draw(Stream(3, 2**64 - 9), get_backend())).all()


def test_a_generator_gives_its_own_sequence_and_can_go_back():
    first, second = pg.Generator().manual_seed(5), pg.Generator().manual_seed(5)
    default = pg.get_rng_state()
    assert pg.rand(3, generator=first).tolist() == pg.rand(3, generator=second).tolist()
    state, copy = first.get_state(), first.clone_state()
    later = pg.randn(4, generator=first).tolist()
    first.set_state(state)
    assert pg.randn(4, generator=first).tolist() == later == pg.randn(4, generator=copy).tolist()
    assert first.initial_seed() == 5
    assert first.seed() == first.initial_seed()
    assert pg.get_rng_state() == default
    assert pg.Generator().initial_seed() == 0
    with pytest.raises(ArgumentError, match="not the state of a generator"):
        first.set_state(pg.zeros(3))


def test_every_function_that_draws_takes_a_generator():
    x, p = pg.zeros(50), pg.full((50,), 0.5)
    draws = [
        lambda g: pg.rand(50, generator=g), lambda g: pg.randn(50, generator=g),
        lambda g: pg.randint(0, 99, (50,), generator=g), lambda g: pg.randperm(50, generator=g),
        lambda g: pg.rand_like(x, generator=g), lambda g: pg.randn_like(x, generator=g),
        lambda g: pg.randint_like(x, 99, generator=g), lambda g: pg.bernoulli(p, generator=g),
        lambda g: pg.normal(0.0, 1.0, (50,), generator=g), lambda g: pg.multinomial(p, 50, generator=g),
        lambda g: x.clone().uniform_(generator=g), lambda g: x.clone().normal_(generator=g),
        lambda g: x.clone().bernoulli_(0.5, generator=g), lambda g: x.clone().random_(0, 99, generator=g),
    ]  # fmt: skip
    before = pg.get_rng_state()
    for draw in draws:
        one, two, three = (draw(pg.Generator().manual_seed(seed)).tolist() for seed in (1, 1, 2))
        assert one == two != three
    assert pg.get_rng_state() == before


def test_the_default_generator_has_the_seed_of_all():
    assert pg.manual_seed(17) is pg.default_generator
    assert pg.initial_seed() == pg.default_generator.initial_seed() == 17
    first = pg.rand(3).tolist()
    assert pg.default_generator.manual_seed(17) is pg.default_generator
    assert pg.rand(3).tolist() == first
    found = pg.seed()
    assert pg.initial_seed() == found
    assert pg.manual_seed(-1).initial_seed() == 2**64 - 1
    for wrong in (2**64, "three"):
        with pytest.raises(ArgumentError, match="seed"):
            pg.manual_seed(wrong)


def test_what_is_drawn_under_fork_rng_leaves_no_trace():
    manual_seed(3)
    stream = stream_for("fork")
    with pg.random.fork_rng():
        inside = pg.rand(3).tolist(), stream.bits(3).tolist()
    assert (pg.rand(3).tolist(), stream.bits(3).tolist()) == inside
    with pg.random.fork_rng(enabled=False):
        pg.rand(3)
    assert pg.rand(3).tolist() != inside[0]


def test_a_loader_takes_the_seed_of_a_generator():
    data = [pg.tensor(float(i)) for i in range(20)]

    def order(seed):
        return [
            b.tolist() for b in pg.data.DataLoader(data, 4, shuffle=True, generator=pg.Generator().manual_seed(seed))
        ]

    assert order(1) == order(1) != order(2)


def test_a_meta_backend_draws_nothing():
    stream = Stream(1)
    assert stream.uniform((2, 3), pg.float32, get_backend("meta")).shape == (2, 3)
    assert stream.offset == 0
