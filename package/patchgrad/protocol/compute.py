"""Messages about the compute graph: what one step really ran, of which only what is open is sent.

The kernel holds what is open and which step is looked at, so that several views of one widget agree. Read next:
``widgets/computing.py`` (who answers).
"""

from __future__ import annotations

from typing import Literal

from patchgrad.protocol.base import ArrayView, Record, Wire

Mode = Literal["step", "union", "difference"]

# --- what is drawn ---------------------------------------------------------------------------


class ComputeBox(Record, frozen=True):
    """An op, a group of ops that is closed, or a leaf: a parameter or data."""

    id: str
    kind: Literal["op", "call", "loop", "turn", "part", "leaf"]
    title: str
    detail: str
    """Settings of an op, ``×12, the same weights`` of a repeat, shape and dtype of a leaf."""
    x: float
    y: float
    width: float
    height: float
    frame: str | None = None
    opens: str = ""
    """Id of the group that opens with it; empty for an op and a leaf."""
    begin: int = -1
    """Place of its first op in the order in which they ran; -1 for a leaf."""
    ops: int = 0
    inputs: tuple[str, ...] = ()
    """Names of the arguments, from top to bottom."""
    outputs: tuple[str, ...] = ()
    layer: str = ""
    """Uid of the layer of the layer graph that it belongs to."""
    flops: int = 0
    kept: int = 0
    """Bytes that live until backward because of it."""
    bytes: int = 0
    """Of what it puts out; of a leaf, its own."""
    backward: int = 0
    """How many of its ops backward reached."""
    shared: int = 0
    """How many calls of modules read this leaf, if more than one."""
    seen: str = ""
    """In the union of several steps: ``ran 37 of 100 steps, last at 812``."""
    share: float = 1.0
    """Of the steps in which it ran."""
    change: Literal["", "added", "removed", "changed"] = ""
    """Against the other step."""
    changes: str = ""
    """What is different, in words."""


class ComputeEdge(Record, frozen=True):
    """What one box reads of another."""

    source: str
    target: str
    argument: str
    """Which input of the target; empty where that is a closed group."""
    label: str
    """The shape that travels, or how many values do."""
    detail: str
    """Dtype, device, bytes in words."""
    bytes: int
    gradient: bool
    """Did a gradient come back this way?"""
    route: tuple[tuple[float, float], ...]
    """As of an `EdgeView`."""


class ComputeFrame(Record, frozen=True):
    """A group that is open. Of a repeat: the turn that is shown, from 0, and how many there are."""

    id: str
    kind: Literal["step", "call", "loop", "turn", "part"]
    title: str
    label: str
    parent: str | None
    x: float
    y: float
    width: float
    height: float
    layer: str = ""
    turn: int = 0
    turns: int = 0


class ComputeGraph(Wire, frozen=True, tag="compute-graph"):
    """State: what is shown of the computation. ``number`` grows with every one; the browser answers ``ComputeSeen``."""

    number: int
    mode: Mode
    step: int
    """Number of the step that is shown; -1 before the first was looked at."""
    live: bool
    """Does it follow the training?"""
    against: int | None
    """The other step of a difference."""
    steps: tuple[int, ...]
    """Steps that can be shown, oldest first."""
    looks: int
    """How many steps were looked at."""
    ops: int
    """Of the whole step, open or not."""
    flops: int
    kept: int
    boxes: tuple[ComputeBox, ...]
    edges: tuple[ComputeEdge, ...]
    frames: tuple[ComputeFrame, ...]
    refused: tuple[str, ...]
    """Groups that there was no room to open."""
    width: float
    height: float
    walk: int | None = None
    """The step that was kept with its values."""


class ComputeTimes(Wire, frozen=True, tag="compute-times"):
    """State, with one buffer: a step of the same graph was looked at.

    Arrays by name: ``seconds``, one for each box of the newest ``ComputeGraph`` in its order (NaN for a leaf): of the
    forward, or of the gradient rules if ``backward``; rounded to two bytes each, so that a step stays below 2 KB.
    """

    number: int
    step: int
    looks: int
    backward: bool
    walk: int | None
    arrays: dict[str, ArrayView]
    every: int = 1
    """Steps from one look to the next: so rarely that looking stays within its share of the time."""


# --- requests --------------------------------------------------------------------------------


class LookAtCompute(Wire, frozen=True, tag="look-at-compute"):
    """A view of the computation appeared: send it, from now on. Or the last one went: send nothing."""

    request_id: str
    on: bool = True


class ComputeSeen(Wire, frozen=True, tag="compute-seen"):
    """Told without an answer: the graph, or the times, of this number were drawn; the next may come."""

    number: int


class OpenGroup(Wire, frozen=True, tag="open-group"):
    """Open a group, or close it and all that is open inside."""

    request_id: str
    group: str
    open: bool


