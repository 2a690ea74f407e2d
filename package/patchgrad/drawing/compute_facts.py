"""What boxes and edges of a compute graph stand for, added up over what is inside."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BoxFacts:
    """What a box stands for, added up over its ops.

    Fields
        opens       id of the group that opens with it; empty for an op and a leaf
        seconds     of the forward, with the Python that led to it; ``backward_seconds`` of the gradient rules
        flops       of the forward, as far as the ops say
        kept        bytes that the tape keeps until backward
        parameters  named leaves that are read inside and not shown, with ``parameter_bytes``
    """

    id: str
    kind: str
    opens: str
    ops: int
    begin: int
    seconds: float
    backward_seconds: float
    flops: int
    kept: int
    parameters: int
    parameter_bytes: int


@dataclass(slots=True)
class EdgeFacts:
    """Ids of the values that travel, in order; and whether a gradient came back."""

    values: dict[str, None] = field(default_factory=dict[str, None])
    gradient: bool = False
