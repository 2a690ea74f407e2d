"""Recorder: looks at training steps from outside, as often as its budget allows, and keeps series of numbers.

``with recorder.step(number, model) as look:`` stands around forward, backward and update. What is
measured stands in ``quantities/``, how often in ``budget.py``. Nothing of a step is kept alive after it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping
from copy import copy, deepcopy
from time import perf_counter
from types import MappingProxyType, TracebackType
from typing import Any, Literal, Self

from patchgrad.autograd.state import state
from patchgrad.backend import host
from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.recorder.budget import Budget
from patchgrad.recorder.events import Trace
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.histogram import Histogram, histogram
from patchgrad.recorder.history import History
from patchgrad.recorder.layers import Layers
from patchgrad.recorder.looking import Looking, Waiting
from patchgrad.recorder.probe import Probe
from patchgrad.recorder.quantities import QUANTITIES, REGISTERED, Quantity
from patchgrad.recorder.series import ROWS, Series
from patchgrad.recorder.snapshot import Snapshot, snapshot
from patchgrad.recorder.strided import strided, to_host
from patchgrad.recorder.tripwire import NonFinite, tripwire


class Recorder:
    """Measures the steps of a model.

    Parameters
        model       may be given, or changed, at each step
        budget      share of the time of a step that looking may cost
        every       look at every so many steps instead
        quantities  names of those to measure; all by default
        graph       record the compute graph of the sampled steps
    """

    def __init__(
        self,
        model: Module | None = None,
        *,
        budget: float = 0.03,
        every: int | None = None,
        quantities: Iterable[str] | None = None,
        graph: bool = True,
    ) -> None:
        self.budget = Budget(budget, every)
        self.layers: Layers | None = None
        self.snapshot: Snapshot | None = None
        self.history = History()
        self.kept: Trace | None = None
        """The newest step that was recorded with its values; see `keep_step`."""
        self.kept_step = -1
        self.listeners: list[Callable[[], None]] = []
        """Called by the thread that trains after every step whose graph was recorded."""
        self.keeps = False
        self.fault: NonFinite | None = None
        self.looks = 0
        """How often something was measured."""
        self.looked_at: dict[str, int] = {}
        """The newest step whose numbers were taken, by tier."""
        self.problems: dict[str, str] = {}
        """Quantities that failed and are no longer measured, with the reason."""
        self.loose_evaluations = 0
        """How often the model ran without a tape, in training mode, though it has layers for which that matters."""
        self.records_graph = graph
        self._chosen = None if quantities is None else tuple(quantities)
        self._series: dict[str, dict[str, Series]] = {}
        self._memory: dict[str, dict[str, Any]] = {}
        self._model: Callable[[], Module | None] = lambda: None
        self._version = -1
        self._key: Any = None
        self._planned: tuple[int, dict[str, list[Quantity]]] = (-1, {})
        if model is not None:
            self.use(model)

    # --- what was measured ---------------------------------------------------------------------

    def series(self, quantity: str, uid: str = "") -> Series:
        """Numbers over steps of a layer, or of the whole model; an empty series if there are none."""
        found = self._series.get(quantity, {}).get(uid)
        return found if found is not None else Series(quantity, 1)

    def by_layer(self, quantity: str) -> dict[str, Any]:
        """The newest value of a quantity by layer uid, in the order of depth; layers without one are absent."""
        found = self._series.get(quantity, {})
        return {layer.uid: found[layer.uid].last for layer in self.layers or () if layer.uid in found}

    def figures(self, uid: str) -> dict[str, float]:
        """The newest value of every plain quantity of a layer."""
        return {
            name: float(series[uid].last)
            for name, series in tuple(self._series.items())
            if uid in series and QUANTITIES[name].width == 0
        }

    def histogram(self, uid: str, quantity: str = "activation_histogram") -> Histogram:
        """How the numbers of a layer were spread over the powers of two, step by step."""
        series = self.series(quantity, uid)
        return histogram(*series.read())

    @property
    def measured(self) -> Mapping[str, Mapping[str, Series]]:
        """All series, by quantity and layer uid."""
        return MappingProxyType(self._series)

    def fork(self, step: int) -> Recorder:
        """Another recorder that goes on from ``step``: with the series up to there, and a memory of its own.

        What was first measured after ``step`` is not there.
        """
        made = copy(self)
        made._series = {name: _until(step, table) for name, table in self._series.items()}
        made._memory, made.problems, made.fault = {}, dict(self.problems), None
        made.looked_at = dict(self.looked_at)
        made.budget, made.history = deepcopy(self.budget), History()
        return made

    # --- one step --------------------------------------------------------------------------------

    def use(self, model: Module) -> None:
        """Look at this model as it is now; layers with known uids go on with their series."""
        version = model.structure_version
        if self._model() is not model or version != self._version:
            self._model, self._version = weakref.ref(model), version
            self.layers = Layers(model)

    def looks_at(self, model: Module) -> bool:
        """Is this the model that was given last?"""
        return self._model() is model

    def forget_model(self) -> None:
        """Let go of the model's parameters; the series stay."""
        self._model, self.layers = lambda: None, None

    def step(
        self,
        number: int,
        model: Module | None = None,
        on_update: Callable[[], None] | None = None,
        began: float | None = None,
    ) -> Look:
        """A context around forward, backward and update of step ``number``.

        ``on_update`` is called when an optimizer has moved the weights, on steps whose gradients are looked at.
        ``began``: what is done for the look began then, on the clock of ``time.perf_counter``.
        """
        return Look(self, number, model, on_update, began)

    def quantities(self) -> list[Quantity]:
        """Those that are measured."""
        names = QUANTITIES if self._chosen is None else self._chosen
        known = [QUANTITIES[name] for name in names if name not in self.problems]
        return [quantity for quantity in known if quantity.when != "request"]

    def _due(self, tier: str) -> list[Quantity]:
        """Those of a tier, "norms" with "step" before it; worked out when a quantity comes or fails."""
        version = REGISTERED[0] + len(self.problems)
        if self._planned[0] != version:
            self._planned = version, {}
        known = self._planned[1]
        if tier not in known:
            tiers = {"step", "norms"} if tier == "norms" else {tier}
            known[tier] = [quantity for quantity in self.quantities() if quantity.when in tiers]
        return known[tier]

    def ask(self, name: str, probe: Probe, step: int) -> dict[str, float]:
        """Measure a quantity of the tier "request" now, and keep it in its series; by layer uid.

        Errors
            ArgumentError  if there is no such quantity; and what the quantity itself raises.
        """
        asked = [found for found, quantity in QUANTITIES.items() if quantity.when == "request"]
        if name not in asked:
            raise ArgumentError(f"there is no quantity {name!r} to ask for", want=f"one of {', '.join(asked)}")
        with host.errstate(all="ignore"):
            values = dict(QUANTITIES[name].compute(probe))
        for uid, value in values.items():
            self.keep(QUANTITIES[name], uid, step, value)
        self.looks += 1
        return values

    def take(self, evidence: Evidence, tier: Literal["step", "norms", "sampled"]) -> None:
        """Compute and keep a tier ("norms" includes "step"). A quantity that fails is left out from now on."""
        self.looks += 1
        self.looked_at[tier] = evidence.step
        if tier == "norms":
            self.looked_at["step"] = evidence.step
        with host.errstate(all="ignore"):
            for quantity in self._due(tier):
                evidence.memory = self._memory.setdefault(quantity.name, {})
                try:
                    for uid, value in quantity.compute(evidence).items():
                        self.keep(quantity, uid, evidence.step, value)
                except Exception as error:
                    self.problems[quantity.name] = f"{type(error).__name__}: {error}"
        if self.fault is None:
            self.fault = tripwire(evidence, norms=tier == "norms")

    def keep_step(self) -> None:
        """Record the next step with its values, for `Travel`: a copy of its batch, parameters and random draws."""
        self.keeps = True

    def saw(self, trace: Trace, step: int) -> None:
        """Keep the compute graph of a step. Where it is the one there was, only its step changes."""
        key = trace.key()
        if self.snapshot is not None and key == self._key:
            self.snapshot = self.snapshot.timed(trace, step)
        else:
            self.snapshot, self._key = snapshot(trace, step), key
        self.history.add(self.snapshot)
        if trace.keep_values:
            self.kept, self.kept_step, self.keeps = trace, step, False
        for listener in tuple(self.listeners):
            listener()

    def keep(self, quantity: Quantity, uid: str, step: int, value: Any) -> None:
        table = self._series.setdefault(quantity.name, {})
        series = table.get(uid)
        if series is None:
            made = Series(quantity.name, ROWS, quantity.width, "uint16") if quantity.width else Series(quantity.name)
            series = table[uid] = made
        series.add(step, value)


