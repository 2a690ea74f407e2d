"""Every optimizer goes on after a layer was resized, and undo gives it back the slots it had."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.data import DataLoader, TensorDataset

FAMILIES = ["Adadelta", "Adafactor", "Adagrad", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop", "SGD"]


def session_of(family):
    pg.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))
    loader = DataLoader(TensorDataset(pg.randn(40, 4), pg.randint(0, 3, (40,))), 8)
    optimizer = getattr(optim, family)(model.parameters(), lr=0.01)
    return pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optimizer)


@pytest.mark.parametrize("family", FAMILIES)
def test_training_goes_on_after_a_layer_grew_and_undo_brings_its_slots_back(family):
    session = session_of(family)
    session.run(steps=3)
    first = next(session.model.parameters())
    before = {name: np.array(value) for name, value in session.optimizer.slots(first).items()}
    linear = next(node.name for node in session.graph.nodes.values() if node.kind == "Linear")
    session.apply(pg.edit.set(linear, out_features=9))
    session.run(steps=3)
    assert np.isfinite([parameter.data.sum() for parameter in session.model.parameters()]).all()
    session.undo()
    back = next(session.model.parameters())
    assert back is first
    assert session.optimizer.slots(back).keys() == before.keys()
    for slot, value in before.items():
        np.testing.assert_array_equal(session.optimizer.slots(back)[slot], value, err_msg=slot)
    session.run(steps=2)
