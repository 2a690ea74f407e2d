"""``x[...]`` reads and writes what PyTorch and NumPy do, with their gradients, for any index expression."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad.errors import DtypeError, RangeError

torch = pytest.importorskip("torch", reason="PyTorch is the reference")

SHAPES = st.lists(st.integers(0, 4), min_size=0, max_size=4).map(tuple)


class Kind:
    """An entry of an index as plain data, and as each library has it."""

    def __init__(self, value: Any, form: str = "") -> None:
        self.value = value
        self.form = form

    def numpy(self) -> Any:
        return self.value

    def of(self, library: Any) -> Any:
        if not isinstance(self.value, numpy.ndarray):
            return library.tensor(self.value) if self.form == "tensor" else self.value
        return self.value.tolist() if self.form == "list" else library.tensor(self.value)

    def __repr__(self) -> str:
        return f"{self.form} {self.value!r}"


def _bounds(size: int) -> Any:
    return st.none() | st.integers(-size - 2, size + 2)


def _slices(size: int, least: int) -> Any:
    steps = st.none() | st.integers(1, 3) | (st.integers(-3, -1) if least < 0 else st.nothing())
    return st.builds(slice, _bounds(size), _bounds(size), steps).map(Kind)


@st.composite
def _arrays(draw: Any, size: int, common: tuple[int, ...]) -> Kind:
    """Whole numbers that broadcast with the other index arrays."""
    shape = tuple(n if draw(st.booleans()) else 1 for n in common[draw(st.integers(0, len(common))) :])
    values = draw(st.lists(st.integers(-size, size - 1), min_size=prod(shape), max_size=prod(shape)))
    array = numpy.asarray(values, dtype=draw(st.sampled_from(["int64", "int32"]))).reshape(shape)
    return Kind(array, "list" if array.ndim and array.size and draw(st.booleans()) else "tensor")


@st.composite
def indices(draw: Any, shape: tuple[int, ...], reverse: bool = False, spread: bool = True) -> list[Kind]:
    """An index that fits: integers, slices, None, ..., masks of several axes, arrays that broadcast together."""
    common = draw(st.sampled_from([(2,), (3,), (2, 3), (1,), (0,)]))
    entries: list[Kind] = []
    axis, masked, dotted = 0, False, False
    while axis < len(shape) and draw(st.integers(0, 5)):
        size = shape[axis]
        choices = [_slices(size, -1 if reverse else 1), st.just(Kind(None))]
        if size:
            choices += [st.integers(-size, size - 1).map(Kind), _slices(size, 1)]
        if size and spread:
            choices += [_arrays(size, common), st.integers(-size, size - 1).map(lambda i: Kind(i, "tensor"))]
        entry = draw(st.one_of(choices))
        if spread and not masked and draw(st.integers(0, 6)) == 0:
            rank = draw(st.integers(1, len(shape) - axis))
            entry, masked = Kind(_mask(draw, shape[axis : axis + rank]), "tensor"), True
            common = (int(entry.value.sum()),)
            if any(isinstance(e.value, numpy.ndarray) for e in entries):
                break
            axis += rank - 1
        if not dotted and draw(st.integers(0, 5)) == 0:
            entries.append(Kind(...))
            dotted, axis = True, draw(st.integers(axis, len(shape) - 1)) if axis < len(shape) else axis
            entries += _rest(draw, shape, axis, reverse)
            return entries
        axis += entry.value is not None
        entries.append(entry)
    return entries


def _mask(draw: Any, shape: tuple[int, ...]) -> Any:
    bits = draw(st.lists(st.booleans(), min_size=prod(shape), max_size=prod(shape)))
    return numpy.asarray(bits, dtype=bool).reshape(shape)


def _rest(draw: Any, shape: tuple[int, ...], axis: int, reverse: bool) -> list[Kind]:
    """Entries for the axes from ``axis`` on, after an ellipsis."""
    return [
        draw(st.integers(-size, size - 1).map(Kind) if size and draw(st.booleans()) else _slices(size, 1))
        for size in shape[axis:]
    ]


@st.composite
def readings(draw: Any, **options: Any) -> tuple[Any, list[Kind]]:
    shape = draw(SHAPES)
    values = numpy.random.default_rng(draw(st.integers(0, 99))).uniform(-1, 1, shape)
    return values, draw(indices(shape, **options))


def _key(entries: list[Kind], library: Any) -> Any:
    """The index as people write it. PyTorch still takes a bare list of lists for a tuple, once with a warning: it
    stands in a tuple here, where both libraries take it for an array."""
    found = tuple(entry.of(library) for entry in entries)
    nested = len(found) == 1 and isinstance(found[0], list) and any(isinstance(row, list) for row in found[0])
    return found[0] if len(found) == 1 and not nested else found


def _weights(shape: Any) -> Any:
    return numpy.random.default_rng(3).uniform(0.5, 1.5, tuple(shape))


@settings(max_examples=300)
@given(readings())
def test_reading_gives_what_pytorch_gives_with_its_gradient(reading):
    values, entries = reading
    mine, theirs = pg.tensor(values, requires_grad=True), torch.tensor(values, requires_grad=True)
    try:
        expected = theirs[_key(entries, torch)]
    except IndexError:
        with pytest.raises(RangeError):
            mine[_key(entries, pg)]
        return
    found = mine[_key(entries, pg)]
    numpy.testing.assert_array_equal(found.detach().numpy(), expected.detach().numpy())
    weights = _weights(expected.shape)
    (found * pg.tensor(weights)).sum().backward()
    (expected * torch.tensor(weights)).sum().backward()
    numpy.testing.assert_allclose(mine.grad.numpy(), theirs.grad.numpy(), rtol=1e-12)


@settings(max_examples=150)
@given(readings(reverse=True, spread=False))
def test_integers_and_slices_give_views_of_numpys_elements(reading):
    values, entries = reading
    base = pg.tensor(values)
    key = tuple(entry.value for entry in entries)
    found = base[key]
    numpy.testing.assert_array_equal(found.numpy(), values[key])
    assert not found.data.size or numpy.shares_memory(found.numpy(), base.numpy())


@settings(max_examples=300)
@given(readings(), st.data())
def test_writing_gives_what_pytorch_gives_with_both_gradients(reading, data):
    values, entries = reading
    places = torch.arange(values.size).reshape(values.shape)
    try:
        target = places[_key(entries, torch)]
    except IndexError:
        return
    shape = _smaller(data, tuple(target.shape)) if target.unique().numel() == target.numel() else ()
    written = numpy.random.default_rng(7).uniform(-1, 1, shape)
    found, expected = (_written(library, values, written, entries) for library in (pg, torch))
    for mine, theirs in zip(found, expected, strict=True):
        numpy.testing.assert_allclose(mine, theirs, rtol=1e-12)


def _smaller(data: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts to this one, maybe with ones in front of it."""
    kept = [n if data.draw(st.booleans()) else 1 for n in shape][data.draw(st.integers(0, len(shape))) :]
    front = data.draw(st.integers(0, 1)) if len(kept) == len(shape) else 0
    return (1,) * front + tuple(kept)


