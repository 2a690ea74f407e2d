"""The tripwire finds the parameter whose gradient stopped being finite."""

from __future__ import annotations

from patchgrad.recorder.tripwire import tripwire

from .quantities.evidence import evidence, with_gradients


def test_a_gradient_that_is_not_a_number_is_named() -> None:
    found = tripwire(evidence(with_gradients({"2.weight": [[float("nan"), 1.0]]})), norms=True)
    assert str(found) == "the gradient of 2.weight is not finite at step 7"
    assert found is not None
    assert found.layer == "2"


def test_the_loss_trips_without_a_look_at_gradients() -> None:
    found = tripwire(evidence(loss=float("inf")), norms=False)
    assert found is not None
    assert found.what == "the loss"


def test_large_but_finite_gradients_do_not_trip() -> None:
    assert tripwire(evidence(with_gradients({"2.weight": [[3e38, 3e38]]}), loss=1.0), norms=True) is None
