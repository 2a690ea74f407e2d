"""Makes a call of both libraries and compares all that comes out: kind, shape, dtype, values, gradients."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import pytest

import patchgrad as pg
from patchgrad.errors import PatchgradError

from .case import Case, Real, Truth, Whole
from .variants import GRADIENTS, LAYOUTS, SECOND, VARIANTS

torch = pytest.importorskip("torch", reason="PyTorch is the reference")


class Refused(Exception):
    """PyTorch does not take these inputs."""


class Inputs:
    """The inputs of one call of one library; ``leaves`` are those whose gradients are compared."""

    def __init__(self, library: Any, case: Case, variant: str, differentiable: bool | None = None) -> None:
        self.library, self.change = library, VARIANTS[variant]
        self.differentiable = variant in GRADIENTS if differentiable is None else differentiable
        self.rng = numpy.random.default_rng(5)
        self.leaves: list[Any] = []
        self.args = self._made(list(case.inputs))
        self.kwargs = {key: self._made(value) for key, value in case.kwargs.items()}

    def _made(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return type(value)([self._made(entry) for entry in value])
        if isinstance(value, pg.dtype):
            return getattr(self.library, value.name)
        if not isinstance(value, (Real, Whole, Truth)):
            return value
        array = value.draw(self.rng)
        if isinstance(value, Real) and not value.fixed:
            array = self.change(array)
        leaf = self.differentiable and array.dtype.kind in "fc" and not getattr(value, "constant", False)
        array = numpy.asarray(array)
        own = self.library is pg
        made = pg.Tensor(array, leaf) if own else torch.from_numpy(numpy.array(array)).requires_grad_(leaf)
        if leaf:
            self.leaves.append(made)
        return made


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


def call(inputs: Inputs, case: Case) -> list[Any]:
    """All that comes out of the call."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return flat(case.choose(look_up(inputs.library, case.name)(*case.prepare(*inputs.args), **inputs.kwargs)))


class Answer:
    """What PyTorch gives: results, and the gradients of one number made of them; ``live`` are the places that count.

    ``gradients`` is None where there are none, an error where PyTorch has none to give.
    """

    def __init__(self, case: Case, variant: str) -> None:
        inputs = Inputs(torch, case, variant)
        try:
            self.results = call(inputs, case)
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
            raise Refused(str(error)) from error
        self.create = case.second and variant in SECOND
        self.gradients: Any = None
        self.live = [i for i, found in enumerate(self.results) if _is_live(found)]
        if variant in GRADIENTS and inputs.leaves and self.live:
            self._pull(inputs.leaves)

    def _pull(self, leaves: list[Any]) -> None:
        rng = numpy.random.default_rng(11)
        live = [self.results[i] for i in self.live]
        self.weights = [rng.uniform(0.5, 1.5, tuple(found.shape)) for found in live]
        options = {"allow_unused": True, "create_graph": self.create}
        try:
            self.gradients = torch.autograd.grad(_weighted(torch, live, self.weights), leaves, **options)
            if self.create:
                self._pull_again(leaves)
        except (RuntimeError, NotImplementedError) as error:
            self.gradients = Refused(str(error))

    def _pull_again(self, leaves: list[Any]) -> None:
        """Second gradients, of those first ones that have any."""
        self.again = [i for i, found in enumerate(self.gradients) if found is not None and found.requires_grad]
        found = [self.gradients[i] for i in self.again]
        rng = [numpy.random.default_rng(13) for _ in found]
        self.second_weights = [rng.uniform(0.5, 1.5, tuple(b.shape)) for rng, b in zip(rng, found, strict=True)]
        if found:
            self.seconds = torch.autograd.grad(_weighted(torch, found, self.second_weights), leaves, allow_unused=True)


def _is_live(found: Any) -> bool:
    return isinstance(found, torch.Tensor) and found.requires_grad