def _written(library: Any, values: Any, written: Any, entries: list[Kind]) -> list[Any]:
    x = library.tensor(values, requires_grad=True)
    value = library.tensor(written, requires_grad=True)
    y = x * 2
    y[_key(entries, library)] = value * 3
    (y * library.tensor(_weights(y.shape))).sum().backward()
    return [numpy.asarray(entry.detach().numpy()) for entry in (y, x.grad, value.grad)]


OUTSIDE = {
    "an integer": (3,),
    "a negative one": (-4,),
    "too many": (0, 0, 0),
    "an array": ([0, 5],),
    "a mask of another size": ([True, False],),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_an_index_that_is_not_there_is_named(name):
    x = pg.zeros(3, 4)
    with pytest.raises(IndexError) as error:
        x[OUTSIDE[name]]
    assert isinstance(error.value, RangeError)
    assert "(3, 4)" in error.value.got
    assert "test_indexing.py" in error.value.where


def test_an_index_of_floats_is_refused():
    with pytest.raises(DtypeError, match="whole numbers or True and False"):
        pg.zeros(3)[pg.tensor([0.5])]
    with pytest.raises(DtypeError, match="cannot be written"):
        pg.zeros(3)[0] = 1 + 2j


def test_a_single_truth_adds_an_axis():
    x = pg.arange(3)
    assert x[True].shape == (1, 3)
    assert x[False].shape == (0, 3)
    assert x[pg.tensor(True)].shape == (1, 3)
