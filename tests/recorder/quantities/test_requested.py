"""Quantities on request against PyTorch's Hessian and gradients of each example, and against SciPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.backend import host
from patchgrad.nn import functional as F
from patchgrad.recorder import Probe, Recorder
from patchgrad.recorder.quantities.effective_rank import rank_of

torch: Any = pytest.importorskip("torch")
RANDOM = host.random.default_rng(3)
X = RANDOM.normal(size=(12, 3))
Y = (X[:, 0] > 0).astype("int64")


def network() -> nn.Module:
    pg.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4, dtype=pg.float64), nn.Tanh(), nn.Linear(4, 2, dtype=pg.float64))


def probe(model: nn.Module | None = None) -> Probe:
    return Probe(model or network(), F.cross_entropy, pg.tensor(X), pg.tensor(Y))


def flat_loss(model: nn.Module) -> tuple[Callable[..., Any], Any]:
    """The same loss in PyTorch, as a function of all weights in one vector, and that vector."""
    shapes = [tuple(p.shape) for p in model.parameters()]
    whole = torch.tensor(host.concatenate([p.data.ravel() for p in model.parameters()]))

    def loss(vector: Any, x: Any, y: Any) -> Any:
        parts = vector.split([int(host.prod(shape)) for shape in shapes])
        w1, b1, w2, b2 = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
        return torch.nn.functional.cross_entropy(torch.tanh(x @ w1.T + b1) @ w2.T + b2, y)

    return loss, whole


def peer_hessian(model: nn.Module) -> Any:
    loss, whole = flat_loss(model)
    return torch.autograd.functional.hessian(lambda v: loss(v, torch.tensor(X), torch.tensor(Y)), whole)


def peer_gradients(model: nn.Module) -> Any:
    loss, whole = flat_loss(model)
    one = torch.func.grad(lambda v, x, y: loss(v, x[None], y[None]))
    return torch.func.vmap(one, in_dims=(None, 0, 0))(whole, torch.tensor(X), torch.tensor(Y)).numpy()


def ask(name: str, given: Probe) -> dict[str, float]:
    return Recorder().ask(name, given, 5)


def test_the_largest_eigenvalue_is_that_of_the_peers_hessian() -> None:
    values = torch.linalg.eigvalsh(peer_hessian(network()))
    largest = max(values.tolist(), key=abs)
    assert ask("largest_eigenvalue", probe())[""] == pytest.approx(largest, rel=1e-2)


def test_products_with_the_hessian_are_the_peers() -> None:
    model = network()
    direction = {name: RANDOM.normal(size=p.shape) for name, p in model.named_parameters()}
    with probe(model).curvature() as product:
        found = host.concatenate([array.ravel() for array in product(direction).values()])
    vector = host.concatenate([array.ravel() for array in direction.values()])
    assert found == pytest.approx(peer_hessian(model).numpy() @ vector, rel=1e-8, abs=1e-12)


def test_the_trace_is_near_that_of_the_peers_hessian() -> None:
    hessian = peer_hessian(network()).numpy()
    error = (2 * ((hessian - host.diag(host.diag(hessian))) ** 2).sum() / 16) ** 0.5
    assert abs(ask("curvature_trace", probe())[""] - host.trace(hessian)) < 4 * error


def test_gradients_of_each_example_are_the_peers() -> None:
    found = probe().sample_gradients
    joined = host.concatenate([array.reshape(12, -1) for array in found.values()], axis=1)
    assert joined == pytest.approx(peer_gradients(network()), rel=1e-8, abs=1e-12)
    norms = ask("sample_gradient_norm", probe())
    assert list(norms.values()) == pytest.approx(host.linalg.norm(joined, axis=1))
    assert list(norms) == [str(place) for place in range(12)]


def test_noise_scale_and_signal_to_noise_follow_their_formulas_on_the_peers_gradients() -> None:
    each = peer_gradients(network())
    mean, variance = each.mean(axis=0), each.var(axis=0, ddof=1)
    noise = variance.sum()
    assert ask("gradient_noise_scale", probe())[""] == pytest.approx(noise / (mean @ mean - noise / 12))
    assert ask("gradient_snr", probe())[""] == pytest.approx((mean**2 / variance).mean())


def test_a_gradient_that_is_all_noise_asks_for_batches_without_end() -> None:
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    balanced = Probe(model, F.mse_loss, pg.tensor([[1.0], [1.0]]), pg.tensor([[1.0], [-1.0]]))
    assert ask("gradient_noise_scale", balanced)[""] == host.inf


def test_the_effective_rank_is_the_exponential_of_the_entropy_of_scipys_singular_values() -> None:
    linalg, stats = pytest.importorskip("scipy.linalg"), pytest.importorskip("scipy.stats")
    matrix = RANDOM.normal(size=(6, 9))
    expected = host.exp(stats.entropy(linalg.svdvals(matrix)))
    assert rank_of(matrix) == pytest.approx(expected)
    assert rank_of(host.eye(5)) == pytest.approx(5.0)
    assert rank_of(host.outer(host.arange(1, 4), host.arange(1, 5))) == pytest.approx(1.0)
    assert rank_of(host.zeros((2, 2))) is None
    assert list(ask("effective_rank", probe())) == ["0", "2"]


def test_a_probe_leaves_the_model_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    before = {name: value.data.copy() for name, value in model.state_dict().items()}
    state = pg.get_rng_state()
    given = Probe(model, F.cross_entropy, pg.tensor(X.astype("float32")), pg.tensor(Y))
    for name in ("gradient_noise_scale", "curvature_trace", "largest_eigenvalue"):
        ask(name, given)
    assert model.training
    assert all(module.training for module in model.modules())
    assert [p.grad for p in model.parameters()] == [None] * 6
    assert {n: v.data.tobytes() for n, v in model.state_dict().items()} == {n: v.tobytes() for n, v in before.items()}
    assert repr(pg.get_rng_state()) == repr(state)


def test_what_was_asked_for_is_kept_in_its_series() -> None:
    recorder = Recorder()
    recorder.ask("effective_rank", probe(), 7)
    assert recorder.series("effective_rank", "0").steps.tolist() == [7]


def test_what_cannot_be_asked_for_is_refused_with_what_can() -> None:
    with pytest.raises(pg.errors.ArgumentError, match="no quantity 'loss'") as error:
        ask("loss", probe())
    assert "curvature_trace" in error.value.want
    with pytest.raises(pg.errors.ArgumentError, match="without trainable"):
        Probe(nn.ReLU(), F.cross_entropy, pg.tensor(X), pg.tensor(Y))
    with pytest.raises(pg.errors.ArgumentError, match="no examples"):
        Probe(network(), F.cross_entropy, pg.tensor(X[:0]), pg.tensor(Y[:0]))
    with pytest.raises(pg.errors.ArgumentError, match="no variance"):
        ask("gradient_snr", Probe(network(), F.cross_entropy, pg.tensor(X[:1]), pg.tensor(Y[:1])))
