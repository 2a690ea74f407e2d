"""What a front end shows of a ``.patchgrad`` file: the notebook that it offers opens the file and trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.session.preview import preview

CASES = {
    "classes": (nn.Sequential(nn.Linear(4, 3)), pg.zeros(8, 4), pg.zeros(8, dtype=pg.int64), nn.CrossEntropyLoss()),
    "pixels": (nn.Sequential(nn.Conv2d(1, 2, 1)), pg.zeros(8, 1, 3, 3), pg.zeros(8, 2, 3, 3), nn.MSELoss()),
    "words": (
        nn.Sequential(nn.Embedding(5, 4), nn.Flatten(), nn.Linear(12, 2)),
        pg.zeros(8, 3, dtype=pg.int64),
        pg.zeros(8, 2),
        nn.BCEWithLogitsLoss(),
    ),
}


def saved(case: str, path: Path, **options: Any) -> None:
    model, inputs, targets, loss = CASES[case]
    loader = pg.data.DataLoader(pg.data.TensorDataset(inputs, targets), batch_size=4)
    session = pg.Session(model, loader, loss=loss, optimizer=optim.SGD(model.parameters(), lr=0.01))
    session.run(steps=2, progress=False)
    session.save(path, **options)
    session.close()


@pytest.mark.parametrize("case", CASES)
def test_the_cells_that_are_offered_go_on_with_the_training(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    saved(case, tmp_path / "net.patchgrad")
    *cells, opening, running = preview("net.patchgrad")["cells"]
    names: dict[str, Any] = {}
    for cell in (*cells, opening.replace("session.studio()", ""), running.replace("1000", "2, progress=False")):
        exec(cell, names)
    assert names["session"].step_count == 4  # two before it was saved
    names["session"].close()


def test_the_facts_tell_layers_training_and_whether_weights_are_there(tmp_path: Path) -> None:
    saved("classes", tmp_path / "net.patchgrad", weights=False)
    shown = preview(tmp_path / "net.patchgrad")
    assert dict(shown["facts"]) == {
        "layers": "3",
        "parameters": "15, their values not saved",
        "trained for": "2 steps",
        "loss": "CrossEntropyLoss",
        "optimizer": "SGD lr 0.01",
    }
    assert shown["svg"].startswith("<svg")
