"""Layers that work along places (convolution, padding, pooling, upsampling, norms) against PyTorch."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import PatchgradError
from patchgrad.layergraph import LayerGraph

from .parity import assert_parity, classes, normal, rows, texts, torch

SEQUENCE, IMAGE, VOLUME = normal(2, 4, 9), normal(2, 4, 7, 6), normal(2, 4, 5, 4, 6)

CONVOLUTIONS = [
    ("nn.Conv1d(4, 6, 3)", [SEQUENCE]),
    ("nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2, bias=False)", [SEQUENCE]),
    ("nn.Conv1d(4, 6, 4, padding='same')", [SEQUENCE]),
    ("nn.Conv1d(4, 6, 3, padding='valid')", [normal(4, 9)]),
    ("nn.Conv1d(4, 2, 3, padding=2, padding_mode='reflect')", [SEQUENCE]),
    ("nn.Conv1d(4, 2, 3, padding=2, padding_mode='replicate')", [SEQUENCE]),
    ("nn.Conv1d(4, 2, 4, padding='same', padding_mode='circular')", [SEQUENCE]),
    ("nn.Conv2d(4, 2, 3, padding=(1, 2), padding_mode='reflect', stride=2)", [IMAGE]),
    ("nn.Conv2d(4, 2, 3, padding=1, padding_mode='circular')", [IMAGE]),
    ("nn.Conv2d(4, 2, (3, 2), padding='same', padding_mode='replicate')", [IMAGE]),
    ("nn.Conv3d(4, 6, 3)", [VOLUME]),
    ("nn.Conv3d(4, 6, (2, 3, 1), stride=(2, 1, 2), padding=(1, 0, 1), dilation=(2, 1, 1), groups=2)", [VOLUME]),
    ("nn.Conv3d(4, 2, 2, padding='same')", [VOLUME]),
    ("nn.Conv3d(4, 2, 3, padding=1, padding_mode='circular', bias=False)", [normal(4, 5, 4, 6)]),
    ("nn.ConvTranspose1d(4, 6, 3)", [SEQUENCE]),
    ("nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2, dilation=2)", [SEQUENCE]),
    ("nn.ConvTranspose1d(4, 2, 3, bias=False)", [normal(4, 9)]),
    ("nn.ConvTranspose2d(4, 6, 3)", [IMAGE]),
    ("nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), (1, 0), (1, 2), 2, True, (2, 1))", [IMAGE]),
    ("nn.ConvTranspose2d(4, 2, 2, 2, bias=False)", [IMAGE]),
]
PADS = [
    ("nn.ZeroPad1d((1, 3))", [SEQUENCE]),
    ("nn.ZeroPad2d(2)", [IMAGE]),
    ("nn.ZeroPad2d((1, -2, 0, 3))", [IMAGE]),
    ("nn.ZeroPad3d((1, 2, 0, 3, 1, 1))", [VOLUME]),
    ("nn.ConstantPad1d(2, 3.5)", [SEQUENCE]),
    ("nn.ConstantPad2d((1, 2, 0, 3), -1.0)", [IMAGE]),
    ("nn.ConstantPad3d(1, 0.5)", [VOLUME]),
    ("nn.ReflectionPad1d((1, 3))", [SEQUENCE]),
    ("nn.ReflectionPad2d((1, 2, 0, 3))", [IMAGE]),
    ("nn.ReflectionPad3d(1)", [VOLUME]),
    ("nn.ReplicationPad1d((1, 3))", [SEQUENCE]),
    ("nn.ReplicationPad2d((1, 2, 0, 3))", [IMAGE]),
    ("nn.ReplicationPad3d(2)", [VOLUME]),
    ("nn.CircularPad1d((1, 3))", [SEQUENCE]),
    ("nn.CircularPad2d((1, 2, 0, 3))", [IMAGE]),
    ("nn.CircularPad3d(1)", [VOLUME]),
]
POOLS = [
    ("nn.MaxPool1d(3)", [SEQUENCE]),
    ("nn.MaxPool1d(3, stride=2, padding=1, dilation=2, ceil_mode=True)", [SEQUENCE]),
    ("nn.AvgPool1d(2)", [SEQUENCE]),
    ("nn.AvgPool1d(3, 2, 1, ceil_mode=True, count_include_pad=False)", [SEQUENCE]),
    ("nn.MaxPool2d(3, 2, 1, 1, True, True)", [IMAGE]),
    ("nn.AvgPool2d(2, divisor_override=3)", [IMAGE]),
    ("nn.AdaptiveAvgPool1d(3)", [SEQUENCE]),
    ("nn.AdaptiveAvgPool1d(4)", [SEQUENCE]),
    ("nn.AdaptiveMaxPool1d(4)", [SEQUENCE]),
    ("nn.AdaptiveMaxPool2d(3)", [IMAGE]),
    ("nn.AdaptiveMaxPool2d((None, 4))", [IMAGE]),
    ("nn.LPPool1d(2, 3, stride=2)", [SEQUENCE]),
    ("nn.LPPool2d(2, 3)", [IMAGE]),
    ("nn.LPPool2d(4, (2, 3), stride=(2, 1), ceil_mode=False)", [IMAGE]),
]
SIZES = [
    ("nn.Upsample(scale_factor=2)", [IMAGE]),
    ("nn.Upsample(scale_factor=1.7)", [SEQUENCE]),
    ("nn.Upsample(size=(5, 14), mode='nearest')", [IMAGE]),
    ("nn.Upsample(scale_factor=(1.5, 2.0), mode='nearest-exact')", [IMAGE]),
    ("nn.Upsample(scale_factor=2, mode='nearest')", [VOLUME]),
    ("nn.Upsample(scale_factor=2.5, mode='linear')", [SEQUENCE]),
    ("nn.Upsample(size=13, mode='linear', align_corners=True)", [SEQUENCE]),
    ("nn.Upsample(scale_factor=2, mode='bilinear')", [IMAGE]),
    ("nn.Upsample(scale_factor=1.6, mode='bilinear', align_corners=False, recompute_scale_factor=True)", [IMAGE]),
    ("nn.Upsample((4, 9), mode='bilinear', align_corners=True)", [IMAGE]),
    ("nn.Upsample((10, 4), mode='bicubic')", [IMAGE]),
    ("nn.Upsample(scale_factor=1.5, mode='bicubic', align_corners=True)", [IMAGE]),
    ("nn.Upsample((3, 5, 7), mode='trilinear')", [VOLUME]),
    ("nn.Upsample((3, 4), mode='area')", [IMAGE]),
    ("nn.UpsamplingNearest2d(scale_factor=3)", [IMAGE]),
    ("nn.UpsamplingBilinear2d(size=(9, 11))", [IMAGE]),
    ("nn.PixelShuffle(2)", [normal(2, 8, 3, 5)]),
    ("nn.PixelUnshuffle(2)", [normal(2, 3, 4, 6)]),
    ("nn.ChannelShuffle(2)", [IMAGE]),
]
NORMS = [
    ("nn.BatchNorm3d(4)", [VOLUME]),
    ("nn.BatchNorm3d(4, momentum=0.3).eval()", [VOLUME]),
    ("nn.InstanceNorm1d(4)", [SEQUENCE]),
    ("nn.InstanceNorm1d(4, affine=True)", [normal(4, 9)]),
    ("nn.InstanceNorm1d(4, track_running_stats=True, momentum=0.3)", [SEQUENCE]),
    ("nn.InstanceNorm2d(4, affine=True, track_running_stats=True)", [IMAGE]),
    ("nn.InstanceNorm2d(4, affine=True, track_running_stats=True).eval()", [IMAGE]),
    ("nn.InstanceNorm2d(4, eps=1e-2)", [IMAGE]),
    ("nn.InstanceNorm3d(4, affine=True)", [VOLUME]),
    ("nn.RMSNorm(6)", [IMAGE]),
    ("nn.RMSNorm((7, 6), eps=1e-2)", [IMAGE]),
    ("nn.RMSNorm(6, elementwise_affine=False)", [IMAGE]),
    ("nn.LocalResponseNorm(3)", [IMAGE]),
    ("nn.LocalResponseNorm(2, alpha=0.5, beta=0.6, k=2.0)", [SEQUENCE]),
]
NUMBERS, OFFSETS = classes(9, 7), lambda rng: np.array([0, 3, 3])
BAGS = [
    ("nn.EmbeddingBag(9, 4)", [classes(9, 3, 5)]),
    ("nn.EmbeddingBag(9, 4, mode='sum', padding_idx=2)", [classes(4, 3, 5)]),
    ("nn.EmbeddingBag(9, 4, mode='max')", [classes(9, 3, 5)]),
    ("nn.EmbeddingBag(9, 4)", [NUMBERS, OFFSETS]),
    ("nn.EmbeddingBag(9, 4, mode='mean', padding_idx=-1)", [NUMBERS, OFFSETS]),
    ("nn.EmbeddingBag(9, 4, mode='sum')", [NUMBERS, OFFSETS, normal(7)]),
    ("nn.EmbeddingBag(9, 4, mode='max')", [NUMBERS, OFFSETS]),
    (
        "nn.EmbeddingBag(9, 4, mode='sum', include_last_offset=True, padding_idx=1)",
        [classes(3, 7), lambda rng: np.array([0, 0, 4, 7]), normal(7)],
    ),
    (
        "nn.EmbeddingBag(4, 3, mode='max', padding_idx=0, include_last_offset=True)",
        [classes(4, 7), lambda rng: np.array([0, 3, 3, 7])],
    ),
    ("nn.EmbeddingBag(9, 4, max_norm=1.0, norm_type=1.0)", [classes(9, 3, 5)]),
    ("nn.EmbeddingBag(9, 4, include_last_offset=True)", [NUMBERS, lambda rng: np.array([0, 2, 7])]),
]
CASES = BAGS + CONVOLUTIONS + PADS + POOLS + SIZES + NORMS


def test_gradients_of_bags_are_scaled_by_frequency_as_those_of_single_rows():
    """PyTorch's bags divide by the count of another row; its single rows do not."""
    numbers, table = [1, 1, 2, 0, 1], np.random.default_rng(0).normal(size=(4, 3))
    bags = nn.EmbeddingBag(4, 3, mode="sum", scale_grad_by_freq=True, _weight=pg.tensor(table))
    (bags(pg.tensor(numbers), pg.tensor([0, 3])) * pg.tensor([[1.0], [2.0]])).sum().backward()
    weight = torch.tensor(table, requires_grad=True)
    rows = torch.nn.functional.embedding(torch.tensor(numbers), weight, scale_grad_by_freq=True)
    (rows * torch.tensor([[1.0], [1], [1], [2], [2]])).sum().backward()
    np.testing.assert_allclose(bags.weight.grad.data, weight.grad.numpy())


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@rows(CASES)
def test_a_layer_gives_what_pytorch_gives(case):
    assert_parity(case)


