"""Factorisations of matrices. Signs and phases of vectors are free: what is compared does not depend on them."""

from __future__ import annotations

from typing import Any

from ..case import R, case
from .linear_equations import solid


def positive(a: Any, *rest: Any) -> tuple[Any, ...]:
    """From wide matrices."""
    return (a @ a.mH, *rest)


def lower(b: Any, factor: Any) -> tuple[Any, ...]:
    return b, factor.tril()


def upper(b: Any, factor: Any) -> tuple[Any, ...]:
    return b, factor.triu()


def factor(a: Any) -> Any:
    """A lower triangle with a real diagonal above 0."""
    size = a * a.conj()
    return a.tril(-1) + size.tril().triu()


def hermitian(a: Any) -> tuple[Any, ...]:
    return (a + a.mH,)


def projector(vectors: Any) -> Any:
    """Of the first two columns, each by itself."""
    first, second = vectors[..., :, :1], vectors[..., :, 1:2]
    return first @ first.mH, second @ second.mH


def eigen(found: Any) -> Any:
    return found[0], *projector(found[1])


def singular(found: Any) -> Any:
    u, s, vh = found
    return s, *projector(u), *projector(vh.mH), u[..., :, :1] @ vh[..., :1, :]


def singular_earlier(found: Any) -> Any:
    return singular((found[0], found[1], found[2].mH))


def ordered(found: Any) -> Any:
    """Eigenvalues of a general matrix that its symmetric form has in order."""
    return found[0], found[1].abs() ** 2


CASES = [
    solid("linalg.cholesky", R(3, 6), prepare=positive),
    solid("linalg.cholesky", R(2, 3, 6), prepare=positive, kwargs={"upper": True}, label="upper, batch"),
    solid("linalg.cholesky_ex", R(2, 3, 6), prepare=positive),
    solid("cholesky", R(3, 6), prepare=positive),
    solid("cholesky_solve", R(3, 2), R(3, 3, low=0.5), prepare=lower),
    solid("cholesky_solve", R(3, 2), R(3, 3, low=0.5), prepare=upper, kwargs={"upper": True}, label="upper"),
    solid("cholesky_inverse", R(3, 3, low=0.5), prepare=lambda a: (factor(a),)),
    solid(
        "cholesky_inverse",
        R(2, 3, 3, low=0.5),
        prepare=lambda a: (factor(a.mT).mT,),
        kwargs={"upper": True},
        label="upper",
    ),
    solid("linalg.eigh", R(3, 3), prepare=hermitian, choose=eigen),
    solid("linalg.eigh", R(2, 3, 3), prepare=hermitian, choose=eigen, kwargs={"UPLO": "U"}, label="upper, batch"),
    case("linalg.eigh", R(3, 3), only=("plain",), choose=lambda found: found[0], label="one triangle is read"),
    solid("linalg.eigvalsh", R(2, 3, 3), prepare=hermitian),
    solid("linalg.eig", R(3, 3), choose=ordered),
    solid("linalg.eig", R(2, 3, 3), prepare=hermitian, choose=ordered, label="batch"),
    solid("linalg.eigvals", R(3, 3)),
    solid("linalg.svd", R(2, 3, 3), choose=singular),
    solid("linalg.svd", R(4, 2), kwargs={"full_matrices": False}, choose=singular, label="tall"),
    solid("linalg.svd", R(2, 2, 4), kwargs={"full_matrices": False}, choose=singular, label="wide, batch"),
    solid("linalg.svd", R(2, 4, 2), choose=singular, label="whole"),
    solid("linalg.svdvals", R(2, 3, 4)),
    solid("svd", R(4, 2), choose=singular_earlier),
    solid("svd", R(4, 2), kwargs={"compute_uv": False}, choose=lambda found: found[1], label="values"),
    solid("linalg.qr", R(3, 3)),
    solid("linalg.qr", R(4, 2), label="tall"),
    solid("linalg.qr", R(2, 2, 4), label="wide, batch"),
    solid("linalg.qr", R(2, 4), kwargs={"mode": "complete"}, label="complete"),
    case("linalg.qr", R(4, 2), only=("float32", "int64"), kwargs={"mode": "complete"}, label="complete, tall"),
    case("linalg.qr", R(4, 2), only=("float32", "int64"), kwargs={"mode": "r"}, label="R alone"),
    solid("qr", R(4, 2)),
    solid("linalg.householder_product", R(4, 3), R(3)),
]
