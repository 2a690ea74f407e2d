"""Calls of factorisations that are packed as LAPACK packs them, and of what is solved or multiplied with them."""

from __future__ import annotations

from typing import Any

from ..case import R, case


def library_of(x: Any) -> Any:
    """patchgrad or PyTorch, whose tensor this is."""
    import torch

    import patchgrad

    return patchgrad if isinstance(x, patchgrad.Tensor) else torch


def symmetric(a: Any, *rest: Any) -> tuple[Any, ...]:
    return a + a.mT, *rest


def hermitian(a: Any, *rest: Any) -> tuple[Any, ...]:
    return a + a.mH, *rest


def with_ldl(a: Any, b: Any) -> tuple[Any, ...]:
    """The factors of ``a`` and the right side; PyTorch has no gradient of the factors."""
    factors = library_of(a).linalg.ldl_factor((a + a.mT).detach())
    return factors[0], factors[1], b


def with_ldl_hermitian(a: Any, b: Any) -> tuple[Any, ...]:
    factors = library_of(a).linalg.ldl_factor((a + a.mH).detach(), hermitian=True)
    return factors[0], factors[1], b


def with_lu(a: Any, *rest: Any) -> tuple[Any, ...]:
    return *library_of(a).linalg.lu_factor(a), *rest


def with_lu_last(b: Any, a: Any) -> tuple[Any, ...]:
    return b, *library_of(a).linalg.lu_factor(a)


def with_reflections(a: Any, *rest: Any) -> tuple[Any, ...]:
    """The reflections of ``a``, which do not move with it."""
    return *library_of(a).geqrf(a.detach()), *rest


UNLIKE = {
    "empty": "no rows: no matrix", "0-d": "no matrix", "special": "NaN and inf end an algorithm anywhere",
    "bool": "no floats", "int64": "no floats", "int32": "no floats", "uint8": "no floats",
}  # fmt: skip


def packed(name: str, *inputs: Any, label: str = "", kwargs: Any = None, **fields: Any) -> Any:
    return case(name, *inputs, label=label, kwargs=kwargs or {}, without=UNLIKE, **fields)


CASES = [
    packed("linalg.ldl_factor", R(5, 5, constant=True), prepare=symmetric),
    packed("linalg.ldl_factor", R(2, 4, 4, constant=True), prepare=hermitian, kwargs={"hermitian": True}, label="herm"),
    packed("linalg.ldl_factor_ex", R(2, 3, 3, constant=True), prepare=symmetric),
    packed("linalg.ldl_solve", R(2, 4, 4, constant=True), R(2, 4, 3), prepare=with_ldl),
    packed(
        "linalg.ldl_solve", R(4, 4, constant=True), R(4, 2), prepare=with_ldl_hermitian, kwargs={"hermitian": True},
        label="hermitian",
    ),
    packed("geqrf", R(4, 3, constant=True)),
    packed("geqrf", R(2, 3, 4, constant=True), label="wide"),
    packed("orgqr", R(2, 4, 3), R(2, 3)),
    *[
        packed("ormqr", R(4, 3), other, left, turn, prepare=with_reflections, label=f"{left}-{turn}")
        for other, left in ((R(4, 5), True), (R(5, 4), False))
        for turn in (True, False)
    ],
    *[
        packed("triangular_solve", R(3, 2), R(3, 3, low=1.0), *how, label="-".join(map(str, how)))
        for how in ((), (False,), (True, True), (False, True), (True, False, True))
    ],
    packed("linalg.lu_solve", R(2, 3, 3), R(2, 3, 2), prepare=with_lu),
    packed("linalg.lu_solve", R(3, 3), R(2, 3), prepare=with_lu, kwargs={"left": False}, label="right"),
    packed("linalg.lu_solve", R(3, 3), R(3, 2), prepare=with_lu, kwargs={"adjoint": True}, label="adjoint"),
    packed("lu_solve", R(3, 2), R(3, 3), prepare=with_lu_last),
    packed("lu_unpack", R(2, 3, 3), prepare=with_lu),
    packed("lu_unpack", R(4, 2), prepare=with_lu, label="tall"),
    packed("lu_unpack", R(2, 4), prepare=with_lu, kwargs={"unpack_pivots": False}, label="wide, factors alone"),
    packed("lu_unpack", R(3, 3), prepare=with_lu, kwargs={"unpack_data": False}, label="permutation alone"),
]  # fmt: skip
