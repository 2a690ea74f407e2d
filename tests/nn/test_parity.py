"""Every layer and loss against PyTorch: one table, in float64.

A row is the text that builds the module in both libraries, and what it is called with. Compared are the names and
shapes of the state dict (both ways), the outputs, the gradients of inputs and parameters, and the buffers afterwards.
"""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn

torch = pytest.importorskip("torch")


def classes(high, *shape):
    return lambda rng: rng.integers(0, high, shape)


def unit(*shape):
    return lambda rng: rng.uniform(0.01, 0.99, shape)


def mask(*shape):
    """Boolean, True in about a third, never for all of the last axis."""

    def draw(rng):
        found = rng.uniform(size=shape) < 0.35
        found[..., 0] = False
        return found

    return draw


def normal(*shape):
    return lambda rng: rng.normal(size=shape)


def distribution(*shape):
    """Probabilities that sum to 1 along axis 1."""

    def draw(rng):
        found = rng.uniform(0.1, 1, shape)
        return found / found.sum(1, keepdims=True)

    return draw


IMAGE = normal(2, 4, 7, 6)
ROW = normal(5, 6)
LOGITS, LABELS = normal(5, 4), classes(4, 5)
SEQUENCE = normal(5, 3, 4)

CASES = [
    ("nn.Linear(6, 3)", [ROW]),
    ("nn.Linear(6, 3, bias=False)", [normal(2, 5, 6)]),
    ("nn.Linear(6, 3)", [normal(6)]),
    ("nn.Conv2d(4, 6, 3)", [IMAGE]),
    ("nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), bias=False)", [IMAGE]),
    ("nn.Conv2d(4, 6, 3, padding='same', dilation=2)", [IMAGE]),
    ("nn.Conv2d(4, 6, 2, padding='same')", [IMAGE]),
    ("nn.Conv2d(4, 6, 3, padding='valid')", [IMAGE]),
    ("nn.Conv2d(4, 6, 3, padding=2, dilation=(2, 1), groups=2)", [IMAGE]),
    ("nn.Conv2d(4, 8, 3, stride=2, padding=1, groups=4)", [IMAGE]),
    ("nn.Conv2d(4, 5, 1)", [IMAGE]),
    ("nn.BatchNorm1d(6)", [ROW]),
    ("nn.BatchNorm1d(4, momentum=0.3, eps=1e-3)", [normal(3, 4, 5)]),
    ("nn.BatchNorm1d(6).eval()", [ROW]),
    ("nn.BatchNorm2d(4)", [IMAGE]),
    ("nn.BatchNorm2d(4, affine=False)", [IMAGE]),
    ("nn.BatchNorm2d(4, momentum=None)", [IMAGE]),
    ("nn.BatchNorm2d(4, track_running_stats=False)", [IMAGE]),
    ("nn.BatchNorm2d(4).eval()", [IMAGE]),
    ("nn.LayerNorm(6)", [ROW]),
    ("nn.LayerNorm((7, 6), eps=1e-3)", [IMAGE]),
    ("nn.LayerNorm(6, elementwise_affine=False)", [ROW]),
    ("nn.LayerNorm(6, bias=False)", [ROW]),
    ("nn.GroupNorm(2, 4)", [IMAGE]),
    ("nn.GroupNorm(4, 4, affine=False)", [IMAGE]),
    ("nn.GroupNorm(1, 6)", [ROW]),
    ("nn.Dropout(0.4).eval()", [ROW]),
    ("nn.Dropout(0.0)", [ROW]),
    ("nn.Embedding(9, 4)", [classes(9, 3, 5)]),
    ("nn.Embedding(9, 4, padding_idx=2)", [classes(4, 30)]),
    ("nn.Embedding(9, 4, padding_idx=-1)", [classes(9, 30)]),
    ("nn.MaxPool2d(2)", [IMAGE]),
    ("nn.MaxPool2d(3, stride=2, padding=1)", [IMAGE]),
    ("nn.MaxPool2d((3, 2), stride=(1, 2), dilation=(2, 1))", [IMAGE]),
    ("nn.MaxPool2d(2, ceil_mode=True)", [IMAGE]),
    ("nn.AvgPool2d(2)", [IMAGE]),
    ("nn.AvgPool2d(3, stride=2, padding=1)", [IMAGE]),
    ("nn.AvgPool2d((3, 2), stride=(2, 1), padding=(1, 0), count_include_pad=False)", [IMAGE]),
    ("nn.AvgPool2d(2, ceil_mode=True)", [IMAGE]),
    ("nn.AdaptiveAvgPool2d(1)", [IMAGE]),
    ("nn.AdaptiveAvgPool2d((3, 4))", [IMAGE]),
    ("nn.AdaptiveAvgPool2d((None, 2))", [IMAGE]),
    ("nn.Flatten()", [IMAGE]),
    ("nn.Flatten(0, 2)", [IMAGE]),
    ("nn.Unflatten(1, (2, 3))", [ROW]),
    ("nn.ReLU()", [ROW]),
    ("nn.LeakyReLU()", [ROW]),
    ("nn.LeakyReLU(0.3)", [ROW]),
    ("nn.GELU()", [ROW]),
    ("nn.GELU(approximate='tanh')", [ROW]),
    ("nn.SiLU()", [ROW]),
    ("nn.Tanh()", [ROW]),
    ("nn.Sigmoid()", [ROW]),
    ("nn.Softmax(dim=1)", [ROW]),
    ("nn.Softmax(dim=-3)", [IMAGE]),
    ("nn.LogSoftmax(dim=0)", [ROW]),
    ("nn.Identity()", [ROW]),
    ("nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Sequential(nn.Linear(4, 3), nn.Tanh()))", [ROW]),
    ("nn.LSTM(4, 3)", [SEQUENCE]),
    ("nn.LSTM(4, 3, bias=False, batch_first=True)", [SEQUENCE]),
    ("nn.LSTM(4, 3, num_layers=2, bidirectional=True)", [SEQUENCE]),
    ("nn.LSTM(4, 3, num_layers=3, bidirectional=True, batch_first=True, dropout=0.5).eval()", [SEQUENCE]),
    ("nn.LSTM(4, 3, num_layers=2)", [SEQUENCE, (normal(2, 3, 3), normal(2, 3, 3))]),
    ("nn.LSTM(4, 3)", [normal(5, 4)]),
    ("nn.LSTM(4, 3, bidirectional=True)", [normal(5, 4), (normal(2, 3), normal(2, 3))]),
    ("nn.MultiheadAttention(4, 2)", [SEQUENCE, normal(6, 3, 4), normal(6, 3, 4)]),
    ("nn.MultiheadAttention(4, 1, bias=False, batch_first=True)", [SEQUENCE] * 3),
    ("nn.MultiheadAttention(4, 2)", [normal(5, 4)] * 3),
    ("nn.MultiheadAttention(4, 2, batch_first=True)", [SEQUENCE] * 3, {"need_weights": False}),
    ("nn.MultiheadAttention(4, 2)", [SEQUENCE] * 3, {"average_attn_weights": False}),
    ("nn.MultiheadAttention(4, 2)", [SEQUENCE] * 3, {"key_padding_mask": mask(3, 5)}),
    ("nn.MultiheadAttention(4, 2)", [SEQUENCE] * 3, {"attn_mask": mask(5, 5), "need_weights": False}),
    ("nn.MultiheadAttention(4, 2)", [SEQUENCE] * 3, {"attn_mask": normal(6, 5, 5)}),
    ("nn.MultiheadAttention(4, 2)", [SEQUENCE] * 3, {"attn_mask": mask(5, 5), "key_padding_mask": mask(3, 5)}),
    ("nn.CrossEntropyLoss()", [LOGITS, LABELS]),
    ("nn.CrossEntropyLoss(reduction='sum')", [LOGITS, LABELS]),
    ("nn.CrossEntropyLoss(reduction='none')", [normal(2, 4, 3), classes(4, 2, 3)]),
    ("nn.CrossEntropyLoss(ignore_index=1)", [LOGITS, LABELS]),
    ("nn.CrossEntropyLoss(label_smoothing=0.2)", [LOGITS, LABELS]),
    ("nn.CrossEntropyLoss(label_smoothing=0.2, ignore_index=0)", [LOGITS, LABELS]),
    ("nn.CrossEntropyLoss(weight=tensor([0.5, 1.0, 2.0, 0.1]))", [LOGITS, LABELS]),
    ("nn.CrossEntropyLoss(weight=tensor([0.5, 1.0, 2.0, 0.1]), label_smoothing=0.3)", [LOGITS, LABELS]),
    ("nn.CrossEntropyLoss()", [LOGITS, distribution(5, 4)]),
    ("nn.CrossEntropyLoss(label_smoothing=0.1, reduction='sum')", [LOGITS, distribution(5, 4)]),
    ("nn.CrossEntropyLoss(weight=tensor([0.5, 1.0, 2.0, 0.1]))", [LOGITS, distribution(5, 4)]),
    ("nn.CrossEntropyLoss()", [normal(4), classes(4)]),
    ("nn.MSELoss()", [ROW, normal(5, 6)]),
    ("nn.MSELoss(reduction='sum')", [ROW, normal(5, 6)]),
    ("nn.MSELoss(reduction='none')", [ROW, normal(5, 6)]),
    ("nn.L1Loss()", [ROW, normal(5, 6)]),
    ("nn.L1Loss(reduction='none')", [ROW, normal(5, 6)]),
    ("nn.BCEWithLogitsLoss()", [ROW, unit(5, 6)]),
    ("nn.BCEWithLogitsLoss(reduction='none')", [ROW, unit(5, 6)]),
    ("nn.BCEWithLogitsLoss(pos_weight=tensor([0.5, 1.0, 2.0, 0.1, 3.0, 1.0]))", [ROW, unit(5, 6)]),
    ("nn.BCEWithLogitsLoss(weight=tensor([0.5, 1.0, 2.0, 0.1, 3.0, 1.0]))", [ROW, unit(5, 6)]),
]


