"""Models go out as ONNX files that other runtimes run, and come in again as layers that train."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import ArgumentError, GraphError
from patchgrad.nn import functional as F

onnx = pytest.importorskip("onnx", reason="writes and checks the files: pip install 'patchgrad[onnx]'")
runtime = pytest.importorskip("onnxruntime", reason="runs the files: pip install onnxruntime")

CLOSE = 2e-6


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (tuple, list)) else [value]


def opened(path: Path) -> Callable[..., Any]:
    """The file as a function: what ONNX Runtime gives."""
    settings = runtime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = runtime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]
    return lambda *inputs: session.run(None, {name: x.numpy() for name, x in zip(names, inputs, strict=True)})


def difference(ours: Any, theirs: Any) -> float:
    found = 0.0
    for a, b in zip(map(as_array, listed(ours)), map(as_array, listed(theirs)), strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        if a.size:
            scale = max(1.0, float(np.abs(b.astype("f8")).max()))
            found = max(found, float(np.abs(a.astype("f8") - b.astype("f8")).max()) / scale)
    return found


def as_array(value: Any) -> Any:
    return value.numpy(force=True) if isinstance(value, pg.Tensor) else value


def more(inputs: tuple[pg.Tensor, ...], batch: int) -> tuple[pg.Tensor, ...]:
    """The same inputs with another number of samples."""
    return tuple(pg.cat([x] * batch, 0)[:batch] for x in inputs)


def there_and_back(model: nn.Module, inputs: tuple[pg.Tensor, ...], folder: Path) -> nn.Module:
    """Out, run by ONNX Runtime, in, run here, out again: equal everywhere, for several batches."""
    model.eval()
    pg.onnx.export(model, inputs, folder / "out.onnx")
    back = pg.onnx.load(folder / "out.onnx")
    pg.onnx.export(back, inputs, folder / "again.onnx")
    out, again = opened(folder / "out.onnx"), opened(folder / "again.onnx")
    for batch in (len(inputs[0]), 1, len(inputs[0]) + 3):
        given = more(inputs, batch)
        wanted = model(*given)
        assert difference(out(*given), wanted) < CLOSE
        assert difference(back(*given), wanted) < CLOSE
        assert difference(again(*given), wanted) < CLOSE
    return back


# --- Networks -------------------------------------------------------------------------------------

ZOO = ["mlp", "cnn", "resnet", "unet", "gpt", "vit", "lstm", "vae", "towers", "shared"]
OTHER_NAMES = {"lstm"}
"""Two directions of an LSTM are one initializer of ONNX."""


@pytest.mark.parametrize("name", ZOO)
def test_a_network_goes_out_and_comes_in_with_equal_outputs_for_every_batch(name: str, tmp_path: Path) -> None:
    zoo = pytest.importorskip("tests.interop.zoo")
    theirs, batch = zoo.made(name)
    model = pg.from_torch(theirs)
    inputs = tuple(pg.from_torch(entry) for entry in batch)
    back = there_and_back(model, inputs, tmp_path)
    written = {entry.name for entry in onnx.load(tmp_path / "out.onnx").graph.initializer}
    if name not in OTHER_NAMES:
        own = {key for key in model.state_dict() if "num_batches" not in key}
        assert written <= own | {key for key, _ in model.named_buffers()}
        unique = {key for key, _ in model.named_parameters()}
        assert unique <= written
        if name != "gpt":
            assert {key for key, _ in back.named_parameters()} == unique


def test_what_came_in_trains(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2))
    x = pg.randn(8, 1, 6, 6)
    pg.onnx.export(model, x, tmp_path / "model.onnx")
    back = pg.onnx.load(tmp_path / "model.onnx")
    assert not back.training
    assert [type(part).__name__ for part in back.children()][:3] == ["Conv2d", "BatchNorm2d", "ReLU"]
    back.train()
    optimizer = pg.optim.Adam(back.parameters(), lr=0.05)
    losses: list[float] = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = F.cross_entropy(back(x), pg.tensor([0, 1] * 4))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    there_and_back(back, (x,), tmp_path)


def test_a_layer_that_runs_twice_comes_in_as_one(tmp_path: Path) -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return self.fc(self.fc(x).tanh())

    back = there_and_back(Twice(), (pg.randn(3, 4),), tmp_path)
    assert sum(isinstance(part, nn.Linear) for part in back.modules()) == 1


def test_weights_and_modes_are_left_as_they_were() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5), nn.BatchNorm1d(2))
    before = {name: value.tolist() for name, value in model.state_dict().items()}
    pg.manual_seed(3)
    expected = pg.rand(2).tolist()
    pg.manual_seed(3)
    pg.onnx.export(model, pg.ones(4, 2))
    assert pg.rand(2).tolist() == expected
    assert model.training
    assert {name: value.tolist() for name, value in model.state_dict().items()} == before


# --- Layers and ops -------------------------------------------------------------------------------

image, row, sequence = (2, 4, 6, 5), (3, 4), (2, 5, 4)
BORDERS = (nn.ReflectionPad2d, nn.ReplicationPad2d, nn.CircularPad2d)
LAYERS: list[tuple[Callable[[], nn.Module], tuple[int, ...]]] = [
    (lambda: nn.Linear(4, 3, bias=False), row),
    (lambda: nn.Linear(4, 3), sequence),
    (lambda: nn.Bilinear(4, 4, 3), row),
    (lambda: nn.Conv1d(5, 3, 2, stride=2, padding=1), sequence),
    (lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2), image),
    (lambda: nn.Conv2d(4, 2, 3, padding="same", bias=False), image),
    (lambda: nn.Conv2d(4, 2, 2, padding="same"), image),
    (lambda: nn.Conv3d(2, 3, 2), (2, 2, 3, 4, 3)),
    (lambda: nn.ConvTranspose1d(5, 3, 3, stride=2, output_padding=1), sequence),
    (lambda: nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1), image),
    (lambda: nn.BatchNorm1d(4), row),
    (lambda: nn.BatchNorm2d(4, affine=False), image),
    (lambda: nn.BatchNorm2d(4, eps=1e-3, momentum=0.3), image),
    (lambda: nn.LayerNorm(5), image),
    (lambda: nn.LayerNorm((6, 5), bias=False), image),
    (lambda: nn.GroupNorm(2, 4), image),
    (lambda: nn.InstanceNorm2d(4, affine=True), image),
    (lambda: nn.RMSNorm(5), image),
    (lambda: nn.LocalResponseNorm(3), image),
    (lambda: nn.MaxPool2d(3, 2, 1), image),
    (lambda: nn.AvgPool2d(2), image),
    (lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False), image),
    (lambda: nn.AvgPool2d(3, 1, 1), image),
    (lambda: nn.AvgPool2d(2, divisor_override=3), image),
    (lambda: nn.MaxPool1d(2), sequence),
    (lambda: nn.AdaptiveAvgPool2d(1), image),
    (lambda: nn.AdaptiveAvgPool2d((3, 2)), image),
    (lambda: nn.LSTM(4, 3, batch_first=True), sequence),
    (lambda: nn.GRU(4, 3, num_layers=2, batch_first=True, bidirectional=True), sequence),
    (lambda: nn.RNN(4, 3, batch_first=True, nonlinearity="relu", bias=False), sequence),
    (lambda: nn.RNN(4, 3, batch_first=True, bidirectional=True), sequence),
    (lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), sequence),
    (lambda: nn.PReLU(4), image),
    (lambda: nn.GLU(1), image),
    (lambda: nn.Upsample(scale_factor=2), image),
    (lambda: nn.PixelShuffle(2), image),
    (lambda: nn.ZeroPad2d((1, 2, 0, 3)), image),
    (lambda: nn.Unflatten(1, (2, 2)), image),
    (lambda: nn.Flatten(1, 2), image),
    (lambda: nn.Softmax2d(), image),
    (lambda: nn.LSTM(4, 6, batch_first=True, proj_size=3), sequence),
    *[(lambda kind=kind: kind(4, 3), row) for kind in (nn.LSTMCell, nn.GRUCell, nn.RNNCell)],
    *[(lambda kind=kind: kind((1, 0, 2, 1)), image) for kind in BORDERS],
    (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), image),
    (lambda: nn.Upsample(scale_factor=2, mode="bicubic", align_corners=True), image),
    (lambda: nn.Upsample(size=(9, 7)), image),
    (lambda: nn.AdaptiveMaxPool2d((3, 2)), image),
    (lambda: nn.LPPool2d(2, 2), image),
    (lambda: nn.Unfold((2, 3), dilation=(2, 1), padding=1, stride=2), image),
    (lambda: nn.Fold((3, 3), (2, 2)), (2, 8, 4)),
    (lambda: nn.ChannelShuffle(2), image),
    (lambda: nn.BatchNorm2d(4, track_running_stats=False), (3, 4, 2, 2)),
    *[
        (kind, row)
        for kind in (
            nn.ReLU, nn.Sigmoid, nn.Tanh, nn.GELU, nn.SiLU, nn.ELU, nn.CELU, nn.SELU, nn.Mish, nn.Softplus, nn.Softsign,
            nn.LeakyReLU, nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.Hardshrink, nn.Softshrink, nn.Tanhshrink,
            nn.LogSigmoid, nn.ReLU6, nn.Identity, nn.Dropout,
        )
    ],
    (lambda: nn.GELU(approximate="tanh"), row),
    (lambda: nn.Threshold(0.1, 3.0), row),
]  # fmt: skip


@pytest.mark.parametrize(("make", "shape"), LAYERS, ids=[str(make()).split("\n")[0] for make, _ in LAYERS])
def test_a_layer_goes_out_and_comes_in(make: Callable[[], nn.Module], shape: tuple[int, ...], tmp_path: Path) -> None:
    pg.manual_seed(0)
    model = make()
    for parameter in model.parameters():
        parameter.data[...] = pg.randn(*parameter.shape).data * 0.5
    inputs = (pg.randn(*shape), pg.randn(*shape)) if isinstance(model, nn.Bilinear) else (pg.randn(*shape),)
    there_and_back(First(model), inputs, tmp_path)


class First(nn.Module):
    """All tensors that a layer gives."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, *inputs: pg.Tensor) -> Any:
        found = self.layer(*inputs)
        if not isinstance(found, tuple):
            return found
        h = found[1]
        return (found[0], *(entry.transpose(0, 1) for entry in (h if isinstance(h, tuple) else (h,))))


