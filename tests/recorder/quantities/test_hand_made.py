"""Each quantity against a case that was worked out by hand."""

from __future__ import annotations

from math import sqrt

import pytest

from patchgrad.backend import host
from patchgrad.recorder.quantities import QUANTITIES
from patchgrad.recorder.quantities.activation_scale import activation_mean, activation_std
from patchgrad.recorder.quantities.dead_units import WINDOW, dead_units
from patchgrad.recorder.quantities.exponent_histogram import activation_histogram, exponents, gradient_histogram
from patchgrad.recorder.quantities.gradient_norm import gradient_norm
from patchgrad.recorder.quantities.loss import loss
from patchgrad.recorder.quantities.never_updated import never_updated
from patchgrad.recorder.quantities.update_ratio import update_ratio

from .evidence import evidence, with_gradients

GRADIENTS = {"0.weight": [[3.0, 0.0], [0.0, 4.0]], "0.bias": [0.0, 0.0], "2.weight": [[12.0, 0.0]]}


def test_the_loss_is_the_loss() -> None:
    assert loss(evidence(loss=0.25)) == {"": 0.25}
    assert loss(evidence()) == {}


def test_gradient_norms_are_of_the_whole_and_root_mean_square_by_layer() -> None:
    found = gradient_norm(evidence(with_gradients(GRADIENTS)))
    assert found == {"": 13.0, "0": pytest.approx(sqrt(25 / 6)), "2": pytest.approx(sqrt(144 / 2))}


def test_a_norm_that_overflows_float32_is_computed_in_float64() -> None:
    found = gradient_norm(evidence(with_gradients({"2.weight": [[3e30, 4e30]]})))
    assert found[""] == pytest.approx(5e30)


def test_a_model_without_gradients_has_no_norm() -> None:
    assert gradient_norm(evidence()) == {}


def test_the_update_ratio_is_that_of_the_weights_and_not_of_the_bias() -> None:
    old, new = host.array([3.0, 4.0, 0.0, 0.0]), host.array([3.0, 4.0, 0.005, 0.0])
    updates = {"0.weight": (old, new), "0.bias": (host.ones(2), host.zeros(2))}
    assert update_ratio(evidence(updates=updates)) == {"0": pytest.approx(1e-3)}


def test_weights_that_are_all_zero_have_no_ratio() -> None:
    assert update_ratio(evidence(updates={"0.weight": (host.zeros(4), host.ones(4))})) == {}


def test_mean_and_deviation_of_activations() -> None:
    given = evidence(activations={"1": host.array([1.0, 3.0, 1.0, 3.0])})
    assert activation_mean(given) == {"1": 2.0}
    assert activation_std(given) == {"1": 1.0}


def test_exponents_fall_into_their_bins() -> None:
    counts = exponents(host.array([0.0, -0.0, 1.0, -1.5, 2.0, 0.25, 1e-42, host.inf, host.nan], dtype="float32"))
    assert counts.sum() == 9
    assert {int(bin_): int(counts[bin_]) for bin_ in host.flatnonzero(counts)} == {0: 3, 125: 1, 127: 2, 128: 1, 255: 2}


def test_half_and_double_precision_fall_into_the_same_bins() -> None:
    values = [0.5, 1.0, 3.0]
    single = exponents(host.array(values, dtype="float32"))
    assert (exponents(host.array(values, dtype="float16")) == single).all()
    assert (exponents(host.array(values, dtype="float64")) == single).all()


def test_histograms_are_made_of_samples_of_each_layer() -> None:
    activations = {"0": host.array([1.0, 1.0], dtype="float32")}
    assert activation_histogram(evidence(activations=activations))["0"][127] == 2
    assert gradient_histogram(evidence(with_gradients(GRADIENTS)))["0"][128] == 1


def test_a_unit_is_dead_if_it_never_fired_in_the_window() -> None:
    given = evidence(peaks={"1": host.array([0.0, 2.0, 0.0, 0.0], dtype="float32")})
    assert dead_units(given) == {"1": 0.75}
    given.peaks = {"1": host.array([1.0, 0.0, 0.0, 0.0], dtype="float32")}
    assert dead_units(given) == {"1": 0.5}


def test_a_unit_that_has_not_fired_for_a_whole_window_is_dead_again() -> None:
    given = evidence(peaks={"1": host.array([1.0, 1.0], dtype="float32")})
    dead_units(given)
    given.peaks = {"1": host.array([0.0, 1.0], dtype="float32")}
    shares = [dead_units(given)["1"] for _ in range(WINDOW)]
    assert shares[0] == 0.0
    assert shares[WINDOW // 2 - 2] == 0.0
    assert shares[-1] == 0.5


def test_units_are_counted_anew_after_an_edit_of_their_number() -> None:
    given = evidence(peaks={"1": host.zeros(4, dtype="float32")})
    dead_units(given)
    given.peaks = {"1": host.ones(8, dtype="float32")}
    assert dead_units(given) == {"1": 0.0}


def test_parameters_that_no_update_moves_are_counted() -> None:
    still, moved = (host.ones(3), host.ones(3)), (host.ones(3), host.zeros(3))
    given = evidence(updates={"0.weight": moved, "0.bias": still, "2.weight": still})
    assert never_updated(given) == {"0": 1.0, "2": 1.0}
    given.updates = {"0.weight": still, "0.bias": moved, "2.weight": still}
    assert never_updated(given) == {"0": 0.0, "2": 1.0}


def test_every_quantity_says_what_it_answers_how_it_is_computed_what_is_usual_and_who_says_so() -> None:
    silent = {
        name: [part for part in ("question", "formula", "healthy", "source") if not getattr(found, part)]
        for name, found in QUANTITIES.items()
    }
    assert {name: parts for name, parts in silent.items() if parts} == {}
    assert [name for name, found in QUANTITIES.items() if not found.question.endswith("?")] == []
