"""The recorder measures steps, keeps nothing of them alive, and harms nobody."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.autograd.state import state
from patchgrad.backend import host
from patchgrad.recorder import QUANTITIES, Recorder, quantity
from patchgrad.recorder.evidence import Evidence

RANDOM = host.random.default_rng(0)
X = RANDOM.normal(size=(16, 4)).astype("float32")
Y = RANDOM.normal(size=(16, 2)).astype("float32")


EVERYWHERE = {
    "activation_half_range", "activation_histogram", "activation_mean", "activation_std", "dead_units",
    "distance_from_init", "dormant_units", "feature_spread", "gradient_cosine", "gradient_half_range",
    "gradient_histogram", "gradient_norm", "input_mean", "input_std", "layer_seconds", "loss", "never_updated",
    "op_bytes", "op_seconds", "parameter_gradient_norm", "twin_units", "ungraded_parameters", "unheld_parameters",
    "update_ratio",
}  # fmt: skip
"""What any network of linear layers and rectifiers has: the rest needs classes, tables or other layers."""


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


def train(recorder: Recorder | None, model: nn.Module, steps: int, first: int = 0) -> list[float]:
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    losses: list[float] = []
    for number in range(first, first + steps):
        if recorder is None:
            losses.append(one(model, optimizer))
            continue
        with recorder.step(number, model) as look:
            look.loss = one(model, optimizer)
        losses.append(look.loss)
    return losses


def one(model: nn.Module, optimizer: Any) -> float:
    optimizer.zero_grad()
    difference = model(pg.tensor(X)) - pg.tensor(Y)
    loss = (difference * difference).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


@pytest.fixture
def own_quantity() -> Iterator[str]:
    yield "own"
    QUANTITIES.pop("own", None)


def test_a_run_gives_a_series_of_every_quantity() -> None:
    recorder = Recorder(every=1)
    losses = train(recorder, network(), 12)
    assert recorder.series("loss").values.tolist() == losses
    assert set(recorder.measured) == EVERYWHERE
    assert recorder.problems == {}
    assert recorder.fault is None
    assert list(recorder.by_layer("activation_std")) == ["0", "1", "2"]
    assert set(recorder.figures("0")) >= {"gradient_norm", "activation_mean", "update_ratio"}


def test_watching_changes_no_bit_of_the_training() -> None:
    first, second = network(), network()
    second.load_state_dict(first.state_dict())
    train(None, first, 10)
    train(Recorder(every=1), second, 10)
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert a.data.tobytes() == b.data.tobytes()


def test_figures_agree_with_the_arrays_they_were_taken_from() -> None:
    model = network()
    recorder = Recorder(every=1)
    before = model[0].weight.data.copy()
    train(recorder, model, 1)
    moved = host.linalg.norm(model[0].weight.data - before) / host.linalg.norm(before)
    squares = sum(float((p.grad.data.astype("float64") ** 2).sum()) for p in model.parameters())
    assert recorder.series("update_ratio", "0").last == pytest.approx(moved, rel=1e-5)
    assert recorder.series("gradient_norm").last == pytest.approx(squares**0.5, rel=1e-5)


def test_nothing_of_a_step_is_alive_after_it() -> None:
    model, recorder = network(), Recorder(every=1)
    seen: list[weakref.ref[Any]] = []
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    model.register_forward_hook(lambda module, args, output: seen.append(weakref.ref(output)))
    with recorder.step(0, model) as look:
        look.loss = one(model, optimizer)
    gc.collect()
    assert [ref() for ref in seen] == [None]


def test_no_observer_is_left_behind_even_by_a_step_that_fails() -> None:
    recorder, model = Recorder(every=1), network()
    with pytest.raises(ZeroDivisionError), recorder.step(0, model):
        raise ZeroDivisionError
    assert state.observers == ()
    assert dict(recorder.measured) == {}


def test_steps_between_looks_have_no_observer() -> None:
    recorder, model = Recorder(every=5), network()
    watched: list[bool] = []
    model.register_forward_hook(lambda *_: watched.append(bool(state.observers)))
    train(recorder, model, 10)
    assert watched == [True, False, False, False, False] * 2
    assert recorder.series("loss").steps.tolist() == list(range(10))
    assert recorder.series("activation_std", "0").steps.tolist() == [0, 5]


def test_the_compute_graph_of_a_step_has_the_same_names_in_the_next() -> None:
    recorder, model = Recorder(every=1), network()
    train(recorder, model, 1)
    first = recorder.snapshot
    train(recorder, model, 1, first=1)
    second = recorder.snapshot
    assert first is not None
    assert second is not None
    assert (first.step, second.step) == (0, 1)
    assert first.structure == second.structure
    assert {op.path for op in second.ops} == {"0", "1", "2", ""}
    assert all(op.backward is not None for op in second.ops)
    assert {name for op in second.ops for _, name in op.inputs} >= {"0.weight", "0.bias", "2.weight"}


def test_a_larger_batch_is_the_same_graph_with_other_sizes() -> None:
    recorder, model = Recorder(every=1), network()
    with recorder.step(0, model):
        model(pg.ones((3, 4)))
    small = recorder.snapshot
    with recorder.step(1, model):
        model(pg.ones((5, 4)))
    large = recorder.snapshot
    assert small is not None
    assert large is not None
    assert small.structure == large.structure
    assert small.values[small.ops[-1].outputs[0]].shape == (3, 2)
    assert large.values[large.ops[-1].outputs[0]].shape == (5, 2)


def test_a_quantity_of_the_users_own_is_measured(own_quantity: str) -> None:
    @quantity(own_quantity, needs=("activations",))
    def largest(evidence: Evidence) -> Mapping[str, float]:
        return {uid: float(sample.max()) for uid, sample in evidence.activations.items()}

    recorder = Recorder(every=1)
    train(recorder, network(), 2)
    assert len(recorder.series("own", "1")) == 2


def test_a_quantity_that_fails_is_left_out_and_says_why(own_quantity: str) -> None:
    @quantity(own_quantity)
    def broken(evidence: Evidence) -> Mapping[str, float]:
        raise ValueError("no such number")

    recorder = Recorder(every=1)
    losses = train(recorder, network(), 3)
    assert recorder.problems == {"own": "ValueError: no such number"}
    assert recorder.series("loss").values.tolist() == losses


def test_an_unknown_need_is_refused() -> None:
    with pytest.raises(pg.errors.ArgumentError, match="nobody measures"):
        quantity("own", needs=("weather",))  # type: ignore[arg-type]


def test_a_non_finite_step_is_found() -> None:
    recorder, model = Recorder(every=1), network()
    model[2].weight.data[0, 0] = host.nan
    train(recorder, model, 2)
    assert recorder.fault is not None
    assert recorder.fault.step == 0


def test_an_edited_model_goes_on_with_the_series_of_the_layers_that_stay() -> None:
    recorder, model = Recorder(every=1), network()
    train(recorder, model, 3)
    edited = nn.Sequential(model[0], nn.Tanh(), model[2])
    train(recorder, edited, 3, first=3)
    assert recorder.series("activation_std", "0").steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert recorder.layers is not None
    assert [layer.kind for layer in recorder.layers] == ["Linear", "Tanh", "Linear"]


def test_layers_of_a_layer_graph_go_by_the_uid_of_their_node() -> None:
    model = network()
    model[0].node_uid, model[2].node_uid = "n1", "n7"
    recorder = Recorder(every=1)
    train(recorder, model, 1)
    assert list(recorder.by_layer("gradient_norm")) == ["n1", "n7"]
