"""The cross-entropy of class indices."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend
from patchgrad.backend.kernels import cpu_class_loss
from patchgrad.backend.kernels.cpu_arrays import SMALL
from patchgrad.replaying import notes
from patchgrad.replaying.lowering import Lowering, forward, rules
from patchgrad.replaying.notes import Source, Value


@forward("cross_entropy")
def _class_loss(lowering: Lowering, step: notes.Forward) -> bool:
    found = _classes(lowering, step.inputs, step.attrs)
    run = lowering.kernel(cpu_class_loss.class_losses, found[1]) if found else None
    if found is None or run is None or step.attrs["reduction"] == "none":
        return False
    x, dtype, target, (rows, size), ignored = found
    losses = lowering.new((rows,), dtype)
    lowering.call(run, 20 * rows * size, [losses, x, target, rows, size, ignored], [losses])
    asarray, mean = get_backend().asarray, step.attrs["reduction"] == "mean"

    def reduced(losses: Any, target: Any) -> Any:
        total = losses.sum()
        return asarray(total / losses.dtype.type(cpu_class_loss.counted(target, ignored)) if mean else total)

    lowering.run(reduced, [losses, target], step.outputs[0], True)
    return True


@rules("cross_entropy")
def _class_loss_rules(lowering: Lowering, step: notes.Rules) -> bool:
    saved, attrs = step.entry.saved, step.entry.attrs
    found = _classes(lowering, [saved["input"], saved["target"], saved["weight"]], attrs)
    ct = lowering.source(step.cotangents[0])
    run = lowering.kernel(cpu_class_loss.class_slopes, found[1]) if found else None
    if found is None or run is None or attrs["reduction"] == "none" or step.outputs[0] is None:
        return False
    if not lowering.fits(ct, found[1]) or any(output is not None for output in step.outputs[1:]):
        return False
    x, dtype, target, (rows, size), ignored = found
    asarray = get_backend().asarray
    if attrs["reduction"] == "mean":

        def share(ct: Any, target: Any) -> Any:
            return asarray(ct / ct.dtype.type(cpu_class_loss.counted(target, ignored)))

        ct = lowering.text(share, [ct, target], ((), dtype))
    output = lowering.plan(step.outputs[0])
    lowering.call(run, 20 * rows * size, [output, x, target, ct, 0, rows, size, ignored], [output])
    return True


def _classes(lowering: Lowering, inputs: list[Source], attrs: dict[str, Any]) -> Any:
    """(scores, their dtype, targets as a kernel wants them, (rows, size), the class to ignore); None."""
    x, target, weight = (lowering.source(entry) for entry in inputs)
    form, classes = lowering.form(x), lowering.form(target)
    if form is None or classes is None or weight is not None or attrs["label_smoothing"] or len(form[0]) != 2:
        return None
    rows, size = form[0]
    if not lowering.fits(x, form[1]) or classes[0] != (rows,) or rows * size < SMALL:
        return None
    ignored = attrs["ignore_index"]
    key = (target.number if isinstance(target, Value) else id(target), size, ignored)
    known = lowering.targets.get(key)
    if known is None:

        def indices(target: Any) -> Any:
            return cpu_class_loss.checked(target, size, ignored)

        known = lowering.text(indices, [target], ((rows,), get_backend().xp.dtype("int64")))
        lowering.targets[key] = known
    return x, form[1], known, (rows, size), ignored