class Look:
    """One step while it is watched. Tell it the loss: ``look.loss = value``."""

    def __init__(
        self,
        recorder: Recorder,
        number: int,
        model: Module | None,
        on_update: Callable[[], None] | None = None,
        began: float | None = None,
    ) -> None:
        self.loss: float | None = None
        self._on_update = on_update
        self._recorder = recorder
        self._number = number
        self._looking: Looking | None = None
        self._observer: Looking | Waiting | None = None
        self._before: dict[str, Any] = {}
        begin = perf_counter() if began is None else began
        self._norms = recorder.budget.due("norms", number)
        sampled = recorder.keeps or recorder.budget.due("sampled", number)
        if model is not None and (sampled or not recorder.looks_at(model)):
            recorder.use(model)
        if sampled and recorder.layers is not None:
            self._prepare(recorder.layers)
        self._own = perf_counter() - begin
        self._begin = begin

    def _prepare(self, layers: Layers) -> None:
        keeps = self._recorder.keeps
        trace = Trace(layers.path_of, layers.name_of, keeps) if keeps or self._recorder.records_graph else None
        self._looking = Looking(layers, trace, self._on_update)
        self._before = _weights(layers)

    def __enter__(self) -> Self:
        self._observer = self._looking
        if self._looking is None and self._norms and self._on_update is not None:
            self._observer = Waiting(self._on_update)
        if self._observer is not None:
            state.observers = (*state.observers, self._observer)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        ended = perf_counter()
        if self._observer is not None:
            state.observers = tuple(entry for entry in state.observers if entry is not self._observer)
        try:
            if kind is None and self._recorder.layers is not None:
                self._measure(ended, self._recorder.layers)
        finally:
            if self._looking is not None:
                self._looking.calm.end()

    def _measure(self, ended: float, layers: Layers) -> None:
        looking, budget = self._looking, self._recorder.budget
        if self.loss is None and looking is not None:
            self.loss = looking.loss
        samples, peaks, updates = self._samples(layers)
        seen = looking.seen if looking is not None else None
        evidence = Evidence(self._number, self.loss, layers, samples, peaks, updates, seen)
        gathered = perf_counter()
        self._recorder.take(evidence, "norms" if self._norms else "step")
        measured = perf_counter()
        if looking is None:
            always = self._own + gathered - ended + (0.0 if self._norms else measured - gathered)
            budget.stepped(ended - self._begin - self._own, always)
        if self._norms:
            budget.spent("norms", self._number, measured - gathered)
        if looking is not None:
            budget.stepped(ended - self._begin - self._own - looking.seconds, budget.always, watched=True)
            self._recorder.take(evidence, "sampled")
            if looking.trace is not None:
                self._recorder.saw(looking.trace, self._number)
            done = perf_counter()
            parts = self._own + looking.seconds + (gathered - ended) + (done - measured)
            budget.spent("sampled", self._number, parts, done - self._begin - (measured - gathered))

    def _samples(self, layers: Layers) -> tuple[dict[str, Any], dict[str, Any], dict[str, tuple[Any, Any]]]:
        if self._looking is None:
            return {}, {}, {}
        samples, peaks = self._looking.finish()
        after = _weights(layers)
        return samples, peaks, {name: (old, after[name]) for name, old in self._before.items() if name in after}


def _weights(layers: Layers) -> dict[str, Any]:
    """Strided samples of all parameters, on the host."""
    found = {name: strided(parameter.data) for layer in layers for name, parameter in layer.parameters}
    return dict(zip(found, to_host(list(found.values())), strict=True))


def _until(step: int, table: dict[str, Series]) -> dict[str, Series]:
    cut = {uid: series.until(step) for uid, series in table.items()}
    return {uid: series for uid, series in cut.items() if series.newest_step >= 0}
