"""A step of 50,000 ops: recorded, made plain data, looked at for the first time, a group of 500 ops opened.

Goals: groups and first view in less than a second, opening a group in less than 100 ms. The last row opens every group
and every turn of a repeat inside, so that all 500 ops have a box. Time is the processor's; what is kept is made while
the collector of garbage rests, as the recorder does it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import patchgrad as pg
from benchmarks.timing import Row, rows_of
from patchgrad import nn
from patchgrad.autograd.state import observing
from patchgrad.drawing.compute_view import ComputeViewer
from patchgrad.recorder import Snapshot, Trace, snapshot
from patchgrad.recorder.calm import Calm
from patchgrad.recorder.groups import inside
from patchgrad.recorder.layers import Layers

ROUNDS = 3


class Uneven(nn.Module):
    """500 ops, no two lines of which repeat for long."""

    def forward(self, x: Any) -> Any:
        for place in range(250):
            x = x.tanh() if place * place // 5 % 3 else x * 0.5
            x = x + 0.25 if place // 3 % 2 else x.sin()
        return x


class Deep(nn.Module):
    def __init__(self, blocks: int = 100) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Uneven() for _ in range(blocks)])

    def forward(self, x: Any) -> Any:
        for block in self.blocks:
            x = block(x)
        return x


def run() -> list[Row]:
    model, x = Deep(), pg.ones(3, 4, requires_grad=True)
    layers = Layers(model)

    def step() -> None:
        model(x).sum().backward()

    def recorded() -> Trace:
        trace = Trace(layers.path_of, layers.name_of)
        with observing(trace):
            step()
        return trace

    times: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        _timed(times, "the step alone", step)
        with Calm():
            trace = _timed(times, "the step, recorded", recorded)
            seen: Snapshot = _timed(times, "snapshot", lambda trace=trace: snapshot(trace))
            viewer: ComputeViewer = _timed(times, "groups, repeats, wiring", lambda seen=seen: ComputeViewer(seen))
        _timed(times, "garbage looked for afterwards", gc.collect)
        first = _timed(times, "first view", viewer.view)
        block = next(group for group in inside(viewer.root) if group.id == "blocks.50/0")
        around = {group.id for group in inside(viewer.root) if group.begin <= block.begin and group.end >= block.end}
        opens = around | {group.id for group in inside(block)}
        layout = first.picture.layout
        _timed(times, "a group of 500 ops opened", lambda v=viewer, o=around, p=layout: v.view(o, 600, p))
        view = _timed(times, "all groups in it opened", lambda v=viewer, o=opens, p=layout: v.view(o, 600, p))
    print(f"  {len(seen.ops):,} ops; {len(first.boxes)} boxes at first, {len(view.boxes)} with all open in one group")
    return list(rows_of(times))


def _timed(times: dict[str, list[float]], name: str, function: Callable[[], Any]) -> Any:
    begin = time.process_time()
    found = function()
    times.setdefault(name, []).append((time.process_time() - begin) * 1e3)
    return found
