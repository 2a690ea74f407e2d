"""Every layer of ``nn`` goes out as ONNX, gives in ONNX Runtime what it gives here, and comes in again."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import GraphError

from . import test_onnx

small = {"dim_feedforward": 6, "batch_first": True}
GROUPS: dict[str, tuple[tuple[tuple[int, ...], ...], Callable[[], list[nn.Module]]]] = {
    "rows": (
        ((3, 4),),
        lambda: [
            nn.Softmax(-1), nn.LogSoftmax(-1), nn.Softmin(-1), nn.RReLU(), nn.AlphaDropout(), nn.Reshape((-1, 2, 2)),
            nn.Sequential(nn.Linear(4, 3), nn.ReLU()), nn.Elementwise("exp"),
        ],
    ),
    "sequences": (
        ((2, 3, 6),),
        lambda: [
            nn.AdaptiveAvgPool1d(2), nn.AdaptiveMaxPool1d(3), nn.AvgPool1d(2), nn.CircularPad1d(1), nn.Dropout1d(),
            nn.ConstantPad1d(1, 2.0), nn.InstanceNorm1d(3), nn.LPPool1d(2, 2), nn.ReflectionPad1d(1),
            nn.ReplicationPad1d(1), nn.ZeroPad1d(1), nn.Permute((0, 2, 1)),
            nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, **small), 2),
        ],
    ),
    "images": (
        ((2, 4, 6, 6),),
        lambda: [
            nn.ConstantPad2d(1, 2.0), nn.Dropout2d(), nn.FeatureAlphaDropout(), nn.PixelUnshuffle(2),
            nn.UpsamplingBilinear2d(scale_factor=2), nn.UpsamplingNearest2d(scale_factor=2),
        ],
    ),
    "volumes": (
        ((2, 4, 4, 5, 6),),
        lambda: [
            nn.AdaptiveAvgPool3d(2), nn.AdaptiveMaxPool3d(2), nn.AvgPool3d(2), nn.BatchNorm3d(4), nn.CircularPad3d(1),
            nn.ConstantPad3d(1, 2.0), nn.ConvTranspose3d(4, 3, 2, stride=2), nn.Dropout3d(), nn.LPPool3d(2, 2),
            nn.InstanceNorm3d(4, affine=True), nn.MaxPool3d(2), nn.ReflectionPad3d(1), nn.ReplicationPad3d(1),
            nn.ZeroPad3d(1),
        ],
    ),
    "pairs": (
        ((2, 3, 6), (2, 3, 6)),
        lambda: [
            nn.CosineSimilarity(), nn.PairwiseDistance(), nn.TransformerDecoderLayer(6, 2, **small), nn.Add(),
            nn.TransformerDecoder(nn.TransformerDecoderLayer(6, 2, **small), 2), nn.Multiply(), nn.Subtract(),
            nn.Transformer(6, 2, 1, 1, **small), nn.Concat(1), nn.Divide(),
        ],
    ),
}  # fmt: skip
ELSEWHERE = {"Embedding", "EmbeddingBag", "MultiheadAttention", "Delay"}
"""They have tests of their own, below or in ``test_onnx.py``."""
HOLDERS = {"Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "RNNBase", "RNNCellBase"}
NOT_OUT = {
    "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "FractionalMaxPool2d", "FractionalMaxPool3d",
}  # fmt: skip
"""They place or draw by what only runs here: refused with the line, below."""
PARTS = {"Arithmetic", "Constant", "ExpandBatch", "Index", "Learned", "MaskedFill", "MatMul", "Reduce"}
"""What single ops of a traced network become as layers: the networks of the zoo are made of them."""


class Side(nn.Module):
    """Several layers on the same inputs."""

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, *inputs: Any) -> Any:
        return tuple(layer(*inputs) for layer in self.layers)


@pytest.mark.parametrize("group", GROUPS)
def test_the_layers_that_have_no_case_of_their_own_go_out_and_come_in(group: str, tmp_path: Path) -> None:
    pg.manual_seed(0)
    shapes, make = GROUPS[group]
    model, inputs = Side(make()).eval(), tuple(pg.rand(*shape) + 0.5 for shape in shapes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pg.onnx.export(model, inputs, tmp_path / "out.onnx")
    wanted = model(*inputs)
    assert test_onnx.difference(test_onnx.opened(tmp_path / "out.onnx")(*inputs), wanted) < test_onnx.CLOSE
    assert test_onnx.difference(pg.onnx.load(tmp_path / "out.onnx")(*inputs), wanted) < test_onnx.CLOSE


class Unpooled(nn.Module):
    """What was pooled, back in its places."""

    def __init__(self) -> None:
        super().__init__()
        self.pool, self.back = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)

    def forward(self, x: Any) -> Any:
        return self.back(*self.pool(x))


def fractional() -> nn.Module:
    return nn.FractionalMaxPool2d(2, output_ratio=0.5)


@pytest.mark.parametrize(("make", "width"), [(Unpooled, 12), (fractional, 11)])
def test_places_that_only_this_run_knows_are_refused(make: Callable[[], nn.Module], width: int, tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="follows the batch or the values"):
        pg.onnx.export(make(), (pg.rand(2, 4, 12, width),), tmp_path / "out.onnx")


class Counting(nn.Module):
    """One Delay on a loop, and one in a row."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.back, self.late = nn.Linear(3, 3), nn.Delay((3,), initial=0.5), nn.Delay((3,))

    def forward(self, x: Any) -> Any:
        total = self.fc(x) + self.back.last(x)
        self.back(total)
        return self.late(total) + x


@pytest.mark.parametrize("before", [0, 1, 5], ids=["fresh", "of another batch", "of this batch"])
def test_what_a_delay_keeps_comes_in_and_goes_out(before: int, tmp_path: Path) -> None:
    pg.manual_seed(0)
    model = Counting()
    if before:
        model(pg.rand(before, 3))
    pg.onnx.export(model, pg.rand(5, 3), tmp_path / "out.onnx")
    held = {name: buffer.numpy().copy() for name, buffer in model.named_buffers()}
    model.back.reset()
    model.late.reset()
    states = [pg.full((2, 3), 0.5), pg.zeros(2, 3)]
    run, again = test_onnx.opened(tmp_path / "out.onnx"), pg.onnx.load(tmp_path / "out.onnx")
    for _ in range(3):
        x = pg.rand(2, 3)
        wanted = model(x)
        assert test_onnx.difference(again(x, *states), run(x, *states)) < test_onnx.CLOSE
        given, *states = (pg.tensor(entry) for entry in run(x, *states))
        assert test_onnx.difference(given, wanted) < test_onnx.CLOSE
    assert {name: len(array) for name, array in held.items()} == {"back.memory": before, "late.memory": before}


def test_bags_of_numbers_go_out_and_come_in(tmp_path: Path) -> None:
    test_onnx.there_and_back(nn.EmbeddingBag(5, 3), (pg.tensor([[1, 2], [0, 4]]),), tmp_path)


def test_every_layer_was_tried_or_has_a_reason() -> None:
    entries = {name: getattr(nn, name) for name in dir(nn)}
    known = {name for name, entry in entries.items() if inspect.isclass(entry) and issubclass(entry, nn.Module)}
    wanted = {name for name in known if not name.startswith("Lazy") and not name.endswith("Loss")}
    tried = {type(layer).__name__ for _, make in GROUPS.values() for layer in make()}
    tried |= {type(make()).__name__ for make, _ in test_onnx.LAYERS}
    assert wanted - tried == ELSEWHERE | HOLDERS | PARTS | NOT_OUT
    assert not NOT_OUT & tried
