"""vmap: batches equal loops and PyTorch, inside and around the other transforms."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, GradError, PatchgradError, ShapeError
from patchgrad.nn import functional as F

from .twins import OURS, agree, numbers

X, W = numbers(7, 4, seed=1), numbers(5, 4, seed=2)
LABELS = host.asarray([0, 2, 1, 1, 0, 2, 0])


def test_axes_in_and_out():
    f = lambda a, b: (a * b).sum() + a  # noqa: E731
    agree(lambda t: t.func.vmap(f)(t.tensor(X), t.tensor(X * 2)))
    agree(lambda t: t.func.vmap(f, in_dims=(0, None))(t.tensor(X), t.tensor(X[0])))
    agree(lambda t: t.func.vmap(f, in_dims=(1, -1), out_dims=1)(t.tensor(X), t.tensor(X * 2)))
    agree(lambda t: t.func.vmap(f, in_dims=1, out_dims=-1)(t.tensor(X), t.tensor(X * 2)))
    agree(
        lambda t: t.func.vmap(
            lambda d: {"sum": d["x"].sum(), "pair": (d["x"], d["y"])}, in_dims=({"x": 0, "y": None},)
        )({"x": t.tensor(X), "y": t.tensor(W)})
    )
    agree(lambda t: t.func.vmap(lambda x: (x, t.tensor(W).sum()), out_dims=(1, None))(t.tensor(X)))
    agree(lambda t: t.func.vmap(f, chunk_size=3)(t.tensor(X), t.tensor(X * 2)))


def test_batches_inside_batches():
    f = lambda a, b: (a * b).sum()  # noqa: E731
    agree(lambda t: t.func.vmap(t.func.vmap(f, (None, 0)), (0, None))(t.tensor(X), t.tensor(W)))
    agree(lambda t: t.func.vmap(lambda a: t.func.vmap(lambda b: (a * b).cumsum(0) + a.max())(t.tensor(W)))(t.tensor(X)))


def mlp_loss(functional):
    def loss(p, x, y):
        hidden = functional.linear(x, p["w1"], p["b1"]).tanh()
        return functional.cross_entropy(functional.linear(hidden, p["w2"]).unsqueeze(0), y.unsqueeze(0))

    return loss


def mlp(t):
    return {"w1": t.tensor(W), "b1": t.tensor(W[:, 0].copy()), "w2": t.tensor(numbers(3, 5, seed=3))}


def test_per_sample_gradients_of_a_small_network():
    def program(t):
        gradient = t.func.grad(mlp_loss(t.F))
        return t.func.vmap(gradient, (None, 0, 0))(mlp(t), t.tensor(X), t.tensor(LABELS))

    agree(program)
    gradient, parameters = pg.func.grad(mlp_loss(F)), mlp(OURS)
    rows = [gradient(parameters, pg.tensor(x), pg.tensor(int(y))) for x, y in zip(X, LABELS, strict=True)]
    found = pg.func.vmap(gradient, (None, 0, 0))(parameters, pg.tensor(X), pg.tensor(LABELS))
    for name in found:
        assert pg.allclose(found[name], pg.stack([row[name] for row in rows]))
        assert not found[name].requires_grad


def test_per_sample_gradients_of_a_convolutional_network_without_a_loop_over_it():
    pg.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.GroupNorm(1, 3), nn.Conv2d(3, 4, 3, groups=1),
        nn.Flatten(), nn.Linear(4, 3),
    ).double()  # fmt: skip
    x, y = pg.tensor(numbers(5, 1, 6, 6)), pg.tensor([0, 1, 2, 1, 0])
    parameters = {name: value.detach() for name, value in model.named_parameters()}

    def loss(p, x, y):
        return F.cross_entropy(pg.func.functional_call(model, p, (x.unsqueeze(0),)), y.unsqueeze(0))

    before = pg.func.vmap_loops()
    found = pg.func.vmap(pg.func.grad(loss), (None, 0, 0))(parameters, x, y)
    loops = {name for name, count in pg.func.vmap_loops().items() if count != before.get(name, 0)}
    assert loops <= {"class_distribution"}
    for i in range(len(y)):
        model.zero_grad()
        F.cross_entropy(model(x[i : i + 1]), y[i : i + 1]).backward()
        for name, parameter in model.named_parameters():
            assert pg.allclose(found[name][i], parameter.grad, atol=1e-12)


def test_an_ensemble_of_models_runs_at_once():
    pg.manual_seed(1)
    models = [nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.BatchNorm1d(3)).double().eval() for _ in range(3)]
    parameters, buffers = pg.func.stack_module_state(models)
    call = lambda p, b, x: pg.func.functional_call(models[0], (p, b), (x,))  # noqa: E731
    found = pg.func.vmap(call, (0, 0, None))(parameters, buffers, pg.tensor(X))
    assert pg.allclose(found, pg.stack([model(pg.tensor(X)) for model in models]))
    found.sum().backward()
    models[1](pg.tensor(X)).sum().backward()
    assert pg.allclose(parameters["0.weight"].grad[1], models[1][0].weight.grad)


def test_gradients_flow_through_a_batch_to_what_the_function_captured():
    def program(t):
        w = t.tensor(W, requires_grad=True)
        t.func.vmap(lambda x: (w @ x).sin().sum())(t.tensor(X)).sum().backward()
        doubled = t.tensor(W, requires_grad=True)
        per_sample = t.func.vmap(t.func.grad(lambda p, x: (p * p @ x).sin().sum()), (None, 0))(doubled * 2, t.tensor(X))
        (per_sample**2).sum().backward()
        return w.grad, per_sample, doubled.grad

    agree(program)


def test_forward_mode_in_a_batch_and_a_batch_in_forward_mode():
    def program(t):
        f = lambda x: (t.tensor(W) @ x).sin().softmax(0)  # noqa: E731
        inside = t.func.vmap(lambda x, v: t.func.jvp(f, (x,), (v,))[1])(t.tensor(X), t.tensor(X * 3))
        outside = t.func.jvp(t.func.vmap(f), (t.tensor(X),), (t.tensor(X * 3),))[1]
        hessians = t.func.vmap(t.func.hessian(lambda x: f(x)[0]))(t.tensor(X))
        return inside, outside, hessians

    agree(program)


def test_writes_in_place_and_indices_that_differ_between_examples():
    def writing(x):
        y = x.clone()
        y[1] = x[0] * 5
        z = y[2:]
        z.mul_(2)
        y += 1
        return y

    agree(lambda t: t.func.vmap(writing)(t.tensor(X)))
    agree(lambda t: t.func.vmap(t.func.grad(lambda x: (writing(x) ** 2).sum()))(t.tensor(X)))
    agree(lambda t: t.func.vmap(lambda i: t.tensor(W).index_select(0, i))(t.tensor(host.asarray([[0, 1], [4, 2]]))))
    rows = pg.vmap(lambda i, x: x[i])(pg.tensor([[0, 1], [3, 2]]), pg.tensor(X[:2]))
    assert rows.tolist() == [X[0, [0, 1]].tolist(), X[1, [3, 2]].tolist()]
    table = pg.tensor(W, requires_grad=True)
    pairs = pg.vmap(lambda i: pg.vmap(lambda j: table[i, j])(pg.arange(4)))(pg.arange(5))
    assert pg.equal(pairs, table)
    pairs.sum().backward()
    assert table.grad.tolist() == [[1.0] * 4] * 5
    with pytest.raises(ArgumentError, match="the same for all examples"):
        pg.vmap(lambda x: pg.zeros(4, dtype=pg.float64).add_(x))(pg.tensor(X))


def test_random_numbers_are_refused_shared_or_drawn_for_each_example():
    x = pg.zeros(5, 3)
    draws = {
        "rand": lambda x: x + pg.rand(3),
        "randn_like": lambda x: pg.randn_like(x),
        "randint": lambda x: x + pg.randint(0, 1000, (3,)),
        "randperm": lambda x: pg.randperm(100) + x[0].long(),
        "bernoulli": lambda x: pg.bernoulli(x + 0.5) + pg.rand(3),
        "dropout": lambda x: F.dropout(x + pg.rand(3), 0.5),
        "normal_": lambda x: (x + 0).normal_() if x is not None else x,
    }
    for name, draw in draws.items():
        with pytest.raises(ArgumentError, match="randomness='error'"):
            pg.vmap(draw)(x)
        if name != "normal_":
            same = pg.vmap(draw, randomness="same")(x)
            assert all(row == same[0].tolist() for row in same.tolist()), name
        different = pg.vmap(draw, randomness="different")(x)
        assert len({tuple(row) for row in different.tolist()}) == 5, name
    pg.manual_seed(3)
    nested = pg.vmap(pg.vmap(lambda x: x + pg.rand(()), randomness="same"), randomness="different")(pg.zeros(2, 4))
    assert [len(set(row)) for row in nested.tolist()] == [1, 1]
    assert nested[0, 0] != nested[1, 0]


def test_no_examples_give_no_results():
    agree(lambda t: t.func.vmap(lambda x: (x @ t.tensor(W).T).tanh())(t.tensor(X[:0])))


def leaked():
    kept = []
    pg.vmap(lambda x: kept.append(x) or x)(pg.tensor(X))
    return kept[0] + 1


MISTAKES = {
    "branch": (ArgumentError, "no single value", lambda: pg.vmap(lambda x: x if x.sum() > 0 else -x)(pg.tensor(X))),
    "item": (ArgumentError, "no single value", lambda: pg.vmap(lambda x: x * x[0].item())(pg.tensor(X))),
    "no batch": (ArgumentError, "at least one", lambda: pg.vmap(lambda x: x, in_dims=None)(pg.tensor(X))),
    "sizes": (ArgumentError, "different numbers", lambda: pg.vmap(lambda x, y: x)(pg.tensor(X), pg.tensor(W))),
    "axis": (ShapeError, "no axis 2", lambda: pg.vmap(lambda x: x, in_dims=2)(pg.tensor(X))),
    "number": (ArgumentError, "only tensors", lambda: pg.vmap(lambda x, y: x)(pg.tensor(X), 3.0)),
    "in_dims": (ArgumentError, "one entry per argument", lambda: pg.vmap(lambda x: x, (0, 0))(pg.tensor(X))),
    "out_dims": (ArgumentError, "says None", lambda: pg.vmap(lambda x: x, out_dims=None)(pg.tensor(X))),
    "result": (ArgumentError, "must give tensors", lambda: pg.vmap(lambda x: 3.0)(pg.tensor(X))),
    "randomness": (ArgumentError, "no such randomness", lambda: pg.vmap(lambda x: x, randomness="some")),
    "shapes": (ShapeError, "another shape", lambda: pg.vmap(lambda x: x[x > 0])(pg.tensor(X))),
    "kept": (GradError, "has ended", leaked),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_says_what_it_got_and_where(name):
    kind, text, call = MISTAKES[name]
    with pytest.raises(PatchgradError, match=text) as error:
        call()
    assert type(error.value) is kind
    assert error.value.got
    assert "test_vmap.py" in error.value.where


def test_a_batch_norm_without_running_means_is_vectorised():
    net = pg.func.replace_all_batch_norm_modules_(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)))
    assert not list(net.buffers())
    batches = pg.randn(2, 5, 3)
    found = pg.func.vmap(net)(batches)
    wanted = pg.stack([net(batch) for batch in batches])
    assert pg.allclose(found, wanted, atol=1e-5)
