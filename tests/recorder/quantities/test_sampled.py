"""The quantities of a sampled look against cases that were worked out by hand, and against SciPy."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.nn import functional as F
from patchgrad.recorder import Recorder
from patchgrad.recorder.quantities.distance_from_init import distance_from_init
from patchgrad.recorder.quantities.dormant_units import dormant_units
from patchgrad.recorder.quantities.embedding_rows import unread_rows
from patchgrad.recorder.quantities.gradient_cosine import gradient_cosine
from patchgrad.recorder.quantities.half_range import half_range
from patchgrad.recorder.quantities.input_scale import feature_spread, input_mean, input_std
from patchgrad.recorder.quantities.labels import chance_loss, label_classes
from patchgrad.recorder.quantities.never_updated import never_updated
from patchgrad.recorder.quantities.parameter_gradient_norm import parameter_gradient_norm
from patchgrad.recorder.quantities.saturation import saturation, softmax_certainty
from patchgrad.recorder.quantities.twin_units import twin_units, twins
from patchgrad.recorder.seen import Seen

from .evidence import evidence, with_gradients


def seen(**facts: Any) -> Any:
    given = evidence()
    given.seen = Seen(**facts)
    return given


def measured(model: nn.Module, loss: Any, inputs: Any, steps: int = 1, optimizer: Any = None) -> Recorder:
    """A recorder that has looked at so many steps."""
    recorder = Recorder(every=1)
    moved = optimizer or optim.SGD(model.parameters(), lr=0.1)
    for step in range(steps):
        with recorder.step(step, model):
            moved.zero_grad()
            loss(model(inputs)).backward()
            moved.step()
    assert recorder.problems == {}
    return recorder


def test_a_parameters_norm_is_the_root_mean_square_of_its_gradient() -> None:
    found = parameter_gradient_norm(evidence(with_gradients({"0.weight": [[3.0, 0.0], [0.0, 4.0]], "0.bias": [0, 0]})))
    assert found == {"0.weight": 2.5, "0.bias": 0.0}


def test_units_at_the_ends_of_their_range_are_saturated() -> None:
    model = nn.Sequential(nn.Tanh(), nn.Sigmoid(), nn.ReLU())
    outputs = {"0": host.array([0.98, -0.98, 0.9, 0.0]), "1": host.array([0.0, 0.99, 0.5, 0.4]), "2": host.ones(4)}
    assert saturation(evidence(model, activations=outputs)) == {"0": 0.5, "1": 0.5}


def test_a_softmax_is_certain_in_the_rows_where_one_entry_has_nearly_all() -> None:
    assert softmax_certainty(seen(certainty={"": host.array([0.999, 0.5, 0.4, 0.995])})) == {"": 0.5}


def test_the_softmax_of_a_layers_own_code_is_met_and_booked_to_that_layer() -> None:
    class Choice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(pg.tensor(100.0))

        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return F.softmax(x * self.scale, dim=1)

    model = nn.Sequential(nn.Linear(3, 4), Choice())
    recorder = measured(model, lambda y: (y * y).sum(), pg.eye(3) * 10)
    assert recorder.by_layer("softmax_certainty") == {"1": 1.0}


def test_a_unit_is_dormant_if_it_is_far_below_the_mean_of_its_layer() -> None:
    assert dormant_units(seen(scales={"1": host.array([1.0, 1.0, 0.01, 0.0])})) == {"1": 0.5}
    assert dormant_units(seen(scales={"1": host.zeros(4)})) == {"1": 1.0}


def test_scales_are_taken_over_all_axes_but_the_units() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Tanh())
    with pg.no_grad():
        model[0].weight[1] = 0.0
        model[0].bias[:] = pg.tensor([1.0, 0.0])
    assert measured(model, lambda y: y.sum(), pg.rand(4, 1, 3, 3)).by_layer("dormant_units") == {"1": 0.5}


def test_the_cosine_is_that_of_scipy() -> None:
    distance = pytest.importorskip("scipy.spatial.distance")
    one, other = [[1.0, 2.0], [3.0, -4.0]], [[2.0, 0.5], [-1.0, 2.0]]
    given = evidence(with_gradients({"0.weight": one}))
    assert gradient_cosine(given) == {}
    second = evidence(with_gradients({"0.weight": other}))
    second.memory = given.memory
    expected = 1 - distance.cosine(host.ravel(one), host.ravel(other))
    assert gradient_cosine(second) == {"0": pytest.approx(expected, rel=1e-5), "": pytest.approx(expected, rel=1e-5)}


def test_the_distance_is_from_where_the_weights_were_first_seen() -> None:
    start, one, two = host.array([3.0, 4.0]), host.array([3.0, 4.5]), host.array([0.0, 8.0])
    given = evidence(updates={"0.weight": (start, one)})
    assert distance_from_init(given) == {"0": pytest.approx(0.1)}
    given.updates = {"0.weight": (one, two)}
    assert distance_from_init(given) == {"0": pytest.approx(1.0)}


def test_a_parameter_that_moves_between_two_looks_only_counts_as_moved() -> None:
    given = evidence(updates={"0.weight": (host.ones(3), host.ones(3))})
    assert never_updated(given) == {"0": 1.0}
    given.updates = {"0.weight": (host.zeros(3), host.zeros(3))}
    assert never_updated(given) == {"0": 0.0}


def test_numbers_near_the_ends_of_float16_are_counted() -> None:
    limits = host.finfo("float16")
    edge = [limits.smallest_normal * 3.9, limits.max / 3.9, 1e-9, 1e9, host.inf]
    inside = [limits.smallest_normal * 4.1, limits.max / 4.1, -1.0, 0.0]
    assert half_range(host.array(edge, dtype="float32")) == 1.0
    assert half_range(host.array(inside, dtype="float32")) == 0.0
    assert half_range(host.array([1e-9, 1.0], dtype="float32")) == 0.5
    assert half_range(host.zeros(3)) is None


def test_units_with_the_same_weights_are_twins() -> None:
    rows = host.random.default_rng(0).normal(size=(4, 3))
    assert twins(rows, {}) == 0.0
    rows[2] = rows[0]
    assert twins(rows, {}) == 0.5
    model = nn.Sequential(nn.Linear(3, 5), nn.Embedding(4, 2))
    nn.init.constant_(model[0].weight, 0.5)
    nn.init.zeros_(model[1].weight)
    assert twin_units(evidence(model)) == {"0": 1.0}


def test_rows_that_are_never_looked_up_are_counted() -> None:
    model = nn.Embedding(5, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    recorder = Recorder(every=1)
    for step, index in enumerate(([0, 1], [1, 3])):
        with recorder.step(step, model):
            optimizer.zero_grad()
            model(pg.tensor(index)).sum().backward()
            optimizer.step()
    assert recorder.series("unread_rows", "Embedding").values.tolist() == pytest.approx([0.6, 0.4])
    assert unread_rows(evidence()) == {}


def test_the_input_is_measured() -> None:
    given = seen(inputs=host.array([1.0, 3.0, 1.0, 3.0]), features=host.array([2.0, 0.0, 0.5]))
    assert (input_mean(given), input_std(given), feature_spread(given)) == ({"": 2.0}, {"": 1.0}, {"": 4.0})
    model = nn.Linear(2, 1)
    x = pg.tensor([[1.0, 10.0], [3.0, 50.0]])
    recorder = measured(model, lambda y: y.sum(), x)
    assert recorder.series("input_mean").last == 16.0
    assert recorder.series("feature_spread").last == 20.0


def test_labels_say_what_guessing_costs() -> None:
    entropy = pytest.importorskip("scipy.stats").entropy
    given = seen(targets=host.array([0, 0, 0, 2]), classes=5)
    assert label_classes(given) == {"": 2.0, "output": 5.0}
    given.memory = {}
    assert chance_loss(given) == {"": pytest.approx(entropy([3, 1]))}
    given.seen = Seen(targets=host.array([1, 1, 1, 1]), classes=5)
    assert chance_loss(given) == {"": pytest.approx(entropy([3, 4, 1]))}


@pytest.mark.parametrize("output", [1, 3])
def test_labels_are_met_in_the_loss(output: int) -> None:
    model = nn.Linear(2, output)
    if output == 1:
        recorder = measured(
            model, lambda y: F.binary_cross_entropy_with_logits(y[:, 0], pg.tensor([1.0, 0.0])), pg.eye(2)
        )
    else:
        recorder = measured(model, lambda y: F.cross_entropy(y, pg.tensor([1, 2])), pg.eye(2))
    assert recorder.series("label_classes").last == 2
    assert recorder.series("label_classes", "output").last == max(output, 2)
    assert recorder.series("chance_loss").last == pytest.approx(0.6931, abs=1e-4)


def test_the_terms_of_a_loss_are_named_and_add_up() -> None:
    model = nn.Linear(2, 2)

    def loss(y: pg.Tensor) -> pg.Tensor:
        return F.mse_loss(y, pg.zeros(2, 2)) + 0.25 * (model.weight**2).sum() - y.mean()

    recorder = measured(model, loss, pg.eye(2))
    parts = {name: series.last for name, series in recorder.measured["loss_parts"].items()}
    assert list(parts) == ["mse_loss", "sum", "mean"]
    assert sum(parts.values()) == pytest.approx(recorder.series("loss").last, rel=1e-5)


def test_a_loss_of_one_term_has_no_parts() -> None:
    assert "loss_parts" not in measured(nn.Linear(2, 2), lambda y: (y * y).mean() * 2, pg.eye(2)).measured


def test_time_and_bytes_are_by_layer_and_by_op() -> None:
    model = nn.Sequential(nn.Linear(64, 512), nn.Tanh(), nn.Linear(512, 4))
    recorder = measured(model, lambda y: y.sum(), pg.rand(32, 64))
    assert set(recorder.by_layer("layer_seconds")) == {"0", "1", "2"}
    assert all(seconds > 0 for seconds in recorder.by_layer("layer_seconds").values())
    sizes = {name: series.last for name, series in recorder.measured["op_bytes"].items()}
    assert sizes["tanh"] == 32 * 512 * 4
    assert sizes["linear"] == 32 * (512 + 4) * 4
    assert set(recorder.measured["op_seconds"]) >= {"linear", "tanh", "linear backward", "tanh backward"}


def test_parameters_that_the_optimizer_does_not_hold_are_counted() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2))
    model[2].requires_grad_(False)
    recorder = measured(model, lambda y: y.sum(), pg.eye(2), optimizer=optim.SGD(model[0].parameters(), lr=0.1))
    assert recorder.by_layer("unheld_parameters") == {"0": 0.0, "1": 2.0}


def test_parameters_without_a_gradient_are_counted() -> None:
    class Unwired(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.spare = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return self.used(x)

    recorder = measured(Unwired(), lambda y: y.sum(), pg.eye(2))
    assert recorder.by_layer("ungraded_parameters") == {"used": 0.0, "spare": 2.0}


def test_layers_that_train_in_evaluation_mode_are_named() -> None:
    model = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    model[2].eval()
    assert measured(model, lambda y: y.sum(), pg.eye(2)).by_layer("evaluation_mode") == {"1": 0.0, "2": 1.0}


@pytest.mark.parametrize("inputs", [pg.zeros(0, 3), pg.full((4, 3), float("nan"))], ids=["nothing", "all NaN"])
def test_bad_numbers_break_no_quantity(inputs: pg.Tensor) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.ReLU(), nn.Softmax(dim=1), nn.Linear(4, 2))
    measured(model, lambda y: y.sum(), inputs, steps=3)


def test_a_model_of_one_op_and_one_of_none() -> None:
    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.by = nn.Parameter(pg.tensor(2.0))

        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return x * self.by

    assert measured(Scale(), lambda y: y.sum(), pg.ones(3)).by_layer("layer_seconds").keys() == {"Scale"}
    recorder = Recorder(every=1)
    with recorder.step(0, nn.Identity()):
        pass
    assert recorder.problems == {}