class Oracle:
    """PyTorch's answers to a case. Those of other layouts in memory are the plain one: it takes copies anyway."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._answers: dict[str, Any] = {}

    def answer(self, variant: str) -> Answer:
        """Raises `Refused` where PyTorch refuses."""
        if variant in LAYOUTS and not self.case.strides:
            plain = self._asked("plain")
            if variant == "plain" or not isinstance(plain.gradients, Refused):
                return plain
            return self._asked("transposed")  # it may be the second gradient that it has not
        return self._asked(variant)

    def _asked(self, variant: str) -> Answer:
        if variant not in self._answers:
            try:
                self._answers[variant] = Answer(self.case, variant)
            except Refused as error:
                self._answers[variant] = error
        if isinstance(self._answers[variant], Refused):
            raise self._answers[variant]
        return self._answers[variant]


def check(oracle: Oracle, variant: str) -> None:
    """Raises AssertionError with what differs, `Refused` where PyTorch refuses."""
    case, answer = oracle.case, oracle.answer(variant)
    inputs = Inputs(pg, case, variant)
    try:
        mine = call(inputs, case)
    except PatchgradError:
        Answer(case, variant)  # does PyTorch refuse this layout too?
        raise
    assert len(mine) == len(answer.results), f"{len(mine)} results, PyTorch gives {len(answer.results)}"
    for i, (a, b) in enumerate(zip(mine, answer.results, strict=True)):
        _same(a, b, case.rtol, f"result {i}")
    if isinstance(answer.gradients, Refused):
        raise answer.gradients
    if variant in GRADIENTS and inputs.leaves:
        _gradients(answer, inputs.leaves, mine, variant in SECOND and answer.create, max(case.rtol, 1e-7))


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
    if not _close(a, b, rtol):
        numpy.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * 1e-2, err_msg=what)


def _close(a: Any, b: Any, rtol: float) -> bool:
    """Certainly equal as `assert_allclose` has it: NaN and infinity are left to it."""
    with numpy.errstate(all="ignore"):
        apart = abs(numpy.subtract(a, b, dtype=complex))
        return numpy.shape(a) == numpy.shape(b) and bool((apart <= rtol * 1e-2 + rtol * abs(b)).all())


def _weighted(library: Any, results: list[Any], weights: list[Any]) -> Any:
    """Real part of the sum of results times fixed weights: one number to differentiate."""
    total: Any = None
    for result, weight in zip(results, weights, strict=True):
        wide = library.as_tensor(weight)
        product = (result * wide.to(result.dtype)).sum()
        product = product.real if numpy.iscomplexobj(array_of(result)) else product
        total = product if total is None else total + product
    return total


def _gradients(answer: Answer, leaves: list[Any], mine: list[Any], create: bool, rtol: float) -> None:
    if answer.gradients is None:
        assert not any(isinstance(a, pg.Tensor) and a.requires_grad for a in mine), "a gradient that PyTorch has not"
        return
    live = [mine[i] for i in answer.live]
    assert all(a.requires_grad for a in live), "no gradient, where PyTorch has one"
    total = _weighted(pg, live, answer.weights)
    found = pg.grad(total, leaves, allow_unused=True, create_graph=create)
    _same_gradients(found, answer.gradients, rtol, "gradient")
    if create and answer.again:
        _second(answer, found, leaves, max(rtol, 1e-6))


def _second(answer: Answer, found: Any, leaves: list[Any], rtol: float) -> None:
    used = [(found[i], w) for i, w in zip(answer.again, answer.second_weights, strict=True) if found[i] is not None]
    live = [(a, w) for a, w in used if a.requires_grad]
    mine: Any = [None] * len(leaves)
    if live:
        total = _weighted(pg, [a for a, _ in live], [w for _, w in live])
        mine = pg.grad(total, leaves, allow_unused=True)
    _same_gradients(mine, answer.seconds, rtol, "second gradient")


def _same_gradients(found: Any, expected: Any, rtol: float, what: str) -> None:
    for i, (a, b) in enumerate(zip(found, expected, strict=True)):
        if a is None or b is None:  # "unused" in one library may be a zero in the other
            for value in (a, b):
                assert value is None or not numpy.any(array_of(value)), f"{what} {i}: None against {array_of(value)}"
            continue
        _same(a, b, rtol, f"{what} of input {i}")
