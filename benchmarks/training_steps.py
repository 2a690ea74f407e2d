"""A training step of seven networks beside PyTorch eager, its fused optimizer, NHWC, torch.compile and JAX jit.

Two threads for all (``BENCHMARK_THREADS=1``: one). Every contestant runs in a process of its own, starts from the same
weights and computes the same losses; blocks of steps take turns. ``python -m benchmarks.steps a,c`` looks at some of
them.
"""

from __future__ import annotations

from benchmarks.steps.contest import Figure, contest
from benchmarks.steps.floor import floor
from benchmarks.steps.workloads import WORKLOADS, named


def run() -> list[Figure]:
    rows: list[Figure] = []
    for name in WORKLOADS:
        least = floor(named(name))
        print(f"  ({name}) {WORKLOADS[name].title}; {least}")
        found = contest(name)
        for figure in found:
            print(f"    {figure}")
        rows += [Figure(name, "floor", least.ms, least.ms, least.ms, least.ms / found[0].median), *found]
    return rows


def table(rows: list[Figure]) -> str:
    """One row per workload, one column per contestant: median milliseconds, and the part of PyTorch eager's time."""
    names = list(dict.fromkeys(row.name for row in rows))
    lines = ["| workload | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for key, workload in WORKLOADS.items():
        found = {row.name: row for row in rows if row.workload == key}
        lines.append(f"| ({key}) {workload.title} | " + " | ".join(_cell(found[name]) for name in names) + " |")
    return "\n".join([*lines, "", *_beside(rows, names)])


def _cell(row: Figure) -> str:
    return "-" if row.note else f"{row.median:.3g} ({row.ratio:.2f})"


def _beside(rows: list[Figure], names: list[str]) -> list[str]:
    """First step, memory and import of each contestant: from the smallest to the largest over the workloads."""
    lines = ["| | first step, ms | peak memory, MB | import, ms |", "|---|---|---|---|"]
    for name in names:
        own = [row for row in rows if row.name == name and row.memory]
        if own:
            spans = [[getattr(row, key) for row in own] for key in ("first", "memory", "importing")]
            lines.append(f"| {name} | " + " | ".join(f"{min(span):.0f} to {max(span):.0f}" for span in spans) + " |")
    left_out = [f"- {row.name}, ({row.workload}): {row.note}" for row in rows if row.note]
    return [*lines, "", "Left out:", *left_out] if left_out else lines
