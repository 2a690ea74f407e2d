"""Every layer and loss of the first set against PyTorch: one table, in float64; see parity.py."""

import pytest

import patchgrad as pg
from patchgrad import nn

from .parity import assert_parity, classes, distribution, mask, normal, rows, torch, unit

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
    ("nn.MultiheadAttention(4, 2, kdim=3)", [SEQUENCE, normal(6, 3, 3), normal(6, 3, 4)]),
    ("nn.MultiheadAttention(4, 2, kdim=5, vdim=2, add_bias_kv=True)", [SEQUENCE, normal(6, 3, 5), normal(6, 3, 2)]),
    ("nn.MultiheadAttention(4, 2, bias=False, add_zero_attn=True)", [SEQUENCE] * 3),
    (
        "nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True)",
        [SEQUENCE] * 3,
        {"key_padding_mask": mask(3, 5), "attn_mask": mask(5, 5), "average_attn_weights": False},
    ),
    (
        "nn.MultiheadAttention(4, 2, batch_first=True, vdim=3)",
        [SEQUENCE, normal(5, 6, 4), normal(5, 6, 3)],
        {"attn_mask": normal(10, 3, 6)},
    ),
    ("nn.MultiheadAttention(4, 2)", [SEQUENCE] * 3, {"attn_mask": normal(5, 5), "key_padding_mask": normal(3, 5)}),
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


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@rows(CASES)
def test_a_layer_gives_what_pytorch_gives(case):
    assert_parity(case)


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