def build(text, library, tensor):
    return eval(text, {"nn": library, "tensor": tensor}).double()


def pair_of(text, rng):
    """The module in both libraries, with the same random state, given by theirs."""
    theirs = build(text, torch.nn, lambda values: torch.tensor(values, dtype=torch.float64))
    ours = build(text, nn, lambda values: pg.tensor(values, dtype=pg.float64))
    for value in theirs.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.tensor(rng.uniform(0.2, 1.2, tuple(value.shape)) * (1 if "Norm" in text else 0.5)))
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    return ours, theirs


def drawn(spec, rng):
    return tuple(entry(rng) for entry in spec) if isinstance(spec, tuple) else spec(rng)


def as_tensors(value, make):
    return tuple(make(entry) for entry in value) if isinstance(value, tuple) else make(value)


def ours_of(array):
    return pg.tensor(array, requires_grad=array.dtype.kind == "f")


def theirs_of(array):
    return torch.tensor(array, requires_grad=array.dtype.kind == "f")


def flat(value):
    """All tensors in nested tuples, without None."""
    if isinstance(value, (tuple, list)):
        return [tensor for entry in value for tensor in flat(entry)]
    return [] if value is None else [value]


def close(ours, theirs, what):
    assert tuple(ours.shape) == tuple(theirs.shape), what
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-9, atol=1e-11, err_msg=what)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)])
def test_a_layer_gives_what_pytorch_gives(case):
    text, specs, named = (*case, {})[:3]
    rng = np.random.default_rng(len(text))
    ours, theirs = pair_of(text, rng)
    arrays = [drawn(spec, rng) for spec in specs]
    keywords = {name: value if isinstance(value, bool) else drawn(value, rng) for name, value in named.items()}
    results = []
    for module, make in ((ours, ours_of), (theirs, theirs_of)):
        inputs = [as_tensors(array, make) for array in arrays]
        extra = {name: value if isinstance(value, bool) else make(value) for name, value in keywords.items()}
        outputs = flat(module(*inputs, **extra))
        leaves = [leaf for leaf in flat(inputs) + flat(list(extra.values())) if getattr(leaf, "requires_grad", False)]
        results.append((outputs, leaves))
    (own_outputs, own_leaves), (their_outputs, their_leaves) = results
    for index, (own, their) in enumerate(zip(own_outputs, their_outputs, strict=True)):
        close(own, their, f"output {index}")
    run_backward(own_outputs, their_outputs, rng)
    for index, (own, their) in enumerate(zip(own_leaves, their_leaves, strict=True)):
        compare_gradients(own, their, f"gradient of input {index}")
    their_parameters = dict(theirs.named_parameters())
    for name, own in ours.named_parameters():
        compare_gradients(own, their_parameters[name], f"gradient of {name}")
    compare_states(ours, theirs)


