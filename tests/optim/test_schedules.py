"""Schedules against PyTorch: rates and momenta equal to the last bit, and states that go on in both directions."""

import copy
import warnings

import numpy as np
import pytest

from patchgrad import nn, optim
from patchgrad.errors import ArgumentError

torch = pytest.importorskip("torch")

STEPS = 45
SCHEDULES = [
    "s.StepLR(o, 3)",
    "s.StepLR(o, 1, gamma=0.9)",
    "s.MultiStepLR(o, [2, 7, 7, 30], gamma=0.3)",
    "s.ExponentialLR(o, 0.93)",
    "s.LambdaLR(o, lambda epoch: 0.95 ** epoch)",
    "s.LambdaLR(o, [lambda epoch: 1 / (1 + epoch), lambda epoch: 0.5])",
    "s.MultiplicativeLR(o, lambda epoch: 0.9 if epoch % 2 else 1.0)",
    "s.ConstantLR(o)",
    "s.ConstantLR(o, factor=0.25, total_iters=8)",
    "s.LinearLR(o)",
    "s.LinearLR(o, start_factor=0.1, end_factor=0.7, total_iters=12)",
    "s.PolynomialLR(o)",
    "s.PolynomialLR(o, total_iters=20, power=2.0)",
    "s.CosineAnnealingLR(o, T_max=10)",
    "s.CosineAnnealingLR(o, T_max=7, eta_min=0.01)",
    "s.CosineAnnealingLR(o, T_max=1, eta_min=0.02)",
    "s.CosineAnnealingWarmRestarts(o, T_0=6)",
    "s.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.01)",
    "s.CyclicLR(o, 0.01, 0.2, step_size_up=5)",
    "s.CyclicLR(o, [0.01, 0.02], 0.2, 4, 7, mode='triangular2', base_momentum=0.6)",
    "s.CyclicLR(o, 0.01, 0.2, 4, mode='exp_range', gamma=0.97, cycle_momentum=False)",
    "s.CyclicLR(o, 0.01, 0.2, 4, scale_fn=lambda x: 1 / (1 + x), scale_mode='iterations')",
    "s.OneCycleLR(o, 0.4, total_steps=50)",
    "s.OneCycleLR(o, [0.4, 0.2], epochs=5, steps_per_epoch=10, anneal_strategy='linear', pct_start=0.2)",
    "s.OneCycleLR(o, 0.4, total_steps=60, three_phase=True, div_factor=10.0, final_div_factor=100.0)",
    "s.ChainedScheduler([s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9)])",
    "s.ChainedScheduler([s.LinearLR(o), s.StepLR(o, 5), s.CosineAnnealingLR(o, 20)], optimizer=o)",
    "s.SequentialLR(o, [s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9)], milestones=[6])",
    "s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 5), s.CosineAnnealingLR(o, 30)], [5])",
    "s.SequentialLR(o, [s.CosineAnnealingWarmRestarts(o, 4), s.PolynomialLR(o, 9), s.StepLR(o, 3)], [10, 20])",
    "s.SequentialLR(o, [s.LinearLR(o), s.MultiStepLR(o, [3, 5]), s.ConstantLR(o), s.LinearLR(o)], [4, 14, 25])",
]
MEASURED = [
    "s.ReduceLROnPlateau(o)",
    "s.ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=3)",
    "s.ReduceLROnPlateau(o, 'max', 0.7, 1, threshold=0.05, threshold_mode='abs', min_lr=[0.02, 0.1])",
    "s.ReduceLROnPlateau(o, 'max', 0.7, 1, threshold=0.05, min_lr=0.03, eps=0.01)",
    "s.ReduceLROnPlateau(o, patience=0, threshold=0.1, threshold_mode='abs')",
]


def ours(text, lr=0.3):
    groups = [{"params": [nn.Parameter(np.ones(2))]}, {"params": [nn.Parameter(np.ones(3))], "lr": 0.05}]
    optimizer = optim.Adam(groups, lr=lr) if "0.2, 4" in text else optim.SGD(groups, lr=lr, momentum=0.9)
    return optimizer, eval(text, {"s": optim.lr_scheduler, "o": optimizer})


def theirs(text):
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(2))]},
        {"params": [torch.nn.Parameter(torch.ones(3))], "lr": 0.05},
    ]
    adam = "0.2, 4" in text
    optimizer = torch.optim.Adam(groups, lr=0.3) if adam else torch.optim.SGD(groups, lr=0.3, momentum=0.9)
    return optimizer, eval(text, {"s": torch.optim.lr_scheduler, "o": optimizer})


def settings_of(optimizer):
    """What a schedule moves: the rate and the momentum of every group."""
    return [(group["lr"], group.get("momentum"), group.get("betas")) for group in optimizer.param_groups]


@pytest.fixture(autouse=True)
def no_advice_from_pytorch():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="torch.*")
        yield


