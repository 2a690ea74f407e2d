"""Modules of PyTorch come in with their classes, names and weights, and compute the same."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import patchgrad as pg
from patchgrad.errors import ArgumentError, GraphError
from patchgrad.interop.traced import Traced

torch = pytest.importorskip("torch")

from tests.interop.vision import VISION, pictures  # noqa: E402
from tests.interop.zoo import ZOO, made  # noqa: E402

CLOSE = {"float32": 1e-6, "float64": 1e-12}


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


def here(inputs: tuple[Any, ...]) -> list[Any]:
    return [pg.from_torch(entry) for entry in inputs]


def difference(ours: Any, theirs: Any) -> float:
    """The largest difference, relative to the size of the numbers."""
    pairs = zip(listed(ours), listed(theirs), strict=True)
    return max(
        float(np.abs(a.numpy(force=True) - b.detach().numpy()).max() / max(1.0, b.detach().abs().max().item()))
        for a, b in pairs
    )


@pytest.mark.parametrize(
    ("name", "kind"), [(name, "float64") for name in ZOO] + [(name, "float32") for name in ("mlp", "cnn", "vit")]
)
def test_a_network_gives_the_same_outputs_and_gradients_under_the_same_names(name: str, kind: str) -> None:
    theirs, inputs = made(name, kind)
    ours = pg.from_torch(theirs.eval())
    assert not any(part.training for part in ours.modules())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    results = ours(*here(inputs)), theirs(*inputs)
    assert difference(*results) < CLOSE[kind]
    sum(result.sum() for result in listed(results[0])).backward()
    sum(result.sum() for result in listed(results[1])).backward()
    for (path, mine), (_, original) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        if original.grad is not None and original.grad.abs().max() > 0:
            assert difference(mine.grad, original.grad) < 20 * CLOSE[kind], path


@pytest.mark.parametrize("name", ["resnet", "unet", "gpt", "vit", "lstm", "towers"])
def test_steps_of_training_take_the_same_way(name: str) -> None:
    theirs, inputs = made(name, "float64")
    ours = pg.from_torch(theirs.train())
    for _ in range(3):
        for model, batch in ((ours, here(inputs)), (theirs, inputs)):
            model.zero_grad()
            (model(*batch) ** 2).mean().backward()
            stepped(model)
    for name, value in ours.state_dict().items():
        assert difference(value, theirs.state_dict()[name]) < 1e-9


def stepped(model: Any) -> None:
    """A step down the gradient. (PyTorch's optimizers bring its compiler along, which takes seconds.)"""
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.data -= 0.05 * (parameter.grad.data if isinstance(model, pg.nn.Module) else parameter.grad)


def test_weights_are_copied_and_shared_ones_stay_shared() -> None:
    theirs, _inputs = made("gpt")
    ours = pg.from_torch(theirs)
    assert ours.lm_head.weight is ours.wte.weight
    before = ours.wte.weight.tolist()
    with torch.no_grad():
        theirs.wte.weight.zero_()
    assert ours.wte.weight.tolist() == before
    shared, _ = made("shared")
    twice = pg.from_torch(shared)
    assert twice.first is twice.again
    assert len(list(twice.parameters())) == 2


def test_what_was_frozen_and_in_evaluation_stays_so() -> None:
    theirs, _ = made("resnet")
    theirs.layer1.eval()
    theirs.conv1.requires_grad_(False)
    ours = pg.from_torch(theirs)
    assert ours.training
    assert not ours.layer1[0].bn1.training
    assert not ours.conv1.weight.requires_grad
    assert ours.fc.weight.requires_grad


def test_dropout_and_branches_on_the_mode_follow_the_mode_here() -> None:
    theirs, inputs = made("cnn")
    ours = pg.from_torch(theirs)
    x = here(inputs)[0]
    assert ours(x).tolist() != ours(x).tolist()
    ours.eval()
    assert ours(x).tolist() == ours(x).tolist()
    sampler, inputs = made("vae")
    ours = pg.from_torch(sampler)
    x = here(inputs)[0]
    assert ours(x)[0].tolist() != ours(x)[0].tolist()
    assert ours.eval()(x)[0].tolist() == ours(x)[0].tolist()


def test_another_batch_and_another_length_need_no_new_look() -> None:
    theirs, _ = made("gpt")
    ours = pg.from_torch(theirs.eval())
    for batch, length in ((1, 1), (4, 6), (2, 3)):
        ids = torch.randint(0, 11, (batch, length))
        assert difference(ours(pg.from_torch(ids)), theirs(ids)) < 1e-6


def test_what_came_in_is_copied_and_kept_like_any_module() -> None:
    theirs, inputs = made("unet")
    ours = pg.from_torch(theirs.eval())
    x = here(inputs)[0]
    for again in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert again(x).tolist() == ours(x).tolist()
        assert again.out.weight is not ours.out.weight


CLOSED = {"vae": 1, "towers": 2}
"""Boxes that stay: what draws numbers in training alone, and two bags of rows."""


@pytest.mark.parametrize("name", ZOO)
def test_a_network_that_came_in_is_an_open_layer_graph(name: str) -> None:
    theirs, inputs = made(name)
    graph = pg.LayerGraph.from_module(pg.from_torch(theirs.eval()), *here(inputs))
    assert len(graph.of_kind("Closed")) == CLOSED.get(name, 0)
    assert graph.check().ok


@pytest.mark.parametrize("name", VISION)
def test_a_network_for_images_comes_in_open_and_goes_out_equal(name: str) -> None:
    torch.manual_seed(0)
    theirs, x = VISION[name]().eval(), pictures()
    ours = pg.from_torch(theirs)
    assert difference(ours(pg.from_torch(x)), theirs(x)) < 2e-6
    graph = pg.LayerGraph.from_module(ours, pg.from_torch(x))
    assert [graph.origin[node.uid].reason for node in graph.of_kind("Closed")] == []
    assert difference(graph.build().eval()(pg.from_torch(x)), theirs(x)) < 2e-6
    back = pg.to_torch(ours)
    assert list(back.state_dict()) == list(theirs.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(listed(back(x)), listed(theirs(x)), strict=True))


# --- Layers ---------------------------------------------------------------------------------------

nn = torch.nn if torch else None
images, sequences, rows = (2, 4, 6, 6), (2, 4, 6), (3, 4)
LAYERS: list[tuple[Any, Any]] = [
    (lambda: nn.Linear(4, 3, bias=False), rows),
    (lambda: nn.Conv2d(4, 6, 3, stride=2, padding=1, dilation=1, groups=2, bias=False, padding_mode="reflect"), images),
    (lambda: nn.Conv2d(4, 6, 3, padding="same"), images),
    (lambda: nn.Conv1d(4, 2, 3), sequences),
    (lambda: nn.Conv3d(4, 2, 2), (1, 4, 3, 3, 3)),
    (lambda: nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1), images),
    (lambda: nn.ConvTranspose1d(4, 2, 3), sequences),
    (lambda: nn.BatchNorm2d(4, eps=1e-3, momentum=0.2, affine=False), images),
    (lambda: nn.BatchNorm1d(4, track_running_stats=False), rows),
    (lambda: nn.LayerNorm((6, 6), eps=1e-3), images),
    (lambda: nn.LayerNorm(6, bias=False), images),
    (lambda: nn.GroupNorm(2, 4, affine=False), images),
    (lambda: nn.InstanceNorm2d(4, affine=True), images),
    (lambda: nn.RMSNorm(6), images),
    (lambda: nn.LocalResponseNorm(3), images),
    (lambda: nn.MaxPool2d(3, 2, 1, ceil_mode=True), images),
    (lambda: nn.AvgPool2d(2, count_include_pad=False, divisor_override=3), images),
    (lambda: nn.AdaptiveAvgPool2d((2, 3)), images),
    (lambda: nn.AdaptiveMaxPool2d(2), images),
    (lambda: nn.LPPool2d(2, 2), images),
    (lambda: nn.PReLU(4), images),
    (lambda: nn.LeakyReLU(0.3), rows),
    (lambda: nn.Softplus(2, 5), rows),
    (lambda: nn.Hardtanh(-0.5, 0.5), rows),
    (lambda: nn.GELU(approximate="tanh"), rows),
    (lambda: nn.GLU(dim=1), rows),
    (lambda: nn.Softmax(dim=1), rows),
    (lambda: nn.Threshold(0.1, 2), rows),
    (lambda: nn.Dropout2d(0.3), images),
    (lambda: nn.ZeroPad2d((1, 2, 3, 0)), images),
    (lambda: nn.ConstantPad1d(2, 1.5), sequences),
    (lambda: nn.ReflectionPad2d(1), images),
    (lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), images),
    (lambda: nn.PixelShuffle(2), images),
    (lambda: nn.Flatten(1, 2), images),
    (lambda: nn.Unflatten(1, (2, 2)), images),
    (lambda: nn.Identity(), rows),
    (lambda: nn.GRU(6, 5, num_layers=2, batch_first=True, bias=False), sequences),
    (lambda: nn.RNN(6, 5, nonlinearity="relu", bidirectional=True), sequences),
    (lambda: nn.LSTM(6, 5), sequences),
    (lambda: nn.LSTMCell(4, 5), rows),
    (lambda: nn.TransformerEncoderLayer(6, 2, 8, activation="gelu", norm_first=True, layer_norm_eps=1e-3), sequences),
    (lambda: nn.Sequential(nn.Linear(4, 5), nn.Sequential(nn.Tanh(), nn.Linear(5, 2))), rows),
]  # fmt: skip


