"""Every command with every wrong argument: refused in words, by the wire or by the command, without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import PatchgradError
from patchgrad.layergraph import PortRef, commands, edit
from patchgrad.layergraph.commands.training import TrainingCommand

WRONG: tuple[Any, ...] = (
    None, "", "n999", "g999", "x" * 5_000, "ünï 🜲", -1, 0, 10**12, 0.5, float("nan"), float("inf"), True, [], {}, [[]],
    ["n999"], ["n1", "n1"], [None], {"node": "n1"}, {"node": "n999", "port": "y"}, {"node": "n1", "port": "y"},
    {"node": "n3", "port": "out9"}, {"node": "n3", "port": "x", "more": 1}, {"shape": "no"}, {"nonsense": 1}, (1, 2, 3),
    [{"type": "bypass", "node": "n1"}], [{"type": "no-such"}],
)  # fmt: skip
RIGHT: dict[str, Any] = {
    "kind": "ReLU", "settings": {}, "nodes": ["n2"], "node": "n2", "source": {"node": "n1", "port": "y"}, "value": 3,
    "target": {"node": "n3", "port": "x"}, "bypassed": True, "field": "out_features", "name": "other9", "frozen": True,
    "position": [1.0, 2.0], "group": "g6", "groups": ["g6", "g6"], "folded": True, "owner": "n4", "width": 12,
    "layers": [], "merge": "Add", "times": 2, "other": "n3", "keep": "first", "text": "why", "units": [1],
    "commands": [{"type": "rename", "node": "n2", "name": "other9"}], "words": "", "factor": 0.5,
}  # fmt: skip
RIGHT_OF: dict[Any, dict[str, Any]] = {
    commands.SetOptimizer: {"kind": "SGD", "settings": {"lr": 0.1}, "group": None},
    commands.SetLoss: {"kind": "HuberLoss", "settings": {"delta": 0.5}},
    commands.SetSchedule: {"kind": "StepLR", "settings": {"step_size": 2}, "every": "step"},
    commands.SetData: {"batch_size": None, "shuffle": None, "seed": None, "drop_last": None},
}
ALL = [struct for struct in get_args(commands.AnyCommand) if struct.__struct_fields__]
STRUCTS = [struct for struct in ALL if not issubclass(struct, TrainingCommand)]


@pytest.fixture(scope="module")
def session() -> Iterator[pg.Session]:
    pg.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    made = pg.Session(
        model, [(pg.randn(5, 4), pg.randn(5, 2))] * 3, loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-2)
    )
    made.apply(edit.group("linear1", "tanh1", name="Step"))
    made.step(1)
    yield made
    made.close()


def given(struct: Any, field: str, value: Any) -> dict[str, Any]:
    right = {**RIGHT, **RIGHT_OF.get(struct, {})}
    fields = {name: right[name] for name in struct.__struct_fields__ if name in right}
    return {"type": struct.__struct_config__.tag, **fields, field: value}


def is_refused(session: pg.Session, command: Any) -> bool:
    """Is the command refused with words? Afterwards the session is as it was, either way."""
    before, told = session.fingerprint(), None
    try:
        session.apply(command)
    except PatchgradError as error:
        told = error
    else:
        session.undo()
    assert session.fingerprint() == before
    assert told is None or (told.title and (told.got or told.want or told.hint)), told
    return told is not None


@pytest.mark.parametrize("struct", ALL, ids=lambda struct: struct.__name__)
def test_a_wrong_argument_is_refused_in_words_and_leaves_no_trace(session: pg.Session, struct: Any) -> None:
    refused = 0
    for field in struct.__struct_fields__:
        for value in WRONG:
            try:
                command = msgspec.convert(given(struct, field, value), commands.AnyCommand)
            except msgspec.ValidationError:
                refused += 1
                continue
            refused += is_refused(session, command)
    assert refused > len(WRONG) / 2


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_one_made_in_python_of_wrong_types_raises_no_error_of_its_own(session: pg.Session, struct: Any) -> None:
    """The wire checks types; a struct that is made by hand does not."""
    fields = {
        name: PortRef(**value) if isinstance(value := RIGHT.get(name), dict) and "port" in value else value
        for name in struct.__struct_fields__
    }
    for field in struct.__struct_fields__:
        for value in ("n999", PortRef("n999", "y"), PortRef("n2", "nine"), ("n999",), ()):
            is_refused(session, struct(**{**fields, field: value}))
