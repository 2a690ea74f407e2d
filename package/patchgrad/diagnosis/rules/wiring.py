"""How the parts are put together: optimizer, modes, losses, parameters that are not wired."""

from __future__ import annotations

from patchgrad.diagnosis.cures import held, without_unused
from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.rules.registry import Trouble, rule
from patchgrad.layergraph.commands import RemoveNodes
from patchgrad.recorder.snapshot import OpRecord, Snapshot

LOOKS = 10
OFTEN = 3


@rule(
    "unheld_parameters",
    threshold="one parameter or more that gets a gradient and was never moved, in 10 looks",
    source="definition",
    explains=("rate_too_low", "labels_unrelated"),
)
def unheld_parameters(facts: Facts) -> Trouble | None:
    """Parameters get a gradient, were never moved, and are in no optimizer."""
    unheld, still = facts.by_layer("unheld_parameters", LOOKS), facts.by_layer("never_updated", LOOKS)
    nodes = tuple(uid for uid, count in unheld.items() if 0 < count <= still.get(uid, 0))
    if not nodes:
        return None
    return Trouble(
        "The optimizer does not hold all parameters",
        "They get a gradient and stay as they are. Make the optimizer after all layers are there, from "
        "model.parameters(), or give it the rest with optimizer.add_param_group.",
        {"parameters": sum(unheld[uid] for uid in nodes)},
        nodes,
        ("Add them to the optimizer", held(facts.graph, nodes)),
    )


@rule("unwired_parameters", threshold="one parameter or more without a gradient, in 10 looks", source="definition")
def unwired_parameters(facts: Facts) -> Trouble | None:
    """Parameters ask for a gradient and never get one."""
    bare = {uid: count for uid, count in facts.by_layer("ungraded_parameters", LOOKS).items() if count > 0}
    if not bare:
        return None
    return Trouble(
        "Parameters get no gradient",
        "The loss does not depend on them: their layer is not called, its result is not used, or a detach() or "
        "no_grad() stands in between. pg.explain_grad(parameter, loss) says which.",
        {"parameters": sum(bare.values())},
        tuple(bare),
        ("Take away what leads nowhere", without_unused(facts.graph, bare)),
    )


@rule(
    "evaluation_mode",
    threshold="all of 5 looks, of a layer that learns",
    source="Ioffe and Szegedy 2015 (batch norm); Srivastava et al. 2014 (dropout)",
)
def evaluation_mode(facts: Facts) -> Trouble | None:
    """Dropout or batch norm in evaluation mode while the network is trained."""
    learning = {layer.uid for layer in facts.layers if all(p.requires_grad for _, p in layer.parameters)}
    nodes = tuple(uid for uid, share in facts.by_layer("evaluation_mode").items() if share == 1 and uid in learning)
    if not nodes:
        return None
    return Trouble(
        "The network is trained in evaluation mode",
        "Dropout drops nothing, and batch norms use and keep their old running numbers. Call model.train() after "
        "each evaluation.",
        {"layers": float(len(nodes))},
        nodes,
    )


@rule(
    "training_mode",
    threshold="3 passes without a tape",
    source="Ioffe and Szegedy 2015 (batch norm); Srivastava et al. 2014 (dropout)",
)
def training_mode(facts: Facts) -> Trouble | None:
    """The model is run without a tape, in training mode, again and again."""
    count = facts.recorder.loose_evaluations
    if count < OFTEN:
        return None
    layers = [layer.uid for layer in facts.layers if layer.kind.startswith(("Dropout", "BatchNorm"))]
    return Trouble(
        "The network is evaluated in training mode",
        "Dropout still drops, and batch norms learn from the data you test on. Call model.eval() before the "
        "evaluation and model.train() after it.",
        {"evaluations": float(count)},
        tuple(layers),
    )


@rule(
    "softmax_before_loss",
    threshold="a softmax whose result goes straight into cross_entropy",
    source="definition: cross_entropy takes logits, and applies log_softmax itself",
)
def softmax_before_loss(facts: Facts) -> Trouble | None:
    """What cross_entropy is given has gone through a softmax already."""
    snapshot = facts.recorder.snapshot
    op = _softmax_before_loss(snapshot) if snapshot is not None else None
    if op is None:
        return None
    node = op.layer or op.path
    known = facts.graph is not None and node in facts.graph.nodes
    return Trouble(
        "A softmax stands in front of cross_entropy",
        "cross_entropy takes logits. With probabilities the loss cannot fall below log(e + classes - 1) - 1, and "
        "gradients are small. Take the softmax away.",
        {},
        (node,) if node else (),
        ("Remove the softmax", RemoveNodes((node,)) if known else None),
    )


def _softmax_before_loss(snapshot: Snapshot) -> OpRecord | None:
    ops = {op.id: op for op in snapshot.ops}
    for op in snapshot.ops:
        if op.op == "cross_entropy":
            source = snapshot.values[op.inputs[0][1]].source
            maker = ops.get(source) if source is not None else None
            return maker if maker is not None and maker.op == "softmax" else None
    return None
