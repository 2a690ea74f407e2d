"""What ``pg.replay`` promises beside the bits: when it runs eagerly, what it says then, and what stays as it was."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend.native.compiled import compiler
from patchgrad.backend.random import default_stream
from patchgrad.errors import PatchgradError


class Net:
    """A small network with its step, and batches to train it on."""

    def __init__(self, seed: int = 0, width: int = 6, loss: Any = None) -> None:
        pg.manual_seed(seed)
        self.model = nn.Sequential(nn.Linear(4, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, 3))
        self.optimizer = optim.Adam(self.model.parameters(), lr=1e-2)
        model, optimizer, criterion = self.model, self.optimizer, loss or nn.CrossEntropyLoss()

        def step(x: Any, target: Any) -> Any:
            optimizer.zero_grad()
            loss = criterion(model(x), target)
            loss.backward()
            optimizer.step()
            return loss

        self.step = step

    def bits(self) -> list[bytes]:
        return [t.data.tobytes() for t in (*self.model.parameters(), *self.model.buffers())]


def batches(count: int, rows: int = 8) -> list[tuple[Any, Any]]:
    pg.manual_seed(9)
    return [(pg.randn(rows, 4), pg.arange(rows) % 3) for _ in range(count)]


def test_a_step_is_recorded_audited_and_then_replayed() -> None:
    step = pg.replay(Net().step)
    reasons = []
    for batch in batches(5):
        step(*batch)
        reasons.append(step.reason)
    assert reasons == ["it is recorded", "it is audited", "", "", ""]
    assert step.replays == 3


def test_each_shape_has_a_plan_of_its_own() -> None:
    net, twin = Net(), Net()
    step = pg.replay(net.step)
    for batch in [*batches(3), *batches(3, 5)] * 2:
        assert step(*batch).numpy(force=True).tobytes() == twin.step(*batch).numpy(force=True).tobytes()
    assert step.replays == 8
    assert net.bits() == twin.bits()


def test_gradients_are_there_after_a_replayed_step_and_old_ones_stay() -> None:
    net = Net()
    step = pg.replay(net.step)
    for batch in batches(4):
        step(*batch)
    old = net.model[0].weight.grad
    kept = old.numpy().copy()
    step(*batches(1)[0])
    assert step.reason == ""
    assert net.model[0].weight.grad is not old
    assert old.numpy().tobytes() == kept.tobytes()


def test_a_wrong_label_is_told_as_in_the_eager_step_and_changes_nothing() -> None:
    net, twin = Net(), Net()
    step = pg.replay(net.step)
    for batch in batches(4):
        step(*batch)
        twin.step(*batch)
    x, target = batches(1)[0]
    place, before = default_stream().offset, net.model.parameters()
    weights = [p.data.tobytes() for p in before]
    with pytest.raises(PatchgradError) as told:
        step(x, target + 7)
    with pytest.raises(PatchgradError) as wanted:
        twin.step(x, target + 7)
    assert str(told.value) == str(wanted.value)
    assert [p.data.tobytes() for p in net.model.parameters()] == weights
    assert default_stream().offset == place
    assert step(x, target).numpy(force=True).tobytes() == twin.step(x, target).numpy(force=True).tobytes()


SETTINGS = {"scale": 2.0}
FACTOR = 2.0


def looks(x: Any) -> Any:
    return x * 2 if x.sum() > 0 else x


def prints(x: Any) -> Any:
    print("step")
    return x * 2


def reads_a_table(x: Any) -> Any:
    return x * SETTINGS["scale"]


def asks_the_clock(x: Any) -> Any:
    return x * time.monotonic()


def takes_the_array(x: Any) -> Any:
    return pg.tensor(x.data * 2)


def draws(x: Any) -> Any:
    return x + pg.rand(4)


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (looks, "looks at a value"),
        (prints, "print"),
        (reads_a_table, "SETTINGS"),
        (asks_the_clock, "monotonic"),
        (takes_the_array, "data"),
        (draws, "rand"),
    ],
)
def test_a_step_that_is_more_than_its_ops_runs_as_it_is_written_and_says_why(step: Any, word: str) -> None:
    fast = pg.replay(step)
    x = pg.ones(4)
    for _ in range(5):
        fast(x)
        assert word in fast.reason
    assert not fast.replays


def test_a_plain_global_is_part_of_what_must_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(x: Any) -> Any:
        return x * FACTOR

    fast, x = pg.replay(step), pg.ones(2)
    for _ in range(4):
        assert fast(x).tolist() == [2.0, 2.0]
    assert fast.replays == 2
    monkeypatch.setattr(f"{__name__}.FACTOR", 3.0)
    assert fast(x).tolist() == [3.0, 3.0]
    assert fast.reason == "FACTOR was changed"


def test_the_environment_switches_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATCHGRAD_REPLAY", "0")
    step = pg.replay(Net().step)
    for batch in batches(3):
        step(*batch)
    assert not step.replays
    assert "PATCHGRAD_REPLAY" in step.reason


def test_an_audit_finds_a_plan_that_computes_something_else() -> None:
    step = pg.replay(Net().step, audit=2)
    known = batches(1)[0]
    for _ in range(3):
        step(*known)
    (recorded,) = step._recorded.values()  # pyright: ignore[reportPrivateUsage]
    trial: Any = recorded.trial
    run = trial.run
    trial.run = lambda *arrays: tuple(array * 1.5 for array in run(*arrays))
    reasons = []
    for _ in range(12):
        step(*known)
        reasons.append(step.reason)
    assert reasons[-1].startswith("an audit found")
    assert recorded.plan is None


def test_two_threads_train_at_once() -> None:
    alone = [Net(seed) for seed in range(2)]
    together = [Net(seed) for seed in range(2)]
    given = batches(30)
    for net in alone:
        for batch in given:
            net.step(*batch)

    def train(net: Net) -> None:
        step = pg.replay(net.step)
        for batch in given:
            step(*batch)

    threads = [threading.Thread(target=train, args=(net,)) for net in together]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [net.bits() for net in together] == [net.bits() for net in alone]


def test_a_plan_of_kernels_leaves_old_gradients_to_those_who_hold_them() -> None:
    net = Net(width=8)
    step = pg.replay(net.step)
    held = []
    for batch in batches(6, 64):
        step(*batch)
        gradient = net.model[0].weight.grad
        held.append((gradient, gradient.numpy().copy()))
    plan = next(iter(step._recorded.values())).plan
    assert step.replays == 4
    assert plan is not None
    assert plan.native > 5
    assert all(gradient.numpy().tobytes() == then.tobytes() for gradient, then in held)
    assert len({id(gradient) for gradient, _ in held}) == 6


def test_a_class_that_there_is_not_is_refused_with_its_place_and_changes_nothing() -> None:
    net = Net(width=8)
    step = pg.replay(net.step)
    good = batches(4, 64)
    for batch in good:
        step(*batch)
    before = [parameter.data.tobytes() for parameter in net.model.parameters()]
    with pytest.raises(PatchgradError, match="class"):
        step(good[0][0], pg.arange(64) % 5)
    assert [parameter.data.tobytes() for parameter in net.model.parameters()] == before
    step(*good[0])
    assert step.reason == ""


def test_a_value_with_gaps_keeps_them_where_kernels_read_it_too() -> None:
    """NumPy sums the transposed square in its own order; a copy in one piece would have other bits."""

    def step(x: Any) -> Any:
        turned = x.T
        return (x * 2.0 + turned).sum() + turned.tanh().sum()

    fast = pg.replay(step)
    pg.manual_seed(4)
    for _ in range(60):
        x = pg.randn(8, 8)
        assert fast(x).numpy().tobytes() == step(x).numpy().tobytes()
    assert fast.replays > 50


def test_a_plan_gets_its_kernels_once_they_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "mode", "")
    monkeypatch.setattr(compiler, "waited", 99.0)
    factor = time.time_ns() % 10**6 * 1e-6  # nobody compiled this formula before

    def step(x: Any) -> Any:
        return x * factor + x / (x * x + 1.0)

    def kernels() -> int:
        plan = next(iter(fast._recorded.values())).plan
        return plan.native if plan is not None else -1

    fast, x = pg.replay(step), pg.randn(16, 16)
    fast(x)
    assert kernels() == 0
    for _ in range(1000):
        assert fast(x).numpy().tobytes() == step(x).numpy().tobytes()
        if kernels():
            break
        time.sleep(0.02)
    assert kernels() == 1
    assert fast(x).numpy().tobytes() == step(x).numpy().tobytes()


def test_a_plan_that_cannot_be_made_of_kernels_is_told_and_the_step_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = pytest.importorskip("patchgrad.replaying.planned")

    def broken(self: Any, steps: Any) -> None:
        raise ValueError("no such rule")

    monkeypatch.setattr(planned.Planned, "compile", broken)
    net, twin = Net(), Net()
    step = pg.replay(net.step)

    def train(one: Any) -> None:
        for batch in batches(4):
            one(*batch)

    with pytest.warns(UserWarning, match="no such rule"):
        train(step)
    train(twin.step)
    assert step.replays == 2
    assert net.bits() == twin.bits()