@pytest.mark.parametrize("text", SCHEDULES)
def test_rates_and_momenta_equal_those_of_pytorch_to_the_last_bit(text):
    (own, mine), (their, other) = ours(text), theirs(text)
    for epoch in range(STEPS):
        assert settings_of(own) == settings_of(their), epoch
        assert mine.get_last_lr() == other.get_last_lr(), epoch
        own.step()
        their.step()
        mine.step()
        other.step()


@pytest.mark.parametrize("text", MEASURED)
def test_a_plateau_is_found_where_pytorch_finds_it(text):
    (own, mine), (their, other) = ours(text), theirs(text)
    values = np.random.default_rng(len(text)).normal(size=STEPS) * 0.3 + 2
    for value in values:
        mine.step(value)
        other.step(value)
        assert settings_of(own) == settings_of(their)
        assert (mine.best, mine.num_bad_epochs, mine.cooldown_counter) == (
            other.best,
            other.num_bad_epochs,
            other.cooldown_counter,
        )
    assert own.param_groups[0]["lr"] < 0.3


def test_restarts_can_be_reached_in_fractions_of_an_epoch():
    text = "s.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.01)"
    (own, mine), (their, other) = ours(text), theirs(text)
    for epoch in [0, 0.5, 1.25, 2.99, 3, 7.5, 9.25, 20, 4.5]:
        mine.step(epoch)
        other.step(epoch)
        assert settings_of(own) == settings_of(their), epoch
    with pytest.raises(ArgumentError, match="epoch"):
        mine.step(-1)


def advance(schedule, times):
    for value in range(times):
        schedule.step(*([1.0 + value % 3] if isinstance(schedule, optim.lr_scheduler.ReduceLROnPlateau) else []))


@pytest.mark.parametrize("text", SCHEDULES + MEASURED)
def test_a_saved_schedule_goes_on_where_it_was(text):
    own, schedule = ours(text)
    advance(schedule, 8)
    saved, saved_optimizer = copy.deepcopy(schedule.state_dict()), copy.deepcopy(own.state_dict())
    other, again = ours(text, lr=0.9)
    advance(again, 3)
    other.load_state_dict(saved_optimizer)
    again.load_state_dict(saved)
    for _ in range(12):
        assert again.get_last_lr() == schedule.get_last_lr()
        assert settings_of(other) == settings_of(own)
        advance(schedule, 1)
        advance(again, 1)


BAD_SCHEDULES = [
    ("s.StepLR([1], 3)", "takes an optimizer"),
    ("s.StepLR(o, 0)", "step_size"),
    ("s.LambdaLR(o, [abs])", "one for each of the 2 groups"),
    ("s.MultiplicativeLR(o, 0.9)", "function of the epoch"),
    ("s.ConstantLR(o, factor=1.5)", "from 0 to 1"),
    ("s.LinearLR(o, start_factor=0)", "above 0"),
    ("s.PolynomialLR(o, 0)", "1 epoch"),
    ("s.CosineAnnealingWarmRestarts(o, 3, 0.5)", "integers"),
    ("s.CyclicLR(o, 0.1, 0.2, mode='square')", "triangular"),
    ("s.CyclicLR(optim.Adagrad([p]), 0.1, 0.2)", "cycle_momentum=False"),
    ("s.OneCycleLR(o, 0.1)", "total_steps"),
    ("s.OneCycleLR(o, 0.1, 10, pct_start=2.0)", "from 0 to 1"),
    ("s.OneCycleLR(o, 0.1, 10, anneal_strategy='exp')", "linear"),
    ("s.ChainedScheduler([])", "at least one"),
    ("s.ChainedScheduler([s.StepLR(o, 1), s.StepLR(optim.SGD([p]), 1)])", "different optimizers"),
    ("s.SequentialLR(o, [s.StepLR(o, 1), s.ReduceLROnPlateau(o)], [3])", "schedule 1"),
    ("s.SequentialLR(o, [s.StepLR(o, 1), s.StepLR(o, 1)], [3, 4])", "milestones"),
    ("s.ReduceLROnPlateau(o, 'least')", "mode"),
    ("s.StepLR(o, 3, last_epoch=4)", "never had one"),
]


@pytest.mark.parametrize(("text", "says"), BAD_SCHEDULES)
def test_settings_that_make_no_schedule_are_refused(text, says):
    own, _ = ours("None")
    with pytest.raises(ArgumentError, match=says):
        eval(text, {"s": optim.lr_scheduler, "o": own, "optim": optim, "p": nn.Parameter(np.ones(2))})


def test_a_cycle_cannot_go_on_after_its_end():
    _, schedule = ours("s.OneCycleLR(o, 0.4, total_steps=3)")
    advance(schedule, 3)
    with pytest.raises(ArgumentError, match="is over"):
        schedule.step()
