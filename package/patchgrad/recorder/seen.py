"""What one look has gathered beside samples of the outputs: plain numbers and small arrays on the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Seen:
    """The facts of one step, each empty where nothing was seen.

    Fields
        scales      mean size of every unit of an activation layer, by layer uid
        certainty   largest probability of rows of each softmax, by uid or path of the module it ran in ("": the model)
        inputs      a strided sample of the first input of the model, if it is of real numbers
        features    deviation of every feature of that input over the batch, if it has two axes
        targets     a strided sample of class labels
        classes     how many classes the output has
        seconds     of the forward pass, by layer uid, what is inside included
        op_seconds  by name of the op, ``matmul`` and ``matmul backward``
        op_bytes    of what each op put out, by name
        parts       terms of a loss that is a sum, by name
        held        ids of the parameters of the optimizer that moved the weights; None if none was seen
        evaluating  uids of layers that behaved as in evaluation
    """

    scales: dict[str, Any] = field(default_factory=dict[str, Any])
    certainty: dict[str, Any] = field(default_factory=dict[str, Any])
    inputs: Any = None
    features: Any = None
    targets: Any = None
    classes: int = 0
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    op_seconds: dict[str, float] = field(default_factory=dict[str, float])
    op_bytes: dict[str, float] = field(default_factory=dict[str, float])
    parts: dict[str, float] = field(default_factory=dict[str, float])
    held: frozenset[int] | None = None
    evaluating: tuple[str, ...] = ()
