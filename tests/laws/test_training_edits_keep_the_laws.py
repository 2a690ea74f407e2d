"""Laws 2, 3 and 4 for edits of the training: every optimizer there is, on its way to every other, with every setting.

What an edit of the training is not about stays bitwise: layers always; slots too, where the optimizer stays.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import GradError, PatchgradError
from patchgrad.layergraph import LayerGraph
from patchgrad.optim import exchange
from patchgrad.session import Session
from patchgrad.session.settings import schedules

from ..session.models import batches
from .graphs import bits, graphs, layer_state, random_command
from .test_sessions_keep_the_laws import SEEDS, a_session, learned

FAMILIES = exchange.families()
every_family = pytest.mark.parametrize("family", FAMILIES)
SETTINGS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "RMSprop": {"momentum": 0.5, "centered": True},
    "Adam": {"amsgrad": True, "betas": (0.8, 0.99)},
}
"""Settings under which a family keeps all the slots that it has."""


class Matrices(nn.Module):
    """Only matrices learn: every family can train it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.drop, self.fc2 = nn.Linear(6, 8, bias=False), nn.Dropout(0.2), nn.Linear(8, 2, bias=False)

    def forward(self, x: Any) -> Any:
        return self.fc2(self.drop(self.fc1(x).relu()))


def session_with(family: str, **more: Any) -> Session:
    pg.manual_seed(0)
    model = Matrices()
    given = {"lr": 1e-2, **SETTINGS.get(family, {})}
    trained = getattr(optim, family)(model.parameters(), **given)
    return Session(model, batches(3), loss=nn.CrossEntropyLoss(), optimizer=trained, **more)


def layers_of(session: Session) -> dict[str, Any]:
    return {uid: layer_state(layer) for uid, layer in session.model.layers.items()}


def tuned(family: str) -> dict[str, Any]:
    """Another value for each setting of a family that is a number."""
    usual = {**exchange.settings_of(family), **SETTINGS.get(family, {})}
    numbers = {k: v for k, v in usual.items() if isinstance(v, float) and k not in ("dampening", "momentum")}
    return {name: value * (2.0 if name == "d" else 0.5) if value else 1e-3 for name, value in numbers.items()}


@every_family
def test_from_every_optimizer_to_every_other_the_layers_stay_and_undo_and_redo_give_the_fingerprints(
    family: str,
) -> None:
    session = session_with(family)
    session.step(3)
    first, layers = session.fingerprint(), layers_of(session)
    for other in (name for name in FAMILIES if name != family):
        edit = session.apply(pg.edit.optimizer(other, **SETTINGS.get(other, {})))
        assert (type(session.optimizer).__name__, layers_of(session)) == (other, layers)
        second = session.fingerprint()
        session.undo()
        assert session.fingerprint() == first, other
        session.redo()
        assert session.fingerprint() == second, other
        session.step(2)  # the slots that it was given are ones that it can go on with
        session.undo()
        session.rewind(edit)
        assert session.fingerprint() == first, other


@every_family
def test_every_setting_of_every_optimizer_is_changed_and_brought_back(family: str) -> None:
    session = session_with(family)
    session.step(2)
    first, layers = session.fingerprint(), layers_of(session)
    slots = [bits(v) for p in session.model.parameters() for v in session.optimizer.slots(p).values()]
    for name, value in tuned(family).items():
        session.apply(pg.edit.optimizer(**{name: value}))
        assert session.optimizer.param_groups[0][name] == value
        assert layers_of(session) == layers
        assert [bits(v) for p in session.model.parameters() for v in session.optimizer.slots(p).values()] == slots
    last = session.fingerprint()
    for _ in tuned(family):
        session.undo()
    assert session.fingerprint() == first
    for _ in tuned(family):
        session.redo()
    assert session.fingerprint() == last


@every_family
def test_a_refused_edit_of_the_training_is_bitwise_no_edit(family: str) -> None:
    session, wrong = session_with(family), [pg.edit.optimizer(lr=-1.0), pg.edit.optimizer("Adam", lr="x")]
    wrong += [pg.edit.optimizer(no_such=1), pg.edit.optimizer("LBFGS"), pg.edit.loss("NLLLos"), pg.edit.loss(min)]
    wrong += [pg.edit.rate("fc1", -1), pg.edit.schedule("StepLR", step=1), pg.edit.data(batch_size=2)]
    session.step(2)
    for edit in wrong:
        with pytest.raises(PatchgradError):
            session.apply(edit)
        session.step()
    print_, alone = session.fingerprint(), session_with(family)
    alone.step(2 + len(wrong))
    assert alone.fingerprint() == print_


