"""From the steps of a recording to operations on planned memory: what kernels can do with the bits of the eager step.

An op that has no entry here, or whose arrays do not fit, stays a `Line` of Python between the kernels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Saved, find
from patchgrad.backend import get_backend
from patchgrad.backend.kernels import cpu_fused
from patchgrad.backend.kernels.cpu_fused import Place, Stage, column_sums, place_of, tried
from patchgrad.backend.native.trace import SavedSymbols
from patchgrad.replaying import notes
from patchgrad.replaying.notes import Held, Source, Value
from patchgrad.replaying.operations import Call, Line, Pointwise, Shape, Text, View
from patchgrad.replaying.recording import Recording

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

    def solid(self, source: Source) -> bool:
        """Did it lie in one piece in the eager step? NumPy adds and multiplies in an order that depends on that."""
        if isinstance(source, Value):
            return source.number not in self.recording.gapped
        array = source.tensor.data if isinstance(source, Held) else source
        return array.flags.c_contiguous

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

    def count(self, source: Source) -> int:
        """How many numbers it has."""
        form = self.form(source)
        return math.prod(form[0]) if form else 1

    def clear(self, value: Value) -> None:
        """Fill a value with zeros."""
        count = self.count(value)
        run = cpu_fused.zeros(self.forms[value.number][1])
        self.call(run, count, [value, count], [value])

    def text(self, function: Callable[..., Any], arguments: list[Any], like: Form | None, late: bool = False) -> Value:
        """A line of Python; its result."""
        self._count += 1
        made = Value(self._count - 1)
        if like is not None:
            self.forms[made.number] = like
        self.run(function, arguments, made, late)
        return made

    def run(self, function: Callable[..., Any], arguments: list[Any], output: Value, late: bool) -> None:
        given = [self.source(entry) for entry in arguments]
        reads = [entry for entry in given if isinstance(entry, (Value, Held))]
        self.operations.append(Line(Text(function, given, output), reads, [output], late))

    # One step after the other

    def _lower(self, step: Any) -> None:
        match step:
            case notes.Forward():
                done = self._view(step) or (self._whole(step) and self._forward(step))
            case notes.Rules():
                done = self._whole(step) and self._rules(step)
            case notes.Sum():
                done = self._whole(step) and self._sum(step)
            case notes.Fit():
                done = self._whole(step) and self._fit(step)
            case _:
                done = False
        if not done:
            self._line(step)

    def _whole(self, step: Any) -> bool:
        """Does the eager step lay out its results in one piece, as kernels do?"""
        return not any(value.number in self.recording.gapped for value in _writes(step))

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

        def look(array: Any) -> Any:
            return step.op.forward(xp, array, **step.attrs)

        return self._seen(step.outputs[0], source, look)

    def _seen(self, output: Value, source: Value, look: Callable[[Any], Any]) -> bool:
        """Enter a view, if it is one of planned memory."""
        shape, dtype = self.forms[source.number]
        trial = get_backend().xp.empty(shape, dtype=dtype)
        seen = look(trial)
        if not get_backend().xp.shares_memory(seen, trial):
            return False
        (self.planned if seen.flags.c_contiguous else self.views).add(output.number)
        self.operations.append(View(output, source, look))
        return True

    def _view_back(self, step: notes.Rules) -> bool:
        """Is the cotangent of a view another look at that of the result?"""
        entry, source, output = step.entry, self.source(step.cotangents[0]), step.outputs[0]
        if not isinstance(source, Value) or source.number not in self.planned or output is None or entry.saved:
            return False
        saved = Saved(entry.op, {}, entry.attrs, entry.shapes, entry.dtypes)
        rule, xp = entry.op.vjps[entry.op.inputs[0]], get_backend().xp
        return self._seen(output, source, lambda array: rule(xp, array, saved))

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
        if op.view and op.single and op.joint is None and len(step.outputs) == 1:
            return self._view_back(step)
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
        possible = size > 1 and rows > 1 and self.solid(source)
        run = self.kernel(column_sums, self.forms[output.number][1]) if possible else None
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
