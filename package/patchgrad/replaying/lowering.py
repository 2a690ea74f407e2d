"""From the steps of a recording to operations on planned memory: what kernels can do with the bits of the eager step.

An op that has no entry here, or whose arrays do not fit, stays a `Line` of Python between the kernels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import find
from patchgrad.backend import get_backend
from patchgrad.backend.kernels import cpu_class_loss, cpu_fused
from patchgrad.backend.kernels.cpu_fused import Place, Stage, column_sums, place_of, tried
from patchgrad.backend.native import blas
from patchgrad.backend.native.trace import SavedSymbols
from patchgrad.replaying import recording as notes
from patchgrad.replaying.operations import Call, Line, Pointwise, Shape, Text, View
from patchgrad.replaying.recording import Held, Recording, Source, Value

Form = tuple[Shape, Any]
Forward = Callable[["Lowering", notes.Forward], bool]
Rules = Callable[["Lowering", notes.Rules], bool]
FORWARDS: dict[str, Forward] = {}
RULES: dict[str, Rules] = {}
WIDE = 64
"""Columns that a worker sums at a time."""


class Lowering:
    """Goes through the steps in order; ``operations`` is what it made of them.

    ``ready`` is False where a kernel is being compiled still, so that another attempt may find more.
    """

    def __init__(self, recording: Recording, steps: list[Any]) -> None:
        self.recording = recording
        self.operations: list[Any] = []
        self.ready = True
        self.forms: dict[int, Form] = dict(recording.forms)
        self.planned: set[int] = set()
        """Values in memory of the plan's own, in one piece."""
        self.views: set[int] = set()
        """Values that are views of such memory, with gaps."""
        self.targets: dict[Any, Value] = {}
        """Checked targets of losses over classes."""
        self._same: dict[int, Source] = {}
        self._count = recording.count
        for step in steps:
            self._lower(step)

    # What rules ask

    def source(self, source: Source) -> Source:
        """The source that this one equals."""
        while isinstance(source, Value) and source.number in self._same:
            source = self._same[source.number]
        return [self.source(entry) for entry in source] if isinstance(source, list) else source

    def form(self, source: Source) -> Form | None:
        """Shape and dtype of an array; None for a number or nothing."""
        if isinstance(source, Value):
            return self.forms.get(source.number)
        if isinstance(source, Held):
            source = source.tensor.data
        return (tuple(source.shape), source.dtype) if hasattr(source, "shape") else None

    def fits(self, source: Source, dtype: Any) -> bool:
        """Can a kernel be given this array: of this dtype, in one piece or to be copied?"""
        form = self.form(source)
        known = form is not None and form[1] == dtype and math.prod(form[0]) > 0
        return known and not (isinstance(source, Value) and source.number in self.views)

    def is_truth(self, source: Source) -> bool:
        """Does it hold truths?"""
        form = self.form(source)
        return form is not None and form[1].kind == "b"

    def new(self, shape: Shape, dtype: Any) -> Value:
        """Another value in planned memory."""
        self._count += 1
        made = Value(self._count - 1)
        self.forms[made.number] = (shape, dtype)
        return self.plan(made)

    def plan(self, value: Value) -> Value:
        self.planned.add(value.number)
        return value

    def kernel(self, native: Any, dtype: Any, **statics: Any) -> Any:
        """The variant of a kernel; None where it is not ready, or cannot be."""
        found = native(dtype, **statics)
        if found is None:
            self.ready = False
        return found

    def call(self, variant: Any, work: int, arguments: list[Any], writes: list[Value]) -> None:
        self.operations.append(Call(variant, arguments, work, writes))

    def text(self, function: Callable[..., Any], arguments: list[Any], like: Form | None, late: bool = False) -> Value:
        """A line of Python; its result."""
        self._count += 1
        made = Value(self._count - 1)
        if like is not None:
            self.forms[made.number] = like
        self._text(function, arguments, made, late)
        return made

    def _text(self, function: Callable[..., Any], arguments: list[Any], output: Value, late: bool) -> None:
        given = [self.source(entry) for entry in arguments]
        reads = [entry for entry in given if isinstance(entry, (Value, Held))]
        self.operations.append(Line(Text(function, given, output), reads, [output], late))

    # One step after the other

    def _lower(self, step: Any) -> None:
        match step:
            case notes.Forward():
                done = self._view(step) or self._forward(step)
            case notes.Rules():
                done = self._rules(step)
            case notes.Sum():
                done = self._sum(step)
            case notes.Fit():
                done = self._fit(step)
            case _:
                done = False
        if not done:
            self._line(step)

    def _line(self, step: Any) -> None:
        reads = [self.source(entry) for entry in _reads(step)]
        self.operations.append(Line(step, reads, _writes(step)))

    def _view(self, step: notes.Forward) -> bool:
        """Is it another look at memory that stays where it is?"""
        source = self.source(step.inputs[0]) if step.inputs else None
        if not step.op.view or not step.op.single or len(step.inputs) != 1 or not isinstance(source, Value):
            return False
        if source.number not in self.planned:
            return False
        xp = get_backend().xp
        shape, dtype = self.forms[source.number]
        trial = xp.empty(shape, dtype=dtype)

        def look(array: Any) -> Any:
            return step.op.forward(xp, array, **step.attrs)

        seen = look(trial)
        if not xp.shares_memory(seen, trial):
            return False
        output = step.outputs[0]
        (self.planned if seen.flags.c_contiguous else self.views).add(output.number)
        self.operations.append(View(output, source, look))
        return True

    def _forward(self, step: notes.Forward) -> bool:
        op = step.op
        if op.name in FORWARDS and find(op.name) is op:
            return FORWARDS[op.name](self, step)
        if not op.elementwise or op.variadic or not op.single or not step.outputs:
            return False
        values = dict(zip(op.inputs, step.inputs, strict=False))
        return self.pointwise(
            step.outputs[0], values, lambda xp, given: op.forward(xp, *(given[name] for name in values), **step.attrs)
        )

    def pointwise(self, output: Value, values: dict[str, Source], calculate: Callable[..., Any]) -> bool:
        """Enter a calculation element by element, if a kernel can do it."""
        found = self._pointwise(output, values, calculate)
        if isinstance(found, Pointwise):
            self.operations.append(found)
            self.plan(output)
        return found is not None

    def _pointwise(self, output: Value, values: dict[str, Source], calculate: Callable[..., Any]) -> Any:
        """The operation; the source that the output is; None."""
        form = self.form(output)
        if form is None or not cpu_fused.is_real(form[1]) or not math.prod(form[0]):
            return None
        values = {name: self.source(source) for name, source in values.items()}
        places: dict[str, Place] = {}
        for name, source in values.items():
            of = self.form(source)
            place = place_of(source, of, *form)
            if place is None or (isinstance(source, Value) and source.number in self.views):
                return None
            places[name] = place
        truths = {name for name, source in values.items() if self.is_truth(source)}
        if len({place.row for place in places.values() if place.row}) > 1:
            return None
        same = tried(Stage(None, values, calculate), places, truths, *form, find)
        if same is None:
            return None
        if same and self.form(values[same]) == form:
            self._same[output.number] = values[same]
            return values[same]
        return Pointwise(output, *form, values, calculate)

    def _rules(self, step: notes.Rules) -> bool:
        op = step.entry.op
        if op.name in RULES and find(op.name) is op:
            return RULES[op.name](self, step)
        if not op.elementwise or op.joint is not None or op.variadic or not op.single:
            return False
        made: list[Pointwise] = []
        for index, output in enumerate(step.outputs):
            if output is None:
                continue
            values = {"ct": step.cotangents[0], **step.entry.saved}
            rule = op.vjps[op.inputs[index]]
            found = self._pointwise(output, values, _calculation(rule, step.entry.attrs, self.form(output)))
            if found is None:
                for entry in made:
                    self._same.pop(entry.output.number, None)
                return False
            if isinstance(found, Pointwise):
                made.append(found)
        for entry in made:
            self.plan(entry.output)
        self.operations += made
        return True

    def _sum(self, step: notes.Sum) -> bool:
        a, b = self.form(self.source(step.a)), self.form(self.source(step.b))
        if a is None or a != b or a != self.form(step.output):
            return False
        return self.pointwise(step.output, {"a": step.a, "b": step.b}, lambda xp, given: given["a"] + given["b"])

    def _fit(self, step: notes.Fit) -> bool:
        """Sums over the first axes."""
        source = self.source(step.source)
        given, wanted = self.form(source), self.form(step.output)
        if given is None or wanted is None or given[1] != wanted[1] or not cpu_fused.is_real(wanted[1]):
            return False
        shape = wanted[0]
        while shape and shape[0] == 1:
            shape = shape[1:]
        if not shape or given[0][len(given[0]) - len(shape) :] != shape or not self.fits(source, wanted[1]):
            return False
        return self.sums(step.output, source, math.prod(given[0]) // math.prod(shape), math.prod(shape))

    def sums(self, output: Value, source: Source, rows: int, size: int) -> bool:
        """Sums over rows; NumPy adds those of one number in another order."""
        run = self.kernel(column_sums, self.forms[output.number][1]) if size > 1 and rows > 1 else None
        if run is None:
            return False
        self.call(run, rows * size, [output, source, rows, size, WIDE], [self.plan(output)])
        return True


def _calculation(rule: Callable[..., Any], attrs: dict[str, Any], form: Form | None) -> Callable[..., Any]:
    dtype = form[1] if form else None
    return lambda xp, given: rule(xp, given["ct"], SavedSymbols({**attrs, **given}, dtype))


def _reads(step: Any) -> list[Source]:
    match step:
        case notes.Forward():
            return list(step.inputs)
        case notes.Cast() | notes.Fit() | notes.Gradient():
            return [step.source]
        case notes.Rules():
            return [*step.cotangents, *step.entry.saved.values()]
        case notes.Sum():
            return [step.a, step.b]
        case notes.Again():
            return list(step.arguments)
        case _:
            return []


def _writes(step: Any) -> list[Value]:
    found = step.outputs if hasattr(step, "outputs") else [getattr(step, "output", None)]
    return [value for value in found if isinstance(value, Value)]


def forward(name: str) -> Callable[[Forward], Forward]:
    """Enter how the forward of an op is lowered; it says whether it could be."""

    def enter(function: Forward) -> Forward:
        FORWARDS[name] = function
        return function

    return enter


def rules(name: str) -> Callable[[Rules], Rules]:
    """Enter how the gradient rules of an op are lowered."""

    def enter(function: Rules) -> Rules:
        RULES[name] = function
        return function

    return enter


# Products


def _product(lowering: Lowering, output: Value, a: Source, b: Source, sizes: tuple[int, int, int], flips: Any) -> None:
    made = blas.product(lowering.forms[output.number][1])
    assert made is not None
    lowering.call(made, math.prod(sizes), blas.arguments_of(made, a, b, output, sizes, flips), [lowering.plan(output)])


@forward("linear")
def _linear(lowering: Lowering, step: notes.Forward) -> bool:
    x, weight, bias = (lowering.source(entry) for entry in step.inputs)
    shape, dtype = lowering.form(step.outputs[0]) or ((), None)
    given = lowering.form(weight)
    if given is None or len(shape) < 2 or not all(lowering.fits(entry, dtype) for entry in (x, weight)):
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
    if not all(lowering.fits(entry, dtype) for entry in (ct, x, weight)) or rows < 2 or outs < 2:
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


# The loss over classes


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

    lowering._text(reduced, [losses, target], step.outputs[0], True)  # pyright: ignore[reportPrivateUsage]
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
    if not lowering.fits(x, form[1]) or classes[0] != (rows,) or rows * size < cpu_fused.SMALL:
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
