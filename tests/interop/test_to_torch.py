"""Modules and tensors go to PyTorch with their classes, names and weights, and compute the same there."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import ArgumentError, GraphError
from patchgrad.interop import torch_source
from tests.zoo.models import ZOO as OURS

torch = pytest.importorskip("torch")

from tests.interop.test_from_torch import LAYERS, leaves  # noqa: E402
from tests.interop.zoo import ZOO, made  # noqa: E402
from tests.layergraph.test_delay import looped  # noqa: E402


def equal(a: Any, b: Any) -> bool:
    return all(torch.equal(x, y) for x, y in zip(leaves(a), leaves(b), strict=True))


@pytest.mark.parametrize("name", ZOO)
def test_a_network_that_came_in_goes_out_as_it_was(name: str) -> None:
    theirs, inputs = made(name)
    back = pg.to_torch(pg.from_torch(theirs.eval()))
    assert list(back.state_dict()) == list(theirs.state_dict())
    assert [path for path, _ in back.named_parameters()] == [path for path, _ in theirs.named_parameters()]
    assert all(torch.equal(value, theirs.state_dict()[key]) for key, value in back.state_dict().items())
    assert equal(back(*inputs), theirs(*inputs))
    for model in (back, theirs):
        sum(result.sum() for result in leaves(model(*inputs))).backward()
    for mine, original in zip(back.parameters(), theirs.parameters(), strict=True):
        assert original.grad is None or torch.equal(mine.grad, original.grad)
    assert equal(pickle.loads(pickle.dumps(back))(*inputs), theirs(*inputs))


@pytest.mark.parametrize(("make", "shape"), LAYERS, ids=[str(make()).split("(")[0] for make, _ in LAYERS])
def test_a_layer_is_made_with_the_arguments_that_it_was_made_with(make: Any, shape: Any) -> None:
    theirs = make().eval()
    back = pg.to_torch(pg.from_torch(theirs))
    assert type(back) is type(theirs)
    assert repr(back) == repr(theirs)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    assert equal(back(x), theirs(x))


@pytest.mark.parametrize("name", [name for name, (_, _, closed) in OURS.items() if not closed])
def test_a_module_with_a_forward_of_its_own_goes_out_under_its_names(name: str) -> None:
    pg.manual_seed(4)
    cls, batch, _ = OURS[name]
    ours, inputs = cls().eval(), batch()
    theirs = pg.to_torch(ours, *inputs)
    assert not theirs.training
    assert theirs.state_dict().keys() == ours.state_dict().keys()
    assert {path for path, _ in theirs.named_parameters()} == {path for path, _ in ours.named_parameters()}
    for key, value in ours.state_dict().items():
        assert np.array_equal(theirs.state_dict()[key].numpy(), value.numpy(force=True)), key
    mine, found = leaves(ours(*inputs)), leaves(theirs(*[pg.to_torch(x) for x in inputs]))
    for a, b in zip(mine, found, strict=True):
        np.testing.assert_allclose(b.detach().numpy(), a.numpy(force=True), rtol=1e-4, atol=1e-6)
    sum(entry.sum() for entry in mine).backward()
    sum(entry.sum() for entry in found).backward()
    gradients = dict(theirs.named_parameters())
    for path, parameter in ours.named_parameters():
        if parameter.grad is not None:
            np.testing.assert_allclose(gradients[path].grad.numpy(), parameter.grad.numpy(), rtol=1e-3, atol=1e-4)


def test_weights_are_copied_and_the_module_can_be_moved_and_copied_there() -> None:
    cls, batch, _ = OURS["UNet"]
    ours, inputs = cls().eval(), batch()
    theirs = pg.to_torch(ours, *inputs)
    again = copy.deepcopy(theirs).double()
    x = pg.to_torch(inputs[0])
    np.testing.assert_allclose(again(x.double()).detach().numpy(), theirs(x).detach().numpy(), rtol=1e-4, atol=1e-6)
    with torch.no_grad():
        next(theirs.parameters()).zero_()
    assert next(ours.parameters()).abs().sum().item() > 0


def test_what_is_frozen_shared_or_in_training_stays_so() -> None:
    shared = nn.Linear(3, 3)
    ours = nn.Sequential(shared, nn.Dropout(0.2), shared, nn.ModuleDict({"own": nn.Sequential(nn.Add())})["own"])
    shared.bias.requires_grad_(False)
    ours[1].eval()
    theirs = pg.to_torch(ours[:3])
    assert theirs[0] is theirs[2]
    assert not theirs[0].bias.requires_grad
    assert (theirs.training, theirs[1].training) == (True, False)
    assert pg.to_torch(ours[3])[0](1, 2) == 3


OPERATIONS: list[tuple[Any, tuple[int, ...]]] = [
    *[(lambda name=name: nn.Elementwise(name), (3, 4)) for name in ("neg", "abs", "exp", "rsqrt", "square", "round")],
    *[(lambda name=name: nn.Arithmetic(name, 2.5), (3, 4)) for name in ("add", "sub", "mul", "div", "pow")],
    *[(lambda name=name: nn.Arithmetic(name, 2.5, reverse=True), (3, 4)) for name in ("sub", "div", "pow")],
    *[(lambda name=name: nn.Reduce(name, 1), (3, 4)) for name in ("mean", "sum", "amax", "amin")],
    (lambda: nn.Reduce("mean", (1, 2), keepdim=True), (3, 4, 2)),
    (lambda: nn.Permute((0, 2, 1)), (3, 4, 2)),
    (lambda: nn.Reshape((-1, 2)), (3, 4)),
    (lambda: nn.Index(":, -1"), (3, 4)),
    (lambda: nn.Index("..., None, 1:4:2"), (3, 4)),
    (lambda: nn.Softmax(), (3, 4, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("make", "shape"), OPERATIONS, ids=[repr(make()) for make, _ in OPERATIONS])
def test_an_operation_as_a_layer_does_the_same_there(make: Any, shape: tuple[int, ...]) -> None:
    pg.manual_seed(0)
    ours, x = make(), pg.rand(*shape) + 0.1
    found = pg.to_torch(ours)(pg.to_torch(x))
    np.testing.assert_allclose(found.numpy(), ours(x).numpy(), rtol=1e-6)


def test_layers_of_two_inputs_and_of_none_do_the_same_there() -> None:
    a, b = pg.rand(2, 3), pg.rand(2, 3) + 0.1
    for kind in (nn.Add, nn.Subtract, nn.Multiply, nn.Divide, nn.Concat, nn.MaskedFill, nn.ExpandBatch):
        x, other = (a[:1], b) if kind is nn.ExpandBatch else (a, b > 0.5) if kind is nn.MaskedFill else (a, b)
        found = pg.to_torch(kind())(pg.to_torch(x), pg.to_torch(other))
        np.testing.assert_allclose(found.numpy(), kind()(x, other).numpy(), rtol=1e-6)
    assert pg.to_torch(nn.MatMul())(pg.to_torch(a), pg.to_torch(b.T)).shape == (2, 2)
    learned, constant = nn.Learned((2, 2)), nn.Constant((3,), "int64")
    assert pg.to_torch(learned)().requires_grad
    assert list(pg.to_torch(constant).state_dict()) == ["value"]


def test_the_source_needs_nothing_but_pytorch(tmp_path: Path) -> None:
    """Run in a process that cannot import patchgrad."""
    cls, batch, _ = OURS["GPT"]
    ours, inputs = cls().eval(), batch()
    source = torch_source(pg.LayerGraph.from_module(ours, *inputs), "Written")
    run = "import sys\nsys.modules['patchgrad'] = None\nmodel = Written()\n"
    run += f"print(tuple(model(torch.zeros({tuple(inputs[0].shape)}, dtype=torch.int64)).shape))\n"
    (tmp_path / "written.py").write_text(source + run)
    said = subprocess.run([sys.executable, tmp_path / "written.py"], check=True, capture_output=True, text=True).stdout
    assert said.strip() == str(tuple(ours(*inputs).shape))


def test_what_cannot_go_out_is_named() -> None:
    class Deciding(nn.Module):
        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return x.relu() if x[0, 0] > 0 else x.tanh()

    class Around(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.deciding = nn.Linear(3, 3), Deciding()

        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return self.first(self.deciding(x))

    with pytest.raises(ArgumentError, match="needs an example") as error:
        pg.to_torch(nn.Sequential(nn.Linear(2, 2), Deciding()))
    assert "Deciding" in str(error.value)
    with pytest.raises(GraphError, match="cannot see what Deciding does") as refused:
        pg.to_torch(Around(), pg.ones(2, 3))
    assert refused.value.where == "deciding"
    assert refused.value.got == "it decides by the values that come in"
    with pytest.raises(ArgumentError, match="tensor or a module"):
        pg.to_torch([1.0])


@pytest.mark.parametrize("kind", ["float32", "float64", "float16", "bfloat16", "int64", "uint8", "bool", "complex64"])
def test_a_tensor_shares_its_memory_with_pytorch(kind: str) -> None:
    ours = pg.ones(2, 3, dtype=kind)
    theirs = pg.to_torch(ours)
    assert theirs.dtype is getattr(torch, kind)
    theirs[0, 1] = 0
    assert ours[0, 1].item() == 0
    assert pg.from_torch(theirs).dtype is ours.dtype
    assert pg.to_torch(ours[:, ::2]).stride() == (3, 2)


def test_a_tensor_goes_out_as_the_leaf_that_it_is() -> None:
    assert pg.to_torch(pg.ones(2, requires_grad=True)).requires_grad
    parameter = pg.to_torch(nn.Parameter(pg.ones(2), requires_grad=False))
    assert isinstance(parameter, torch.nn.Parameter)
    assert not parameter.requires_grad
    assert pg.to_torch(pg.arange(3.0).flip(0)).tolist() == [2, 1, 0]
    frozen = np.arange(3.0)
    frozen.flags.writeable = False
    pg.to_torch(pg.from_numpy(frozen)).zero_()
    assert frozen.tolist() == [0, 1, 2]


def test_a_network_that_was_edited_while_it_learned_goes_to_pytorch():
    model = pg.nn.Sequential(pg.nn.Linear(4, 8), pg.nn.ReLU(), pg.nn.Linear(8, 2))
    x, y = pg.randn(6, 4), pg.arange(6) % 2
    session = pg.Session(model, [(x, y)], loss=pg.nn.CrossEntropyLoss(), optimizer=pg.optim.Adam(model.parameters()))
    session.step(2)
    session.apply(pg.edit.insert("relu1 -> linear2", pg.nn.LayerNorm(8)))
    session.step(2)
    with pytest.raises(ArgumentError, match="example"):
        pg.to_torch(session.model)
    found = pg.to_torch(session.model, x)(torch.from_numpy(x.numpy()))
    np.testing.assert_allclose(found.detach().numpy(), session.model(x).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_a_loop_through_a_delay_runs_step_by_step_in_both() -> None:
    pg.manual_seed(4)
    session = looped()
    session.step(2)
    names: dict[str, Any] = {}
    exec(compile(torch_source(session.graph), "<loop>", "exec"), names)
    theirs = names["Model"]()
    theirs.load_state_dict({key: torch.tensor(value.numpy()) for key, value in session.model.state_dict().items()})
    theirs.train()
    for _ in range(3):
        x = pg.randn(5, 3)
        mine = session.model(x).detach().numpy()
        np.testing.assert_allclose(theirs(torch.tensor(x.numpy())).detach().numpy(), mine, rtol=1e-5, atol=1e-6)


def test_a_network_with_repeats_is_written_with_a_loop_and_takes_the_weights_by_its_names() -> None:
    pg.manual_seed(4)
    make, example, _ = OURS["GPT"]
    batch = example()
    graph = pg.LayerGraph.from_module(make(), *batch)
    mine, names = graph.build().eval(), dict[str, Any]()
    source = torch_source(graph)
    assert "for block in self.blocks:" in source
    exec(compile(source, "<repeats>", "exec"), names)
    theirs = names["Model"]().eval()
    theirs.load_state_dict({key: torch.tensor(x.numpy(force=True)) for key, x in mine.source_state().items()})
    found = theirs(*(torch.tensor(x.numpy()) for x in batch)).detach().numpy()
    np.testing.assert_allclose(found, mine(*batch).detach().numpy(), rtol=1e-5, atol=1e-6)
