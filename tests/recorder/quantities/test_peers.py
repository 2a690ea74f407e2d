"""The quantities of two steps of one network against what PyTorch, SciPy or scikit-learn makes of the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.recorder import Recorder

torch: Any = pytest.importorskip("torch")
linear: Any = pytest.importorskip("scipy.linalg")
distance: Any = pytest.importorskip("scipy.spatial.distance")
stats: Any = pytest.importorskip("scipy.stats")
scalers: Any = pytest.importorskip("sklearn.preprocessing")
LAYERS = ("0", "2", "4")
"""Those with weights; between them a Tanh and a ReLU."""


def network() -> nn.Module:
    pg.manual_seed(3)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 3))
    with pg.no_grad():
        model[0].weight.mul_(4.0)
        model[2].bias[2] = -50.0
        for layer, axis in ((model[2].weight, 0), (model[2].bias, 0), (model[4].weight, 1)):
            twins = layer if axis == 0 else layer.T
            twins[1] = twins[0]
    return model


RANDOM = host.random.default_rng(0)
X = (RANDOM.standard_normal((16, 6)) * host.array([1, 2, 0.5, 3, 1, 10])).astype("float32")
Y = RANDOM.integers(0, 3, 16)


class Twin:
    """The same network in PyTorch, after the same two steps: what each of them had."""

    def __init__(self, model: nn.Module) -> None:
        torch.use_deterministic_algorithms(True)
        sizes = [torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)]
        self.model = torch.nn.Sequential(*sizes)
        self.model.load_state_dict({name: torch.tensor(p.data.copy()) for name, p in model.named_parameters()})
        optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.weights, self.gradients = [self._now()], list[dict[str, Any]]()
        for _ in range(2):
            optimizer.zero_grad()
            outputs = torch.tensor(X)
            self.outputs: dict[str, Any] = {}
            for name, layer in self.model.named_children():
                outputs = self.outputs[name] = layer(outputs)
            self.loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(Y))
            self.loss.backward()
            self.gradients.append({name: p.grad.clone() for name, p in self.model.named_parameters()})
            optimizer.step()
            self.weights.append(self._now())

    def _now(self) -> dict[str, Any]:
        return {name: p.detach().clone() for name, p in self.model.named_parameters()}

    def of_matrices(self, function: Callable[[Any, Any], Any], first: int) -> dict[str, float]:
        """By layer, of its matrix at step ``first`` and at the end."""
        begin, end = self.weights[first], self.weights[-1]
        return {name: float(function(begin[f"{name}.weight"], end[f"{name}.weight"])) for name in LAYERS}

    def of_outputs(self, function: Callable[[Any], Any]) -> dict[str, float]:
        return {name: float(function(array.detach())) for name, array in self.outputs.items()}


def gradient_norm(twin: Twin) -> dict[str, float]:
    last = twin.gradients[-1]
    whole = torch.nn.utils.get_total_norm(last.values())
    layers = {name: torch.cat([last[f"{name}.weight"].ravel(), last[f"{name}.bias"]]) for name in LAYERS}
    return {"": float(whole), **{name: float(g.square().mean().sqrt()) for name, g in layers.items()}}


def cosine(twin: Twin) -> dict[str, float]:
    one, other = twin.gradients
    pairs = {name: (one[f"{name}.weight"].ravel(), other[f"{name}.weight"].ravel()) for name in LAYERS}
    pairs[""] = tuple(torch.cat(found) for found in zip(*pairs.values(), strict=True))
    return {name: 1.0 - distance.cosine(*pair) for name, pair in pairs.items()}


def halves(array: Any) -> float:
    """Of what is not zero, the share that is not well inside the range of half precision."""
    limits = torch.finfo(torch.float16)
    size = array[array != 0].abs()
    return 1.0 - float(((size >= limits.smallest_normal * 4) & (size < 2.0**14)).float().mean())


def twin_counts(matrix: Any) -> Any:
    return torch.unique(matrix, dim=0, return_counts=True)[1]


def spread(scales: Any) -> float:
    return scales.max() / scales.min()


PEERS: dict[str, Callable[[Twin], dict[str, float]]] = {
    "loss": lambda twin: {"": twin.loss.item()},
    "gradient_norm": gradient_norm,
    "parameter_gradient_norm": lambda twin: {n: float(g.square().mean().sqrt()) for n, g in twin.gradients[-1].items()},
    "gradient_cosine": cosine,
    "gradient_half_range": lambda twin: {name: halves(twin.gradients[-1][f"{name}.weight"]) for name in LAYERS},
    "activation_half_range": lambda twin: twin.of_outputs(halves),
    "update_ratio": lambda twin: twin.of_matrices(lambda a, b: torch.dist(a, b) / torch.linalg.norm(a), 1),
    "distance_from_init": lambda twin: twin.of_matrices(lambda a, b: linear.norm(b - a) / linear.norm(a), 0),
    "activation_mean": lambda twin: twin.of_outputs(torch.mean),
    "activation_std": lambda twin: twin.of_outputs(lambda array: torch.std(array, correction=0)),
    "saturation": lambda twin: {"1": float((twin.outputs["1"].abs() > 0.97).float().mean())},
    "dead_units": lambda twin: {"3": float((twin.outputs["3"].amax(0) <= 0).float().mean())},
    "dormant_units": lambda twin: {
        name: float((size <= 0.025 * size.mean()).float().mean())
        for name, size in ((name, twin.outputs[name].abs().mean(0)) for name in ("1", "3"))
    },
    "twin_units": lambda twin: twin.of_matrices(lambda _, now: 1.0 - sum(twin_counts(now) == 1) / len(now), 0),
    "input_mean": lambda twin: {"": float(torch.tensor(X).mean())},
    "input_std": lambda twin: {"": stats.tstd(X.ravel(), ddof=0)},
    "feature_spread": lambda twin: {"": spread(scalers.StandardScaler().fit(X).scale_)},
    "chance_loss": lambda twin: {"": stats.entropy(torch.bincount(torch.tensor(Y)).numpy())},
}


@pytest.fixture(scope="module")
def pair() -> tuple[Recorder, Twin]:
    model, recorder = network(), Recorder(every=1)
    twin, optimizer = Twin(model), optim.SGD(model.parameters(), lr=0.1)
    for step in range(2):
        with recorder.step(step, model) as look:
            optimizer.zero_grad()
            loss = nn.CrossEntropyLoss()(model(pg.tensor(X)), pg.tensor(Y))
            loss.backward()
            optimizer.step()
            look.loss = loss.item()
    return recorder, twin


@pytest.mark.parametrize("name", PEERS)
def test_a_quantity_is_what_a_peer_makes_of_the_same_numbers(name: str, pair: tuple[Recorder, Twin]) -> None:
    recorder, twin = pair
    measured = {uid: float(series.last) for uid, series in recorder.measured[name].items()}
    assert measured == pytest.approx(PEERS[name](twin), rel=1e-4, abs=1e-6)


def test_exponents_are_those_of_the_peer(pair: tuple[Recorder, Twin]) -> None:
    recorder, twin = pair
    for name, array in twin.outputs.items():
        exponents = torch.frexp(array.detach()).exponent[array != 0].to(torch.int64) - 1 + 127
        counts = torch.bincount(exponents, minlength=256)
        counts[0] += int((array == 0).sum())
        measured = torch.tensor(recorder.series("activation_histogram", name).last.astype("int64"))
        assert (measured - counts).abs().sum() <= 4, "but for numbers that rounding carries over a power of two"
