"""Where an error says that it happened: layer path, cell and line, with the expression underlined."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import (
    ArgumentError,
    CallError,
    DtypeError,
    PatchgradError,
    RangeError,
    ShapeError,
)

X = pg.zeros(4, 3)


def network():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Sequential(nn.Flatten(), nn.Linear(10, 5)), nn.BatchNorm1d(5)
    )


def test_a_mistake_inside_a_network_names_the_layer():
    with pytest.raises(ShapeError) as error:
        network()(pg.zeros(2, 1, 8, 8))
    assert error.value.where.startswith("2.1, test_places.py:")
    assert "(2, 144)" in error.value.got
    text = str(error.value)
    assert [line.split()[0] for line in text.splitlines()[1:5]] == ["got", "want", "try", "in"]


class Strict(nn.Module):
    def forward(self, x):
        raise ArgumentError("raised without a place", got="x", want="y")


@pytest.mark.parametrize("hooked", [False, True], ids=["plain", "with hooks"])
def test_an_error_that_names_no_place_gets_the_layer_and_the_line_that_it_came_from(hooked):
    model = nn.Sequential(nn.ReLU(), nn.Sequential(Strict()))
    if hooked:
        model[1].register_forward_hook(lambda *_: None)
    with pytest.raises(ArgumentError) as error:
        model(X)
    assert error.value.where.startswith("1.0, test_places.py:")
    assert error.value.source.startswith("raise ArgumentError")


def test_the_expression_of_a_mistake_is_underlined():
    with pytest.raises(ShapeError) as error:
        _ = 1 + (X + 1) @ (X * 2)
    assert error.value.source.splitlines() == ["_ = 1 + (X + 1) @ (X * 2)", "        ^^^^^^^^^^^^^^^^^"]
    assert str(error.value).endswith("        _ = 1 + (X + 1) @ (X * 2)\n                ^^^^^^^^^^^^^^^^^")


def test_the_cell_of_a_notebook_is_named_by_its_number(monkeypatch):
    compiled = SimpleNamespace(compile=SimpleNamespace(_filename_map={"/tmp/ipykernel_1/123.py": 7}))
    monkeypatch.setattr(sys.modules["__main__"], "get_ipython", lambda: compiled, raising=False)
    code = compile("import patchgrad as pg\n\npg.zeros(2) + 'a'", "/tmp/ipykernel_1/123.py", "exec")
    with pytest.raises(DtypeError) as error:
        exec(code)
    assert error.value.where == "In [7]:3"


def test_a_line_of_a_library_of_python_is_not_taken_for_the_users():
    with pytest.raises(PatchgradError) as error:
        next(iter(pg.data.DataLoader([X, pg.zeros(2)], batch_size=2, num_workers=1)))
    assert error.value.where.startswith("test_places.py:")


def own_fault(x):
    return x.hidden["key"]


def test_errors_of_the_users_own_code_stay_as_they_are():
    class Net(nn.Module):
        def forward(self, batch):
            return own_fault(batch)

    for batch, kind in (([1], AttributeError), (SimpleNamespace(hidden=[]), TypeError)):
        with pytest.raises(kind) as error:
            Net()(batch)
        assert not isinstance(error.value, PatchgradError)


def test_a_wrong_call_in_the_users_forward_is_told_at_the_inner_layer():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 2)

        def forward(self, x):
            return self.fc(x, x)

    with pytest.raises(CallError, match="Linear cannot be called") as error:
        Net()(X)
    assert error.value.where.startswith("fc, test_places.py:")


def test_a_class_of_the_users_is_made_with_its_own_words():
    class Net(nn.Module):
        """A model."""

        def __init__(self, width, *, depth=2):
            super().__init__()
            self.fc = nn.Linear(width, depth, biass=True)

    with pytest.raises(CallError) as error:
        Net(3, dept=1)
    assert (error.value.got, error.value.want) == ("Net(3, dept=1)", "Net(width, *, depth=2)")
    assert error.value.hint == "did you mean depth?"
    with pytest.raises(CallError, match="Linear cannot be called"):
        Net(3)


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (lambda: nn.Linear(3, 2).scale, AttributeError),
        (lambda: pg.sofmax, AttributeError),
        (lambda: X[9], IndexError),
        (lambda: nn.ModuleDict()["a"], KeyError),
        (lambda: X + "a", TypeError),
        (lambda: pg.load("nowhere.pt"), FileNotFoundError),
        (lambda: nn.Module()(X), NotImplementedError),
        (lambda: pg.zeros(2**40, 2**10), MemoryError),
        (lambda: X.reshape(5), ValueError),
        (lambda: X.sum().backward(), RuntimeError),
    ],
)
def test_an_error_is_also_of_the_kind_that_python_gives(ask, kind):
    with pytest.raises(kind) as error:
        ask()
    assert isinstance(error.value, PatchgradError)


def test_asking_for_a_name_costs_no_look_at_others(monkeypatch):
    looked = []
    monkeypatch.setattr("patchgrad.errors.near", lambda *names: looked.append(names) or "")
    assert not hasattr(nn.Linear(3, 2), "scale")
    assert not hasattr(pg, "scale")
    assert looked == []


def test_the_end_of_a_data_set_ends_a_loop_over_it():
    data = pg.data.Subset(pg.data.TensorDataset(X), [1, 2])
    assert len(list(data)) == 2
    with pytest.raises(RangeError):
        data[2]
