"""A recorded step as one Python function of bare arrays, written out line by line.

Nothing of the tape is left: each line calls the function that computes an op (a kernel, or its forward), or a gradient
rule, with arrays that stand in local variables; a variable is emptied after its last use. The functions called are
those of the eager step, in the same order, so the bits are the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Saved
from patchgrad.backend import get_backend
from patchgrad.replaying import notes
from patchgrad.replaying.notes import Held, Source, Value
from patchgrad.replaying.recording import Recording
from patchgrad.tensor.tensor import Tensor
from patchgrad.tensor.views import bump
from patchgrad.tensor.worlds import ARRAYS

BEGUN = "begun.append(True)"
"""The line before the first change that can be seen from outside: an error after it cannot be taken back."""


class Writer:
    """Writes a plan of Python alone.

    Fields
        begun, streams, ready, native, pool  as those of a `Plan`
        written, run  the text, and the function that it is
    """

    ready = True
    native = 0
    pool: Any = None

    def __init__(self, recording: Recording, inputs: list[Value], results: list[Source]) -> None:
        self.begun: list[bool] = []
        self.streams: list[Any] = []
        self.names: dict[str, Any] = {
            "add": ARRAYS.add, "fit": ARRAYS.fit, "Tensor": Tensor, "begun": self.begun, "give": give,
            "xp": get_backend().xp, "asarray": get_backend().asarray,
        }  # fmt: skip
        self._constants: dict[int, str] = {}
        self._inputs = inputs
        self._results = results
        self._lines: list[tuple[str, list[int], list[int]]] = []
        """Text, the values read, the values made."""
        self._late: list[tuple[str, list[int], list[int]]] = []
        self._reads: list[int] = []
        self._began = False

    def compile(self, steps: list[Any]) -> None:
        """Write the steps, and make ``run`` of the text."""
        self.written = self.text(steps)
        exec(compile(self.written, "<replayed step>", "exec"), self.names)
        self.run: Callable[..., tuple[Any, ...]] = self.names["run"]

    def text(self, steps: list[Any]) -> str:
        for step in steps:
            self._write(step)
        self._flush()
        return self._joined()

    def _joined(self) -> str:
        """The function as text, from its lines."""
        results = [self._result(entry) for entry in self._results]
        sources = [self._source(entry) for entry in self._results]
        kept = {entry.number for entry in sources if isinstance(entry, Value)}
        last: dict[int, int] = {}
        for index, (_, reads, makes) in enumerate(self._lines):
            last.update(dict.fromkeys((*reads, *makes), index))
        lines = [f"def run({', '.join(f'v{value.number}' for value in self._inputs)}):"]
        for index, (text, reads, makes) in enumerate(self._lines):
            lines.append(f"    {text}")
            over = sorted({n for n in (*reads, *makes) if last[n] == index and n not in kept})
            if over:
                lines.append(f"    {' = '.join(f'v{n}' for n in over)} = None")
        lines.append(f"    return ({''.join(f'{name}, ' for name in results)})")
        return "\n".join(lines) + "\n"

    def _line(self, text: str, makes: list[int]) -> None:
        self._lines.append((text, self._reads, makes))
        self._reads = []

    def _source(self, source: Source) -> Source:
        """The source that this one is in this plan."""
        return source

    def _result(self, source: Source) -> str:
        """How a result is given out."""
        return self._name(source)

    def _name(self, source: Source) -> str:
        """How a value is called in the text."""
        if isinstance(source, Value):
            self._reads.append(source.number)
            return f"v{source.number}"
        if source is None or type(source) in (int, bool):
            return repr(source)
        return f"{self._constant(source.tensor)}.data" if isinstance(source, Held) else self._constant(source)

    def _constant(self, value: Any) -> str:
        name = self._constants.get(id(value))
        if name is None:
            name = self._constants[id(value)] = f"c{len(self._constants)}"
            self.names[name] = value
        return name

    def _write(self, step: Any) -> None:
        match step:
            case notes.Forward():
                self._forward(step)
            case notes.Cast():
                text = f"{self._name(step.source)}.astype({self._constant(step.kind)})"
                self._line(f"v{step.output.number} = {text}", [step.output.number])
            case notes.Rules():
                self._rules(step)
            case notes.Fit():
                entry = self._constant(step.entry)
                text = f"fit({entry}, {step.index}, {self._name(step.source)})"
                self._line(f"v{step.output.number} = {text}", [step.output.number])
            case notes.Sum():
                text = f"add({self._name(step.a)}, {self._name(step.b)})"
                self._line(f"v{step.output.number} = {text}", [step.output.number])
            case notes.Again():
                self._again(step)
            case notes.Gradient():
                self._begin()
                self._line(f"give({self._constant(step.leaf)}, {self._name(step.source)})", [])
            case notes.Action():
                if step.final:
                    self._begin()
                self._line(f"{self._constant(step.function)}({', '.join(map(repr, step.arguments))})", [])
            case _:
                raise TypeError(f"a plan has no line for {type(step).__name__}")

    def _forward(self, step: notes.Forward) -> None:
        function = self._constant(get_backend().forward_of(step.op))
        given = [self._name(entry) for entry in step.inputs]
        given += [f"{key}={self._constant(value)}" for key, value in step.attrs.items()]
        outputs = [value.number for value in step.outputs]
        targets = "".join(f"v{n}, " for n in outputs) if not step.op.single else f"v{outputs[0]}"
        call = f"{function}({', '.join(['xp', *given])})"
        self._line(f"{targets.rstrip()} = {f'asarray({call})' if step.scalar else call}", outputs)

    def _rules(self, step: notes.Rules) -> None:
        entry, op = step.entry, step.entry.op
        saved = Saved(op, {}, entry.attrs, entry.shapes, entry.dtypes)
        fields = self._constant(saved.__dict__)
        for name, source in entry.saved.items():
            text = f"[{', '.join(map(self._name, source))}]" if isinstance(source, list) else self._name(source)
            self._line(f"{fields}[{name!r}] = {text}", [])
        given = [self._name(each) for each in step.cotangents]
        self._call_rules(
            step, self._constant(saved), given[0] if op.single else f"({''.join(f'{x}, ' for x in given)})"
        )
        freed = "".join(f"{fields}[{name!r}] = " for name in entry.saved)
        if freed:
            self._line(f"{freed}None", [])

    def _call_rules(self, step: notes.Rules, saved: str, ct: str) -> None:
        entry, op = step.entry, step.entry.op
        fast = op.chosen_rules.get(entry.backend.name, {})
        joint = fast.get("") or op.joint
        makes = [value.number for value in step.outputs if value is not None]
        if joint is not None:
            targets = ", ".join("_" if value is None else f"v{value.number}" for value in step.outputs)
            comma = "," if len(step.outputs) == 1 else ""
            self._line(f"{targets}{comma} = {self._constant(joint)}(xp, {ct}, {saved}, {step.wanted!r})", makes)
            return
        reads = self._reads
        for index, value in enumerate(step.outputs):
            if value is None:
                continue
            self._reads = list(reads)
            if op.variadic:
                call = f"{self._constant(op.vjps[op.inputs[0]])}(xp, {ct}, {saved}, {index})"
            else:
                name = op.inputs[index]
                call = f"{self._constant(fast.get(name) or op.vjps[name])}(xp, {ct}, {saved})"
            self._line(f"v{value.number} = {call}", [value.number])
        self._reads = []

    def _again(self, step: notes.Again) -> None:
        arguments: list[str] = []
        for entry in step.arguments:
            if isinstance(entry, Value):
                arguments.append(f"Tensor({self._name(entry)})")
            elif isinstance(entry, Held):
                arguments.append(self._constant(entry.tensor))
            else:
                arguments.append(self._constant(entry))
                if hasattr(entry, "offset"):
                    self.streams.append(entry)
        call = f"{self._constant(step.function)}({', '.join(arguments)})"
        if step.output is None:
            self._late.append((call, self._reads, []))
            self._reads = []
        else:
            self._line(f"v{step.output.number} = {call}.data", [step.output.number])

    def _flush(self) -> None:
        """The writes of buffers that were put off until nothing can go wrong in front of them."""
        if self._late:
            self._begin()

    def _begin(self) -> None:
        if not self._began:
            self._lines.append((BEGUN, [], []))
            self._began = True
        late, self._late = self._late, []
        self._lines += late


def give(leaf: Tensor, array: Any) -> None:
    """Add a gradient to that of a leaf."""
    own = array if array.base is None and sys.getrefcount(array) <= _ALONE else array.copy()
    if leaf.grad is None:
        leaf.grad = Tensor(own)
    else:
        leaf.grad.data += array
        bump(leaf.grad)


_ALONE = 3 if sys.version_info < (3, 14) else 0
"""References to a gradient that only this plan holds: its variable, argument, getrefcount."""
