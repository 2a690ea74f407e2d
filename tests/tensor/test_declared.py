"""What type checkers are told of Tensor is what Tensor has."""

from __future__ import annotations

from patchgrad.ops import declare
from patchgrad.tensor import Tensor


def test_the_declared_methods_are_those_that_are_bound() -> None:
    assert declare.TARGET.read_text() == declare.text(), "run: python -m patchgrad.ops.declare"


def test_every_method_that_writes_in_place_belongs_to_one_that_does_not() -> None:
    writers = {name for name in vars(Tensor) if name.endswith("_") and not name.startswith("_")}
    alone = {"requires_grad_", "fill_", "zero_", "copy_", "normal_", "uniform_", "random_", "bernoulli_"}
    assert {name for name in writers - alone if not hasattr(Tensor, name[:-1])} == set()
