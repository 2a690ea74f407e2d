"""Which op of one step is which op of another: the how-many-th run of an expression in a call of a module.

The ordinals in the ids of ops shift where a branch is taken or not; an op's place does not.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from patchgrad.recorder.snapshot import Snapshot

Place = tuple[Any, ...]
"""(module path, call index, op, file, first line of the function, instruction, how-many-th there)."""


def places(snapshot: Snapshot) -> tuple[Place, ...]:
    """The place of every op, in order; all are different."""
    counts: Counter[Place] = Counter()
    found: list[Place] = []
    for op in snapshot.ops:
        code = op.code
        source = (code.co_filename, code.co_firstlineno, op.lasti) if code is not None else ("", 0, 0)
        here = (op.path, snapshot.calls[op.call].index, op.op, *source)
        found.append((*here, counts[here]))
        counts[here] += 1
    return tuple(found)
