"""A session goes on from its file with the bits that it would have had without; what is wrong in a file is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import PatchgradError
from patchgrad.optim import exchange
from patchgrad.session.settings import schedules

from ..laws.test_training_edits_keep_the_laws import ARGUMENTS, session_with
from . import models
from .test_training_edits import ema, loader

FILE = "net.patchgrad"
EDITS = [
    pg.edit.width("fc1", 12),
    pg.edit.rate("fc2", 0.5),
    pg.edit.loss("CrossEntropyLoss", label_smoothing=0.1),
    pg.edit.data(batch_size=4),
]


def saved(session: Any, path: Path) -> Path:
    session.save(path / FILE)
    return path / FILE


def ahead(session: Any) -> list[Any]:
    """What becomes of a session: steps, an edit with fresh weights, steps."""
    losses = models.losses(session, 7)
    session.apply(pg.edit.insert("fc1 -> norm1", nn.Linear(12, 12)))
    session.apply(pg.edit.reinitialise("fc2"))
    return [*losses, *models.losses(session, 4), session.fingerprint(), session.step_count]


def test_a_session_opened_again_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    session = models.session(loader=loader(shuffle=True), average=ema)
    session.apply(pg.edit.schedule("StepLR", step_size=2))
    session.step(3)
    for edit in EDITS:
        session.apply(edit)
    session.step(4)
    file, print_ = saved(session, tmp_path), session.fingerprint()
    expected = ahead(session)
    pg.manual_seed(77)
    again = pg.Session.open(file, loader(shuffle=True, size=4), average=ema)
    assert (again.fingerprint(), again.step_count) == (print_, 7)
    assert again.graph.by_name("fc2").rate == 0.5
    assert ahead(again) == expected


@pytest.mark.parametrize("family", exchange.families())
def test_every_optimizer_goes_on_from_a_file(family: str, tmp_path: Path) -> None:
    session = session_with(family)
    session.step(3)
    file = saved(session, tmp_path)
    session.step(3)
    expected = session.fingerprint()
    again = pg.Session.open(file, models.batches(3))
    again.step(3)
    assert again.fingerprint() == expected


@pytest.mark.parametrize("kind", schedules.kinds())
def test_every_schedule_goes_on_from_a_file(kind: str, tmp_path: Path) -> None:
    session = session_with("SGD")
    session.apply(pg.edit.schedule(kind, every="step", **ARGUMENTS.get(kind, {})))
    session.step(3)
    file = saved(session, tmp_path)
    session.step(3)
    expected = session.fingerprint()
    again = pg.Session.open(file, models.batches(3))
    again.step(3)
    assert again.fingerprint() == expected


def test_groups_of_parameters_come_back_with_their_settings(tmp_path: Path) -> None:
    model = models.Perceptron()
    groups = [{"params": list(model.fc1.parameters()), "lr": 0.1}, {"params": list(model.fc2.parameters())}]
    groups[0]["params"] += list(model.norm1.parameters())
    session = models.session(model, optimizer=optim.SGD(groups, lr=0.01, momentum=0.9))
    session.step(2)
    again = pg.Session.open(saved(session, tmp_path), models.batches())
    assert [(g["lr"], len(g["params"])) for g in again.optimizer.param_groups] == [(0.1, 4), (0.01, 2)]


def test_another_optimizer_than_that_of_the_file_begins_afresh(tmp_path: Path) -> None:
    session = models.session()
    session.step(3)
    again = pg.Session.open(saved(session, tmp_path), models.batches(), optimizer=lambda p: optim.SGD(p, lr=0.1))
    assert (again.step_count, type(again.optimizer).__name__) == (0, "SGD")
    again.step()


def hostile(change: Any) -> Any:
    """The file with something changed in what it says of the training."""

    def write(file: Path) -> None:
        content = json.loads(file.read_text())
        change(content["settings"]["going_on"], content)
        file.write_text(json.dumps(content))

    return write


def put(*path: Any, value: Any) -> Any:
    def change(record: Any, _: Any) -> None:
        for key in path[:-1]:
            record = record[key]
        record[path[-1]] = value

    return hostile(change)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (put("step", value="import os"), "damaged"),
        (put("run", value="os.system('true')"), "damaged"),
        (put("seed", value="__import__('os')"), "damaged"),
        (put("streams", value={"n5/": ["1", "x"]}), "damaged"),
        (put("schedule", "kind", value="eval"), "schedule"),
        (put("schedule", "state", "__class__", value="x"), "other values"),
        (put("schedule", "state", "get_lr", value="x"), "other values"),
        (put("schedule", "every", value="exec"), "beat"),
        (put("groups", 0, 1, 0, value="n99/weight"), "other parameters"),
        (put("groups", value=[]), "other parameters"),
        (hostile(lambda _, content: content.update(patchgrad=99)), "format 99"),
        (hostile(lambda _, content: content["settings"]["optimizer"].update(name="os.system")), "optimizer"),
        (hostile(lambda _, content: content["settings"].update(loss="__import__Loss")), "loss"),
        (lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]), "damaged"),
    ],
)
def test_a_file_that_is_damaged_hostile_or_of_another_version_is_refused_in_words(
    damage: Any, words: str, tmp_path: Path
) -> None:
    session = session_with("SGD")
    session.apply(pg.edit.schedule("StepLR"))
    session.step()
    file = saved(session, tmp_path)
    damage(file)
    with pytest.raises(PatchgradError) as error:
        pg.Session.open(file, models.batches(3))
    assert words in str(error.value)


def test_slots_of_another_shape_are_refused(tmp_path: Path) -> None:
    session, other = session_with("SGD"), models.session()
    session.step()
    file = saved(session, tmp_path)
    content = json.loads(file.read_text())
    other.step()
    other.save(tmp_path / "other.patchgrad")
    content["arrays"] = json.loads((tmp_path / "other.patchgrad").read_text())["arrays"]
    file.write_text(json.dumps(content))
    with pytest.raises(PatchgradError):
        pg.Session.open(file, models.batches(3))
