"""Where batches enter and results leave, and modules that are not drawn."""

from __future__ import annotations

from patchgrad.layergraph import fields as f
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.rules import shape_summary, value_of

DTYPES = ("float32", "float64", "float16", "int64", "int32", "uint8", "bool")

KINDS = (
    LayerKind(
        "Input", "ends", "Where a batch enters. The batch axis N comes before the shape.", "input", inputs=(),
        fields=(f.shape("shape", (64,), "sizes of one sample, without the batch axis"),
                f.choice("dtype", "float32", DTYPES, "type of the numbers")),
        summary_of=shape_summary,
    ),
    LayerKind(
        "Output", "ends", "What the network gives.", "output", outputs=(),
        fields=(f.shape("shape", None, "sizes that one sample must have; empty: any", optional=True),),
        summary_of=shape_summary,
    ),
)  # fmt: skip
CLOSED = LayerKind(
    "Closed", "own", "A module of your own whose inside is not drawn.", "block",
    fields=(f.Field("module", "text", "", help="its class"), f.size("inputs", 1), f.size("outputs", 1)),
    addable=False, summary_of=value_of("module"), outs=lambda y: tuple(y) if isinstance(y, (tuple, list)) else (y,),
)  # fmt: skip
