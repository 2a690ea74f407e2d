"""Optimizer, rates, loss, data and schedule are edits: made between two steps, told in a receipt, taken back."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.data import DataLoader, TensorDataset
from patchgrad.errors import ArgumentError
from patchgrad.session import Session

from . import models


def sgd(**more: Any) -> Session:
    pg.manual_seed(0)
    model = models.Perceptron()
    return models.session(model, optimizer=optim.SGD(model.parameters(), lr=0.1, momentum=0.9), **more)


def loader(count: int = 40, size: int = 8, **settings: Any) -> DataLoader:
    x = pg.arange(count * 6).reshape(count, 6).to(pg.float32) / count
    return DataLoader(TensorDataset(x, pg.arange(count) % 2), batch_size=size, **settings)


def drawn(session: Session, steps: int) -> list[list[int]]:
    """The numbers of the samples of the next batches."""
    found = []
    for _ in range(steps):
        session.step()
        found.append([round(float(v) * 40 / 6) for v in session.live.batch[0][:, 0].numpy()])
    return found


# --- optimizer ------------------------------------------------------------------------------------


def test_another_optimizer_goes_on_with_the_momentum_of_the_old_one_and_says_so():
    session = sgd()
    session.step(5)
    fc1 = session.model.layer(session.graph.by_name("fc1").uid).weight
    mean = session.optimizer.slots(fc1)["momentum_buffer"] * 0.1
    edit = session.apply(pg.edit.optimizer("Adam", lr=1e-2))
    slots = session.optimizer.slots(fc1)
    assert isinstance(session.optimizer, optim.Adam)
    assert slots["step"] == 1
    assert abs(slots["exp_avg"] / 0.1 - mean).max() < 1e-6
    assert "SGD → Adam, lr 0.01; exp_avg, exp_avg_sq of 6 tensors carried over" in edit.text
    session.step(3)
    session.apply(pg.edit.optimizer("SGD", momentum=0.9, lr=0.05))
    assert session.optimizer.slots(fc1).keys() == {"momentum_buffer"}
    session.step(3)


def test_what_means_the_same_nowhere_begins_afresh_and_is_told():
    session = models.session()
    session.step(3)
    edit = session.apply(pg.edit.optimizer(optim.Rprop, lr=1e-3))
    assert "slots of 6 tensors begin afresh" in edit.text
    assert not any(session.optimizer.slots(p) for p in session.model.parameters())
    session.step(2)


def test_undo_of_an_optimizer_brings_it_back_with_its_slots_and_redo_the_other():
    session = sgd()
    session.step(4)
    first, old = session.fingerprint(), session.optimizer
    session.apply(pg.edit.optimizer("AdamW", lr=1e-3))
    second = session.fingerprint()
    session.undo()
    assert session.fingerprint() == first
    assert session.optimizer is old
    session.redo()
    assert session.fingerprint() == second
    session.step(3)
    session.undo()
    slots = session.optimizer.slots(next(iter(session.model.parameters())))
    session.step()
    assert slots.keys() == {"momentum_buffer"}


def test_edits_of_layers_and_of_training_are_undone_in_their_order():
    session = sgd()
    session.step(2)
    first = session.fingerprint()
    session.apply(pg.edit.width("fc1", 12))
    session.apply(pg.edit.optimizer("Adam", lr=1e-2))
    session.apply(pg.edit.optimizer(weight_decay=0.1, lr=1e-3))
    session.apply(pg.edit.rate("fc2", 0.1))
    session.apply(pg.edit.insert("drop1 -> fc2", nn.Linear(12, 12)))
    last = session.fingerprint()
    assert session.script().count("session.apply") == 5
    for _ in range(5):
        session.undo()
    assert session.fingerprint() == first
    for _ in range(5):
        session.redo()
    assert session.fingerprint() == last
    session.step(3)
    for _ in range(5):
        session.undo()
    session.step()


def test_the_script_of_training_edits_makes_them_again():
    session = sgd(loader=loader())
    session.apply(pg.edit.optimizer("Adam", lr=1e-2, betas=(0.8, 0.99)))
    session.apply(pg.edit.rate("fc1", 0.5))
    session.apply(pg.edit.loss("CrossEntropyLoss", label_smoothing=0.1))
    session.apply(pg.edit.data(batch_size=4, shuffle=True, seed=3))
    session.apply(pg.edit.schedule("StepLR", step_size=2, every="step"))
    print_, script, losses = session.fingerprint(), session.script(), models.losses(session, 6)
    again = sgd(loader=loader())
    exec(script, {"pg": pg, "nn": nn, "session": again})
    assert again.fingerprint() == print_
    assert models.losses(again, 6) == losses


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (pg.edit.optimizer("Adm"), "Adam"),
        (pg.edit.optimizer("LBFGS"), "several times"),
        (pg.edit.optimizer("Muon"), "matrices"),
        (pg.edit.optimizer("Adam", momentum=0.9), "momentum"),
        (pg.edit.optimizer("Adam", lr=-1), "lr"),
        (pg.edit.optimizer(momentum=0.9), "betas"),
        (pg.edit.optimizer(lr="fast"), "lr"),
        (pg.edit.optimizer(lr=0.1, group=3), "group"),
        (pg.edit.optimizer(), "setting"),
        (pg.edit.optimizer("Adam"), "already"),
        (pg.edit.rate("fc1", -0.5), "factor"),
        (pg.edit.rate("fc1", float("nan")), "factor"),
        (pg.edit.loss("MSE"), "MSELoss"),
        (pg.edit.loss("CrossEntropyLoss", smoothing=1), "smoothing"),
        (pg.edit.loss("MSELoss"), "(16, 2)"),
        (pg.edit.loss("BCEWithLogitsLoss"), "(16,"),
        (pg.edit.loss(lambda output, target: output), "one number"),
        (pg.edit.loss(3), "function"),
        (pg.edit.data(batch_size=4), "list"),
        (pg.edit.schedule("StepLR", step=3), "step_size"),
        (pg.edit.schedule("OneCycleLR"), "max_lr"),
        (pg.edit.schedule("Step", step_size=1), "StepLR"),
        (pg.edit.schedule("StepLR", step_size=1, every="day"), "epoch"),
    ],
    ids=lambda value: repr(value) if not isinstance(value, str) else value,
)
def test_a_refused_training_edit_says_why_and_leaves_no_trace(edit: Any, words: str) -> None:
    session, quiet = models.session(), models.session()
    session.step(2)
    before = session.fingerprint()
    with pytest.raises(pg.errors.PatchgradError) as error:
        session.apply(edit)
    assert words in str(error.value)
    assert session.fingerprint() == before
    session.step(2)
    quiet.step(4)
    assert session.fingerprint() == quiet.fingerprint()


def test_groups_keep_their_differences_through_another_optimizer():
    model = models.Perceptron()
    bias = [p for name, p in model.named_parameters() if name.endswith("bias")]
    rest = [p for name, p in model.named_parameters() if not name.endswith("bias")]
    groups = [{"params": rest, "weight_decay": 0.1}, {"params": bias, "weight_decay": 0.0, "lr": 0.2}]
    session = models.session(model, optimizer=optim.SGD(groups, lr=0.1))
    session.step(2)
    session.apply(pg.edit.optimizer("AdamW", lr=1e-3, weight_decay=0.05))
    found = [(group["lr"], group["weight_decay"], len(group["params"])) for group in session.optimizer.param_groups]
    assert found == [(1e-3, 0.05, 3), (2e-3, 0.0, 3)]


# --- rates of layers --------------------------------------------------------------------------------


def test_a_layer_with_a_rate_of_its_own_moves_by_that_share():
    """SGD without momentum: half the rate is half the way, bit for bit; the other layers do not notice."""
    moved = {}
    for factor in (1.0, 0.5, 0.0):
        model = models.Perceptron()
        session = models.session(model, optimizer=optim.SGD(model.parameters(), lr=0.125))
        session.apply(pg.edit.rate("fc2", factor))
        before = models.weights(session)
        session.step()
        after = models.weights(session)
        moved[factor] = {name: after[name] - before[name] for name in ("fc1.weight", "fc2.weight")}
    assert models.same({"": moved[1.0]["fc1.weight"]}, {"": moved[0.5]["fc1.weight"]})
    assert abs(moved[0.5]["fc2.weight"] - moved[1.0]["fc2.weight"] / 2).max() < 1e-7
    assert not moved[0.0]["fc2.weight"].any()


def test_the_rate_of_a_layer_stays_through_widths_copies_undo_and_another_optimizer():
    session = models.session()
    session.apply(pg.edit.rate("fc1", 0.25))
    session.apply(pg.edit.width("fc1", 12))
    session.apply(pg.edit.optimizer("SGD", lr=0.1))
    session.apply(pg.edit.duplicate("fc1"))
    scaled = {name for name, p in session.model.named_parameters() if session.optimizer.lr_scales.get(p.uid) == 0.25}
    assert scaled == {"fc1.weight", "fc1.bias", "fc2_.weight", "fc2_.bias"} or len(scaled) == 4
    session.step(2)
    for _ in range(4):
        session.undo()
    assert session.optimizer.lr_scales == {}


# --- loss and data ------------------------------------------------------------------------------------


def test_another_loss_trains_on_and_a_mark_knows_which_it_was():
    session = models.session()
    session.step(2)
    session.mark("cross entropy")
    session.apply(pg.edit.loss(nn.CrossEntropyLoss(label_smoothing=0.2)))
    assert session.log[-1].text == "nn.CrossEntropyLoss() → nn.CrossEntropyLoss(label_smoothing=0.2)"
    session.step(2)
    session.rewind("cross entropy")
    assert session.loss_function.label_smoothing == 0.0
    session.step(2)
    print_, alone = session.fingerprint(), models.session()
    alone.step(4)
    assert alone.fingerprint() == print_


def test_another_batch_size_goes_on_at_the_same_sample():
    session = sgd(loader=loader())
    session.step(2)
    edit = session.apply(pg.edit.data(batch_size=4))
    assert edit.text == "batch_size 8 → 4; at sample 16 of the pass"
    assert drawn(session, 2) == [[16, 17, 18, 19], [20, 21, 22, 23]]
    edit = session.apply(pg.edit.data(batch_size=10))
    assert edit.text.endswith("the last 4 of which come twice")
    assert [batch[0] for batch in drawn(session, 3)] == [20, 30, 0]
    assert session.training.feed.epoch == 1


def test_at_the_end_of_a_pass_another_way_of_drawing_begins_with_the_next():
    session = sgd(loader=loader())
    session.run(epochs=1, progress=False)
    session.apply(pg.edit.data(batch_size=20))
    assert [batch[0] for batch in drawn(session, 3)] == [0, 20, 0]
    assert session.training.feed.epoch == 2


def test_undo_of_a_way_of_drawing_is_at_the_place_it_was():
    session, alone = sgd(loader=loader(shuffle=True)), sgd(loader=loader(shuffle=True))
    session.step(3)
    session.apply(pg.edit.data(batch_size=10, seed=5))
    session.undo()
    assert drawn(session, 4) == (alone.step(3) and drawn(alone, 4))
    assert session.fingerprint() == alone.fingerprint()


# --- schedules and averages ---------------------------------------------------------------------------


def rates(session: Session, steps: int) -> list[float]:
    found = []
    for _ in range(steps):
        found.append(round(session.optimizer.param_groups[0]["lr"], 9))
        session.step()
    return found


def step_lr(size: int = 2, gamma: float = 0.1) -> Any:
    return lambda optimizer: optim.lr_scheduler.StepLR(optimizer, size, gamma)


def test_a_schedule_is_stepped_after_each_step_or_each_pass():
    session = sgd(scheduler=step_lr(), scheduler_every="step")
    assert rates(session, 5) == [0.1, 0.1, 0.01, 0.01, 0.001]
    session = sgd(scheduler=step_lr(1), loader=loader())
    assert rates(session, 7) == [0.1] * 6 + [0.01]


def test_a_schedule_that_follows_the_loss_gets_its_mean_over_the_pass():
    def plateau(o: Any) -> Any:
        return optim.lr_scheduler.ReduceLROnPlateau(o, threshold=9.0, threshold_mode="abs", patience=0, factor=0.5)

    session = sgd(scheduler=plateau, loader=loader())
    losses = models.losses(session, 11)
    assert session.scheduler.best == sum(losses[:5]) / 5
    assert session.optimizer.param_groups[0]["lr"] == 0.05


def test_a_schedule_goes_along_with_marks_branches_undo_and_shadows():
    session, alone = (sgd(scheduler=step_lr(3), scheduler_every="step") for _ in range(2))
    session.step(2)
    session.mark("two")
    session.apply(models.dropout_edit(0.3), shadow=4)
    session.step(4)
    alone.step(2)
    assert session.log[0].shadow.losses == models.losses(alone, 4)
    session.rewind("two")
    session.step(4)
    assert session.fingerprint() == alone.fingerprint()
    assert session.scheduler.last_epoch == 6


def test_a_rate_set_under_a_schedule_is_the_one_it_starts_from():
    session = sgd(scheduler=step_lr(2, 0.5), scheduler_every="step")
    session.step(2)
    first = session.fingerprint()
    edit = session.apply(pg.edit.optimizer(lr=0.4))
    assert edit.text == "lr 0.1 → 0.4; the schedule goes on at 0.5 of it: 0.2"
    session.undo()
    assert session.fingerprint() == first
    session.redo()
    assert rates(session, 3) == [0.2, 0.2, 0.1]
    session.undo()
    assert rates(session, 2) == [0.025, 0.0125]


def test_a_schedule_goes_on_with_another_optimizer_at_its_place():
    cosine = lambda o: optim.lr_scheduler.OneCycleLR(o, 0.4, total_steps=40)  # noqa: E731
    session = sgd(scheduler=cosine)
    session.step(6)
    first, share = session.fingerprint(), session.optimizer.param_groups[0]["lr"] / 0.4
    session.apply(pg.edit.optimizer("Adam", lr=0.04 / 25))
    group = session.optimizer.param_groups[0]
    assert group["max_lr"] == pytest.approx(0.04)
    assert group["lr"] == pytest.approx(0.04 * share)
    session.step(2)
    session.undo()
    session.step(2)
    with pytest.raises(ArgumentError, match="momentum"):
        session.apply(pg.edit.optimizer("Adagrad"))
    fresh = sgd(scheduler=cosine)
    fresh.step(6)
    fresh.apply(pg.edit.optimizer("Adam", lr=0.04 / 25))
    fresh.undo()
    assert fresh.fingerprint() == first


def test_a_schedule_is_put_in_changed_and_taken_out_by_edits():
    session = sgd()
    session.step(2)
    first = session.fingerprint()
    session.apply(pg.edit.schedule("ExponentialLR", gamma=0.5, every="step"))
    assert rates(session, 3) == [0.1, 0.05, 0.025]
    session.apply(pg.edit.schedule(None))
    assert rates(session, 2) == [0.0125, 0.0125]
    session.undo()
    assert rates(session, 2) == [0.0125, 0.00625]
    session.undo()
    assert session.scheduler is None
    other = sgd()
    other.step(2)
    other.apply(pg.edit.schedule("CosineAnnealingLR", T_max=10))
    other.undo()
    assert other.fingerprint() == first


def ema(model: Any) -> Any:
    return optim.swa_utils.AveragedModel(model, multi_avg_fn=optim.swa_utils.get_ema_multi_avg_fn(0.5))


def test_averages_follow_the_weights_and_are_carried_through_edits():
    session = models.session(average=ema)
    session.step(4)
    expected = {name: p.data.copy() for name, p in session.average.module.named_parameters()}
    before = session.fingerprint()
    edit = session.apply(pg.edit.width("fc1", 12))
    assert "averages of 6 tensors carried along" in edit.text
    wide = dict(session.average.module.named_parameters())
    assert wide["fc1.weight"].shape == (12, 6)
    assert (wide["fc1.weight"].data[:8] == expected["fc1.weight"]).all()
    assert (wide["fc1.weight"].data[8:] == dict(session.model.named_parameters())["fc1.weight"].data[8:]).all()
    session.undo()
    assert session.fingerprint() == before
    session.redo()
    session.step(3)
    session.apply(pg.edit.insert("drop1 -> fc2", nn.Linear(12, 12)))
    session.step()
    x, _ = models.batches()[0]
    assert session.average.eval()(x).shape == (16, 2)
    session.undo()
    session.undo()
    assert (session.average.module.fc1.weight.data == expected["fc1.weight"]).all()


def test_averages_come_back_with_a_mark():
    session, alone = models.session(average=ema), models.session(average=ema)
    session.step(3)
    session.mark("three")
    session.step(2)
    session.apply(pg.edit.width("fc1", 4))
    session.step(2)
    session.rewind("three")
    session.step(2)
    alone.step(5)
    assert session.fingerprint() == alone.fingerprint()


def test_an_average_of_the_users_own_goes_on_where_it_was():
    model = models.Perceptron()
    average = ema(model)
    for p in average.module.parameters():
        p.data[...] = 7.0
    session = models.session(model, average=average)
    assert session.average is average
    assert all((p.data == 7.0).all() for p in session.average.module.parameters())


@pytest.mark.parametrize("wrong", [3, lambda o: None, "StepLR"])
def test_what_is_no_schedule_is_refused(wrong: Any) -> None:
    with pytest.raises(ArgumentError, match="schedule"):
        models.session(scheduler=wrong)


def test_a_schedule_of_another_optimizer_is_refused():
    other = optim.SGD([nn.Parameter(pg.zeros(1))], lr=0.1)
    with pytest.raises(ArgumentError, match="another optimizer"):
        models.session(scheduler=optim.lr_scheduler.StepLR(other, 1))