def leaves(value: Any) -> list[Any]:
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, tuple) else [value]


@pytest.mark.parametrize(("make", "shape"), LAYERS, ids=[str(make()).split("(")[0] for make, _ in LAYERS])
def test_a_layer_is_made_with_the_same_arguments(make: Any, shape: Any) -> None:
    theirs = make().eval()
    ours = pg.from_torch(theirs)
    assert type(ours).__name__ == type(theirs).__name__
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    for a, b in zip(leaves(ours(pg.from_torch(x))), leaves(theirs(x)), strict=True):
        assert difference(a, b) < 2e-6
    assert list(ours.state_dict()) == list(theirs.state_dict())


# --- What cannot come in --------------------------------------------------------------------------


class Odd(nn.Module):
    """Does something that has no counterpart."""

    def forward(self, x):
        y = torch.relu(x)
        return torch.sspaddmm(y, y, y)


class Deciding(nn.Module):
    """Decides by a shape."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        assert x.shape[1] <= 4, "too wide"
        for _ in range(x.shape[0]):
            x = self.fc(x)
        return x


def test_what_has_no_counterpart_is_named_with_its_line() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ModuleDict({"odd": Odd()})["odd"])
    with pytest.raises(GraphError, match="no function for") as error:
        pg.from_torch(model)
    assert "sspaddmm" in error.value.got
    assert "test_from_torch.py" in error.value.got
    assert "torch.sspaddmm(y, y, y)" in error.value.got
    assert error.value.where == "1"


def test_a_decision_by_a_value_needs_an_example_and_is_checked_ever_after() -> None:
    theirs = Deciding()
    with pytest.raises(GraphError, match="cannot be followed") as error:
        pg.from_torch(theirs)
    assert "test_from_torch.py" in error.value.got
    assert "example" in error.value.hint
    x = torch.randn(3, 4)
    ours = pg.from_torch(theirs, x)
    assert difference(ours(pg.from_torch(x)), theirs(x)) < 1e-6
    with pytest.raises(GraphError, match="another way"):
        ours(pg.ones(2, 4))


def test_an_argument_that_was_left_out_must_be_left_out() -> None:
    theirs, inputs = made("shared")
    x = here(inputs)[0]
    with pytest.raises(ArgumentError, match="looked at without y"):
        pg.from_torch(theirs)(x, x)
    both = pg.from_torch(theirs, inputs[0], inputs[0])
    assert difference(both(x, x), theirs(inputs[0], inputs[0])) < 1e-6
    with pytest.raises(ArgumentError, match="cannot be called like this"):
        both(x)


def test_layers_with_settings_unknown_here_are_refused() -> None:
    strange = nn.Linear(2, 3)
    strange.register_parameter("extra", nn.Parameter(torch.ones(2)))
    with pytest.raises(GraphError, match="extra"):
        pg.from_torch(nn.Sequential(strange))
    with pytest.raises(ArgumentError, match="tensor or a module"):
        pg.from_torch([torch.ones(2)])


def test_tensors_share_memory_and_say_whether_a_gradient_is_wanted() -> None:
    plain, leaf = torch.ones(2), torch.ones(2, requires_grad=True)
    ours = pg.from_torch(plain)
    plain[0] = 5
    assert ours.tolist() == [5, 1]
    assert not ours.requires_grad
    assert pg.from_torch(leaf).requires_grad
    parameter = pg.from_torch(torch.nn.Parameter(torch.ones(2), requires_grad=False))
    assert isinstance(parameter, pg.nn.Parameter)
    assert not parameter.requires_grad
    assert pg.from_torch(torch.ones(2, dtype=torch.complex64).conj()).tolist() == [1, 1]


def test_a_module_that_only_holds_others_says_so_when_it_is_called() -> None:
    holder = nn.Module()
    holder.part = nn.Linear(2, 2)
    ours = pg.from_torch(holder)
    assert isinstance(ours, Traced)
    assert list(ours.state_dict()) == ["part.weight", "part.bias"]
    with pytest.raises(NotImplementedError, match="no forward"):
        ours(pg.ones(2))
