"""Edits of a network, before and while it learns."""

import patchgrad as pg
from patchgrad import nn, optim


def _session():
    model = nn.Sequential({"fc1": nn.Linear(4, 8), "relu1": nn.ReLU(), "fc2": nn.Linear(8, 2)})
    batches = [(pg.randn(8, 4), pg.zeros(8, dtype=pg.int64)) for _ in range(4)]
    optimizer = optim.Adam(model.parameters())
    session = pg.Session(model, batches, loss=nn.CrossEntropyLoss(), optimizer=optimizer, watch=False)
    session.run(2, progress=False)
    return session


def a_layer_that_is_not_there():
    """There is no layer of this name."""
    session = _session()
    session.apply(pg.edit.remove("fc3"))


def an_edge_that_is_not_there():
    """The two layers are not connected."""
    session = _session()
    session.apply(pg.edit.insert("fc1 -> fc2", nn.Dropout(0.2)))


def an_edge_that_is_written_in_another_way():
    """An edge is written with an arrow."""
    session = _session()
    session.apply(pg.edit.insert("fc1, relu1", nn.Dropout(0.2)))


def a_connection_that_makes_a_loop():
    """A layer would wait for its own output."""
    session = _session()
    session.apply(pg.edit.connect("fc2", "fc1"))


def a_size_that_is_no_size():
    """A layer has one output at least."""
    session = _session()
    session.apply(pg.edit.set("fc1", out_features=0))


def a_setting_that_the_layer_has_not():
    """The layer has no such setting."""
    session = _session()
    session.apply(pg.edit.set("fc1", units=16))


def two_settings_at_once():
    """An edit changes one setting."""
    pg.edit.set("fc1", out_features=16, bias=False)


def a_setting_of_text():
    """A size is a number."""
    session = _session()
    session.apply(pg.edit.set("fc1", out_features="sixteen"))


def a_name_that_another_layer_has():
    """Every layer has a name of its own."""
    session = _session()
    session.apply(pg.edit.rename("fc1", "fc2"))


def a_name_that_is_none():
    """A name is one that Python can write."""
    session = _session()
    session.apply(pg.edit.rename("fc1", "first layer"))


def a_layer_that_does_not_exist():
    """There is no kind of layer of this name."""
    session = _session()
    session.apply(pg.edit.insert("fc1 -> relu1", "Dropuot", p=0.2))


def an_edit_that_is_none():
    """A layer is no edit."""
    session = _session()
    session.apply(nn.Dropout(0.2))


def removing_the_input():
    """A network has an input."""
    session = _session()
    session.apply(pg.edit.remove("input"))


def disconnecting_a_layer_that_is_used():
    """A layer without an input cannot compute."""
    session = _session()
    session.apply(pg.edit.disconnect("fc2"))


def a_group_that_is_not_there():
    """There is no group of this name."""
    session = _session()
    session.apply(pg.edit.ungroup("block"))


def undoing_too_much():
    """Nothing was edited yet."""
    session = _session()
    session.undo()


def redoing_nothing():
    """Nothing was taken back."""
    session = _session()
    session.redo()


def an_edit_of_a_session_that_is_closed():
    """The session was closed."""
    session = _session()
    session.close()
    session.step()
