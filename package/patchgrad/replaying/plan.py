"""A recorded step as one function of bare arrays: as kernels over planned memory where these are compiled (see
``planned.py``), else as lines of Python alone (``writer.py``).
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

from patchgrad.backend import get_backend
from patchgrad.backend.random import default_stream
from patchgrad.replaying import notes
from patchgrad.replaying.notes import Source, Value
from patchgrad.replaying.recording import Recording
from patchgrad.replaying.writer import Writer


def written(
    recording: Recording, inputs: list[Value], results: list[Source], steps: list[Any], pool: Any = None
) -> Writer:
    """Whoever wrote the best plan that there can be now; ``ready`` says whether there may be a better one soon."""
    ready = True
    if get_backend().compiled:
        planned = import_module("patchgrad.replaying.planned")
        try:
            writer = planned.Planned(recording, inputs, results, pool)
            writer.compile(steps)
        except planned.NotReady:
            ready = False
        except Exception as error:  # a plan is an offer: without it the step runs all the same
            warnings.warn(f"a replayed step could not be made of kernels, and runs without: {error!r}", stacklevel=2)
        else:
            return writer
    writer = Writer(recording, inputs, results)
    writer.compile(steps)
    writer.ready = ready
    return writer


def kernels_are_made() -> bool:
    """Is no kernel being compiled?"""
    return import_module("patchgrad.backend.native.compiled").compiler.idle()


class Plan:
    """A step that can be run again: ``run(arrays)`` gives the arrays that the step returned.

    Fields
        streams  random streams that it draws from
        begun    not empty once a run has changed something
        ready    False while kernels are compiled with which there may be a better plan
        native   how many kernels run without Python between them
        pool     its memory, for others that never run at the same time
    """

    def __init__(self, recording: Recording, inputs: list[Value], results: list[Source]) -> None:
        writer = written(recording, inputs, results, recording.steps)
        self.written = writer.written
        self.begun: list[bool] = writer.begun
        self.streams = [default_stream(), *writer.streams]
        self.run = writer.run
        self.ready, self.native, self.pool = writer.ready, writer.native, writer.pool


class Trial:
    """The part of a step before its first update, without any change: for an audit.

    ``run(arrays)`` gives the arrays of ``results`` (numbers of results of the step), then those added to ``leaves``.
    """

    def __init__(self, recording: Recording, inputs: list[Value], results: list[Source], pool: Any) -> None:
        steps: list[Any] = []
        gradients: list[notes.Gradient] = []
        fresh = False
        for step in recording.steps:
            if isinstance(step, notes.Action):
                if step.final:
                    break
                gradients, fresh = [], True
            elif isinstance(step, notes.Gradient):
                gradients.append(step)
            elif not (isinstance(step, notes.Again) and step.output is None):
                steps.append(step)
        known = {value for step in steps for value in _made(step)}
        known.update(inputs)
        self.results = [index for index, source in enumerate(results) if source in known]
        self.leaves = [step.leaf for step in gradients] if fresh else []
        sources = [results[index] for index in self.results] + [step.source for step in gradients if fresh]
        self.run = written(recording, inputs, sources, steps, pool).run


def _made(step: Any) -> list[Value]:
    found = step.outputs if hasattr(step, "outputs") else [step.output]
    return [value for value in found if value is not None]
