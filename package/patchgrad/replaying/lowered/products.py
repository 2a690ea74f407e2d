"""Products of matrices, by OpenBLAS's own function."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend.kernels import cpu_fused
from patchgrad.backend.kernels.cpu_fused import column_sums
from patchgrad.backend.native import blas
from patchgrad.replaying import notes
from patchgrad.replaying.lowering import Lowering, forward, rules
from patchgrad.replaying.notes import Source, Value


def _product(lowering: Lowering, output: Value, a: Source, b: Source, sizes: tuple[int, int, int], flips: Any) -> None:
    made = blas.product(lowering.forms[output.number][1])
    assert made is not None
    lowering.call(made, math.prod(sizes), blas.arguments_of(made, a, b, output, sizes, flips), [lowering.plan(output)])


def _takes(lowering: Lowering, source: Source, dtype: Any) -> bool:
    return lowering.fits(source, dtype) and lowering.solid(source)


@forward("linear")
def _linear(lowering: Lowering, step: notes.Forward) -> bool:
    x, weight, bias = (lowering.source(entry) for entry in step.inputs)
    shape, dtype = lowering.form(step.outputs[0]) or ((), None)
    given = lowering.form(weight)
    if given is None or len(shape) < 2 or not all(_takes(lowering, entry, dtype) for entry in (x, weight)):
        return False
    sizes = (math.prod(shape[:-1]), shape[-1], given[0][1])
    if not cpu_fused.is_real(dtype) or not blas.fits(*sizes) or blas.product(dtype) is None:
        return False
    if bias is None:
        _product(lowering, step.outputs[0], x, weight, sizes, (False, True))
        return True
    if not lowering.fits(bias, dtype):
        return False
    raw = lowering.new(shape, dtype)
    _product(lowering, raw, x, weight, sizes, (False, True))
    return lowering.pointwise(step.outputs[0], {"a": raw, "b": bias}, lambda xp, given: given["a"] + given["b"])


@rules("linear")
def _linear_rules(lowering: Lowering, step: notes.Rules) -> bool:
    ct, saved = lowering.source(step.cotangents[0]), step.entry.saved
    x, weight = lowering.source(saved["x"]), lowering.source(saved["weight"])
    shape, dtype = lowering.form(ct) or ((), None)
    form = lowering.form(weight)
    if form is None or len(shape) < 2 or not cpu_fused.is_real(dtype) or blas.product(dtype) is None:
        return False
    rows, (outs, ins) = math.prod(shape[:-1]), form[0]
    if not all(_takes(lowering, entry, dtype) for entry in (ct, x, weight)) or rows < 2 or outs < 2:
        return False
    if not blas.fits(rows, ins, outs) or not blas.fits(outs, ins, rows):
        return False
    if step.outputs[2] is not None and lowering.kernel(column_sums, dtype) is None:
        return False
    for output, sizes, given, flips in (
        (step.outputs[0], (rows, ins, outs), (ct, weight), (False, False)),
        (step.outputs[1], (outs, ins, rows), (ct, x), (True, False)),
    ):
        if output is not None:
            _product(lowering, output, *given, sizes, flips)
    return step.outputs[2] is None or lowering.sums(step.outputs[2], ct, rows, outs)
