"""Every message between the browser and the kernel: the source of truth for both languages.

``emit.py`` writes the TypeScript types from these structs. On the wire: kebab-case tags in
``type``, camelCase fields. Two lanes: *requests* (each answered exactly once, by ``request_id``)
and *state* (the latest wins, may be dropped). Bytes travel in buffers beside the JSON.
"""

from __future__ import annotations

from typing import Any, Literal

from patchgrad.layergraph.commands import AnyCommand
from patchgrad.layergraph.graph import PortRef
from patchgrad.protocol.base import ArrayView, Record, Wire
from patchgrad.protocol.compute import ComputeFromBrowser, ComputeFromKernel

VERSION = 1
CodeName = Literal["studio", "plots"]
LookKind = Literal["feature-maps", "filters", "attention", "embedding", "saliency", "worst", "best", "confusion"]
MAX_REQUEST_BYTES = 256 * 1024


# --- what the studio draws -------------------------------------------------------------------


class FieldView(Record, frozen=True):
    """One editable setting of a layer kind."""

    name: str
    type: Literal["int", "float", "bool", "choice", "text"]
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    help: str = ""


class KindView(Record, frozen=True):
    """A layer kind of the catalogue: an entry of the palette."""

    kind: str
    family: str
    help: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    fields: tuple[FieldView, ...]
    source: str
    """As in a cell: ``nn.Linear(128, 64)``."""


class PortView(Record, frozen=True):
    name: str
    shape: tuple[int | str, ...] | None = None
    """Sizes by axis; the batch axis is the text ``N``. None if not known."""
    dtype: str = ""
    problem: str = ""


class NodeView(Record, frozen=True):
    uid: str
    kind: str
    name: str
    summary: str
    """Settings in a few characters, ``128 → 64``."""
    settings: dict[str, Any]
    parameters: int
    inputs: tuple[PortView, ...]
    outputs: tuple[PortView, ...]
    x: float
    y: float
    width: float
    height: float
    rate: float = 1.0
    """Factor on the learning rate."""
    frozen: bool = False
    bypassed: bool = False
    closed: bool = False
    """A module of the user's own whose inside is not drawn."""
    group: str | None = None
    problem: str = ""


class EdgeView(Record, frozen=True):
    id: str
    source: PortRef
    target: PortRef
    label: str = ""
    """The shape that travels: ``N × 64``."""
    route: tuple[tuple[float, float], ...] = ()
    """Points from port to port around the boxes. Between two points with different x and different y runs
    a curve that is level at both ends, else a straight line. Empty: the view draws its own curve."""


class GroupView(Record, frozen=True):
    uid: str
    name: str
    parent: str | None
    folded: bool
    x: float
    y: float
    width: float
    height: float
    layers: int
    parameters: int
    note: str = ""


class GhostView(Record, frozen=True):
    """A layer that the last edit removed, where it is still faintly seen."""

    name: str
    kind: str
    x: float
    y: float
    width: float
    height: float


class GhostLine(Record, frozen=True):
    """A way that data went before the last edit, from port to port."""

    start: tuple[float, float]
    end: tuple[float, float]


class GraphView(Wire, frozen=True, tag="graph-view"):
    """State: the layer graph as drawn. ``revision`` grows with every applied edit, undo and redo."""

    revision: int
    nodes: tuple[NodeView, ...]
    edges: tuple[EdgeView, ...]
    groups: tuple[GroupView, ...] = ()
    width: float = 0
    height: float = 0
    parameters: int = 0
    undo_label: str | None = None
    redo_label: str | None = None
    pending: int = 0
    """Edits that wait for the next boundary."""
    ghosts: tuple[GhostView, ...] = ()
    ghost_lines: tuple[GhostLine, ...] = ()
    """What the last edit removed; gone with the next one."""


class RunView(Wire, frozen=True, tag="run-view"):
    """State: the session as the transport bar shows it."""

    state: Literal["idle", "running", "pausing", "paused", "stepping", "applying", "fault", "finished"]
    step: int
    total: int | None = None
    epoch: int = 0
    steps_per_second: float = 0.0
    loss: float | None = None
    lane: str = ""
    """Which way messages reach the kernel while a cell runs, in words."""
    rate: float | None = None
    """The learning rate of the next step, of the first group."""
    problem: str = ""
    problem_node: str | None = None
    eager_because: str = ""
    """Why the last step was computed as the layers are written; empty if it was replayed."""


class LogEntry(Record, frozen=True):
    number: int
    step: int
    author: Literal["studio", "code"]
    title: str
    python: str
    """The Python twin of the gesture."""
    status: Literal["queued", "applied", "refused"]
    receipt: str = ""
    kind: Literal["edit", "move"] = "edit"
    """``move``: a rewind, or a switch to another branch."""
    branch: str = ""
    effect: str = ""
    """What became of the loss after it, in words."""
    rewindable: bool = False
    """Is there a mark in front of it?"""