class ShowTurn(Wire, frozen=True, tag="show-turn"):
    """Of an open repeat, show this turn, from 0."""

    request_id: str
    loop: str
    turn: int


class ShowStep(Wire, frozen=True, tag="show-step"):
    """Which step to show: None follows the training. Or the union of those kept, or how it differs from ``against``."""

    request_id: str
    mode: Mode = "step"
    step: int | None = None
    against: int | None = None


class ShowBackward(Wire, frozen=True, tag="show-backward"):
    """Times of the gradient rules, or of the forward."""

    request_id: str
    on: bool


class RevealOp(Wire, frozen=True, tag="reveal-op"):
    """Open what is around an op, by its id, or around the calls of a layer; the answer is a ``FoundOps``."""

    request_id: str
    op: str = ""
    layer: str = ""


class FindOps(Wire, frozen=True, tag="find-ops"):
    """Ops by name, module path, shape, dtype or line of code, also those in closed groups."""

    request_id: str
    query: str


class OpsAtLine(Wire, frozen=True, tag="ops-at-line"):
    """The cursor stands in a line: which boxes did it run? ``text`` is the line, as a file may be called otherwise."""

    request_id: str
    line: int
    text: str


class InspectOp(Wire, frozen=True, tag="inspect-op"):
    """All about one box: an op, a group or a leaf."""

    request_id: str
    box: str


class KeepStep(Wire, frozen=True, tag="keep-step"):
    """Record the next step with its values, to walk through it."""

    request_id: str


class TravelTo(Wire, frozen=True, tag="travel-to"):
    """Run the kept step again up to an op, by its id, or by how many ops have run; the answer is a ``Travelled``."""

    request_id: str
    op: str = ""
    position: int = 0


class CheckOp(Wire, frozen=True, tag="check-op"):
    """Compare the gradient rules of an op with finite differences, at the values it had."""

    request_id: str
    op: str


# --- replies ---------------------------------------------------------------------------------


class FoundOp(Record, frozen=True):
    """``box`` is the box that the op is drawn in now."""

    op: str
    title: str
    detail: str
    box: str


class FoundOps(Wire, frozen=True, tag="found-ops"):
    """The first of them, and how many there are."""

    request_id: str
    found: tuple[FoundOp, ...]
    count: int


class CodePlace(Record, frozen=True):
    """An expression of the user's. Lines from 1, columns from 0 in characters; ``text``: its whole first line."""

    file: str
    """As it is shown: a file's name, or ``In [3]``."""
    line: int
    end_line: int
    column: int
    end_column: int
    text: str
    why: str = ""
    """``made``, ``read``, ``changed in place``, ``updated by Adam``: of a parameter."""


class TensorView(Record, frozen=True):
    """A value: as which argument, from which op, its size."""

    name: str
    value: str
    shape: tuple[int, ...]
    dtype: str
    device: str
    bytes: int
    source: str = ""
    """Id of the op that made it; empty for a leaf."""
    gradient: bool = False


class OpInspected(Wire, frozen=True, tag="op-inspected"):
    request_id: str
    box: str
    title: str
    path: str
    """Path of the module."""
    facts: dict[str, str]
    """Label to value."""
    inputs: tuple[TensorView, ...]
    outputs: tuple[TensorView, ...]
    saved: tuple[str, ...]
    """A sentence for every array that the tape keeps: which, how many bytes, why."""
    places: tuple[CodePlace, ...]
    formula: str = ""
    """LaTeX."""
    op: str = ""
    """Id of the op, if the box is one."""


class NumbersView(Record, frozen=True):
    """An array in short."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    first: tuple[float | None, ...]
    """None, here and below, if not finite: JSON has no word for it."""
    low: float | None = None
    high: float | None = None
    mean: float | None = None


class Travelled(Wire, frozen=True, tag="travelled"):
    """The kept step stands after ``op``."""

    request_id: str
    step: int
    position: int
    count: int
    op: str
    box: str
    title: str
    formula: str
    example: str
    """LaTeX, as the formula: with the numbers of the first element."""
    inputs: tuple[NumbersView, ...]
    outputs: tuple[NumbersView, ...]
    cotangents: tuple[NumbersView, ...]
    """What backward brought to the outputs."""
    gradients: tuple[NumbersView, ...]
    """What the gradient rules made of it, by argument."""


class Checked(Wire, frozen=True, tag="checked"):
    """``passed`` is None where there is nothing to compare."""

    request_id: str
    op: str
    passed: bool | None
    text: str


ComputeFromBrowser = (
    LookAtCompute
    | ComputeSeen
    | OpenGroup
    | ShowTurn
    | ShowStep
    | ShowBackward
    | RevealOp
    | FindOps
    | OpsAtLine
    | InspectOp
    | KeepStep
    | TravelTo
    | CheckOp
)
ComputeFromKernel = ComputeGraph | ComputeTimes | FoundOps | OpInspected | Travelled | Checked
