"""Layers whose output is linear in each input."""

from __future__ import annotations

from patchgrad.layergraph import fields as f
from patchgrad.layergraph import roles
from patchgrad.layergraph.identity import eye
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import all_of, arrow, from_axis, same_as

PADDING = f.Field("padding_idx", "int", None, None, minimum=0, maximum=2**24, optional=True, help="row that stays zero")

BOUND = (
    f.number("max_norm", None, "longer rows are shortened to this norm; empty: none is", optional=True),
    f.number("norm_type", 2.0, "the p of that norm", minimum=1e-3),
    f.switch("scale_grad_by_freq", False, "divide the gradient of a row by how often it is looked up"),
)

KINDS = (
    layer(
        "Linear", "linear", "linear", "Affine map of the last axis: y = x Wᵀ + b.",
        f.size("in_features", 128, "size of the last axis that comes in"),
        f.size("out_features", 64, "size of the last axis that goes out"),
        f.switch("bias", True, "add a learned b"),
        followers=("in_features",), follow=from_axis("in_features", -1), mirror=same_as("out_features", "in_features"),
        width="out_features", roles=roles.linear, identity=eye, summary_of=arrow("in_features", "out_features"),
    ),
    layer(
        "Embedding", "linear", "embedding", "Looks up a learned vector for each whole number.",
        f.size("num_embeddings", 256, "how many different numbers"),
        f.size("embedding_dim", 64, "size of each vector"),
        PADDING, *BOUND,
        width="embedding_dim", roles=roles.table, summary_of=arrow("num_embeddings", "embedding_dim"),
    ),
    layer(
        "EmbeddingBag", "linear", "embedding", "Looks up a vector for each whole number of a row: their mean.",
        f.size("num_embeddings", 256, "how many different numbers"),
        f.size("embedding_dim", 64, "size of each vector"),
        f.choice("mode", "mean", ("mean", "sum", "max"), "how the vectors of a row become one"),
        PADDING, *BOUND,
        axes=(2,), width="embedding_dim", roles=roles.table, summary_of=arrow("num_embeddings", "embedding_dim"),
    ),
    layer(
        "Bilinear", "linear", "bilinear", "A learned product of two vectors: y = x1 W x2 + b.",
        f.size("in1_features", 64, "size of the last axis of x1"),
        f.size("in2_features", 64, "size of the last axis of x2"),
        f.size("out_features", 64, "size of the last axis that goes out"),
        f.switch("bias", True, "add a learned b"),
        inputs=("x1", "x2"), followers=("in1_features", "in2_features"),
        follow=all_of(from_axis("in1_features", -1, port="x1"), from_axis("in2_features", -1, port="x2")),
        width="out_features", roles=roles.bilinear,
        summary_of=lambda s: f"{s['in1_features']}, {s['in2_features']} → {s['out_features']}",
    ),
)  # fmt: skip
