"""Which step of a computation is shown, and what is open of it: the state behind ``computing.py``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from patchgrad.backend import host
from patchgrad.drawing.compute_facts import BoxFacts
from patchgrad.drawing.compute_view import ComputeView, ComputeViewer
from patchgrad.errors import ArgumentError
from patchgrad.protocol.compute import ComputeGraph, Mode
from patchgrad.recorder.calm import Calm
from patchgrad.recorder.events import Trace
from patchgrad.recorder.groups import Group, inside
from patchgrad.recorder.history import History
from patchgrad.recorder.recorder import Recorder
from patchgrad.recorder.snapshot import Snapshot, snapshot
from patchgrad.recorder.source import position
from patchgrad.recorder.union import union
from patchgrad.widgets.compute_views import Change, Marks, box_views, edge_views, frame_views, layer_of

ROOM = 560
"""Boxes that are drawn at most."""
KEPT = 4
"""Graphs that are remembered with their groups: a network that takes one of a few ways is quickly drawn."""


class ComputeState:
    """What one widget shows. ``opens`` is None until something was opened or closed: then what fits is open."""

    def __init__(self) -> None:
        self.mode: Mode = "step"
        self.backward = False
        self._opens: set[str] | None = None
        self._chosen: int | None = None
        self._against: int | None = None
        self._marks = Marks()
        self._joined: tuple[int, ...] = ()
        self._known: OrderedDict[int, ComputeViewer] = OrderedDict()
        self.viewer = ComputeViewer(snapshot(Trace(), -1))
        self._view: ComputeView | None = None

    @property
    def step(self) -> int:
        return self.viewer.snapshot.step

    @property
    def live(self) -> bool:
        return self._chosen is None and self.mode == "step"

    @property
    def opens(self) -> set[str]:
        if self._opens is None:
            self._opens = self.viewer.first()
        return self._opens

    @property
    def view(self) -> ComputeView:
        if self._view is None:
            previous = self._previous
            self._view = self.viewer.view(self.opens, ROOM, previous)
            self._previous = self._view.picture.layout
        return self._view

    _previous: Any = None

    # --- which step ------------------------------------------------------------------------------

    def follow(self, recorder: Recorder) -> bool:
        """Go on to the newest step, where one follows the training. True if the graph is to be drawn anew."""
        if self.mode == "union":
            return self._join(recorder.history)
        newest = recorder.snapshot
        if not self.live or newest is None:
            return False
        known = recorder.history.at(newest.step)
        times = newest.seconds, newest.backward_seconds
        return self._stand(replace(known, step=newest.step, seconds=times[0], backward_seconds=times[1]), Marks())

    def choose(self, recorder: Recorder, mode: Mode, step: int | None, against: int | None) -> None:
        """Show another step, all of them, or how two differ. Raises ArgumentError if there are none."""
        history = recorder.history
        if mode == "union":
            self._joined = ()
            self._join(history)
        elif mode == "difference":
            self._compare(recorder, step, against)
        elif step is not None:
            self._stand(history.at(step), Marks())
        self.mode, self._chosen = mode, step
        self._against = against if mode == "difference" else None
        if mode == "step" and step is None:
            self.follow(recorder)

    def _join(self, history: History) -> bool:
        """All kept steps in one. True if there are others than before; the same ops keep their groups and places."""
        steps = history.steps
        if steps == self._joined:
            return False
        found, self._joined = history.joined(), steps
        shown = self.viewer.snapshot
        if found.snapshot.ops == shown.ops and found.snapshot.values == shown.values:
            found = replace(found, snapshot=replace(shown, step=found.snapshot.step, seconds=(), backward_seconds=()))
        self._stand(found.snapshot, Marks(found.seen))
        return True

    def _compare(self, recorder: Recorder, step: int | None, against: int | None) -> None:
        history = recorder.history
        after = history.at(history.steps[-1] if step is None else step)
        before = history.at(history.steps[0] if against is None else against)
        joined = union([before, after])
        found = history.difference(before.step, after.step)
        kinds: dict[int, tuple[Change, str]] = {id(op): ("removed", "did not run") for op in found.removed}
        kinds |= {id(op): ("added", "is new") for op in found.added}
        for change in found.changed:
            kinds |= dict.fromkeys((id(change.before), id(change.after)), ("changed", change.what))
        marks = {place: kinds[id(seen.op)] for place, seen in enumerate(joined.seen) if id(seen.op) in kinds}
        self._stand(joined.snapshot, Marks(changes=marks))

    def _stand(self, look: Snapshot, marks: Marks) -> bool:
        """Show this graph. True if it is another one, not only other times."""
        self._marks = marks
        if look.ops is self.viewer.snapshot.ops:
            self.viewer.timed(look)
            return False
        viewer = self._known.pop(id(look.ops), None)
        if viewer is None:
            with Calm():
                viewer = ComputeViewer(look)
        viewer.timed(look)
        self._known[id(look.ops)] = self.viewer = viewer
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        self._view = None
        return True

    # --- what is open ----------------------------------------------------------------------------

    def open(self, name: str, opened: bool) -> None:
        """Open a group, a turn or stretch of turns of a repeat; or close it with all inside."""
        group = self._group(name)
        opens = set(self.opens)
        if opened:
            opens.add(group.id)
        else:
            opens.difference_update(entry.id for entry in inside(group))
        self._now(opens)

    def turn(self, name: str, turn: int) -> None:
        """Of a repeat, show one turn. Raises ArgumentError if it has no such."""
        loop = self._group(name)
        if loop.kind != "loop" or not 0 <= turn < len(loop.children):
            raise ArgumentError(
                "this repeat has no such turn", got=f"turn {turn + 1}", want=f"1 to {len(loop.children)}"
            )
        opens = self.opens - {entry.id for entry in loop.children}
        self._now({*opens, loop.id, loop.children[turn].id})

    def reveal(self, op: str) -> str:
        """Open all that is around an op; returns its box."""
        place = self._place(op)
        self._now(self.opens | {group.id for group in self.viewer.around(place)})
        return self.view.box_of(place)

    def reveal_layer(self, layer: str) -> str:
        """Open what is around the first call of a layer; returns its box or frame, empty if it did not run."""
        snapshot = self.viewer.snapshot
        places = (n for n, op in enumerate(snapshot.ops) if layer_of(snapshot, op.call) == layer)
        place = next(places, None)
        if place is None:
            return ""
        around = list(self.viewer.around(place))
        own = next((n for n, group in enumerate(around) if self._is_of(group, layer)), len(around))
        self._now(self.opens | {group.id for group in around[:own]})
        if own < len(around) and around[own].id in self.view.frames:
            return around[own].id
        return self.view.box_of(place)

    def _is_of(self, group: Group, layer: str) -> bool:
        ops, snapshot = self.viewer.snapshot.ops, self.viewer.snapshot
        ends = {layer_of(snapshot, ops[place].call) for place in (group.begin, group.end - 1)}
        return group.kind == "call" and ends == {layer}

    def _now(self, opens: set[str]) -> None:
        self._opens = opens
        self._view = None

    def _group(self, name: str) -> Group:
        found = self.viewer.groups.get(name)
        if found is None:
            raise ArgumentError("this group is not in the step that is shown", got=name)
        return found

    def _place(self, op: str) -> int:
        found = self.viewer.places.get(op)
        if found is None:
            raise ArgumentError("this op is not in the step that is shown", got=op)
        return found

    def box_of(self, op: str) -> str:
        """The box that an op is drawn in; empty if it is not in this step."""
        place = self.viewer.places.get(op)
        return "" if place is None else self.view.box_of(place)

    def facts(self, box: str) -> BoxFacts | None:
        """Of a box or an open group; None for a leaf. Raises ArgumentError if it is none of them."""
        if box in self.view.boxes:
            return self.view.boxes[box]
        if box in self.view.frames:
            return self.viewer.facts(self.view.frames[box])
        if box not in self.viewer.snapshot.values:
            raise ArgumentError("this box is not in the picture any more", got=box)
        return None

    def matching(self, query: str) -> Iterator[int]:
        """Places of the ops that a search finds: by name, module path, shape, dtype or place in the code."""
        words = query.lower().split()
        values = self.viewer.snapshot.values
        for place, op in enumerate(self.viewer.snapshot.ops if words else ()):
            made = " ".join(f"{values[name].shape} {values[name].dtype}" for name in op.outputs)
            read = " ".join(name for _, name in op.inputs if values[name].source is None)
            text = f"{op.op} {op.path} {op.module} {made} {read} {position(op.code, op.lasti)}".lower()
            if all(word in text for word in words):
                yield place

    # --- for the page ----------------------------------------------------------------------------

    def walk(self, recorder: Recorder | None) -> int | None:
        """Number of the step that was kept with its values."""
        return None if recorder is None or recorder.kept is None else recorder.kept_step

    def times(self) -> Any:
        """Seconds of every op box, (boxes,); None where they are not known."""
        snapshot = self.viewer.snapshot
        taken = snapshot.backward_seconds if self.backward else snapshot.seconds
        if not taken:
            return None
        starts = [facts.begin for facts in self.view.boxes.values()]
        return host.add.reduceat(host.asarray(taken), starts)

    def graph(self, number: int, recorder: Recorder | None) -> ComputeGraph:
        """The whole message."""
        view, viewer = self.view, self.viewer
        count, layout = len(viewer.snapshot.ops), view.picture.layout
        history = recorder.history if recorder is not None else None
        return ComputeGraph(
            number=number,
            mode=self.mode,
            step=self.step,
            live=self.live,
            against=self._against,
            steps=history.steps if history is not None else (),
            looks=len(history) if history is not None else 0,
            ops=count,
            flops=viewer.wiring.flops(0, count),
            kept=viewer.wiring.saved_bytes(0, count),
            boxes=box_views(viewer, view, self._marks),
            edges=edge_views(viewer, view),
            frames=frame_views(viewer, view, self.opens),
            refused=view.refused,
            width=layout.width,
            height=layout.height,
            walk=self.walk(recorder),
        )