@texts(BAGS + CONVOLUTIONS + PADS + POOLS + SIZES + [("nn.Dropout2d(0.3)",), ("nn.AlphaDropout(inplace=True)",)])
def test_a_layer_prints_its_settings_as_pytorch_does(text):
    assert repr(eval(text, {"nn": nn})) == repr(eval(text, {"nn": torch.nn}))


def test_a_transposed_convolution_goes_to_the_wanted_size():
    x = np.random.default_rng(0).normal(size=(1, 2, 4, 5))
    theirs = torch.nn.ConvTranspose2d(2, 3, 3, stride=3).double()
    ours = nn.ConvTranspose2d(2, 3, 3, stride=3).double()
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    want = theirs(torch.tensor(x), output_size=(14, 15)).detach().numpy()
    np.testing.assert_allclose(ours(pg.tensor(x), output_size=(14, 15)).data, want, rtol=1e-9)
    with pytest.raises(PatchgradError, match="output_size"):
        ours(pg.tensor(x), output_size=(15, 15))


def test_a_layer_that_gives_places_too_stays_closed_in_the_diagram():
    graph = LayerGraph.from_module(nn.MaxPool2d(2, return_indices=True), pg.zeros(1, 1, 4, 4))
    assert "MaxPool2d" not in {node.kind for node in graph.nodes.values()}


