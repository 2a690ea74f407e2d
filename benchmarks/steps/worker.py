"""One contestant in a process of its own: ``python -m benchmarks.steps.worker PEER WORKLOAD FILE``.

Answers in lines of JSON. First what its import, its building and its first steps took; then, for each number of steps
it reads, the milliseconds of each; for ``memory``, the most megabytes it ever held.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks.steps.peers import LIBRARIES, PEERS
from benchmarks.steps.workloads import named


def _timed(function: Any, *args: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    result = function(*args)
    return result, (time.perf_counter() - start) * 1e3


def peak_megabytes() -> float:
    """The most memory this process ever held; Linux keeps the figure of the program alone in ``VmHWM``."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _read(path: str) -> tuple[dict[str, Any], list[list[Any]]]:
    with np.load(path) as file:
        weights = {name[2:]: file[name] for name in file.files if name.startswith("w:")}
        count = len({name.split(":")[1] for name in file.files if name.startswith("b:")})
        batches = [[file[name] for name in file.files if name.startswith(f"b:{i}:")] for i in range(count)]
    return weights, batches


def main(peer: str, workload: str, path: str, out: TextIO) -> None:
    def say(answer: Any) -> None:
        print(json.dumps(answer), file=out, flush=True)

    _, importing = _timed(import_module, LIBRARIES[peer])
    step, building = _timed(PEERS[peer], named(workload), *_read(path))
    loss, first = _timed(step, 0)
    losses = [float(loss), *(float(step(number)) for number in range(1, 6))]
    say({"import": importing, "build": building, "first": first, "losses": losses})
    number = len(losses)
    for line in sys.stdin:
        if line.strip() == "memory":
            say(peak_megabytes())
            continue
        times = []
        for _ in range(int(line)):
            times.append(_timed(step, number)[1])
            number += 1
        say(times)


if __name__ == "__main__":
    # What libraries print must not run into the answers.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    main(*sys.argv[1:4], channel)
