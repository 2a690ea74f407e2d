"""One sample of every message about the computation."""

from __future__ import annotations

from patchgrad.protocol import compute as m
from patchgrad.protocol.base import ArrayView

PLACE = m.CodePlace("In [3]", 5, 5, 12, 21, "        x = self.fc(x)", "made")
TENSOR = m.TensorView("x", "fc/0/0:linear.y", (3, 4), "float32", "cpu", 48, "fc/0/0:linear", True)
NUMBERS = m.NumbersView("x", (2,), "float32", (0.5, None), 0.5, 1.0, None)
BOX = m.ComputeBox(
    id="fc/0/0:linear",
    kind="op",
    title="fc",
    detail="linear",
    x=20.0,
    y=30.5,
    width=120.0,
    height=56.0,
    frame="0/0",
    begin=0,
    ops=1,
    inputs=("x", "weight"),
    outputs=("y",),
    layer="n1",
    flops=96,
    kept=48,
    bytes=48,
    backward=1,
    seen="ran 3 of 10 steps, last at 9",
    share=0.3,
    change="changed",
    changes="dim 0 is now 1",
)
EDGE = m.ComputeEdge("x", "fc/0/0:linear", "x", "3 × 4", "float32 on cpu, 48 B", 48, True, ((0.0, 1.0), (20.0, 1.0)))
FRAME = m.ComputeFrame("loop 0/0", "loop", "Block", "×4", None, 0.0, 0.0, 200.0, 100.0, "n2", 2, 4)

FROM_BROWSER = (
    m.LookAtCompute("c1"),
    m.ComputeSeen(4),
    m.OpenGroup("c2", "blocks.0/0", True),
    m.ShowTurn("c3", "loop blocks.0/0", 3),
    m.ShowStep("c4", "difference", 20, 1),
    m.ShowBackward("c5", True),
    m.RevealOp("c6", op="fc/0/0:linear"),
    m.FindOps("c7", "linear fc"),
    m.OpsAtLine("c8", 5, "        x = self.fc(x)"),
    m.InspectOp("c9", "fc/0/0:linear"),
    m.KeepStep("c10"),
    m.TravelTo("c11", position=3),
    m.CheckOp("c12", "fc/0/0:linear"),
)
FROM_KERNEL = (
    m.ComputeGraph(
        3, "step", 7, True, None, (5, 7), 2, 1, 96, 48, (BOX,), (EDGE,), (FRAME,), ("far/0",), 300.0, 200.0, 7
    ),
    m.ComputeTimes(4, 8, 3, False, None, {"seconds": ArrayView("bfloat16", (1,), 0)}, 40),
    m.FoundOps("c7", (m.FoundOp("fc/0/0:linear", "linear", "fc, In [3]:5", "fc/0/0:linear"),), 1),
    m.OpInspected(
        "c9", "b", "linear", "fc", {"work": "96 FLOP"}, (TENSOR,), (TENSOR,), ("x: 48 bytes",), (PLACE,), "y = x"
    ),
    m.Travelled("c11", 7, 3, 5, "o", "b", "tanh", "y", "y = 1", (NUMBERS,), (NUMBERS,), (NUMBERS,), (NUMBERS,)),
    m.Checked("c12", "o", True, "the gradient agrees"),
)
