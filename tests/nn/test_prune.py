"""Pruning: masks, names, values and gradients are PyTorch's, method by method and one after the other."""

from __future__ import annotations

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import PatchgradError
from patchgrad.nn.utils import prune

from .parity import close, pair_of, torch

pytest.importorskip("torch.nn.utils.prune", reason="PyTorch is the reference")
MASK = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 1, 0.0]])
SCORES = np.arange(12.0).reshape(4, 3)[::-1].copy()
STEPS = {
    "nothing": [("identity", {})],
    "smallest": [("l1_unstructured", {"amount": 0.3})],
    "a number of the smallest": [("l1_unstructured", {"amount": 5})],
    "least important": [("l1_unstructured", {"amount": 5, "importance_scores": SCORES})],
    "rows": [("ln_structured", {"amount": 0.5, "n": 2, "dim": 0})],
    "a column": [("ln_structured", {"amount": 1, "n": 1, "dim": -1})],
    "a row by its largest": [
        ("ln_structured", {"amount": 1, "n": float("inf"), "dim": 0, "importance_scores": SCORES})
    ],
    "a mask": [("custom_from_mask", {"mask": MASK})],
    "twice": [("l1_unstructured", {"amount": 4}), ("l1_unstructured", {"amount": 0.5})],
    "mask, then rows, then entries": [
        ("custom_from_mask", {"mask": MASK}),
        ("ln_structured", {"amount": 1, "n": 2, "dim": 0}),
        ("l1_unstructured", {"amount": 0.5}),
    ],
}


def _given(library, settings):
    make = pg.tensor if library is pg else torch.tensor
    return {name: make(value) if isinstance(value, np.ndarray) else value for name, value in settings.items()}


def _applied(steps):
    pair = pair_of("nn.Linear(3, 4)", np.random.default_rng(0))
    for library, layer in zip((pg, torch), pair, strict=True):
        for name, settings in steps:
            found = getattr(library.nn.utils.prune, name)(layer, "weight", **_given(library, settings))
            assert found is layer
    return pair


@pytest.mark.parametrize("case", STEPS)
def test_masks_outputs_and_gradients_of_a_pruned_layer_are_those_of_pytorch(case):
    ours, theirs = _applied(STEPS[case])
    assert list(ours.state_dict()) == list(theirs.state_dict())
    close(ours.weight_mask, theirs.weight_mask, "mask")
    x = np.random.default_rng(1).normal(size=(5, 3))
    outputs = ours(pg.tensor(x)), theirs(torch.tensor(x))
    for output in outputs:
        (output**2).sum().backward()
    close(*outputs, "output")
    close(ours.weight_orig.grad, theirs.weight_orig.grad, "gradient")
    assert prune.is_pruned(nn.Sequential(ours))
    kept = ours.weight_orig
    for library, layer in ((pg, ours), (torch, theirs)):
        library.nn.utils.prune.remove(layer, "weight")
    assert ours.weight is kept
    assert not prune.is_pruned(ours)
    assert dict(ours.named_parameters()).keys() == dict(theirs.named_parameters()).keys()
    close(ours.weight, theirs.weight, "weight for good")
    close(ours(pg.tensor(x)), outputs[0], "output without a hook")


def test_weights_of_several_layers_are_pruned_as_one():
    pair = pair_of("nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))", np.random.default_rng(0))
    for library, model in zip((pg, torch), pair, strict=True):
        pruning = library.nn.utils.prune
        places = [(layer, name) for layer in model for name in ("weight", "bias")]
        pruning.global_unstructured(places, pruning_method=pruning.L1Unstructured, amount=0.4)
        pruning.global_unstructured(places, pruning.L1Unstructured, amount=3)
    for name, value in pair[0].state_dict().items():
        close(value, pair[1].state_dict()[name], name)
    assert sum(int((mask == 0).sum()) for name, mask in pair[0].state_dict().items() if "mask" in name) == 10 + 3


@pytest.mark.parametrize(("method", "settings"), [("random_unstructured", {}), ("random_structured", {"dim": 1})])
def test_what_is_drawn_at_random_has_the_right_number_and_follows_the_seed(method, settings):
    masks = []
    for _ in range(2):
        pg.manual_seed(3)
        layer = getattr(prune, method)(nn.Linear(6, 4), "weight", amount=0.5, **settings)
        masks.append(layer.weight_mask.numpy())
    assert (masks[0] == 0).sum() == 12
    np.testing.assert_array_equal(*masks)
    if settings:
        assert set(masks[0].sum(0)) == {0, 4}


def test_a_way_to_prune_of_ones_own_is_a_class():
    class EveryOther(prune.BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t, default_mask):
            mask = default_mask.clone()
            mask.view(-1)[::2] = 0
            return mask

    layer = nn.Linear(3, 2)
    EveryOther.apply(layer, "bias")
    EveryOther.apply(layer, "weight")
    hook = EveryOther.apply(layer, "weight")
    assert isinstance(hook, prune.PruningContainer)
    assert len(hook) == 2
    assert layer.weight_mask.tolist() == [[0, 0, 0], [1, 0, 0]]
    assert layer.bias_mask.tolist() == [0, 1]
    assert EveryOther().prune(pg.ones(3)).tolist() == [0, 1, 0]


def test_training_moves_what_is_left_and_a_saved_layer_is_read_again():
    layer = prune.l1_unstructured(nn.Linear(3, 4), "weight", amount=0.5)
    optimizer = pg.optim.SGD(layer.parameters(), lr=0.1)
    gone = layer.weight_mask == 0
    for _ in range(2):
        optimizer.zero_grad()
        layer(pg.ones(2, 3)).sum().backward()
        optimizer.step()
    layer(pg.ones(2, 3))
    assert (layer.weight[gone] == 0).all()
    other = prune.identity(nn.Linear(3, 4), "weight")
    other.load_state_dict(layer.state_dict())
    assert (other(pg.ones(1, 3)) == layer(pg.ones(1, 3))).all()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda layer: prune.l1_unstructured(layer, "weight", amount=1.5),
        lambda layer: prune.l1_unstructured(layer, "weight", amount=-1),
        lambda layer: prune.l1_unstructured(layer, "weight", amount=100),
        lambda layer: prune.l1_unstructured(layer, "weight", amount=True),
        lambda layer: prune.l1_unstructured(layer, "nothing", amount=1),
        lambda layer: prune.l1_unstructured(layer, "weight", amount=1, importance_scores=pg.ones(2)),
        lambda layer: prune.ln_structured(layer, "bias", amount=1, n=2, dim=0),
        lambda layer: prune.ln_structured(layer, "weight", amount=1, n=2, dim=2),
        lambda layer: prune.custom_from_mask(layer, "weight", pg.ones(2)),
        lambda layer: prune.remove(layer, "weight"),
        lambda layer: prune.global_unstructured([(layer, "weight")], prune.LnStructured, amount=1, n=2),
    ],
)
def test_what_cannot_be_pruned_is_told_and_the_layer_is_as_before(wrong):
    layer = nn.Linear(3, 4)
    before = layer.weight
    with pytest.raises(PatchgradError):
        wrong(layer)
    assert layer.weight is before
    assert list(layer.state_dict()) == ["weight", "bias"]


def test_the_norm_of_no_gradients_is_zero():
    for library in (pg, torch):
        layer = library.nn.Linear(2, 2)
        assert library.nn.utils.clip_grad_norm_(layer.parameters(), 1.0).item() == 0
