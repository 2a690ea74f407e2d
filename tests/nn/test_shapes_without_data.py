"""Every layer of the tables on inputs of the meta device: the shapes of the real run, without data."""

import numpy as np

import patchgrad as pg
from patchgrad import nn

from . import test_parity, test_parity_activations, test_parity_losses, test_parity_places, test_parity_recurrent
from .parity import as_tensors, build, drawn, flat, rows

TABLES = [
    *test_parity.CASES,
    *test_parity_activations.CASES,
    *test_parity_losses.CASES,
    *test_parity_losses.PAIRS,
    *test_parity_places.CASES,
    *test_parity_recurrent.RECURRENT,
    *test_parity_recurrent.CELLS,
    *test_parity_recurrent.TRANSFORMERS,
]
FIRST = {case[0]: case for case in reversed(TABLES) if len(case) == 2}


def without_data(array):
    return pg.empty(array.shape, dtype=str(array.dtype), device="meta")


@rows(list(FIRST.values()))
def test_a_layer_tells_its_shapes_without_data(case):
    text, specs = case
    rng = np.random.default_rng(0)
    arrays = [drawn(spec, rng) for spec in specs]
    layer = build(text, nn, lambda values: pg.tensor(values, dtype=pg.float64))
    before = {name: value.data.copy() for name, value in layer.state_dict().items()}
    found = flat(layer(*[as_tensors(array, without_data) for array in arrays]))
    assert {str(value.device) for value in found} == {"meta"}
    assert all((value.data == before[name]).all() for name, value in layer.state_dict().items())
    want = flat(layer(*[as_tensors(array, pg.tensor) for array in arrays]))
    assert [(value.shape, value.dtype) for value in found] == [(value.shape, value.dtype) for value in want]