class LogView(Wire, frozen=True, tag="log-view"):
    """State: the newest entries of the edit log, oldest first."""

    entries: tuple[LogEntry, ...]


class MarkView(Record, frozen=True):
    """A place to go back to. ``own``: made by the session, in front of an edit."""

    name: str
    step: int
    branch: str
    own: bool
    loss: float | None = None


class BranchView(Record, frozen=True):
    """A line of training. ``step`` and ``loss``: where it stands."""

    name: str
    number: int
    step: int
    loss: float | None = None
    current: bool = False
    parent: str | None = None
    begin: int | None = None
    """Step at which it left its parent."""


class TimelineView(Wire, frozen=True, tag="timeline-view"):
    """State: marks and branches of the session, oldest first."""

    marks: tuple[MarkView, ...] = ()
    branches: tuple[BranchView, ...] = ()
    shadow_steps: int = 0
    """Steps that the network before an edit is trained along; 0: it is not."""


class SectionView(Record, frozen=True):
    """One part of how a network is trained: a choice among kinds, and fields; ``note``: what else is to be known."""

    name: Literal["optimizer", "loss", "data", "schedule"]
    kind: str
    kinds: tuple[str, ...] = ()
    fields: tuple[FieldView, ...] = ()
    values: dict[str, Any] = {}
    note: str = ""


class SetupView(Wire, frozen=True, tag="setup-view"):
    """State: how the network is trained; told when it changes."""

    sections: tuple[SectionView, ...] = ()


class FindingView(Record, frozen=True):
    """Something is wrong with the training: what, how it is known, where, and an edit that may help."""

    rule: str
    title: str
    explanation: str
    """What it means, and what to try, in plain words."""
    evidence: dict[str, float | None]
    """Numbers behind it by name; None if not finite: JSON has no word for it."""
    nodes: tuple[str, ...]
    """Uids of the layers to show."""
    source: str
    threshold: str = ""
    """From where on the rule speaks, in words."""
    layers: tuple[str, ...] = ()
    """Names of `nodes`."""
    cure: AnyCommand | None = None
    cure_title: str = ""
    cure_python: str = ""


class FindingsView(Wire, frozen=True, tag="findings-view"):
    """State: what is wrong with the training after ``step`` steps, the gravest first; told when it changes."""

    step: int
    findings: tuple[FindingView, ...] = ()


class QuantityView(Record, frozen=True):
    """A number that is measured on layers while they train, and can be shown on them."""

    name: str
    question: str
    healthy: str
    source: str
    unit: str = ""
    """``s``, ``B``, ``share`` of 1, or in words what is counted or divided; empty: a bare number."""
    distribution: bool = False
    """Of each layer a histogram over the powers of two instead of a number."""


class Flag(Record, frozen=True):
    """An applied edit, drawn on every plot at its step."""

    number: int
    step: int
    label: str


class LayerStat(Record, frozen=True):
    """The newest figures of one layer, for the boxes on the canvas. None where not measured."""

    uid: str
    gradient_norm: float | None = None
    activation_mean: float | None = None
    activation_std: float | None = None
    update_ratio: float | None = None
    dead: float | None = None


class Frame(Wire, frozen=True, tag="frame"):
    """State, with one binary buffer: what the scopes plot. The browser answers ``FrameSeen``.

    Arrays by name. ``loss.step``, ``loss.value``, ``loss.smooth`` (equal lengths); ``shadow.step`` and ``shadow.value``
    where the network before the last edit is trained along; by depth, one
    entry per uid of ``layers``: ``gradient.norm``, ``activation.mean``, ``activation.std``,
    ``update.ratio`` (log10 where a ratio; NaN where not measured); of the selected layer:
    ``histogram.counts`` (steps, bins), ``histogram.step`` (steps,), ``histogram.exponent`` (bins,), and if
    there are any, ``histogram.zeros`` (steps,) and ``histogram.lost`` (steps,): infinite or not a number;
    of the quantity that was chosen with `ShowQuantity`: ``overlay.step`` and ``overlay.value`` (layers, points),
    the points of each layer at the end of its row and -1 and NaN before them; or, of a distribution, ``overlay.rows``
    (layers, bins), shares, and ``overlay.exponent`` (bins,); of each other branch ``branch.<number>.step`` and
    ``branch.<number>.value``.
    """

    number: int
    run: RunView
    arrays: dict[str, ArrayView]
    layers: tuple[str, ...]
    names: tuple[str, ...]
    flags: tuple[Flag, ...]
    stats: tuple[LayerStat, ...]
    selected: str | None = None
    shown: str = ""
    """Name of the quantity of the arrays ``overlay.*``."""
    plan: str = ""
    """How often the training is looked at, and what that costs, in words."""


