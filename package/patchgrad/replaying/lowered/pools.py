"""Max pooling of images, as ``backend/kernels/cpu_pool.py`` calls its kernels."""

from __future__ import annotations

import math

from patchgrad.backend.kernels import cpu_pool
from patchgrad.backend.kernels.cpu_arrays import SMALL
from patchgrad.replaying import notes
from patchgrad.replaying.lowering import Lowering, forward, rules


@forward("max_pool2d")
def _largest(lowering: Lowering, step: notes.Forward) -> bool:
    x, attrs = lowering.source(step.inputs[0]), step.attrs
    form = lowering.form(x)
    if form is None or not lowering.fits(x, form[1]) or len(form[0]) < 3 or lowering.count(x) < SMALL:
        return False
    y, place = step.outputs
    if math.prod(attrs["kernel"]) > cpu_pool.MOST or lowering.count(y) == 0:
        return False
    run = lowering.kernel(cpu_pool.largest_of_windows, form[1], **cpu_pool.statics_of(attrs))
    if run is None:
        return False
    (top, _), (left, _) = attrs["padding"]
    size, planes = lowering.forms[y.number][0][-2:], math.prod(form[0][:-2])
    writes = [lowering.plan(y), lowering.plan(place)]
    where = (attrs["stride"][0], top, left, attrs["dilation"][0])
    lowering.call(run, 4 * lowering.count(x), [*writes, x, planes, *form[0][-2:], *size, *where], writes)
    return True


@rules("max_pool2d")
def _spread(lowering: Lowering, step: notes.Rules) -> bool:
    ct, place = lowering.source(step.cotangents[0]), lowering.source(step.entry.saved["place"])
    output, form, of = step.outputs[0], lowering.form(ct), lowering.form(place)
    if output is None or form is None or of is None or step.cotangents[1] is not None or of[1].name != "uint8":
        return False
    if not lowering.fits(ct, form[1]) or not lowering.fits(place, of[1]) or lowering.count(ct) < SMALL:
        return False
    attrs = step.entry.attrs
    few = math.prod(attrs["kernel"]) <= cpu_pool.MOST
    run = lowering.kernel(cpu_pool.spread_to_places, form[1], **cpu_pool.spread_of(attrs)) if few else None
    if run is None:
        return False
    size = lowering.forms[output.number][0][-2:]
    numbers = cpu_pool.numbers_of(size, form[0][-2:], attrs)
    arguments = [lowering.plan(output), ct, place, math.prod(form[0][:-2]), *numbers]
    lowering.call(run, 4 * lowering.count(output), arguments, [output])
    return True
