"""Layer norm over the last axes, batch norm of images: as ``backend/kernels/cpu_norm.py`` calls its kernels."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend
from patchgrad.backend.kernels import cpu_norm
from patchgrad.backend.kernels.cpu_fused import column_sums
from patchgrad.replaying import notes
from patchgrad.replaying.lowering import Lowering, forward, rules
from patchgrad.replaying.notes import Source, Value


def _sizes(lowering: Lowering, x: Source, others: list[Source], axes: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes for a kernel; () where it takes no such arrays."""
    form = lowering.form(x)
    if form is None or not lowering.fits(x, form[1]):
        return ()
    like = get_backend().xp.empty(form[0], dtype=form[1])
    sizes = cpu_norm.sizes_of(like, axes)
    if not sizes:
        return ()
    for entry in others:
        of = lowering.form(entry)
        if entry is not None and (of is None or not lowering.fits(entry, form[1])):
            return ()
        if of is not None and not cpu_norm.varies_as_it_should(of[0], like, sizes):
            return ()
    return sizes


def _forward(lowering: Lowering, step: notes.Forward) -> bool:
    x, weight, bias = (lowering.source(entry) for entry in step.inputs)
    sizes = _sizes(lowering, x, [weight, bias], step.attrs["axes"])
    if not sizes:
        return False
    dtype = lowering.forms[step.outputs[0].number][1]
    chosen = cpu_norm.layer_rows if len(sizes) == 2 else cpu_norm.batch_images
    run = lowering.kernel(chosen, dtype, weighted=weight is not None, shifted=bias is not None)
    if run is None:
        return False
    writes = [lowering.plan(output) for output in step.outputs]
    lowering.call(run, 5 * lowering.count(x), [*writes, x, weight, bias, *sizes, step.attrs["eps"]], writes)
    return True


def _rules(lowering: Lowering, step: notes.Rules) -> bool:
    saved, attrs = step.entry.saved, step.entry.attrs
    x, weight, mean, var = (lowering.source(saved[name]) for name in ("x", "weight", "mean", "var"))
    ct, *others = (lowering.source(entry) for entry in step.cotangents)
    sizes = _sizes(lowering, x, [weight], attrs["axes"])
    form = lowering.form(x)
    if not sizes or form is None or any(entry is not None for entry in others) or step.outputs[0] is None:
        return False
    if lowering.form(ct) != form or not all(lowering.fits(entry, form[1]) for entry in (ct, mean, var)):
        return False
    learned, shifted = (output is not None for output in step.outputs[1:])
    if len(sizes) == 2:
        run = lowering.kernel(
            cpu_norm.layer_slopes, form[1], weighted=weight is not None, learned=learned, shifted=shifted
        )
    else:
        run = lowering.kernel(cpu_norm.batch_slopes, form[1], weighted=weight is not None)
    if run is None:
        return False
    work = 10 * lowering.count(x)
    parts = run.parts(work) if len(sizes) == 2 else 1
    if parts > 1 and (sizes[1] < 2 or lowering.kernel(column_sums, form[1]) is None):
        return False
    sums = [_sum_of(lowering, output, parts, sizes[1], form[1]) for output in step.outputs[1:]]
    if len(sizes) == 2:
        for entry, output in zip(sums, step.outputs[1:], strict=True):
            if output is not None:
                lowering.clear(entry)
    out = lowering.plan(step.outputs[0])
    lowering.call(run, work, [out, *sums, ct, x, weight, mean, var, *sizes, attrs["eps"]], [out, *sums])
    for entry, output in zip(sums, step.outputs[1:], strict=True):
        if output is not None and parts > 1:
            lowering.sums(output, entry, parts, sizes[1])
    return True


def _sum_of(lowering: Lowering, output: Value | None, parts: int, size: int, dtype: Any) -> Value:
    """Where the sums of a gradient go."""
    return lowering.new((parts, size), dtype) if output is None or parts > 1 else lowering.plan(output)


for _name in ("layer_norm", "batch_norm"):
    forward(_name)(_forward)
    rules(_name)(_rules)
