"""How long an edit from the page takes while a cell trains: from the message to its answer, beside a step.

Within one boundary and 50 ms: the last row is what a median edit takes beyond one median step. Network as in
``studio_overhead``; edits insert a Dropout, and undo it.
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.page import Page
from benchmarks.timing import Row, rows_of

EDITS = 40
SHOW = "session = a_session()\nstudio = session.studio()"
TRAIN = """
steps, last = [], [time.perf_counter()]
def note(event):
    if event == "step":
        steps.append(time.perf_counter() - last[0])
        last[0] = time.perf_counter()
session.subscribe(note)
session.run(progress=False)
"""
TELL = "print(json.dumps([1e3 * step for step in steps]))"


def run() -> list[Row]:
    with Page() as page:
        graph = page.show(SHOW)["graph"]
        cell = page.kernel.start(TRAIN)
        page.kernel.wait_until_told(page.comm, "run-view", lambda view: view["state"] == "running")
        edits = [_edit(page, graph, number) for number in range(EDITS)][2:]
        page.kernel.manager.interrupt_kernel()
        page.kernel.finish(cell, failing=True)
        steps = page.attend(page.kernel.start(TELL))
    middle = sorted(steps)[len(steps) // 2]
    beyond = [max(0.0, edit - middle) for edit in edits]
    return list(rows_of({"step": steps, "edit, message to answer": edits, "edit beyond one step": beyond}))


def _edit(page: Page, graph: dict[str, Any], number: int) -> float:
    """Milliseconds from the message to its answer."""
    message = {"type": "undo"} if number % 2 else _insert(graph, number)
    for _ in range(20):
        page.look()
    begin = time.perf_counter()
    request = page.kernel.request(page.comm, message)
    while not page.kernel.answers(page.comm, request):
        page.look()
    spent = time.perf_counter() - begin
    assert page.kernel.answers(page.comm, request)[0]["type"] == "command-done"
    return 1e3 * spent


def _insert(graph: dict[str, Any], revision: int) -> dict[str, Any]:
    last = next(node for node in graph["nodes"] if node["kind"] == "Output")
    command = {"type": "insert-on-edge", "target": {"node": last["uid"], "port": "x"}, "kind": "Dropout"}
    return {"type": "run-command", "revision": revision, "command": command}
