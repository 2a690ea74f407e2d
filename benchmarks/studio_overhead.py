"""What an open studio costs: a step of an MLP (784-512-512-10, batch 128, Adam) in a cell, without and with it.

At most 1.05 times. Real kernel, real messages; the page is a client that acknowledges every frame. Contestants take
turns in blocks of steps inside one cell.
"""

from __future__ import annotations

from benchmarks.page import Page
from benchmarks.timing import Row, rows_of

BLOCK, ROUNDS = 20, 16
SESSIONS = """
plain, watched, shown = a_session(watch=False), a_session(), a_session()
studio = shown.studio()
"""
RACE = f"""
times = {{"nothing attached": [], "recorder": [], "recorder and open studio": []}}
for round in range({ROUNDS} + 1):
    for name, session in zip(times, (plain, watched, shown)):
        begin = time.perf_counter()
        session.run({BLOCK}, progress=False)
        if round:
            times[name].append((time.perf_counter() - begin) / {BLOCK} * 1e3)
print(json.dumps({{"times": times, "frames": studio._frames}}))
"""


def run() -> list[Row]:
    with Page() as page:
        page.show(SESSIONS)
        told = page.attend(page.kernel.start(RACE))
    print(f"  {told['frames']} frames were drawn")
    return list(rows_of(told["times"]))
