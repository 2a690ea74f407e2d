"""Makes a call of both libraries and compares all that comes out: kind, shape, dtype, values, gradients."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import pytest

import patchgrad as pg

from .case import Case, Real, Truth, Whole
from .variants import GRADIENTS, SECOND, VARIANTS

torch = pytest.importorskip("torch", reason="PyTorch is the reference")


class Refused(Exception):
    """PyTorch does not take these inputs."""


class Pair:
    """The inputs of one call, for both libraries; ``leaves`` are those whose gradients are compared."""

    def __init__(self, case: Case, variant: str, differentiable: bool) -> None:
        self.rng = numpy.random.default_rng(5)
        self.change = VARIANTS[variant]
        self.differentiable = differentiable
        self.leaves: list[tuple[Any, Any]] = []
        self.mine, self.theirs = self._both(list(case.inputs))
        self.my_kwargs, self.their_kwargs = {}, {}
        for key, value in case.kwargs.items():
            self.my_kwargs[key], self.their_kwargs[key] = self._both(value)

    def _both(self, value: Any) -> tuple[Any, Any]:
        if isinstance(value, (list, tuple)):
            pairs = [self._both(entry) for entry in value]
            return type(value)(a for a, _ in pairs), type(value)(b for _, b in pairs)
        if isinstance(value, pg.dtype):
            return value, getattr(torch, value.name)
        if not isinstance(value, (Real, Whole, Truth)):
            return value, value
        array = value.draw(self.rng)
        if isinstance(value, Real) and not value.fixed:
            array = self.change(array)
        leaf = self.differentiable and array.dtype.kind in "fc" and not getattr(value, "constant", False)
        array = numpy.asarray(array)
        mine = pg.Tensor(array, leaf)
        theirs = torch.from_numpy(numpy.array(array)).requires_grad_(leaf)
        if leaf:
            self.leaves.append((mine, theirs))
        return mine, theirs


def look_up(library: Any, name: str) -> Any:
    for part in name.split("."):
        library = getattr(library, part)
    return library


def flat(found: Any) -> list[Any]:
    if isinstance(found, (tuple, list)):
        return [leaf for entry in found for leaf in flat(entry)]
    return [found]


def array_of(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().numpy(force=True)
    return value.detach().numpy() if isinstance(value, pg.Tensor) else value


def check(case: Case, variant: str) -> None:
    """Raises AssertionError with what differs, `Refused` where PyTorch refuses."""
    pair = Pair(case, variant, variant in GRADIENTS)
    theirs = flat(case.choose(_theirs(case, pair)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine = flat(case.choose(look_up(pg, case.name)(*case.prepare(*pair.mine), **pair.my_kwargs)))
    assert len(mine) == len(theirs), f"{len(mine)} results, PyTorch gives {len(theirs)}"
    for i, (a, b) in enumerate(zip(mine, theirs, strict=True)):
        _same(a, b, case.rtol, f"result {i}")
    if variant in GRADIENTS and pair.leaves:
        _gradients(case, variant, pair, mine, theirs)


def _theirs(case: Case, pair: Pair) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return look_up(torch, case.name)(*case.prepare(*pair.theirs), **pair.their_kwargs)
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
            raise Refused(str(error)) from error


LOOSE = {"float32": 2e-5, "complex64": 2e-5, "float16": 2e-3, "bfloat16": 2e-2}
"""Relative tolerance of results in dtypes with fewer digits."""


def _same(mine: Any, theirs: Any, rtol: float, what: str) -> None:
    if isinstance(theirs, torch.Tensor):
        assert isinstance(mine, pg.Tensor), f"{what}: {type(mine).__name__}, PyTorch gives a tensor"
        assert mine.dtype.name == str(theirs.dtype)[6:], f"{what}: {mine.dtype.name}, PyTorch gives {theirs.dtype}"
        assert mine.shape == tuple(theirs.shape), f"{what}: shape {mine.shape}, PyTorch gives {tuple(theirs.shape)}"
        rtol = max(rtol, LOOSE.get(mine.dtype.name, 0.0))
    a, b = array_of(mine), array_of(theirs)
    if a is None or b is None or isinstance(a, str):
        assert a == b, f"{what}: {a}, PyTorch gives {b}"
        return
    numpy.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * 1e-2, err_msg=what)


def _weighted(library: Any, results: list[Any], weights: list[Any]) -> Any:
    """Real part of the sum of results times fixed weights: one number to differentiate."""
    total: Any = None
    for result, weight in zip(results, weights, strict=True):
        wide = library.as_tensor(weight)
        product = (result * wide.to(result.dtype)).sum()
        product = product.real if numpy.iscomplexobj(array_of(result)) else product
        total = product if total is None else total + product
    return total


def _gradients(case: Case, variant: str, pair: Pair, mine: list[Any], theirs: list[Any]) -> None:
    live = [
        (a, b)
        for a, b in zip(mine, theirs, strict=True)
        if isinstance(b, torch.Tensor) and b.requires_grad and b.dtype.is_floating_point | b.dtype.is_complex
    ]
    if not live:
        assert not any(isinstance(a, pg.Tensor) and a.requires_grad for a in mine), "a gradient that PyTorch has not"
        return
    rng = numpy.random.default_rng(11)
    weights = [rng.uniform(0.5, 1.5, tuple(b.shape)) for _, b in live]
    create = case.second and variant in SECOND
    my_leaves, their_leaves = [a for a, _ in pair.leaves], [b for _, b in pair.leaves]
    options = {"allow_unused": True, "create_graph": create}
    expected = _pull(torch.autograd.grad, _weighted(torch, [b for _, b in live], weights), their_leaves, options)
    assert all(a.requires_grad for a, _ in live), "no gradient, where PyTorch has one"
    found = pg.grad(_weighted(pg, [a for a, _ in live], weights), my_leaves, **options)
    rtol = max(case.rtol, 1e-7)
    _same_gradients(found, expected, rtol, "gradient")
    if create:
        _second(found, expected, my_leaves, their_leaves, rtol)


def _pull(grad: Any, total: Any, leaves: list[Any], options: dict[str, Any]) -> Any:
    try:
        return grad(total, leaves, **options)
    except (RuntimeError, NotImplementedError) as error:
        raise Refused(str(error)) from error


def _same_gradients(found: Any, expected: Any, rtol: float, what: str) -> None:
    for i, (a, b) in enumerate(zip(found, expected, strict=True)):
        if a is None or b is None:  # "unused" in one library may be a zero in the other
            for value in (a, b):
                assert value is None or not numpy.any(array_of(value)), f"{what} {i}: None against {array_of(value)}"
            continue
        _same(a, b, rtol, f"{what} of input {i}")


def _second(found: Any, expected: Any, my_leaves: list[Any], their_leaves: list[Any], rtol: float) -> None:
    pairs = [
        (a, b) for a, b in zip(found, expected, strict=True) if a is not None and b is not None and b.requires_grad
    ]
    if not pairs:
        return
    weights = [numpy.random.default_rng(13).uniform(0.5, 1.5, tuple(b.shape)) for _, b in pairs]
    options = {"allow_unused": True}
    theirs = _pull(torch.autograd.grad, _weighted(torch, [b for _, b in pairs], weights), their_leaves, options)
    live = [(a, w) for (a, _), w in zip(pairs, weights, strict=True) if a.requires_grad]
    if not live:
        mine: Any = [None] * len(my_leaves)
    else:
        mine = pg.grad(_weighted(pg, [a for a, _ in live], [w for _, w in live]), my_leaves, **options)
    _same_gradients(mine, theirs, max(rtol, 1e-6), "second gradient")