class Does(nn.Module):
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: pg.Tensor) -> Any:
        return self.function(*inputs)


ids = pg.tensor([[0, 2, 1], [1, 1, 0]])
edges, rows, inf = pg.tensor([-1.0, 0.0, 1.0]), pg.tensor([0, 3, 3, 1]), float("inf")
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "arithmetic": lambda x, y: (x + y) * 2 - x / (y + 3) + (-x) ** 2 + 1 / (x * x + 1),
    "whole numbers": lambda x, y: (x * 3).int() // 2 + (y * 5).int() % 3,
    "remainders": lambda x, y: x % 0.7 + x.floor_divide(0.5),
    "mixed dtypes": lambda x, y: (x > 0) * y + x.int() * 2.5,
    "comparisons": lambda x, y: ((x < y) & (x != 0)) | (y >= 1),
    "where": lambda x, y: pg.where(x > y, x, 0.0) + pg.where(x > 0, x, y),
    "clamp": lambda x, y: x.clamp(-0.5, 0.5) + y.clamp(min=0),
    "extremes": lambda x, y: pg.maximum(x, y) - pg.minimum(x, y),
    "rounding": lambda x, y: (x * 3).round() + (y * 3).floor() + (x * 3).ceil() + (x * 3).trunc() + y.sign(),
    "roots and logarithms": lambda x, y: (x * x + 1).sqrt() + (x * x + 1).rsqrt() + (y * y + 1).log() + pg.log1p(y * y),
    "exponentials": lambda x, y: x.exp() + y.expm1() + pg.exp2(x) + (x.abs() + 1).log2() + (x.abs() + 1).log10(),
    "trigonometry": lambda x, y: x.sin() + y.cos() + x.tanh() + y.atan() + x.sinh() + pg.asinh(y),
    "errors": lambda x, y: pg.erf(x) + pg.erfc(y),
    "logaddexp": lambda x, y: pg.logaddexp(x, y) + pg.hypot(x, y),
    "sums": lambda x, y: x.sum(1) + y.mean(-1) + x.amax(1) - x.amin(1) + x.norm(dim=1),
    "sums that keep axes": lambda x, y: x.sum(1, True) + y.var(1, keepdim=True) + x.std(1, keepdim=True, correction=0),
    "products": lambda x, y: x.prod(1) + pg.logsumexp(y, 1),
    "places": lambda x, y: x.argmax(1) + y.argmin(-1),
    "truth": lambda x, y: (x > 0).any(1) | (y > 0).all(1),
    "sums of truth": lambda x, y: (x > 0).sum(1),
    "running sums": lambda x, y: x.cumsum(1) + y.cumsum(0),
    "softmax": lambda x, y: x.softmax(-1) + y.log_softmax(1),
    "products of matrices": lambda x, y: x @ y.T @ x + x.T.matmul(y).sum(),
    "einsum": lambda x, y: pg.einsum("bi,bj->bij", x, y),
    "shapes": lambda x, y: x.reshape(-1, 2, 2).permute(0, 2, 1).flatten(1).unflatten(1, (2, 2)).unsqueeze(2).squeeze(2),
    "the batch joined with another axis": lambda x, y: x.unsqueeze(1).expand(-1, 3, -1).reshape(-1, 4).reshape(-1, 12),
    "expand": lambda x, y: x[:, None, :].expand(-1, 2, -1) + y.unsqueeze(1).broadcast_to((y.shape[0], 2, 4)),
    "a size of the batch as a number": lambda x, y: x.sum() / x.shape[0] + y / len(y),
    "fresh tensors of the size of the batch": lambda x, y: pg.cat([pg.zeros(x.shape[0], 1), x, pg.ones(len(x), 2)], 1),
    "join and split": lambda x, y: pg.stack(pg.cat([x, y], 1).chunk(4, 1), 1),
    "flip and roll": lambda x, y: x.flip(1) + y.roll(1, 1) + x.flip((0, 1)).flip(0),
    "tile": lambda x, y: x.tile(1, 2) + pg.repeat_interleave(y, 2, 1),
    "pad": lambda x, y: F.pad(x, (1, 2), value=0.5) + F.pad(y, (2, 1)),
    "indexing": lambda x, y: (x[:, 1], y[:, -1], x[:, 1:3], y[:, ::2], x[..., None], y[:, [2, 0]], y[0:1]),
    "rows by number": lambda x, y: x[:, pg.tensor([0, 3])] + y.index_select(1, pg.tensor([1, 2])),
    "gather": lambda x, y: x.gather(1, (y > 0).long()),
    "scatter": lambda x, y: x.scatter_add(1, (y > 0).long(), y),
    "one hot": lambda x, y: F.one_hot((x > 0).long(), 3),
    "triangles": lambda x, y: (x.unsqueeze(1) * y.unsqueeze(2)).tril(1) + (x.unsqueeze(1) * y.unsqueeze(2)).triu(),
    "masks": lambda x, y: x.masked_fill(y > 0, -1.0),
    "casts": lambda x, y: ((x * 4).to(pg.int64), (y > 0).to(pg.float32), x.double().float()),
    "write in place": lambda x, y: (x * 1).add_(y).mul_(2).relu_(),
    "attention": lambda x, y: F.scaled_dot_product_attention(*[x.reshape(-1, 2, 2)] * 3, is_causal=True),
    "same tensor": lambda x, y: (x, x.clone(), y.detach()),
    "order": lambda x, y: (*x.sort(1), *y.sort(1, descending=True), x.argsort(1), *x.topk(2, 1, largest=False)),
    "places in an order": lambda x, y: (x.median(1)[0], *x.kthvalue(2, 1), pg.quantile(y, 0.3, 1), *x.max(1)),
    "running": lambda x, y: (x.cumprod(1), *x.cummax(1), y.cummin(1)[1], pg.logcumsumexp(y, 1)),
    "buckets": lambda x, y: (pg.bucketize(x, edges), pg.searchsorted(edges, y, right=True)),
    "angles": lambda x, y: (pg.atan2(x, y), pg.atan2(y.round(), x.round()), pg.rad2deg(x), pg.deg2rad(y), pg.sinc(x)),
    "parts of numbers": lambda x, y: (pg.fmod(x, 0.7), pg.frac(y * 3), pg.sgn(x), pg.signbit(y), pg.copysign(x, y)),
    "products with numbers": lambda x, y: (pg.lerp(x, y, 0.3), pg.addcmul(x, x, y, value=2), pg.addcdiv(x, y, y.exp())),
    "powers of two": lambda x, y: (pg.ldexp(x, pg.tensor(2)), pg.logaddexp2(x, y), (x.abs() * 4).int() << 1),
    "logarithms with an edge": lambda x, y: (pg.logit(x.sigmoid()), pg.logit(y, eps=0.1), pg.xlogy(x.relu(), y.abs())),
    "not numbers": lambda x, y: (pg.nan_to_num(x / 0), pg.nan_to_num((x - x) / 0, 2.0), pg.isclose(x, x + 1e-9)),
    "steps": lambda x, y: (pg.heaviside(x, y), pg.heaviside(x * 0, y)),
    "norms": lambda x, y: [pg.linalg.vector_norm(x, p, dim=1) for p in (1, 2, 3, 0, inf, -inf)],
    "scatter with all reductions": lambda x, y: [
        x.scatter_reduce(1, (y > 0).long(), y, how, include_self=own)
        for how, own in (("amax", True), ("amin", False), ("prod", True), ("prod", False), ("sum", False))
    ],
    "rows added and replaced": lambda x, y: (x.index_add(1, rows, y), x.index_copy(1, rows[[0, 1]], y[:, :2])),
    "rows filled": lambda x, y: (x.index_fill(1, rows[:1], 2.0), pg.take_along_dim(x, y.argsort(1), 1)),
    "numbers of the samples": lambda x, y: (x + pg.arange(len(x))[:, None], y * (2 * pg.arange(len(y)) + 1)[:, None]),
    "diagonals": lambda x, y: (pg.diag_embed(x), pg.diag_embed(y, 1), (x[:, :, None] * y[:, None]).diagonal(-1, 1, 2)),
    "windows": lambda x, y: (x.unfold(1, 2, 1), y.unfold(1, 3, 2)),
    "determinants": lambda x, y: pg.linalg.det(x[:, :, None] * y[:, None] + pg.eye(4)),
    "losses of numbers": lambda x, y: (
        F.mse_loss(x, y), F.l1_loss(x, y, reduction="sum"), F.smooth_l1_loss(x, y, beta=0.5), F.huber_loss(x, y),
        F.mse_loss(x, y, reduction="none"), F.poisson_nll_loss(x, y.abs()), F.gaussian_nll_loss(x, y, x * x + 1),
    ),
    "losses of chances": lambda x, y: (
        F.binary_cross_entropy(x.sigmoid(), (y > 0).float()), F.kl_div(x.log_softmax(1), y.softmax(1)),
        F.binary_cross_entropy_with_logits(x, y.sigmoid(), pos_weight=edges[[1, 2, 2, 1]] + 1),
    ),
    "losses of classes": lambda x, y: (
        F.cross_entropy(x, y.argmax(1)), F.cross_entropy(x, y.argmax(1), weight=edges[[1, 2, 2, 1]] + 1),
        F.cross_entropy(x, y.argmax(1), label_smoothing=0.1, ignore_index=2), F.cross_entropy(x, y.softmax(1)),
        F.nll_loss(x.log_softmax(1), y.argmax(1), ignore_index=1, reduction="sum"),
    ),
    "finite": lambda x, y: (x / 0).isfinite() | (y / 0).isinf() | (x * 0 / 0).isnan(),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_goes_out_and_comes_in(name: str, tmp_path: Path) -> None:
    pg.manual_seed(1)
    there_and_back(Does(FUNCTIONS[name]), (pg.randn(3, 4), pg.randn(3, 4)), tmp_path)