@every_family
def test_with_every_optimizer_a_rate_of_one_layer_moves_no_bit_of_another_layer_in_its_step(family: str) -> None:
    moved = []
    for factor in (1.0, 0.5):
        session = session_with(family)
        session.apply(pg.edit.rate("fc1", factor))
        session.step()
        moved.append({name: bits(p.data) for name, p in session.model.named_parameters()})
    assert moved[0]["fc2.weight"] == moved[1]["fc2.weight"]
    assert moved[0]["fc1.weight"] != moved[1]["fc1.weight"]


ARGUMENTS: dict[str, dict[str, Any]] = {
    "StepLR": {"step_size": 2}, "MultiStepLR": {"milestones": [2, 4]}, "ExponentialLR": {"gamma": 0.9},
    "CosineAnnealingLR": {"T_max": 5}, "CosineAnnealingWarmRestarts": {"T_0": 3},
    "CyclicLR": {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 3, "cycle_momentum": False},
    "OneCycleLR": {"max_lr": 0.1, "total_steps": 50, "cycle_momentum": False},
}  # fmt: skip


@pytest.mark.parametrize("kind", schedules.kinds())
def test_every_schedule_goes_through_edits_marks_and_undo(kind: str) -> None:
    """Put in, then: another optimizer, another rate, other widths; all taken back gives the way without them."""
    put_in = pg.edit.schedule(kind, every="step", **ARGUMENTS.get(kind, {}))
    session = session_with("SGD")
    session.step(2)
    before = session.fingerprint()
    session.apply(put_in)
    session.step(3)
    first = session.fingerprint()
    session.apply(pg.edit.optimizer("Adam", lr=1e-3))
    session.apply(pg.edit.optimizer(lr=2e-3))
    session.apply(pg.edit.width("fc1", 10))
    last = session.fingerprint()
    for _ in range(3):
        session.undo()
    assert session.fingerprint() == first
    for _ in range(3):
        session.redo()
    assert session.fingerprint() == last
    session.step(2)
    session.rewind("before train with Adam")
    session.step(2)
    print_, alone = session.fingerprint(), session_with("SGD")
    alone.step(2)
    alone.apply(put_in)
    alone.undo()
    assert alone.fingerprint() == before
    alone.redo()
    alone.step(5)
    assert alone.fingerprint() == print_


def random_training_edit(rng: random.Random, graph: LayerGraph) -> Any:
    """Good and bad ones."""
    node = rng.choice(list(graph.nodes.values()))
    return rng.choice(
        [
            pg.edit.optimizer(rng.choice(FAMILIES)),
            pg.edit.optimizer(lr=rng.choice([1e-3, 0.05, -1.0])),
            pg.edit.optimizer(weight_decay=0.01),
            pg.edit.rate(node.name, rng.choice([0.5, 0.0, 1.0, -1.0])),
            pg.edit.schedule(rng.choice(["ExponentialLR", "StepLR"]), gamma=0.5, every="step"),
            pg.edit.schedule(None),
            pg.edit.data(batch_size=3),
        ]
    )


def average(model: Any) -> Any:
    return optim.swa_utils.AveragedModel(model)


@settings(max_examples=40)
@given(graphs(), SEEDS)
def test_undoing_edits_of_layers_and_of_training_in_any_order_gives_the_first_fingerprint(
    graph: LayerGraph, seed: int
) -> None:
    rng, session, done = random.Random(seed), a_session(graph, average=average), 0
    session.step(2)
    first = session.fingerprint()
    for _ in range(6):
        layers, training = random_command(session.graph, rng), random_training_edit(rng, session.graph)
        before = learned(session)
        try:
            session.apply(rng.choice([layers, training, pg.edit.together(layers, training)]))
        except PatchgradError:
            assert learned(session) == before
            continue
        done += 1
    last = session.fingerprint()
    for _ in range(done):
        session.undo()
    assert session.fingerprint() == first
    for _ in range(done):
        session.redo()
    assert session.fingerprint() == last
    with suppress(GradError):  # an edit may have left nothing that learns
        session.step()
