"""Layers beyond their numbers: bad settings, bad inputs, random streams, meta shapes, containers."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import ArgumentError, PatchgradError

BAD_SETTINGS = [
    "Linear(0, 3)",
    "Linear(3, 2.5)",
    "Linear(3, True)",
    "Linear('3', 2)",
    "Conv2d(3, 4, 0)",
    "Conv2d(3, 4, (3, 3, 3))",
    "Conv2d(3, 4, 3, stride=0)",
    "Conv2d(3, 4, 3, padding=-1)",
    "Conv2d(3, 4, 3, padding='half')",
    "Conv2d(3, 4, 3, padding='same', stride=2)",
    "Conv2d(3, 4, 3, groups=2)",
    "Conv2d(4, 6, 3, groups=4)",
    "Conv2d(3, 4, 3, padding_mode='mirror')",
    "BatchNorm2d(0)",
    "LayerNorm((3, 0))",
    "GroupNorm(3, 4)",
    "Dropout(1.5)",
    "Dropout('much')",
    "Embedding(4, 0)",
    "Embedding(4, 2, padding_idx=4)",
    "MaxPool2d(0)",
    "AvgPool2d((2, 2), stride=(1, 0))",
    "AdaptiveAvgPool2d((0, 1))",
    "GELU('erf')",
    "MultiheadAttention(5, 2)",
    "LSTM(3, 4, num_layers=0)",
    "LSTM(3, 4, dropout=2)",
    "CrossEntropyLoss(reduction='average')",
    "CrossEntropyLoss(label_smoothing=1.5)",
]


@pytest.mark.parametrize("text", BAD_SETTINGS)
def test_a_setting_that_makes_no_sense_is_refused_with_what_is_wanted(text):
    with pytest.raises(ArgumentError) as error:
        eval(f"nn.{text}")
    assert text.partition("(")[0] in error.value.title
    assert error.value.want or error.value.hint


BAD_INPUTS = [
    ("Linear(3, 2)", [(4, 5)]),
    ("Linear(3, 2)", [()]),
    ("Conv2d(3, 4, 3)", [(2, 4, 8, 8)]),
    ("Conv2d(3, 4, 9)", [(2, 3, 8, 8)]),
    ("Conv2d(3, 4, 3)", [(2, 3)]),
    ("BatchNorm1d(3)", [(4, 5)]),
    ("BatchNorm2d(3)", [(4, 3)]),
    ("LayerNorm(3)", [(4, 5)]),
    ("GroupNorm(2, 4)", [(2, 6, 3)]),
    ("MaxPool2d(9)", [(1, 1, 8, 8)]),
    ("MultiheadAttention(4, 2)", [(5, 3, 6)] * 3),
    ("LSTM(4, 3)", [(5, 2, 3)]),
    ("LSTM(4, 3)", [(0, 2, 4)]),
    ("Add()", [(2, 3), (2, 4)]),
    ("Concat()", [(2, 3, 5), (2, 4, 4)]),
]


@pytest.mark.parametrize(("text", "shapes"), BAD_INPUTS)
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_an_input_of_a_wrong_shape_is_refused_and_the_layer_named(text, shapes, device):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = eval(f"nn.{text}").to(device)

        def forward(self, *args):
            return self.layer(*args)

    with pytest.raises(PatchgradError) as error:
        Net()(*(pg.zeros(*shape, device=device) for shape in shapes))
    assert "layer" in error.value.where
    assert error.value.got


def test_class_numbers_outside_the_classes_are_refused():
    with pytest.raises(PatchgradError):
        nn.CrossEntropyLoss()(pg.zeros(2, 3), pg.tensor([0, 3]))


def test_numbers_outside_the_table_are_refused():
    with pytest.raises(PatchgradError):
        nn.Embedding(3, 2)(pg.tensor([0, 3]))
    with pytest.raises(PatchgradError):
        nn.Embedding(3, 2)(pg.tensor([0.0, 1.0]))


def test_dropout_zeroes_the_share_it_should_and_keeps_the_mean():
    pg.manual_seed(0)
    x = pg.ones(400, 500)
    y = nn.Dropout(0.3)(x)
    assert (y.data == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert y.data.mean() == pytest.approx(1.0, abs=0.01)
    assert set(np.unique(y.data)) == {np.float32(0), np.float32(1 / 0.7)}
    assert (nn.Dropout(1.0)(x).data == 0).all()


def test_the_gradient_of_dropout_passes_where_the_value_did():
    x = pg.ones(50, requires_grad=True)
    y = nn.Dropout(0.5)(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, y.data)


def dropped(model):
    pg.manual_seed(3)
    return model(pg.ones(6, 8)).data


def test_what_a_dropout_draws_depends_on_its_path_and_not_on_its_neighbours():
    class Two(nn.Module):
        def __init__(self, more):
            super().__init__()
            self.early = nn.Dropout(0.5) if more else nn.Identity()
            self.late = nn.Dropout(0.5)

        def forward(self, x):
            self.early(x)
            return self.late(x)

    np.testing.assert_array_equal(dropped(Two(True)), dropped(Two(False)))
    assert (dropped(nn.Sequential(nn.Dropout(0.5))) != dropped(Two(False))).any()


def test_a_stream_key_keeps_the_draws_when_the_path_changes():
    def keyed(model):
        model[-1].stream_key = "n7"
        return dropped(model)

    a = keyed(nn.Sequential(nn.Dropout(0.5)))
    b = keyed(nn.Sequential(nn.Identity(), nn.Dropout(0.5)))
    np.testing.assert_array_equal(a, b)


def test_two_calls_draw_anew_and_a_restored_random_state_repeats():
    layer = nn.Dropout(0.5)
    pg.manual_seed(1)
    layer(pg.ones(4, 4))
    state = pg.get_rng_state()
    first = layer(pg.ones(4, 4)).data
    assert (layer(pg.ones(4, 4)).data != first).any()
    pg.set_rng_state(state)
    np.testing.assert_array_equal(layer(pg.ones(4, 4)).data, first)


META = [
    ("Linear(6, 3)", [(5, 6)], (5, 3)),
    ("Conv2d(3, 4, 3, padding=1, stride=2)", [(2, 3, 9, 9)], (2, 4, 5, 5)),
    ("BatchNorm2d(3)", [(2, 3, 4, 4)], (2, 3, 4, 4)),
    ("BatchNorm2d(3).eval()", [(2, 3, 4, 4)], (2, 3, 4, 4)),
    ("BatchNorm1d(3, momentum=0.5)", [(2, 3)], (2, 3)),
    ("LayerNorm(6)", [(5, 6)], (5, 6)),
    ("GroupNorm(2, 4)", [(5, 4, 3)], (5, 4, 3)),
    ("Dropout(0.5)", [(5, 6)], (5, 6)),
    ("MaxPool2d(2)", [(2, 3, 9, 9)], (2, 3, 4, 4)),
    ("AvgPool2d(2)", [(2, 3, 9, 9)], (2, 3, 4, 4)),
    ("AdaptiveAvgPool2d((2, 3))", [(2, 3, 9, 9)], (2, 3, 2, 3)),
    ("Flatten()", [(2, 3, 4)], (2, 12)),
    ("Unflatten(1, (3, 4))", [(2, 12)], (2, 3, 4)),
    ("GELU()", [(5, 6)], (5, 6)),
    ("Softmax(1)", [(5, 6)], (5, 6)),
    ("Add()", [(5, 1), (6,)], (5, 6)),
    ("Concat()", [(5, 2), (5, 3)], (5, 5)),
    ("Sequential(nn.Flatten(), nn.Linear(12, 2), nn.ReLU())", [(5, 3, 4)], (5, 2)),
]


@pytest.mark.parametrize(("text", "shapes", "want"), META)
def test_a_meta_run_gives_the_shape_and_changes_nothing(text, shapes, want):
    layer = eval(f"nn.{text}")
    before = {name: value.data.copy() for name, value in layer.state_dict().items()}
    out = layer(*(pg.zeros(*shape, device="meta") for shape in shapes))
    assert (out.shape, str(out.device), out.dtype) == (want, "meta", pg.float32)
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.data, before[name])


def test_lstm_attention_and_embedding_run_on_meta():
    output, (h, c) = nn.LSTM(4, 3, bidirectional=True, device="meta")(pg.zeros(5, 2, 4, device="meta"))
    assert (output.shape, h.shape, c.shape) == ((5, 2, 6), (2, 2, 3), (2, 2, 3))
    x = pg.zeros(5, 2, 4, device="meta")
    output, weights = nn.MultiheadAttention(4, 2, device="meta")(x, x, x)
    assert (output.shape, weights.shape) == ((5, 2, 4), (2, 5, 5))
    assert nn.Embedding(9, 4)(pg.zeros(3, 2, dtype=pg.int64, device="meta")).shape == (3, 2, 4)


def test_layers_take_a_dtype():
    assert nn.Linear(2, 3, dtype=pg.float64).weight.dtype is pg.float64
    assert nn.LSTM(2, 3, dtype="float64").weight_hh_l0.dtype is pg.float64
    assert nn.BatchNorm2d(2, dtype=pg.float64).running_var.dtype is pg.float64


def test_batch_norm_on_one_value_per_channel_is_refused():
    with pytest.raises(PatchgradError, match="more than one value"):
        nn.BatchNorm1d(3)(pg.ones(1, 3))
    assert nn.BatchNorm1d(3).eval()(pg.ones(1, 3)).shape == (1, 3)


def test_adding_and_concatenating_join_two_paths():
    a, b = pg.ones(2, 3), pg.zeros(2, 3)
    assert nn.Add()(a, b).tolist() == [[1, 1, 1]] * 2
    assert nn.Multiply()(a * 2, a * 3).tolist() == [[6, 6, 6]] * 2
    assert nn.Concat()(a, b).tolist() == [[1, 1, 1, 0, 0, 0]] * 2
    assert nn.Concat(dim=0)(a, b).shape == (4, 3)


def test_sequential_counts_names_slices_and_is_edited_as_a_list():
    first, second, third = nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)
    net = nn.Sequential(first, second, third)
    assert (len(net), list(net), net[-1]) == (3, [first, second, third], third)
    assert list(net[1:]) == [second, third]
    assert list(net[1:]._modules) == ["1", "2"]
    net.insert(1, nn.Tanh())
    assert list(net.state_dict()) == ["0.weight", "0.bias", "3.weight", "3.bias"]
    del net[1]
    net[1] = nn.Sigmoid()
    net.append(nn.Identity())
    assert [type(child).__name__ for child in net] == ["Linear", "Sigmoid", "Linear", "Identity"]
    assert list(nn.Sequential({"a": first, "b": second}).state_dict()) == ["a.weight", "a.bias"]
    with pytest.raises(IndexError):
        net[4]


@pytest.mark.parametrize("entry", [nn.Linear, "Linear", None, len])
def test_a_container_refuses_what_is_no_module(entry):
    with pytest.raises(ArgumentError):
        nn.Sequential(nn.ReLU(), entry)


def test_lists_and_dictionaries_of_modules_register_them():
    listed = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
    assert list(listed.state_dict())[:2] == ["0.weight", "0.bias"]
    assert len(list(listed.extend([nn.ReLU()]).modules())) == 5
    named = nn.ModuleDict({"a": nn.Linear(1, 1)})
    named["b"] = nn.ReLU()
    assert (list(named), "a" in named, len(named)) == (["a", "b"], True, 2)
    assert named.pop("a").in_features == 1
    assert list(named.keys()) == ["b"]
