"""The last linear map of a network and its cross-entropy in one: the logits of all samples are never there at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops.class_loss import cross_entropy
from patchgrad.ops.linalg import linear
from patchgrad.ops.movement import cat
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.transforms.checkpoint import checkpoint

IGNORED = -100
"""The class number that does not count, where none is given."""


@dataclass(frozen=True)
class LinearCrossEntropyOptions:
    """Cut the batch into pieces, whose logits are computed one after the other, and again for backward.

    Fields
        batch_chunk_size  samples in a piece
        chunking_method   "aspect_ratio:k" makes a piece k times smaller than one whose logits are as large as the
                          input; "auto" is k = 2; None leaves the batch whole
        allow_retain_graph, acc_policy, acc_dtype  accepted, and without effect
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None

    def __post_init__(self) -> None:
        name, _, factor = (self.chunking_method or "auto").partition(":")
        if name not in ("auto", "aspect_ratio") or (factor and not factor.isdigit()):
            raise ArgumentError(
                "there is no such chunking_method", got=repr(self.chunking_method), want="aspect_ratio:2"
            )
        if self.batch_chunk_size is not None and self.batch_chunk_size < 1:
            raise ArgumentError(f"a piece cannot have {self.batch_chunk_size} samples", want="1 or more")

    def size(self, batch: int, in_features: int, classes: int) -> int:
        """Samples in a piece."""
        if self.batch_chunk_size is not None:
            return min(self.batch_chunk_size, batch)
        if self.chunking_method is None:
            return batch
        factor = 2 if self.chunking_method == "auto" else int(self.chunking_method.partition(":")[2] or 1)
        alike = math.ceil(batch / math.ceil(classes / in_features))
        return max(1, min(2 ** math.ceil(math.log2(max(alike, 1))) // factor, batch))


def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Any,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: LinearCrossEntropyOptions | None = None,
) -> Tensor:
    """``cross_entropy(linear(input, linear_weight, linear_bias), target, ...)``.

    Shapes
        input (batch, in_features), linear_weight (classes, *places, in_features), linear_bias (classes, *places),
        target (batch, *places) class numbers or (batch, classes, *places) probabilities; without batch, no places
        ->  () with "mean" or "sum", (batch, *places) with "none"
    Parameters
        options  cut the batch into pieces (class numbers without places and label smoothing; else it is left whole)
    """
    _check(input, linear_weight, linear_bias)
    classes, places = linear_weight.shape[0], tuple(linear_weight.shape[1:-1])
    probabilities = tuple(target.shape) == (*input.shape[:-1], classes, *places)
    if probabilities and ignore_index is not None:
        raise placed(ArgumentError("probabilities have no class to ignore", got=f"ignore_index={ignore_index}"))
    settings: dict[str, Any] = {"ignore_index": IGNORED if ignore_index is None else ignore_index}
    settings |= {"label_smoothing": label_smoothing, "weight": weight}
    if options is not None and input.ndim == 2 and not (places or probabilities or label_smoothing):
        size = options.size(input.shape[0], input.shape[1], classes)
        return _in_pieces(input, (linear_weight, linear_bias), target, size, reduction, settings)
    flat = linear_weight.reshape(-1, linear_weight.shape[-1])
    logits = linear(input, flat, None if linear_bias is None else linear_bias.reshape(-1))
    return cross_entropy(logits.reshape(*input.shape[:-1], classes, *places), target, reduction=reduction, **settings)


def _in_pieces(
    input: Any, maps: tuple[Any, Any], target: Any, size: int, reduction: str, settings: dict[str, Any]
) -> Tensor:
    each = "none" if reduction == "none" else "sum"

    def loss(x: Any, labels: Any) -> Tensor:
        return cross_entropy(linear(x, *maps), labels, reduction=each, **settings)

    begins = range(0, input.shape[0], size)
    parts: list[Any] = [checkpoint(loss, input[b : b + size], target[b : b + size]) for b in begins]
    if reduction == "none":
        return cat(parts, 0)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total if reduction == "sum" else total / _counted(target, **settings)


def _counted(target: Any, ignore_index: int, weight: Any, **_: Any) -> float:
    """What the mean divides by: the weights of all targets that count."""
    labels = target.numpy(force=True)
    labels = labels[labels != ignore_index]
    return float(len(labels) if weight is None else host.asarray(weight.numpy(force=True))[labels].sum())


def _check(input: Any, weight: Any, bias: Any) -> None:
    fits = input.ndim in (1, 2) and weight.ndim >= 2 and weight.shape[-1] == input.shape[-1]
    fits = fits and (bias is None or bias.shape == weight.shape[:-1]) and (input.ndim == 2 or weight.ndim == 2)
    if not fits:
        raise placed(
            ShapeError(
                "linear_cross_entropy cannot use its inputs",
                got=f"input: {input.shape}, linear_weight: {weight.shape}"
                + (f", linear_bias: {bias.shape}" if bias is not None else ""),
                want="input: (batch, k), linear_weight: (classes, *places, k), linear_bias: (classes, *places)",
            )
        )
