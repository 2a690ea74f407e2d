"""Parameters in lists, by name, and as one vector."""

import copy
import pickle

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import PatchgradError


def test_a_list_of_parameters_is_trained_and_saved_as_in_pytorch():
    torch = pytest.importorskip("torch")
    values = [np.ones((2, 3)), np.zeros(4)]
    ours = nn.ParameterList([nn.Parameter(values[0]), pg.tensor(values[1])])
    theirs = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(values[0])), torch.tensor(values[1])])
    assert {name: tuple(value.shape) for name, value in ours.state_dict().items()} == {
        name: tuple(value.shape) for name, value in theirs.state_dict().items()
    }
    ours.append(nn.Parameter(np.ones(5)))
    ours[0] = pg.zeros(7)
    assert [value.shape for value in ours] == [(7,), (4,), (5,)]
    assert [value.shape for value in ours[1:]] == [(4,), (5,)]
    assert len(list(ours.parameters())) == len(ours) == 3
    assert ours[-1] is list(ours)[2]
    assert repr(ours) == "ParameterList(0: (7,), 1: (4,), 2: (5,))"


def test_parameters_by_name():
    ours = nn.ParameterDict({"a": pg.ones(2), "b": nn.Parameter(np.ones(3))})
    model = nn.Sequential(nn.Linear(2, 2))
    model.extra = ours
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "extra.a", "extra.b"]
    assert (list(ours), "a" in ours, len(ours)) == (["a", "b"], True, 2)
    assert ours.pop("a").shape == (2,)
    assert list(ours.items()) == [("b", ours["b"])]


def test_a_model_can_be_written_as_one_vector_and_back():
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    vector = nn.utils.parameters_to_vector(model.parameters())
    assert vector.shape == (26,)
    np.testing.assert_array_equal(vector.data[:12], model[0].weight.data.reshape(-1))
    (vector * vector).sum().backward()
    np.testing.assert_allclose(model[1].bias.grad.data, 2 * model[1].bias.data)
    nn.utils.vector_to_parameters(pg.arange(26).float(), model.parameters())
    assert model[1].bias.tolist() == [24, 25]
    assert nn.utils.parameters_to_vector(model.parameters()).tolist() == list(range(26))


MISTAKES = [
    (lambda: nn.ParameterList([3]), "cannot hold"),
    (lambda: nn.utils.parameters_to_vector([]), "no parameters"),
    (lambda: nn.utils.vector_to_parameters(pg.zeros(5), nn.Linear(2, 2).parameters()), "cut the vector"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(PatchgradError, match=says):
        mistake()


def test_a_buffer_becomes_a_buffer_where_it_is_assigned():
    module = nn.Module()
    module.mean = nn.Buffer(pg.ones(2))
    module.count = nn.Buffer([1.0, 2.0], persistent=False)
    assert [name for name, _ in module.named_buffers()] == ["mean", "count"]
    assert list(module.state_dict()) == ["mean"]
    assert not list(module.parameters())
    twin = copy.deepcopy(module).double()
    assert twin.count.tolist() == [1, 2]
    assert list(twin.state_dict()) == ["mean"]
    assert not twin.count.persistent
    module.mean = pg.zeros(3)
    assert module.state_dict()["mean"].shape == (3,)


def test_states_and_tensors_with_shared_memory_can_be_pickled():
    module = nn.BatchNorm1d(2)
    state = module.state_dict()
    part = pg.arange(4.0)[1:3]
    for value in (state, part, part.detach()):
        again = pickle.loads(pickle.dumps(value))
        assert repr(again) == repr(value) == repr(copy.deepcopy(value))
    x = pg.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    assert pickle.loads(pickle.dumps(x)).grad.tolist() == [2, 4]
    with pytest.raises(PatchgradError, match="only leaves can be copied"):
        copy.deepcopy(x * 2)
