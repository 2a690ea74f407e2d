"""One sample of every message and command. ``python tests/protocol/samples.py`` rewrites the golden file."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from patchgrad.layergraph import commands as c
from patchgrad.layergraph.graph import PortRef
from patchgrad.protocol import messages as m

if __package__:
    from . import compute_samples as compute
else:  # run as a script
    import compute_samples as compute

GOLDEN = Path(__file__).with_name("golden.json")
FC1, FC2 = PortRef("n1", "y"), PortRef("n2", "x")

COMMANDS = (
    c.AddNode("Linear", {"in_features": 64, "out_features": 10}, name="fc3", position=(40.0, 80.0)),
    c.RemoveNodes(("n1", "n2")),
    c.ReplaceNode("n1", "Tanh", {}),
    c.Connect(FC1, FC2),
    c.Disconnect(FC2),
    c.InsertOnEdge(FC2, "Dropout", {"p": 0.2}),
    c.Bypass("n1", True),
    c.SetField("n1", "out_features", 32),
    c.Rename("n1", "hidden"),
    c.Freeze("n1", True),
    c.Move("n1", (1.5, -20.0)),
    c.GroupNodes(("n1", "n2"), "head"),
    c.Ungroup("g1"),
    c.Fold("g1", False),
    c.Note("g1", "what it is for"),
    c.Duplicate(("n1",)),
    c.Share("n2", "n1"),
    c.Unshare("n2"),
    c.SetWidth("n1", 128, "norm"),
    c.PruneUnits("n1", (3, 17)),
    c.AddBranch(("n1",), (c.BranchLayer("Linear", {"bias": False}),), "Add"),
    c.Repeat(("n1", "n2"), 3),
    c.Reorder("n1", PortRef("n3", "x")),
    c.SplitGroup(("n1", "n2"), "part"),
    c.MergeGroups(("g1", "g2"), "whole"),
    c.Reinitialise("n1"),
    c.Swap("n1", "n2"),
    c.SetRate("n1", 0.1),
    c.SetOptimizer("Adam", {"lr": 0.001, "betas": [0.9, 0.99]}),
    c.HoldParameters(("n1", "n2")),
    c.SetLoss("HuberLoss", {"delta": 0.5}),
    c.SetData(batch_size=64, shuffle=True),
    c.SetSchedule("StepLR", {"step_size": 10}, "epoch"),
    c.TakeWeights(),
    c.Several((c.Freeze("n1"), c.Rename("n2", "head")), "two at once"),
)

QUANTITY = m.QuantityView("dead_units", "Which units never fire?", "a few per cent", "Lu et al. 2020", "share")
TEMPLATE = m.TemplateView("One", "One layer.", '{"patchgrad":"layers","layers":[{"kind":"ReLU"}]}')
RUN = m.RunView(
    "running",
    41,
    total=2000,
    epoch=1,
    steps_per_second=120.5,
    loss=0.25,
    lane="own kernel subshell",
    eager_because="it is recorded",
)
GRAPH = m.GraphView(
    revision=3,
    nodes=(
        m.NodeView(
            uid="n1",
            kind="Linear",
            name="fc1",
            summary="64 → 10",
            settings={"in_features": 64, "out_features": 10, "bias": True},
            parameters=650,
            inputs=(m.PortView("x", ("N", 64), "float32"),),
            outputs=(m.PortView("y", ("N", 10), "float32", problem="nothing reads it"),),
            x=0.0,
            y=80.0,
            width=180.0,
            height=56.0,
            group="g1",
        ),
    ),
    edges=(m.EdgeView("n1.y->n2.x", FC1, FC2, label="N × 10"),),
    groups=(m.GroupView("g1", "head", None, False, 0.0, 0.0, 200.0, 300.0, layers=2, parameters=650),),
    width=200.0,
    height=300.0,
    parameters=650,
    undo_label="insert Dropout on fc1 -> fc2",
)
PALETTE = m.PaletteView((m.KindView("Scale", "own", "Twice as much.", ("x",), ("y",), (), "Scale()"),), (TEMPLATE,))
FINDINGS = m.FindingsView(
    41,
    (
        m.FindingView(
            rule="dead_relus",
            title="Most units of a ReLU are dead",
            explanation="They give 0 for every example. LeakyReLU lets a gradient through.",
            evidence={"share of units": 0.75, "loss": None},
            nodes=("n1",),
            source="Lu et al. 2020",
            threshold="more than half of the units",
            layers=("fc1",),
            cure=c.ReplaceNode("n1", "LeakyReLU", {}),
            cure_title="LeakyReLU in place of ReLU",
            cure_python='pg.edit.replace("fc1", nn.LeakyReLU())',
        ),
    ),
)
LOG = m.LogView((m.LogEntry(1, 40, "studio", "rename fc1", 'pg.edit.rename("fc1", "hidden")', "applied", "kept 2"),))
DROPOUT = m.KindView(
    kind="Dropout",
    family="Regularisation",
    help="Zeroes a share p of the values while training.",
    inputs=("x",),
    outputs=("y",),
    fields=(m.FieldView("p", "float", 0.5, minimum=0.0, maximum=1.0, help="share that is zeroed"),),
    source="nn.Dropout(0.5)",
)

FROM_BROWSER = (
    m.Open("r1", m.VERSION),
    *(m.RunCommand(f"r{number}", 3, command) for number, command in enumerate(COMMANDS, 2)),
    m.Undo("r20"),
    m.Redo("r21"),
    m.Transport("r22", "step", 10),
    m.AskTargets("r23", 3, FC1),
    m.AskInsertions("r24", 3, "Dropout"),
    m.AskTakers("r25", 3, FC1, position=(40.0, 80.0)),
    m.AskAdapters("r26", 3, FC1, FC2),
    m.AskSwaps("r26", 3, "n1"),
    m.AskCopy("r27", 3, ("n1", "n2")),
    m.PutIn("r28", 3, '{"patchgrad":"layers","layers":[{"kind":"ReLU"}]}', target=FC2),
    m.Inspect("r25", "n1"),
    m.AskSource("r26", "module"),
    m.AskCode("r27", "studio"),
    m.MakeMark("r28", "before widening"),
    m.ForgetMark("r29", "before widening"),
    m.Rewind("r30", edit=1),
    m.SwitchBranch("r31", "main"),
    m.SetShadow("r32", 200),
    m.AskComparison("r33", "main"),
    m.Select(("n1",)),
    m.ShowQuantity("gradient_norm"),
    m.AskLook("r34", "feature-maps", "n1"),
    m.FrameSeen(7),
    *compute.FROM_BROWSER,
)
FROM_KERNEL = (
    GRAPH,
    RUN,
    LOG,
    FINDINGS,
    PALETTE,
    m.TimelineView(
        (m.MarkView("before widening", 40, "main", own=False, loss=0.5),),
        (m.BranchView("main", 0, 90, 0.25), m.BranchView("wide", 1, 60, 0.2, True, parent="main", begin=40)),
    ),
    m.SetupView(
        (
            m.SectionView(
                "optimizer", "Adam", ("Adam", "SGD"), (m.FieldView("lr", "float", 1e-3),), {"lr": 0.01}, "2 groups"
            ),
        )
    ),
    m.Frame(
        number=7,
        run=RUN,
        arrays={"loss.step": m.ArrayView("float64", (2,), 0), "loss.value": m.ArrayView("float64", (2,), 16)},
        layers=("n1",),
        names=("fc1",),
        flags=(m.Flag(1, 40, "rename fc1"),),
        stats=(m.LayerStat("n1", gradient_norm=0.5),),
        selected="n1",
    ),
    m.Opened(
        "r1",
        m.VERSION,
        "digits",
        (DROPOUT,),
        GRAPH,
        RUN,
        LOG,
        templates=(TEMPLATE,),
        quantities=(QUANTITY,),
        code={"plots": "0a1b"},
    ),
    m.Looked("r34", "feature-maps", "n1", "What?", {"data": [{"type": "heatmap", "z": [[0.5]]}], "layout": {}}),
    m.Code("r27", "studio", "0a1b"),
    m.Done("r22"),
    m.CommandDone("r2", 4, 41, "kept 4 parameters", 'pg.edit.insert("fc1 -> fc2", nn.Dropout(0.2))'),
    m.Failed("r3", "a loop", got="fc2 feeds fc1", want="no loop", hint="use a Delay layer", ports=(FC1, FC2)),
    m.Offers("r26", (m.OfferView("Tanh", "gives (N, 64)", 0, c.ReplaceNode("n1", "Tanh")),)),
    m.Targets("r24", (m.Verdict(FC2, "adapter", "64 is not 10", ("Linear(64, 10)",), {"p": 0.5}),)),
    m.Inspected("r25", "n1", (m.ParameterView("weight", (10, 64), "float32", 640, 0.0, 0.1, 2.5),), {"rows": "10"}),
    m.Compared(
        "r33",
        names=("main", "wide"),
        steps=(90, 60),
        losses=(0.25, 0.2),
        parted=40,
        only_in_one=(),
        only_in_other=("drop1 (Dropout)",),
        changed=("fc1 (Linear)",),
        edges_gone=1,
        edges_new=2,
        effect="loss 0.05 lower than its trend over 50 steps (0.03 to 0.07)",
        curves=(m.Curve("main", (1, 2), (0.5, None)),),
    ),
    m.SourceText("r26", "class Model(nn.Module): ..."),
    *compute.FROM_KERNEL,
)


def golden() -> dict[str, list[object]]:
    """What the golden file must hold."""
    texts = {"fromBrowser": FROM_BROWSER, "fromKernel": FROM_KERNEL}
    return {key: [msgspec.json.decode(msgspec.json.encode(one)) for one in samples] for key, samples in texts.items()}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1, ensure_ascii=False) + "\n")
