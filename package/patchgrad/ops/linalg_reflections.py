"""Q of a QR factorisation as a product of reflections: how LAPACK packs it, and what is multiplied by it.

Source: Golub and Van Loan, Matrix Computations, section 5.2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ShapeError
from patchgrad.ops import linalg_factor, matrices, shapes
from patchgrad.ops.linalg_products import conjugate
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = ["geqrf", "orgqr", "ormqr"]
METHODS = "geqrf orgqr ormqr"


def _packed(xp: Any, a: Any) -> Any:
    packed, tau = xp.linalg.qr(a, mode="raw")
    return xp.asarray(xp.matrix_transpose(packed), copy=True), tau


def _shapes(a: Shape) -> tuple[Shape, Shape]:
    matrices.matrix("geqrf", a)
    return a, (*a[:-2], min(a[-2:]))


GEQRF = define(
    "geqrf",
    inputs=("x",),
    batching="leading",
    outputs=("a", "tau"),
    forward=_packed,
    shape=_shapes,
    dtype="same",
    cost=lambda x: 2 * shapes.count(x) * min(x[-2:]),
    formula=r"A = (I - \tau_1 v_1 v_1^\mathsf{H}) \cdots (I - \tau_k v_k v_k^\mathsf{H})\, R",
    samples=lambda draw: [
        Sample((draw(3, 3),), label="square"),
        Sample((draw(4, 2),), label="tall"),
        Sample((draw(2, 2, 3),), label="wide, batch"),
    ],
    errors=lambda draw: [Sample((draw(3),))],
)


class Reflections(NamedTuple):
    """What `geqrf` gives."""

    a: Tensor
    tau: Tensor


@takes_out
def geqrf(input: Any) -> Reflections:
    """R on and above the diagonal, and below it the vectors of the reflections whose product is Q.

    Shapes
        input (..., m, n)  ->  a (..., m, n), tau (..., min(m, n))

    It has no gradient: `linalg.qr` has.
    """
    matrices.check("geqrf", input)
    return Reflections(*apply(GEQRF, input))


@takes_out
def orgqr(input: Any, input2: Any) -> Tensor:
    """`linalg.householder_product`."""
    return linalg_factor.householder_product(input, input2)


@takes_out
def ormqr(input: Any, input2: Any, input3: Any, left: bool = True, transpose: bool = False) -> Tensor:
    """``Q @ input3`` with the whole Q whose reflections are in ``input`` and ``input2``, as `geqrf` gives them.

    Parameters
        left       False: ``input3 @ Q``
        transpose  with the adjoint of Q
    Shapes
        input (..., m, k), input2 (..., k), input3 (..., m, n), or (..., n, m) on the left  ->  that of input3
    """
    matrices.check("ormqr", input, input3)
    if input.shape[-2] != input3.shape[-2 if left else -1] or input2.shape[-1] > input.shape[-1]:
        raise placed(
            ShapeError(
                "ormqr multiplies by a Q of as many rows",
                got=f"input {input.shape}, input2 {input2.shape}, input3 {input3.shape}, left={left}",
                want="input (..., m, k), input2 (..., k), input3 (..., m, n), or (..., n, m) with left=False",
            )
        )
    if not left:
        return conjugate(ormqr(input, input2, conjugate(input3).mT, True, not transpose)).mT
    m, n = input.shape[-2:]
    eye = Tensor(input.backend.xp.eye(m, n, dtype=input.data.dtype))
    below = apply(matrices.BAND, input, low=None, high=-1) + eye
    found, places = input3, range(input2.shape[-1])
    for i in places if transpose else reversed(places):
        v, tau = below[..., :, i : i + 1], input2[..., i : i + 1].unsqueeze(-1)
        found = found - (conjugate(tau) if transpose else tau) * (v @ (conjugate(v).mT @ found))
    return found