def test_numbers_of_rows_are_embedded(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Embedding(5, 3), nn.Flatten(), nn.Linear(9, 2))
    back = there_and_back(model, (ids,), tmp_path)
    assert isinstance(back.get_submodule("0"), nn.Embedding)
    for mode in ("mean", "sum", "max"):
        there_and_back(nn.Sequential(nn.EmbeddingBag(5, 3, mode=mode)), (ids,), tmp_path)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_pictures_are_sampled_at_places(mode: str, tmp_path: Path) -> None:
    ways = [("zeros", False), ("border", True), ("reflection", False)]
    model = Does(lambda x, at: [F.grid_sample(x, at, mode, padding, corners) for padding, corners in ways])
    there_and_back(model, (pg.randn(2, 3, 4, 5), pg.randn(2, 3, 2, 2).tanh()), tmp_path)


def test_attention_gives_its_weights_too(tmp_path: Path) -> None:
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
            self.decoder = nn.TransformerDecoderLayer(4, 2, 8, batch_first=True)

        def forward(self, x: pg.Tensor, memory: pg.Tensor) -> Any:
            return *self.attention(x, memory, memory), self.decoder(x, memory)

    there_and_back(Reads(), (pg.randn(2, 3, 4), pg.randn(2, 5, 4)), tmp_path)