def test_an_embedding_begins_with_given_values():
    table = pg.randn(5, 3)
    layer = nn.Embedding.from_pretrained(table)
    assert not layer.weight.requires_grad
    np.testing.assert_array_equal(layer(pg.tensor([4, 0])).data, table.data[[4, 0]])
    layer.weight.data[...] = 0
    assert table.data.any()
    assert nn.Embedding.from_pretrained(table, freeze=False).weight.requires_grad
    with pytest.raises(PatchgradError, match="table"):
        nn.Embedding.from_pretrained(pg.zeros(3))


def test_maxima_go_back_to_their_places():
    x = np.random.default_rng(0).normal(size=(2, 3, 6, 6))
    values, places = nn.functional.max_pool2d(pg.tensor(x, requires_grad=True), 2, return_indices=True)
    want, where = torch.nn.functional.max_pool2d(torch.tensor(x), 2, return_indices=True)
    for size in (None, (7, 6)):
        ours, theirs = nn.MaxUnpool2d(2)(values, places, size), torch.nn.MaxUnpool2d(2)(want, where, size)
        np.testing.assert_array_equal(ours.data, theirs.numpy())


@pytest.mark.parametrize(("layer", "axes"), [("Dropout1d", 1), ("Dropout2d", 2), ("Dropout3d", 3)])
def test_channels_are_dropped_as_a_whole(layer, axes):
    pg.manual_seed(1)
    drop = getattr(nn, layer)(0.3)
    y = drop(pg.ones(50, 20, *(3,) * axes)).data.reshape(50, 20, -1)
    assert set(np.unique(y.round(4))) == {0.0, np.float32(1 / 0.7).round(4)}
    assert (y == y[:, :, :1]).all()
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.05)
    assert drop.eval()(pg.ones(2, 2, *(3,) * axes)).data.min() == 1
    assert drop.train()(pg.ones(20, *(3,) * axes)).shape == (20, *(3,) * axes)


