"""Matrix products."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.recorded import Event
from patchgrad.ops.einsum import einsum
from patchgrad.ops.linalg_det import det
from patchgrad.tensor import Tensor


def _linear(b: Builder, e: Event) -> None:
    """Gemm for rows; else a product with the turned weight, which ONNX runtimes turn once."""
    x, weight, bias = (*e.inputs, None)[:3]
    names = b.name(x), b.name(weight), None if bias is None else b.name(bias)
    if b.rank(x) == 2 and b.rank(weight) == 2:
        return b.set(0, b.node("Gemm", *names, transB=1))
    product = b.node("MatMul", names[0], b.node("Transpose", names[1], perm=[1, 0]))
    return b.set(0, product if names[2] is None else b.node("Add", product, names[2]))


def _matmul(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    b.set(0, b.node("MatMul", *(b.name(entry, kind) for entry in e.inputs)))


WRITE: dict[str, Any] = {
    "linear": _linear,
    "matmul": _matmul,
    "det": lambda b, e: b.set(0, b.node("Det", b.name(e.inputs[0]))),
}


# --- Reading --------------------------------------------------------------------------------------


def _read_gemm(
    a: Any, b: Any, c: Any = None, alpha: float = 1.0, beta: float = 1.0, transA: int = 0, transB: int = 0
) -> Any:
    a, b = (a.T if transA else a), (b.T if transB else b)
    product = (a @ b) * alpha if alpha != 1 else a @ b
    return product if c is None else product + (c * beta if beta != 1 else c)


def _read_einsum(*values: Any, equation: str) -> Any:
    return einsum(equation, *values)


READ: dict[str, Any] = {
    "Gemm": _read_gemm,
    "MatMul": lambda a, b: _tensor(a, b) @ _tensor(b, a),
    "Einsum": _read_einsum,
    "Det": lambda a: det(a),
}


def _tensor(value: Any, like: Any) -> Any:
    return (
        Tensor(like.backend.asarray(value)) if isinstance(value, host.ndarray) and isinstance(like, Tensor) else value
    )
