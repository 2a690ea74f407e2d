"""Which writes in place had to copy first, because a tape entry kept the old values: a log for people who look.

The copy costs time and memory that PyTorch would answer with an error at backward; so it must not go unseen.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.provenance import Position, caller
from patchgrad.autograd.state import state
from patchgrad.backend.dtype import from_numpy


@dataclass(frozen=True, slots=True)
class CopyOnWrite:
    """One copy before a write.

    Fields
        shape, dtype, bytes  of the memory that was copied: that of the base, where a view was written
        made_by              the op that the tensor came from; empty for a leaf
        by                   the op that wrote
        layer                path of the layer that ran; empty outside of layers
        position             the line that wrote
    """

    shape: tuple[int, ...]
    dtype: str
    bytes: int
    made_by: str
    by: str
    layer: str
    code: Any
    lasti: int

    @property
    def position(self) -> Position:
        return Position.of(self.code, self.lasti)

    def __str__(self) -> str:
        source = f" made by {self.made_by}" if self.made_by else ""
        layer = f" in {self.layer}" if self.layer else ""
        return f"{self.by} copied {self.bytes:,} bytes of a {self.shape} {self.dtype}{source}{layer} at {self.position}"


class _Log(threading.local):
    def __init__(self) -> None:
        self.last: deque[CopyOnWrite] = deque(maxlen=1000)


_log = _Log()


def note(root: Any, by: str) -> None:
    """Enter a copy of the memory of ``root``, which op ``by`` is about to write."""
    code, lasti = caller()
    layer = getattr(state.scope[-1], "path", "") if state.scope else ""
    made_by = "" if root.node is None else root.node.op.name
    kind = from_numpy(root.data.dtype).name
    _log.last.append(CopyOnWrite(root.shape, kind, root.data.nbytes, made_by, by, layer, code, lasti))


def copies_on_write(clear: bool = False) -> list[CopyOnWrite]:
    """The last thousand copies of this thread, the oldest first; with ``clear`` the log begins anew."""
    found = list(_log.last)
    if clear:
        _log.last.clear()
    return found