# --- requests: browser -> kernel -------------------------------------------------------------


class Open(Wire, frozen=True, tag="open"):
    """A view appeared: send the catalogue and all state."""

    request_id: str
    version: int


class RunCommand(Wire, frozen=True, tag="run-command"):
    """Ask for one edit. Refused if ``revision`` is not the kernel's current one."""

    request_id: str
    revision: int
    command: AnyCommand


class Undo(Wire, frozen=True, tag="undo"):
    request_id: str


class Redo(Wire, frozen=True, tag="redo"):
    request_id: str


class MakeMark(Wire, frozen=True, tag="make-mark"):
    """Keep how everything stands; the kernel finds a name where none is given."""

    request_id: str
    name: str | None = None


class ForgetMark(Wire, frozen=True, tag="forget-mark"):
    request_id: str
    name: str


class Rewind(Wire, frozen=True, tag="rewind"):
    """Go back to a mark by its name, to the front of an edit by its number, or to that of the last edit."""

    request_id: str
    mark: str | None = None
    edit: int | None = None
    name: str | None = None
    """Of the branch that begins there."""


class SwitchBranch(Wire, frozen=True, tag="switch-branch"):
    request_id: str
    name: str


class SetShadow(Wire, frozen=True, tag="set-shadow"):
    """Train the network before each edit along for so many steps; 0: do not."""

    request_id: str
    steps: int


class AskComparison(Wire, frozen=True, tag="ask-comparison"):
    """Two branches side by side; without names, how things stand against the front of the last edit."""

    request_id: str
    one: str | None = None
    other: str | None = None


class Transport(Wire, frozen=True, tag="transport"):
    """Play, pause, or do ``steps`` steps and pause."""

    request_id: str
    action: Literal["play", "pause", "step"]
    steps: int = 1


class AskTargets(Wire, frozen=True, tag="ask-targets"):
    """An edge is dragged from ``source`` (an output, or an input when ``reverse``): where may it go?"""

    request_id: str
    revision: int
    source: PortRef
    reverse: bool = False


class AskInsertions(Wire, frozen=True, tag="ask-insertions"):
    """A layer of the palette is dragged: which edges would take it?"""

    request_id: str
    revision: int
    kind: str


class AskTakers(Wire, frozen=True, tag="ask-takers"):
    """An edge was led into the open: which layers could stand at its end? ``position``: where it was let go."""

    request_id: str
    revision: int
    source: PortRef
    reverse: bool = False
    position: tuple[float, float] | None = None


class AskAdapters(Wire, frozen=True, tag="ask-adapters"):
    """An edge was led to a port that does not take it as it is: what could stand in between?"""

    request_id: str
    revision: int
    source: PortRef
    target: PortRef


class AskSwaps(Wire, frozen=True, tag="ask-swaps"):
    """Which layers could take the place of this one?"""

    request_id: str
    revision: int
    node: str


class AskCopy(Wire, frozen=True, tag="ask-copy"):
    """Layers as text for the clipboard; the answer is a ``SourceText``."""

    request_id: str
    revision: int
    nodes: tuple[str, ...]


class PutIn(Wire, frozen=True, tag="put-in"):
    """Add layers from the text of a clipboard, or of a template: one edit, judged by the kernel.

    ``target``: an input port, onto whose edge they go; else the first is pinned at ``position``.
    """

    request_id: str
    revision: int
    text: str
    words: str = ""
    target: PortRef | None = None
    position: tuple[float, float] | None = None


class Inspect(Wire, frozen=True, tag="inspect"):
    """Numbers of one layer, now."""

    request_id: str
    node: str


class AskLook(Wire, frozen=True, tag="ask-look"):
    """A closer look at a layer, or at the examples: one pass at the next boundary."""

    request_id: str
    kind: LookKind
    node: str


class AskCode(Wire, frozen=True, tag="ask-code"):
    """The code of the page, asked for once per page and content hash. The bytes come as the one buffer of ``Code``."""

    request_id: str
    name: CodeName


class AskSource(Wire, frozen=True, tag="ask-source"):
    """The model as a Module class, the edits as a script, or what to change in the user's own class as a diff."""

    request_id: str
    form: Literal["module", "script", "diff"]


# --- requests without an answer --------------------------------------------------------------


class Select(Wire, frozen=True, tag="select"):
    """Which layers are selected: their histogram comes in the frames."""

    nodes: tuple[str, ...]


class ShowQuantity(Wire, frozen=True, tag="show-quantity"):
    """Which quantity is shown on the boxes: it comes in the frames. Empty: none."""

    quantity: str


class FrameSeen(Wire, frozen=True, tag="frame-seen"):
    """The frame was drawn; the next may come."""

    number: int


# --- replies: kernel -> browser --------------------------------------------------------------


