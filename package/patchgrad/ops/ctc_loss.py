"""Connectionist temporal classification: the loss of a sequence of labels whose places in time are not known.

A composition: the sum over all placings goes forward through time in logarithms, one step for the whole batch, and the
backward pass of these steps is the backward half of the algorithm.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray, host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops.elementwise import where
from patchgrad.ops.movement import cat, stack
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

NEVER = -1e30
"""The logarithm of a chance of 0, finite so that differences of two of them are numbers."""


@under_autocast
def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Minus the logarithm of the chance that the labels come out, over all ways to place them in time.

    Shapes
        log_probs (time, batch, classes) or (time, classes) log-probabilities; targets (batch, longest) or all labels
        one after another; input_lengths and target_lengths (batch,), or whole numbers
        ->  () with "mean" or "sum", (batch,) with "none"
    Parameters
        blank          the class that stands for no label
        reduction      "mean" divides each loss by its number of labels (at least 1) before the mean over the batch
        zero_infinity  a sample with more labels than its time holds counts 0 instead of infinity
    Notes
        The gradient is that of the formula. PyTorch's own is it only where ``log_probs`` come from `log_softmax`, as
        they should; there the two are equal.
    Source
        Graves et al. 2006, Connectionist temporal classification.
    """
    if reduction not in ("none", "mean", "sum"):
        raise placed(
            ArgumentError("ctc_loss has no such reduction", got=f"{reduction!r}", want="'mean', 'sum', 'none'")
        )
    single = log_probs.ndim == 2
    if single:
        log_probs = log_probs.unsqueeze(1)
    if log_probs.ndim != 3:
        raise placed(ShapeError("ctc_loss wants times", got=f"{tuple(log_probs.shape)}", want="(time, batch, classes)"))
    if isinstance(log_probs.data, MetaArray):
        shape = () if reduction != "none" or single else (log_probs.shape[1],)
        return Tensor(MetaArray(shape, log_probs.data.dtype))
    times, counts = _lengths(input_lengths, log_probs), _lengths(target_lengths, log_probs)
    labels = _labels(targets, counts, single)
    _check(log_probs, labels, times, counts, blank)
    losses = _losses(log_probs, labels, times, counts, blank)
    if zero_infinity:
        losses = where(losses == host.inf, 0.0, losses)
    if reduction == "mean":
        return (losses / _like(host.maximum(counts, 1), log_probs)).mean()
    return losses.sum() if reduction == "sum" else losses.squeeze(0) if single else losses


def _like(array: Any, x: Any) -> Tensor:
    return Tensor(x.backend.asarray(host.asarray(array).astype(x.data.dtype)))


def _lengths(given: Any, x: Any) -> Any:
    found = given.backend.to_host(given.data) if isinstance(given, Tensor) else host.asarray(given)
    if found.dtype.kind not in "iu" or found.size != x.shape[1]:
        raise placed(
            ShapeError("ctc_loss needs one length per sample", got=f"{found.tolist()}", want=f"{x.shape[1]} integers")
        )
    return found.reshape(-1).astype(host.int64)


def _labels(targets: Any, counts: Any, single: bool) -> Any:
    """Labels as a table (batch, longest), whatever stands behind the last one of a sample."""
    values = targets.backend.to_host(targets.data)
    if values.ndim == 1 and not single:
        if len(values) < counts.sum():
            raise placed(
                ShapeError("there are fewer labels than target_lengths", got=f"{len(values)}", want=f"{counts.sum()}")
            )
        ends = host.cumsum(counts)
        table = host.zeros((len(counts), max(int(counts.max(initial=0)), 0)), dtype=host.int64)
        for row, (end, count) in enumerate(zip(ends, counts, strict=True)):
            table[row, :count] = values[end - count : end]
        return table
    return values.reshape(len(counts), -1).astype(host.int64)


def _check(x: Any, labels: Any, times: Any, counts: Any, blank: int) -> None:
    length, _, classes = x.shape
    if times.min(initial=0) < 0 or times.max(initial=0) > length or counts.max(initial=0) > labels.shape[1]:
        raise placed(
            ArgumentError(
                "a length is larger than what is there",
                got=f"input_lengths {times.tolist()}, target_lengths {counts.tolist()}",
                want=f"up to {length} and {labels.shape[1]}",
            )
        )
    live = labels[host.arange(labels.shape[1]) < counts[:, None]]
    if not 0 <= blank < classes or (live.size and not 0 <= live.min() <= live.max() < classes):
        raise placed(
            ArgumentError(
                "a label is not one of the classes", got=f"blank {blank}, labels {sorted(set(live.tolist()))}",
                want=f"0 to {classes - 1}",
            )
        )  # fmt: skip


def _losses(x: Any, labels: Any, times: Any, counts: Any, blank: int) -> Any:
    batch, longest = labels.shape
    used = host.where(host.arange(longest) < counts[:, None], labels, blank)
    states = host.full((batch, 2 * longest + 1), blank)
    states[:, 1::2] = used
    index = Tensor(x.backend.asarray(states))
    # Skipping a blank is allowed between two different labels.
    skips = host.zeros(states.shape, bool)
    skips[:, 3::2] = used[:, 1:] != used[:, :-1]
    never = _like(host.where(skips, 0.0, NEVER), x)
    begin = _like(host.where(host.arange(states.shape[1]) < 1 + (counts[:, None] > 0), 0.0, NEVER), x)
    alpha = begin + x[0].gather(1, index) if len(x) else begin
    border = _like(host.full((batch, 2), NEVER), x)
    for time in range(1, int(times.max(initial=0))):
        alpha = _step(alpha, x[time].gather(1, index), border, never, times > time)
    ends = host.stack([2 * counts, host.maximum(2 * counts - 1, 0)], 1)
    last = alpha.gather(1, Tensor(x.backend.asarray(ends)))
    last = last + _like(host.stack([0.0 * counts, host.where(counts > 0, 0.0, NEVER)], 1), x)
    total = last.logsumexp(1)
    empty = host.where(times == 0, host.where(counts == 0, 0.0, host.inf), host.nan)
    found = where(Tensor(total.data < NEVER / 2), host.inf, -total)
    return where(Tensor(x.backend.asarray(times == 0)), _like(empty, x), found) if (times == 0).any() else found


def _step(alpha: Any, chances: Any, border: Any, never: Any, live: Any) -> Any:
    """One time step: stay, come from the state before, or from the one before that."""
    before: Any = cat([border[:, :1], alpha[:, :-1]], 1)
    earlier: Any = cat([border[:, : alpha.shape[1]], alpha[:, :-2]], 1)
    ways: Any = stack([alpha, before, earlier + never], 0)
    found = ways.logsumexp(0) + chances
    return found if live.all() else where(Tensor(alpha.backend.asarray(live[:, None])), found, alpha)
