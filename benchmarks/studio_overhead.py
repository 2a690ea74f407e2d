"""What an open studio costs: a step of an MLP (784-512-512-10, batch 128, Adam) in a cell, without and with it.

At most 1.05 times. Real kernel, real messages; the page is a client that acknowledges every frame. Contestants take
turns in blocks of steps inside one cell. Time is told by the clock, and as processor time of the whole kernel, which
says the same on a machine that is busy with other things.
"""

from __future__ import annotations

from benchmarks.page import Page
from benchmarks.timing import Row, rows_of

BLOCK, ROUNDS = 60, 12
SESSIONS = """
plain, watched, shown = a_session(watch=False), a_session(), a_session()
studio = shown.studio()
"""
RACE = f"""
import random
sessions = {{"nothing attached": plain, "recorder": watched, "recorder and open studio": shown}}
wall, work = {{name: [] for name in sessions}}, {{name: [] for name in sessions}}
for round in range({ROUNDS} + 1):
    for name, session in random.sample(list(sessions.items()), len(sessions)):
        begin, used = time.perf_counter(), time.process_time()
        session.run({BLOCK}, progress=False)
        if round:
            wall[name].append((time.perf_counter() - begin) / {BLOCK} * 1e3)
            work[name].append((time.process_time() - used) / {BLOCK} * 1e3)
print(json.dumps({{"wall": wall, "work": work, "frames": studio._frames}}))
"""


def run() -> list[Row]:
    with Page() as page:
        page.show(SESSIONS)
        told = page.attend(page.kernel.start(RACE))
    print(f"  {told['frames']} frames were drawn")
    work = {f"{name}, processor": values for name, values in told["work"].items()}
    return [*rows_of(told["wall"]), *rows_of(work)]