def test_alpha_dropout_keeps_mean_and_variance():
    pg.manual_seed(1)
    x = pg.randn(200, 200)
    y = nn.AlphaDropout(0.2)(x).data
    assert y.mean() == pytest.approx(0, abs=0.02)
    assert y.var() == pytest.approx(1, abs=0.02)
    assert (y != x.data).any()
    assert (nn.AlphaDropout(1.0)(x).data == 0).all()


def test_a_convolution_whose_padding_the_diagram_cannot_tell_stays_closed():
    mirrored = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"), nn.ReLU())
    graph = LayerGraph.from_module(mirrored, pg.zeros(1, 1, 5, 5))
    assert "Conv2d" not in {node.kind for node in graph.nodes.values()}
    x = pg.randn(2, 1, 5, 5)
    assert graph.build()(x).shape == mirrored(x).shape


MISTAKES = [
    (lambda: nn.Conv1d(4, 6, (3, 3)), "kernel_size"),
    (lambda: nn.Conv3d(4, 6, 3, stride=(1, 2)), "3 of them"),
    (lambda: nn.Conv2d(4, 6, 3, padding_mode="mirror"), "replicate"),
    (lambda: nn.ConvTranspose2d(4, 6, 3, padding="same"), "padding"),
    (lambda: nn.Conv3d(1, 1, 9)(pg.zeros(1, 1, 5, 5, 5)), "larger than the input"),
    (lambda: nn.Conv3d(1, 1, 1)(pg.zeros(1, 1, 5)), "depth"),
    (lambda: nn.EmbeddingBag(3, 2, mode="median"), "mode"),
    (lambda: nn.EmbeddingBag(3, 2)(pg.zeros(3).long()), "bags"),
    (lambda: nn.EmbeddingBag(3, 2)(pg.zeros(1, 3).long(), None, pg.ones(1, 3)), "sum only"),
    (lambda: nn.ZeroPad2d((1, 2, 3)), "4 of them"),
    (lambda: nn.MaxPool1d(0), "kernel_size"),
    (lambda: nn.AdaptiveMaxPool2d((1, 2, 3)), "output_size"),
    (lambda: nn.Upsample(scale_factor=2, mode="bilinear")(pg.zeros(1, 1, 4)), "linear"),
    (lambda: nn.Upsample()(pg.zeros(1, 1, 4)), "new size"),
    (lambda: nn.PixelShuffle(2)(pg.zeros(1, 3, 4, 4)), "multiple of 4"),
    (lambda: nn.PixelUnshuffle(3)(pg.zeros(1, 3, 4, 4)), "multiples of 3"),
    (lambda: nn.ChannelShuffle(3)(pg.zeros(1, 4, 4, 4)), "multiple of 3"),
    (lambda: nn.InstanceNorm2d(3)(pg.zeros(1, 4, 4, 4)), "3 channels"),
    (lambda: nn.InstanceNorm1d(4)(pg.zeros(1, 4, 1)), "more than one place"),
    (lambda: nn.RMSNorm(3)(pg.zeros(1, 4)), "RMSNorm"),
    (lambda: nn.Dropout2d()(pg.zeros(1, 4)), "Dropout2d"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(PatchgradError, match=says):
        mistake()