def test_first_states_of_a_recurrent_layer_are_inputs(tmp_path: Path) -> None:
    class Steps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.LSTM(4, 3, num_layers=2, batch_first=True)

        def forward(self, x: pg.Tensor, h: pg.Tensor) -> Any:
            h = h.transpose(0, 1)
            return self.rnn(x, (h, h * 2))[0]

    there_and_back(Steps(), (pg.randn(2, 5, 4), pg.randn(2, 2, 3)), tmp_path)


def writes(x: pg.Tensor) -> pg.Tensor:
    y = x * 1
    y[:, 0] = 5
    return y


# --- What is refused ------------------------------------------------------------------------------


def test_names_of_inputs_and_outputs_are_kept(tmp_path: Path) -> None:
    model = nn.Linear(2, 3)
    proto = pg.onnx.export(model, pg.ones(4, 2), tmp_path / "m.onnx", input_names=["x"], output_names=["logits"])
    assert [entry.name for entry in proto.graph.input] == ["x"]
    assert proto.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    fixed = pg.onnx.export(model, pg.ones(4, 2), dynamic_batch=False, opset_version=21)
    assert fixed.graph.input[0].type.tensor_type.shape.dim[0].dim_value == 4
    assert pg.onnx.load(tmp_path / "m.onnx")(x=pg.ones(1, 2)).shape == (1, 3)
    for wrong in ({"input_names": ["a", "b"]}, {"output_names": []}, {"opset_version": 9}):
        with pytest.raises(ArgumentError):
            pg.onnx.export(model, pg.ones(4, 2), **wrong)


