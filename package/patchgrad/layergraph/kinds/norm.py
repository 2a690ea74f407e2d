"""Layers that bring numbers to a common scale, and layers that drop some of them while training."""

from __future__ import annotations

from patchgrad.layergraph import fields as f
from patchgrad.layergraph import roles
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import bias_of_affine, bias_of_norm, from_axis, groups, trailing, value_of

EPS = f.number("eps", 1e-5, "added to the variance")
TRAILING = f.shape("normalized_shape", (64,), "sizes of those last axes")
PART = f.number("p", 0.5, "part that is set to zero", maximum=1)


def _per_channel(name: str, help: str, learns: bool, *ranks: int, strict: bool = False) -> LayerKind:
    """A norm of each channel; ``learns``: with scale and shift, and running statistics, unless told otherwise."""
    return layer(
        name, "norm", "norm", help,
        f.size("num_features", 16, "channels"), EPS,
        f.number("momentum", 0.1, "share of the newest batch in the running statistics", maximum=1),
        f.switch("affine", learns, "learn scale and shift"),
        f.switch("track_running_stats", learns, "keep running statistics for evaluation"),
        f.switch("bias", True, "learn the shift, where affine"),
        followers=("num_features",), follow=from_axis("num_features", 1, *ranks), axes=ranks if strict else (),
        normal=bias_of_affine, roles=roles.per_unit, summary_of=value_of("num_features"),
    )  # fmt: skip


def _batch_norm(axes: int, *ranks: int) -> LayerKind:
    help = "Each channel to mean 0 and variance 1 over the batch, then scale and shift."
    return _per_channel(f"BatchNorm{axes}d", help, True, *ranks)


def _instance_norm(axes: int) -> LayerKind:
    help = "Each channel of each sample to mean 0 and variance 1."
    return _per_channel(f"InstanceNorm{axes}d", help, False, axes + 2, strict=True)


def _drop_channels(axes: int) -> LayerKind:
    help = "Sets random whole channels to zero while training."
    return layer(f"Dropout{axes}d", "norm", "drop", help, PART, axes=(axes + 2,), summary_of=value_of("p"))


KINDS = (
    _batch_norm(1, 2, 3),
    _batch_norm(2, 4),
    layer(
        "LayerNorm", "norm", "norm", "Each sample to mean 0 and variance 1 over its last axes, then scale and shift.",
        TRAILING, EPS,
        f.switch("elementwise_affine", True, "learn scale and shift"),
        f.switch("bias", True, "learn the shift"),
        normal=bias_of_norm, followers=("normalized_shape",), follow=trailing, roles=roles.per_unit,
        summary_of=value_of("normalized_shape"),
    ),
    layer(
        "GroupNorm", "norm", "norm", "Groups of channels to mean 0 and variance 1, then scale and shift.",
        f.size("num_groups", 4, "groups of channels"),
        f.size("num_channels", 16, "channels"), EPS,
        f.switch("affine", True, "learn scale and shift"),
        f.switch("bias", True, "learn the shift, where affine"),
        followers=("num_channels",), follow=from_axis("num_channels", 1), mirror=groups, normal=bias_of_affine,
        roles=roles.per_unit, summary_of=value_of("num_groups", "num_channels"),
    ),
    layer("Dropout", "norm", "drop", "Sets a random part to zero while training.", PART, summary_of=value_of("p")),
    layer(
        "RMSNorm", "norm", "norm", "Each sample to mean square 1 over its last axes, then scale.",
        TRAILING,
        f.number("eps", None, "added to the mean square; empty: the least step of the type", optional=True),
        f.switch("elementwise_affine", True, "learn the scale"),
        followers=("normalized_shape",), follow=trailing, roles=roles.per_unit,
        summary_of=value_of("normalized_shape"),
    ),
    _batch_norm(3, 5),
    *map(_instance_norm, (1, 2, 3)),
    layer(
        "LocalResponseNorm", "norm", "norm", "Divides each channel by what its neighbours give.",
        f.size("size", 5, "neighbouring channels that count"),
        f.number("alpha", 1e-4, "weight of the neighbours", minimum=None),
        f.number("beta", 0.75, "exponent of what is divided by", minimum=None),
        f.number("k", 1.0, "added to the neighbours", minimum=None),
        axes=(3, 4, 5), summary_of=value_of("size"),
    ),
    *map(_drop_channels, (1, 2, 3)),
    layer("FeatureAlphaDropout", "norm", "drop", "Drops whole channels so that mean and variance stay.",
          PART, axes=(3, 4, 5), summary_of=value_of("p")),
    layer("AlphaDropout", "norm", "drop", "Drops a random part so that mean and variance stay: goes with SELU.",
          PART, summary_of=value_of("p")),
)  # fmt: skip
