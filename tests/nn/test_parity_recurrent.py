"""Recurrent networks, their single steps and transformers against PyTorch."""

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import PatchgradError

from .parity import assert_parity, normal, rows, texts, torch

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


MISTAKES = [
    (lambda: nn.RNN(4, 6, nonlinearity="sin"), "nonlinearity"),
    (lambda: nn.GRU(4, 0), "hidden_size"),
    (lambda: nn.GRU(4, 6)(pg.zeros(5, 3, 5)), "GRU cannot take x"),
    (lambda: nn.GRU(4, 6)(pg.zeros(5, 3, 4), pg.zeros(1, 2, 6)), "cannot start"),
    (lambda: nn.LSTM(4, 6)(pg.zeros(5, 3, 4), pg.zeros(1, 3, 6)), "cannot start"),
    (lambda: nn.GRUCell(4, 6)(pg.zeros(3, 5)), "GRUCell cannot take x"),
    (lambda: nn.LSTMCell(4, 6)(pg.zeros(3, 4), (pg.zeros(2, 6), pg.zeros(2, 6))), "this state"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(PatchgradError, match=says):
        mistake()
