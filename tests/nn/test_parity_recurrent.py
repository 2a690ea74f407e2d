"""Recurrent networks, their single steps and transformers against PyTorch."""

import re

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import PatchgradError

from .parity import assert_parity, mask, normal, rows, texts, torch

SEQUENCE = normal(5, 3, 4)
STATES = normal(4, 3, 6)

RECURRENT = [
    ("nn.RNN(4, 6)", [SEQUENCE]),
    ("nn.RNN(4, 6, nonlinearity='relu', bias=False, batch_first=True)", [SEQUENCE]),
    ("nn.RNN(4, 6, 2, bidirectional=True)", [SEQUENCE, STATES]),
    ("nn.RNN(4, 6)", [normal(5, 4)]),
    ("nn.GRU(4, 6)", [SEQUENCE]),
    ("nn.GRU(4, 6, bias=False, batch_first=True)", [SEQUENCE]),
    ("nn.GRU(4, 6, num_layers=2, bidirectional=True)", [SEQUENCE, STATES]),
    ("nn.GRU(4, 6, num_layers=3, dropout=0.5).eval()", [SEQUENCE]),
    ("nn.GRU(4, 6, bidirectional=True)", [normal(5, 4), normal(2, 6)]),
    ("nn.LSTM(4, 6, num_layers=2, bidirectional=True)", [SEQUENCE, (STATES, STATES)]),
    ("nn.LSTM(4, 6, proj_size=2)", [SEQUENCE]),
    ("nn.LSTM(4, 6, 2, bias=False, bidirectional=True, proj_size=3)", [SEQUENCE, (normal(4, 3, 3), STATES)]),
    ("nn.LSTM(4, 6, 2, batch_first=True, proj_size=5)", [normal(5, 4), (normal(2, 5), normal(2, 6))]),
]
CELLS = [
    ("nn.RNNCell(4, 6)", [normal(3, 4), normal(3, 6)]),
    ("nn.RNNCell(4, 6, nonlinearity='relu', bias=False)", [normal(3, 4)]),
    ("nn.GRUCell(4, 6)", [normal(3, 4), normal(3, 6)]),
    ("nn.GRUCell(4, 6, bias=False)", [normal(4)]),
    ("nn.LSTMCell(4, 6)", [normal(3, 4), (normal(3, 6), normal(3, 6))]),
    ("nn.LSTMCell(4, 6, bias=False)", [normal(4)]),
]


@rows(RECURRENT + CELLS)
def test_a_recurrent_layer_gives_what_pytorch_gives(case):
    assert_parity(case)


@texts(RECURRENT + CELLS)
def test_a_recurrent_layer_prints_its_settings_as_pytorch_does(text):
    assert repr(eval(text, {"nn": nn})) == repr(eval(text, {"nn": torch.nn}))


SMALL = "4, 2, dim_feedforward=6, dropout=0.0"
LAYER, DECODER = f"nn.TransformerEncoderLayer({SMALL})", f"nn.TransformerDecoderLayer({SMALL})"
WHOLE = "nn.Transformer(4, 2, 2, 1, 6, 0.0)"
SOURCE = normal(6, 3, 4)
TRANSFORMERS = [
    (LAYER, [SEQUENCE]),
    (LAYER, [normal(5, 4)]),
    (LAYER, [SEQUENCE], {"src_mask": mask(5, 5), "src_key_padding_mask": mask(3, 5)}),
    (f"nn.TransformerEncoderLayer({SMALL}, activation='gelu', norm_first=True, batch_first=True)", [SEQUENCE]),
    (f"nn.TransformerEncoderLayer({SMALL}, layer_norm_eps=1e-2, bias=False)", [SEQUENCE]),
    (DECODER, [SEQUENCE, SOURCE]),
    (DECODER, [SEQUENCE, SOURCE], {"tgt_mask": mask(5, 5), "memory_mask": mask(5, 6)}),
    (DECODER, [SEQUENCE, SOURCE], {"tgt_key_padding_mask": mask(3, 5), "memory_key_padding_mask": mask(3, 6)}),
    (f"nn.TransformerDecoderLayer({SMALL}, norm_first=True, batch_first=True)", [SEQUENCE, normal(5, 6, 4)]),
    (f"nn.TransformerDecoderLayer({SMALL}, bias=False, activation='gelu')", [SEQUENCE, SOURCE]),
    (
        f"nn.TransformerEncoderLayer({SMALL}, norm_first=True, bias=False)",
        [SEQUENCE],
        {"src_mask": normal(5, 5), "src_key_padding_mask": normal(3, 5)},
    ),
    (DECODER, [normal(5, 4), normal(6, 4)]),
    (f"nn.TransformerEncoder({LAYER}, 2, nn.LayerNorm(4))", [SEQUENCE]),
    (f"nn.TransformerEncoder({LAYER}, 2)", [SEQUENCE], {"mask": mask(5, 5)}),
    (f"nn.TransformerDecoder({DECODER}, 2, norm=nn.LayerNorm(4))", [SEQUENCE, SOURCE]),
    (WHOLE, [SOURCE, SEQUENCE]),
    (
        "nn.Transformer(4, 2, 1, 1, 6, 0.0, batch_first=True, norm_first=True, bias=False)",
        [normal(2, 6, 4), normal(2, 5, 4)],
        {"tgt_mask": mask(5, 5), "memory_mask": mask(5, 6), "memory_key_padding_mask": mask(2, 6)},
    ),
    (WHOLE, [SOURCE, SEQUENCE], {"tgt_mask": mask(5, 5), "src_key_padding_mask": mask(3, 6)}),
]


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")
@rows(TRANSFORMERS)
def test_a_transformer_gives_what_pytorch_gives(case):
    assert_parity(case)


