"""The edits in Python, by name: ``pg.edit.insert("relu1 -> fc2", nn.Dropout(0.2))``.

Each function gives an Edit: it becomes a command once the graph is known, so that a script of edits can
be written down before any graph exists. A layer is given as an instance (its settings are taken, not its
weights), as a class or as the name of a kind with its settings as keywords.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph import blocks, commands
from patchgrad.layergraph.commands import Command
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.naming import described, edge_target, group_of, input_port, output_port, uid_of, uids_of
from patchgrad.layergraph.offers import adapters
from patchgrad.layergraph.plan import Plan, planned


class Edit:
    """An edit by names. ``resolve(graph)`` is the command by uids; GraphError names what is not there."""

    def __init__(self, words: str, resolve: Callable[[LayerGraph], Command]) -> None:
        self.words = words
        self._resolve = resolve

    def resolve(self, graph: LayerGraph) -> Command:
        return self._resolve(graph)

    def apply(self, graph: LayerGraph) -> LayerGraph:
        """The graph after the edit."""
        return self.resolve(graph).apply(graph)

    def __repr__(self) -> str:
        return f"Edit({self.words})"


def add(layer: Any, *, name: str | None = None, position: tuple[float, float] | None = None, **settings: Any) -> Edit:
    """Add a layer, or a block that was saved as one, not yet connected."""
    if (block := blocks.named(layer)) is not None:
        return _block(layer, block, None, name, settings)
    kind, given = described(layer, settings)
    return Edit(f"add {kind}", lambda graph: commands.AddNode(kind, given, name, position))


def remove(*names: str) -> Edit:
    """Remove layers and close the gap."""
    return Edit(f"remove {', '.join(names)}", lambda graph: commands.RemoveNodes(uids_of(graph, names)))


def replace(name: str, layer: Any, **settings: Any) -> Edit:
    """Put another layer in the place of one."""
    kind, given = described(layer, settings)
    return Edit(f"replace {name} by {kind}", lambda graph: commands.ReplaceNode(uid_of(graph, name), kind, given))


def connect(source: str, target: str) -> Edit:
    """Lead an output port into an input port: ``connect("relu1", "add1.b")``."""
    return Edit(
        f"connect {source} to {target}",
        lambda graph: commands.Connect(output_port(graph, source), input_port(graph, target)),
    )


def disconnect(target: str) -> Edit:
    """Take away the edge into an input port."""
    return Edit(f"disconnect {target}", lambda graph: commands.Disconnect(input_port(graph, target)))


def insert(edge: str, layer: Any, *, name: str | None = None, **settings: Any) -> Edit:
    """Put a layer onto an edge: ``insert("relu1 -> fc2", nn.Dropout(0.2))``.

    A block that `pg.save_layer` saved, or a template, goes by its name: ``insert("relu1 -> fc2", "MyBlock")``. It has
    weights of its own; with ``shared=True`` it calls the layers that it was saved from.
    """
    if (block := blocks.named(layer)) is not None:
        return _block(layer, block, edge, name, settings)
    kind, given = described(layer, settings)
    return Edit(f"insert {kind}", lambda graph: commands.InsertOnEdge(edge_target(graph, edge), kind, given, name))


def _block(name: str, block: Any, edge: str | None, group: str | None, settings: dict[str, Any]) -> Edit:
    shared = settings.pop("shared", False)
    if settings:
        raise GraphError(
            f"{name} is a block of layers and has no settings of its own",
            got=", ".join(settings),
            want="shared=True, or nothing",
            hint="change its layers once they are in",
        )

    def resolve(graph: LayerGraph) -> Command:
        target = edge_target(graph, edge) if edge is not None else None
        return blocks.block_put_in(graph, name, block, target, group, shared)

    return Edit(f"insert {name}", resolve)


def bypass(name: str, bypassed: bool = True) -> Edit:
    """Lead the data past a layer, or through it again."""
    return Edit(f"bypass {name}", lambda graph: commands.Bypass(uid_of(graph, name), bypassed))


def set(name: str, **field: Any) -> Edit:
    """Change one setting: ``set("fc1", out_features=64)``."""
    if len(field) != 1:
        raise GraphError("one field at a time", got=", ".join(field) or "none", hint='set("fc1", out_features=64)')
    [(key, value)] = field.items()
    return Edit(f"set {name}.{key}", lambda graph: commands.SetField(uid_of(graph, name), key, value))


def rename(name: str, to: str) -> Edit:
    """Give a layer another name."""
    return Edit(f"rename {name} to {to}", lambda graph: commands.Rename(uid_of(graph, name), to))


def freeze(name: str, frozen: bool = True) -> Edit:
    """Stop a layer from learning, or let it learn again."""
    return Edit(f"freeze {name}", lambda graph: commands.Freeze(uid_of(graph, name), frozen))


def move(name: str, position: tuple[float, float] | None) -> Edit:
    """Pin the box of a layer to a place, or let the layout place it."""
    return Edit(f"move {name}", lambda graph: commands.Move(uid_of(graph, name), position))


def group(*names: str, name: str) -> Edit:
    """Put layers into a named box."""
    return Edit(f"group {name}", lambda graph: commands.GroupNodes(uids_of(graph, names), name))


def ungroup(name: str) -> Edit:
    """Take a group away; its layers stay."""
    return Edit(f"ungroup {name}", lambda graph: commands.Ungroup(group_of(graph, name)))


def fold(name: str, folded: bool = True) -> Edit:
    """Draw a group as one box, or open it."""
    return Edit(f"fold {name}", lambda graph: commands.Fold(group_of(graph, name), folded))


def split(*names: str, name: str | None = None) -> Edit:
    """Take layers of a group out into a group of their own."""
    return Edit(f"split off {', '.join(names)}", lambda graph: commands.SplitGroup(uids_of(graph, names), name))


def merge(*groups: str, name: str | None = None) -> Edit:
    """Put all that lies in some groups into the first of them."""
    return Edit(
        f"merge {', '.join(groups)}",
        lambda graph: commands.MergeGroups(tuple(group_of(graph, group) for group in groups), name),
    )


def note(group: str, text: str) -> Edit:
    """Say something of a group, shown on the canvas and written above it in the source."""
    return Edit(f"note on {group}", lambda graph: commands.Note(group_of(graph, group), text))


def duplicate(*names: str) -> Edit:
    """Copy layers."""
    return Edit(f"duplicate {', '.join(names)}", lambda graph: commands.Duplicate(uids_of(graph, names)))


def share(name: str, owner: str) -> Edit:
    """Call the layer ``owner`` at this place too: one set of weights."""
    return Edit(f"share {owner} with {name}", lambda graph: commands.Share(uid_of(graph, name), uid_of(graph, owner)))


def unshare(name: str) -> Edit:
    """Give a layer that calls another one its own, with the same weights at first."""
    return Edit(f"unshare {name}", lambda graph: commands.Unshare(uid_of(graph, name)))


def width(name: str, units: int, *, keep: Any = "norm") -> Edit:
    """Let a layer, and all that must follow, have so many units; a narrower one keeps those of largest norm.

    ``keep="first"`` keeps the first ones. `pg.edit.plan` tells what follows.
    """
    return Edit(f"set width of {name}", lambda graph: commands.SetWidth(uid_of(graph, name), units, keep))


def prune(name: str, units: Any) -> Edit:
    """Take units out of a layer by their numbers, and out of all layers whose units are added to them."""
    gone = tuple(int(unit) for unit in units)
    return Edit(f"prune {name}", lambda graph: commands.PruneUnits(uid_of(graph, name), gone))


def adapt(source: str, target: str, choice: int = 0) -> Edit:
    """Connect two ports that do not fit through the layers that make them fit: the cheapest, or another ``choice``.

    `pg.edit.plan` tells what it costs. Errors: GraphError that lists the choices, if there is no such one.
    """

    def resolve(graph: LayerGraph) -> Command:
        offers = adapters(graph, output_port(graph, source), input_port(graph, target))
        if not 0 <= choice < len(offers):
            raise GraphError(
                f"there is no adapter number {choice} from {source} to {target}",
                got=f"choice={choice}",
                want="; ".join(f"{at}: {offer.text}" for at, offer in enumerate(offers))
                or "ports that can be made fit",
            )
        return offers[choice].command

    return Edit(f"adapt {source} to {target}", resolve)


def branch(nodes: Any, layers: Any = (), *, merge: Any = "Add") -> Edit:
    """Put a path beside layers: ``branch(["fc1", "relu1"], ["Linear"])``; without layers a shortcut around them.

    ``merge``: ``Add`` or ``Concat``. Layers are given as instances, classes, names, or pairs of a name and settings.
    """
    names = (nodes,) if isinstance(nodes, str) else tuple(nodes)
    path = tuple(_branch_layer(layer) for layer in layers)
    return Edit(
        f"add a path around {', '.join(names)}", lambda graph: commands.AddBranch(uids_of(graph, names), path, merge)
    )


def _branch_layer(layer: Any) -> commands.BranchLayer:
    kind, settings = layer if isinstance(layer, tuple) else (layer, {})
    return commands.BranchLayer(*described(kind, settings))


def repeat(*names: str, times: int = 2) -> Edit:
    """Let layers stand several times in a row; the copies have weights of their own."""
    return Edit(f"repeat {', '.join(names)}", lambda graph: commands.Repeat(uids_of(graph, names), times))


def swap(name: str, other: str) -> Edit:
    """Let two layers change places, with their weights."""
    return Edit(f"swap {name} and {other}", lambda graph: commands.Swap(uid_of(graph, name), uid_of(graph, other)))


def reorder(name: str, edge: str) -> Edit:
    """Move a layer, with its weights, onto another edge: ``reorder("norm1", "x -> fc1")``."""
    return Edit(f"move {name}", lambda graph: commands.Reorder(uid_of(graph, name), edge_target(graph, edge)))


def reinitialise(name: str) -> Edit:
    """Draw the weights of a layer anew."""
    return Edit(f"reinitialise {name}", lambda graph: commands.Reinitialise(uid_of(graph, name)))


def rate(name: str, factor: float) -> Edit:
    """Let a layer learn with ``factor`` times the rate of the optimizer: ``rate("fc1", 0.1)``; 1: with that rate."""
    return Edit(f"rate of {name}", lambda graph: commands.SetRate(uid_of(graph, name), factor))


# --- how it is trained ----------------------------------------------------------------------------


def hold(*names: str) -> Edit:
    """Let the optimizer train the parameters of these layers, too, with the settings of its first group."""
    return Edit(
        f"train {', '.join(names)}, too",
        lambda graph: commands.HoldParameters(tuple(uid_of(graph, name) for name in names)),
    )


def optimizer(kind: Any = "", *, group: int | None = None, **settings: Any) -> Edit:
    """Train with another optimizer, ``optimizer("Adam", lr=1e-3)``, or change settings: ``optimizer(lr=1e-4)``.

    What the old and the new one both remember of the gradients is carried over; the receipt says what. ``lr`` is the
    rate that a schedule starts from. ``group``: change the settings of one group of parameters alone.
    """
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", type(kind).__name__)
    command = commands.SetOptimizer(name, settings, group)
    return Edit(command.label(), lambda graph: command)


def loss(loss: Any, **settings: Any) -> Edit:
    """Train for another loss, by name or as an object: ``loss("MSELoss")``, ``loss(nn.HuberLoss(delta=0.5))``.

    It is tried on the last batch first, and refused with the reason if it does not take output and target.
    """
    if isinstance(loss, type):
        loss = loss.__name__
    command = commands.SetLoss(loss, settings) if isinstance(loss, str) else commands.UseLoss(loss)
    return Edit(command.label(), lambda graph: command)


def data(
    *,
    batch_size: int | None = None,
    shuffle: bool | None = None,
    seed: int | None = None,
    drop_last: bool | None = None,
) -> Edit:
    """Draw the batches in another way, from the same place in the data on; the receipt says where that is."""
    command = commands.SetData(batch_size, shuffle, seed, drop_last)
    return Edit(command.label(), lambda graph: command)


def schedule(kind: Any, *, every: str | None = None, **settings: Any) -> Edit:
    """Let a schedule move the rates, ``schedule("CosineAnnealingLR", T_max=20)``; None: they stay where they are.

    Where a setting has no usual value, one is chosen.
    ``every``: "step" or "epoch"; by itself once for each pass, and for each step where the schedule is made for that.
    """
    name = kind if kind is None or isinstance(kind, str) else getattr(kind, "__name__", type(kind).__name__)
    command = commands.SetSchedule(name, settings, every)
    return Edit(command.label(), lambda graph: command)


def weights() -> Edit:
    """Go on with the weights and slots that the same layers had before the code of the model was changed.

    A layer is the same if it has kept its path, its kind and the shapes of its tensors; all others, the count of steps,
    the rates and the place in the data stay as they are. ``session.before`` tells what there is. Errors: SessionError.
    """
    command = commands.TakeWeights()
    return Edit(command.label(), lambda graph: command)


def plan(graph: LayerGraph, change: Edit | Command) -> Plan:
    """What an edit would change, with its cost in parameters and FLOPs; nothing is done. ``print`` shows a table."""
    return planned(graph, change.resolve(graph) if isinstance(change, Edit) else change)


def together(*edits: Edit | Command, words: str = "") -> Edit:
    """Several edits as one, of layers and of the training: undone together, and refused together.

    The loss is tried once all is changed, so that a head and its loss can change together. ``words``: what they do.
    """

    def resolve(graph: LayerGraph) -> Command:
        made: list[Any] = []
        for edit in edits:
            command = edit.resolve(graph) if isinstance(edit, Edit) else edit
            graph = command.apply(graph)
            if isinstance(command, commands.TakeWeights):
                raise GraphError(
                    "weights are taken over by an edit of its own",
                    got=f"{command.label(graph)} together with others",
                    hint="session.apply() each of them; both can be done between the same two steps",
                )
            made += command.commands if isinstance(command, commands.Several) else [command]
        return commands.Several(tuple(made), words)

    return Edit(words or ", ".join(getattr(edit, "words", type(edit).__name__) for edit in edits), resolve)