def test_a_model_that_decides_by_values_or_by_the_batch_is_refused() -> None:
    by_value = Does(lambda x: x.relu() if x.sum() > 0 else x.tanh())
    by_batch = Does(lambda x: x.relu() if len(x) > 3 else x.tanh())
    with pytest.raises(GraphError, match="something else for other values"):
        pg.onnx.export(by_value, pg.ones(3, 2))
    with pytest.raises(GraphError, match="something else for other values"):
        pg.onnx.export(by_batch, pg.ones(3, 2))
    by_number = Does(lambda x: x[:, : int(x[0].max())])
    with pytest.raises(GraphError, match="something else for other values"):
        pg.onnx.export(by_number, pg.tensor([[1, 2, 0], [3, 2, 1], [2, 3, 2]]))
    with pytest.raises(GraphError, match="makes a tensor by itself"):
        pg.onnx.export(Does(lambda x: x + pg.tensor(x.tolist()[0])), pg.randn(3, 2))


def test_what_onnx_has_no_operator_for_is_named_with_its_line() -> None:
    class Inverting(nn.Module):
        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return pg.erfinv(x)

    with pytest.raises(GraphError, match="cannot be written as ONNX") as error:
        pg.onnx.export(nn.Sequential(nn.Tanh(), Inverting()), pg.ones(2, 3))
    assert "erfinv" in error.value.got
    assert "test_onnx.py" in error.value.got
    assert error.value.where == "1"


def test_what_is_no_model_on_a_batch_is_refused() -> None:
    for model, example in (
        (lambda x: x, pg.ones(1)),
        (nn.Linear(1, 1), 3.0),
        (nn.Linear(1, 1), pg.tensor(1.0)),
        (nn.Tanh(), ()),
    ):
        with pytest.raises(ArgumentError):
            pg.onnx.export(model, example)
    with pytest.raises(GraphError, match="other than tensors"):
        pg.onnx.export(Does(lambda x: {"y": x}), pg.ones(1))
    with pytest.raises(GraphError, match="write in place into memory"):
        pg.onnx.export(Does(writes), pg.ones(2, 2))
    with pytest.raises(GraphError, match="another batch"):
        pg.onnx.export(Does(lambda x: x.reshape(2, 4)), pg.ones(2, 4))
