"""Sequences of different lengths against PyTorch: packed, padded, and through recurrent layers."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import PatchgradError
from patchgrad.nn.utils import rnn

from .parity import close, compare_gradients, flat, pair_of, torch

theirs_rnn = torch.nn.utils.rnn
LENGTHS = [[5, 3, 3, 1], [2, 5, 1, 4], [1], [3, 3]]
LAYERS = [
    "nn.RNN(3, 4)",
    "nn.RNN(3, 4, 2, nonlinearity='relu', bidirectional=True)",
    "nn.GRU(3, 4, 2, bidirectional=True)",
    "nn.LSTM(3, 4)",
    "nn.LSTM(3, 4, 2, bidirectional=True, batch_first=True)",
    "nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2)",
]


def sequences(lengths, seed=0):
    """The same sequences in both libraries, asking for gradients."""
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=(length, 3)) for length in lengths]
    return [pg.tensor(a, requires_grad=True) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]


def same_packed(ours, theirs):
    close(ours.data, theirs.data, "data")
    for name in ("batch_sizes", "sorted_indices", "unsorted_indices"):
        own, their = getattr(ours, name), getattr(theirs, name)
        assert (own is None) == (their is None), name
        if own is not None:
            assert own.tolist() == their.tolist(), name


@pytest.mark.parametrize("lengths", LENGTHS)
def test_sequences_are_packed_and_unpacked_as_in_pytorch(lengths):
    ours, theirs = sequences(lengths)
    rising = lengths != sorted(lengths, reverse=True)
    own, their = rnn.pack_sequence(ours, not rising), theirs_rnn.pack_sequence(theirs, not rising)
    same_packed(own, their)
    for settings in ({}, {"batch_first": True}, {"padding_value": 7.0, "total_length": 6}):
        (padded, counts), (other, other_counts) = (
            library.pad_packed_sequence(packed, **settings) for library, packed in ((rnn, own), (theirs_rnn, their))
        )
        close(padded, other, str(settings))
        assert counts.tolist() == other_counts.tolist()
    for a, b in zip(rnn.unpack_sequence(own), ours, strict=True):
        assert a.tolist() == b.tolist()


@pytest.mark.parametrize("settings", [{}, {"batch_first": True, "padding_value": 2.0}, {"padding_side": "left"}])
def test_sequences_are_padded_as_in_pytorch(settings):
    ours, theirs = sequences([2, 4, 1])
    padded = rnn.pad_sequence(ours, **settings)
    close(padded, theirs_rnn.pad_sequence(theirs, **settings), "padded")
    padded.square().sum().backward()
    assert ours[1].grad.tolist() == (2 * ours[1]).tolist()
    if "padding_side" not in settings:
        cut = rnn.unpad_sequence(padded, pg.tensor([2, 4, 1]), settings.get("batch_first", False))
        assert [each.tolist() for each in cut] == [each.tolist() for each in ours]


@pytest.mark.parametrize("lengths", LENGTHS[:2])
@pytest.mark.parametrize("text", LAYERS)
@pytest.mark.parametrize("starts", [False, True])
def test_a_layer_reads_packed_sequences_as_pytorch_does(text, lengths, starts):
    rng = np.random.default_rng(len(text))
    ours, theirs = pair_of(text, rng)
    own_inputs, their_inputs = sequences(lengths)
    rows = theirs.num_layers * (1 + theirs.bidirectional)
    sizes = [theirs.proj_size or 4, 4][: 2 if "LSTM" in text else 1]
    states = [rng.normal(size=(rows, len(lengths), size)) for size in sizes]
    results = []
    for module, inputs, library, make in (
        (ours, own_inputs, rnn, lambda a: pg.tensor(a, requires_grad=True)),
        (theirs, their_inputs, theirs_rnn, lambda a: torch.tensor(a, requires_grad=True)),
    ):
        begin = [make(state) for state in states]
        given = (tuple(begin) if len(begin) > 1 else begin[0],) if starts else ()
        packed, ends = module(library.pack_sequence(inputs, enforce_sorted=False), *given)
        total = sum((each * each).sum() for each in flat(ends)) + (packed.data**3).sum()
        total.backward()
        results.append((packed, flat(ends), [*inputs, *begin], total))
    (packed, ends, leaves, _), (other, their_ends, their_leaves, _) = results
    same_packed(packed, other)
    for own, their in zip(ends, their_ends, strict=True):
        close(own, their, "end")
    for own, their in zip(leaves, their_leaves, strict=True):
        compare_gradients(own, their, "input", 1e-9)
    their_parameters = dict(theirs.named_parameters())
    for name, own in ours.named_parameters():
        compare_gradients(own, their_parameters[name], name, 1e-9)


def test_what_stands_in_the_padding_does_not_matter():
    layer = nn.GRU(3, 4, 2, bidirectional=True)
    x = pg.randn(5, 2, 3)
    packed = rnn.pack_padded_sequence(x, [5, 2])
    again = x.detach().clone()
    again[2:, 1] = 100.0
    first, second = layer(packed), layer(rnn.pack_padded_sequence(again, [5, 2]))
    assert first[0].data.tolist() == second[0].data.tolist()
    assert first[1].tolist() == second[1].tolist()


def test_a_packed_sequence_can_be_moved():
    packed = rnn.pack_sequence([pg.ones(3, 2), pg.ones(1, 2)]).double()
    assert packed.data.dtype is pg.float64
    assert packed.half().float().cpu().data.dtype is pg.float32
    assert not packed.is_cuda
    assert rnn.invert_permutation(pg.tensor([2, 0, 1])).tolist() == [1, 2, 0]


X = pg.zeros(4, 2, 3)
MISTAKES = [
    (lambda: rnn.pack_padded_sequence(X, [2, 4]), "longest sequence first"),
    (lambda: rnn.pack_padded_sequence(X, [5, 4]), "from 1 to 4"),
    (lambda: rnn.pack_padded_sequence(X, [4, 0]), "from 1 to 4"),
    (lambda: rnn.pack_padded_sequence(X, [4]), "2 whole numbers"),
    (lambda: rnn.pad_packed_sequence(rnn.pack_padded_sequence(X, [4, 2]), total_length=3), "shorter"),
    (lambda: rnn.pad_sequence([pg.zeros(2, 3), pg.zeros(2, 4)]), "side by side"),
    (lambda: rnn.pad_sequence([]), "no sequences"),
    (lambda: rnn.pad_sequence([pg.zeros(2)], padding_side="top"), "padding_side"),
    (lambda: nn.GRU(4, 5)(rnn.pack_padded_sequence(X, [4, 2])), "packed sequences of 4 features"),
    (lambda: nn.GRU(3, 5)(rnn.PackedSequence(X[0], pg.tensor([1, 1, 1]))), "sum of batch_sizes"),
    (lambda: nn.GRU(3, 5)(rnn.pack_padded_sequence(X, [4, 2]), pg.zeros(1, 3, 5)), "cannot start"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(PatchgradError, match=says):
        mistake()
