"""Laws of linear algebra that single calls do not show: random products, singular matrices, low ranks, failures."""

from __future__ import annotations

import itertools
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg

from .compare import torch

SIZES = {"a": 2, "b": 3, "c": 1, "d": 4, "e": 2}


@st.composite
def sums(draw: Any) -> tuple[str, list[tuple[int, ...]]]:
    """An equation of one to four operands, some with leading axes that broadcast, and their shapes."""
    count = draw(st.integers(1, 4))
    dots = [draw(st.sampled_from(["", "", "..."])) for _ in range(count)]
    terms = ["".join(draw(st.lists(st.sampled_from(sorted(SIZES)), min_size=1, max_size=3))) for _ in range(count)]
    shapes = [
        (*(draw(st.sampled_from([(), (5,), (1,)])) if dot else ()), *[SIZES[letter] for letter in term])
        for dot, term in zip(dots, terms, strict=True)
    ]
    equation = ",".join(dot + term for dot, term in zip(dots, terms, strict=True))
    if draw(st.booleans()):
        letters = sorted(set("".join(terms)))
        kept = draw(st.lists(st.sampled_from(letters), unique=True, max_size=4))
        equation += "->" + ("..." if any(dots) else "") + "".join(kept)
    return equation, shapes


def _both(arrays: list[Any]) -> tuple[list[Any], list[Any]]:
    return [pg.tensor(a, requires_grad=True) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]


def _same(mine: Any, theirs: Any, leaves: tuple[list[Any], list[Any]]) -> None:
    numpy.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol=1e-9, atol=1e-10)
    found = pg.grad((mine * mine).sum(), leaves[0])
    for a, b in zip(found, torch.autograd.grad((theirs * theirs).sum(), leaves[1]), strict=True):
        numpy.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-8, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(sums())
def test_any_sum_of_products_gives_what_pytorch_gives(case):
    equation, shapes = case
    rng = numpy.random.default_rng(len(equation))
    leaves = _both([rng.uniform(-1, 1, shape) for shape in shapes])
    _same(pg.einsum(equation, *leaves[0]), torch.einsum(equation, *leaves[1]), leaves)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=3, max_size=7), st.booleans(), st.booleans())
def test_a_product_of_any_chain_of_matrices_gives_what_pytorch_gives(sizes, first, last):
    rng = numpy.random.default_rng(len(sizes))
    arrays = [rng.uniform(-1, 1, pair) for pair in itertools.pairwise(sizes)]
    arrays[0] = arrays[0][0] if first else arrays[0]
    arrays[-1] = arrays[-1][..., 0] if last and not (first and len(arrays) == 1) else arrays[-1]
    leaves = _both(arrays)
    _same(pg.linalg.multi_dot(leaves[0]), torch.linalg.multi_dot(leaves[1]), leaves)


def _by_permutations(x: Any) -> Any:
    """The determinant as the polynomial that it is (Leibniz)."""
    n, total = x.shape[0], 0.0
    for order in itertools.permutations(range(n)):
        term = round(numpy.linalg.det(numpy.eye(n)[list(order)]))
        for i in range(n):
            term = term * x[i, order[i]]
        total = total + term
    return total


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize(("n", "rank"), [(2, 0), (2, 1), (3, 1), (3, 2), (4, 2), (4, 3), (3, 3)])
def test_second_gradients_of_a_determinant_are_exact_for_singular_matrices_too(n, rank, is_complex):
    rng = numpy.random.default_rng(n + rank)

    def draw(*shape: int) -> Any:
        return rng.integers(-3, 4, shape) + (1j * rng.integers(-3, 4, shape) if is_complex else 0.0)

    a, weights = draw(n, rank) @ draw(rank, n), draw(n, n)

    def second(lib: Any, det: Any) -> Any:
        x = lib.as_tensor(a).requires_grad_(True)
        (first,) = lib.autograd.grad((det(x) * (2 + 0.5j)).real if is_complex else det(x), [x], create_graph=True)
        total = (first * lib.as_tensor(weights)).sum()
        return first, lib.autograd.grad(total.real if is_complex else total, [x])[0]

    for mine, exact in zip(second(pg, pg.linalg.det), second(torch, _by_permutations), strict=True):
        numpy.testing.assert_allclose(mine.detach().numpy(), exact.detach().numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("shape", [(9, 7), (7, 9), (2, 8, 8)])
@pytest.mark.parametrize("is_complex", [False, True])
def test_decompositions_of_low_rank_find_a_matrix_of_that_rank(shape, is_complex):
    rng = numpy.random.default_rng(3)
    left, right = rng.normal(size=(*shape[:-1], 3)), rng.normal(size=(*shape[:-2], 3, shape[-1]))
    a = left @ right + (1j * (left**2) @ right if is_complex else 0)
    rank = 6 if is_complex else 3
    U, S, V = pg.svd_lowrank(pg.tensor(a), rank)
    numpy.testing.assert_allclose((U * S.unsqueeze(-2) @ V.mH).numpy(), a, atol=1e-10)
    expected = torch.linalg.svdvals(torch.tensor(a))[..., :rank].numpy()
    numpy.testing.assert_allclose(S.numpy(), expected, rtol=1e-9, atol=1e-10)
    U, S, V = pg.pca_lowrank(pg.tensor(a), rank)
    centred = a - a.mean(-2, keepdims=True)
    numpy.testing.assert_allclose((U * S.unsqueeze(-2) @ V.mH).numpy(), centred, atol=1e-10)


@pytest.mark.parametrize(
    "call",
    [
        lambda zero: pg.linalg.inv(zero),
        lambda zero: pg.linalg.cholesky(zero),
        lambda zero: pg.linalg.solve(zero, zero),
        lambda zero: pg.linalg.ldl_factor(zero),
    ],
)
def test_what_cannot_be_factorised_raises_one_error_that_names_it(call):
    with pytest.raises(pg.linalg.LinAlgError) as error:
        call(pg.zeros(3, 3))
    assert isinstance(error.value, RuntimeError)
    assert error.value.where
    assert error.value.got
