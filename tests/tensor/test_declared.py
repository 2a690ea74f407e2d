"""Derived lists of names are fresh, and what type checkers are told of Tensor is what Tensor has."""

from __future__ import annotations

import patchgrad as pg
from patchgrad import emit
from patchgrad.ops import binding
from patchgrad.tensor import Tensor


def test_the_derived_lists_are_fresh() -> None:
    stale = [path.name for path, text in {**emit.tables(), **emit.declared()}.items() if path.read_text() != text]
    assert stale == [], "run: python -m patchgrad.emit"


def test_every_name_that_waits_for_its_family_is_bound_by_it() -> None:
    for name in {*binding.tables.METHODS, *binding.tables.PROPERTIES, "methods"}:
        binding.bind(name)
    assert [name for name, found in vars(Tensor).items() if isinstance(found, binding.Later)] == []


def test_every_method_that_writes_in_place_belongs_to_one_that_does_not() -> None:
    writers = {name for name in vars(Tensor) if name.endswith("_") and not name.startswith("_")}
    alone = {"apply_", "copy_", "fill_", "fill_diagonal_", "map2_", "map_", "requires_grad_", "set_", "zero_"}
    drawn = {"cauchy_", "exponential_", "geometric_", "log_normal_", "normal_", "random_", "uniform_"}
    sized = {"resize_", "resize_as_"}
    assert {name for name in writers - alone - drawn - sized if not hasattr(Tensor, name[:-1])} == set()


def test_every_method_that_writes_in_place_is_a_function_too() -> None:
    for name in emit.written():
        assert getattr(pg, name) is getattr(Tensor, name)
