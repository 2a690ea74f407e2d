"""Random counts have the distribution that their chances say: Pearson's test at 1 in 10,000, with a fixed seed."""

from __future__ import annotations

import numpy
import pytest

import patchgrad as pg

stats = pytest.importorskip("scipy.stats", reason="SciPy has the distributions")
DRAWS = 40_000


@pytest.fixture(autouse=True)
def _seeded():
    pg.manual_seed(11)


def _fits(found, law) -> None:
    """Counts of each number against the law, rare numbers together."""
    low, high = int(law.ppf(0.001)), int(law.ppf(0.999))
    edges = numpy.unique(numpy.linspace(low, high, 25).astype(int))
    expected = numpy.diff([0.0, *law.cdf(edges), 1.0]) * len(found)
    seen = numpy.bincount(numpy.searchsorted(edges, found, side="left"), minlength=len(expected))
    kept = expected > 0
    assert not seen[~kept].any()
    chi = ((seen[kept] - expected[kept]) ** 2 / expected[kept]).sum()
    assert stats.chi2.sf(chi, kept.sum() - 1) > 1e-4


@pytest.mark.parametrize("mean", [0.01, 0.7, 3.0, 9.9, 10.1, 40.0, 5000.0])
def test_poisson_numbers_have_their_distribution(mean):
    found = pg.poisson(pg.full((DRAWS,), mean, dtype=pg.float64))
    assert found.dtype is pg.float64
    _fits(found.numpy(), stats.poisson(mean))


@pytest.mark.parametrize(("count", "chance"), [(1, 0.3), (10, 0.05), (19, 0.5), (30, 0.4), (50, 0.95), (4000, 0.31)])
def test_binomial_numbers_have_their_distribution(count, chance):
    count_of = pg.full((DRAWS,), float(count), dtype=pg.float64)
    _fits(pg.binomial(count_of, pg.tensor(chance, dtype=pg.float64)).numpy(), stats.binom(count, chance))


def test_each_element_has_a_chance_of_its_own():
    means = pg.tensor([[0.0, 2.0], [50.0, 1e6]], dtype=pg.float64)
    found = pg.poisson(means.expand(2000, 2, 2)).mean(0).numpy()
    assert abs(found - means.numpy() <= 5 * numpy.sqrt(means.numpy() / 2000)).all()
    found = pg.binomial(pg.tensor([0.0, 5.0, 5.0, 5.0]), pg.tensor([0.5, 0.0, 1.0, 1.0]))
    assert found.tolist() == [0.0, 0.0, 5.0, 5.0]


def test_a_generator_gives_the_same_numbers_again_and_leaves_the_default_stream_alone():
    before = pg.get_rng_state()
    draws = [pg.poisson(pg.full((50,), 30.0), generator=pg.Generator().manual_seed(3)).tolist() for _ in range(2)]
    assert draws[0] == draws[1]
    assert pg.get_rng_state() == before


@pytest.mark.parametrize(
    "call",
    [
        lambda: pg.poisson(pg.tensor([1, 2])),
        lambda: pg.poisson(pg.tensor([-1.0])),
        lambda: pg.binomial(pg.tensor([3.0]), pg.tensor([1.5])),
        lambda: pg.hann_window(-1),
        lambda: pg.range(1, 0),
        lambda: pg.unravel_index(pg.tensor([6]), (2, 3)),
        lambda: pg.stft(pg.ones(40), 8),
        lambda: pg.stft(pg.ones(4), 16, center=False, return_complex=True),
        lambda: pg.istft(pg.ones(5, 9, dtype=pg.complex64), 8, 8, window=pg.hann_window(8), center=False),
    ],
)
def test_a_bad_call_says_what_it_got_and_where(call):
    with pytest.raises(pg.errors.PatchgradError) as error:
        call()
    assert error.value.where
    assert error.value.got or error.value.hint
