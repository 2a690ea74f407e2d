"""What the families of linear algebra share: adjoints, triangles, and the checks of shapes and dtypes.

Rules for complex matrices hold with the convention of PyTorch: a cotangent is the derivative by the conjugate, so the
adjoint (conjugate transpose) stands wherever the transpose stands for real numbers.
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.backend.low import NAMES
from patchgrad.errors import DtypeError, ShapeError
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape


def is_complex(x: Any) -> bool:
    """Does an array or tensor of any namespace hold complex numbers?"""
    kind = getattr(x.dtype, "kind", None)
    return "complex" in str(x.dtype) if kind is None else kind == "c"


def conj(xp: Any, x: Any) -> Any:
    """The complex conjugate; real arrays as they are."""
    return xp.conj(x) if is_complex(x) else x


def adjoint(xp: Any, x: Any) -> Any:
    """The conjugate transpose of the last two axes."""
    return conj(xp, xp.matrix_transpose(x))


def real_as(xp: Any, gradient: Any, like: Any) -> Any:
    """The gradient of an input of dtype ``like``: its real part where that input is real."""
    kind = getattr(like, "kind", None)
    is_real = "complex" not in str(like) if kind is None else kind != "c"
    return xp.real(gradient) if is_real and is_complex(gradient) else gradient


def hermitian_part(xp: Any, x: Any) -> Any:
    """``(x + x.mH) / 2``."""
    return (x + adjoint(xp, x)) / 2


def on_diagonal(xp: Any, x: Any) -> Any:
    """A vector (..., n) as the diagonal of a matrix (..., n, n) of zeros."""
    n = x.shape[-1]
    wide = xp.broadcast_to(xp.expand_dims(x, axis=-2), (*x.shape[:-1], n, n))
    return xp.ops.band(wide, low=0, high=0)


def diagonal_of(xp: Any, x: Any) -> Any:
    """The diagonal (..., min(n, m)) of a matrix (..., n, m)."""
    k = min(x.shape[-2:])
    return xp.sum(xp.ops.band(x[..., :k, :k], low=0, high=0), axis=-1)


def _band(xp: Any, x: Any, low: int | None, high: int | None) -> Any:
    if low is not None:
        x = xp.triu(x, k=low)
    return x if high is None else xp.tril(x, k=high)


BAND = define(
    "band",
    inputs=("x",),
    batching="leading",
    forward=_band,
    shape=shapes.same,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.band(ct, low=s.low, high=s.high)},
    formula=r"y_{ij} = x_{ij} \text{ where } low \leq j - i \leq high, \text{ else } 0",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"low": None, "high": -1}, "strictly lower"),
        Sample((draw(2, 3, 3),), {"low": 0, "high": None}, "upper"),
        Sample((draw(4, 3),), {"low": 0, "high": 0}, "diagonal"),
    ],
)


def matrix(name: str, shape: Shape, square: bool = False) -> Shape:
    """The shape itself. Raises ShapeError unless its last two axes are a (square) matrix."""
    if len(shape) < 2 or (square and shape[-1] != shape[-2]):
        kind = "square matrices" if square else "matrices"
        raise ShapeError(
            f"{name} takes {kind}",
            got=f"shape {tuple(shape)}",
            want="shape (..., n, n)" if square else "shape (..., n, m)",
            hint="linalg.pinv and linalg.lstsq take matrices of any shape" if square and len(shape) > 1 else "",
        )
    return tuple(shape)


def check(name: str, *tensors: Any, square: bool = False) -> None:
    """Raises DtypeError or ShapeError unless these are matrices of float32, float64 or their complex forms."""
    for tensor in tensors:
        check_dtype(name, tensor)
        try:
            matrix(name, tensor.shape, square)
        except ShapeError as error:
            raise placed(error) from None


def check_dtype(name: str, *tensors: Any, low: bool = False) -> None:
    """Raises DtypeError unless these are float32, float64, complex64 or complex128 (or, with ``low``, of 16 bits)."""
    known = ("float32", "float64", "complex64", "complex128", *(NAMES if low else ()))
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise placed(DtypeError(f"{name} takes tensors", got=type(tensor).__name__, hint="make it with tensor()"))
        if tensor.dtype.name not in known:
            raise placed(
                DtypeError(
                    f"{name} has no {tensor.dtype.name} form",
                    got=f"shape {tensor.shape}, dtype {tensor.dtype.name}",
                    want=" or ".join((", ".join(known[:-1]), known[-1])),
                    hint="convert first: x.float() or x.double()",
                )
            )


def real_kind(kind: Any) -> Any:
    """The dtype of the absolute value of numbers of this NumPy dtype."""
    return host.empty((), kind).real.dtype


def complex_kind(kind: Any) -> Any:
    """The complex dtype with the precision of this NumPy dtype."""
    return host.result_type(kind, host.complex64)
