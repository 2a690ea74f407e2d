"""Softmax along rows, and rows of tables."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend
from patchgrad.backend.kernels import cpu_embedding, cpu_softmax
from patchgrad.backend.kernels.cpu_arrays import SMALL, rows_of
from patchgrad.replaying import notes
from patchgrad.replaying.lowering import Form, Lowering, forward, rules
from patchgrad.replaying.notes import Source, Value


def _rows(form: Form | None, axis: int) -> int:
    if form is None:
        return 0
    return rows_of(get_backend().xp.empty(form[0], dtype=form[1]), axis)


def _forward(lowering: Lowering, step: notes.Forward) -> bool:
    x, output = lowering.source(step.inputs[0]), step.outputs[0]
    form = lowering.form(x)
    rows = _rows(form, step.attrs["axis"])
    if form is None or not rows or lowering.form(output) != form or not lowering.fits(x, form[1]):
        return False
    run = lowering.kernel(cpu_softmax.softmax_rows, form[1], logarithm=step.op.name == "log_softmax")
    if run is None:
        return False
    arguments = [lowering.plan(output), x, rows, form[0][-1]]
    lowering.call(run, 20 * lowering.count(x), arguments, [output])
    return True


def _rules(lowering: Lowering, step: notes.Rules) -> bool:
    ct, y = lowering.source(step.cotangents[0]), lowering.source(step.entry.saved["y"])
    output, form = step.outputs[0], lowering.form(y)
    rows = _rows(form, step.entry.attrs["axis"])
    if form is None or output is None or not rows or lowering.form(ct) != form:
        return False
    if not lowering.fits(ct, form[1]) or not lowering.fits(y, form[1]):
        return False
    run = lowering.kernel(cpu_softmax.softmax_slopes, form[1], logarithm=step.entry.op.name == "log_softmax")
    if run is None:
        return False
    arguments: list[Any] = [lowering.plan(output), ct, y, rows, form[0][-1]]
    lowering.call(run, 5 * lowering.count(ct), arguments, [output])
    return True


for _name in ("softmax", "log_softmax"):
    forward(_name)(_forward)
    rules(_name)(_rules)


def _index(lowering: Lowering, index: Source, rows: int) -> Value:
    """The indices, checked once for each table's length."""
    key = (index.number if isinstance(index, Value) else id(index), rows)
    if key not in lowering.targets:

        def places(index: Any) -> Any:
            return cpu_embedding.checked(index, rows)

        form = lowering.form(index)
        like = ((form[0] if form else ()), get_backend().xp.dtype("int64"))
        lowering.targets[key] = lowering.text(places, [index], like)
    return lowering.targets[key]


def _table(lowering: Lowering, index: Source, shape: tuple[int, ...], dtype: Any) -> bool:
    """Can kernels read such a table at these places?"""
    form = lowering.form(index)
    return form is not None and form[1].kind in "iu" and len(shape) == 2 and get_backend().xp.dtype(dtype).kind == "f"


@forward("embedding")
def _take(lowering: Lowering, step: notes.Forward) -> bool:
    index, weight = (lowering.source(entry) for entry in step.inputs)
    output, form = step.outputs[0], lowering.form(weight)
    if form is None or not _table(lowering, index, *form) or not lowering.fits(weight, form[1]):
        return False
    run = lowering.kernel(cpu_embedding.take_rows, form[1]) if lowering.count(output) else None
    if run is None:
        return False
    places = _index(lowering, index, form[0][0])
    arguments = [lowering.plan(output), weight, places, lowering.count(index), form[0][1]]
    lowering.call(run, 2 * lowering.count(output), arguments, [output])
    return True


@rules("embedding")
def _add(lowering: Lowering, step: notes.Rules) -> bool:
    attrs, ct, index = step.entry.attrs, lowering.source(step.cotangents[0]), lowering.source(step.entry.saved["index"])
    output, form = step.outputs[1], lowering.form(ct)
    if output is None or step.outputs[0] is not None or form is None or attrs["padding_idx"] is not None:
        return False
    shape, dtype = lowering.forms[output.number]
    if attrs["by_frequency"] or lowering.count(ct) < SMALL or not _table(lowering, index, shape, dtype):
        return False
    run = lowering.kernel(cpu_embedding.add_rows, form[1]) if lowering.fits(ct, dtype) else None
    if run is None:
        return False
    places, work = _index(lowering, index, shape[0]), lowering.count(ct)
    lowering.clear(lowering.plan(output))
    lowering.call(run, work, [output, ct, places, lowering.count(index), *shape], [output])
    return True
