"""Averaged models, their schedule, sparse steps, and parameters that are swapped in: against PyTorch."""

import copy

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import ArgumentError
from patchgrad.optim import swa_utils

torch = pytest.importorskip("torch")

RULES = [
    "",
    "avg_fn=s.get_ema_avg_fn(0.9)",
    "multi_avg_fn=s.get_ema_multi_avg_fn(0.8)",
    "multi_avg_fn=s.get_swa_multi_avg_fn()",
    "avg_fn=s.get_swa_avg_fn(), use_buffers=True",
    "avg_fn=lambda mean, new, count: mean * 0.5 + new * (count + 1) * 0.1",
]


@pytest.fixture(autouse=True)
def numbers_of_pytorch_in_float64():
    """PyTorch divides whole numbers in its default dtype."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def pair():
    rng = np.random.default_rng(0)
    ours, theirs = (lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.BatchNorm1d(4)).double() for lib in (pg, torch))
    for value in theirs.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.tensor(rng.uniform(0.5, 1.5, tuple(value.shape))))
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    return ours, theirs


def same(ours, theirs, rtol=1e-10):
    assert list(ours) == list(theirs)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name].numpy(), value.numpy(), rtol=rtol, err_msg=name)


@pytest.mark.parametrize("rule", RULES)
def test_an_average_of_thirty_steps_is_that_of_pytorch(rule):
    models = pair()
    averages = [
        eval(f"s.AveragedModel(model, {rule})", {"s": library.optim.swa_utils, "model": model})
        for library, model in zip((pg, torch), models, strict=True)
    ]
    rng = np.random.default_rng(1)
    for _ in range(30):
        x = rng.normal(size=(6, 3))
        for library, model, average in zip((pg, torch), models, averages, strict=True):
            model(library.tensor(x))
            for parameter in model.parameters():
                parameter.data += 0.05 * (1 - parameter.data**2)
            average.update_parameters(model)
    same(averages[0].state_dict(), averages[1].state_dict())
    batches = [rng.normal(size=(5, 3)) for _ in range(3)]
    swa_utils.update_bn([(pg.tensor(b), 1) for b in batches], averages[0])
    torch.optim.swa_utils.update_bn([torch.tensor(b) for b in batches], averages[1])
    same(averages[0].state_dict(), averages[1].state_dict())
    assert averages[0].module[1].momentum == 0.1
    x = rng.normal(size=(4, 3))
    np.testing.assert_allclose(averages[0](pg.tensor(x)).data, averages[1](torch.tensor(x)).detach().numpy())


SCHEDULES = [
    "s.SWALR(o, 0.05)",
    "s.SWALR(o, [0.5, 0.01], anneal_epochs=4, anneal_strategy='linear')",
    "s.SWALR(o, 0.05, anneal_epochs=0)",
    "s.SWALR(o, 0.05, anneal_epochs=1)",
]


@pytest.mark.parametrize("text", SCHEDULES)
def test_the_rate_is_led_to_its_end_as_in_pytorch(text):
    rates = []
    for library in (pg, torch):
        groups = [{"params": [library.nn.Parameter(library.ones(2))], "lr": lr} for lr in (0.3, 0.02)]
        optimizer = library.optim.SGD(groups, lr=0.1)
        schedule = eval(text, {"s": library.optim.swa_utils, "o": optimizer})
        found = []
        for epoch in range(15):
            found.append(list(schedule.get_last_lr()))
            optimizer.step()
            schedule.step()
            if epoch == 5:
                saved = copy.deepcopy(schedule.state_dict())
                schedule.load_state_dict(saved)
        rates.append(found)
    assert rates[0] == rates[1]


@pytest.mark.parametrize("settings", [{}, {"lr": 0.05, "betas": (0.7, 0.9), "eps": 1e-5}, {"maximize": True}])
def test_sparse_adam_moves_the_rows_that_were_used_as_pytorch_does(settings):
    rng = np.random.default_rng(2)
    table = rng.normal(size=(8, 3))
    ours, theirs = nn.Parameter(table.copy()), torch.nn.Parameter(torch.tensor(table))
    own, their = optim.SparseAdam([ours], **settings), torch.optim.SparseAdam([theirs], **settings)
    for _ in range(100):
        rows, values = rng.integers(0, 8, 3), rng.normal(size=(3, 3))
        dense = np.zeros_like(table)
        np.add.at(dense, rows, values)
        ours.grad = pg.tensor(dense)
        theirs.grad = torch.sparse_coo_tensor(rows[None], values, (8, 3), check_invariants=True)
        own.step()
        their.step()
        np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-10)
    ours.grad = pg.zeros(8, 3, dtype=pg.float64)
    before = ours.tolist()
    own.step()
    assert ours.tolist() == before


def test_an_optimizer_steps_with_other_parameters_for_a_while():
    own, other = nn.Parameter(pg.ones(3)), nn.Parameter(pg.full((3,), 2.0))
    optimizer = optim.Adam([own], lr=0.1)
    own.grad, other.grad = pg.ones(3), pg.full((3,), -1.0)
    optimizer.step()
    state, before = copy.deepcopy(optimizer.state_dict()), own.tolist()
    state["param_groups"][0]["lr"] = 0.5
    first = state["state"][0]["exp_avg"].tolist()
    with optim.swap_in_optimizer_params_and_state(optimizer, {"w": other}, state):
        optimizer.step()
        assert optimizer.param_groups[0]["lr"] == 0.5
    assert own.tolist() == before
    assert other.tolist() != [2.0] * 3
    assert state["state"][0]["exp_avg"].tolist() != first
    assert optimizer.slots(own)["step"] == 1
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert optimizer.param_groups[0]["params"][0] is own
    with (
        pytest.raises(ArgumentError, match="2 parameters"),
        optim.swap_in_optimizer_params_and_state(optimizer, {"a": other, "b": own}, state),
    ):
        pass


MISTAKES = [
    (lambda m, o: swa_utils.AveragedModel(m, avg_fn=max, multi_avg_fn=max), "leave out one"),
    (lambda m, o: swa_utils.get_ema_avg_fn(1.5), "decay"),
    (lambda m, o: swa_utils.SWALR(o, 0.1, anneal_strategy="exp"), "linear"),
    (lambda m, o: swa_utils.SWALR(o, 0.1, anneal_epochs=-1), "anneal_epochs"),
    (lambda m, o: swa_utils.SWALR(o, [0.1, 0.2]), "one for each"),
    (lambda m, o: optim.SparseAdam(m.parameters(), lr=-1), "lr"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    model = nn.Linear(2, 2)
    with pytest.raises(ArgumentError, match=says):
        mistake(model, optim.SGD(model.parameters()))
