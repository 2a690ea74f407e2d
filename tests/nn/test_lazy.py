"""Layers that learn the size of their input from the first one, against PyTorch's."""

import copy
import pickle

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import ArgumentError, PatchgradError, ShapeError

from .parity import close, normal, torch

pytestmark = pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
LAYERS = [
    ("nn.LazyLinear(3)", normal(2, 5)),
    ("nn.LazyLinear(3, bias=False)", normal(2, 4, 5)),
    ("nn.LazyConv1d(4, 3, stride=2)", normal(2, 3, 8)),
    ("nn.LazyConv2d(4, 3, padding='same', padding_mode='reflect')", normal(2, 6, 5, 5)),
    ("nn.LazyConv2d(4, (1, 2), groups=2, bias=False)", normal(6, 5, 5)),
    ("nn.LazyConv3d(2, 2, dilation=2)", normal(1, 3, 4, 4, 4)),
    ("nn.LazyConvTranspose1d(4, 3, stride=2, output_padding=1)", normal(2, 3, 8)),
    ("nn.LazyConvTranspose2d(4, 3, groups=2)", normal(2, 6, 5, 5)),
    ("nn.LazyConvTranspose3d(2, 2, bias=False)", normal(1, 3, 2, 2, 2)),
    ("nn.LazyBatchNorm1d()", normal(5, 3)),
    ("nn.LazyBatchNorm2d(momentum=None, eps=1e-3)", normal(5, 3, 2, 2)),
    ("nn.LazyBatchNorm3d(affine=False)", normal(5, 3, 2, 2, 2)),
    ("nn.LazyBatchNorm1d(track_running_stats=False)", normal(5, 3, 4)),
    ("nn.LazyInstanceNorm1d(track_running_stats=False)", normal(2, 3, 4)),
    ("nn.LazyInstanceNorm2d()", normal(2, 3, 4, 4)),
    ("nn.LazyInstanceNorm3d(affine=True)", normal(2, 3, 2, 2, 2)),
]
every = pytest.mark.parametrize(("text", "draw"), LAYERS, ids=[text for text, _ in LAYERS])


@every
def test_a_lazy_layer_is_that_of_pytorch_before_and_after_its_first_input(text, draw):
    rng = np.random.default_rng(1)
    x = draw(rng)
    ours, theirs = eval(text, {"nn": nn}).double(), eval(text, {"nn": torch.nn}).double()
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert ours.has_uninitialized_params() == any("Uninit" in type(v).__name__ for v in theirs.state_dict().values())
    parameters = list(ours.parameters())
    theirs(torch.tensor(x))
    assert ours(pg.tensor(x)).dtype is pg.float64
    assert all(a is b for a, b in zip(ours.parameters(), parameters, strict=True))
    assert repr(ours) == repr(theirs)
    assert type(ours).__name__ == type(theirs).__name__
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    own, their = pg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    results = [ours(own), theirs(their)]
    close(*results, "output")
    for result in results:
        (result**3).sum().backward()
    close(own.grad, their.grad, "input")
    for (name, parameter), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        close(parameter.grad, other.grad, name, 1e-8)


@every
def test_the_first_values_are_those_of_the_plain_layer(text, draw):
    x = pg.tensor(draw(np.random.default_rng(2)).astype("float32"))
    lazy = eval(text, {"nn": nn})
    pg.manual_seed(3)
    lazy(x)
    size = x.shape[-1] if "Linear" in text else x.shape[0] if "groups=2, bias" in text else x.shape[1]
    plain = text.replace("Lazy", "").replace("(", f"({size}, ", 1)
    pg.manual_seed(3)
    for name, value in eval(plain, {"nn": nn}).state_dict().items():
        if "running" not in name and "tracked" not in name:
            assert lazy.state_dict()[name].tolist() == value.tolist(), name


def test_a_state_may_be_loaded_before_the_first_input():
    whole = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4))
    lazy = nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d())
    lazy.load_state_dict(whole.state_dict())
    assert isinstance(lazy[0], nn.LazyLinear)
    assert not lazy[0].has_uninitialized_params()
    x = pg.randn(3, 5)
    assert lazy(x).tolist() == whole(x).tolist()
    assert repr(lazy) == repr(whole)
    nn.LazyLinear(4).load_state_dict(nn.LazyLinear(4).state_dict())


def test_a_lazy_network_is_copied_saved_moved_and_trained():
    net = nn.Sequential(nn.LazyConv1d(2, 3), nn.LazyBatchNorm1d(), nn.Flatten(), nn.LazyLinear(1))
    net = pickle.loads(pickle.dumps(copy.deepcopy(net)))
    net.to(pg.float64).eval().requires_grad_(False).requires_grad_(True)
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    optimizer.step()
    net(pg.ones(2, 1, 6, dtype=pg.float64)).sum().backward()
    before = net[3].weight.tolist()
    optimizer.step()
    assert net[3].weight.tolist() != before
    assert net[1].num_batches_tracked.item() == 0


def test_what_waits_for_its_shape_says_so():
    layer = nn.LazyLinear(3)
    assert repr(layer.weight) == "<UninitializedParameter>"
    for mistake in (lambda: layer.weight.shape, lambda: layer.bias.ndim):
        with pytest.raises(ArgumentError, match="no shape yet"):
            mistake()
    with pytest.raises(ShapeError, match="in_channels"):
        nn.LazyConv2d(2, 3)(pg.zeros(4, 4))
    with pytest.raises(PatchgradError, match="out_features"):
        nn.LazyLinear(0)
    with pytest.raises(ShapeError, match="does not fit"):
        nn.Linear(2, 3).load_state_dict(layer.state_dict())
    parameter, buffer = nn.UninitializedParameter(dtype=pg.float64), nn.UninitializedBuffer()
    parameter.materialize((2, 3))
    buffer.materialize((4,))
    assert (type(parameter), parameter.shape, parameter.dtype) == (nn.Parameter, (2, 3), pg.float64)
    assert (type(buffer), buffer.shape) == (pg.Tensor, (4,))