class TemplateView(Record, frozen=True):
    """Several layers at once: an entry of the palette. ``text`` is what ``PutIn`` takes."""

    name: str
    help: str
    text: str


class PaletteView(Wire, frozen=True, tag="palette-view"):
    """State: the palette, told anew when the user has made a layer of their own."""

    catalogue: tuple[KindView, ...]
    templates: tuple[TemplateView, ...] = ()


class Opened(Wire, frozen=True, tag="opened"):
    request_id: str
    version: int
    title: str
    catalogue: tuple[KindView, ...]
    graph: GraphView
    run: RunView
    log: LogView
    timeline: TimelineView = TimelineView()
    setup: SetupView = SetupView()
    templates: tuple[TemplateView, ...] = ()
    quantities: tuple[QuantityView, ...] = ()
    """Those that are measured."""
    code: dict[str, str] = {}
    """Content hash of each piece of code that can be asked for, by name."""


class Code(Wire, frozen=True, tag="code"):
    """The answer to ``AskCode``; the one buffer is an ES module in UTF-8."""

    request_id: str
    name: CodeName
    hash: str


class Done(Wire, frozen=True, tag="done"):
    request_id: str


class CommandDone(Wire, frozen=True, tag="command-done"):
    """The edit was applied at a boundary."""

    request_id: str
    revision: int
    step: int
    receipt: str
    python: str


class Failed(Wire, frozen=True, tag="failed"):
    """The request was refused; nothing changed."""

    request_id: str
    title: str
    got: str = ""
    want: str = ""
    hint: str = ""
    where: str = ""
    ports: tuple[PortRef, ...] = ()


class Verdict(Record, frozen=True):
    """May this port (or the edge into it) be the target? ``fixes`` in words, cheapest first."""

    port: PortRef
    verdict: Literal["valid", "adapter", "invalid"]
    reason: str = ""
    fixes: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    """For an insertion: the settings with which the layer fits here."""


class Targets(Wire, frozen=True, tag="targets"):
    request_id: str
    verdicts: tuple[Verdict, ...]


class OfferView(Record, frozen=True):
    """A layer that fits, what it gives, what it costs, and the edit that puts it there."""

    kind: str
    text: str
    parameters: int
    command: AnyCommand
    flops: int | None = None
    """For one sample going forward; None if not known."""


class Offers(Wire, frozen=True, tag="offers"):
    request_id: str
    offers: tuple[OfferView, ...]


class ParameterView(Record, frozen=True):
    name: str
    shape: tuple[int, ...]
    dtype: str
    count: int
    mean: float | None
    """None, here and below, if not finite: JSON has no word for it."""
    std: float | None
    norm: float | None
    gradient_norm: float | None = None
    update_ratio: float | None = None
    trainable: bool = True


class Inspected(Wire, frozen=True, tag="inspected"):
    request_id: str
    node: str
    parameters: tuple[ParameterView, ...]
    facts: dict[str, str]
    """More in words: label to value."""


class Looked(Wire, frozen=True, tag="looked"):
    """The answer to `AskLook`: ``figure`` has ``data`` and ``layout`` in Plotly's form, ``title`` asks its question."""

    request_id: str
    kind: LookKind
    node: str
    title: str
    figure: dict[str, Any]


class Curve(Record, frozen=True):
    """A loss over steps, of at most a few hundred points."""

    name: str
    steps: tuple[int, ...]
    values: tuple[float | None, ...]


class Compared(Wire, frozen=True, tag="compared"):
    request_id: str
    names: tuple[str, str]
    steps: tuple[int, int]
    losses: tuple[float | None, float | None]
    parted: int
    only_in_one: tuple[str, ...]
    only_in_other: tuple[str, ...]
    changed: tuple[str, ...]
    edges_gone: int
    edges_new: int
    effect: str
    """What became of the loss, in words; empty where that cannot be said."""
    curves: tuple[Curve, ...]


class SourceText(Wire, frozen=True, tag="source-text"):
    request_id: str
    text: str


FromBrowser = (
    Open
    | RunCommand
    | Undo
    | Redo
    | Transport
    | MakeMark
    | ForgetMark
    | Rewind
    | SwitchBranch
    | SetShadow
    | AskComparison
    | AskTargets
    | AskInsertions
    | AskTakers
    | AskAdapters
    | AskSwaps
    | AskCopy
    | PutIn
    | Inspect
    | AskLook
    | AskSource
    | AskCode
    | Select
    | ShowQuantity
    | FrameSeen
    | ComputeFromBrowser
)
FromKernel = (
    GraphView
    | RunView
    | LogView
    | FindingsView
    | TimelineView
    | SetupView
    | PaletteView
    | Frame
    | Opened
    | Code
    | Done
    | CommandDone
    | Failed
    | Targets
    | Offers
    | Inspected
    | SourceText
    | Compared
    | ComputeFromKernel
    | Looked
)
