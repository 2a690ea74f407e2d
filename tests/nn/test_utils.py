"""Layers joined with their batch norm, modules without first values, norms of gradients: against PyTorch."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import PatchgradError
from patchgrad.nn import utils

from .parity import close, pair_of, torch

FUSED = [
    ("nn.Conv2d(3, 4, 2), nn.BatchNorm2d(4)", "conv", {}, (2, 3, 4, 4)),
    ("nn.Conv1d(3, 4, 2, bias=False), nn.BatchNorm1d(4, affine=False)", "conv", {}, (2, 3, 4)),
    ("nn.ConvTranspose1d(3, 4, 2), nn.BatchNorm1d(4)", "conv", {"transpose": True}, (2, 3, 4)),
    ("nn.Linear(3, 4), nn.BatchNorm1d(4)", "linear", {}, (2, 3)),
    ("nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4)", "linear", {}, (2, 3)),
]


@pytest.mark.parametrize(("text", "kind", "settings", "shape"), FUSED)
def test_a_batch_norm_is_written_into_the_layer_before_it(text, kind, settings, shape):
    rng = np.random.default_rng(0)
    ours, theirs = pair_of(f"nn.Sequential({text})", rng)
    x = rng.normal(size=shape)
    ours.eval(), theirs.eval()
    own = getattr(utils, f"fuse_{kind}_bn_eval")(ours[0], ours[1], **settings)
    their = getattr(torch.nn.utils, f"fuse_{kind}_bn_eval")(theirs[0], theirs[1], **settings)
    for name in ("weight", "bias"):
        close(getattr(own, name), getattr(their, name), name)
    assert own.weight is not ours[0].weight
    close(own(pg.tensor(x)), ours(pg.tensor(x)), "output")


def test_a_module_is_made_without_first_values():
    before = pg.get_rng_state()
    layer = utils.skip_init(nn.Conv2d, 3, 4, kernel_size=2, dtype=pg.float64)
    assert pg.get_rng_state() == before
    assert (layer.weight.shape, layer.weight.dtype, str(layer.weight.device)) == ((4, 3, 2, 2), pg.float64, "cpu")


@pytest.mark.parametrize("norm_type", [2.0, 1.0, float("inf")])
def test_a_norm_of_all_gradients_is_measured_and_used_apart(norm_type):
    rng = np.random.default_rng(3)
    arrays = [rng.normal(size=shape) for shape in ((3, 4), (5,))]
    totals, scaled = [], []
    for library, make in ((pg, pg.tensor), (torch, torch.tensor)):
        parameters = [library.nn.Parameter(make(array)) for array in arrays]
        for parameter, array in zip(parameters, arrays, strict=True):
            parameter.grad = make(array * 2)
        total = library.nn.utils.get_total_norm([p.grad for p in parameters], norm_type)
        library.nn.utils.clip_grads_with_norm_(parameters, 0.5, total)
        totals.append(total.item())
        scaled.append([parameter.grad.numpy() for parameter in parameters])
    assert totals[0] == pytest.approx(totals[1], rel=1e-12)
    for own, their in zip(*scaled, strict=True):
        np.testing.assert_allclose(own, their, rtol=1e-12)
    assert utils.get_total_norm([]).item() == 0


MISTAKES = [
    (lambda: utils.fuse_conv_bn_eval(nn.Conv1d(2, 3, 1), nn.BatchNorm1d(3)), "for evaluation only"),
    (lambda: utils.fuse_linear_bn_eval(nn.Linear(2, 3).eval(), nn.BatchNorm1d(4).eval()), "does not fit"),
    (lambda: utils.skip_init(nn.ReLU), "take device="),
    (lambda: utils.get_total_norm([pg.tensor([float("nan")])], error_if_nonfinite=True), "not finite"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(PatchgradError, match=says):
        mistake()
