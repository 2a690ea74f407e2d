"""Products of matrices inside a `Program`: OpenBLAS's own function, called as NumPy calls it, so with NumPy's bits."""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from importlib import import_module
from typing import Any

import numpy

from patchgrad.backend.native.compiled import DTYPES, machine
from patchgrad.backend.native.team import team
from patchgrad.backend.products import FEW, SHARED, single_thread

ROW_MAJOR, PLAIN, TRANSPOSED = 101, 111, 112
FORMS = ("scipy_cblas_{}gemm64_", "cblas_{}gemm64_")
"""OpenBLAS's names for products whose sizes have 64 bits."""
FIELDS = ("a", "b", "c", "m", "n", "k", "lda", "ldb", "ldc", "flip_a", "flip_b", "columns", "call")

TEXT = """
define void @run(ptr %arguments, i64 %worker, i64 %workers) #0 {
entry:
LOADS
  %pa = load ptr, ptr %va
  %pb = load ptr, ptr %vb
  %pc = load ptr, ptr %vc
  %cut = icmp ne i64 %columns, 0
  %size = select i1 %cut, i64 %n, i64 %m
  %eighths = mul i64 %workers, 8
  %above = add i64 %size, %eighths
  %more = sub i64 %above, 1
  %rounds = sdiv i64 %more, %eighths
  %each8 = mul i64 %rounds, 8
  %whole = icmp eq i64 %workers, 1
  %each = select i1 %whole, i64 %size, i64 %each8
  %first = mul i64 %each, %worker
  %end0 = add i64 %first, %each
  %late = icmp sgt i64 %end0, %size
  %end = select i1 %late, i64 %size, i64 %end0
  %count = sub i64 %end, %first
  %some = icmp sgt i64 %count, 0
  br i1 %some, label %go, label %out
go:
  %fa = icmp ne i64 %flip_a, 111
  %fb = icmp ne i64 %flip_b, 111
  %step_a = select i1 %fa, i64 1, i64 %lda
  %step_b = select i1 %fb, i64 %ldb, i64 1
  %move_a0 = mul i64 %first, %step_a
  %move_b0 = mul i64 %first, %step_b
  %move_a = select i1 %cut, i64 0, i64 %move_a0
  %move_b = select i1 %cut, i64 %move_b0, i64 0
  %step_c = select i1 %cut, i64 1, i64 %ldc
  %move_c = mul i64 %first, %step_c
  %a1 = getelementptr REAL, ptr %pa, i64 %move_a
  %b1 = getelementptr REAL, ptr %pb, i64 %move_b
  %c1 = getelementptr REAL, ptr %pc, i64 %move_c
  %m1 = select i1 %cut, i64 %m, i64 %count
  %n1 = select i1 %cut, i64 %count, i64 %n
  %ta = trunc i64 %flip_a to i32
  %tb = trunc i64 %flip_b to i32
  call void %vcall(i32 101, i32 %ta, i32 %tb, i64 %m1, i64 %n1, i64 %k, REAL 1.0, ptr %a1, i64 %lda, ptr %b1, i64 %ldb, REAL 0.0, ptr %c1, i64 %ldc)
  br label %out
out:
  ret void
}
"""  # noqa: E501


class Product:
    """``c = a @ b`` for one dtype, a row of a `Program` like a kernel."""

    threaded = True

    def __init__(self, dtype: Any, call: int) -> None:
        real = {"float32": "float", "float64": "double"}[DTYPES[dtype]]
        loads: list[str] = []
        for index, name in enumerate(FIELDS):
            kind, into = ("ptr", f"v{name}") if name in ("a", "b", "c", "call") else ("i64", name)
            loads += [
                f"  %w{index} = getelementptr i64, ptr %arguments, i64 {index}",
                f"  %{into} = load {kind}, ptr %w{index}",
            ]
        text = TEXT.replace("LOADS", "\n".join(loads)).replace("REAL", real)
        self.address = machine().address(f"product {text}", lambda: machine().head + text)
        self.pack = struct.Struct("q" * len(FIELDS)).pack
        self.call = call

    def parts(self, work: int) -> int:
        """As `products.matmul` cuts them."""
        return team.size if work >= SHARED and 1 < team.size <= FEW else 1


@cache
def product(dtype: Any) -> Product | None:
    """The product of a dtype; None where NumPy computes with another library, or gives other bits."""
    address = _address("s" if dtype == numpy.float32 else "d") if dtype in DTYPES else 0
    if not address or single_thread() is None:
        return None
    found = Product(dtype, address)
    return found if _agrees(found, dtype) else None


def _address(letter: str) -> int:
    library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
    for form in FORMS:
        function = getattr(library, form.format(letter), None)
        if function is not None:
            return ctypes.cast(function, ctypes.c_void_p).value or 0
    return 0


def arguments_of(
    made: Product, a: Any, b: Any, c: Any, sizes: tuple[int, int, int], flips: tuple[bool, bool]
) -> list[Any]:
    """What a `Program` is given for ``c (m, n) = a @ b``; ``a`` is (k, m) and ``b`` (n, k) in memory where flipped."""
    m, n, k = sizes
    marks = [TRANSPOSED if flip else PLAIN for flip in flips]
    leading = (m if flips[0] else k, k if flips[1] else n, n)
    return [a, b, c, m, n, k, *leading, *marks, int(m < n), made.call]


def fits(m: int, n: int, k: int) -> bool:
    """Does NumPy call this function for such a product, and are no parts of it so small that it calls another?"""
    parts = team.size if m * n * k >= SHARED else 1
    if parts > FEW or (parts == 1 and m * n * k >= SHARED and team.size > 1):
        return False
    size = max(m, n)
    each = -(-size // (parts * 8)) * 8
    return min(m, n, k) > 1 and (parts == 1 or size % each != 1)


def _agrees(made: Product, dtype: Any) -> bool:
    from patchgrad.backend.native.program import Program

    draw = numpy.random.default_rng(0).standard_normal
    for m, n, k in ((5, 7, 3), (33, 130, 65)):
        for flips in ((False, False), (True, False), (False, True)):
            a, b = (
                draw((k, m) if flips[0] else (m, k)).astype(dtype),
                draw((n, k) if flips[1] else (k, n)).astype(dtype),
            )
            c = numpy.empty((m, n), dtype)
            program = Program()
            program.add(made, arguments_of(made, a, b, c, (m, n, k), flips), 0)
            program.finish()
            program.run(0, 1)
            wanted = numpy.matmul(a.T if flips[0] else a, b.T if flips[1] else b)
            if wanted.tobytes() != c.tobytes():
                return False
    return True