@texts([(LAYER,), (DECODER,), (WHOLE,), (f"nn.TransformerEncoder({LAYER}, 2, nn.LayerNorm(4))",)])
@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")
def test_a_transformer_prints_as_in_pytorch(text):
    ours, theirs = (repr(eval(text, {"nn": library})) for library in (nn, torch.nn))
    assert re.sub(r" *embed_dim=.*\n", "", ours) == theirs.replace("NonDynamicallyQuantizable", "")


def test_a_causal_layer_does_not_look_ahead():
    layer = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0.0), 2)
    causal = nn.Transformer.generate_square_subsequent_mask(5)
    assert causal.tolist() == torch.nn.Transformer.generate_square_subsequent_mask(5).tolist()
    x = pg.randn(5, 3, 4)
    y = layer(x, is_causal=True)
    assert abs(y.data - layer(x, causal).data).max() < 1e-6
    later = x.detach().clone()
    later.data[3:] += 1
    assert abs(layer(later, is_causal=True).data[:3] - y.data[:3]).max() < 1e-6


def test_dropout_of_a_transformer_is_off_in_evaluation():
    layer = nn.TransformerEncoderLayer(4, 2, 8, 0.5)
    x = pg.randn(5, 3, 4)
    assert (layer(x).data != layer(x).data).any()
    layer.eval()
    assert (layer(x).data == layer(x).data).all()


MISTAKES = [
    (lambda: nn.TransformerEncoderLayer(4, 2, activation="sin"), "relu"),
    (lambda: nn.TransformerDecoderLayer(4, 3), "num_heads"),
    (lambda: nn.RNN(4, 6, nonlinearity="sin"), "nonlinearity"),
    (lambda: nn.GRU(4, 0), "hidden_size"),
    (lambda: nn.GRU(4, 6)(pg.zeros(5, 3, 5)), "GRU cannot take x"),
    (lambda: nn.GRU(4, 6)(pg.zeros(5, 3, 4), pg.zeros(1, 2, 6)), "cannot start"),
    (lambda: nn.LSTM(4, 6)(pg.zeros(5, 3, 4), pg.zeros(1, 3, 6)), "cannot start"),
    (lambda: nn.LSTM(4, 6, proj_size=6), "proj_size"),
    (lambda: nn.LSTM(4, 6, proj_size=2)(pg.zeros(5, 3, 4), (pg.zeros(1, 3, 6), pg.zeros(1, 3, 6))), "cannot start"),
    (lambda: nn.GRUCell(4, 6)(pg.zeros(3, 5)), "GRUCell cannot take x"),
    (lambda: nn.LSTMCell(4, 6)(pg.zeros(3, 4), (pg.zeros(2, 6), pg.zeros(2, 6))), "this state"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(PatchgradError, match=says):
        mistake()