def run_backward(own_outputs, their_outputs, rng):
    total, their_total = 0.0, 0.0
    for own, their in zip(own_outputs, their_outputs, strict=True):
        if own.requires_grad:
            weights = rng.normal(size=tuple(own.shape))
            total = (own * pg.tensor(weights)).sum() + total
            their_total = (their * torch.tensor(weights)).sum() + their_total
    if not isinstance(total, float):
        total.backward()
        their_total.backward()


def compare_gradients(own, their, what):
    assert (own.grad is None) == (their.grad is None), what
    if own.grad is not None:
        close(own.grad, their.grad, what)


def compare_states(ours, theirs):
    own_state, their_state = ours.state_dict(), theirs.state_dict()
    assert list(own_state) == list(their_state)
    for name, value in own_state.items():
        close(value, their_state[name], name)
    theirs.load_state_dict({name: torch.tensor(value.numpy()) for name, value in own_state.items()})


OWN_TEXT = ("Dropout", "Norm", "Loss", "Multihead")
"""Layers of which releases of PyTorch print different settings."""


@pytest.mark.parametrize("text", sorted({text for text, *_ in CASES if not any(name in text for name in OWN_TEXT)}))
def test_a_layer_prints_its_settings_as_pytorch_does(text):
    assert repr(eval(text, {"nn": nn})) == repr(eval(text, {"nn": torch.nn}))


@pytest.mark.parametrize(
    "text", ["nn.Linear(64, 50)", "nn.Conv2d(8, 16, 3, groups=2)", "nn.LSTM(16, 20)", "nn.Embedding(40, 30)"]
)
def test_first_values_are_spread_as_those_of_pytorch(text):
    pg.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = eval(text, {"nn": nn}), eval(text, {"nn": torch.nn})
    for (name, own), their in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert own.dtype is pg.float32
        if own.data.size > 500:
            assert own.data.std() == pytest.approx(their.std().item(), rel=0.06), name
            assert abs(own.data).max() == pytest.approx(their.abs().max().item(), rel=0.25), name
