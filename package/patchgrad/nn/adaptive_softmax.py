"""AdaptiveLogSoftmaxWithLoss: a softmax over very many classes, of which most are rare."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn import functional
from patchgrad.nn.arguments import counts, is_count
from patchgrad.nn.containers import ModuleList, Sequential
from patchgrad.nn.linear import Linear
from patchgrad.nn.module import Module
from patchgrad.ops.movement import cat
from patchgrad.tensor import Tensor


class ASMOutput(NamedTuple):
    """The log-probability of each target, (batch,), and minus their mean, ()."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """Log-probabilities of many classes, sorted from the frequent to the rare.

    The classes below ``cutoffs[0]`` have an output of their own in the head; each later cluster of classes has one
    output there, and a tail of its own that is computed for the samples of this cluster alone.

    Shapes
        input (batch, in_features), target (batch,) class numbers; or without batch  ->  (output (batch,), loss ())
    Parameters
        head.weight (cutoffs[0] + clusters, in_features), head.bias with ``head_bias``; tail.{i}.0.weight (width,
        in_features) and tail.{i}.1.weight (classes of the cluster, width), width = in_features / div_value^(i + 1)
    Source
        Grave et al. 2017, Efficient softmax approximation for GPUs.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        counts("AdaptiveLogSoftmaxWithLoss", in_features=in_features, n_classes=n_classes)
        ends = [*cutoffs, n_classes]
        if len(ends) < 2 or not all(map(is_count, ends)) or any(a >= b for a, b in pairwise(ends)):
            raise ArgumentError(
                "AdaptiveLogSoftmaxWithLoss cannot use cutoffs",
                got=repr(list(cutoffs)),
                want=f"one or more class numbers from 1 to {n_classes - 1} that grow",
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = ends
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = ends[0]
        self.n_clusters = len(ends) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        place = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **place)
        self.tail = ModuleList(self._cluster(number, high - low, place) for number, (low, high) in self._clusters())

    def _clusters(self) -> list[tuple[int, tuple[int, int]]]:
        """The clusters with their first class and their end."""
        return list(enumerate(pairwise(self.cutoffs)))

    def _cluster(self, number: int, classes: int, place: dict[str, Any]) -> Sequential:
        width = int(self.in_features // self.div_value ** (number + 1))
        if width < 1:
            raise ArgumentError(
                f"nothing is left for cluster {number}",
                got=f"in_features={self.in_features}, div_value={self.div_value}",
                want=f"in_features of div_value^{number + 1} or more",
                hint="a smaller div_value, or fewer cutoffs",
            )
        return Sequential(
            Linear(self.in_features, width, bias=False, **place), Linear(width, classes, bias=False, **place)
        )

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        for module in self.modules():
            if isinstance(module, Linear):
                module.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> ASMOutput:
        if target_.ndim == 0 and input_.ndim == 1:
            output, loss = self.forward(input_.unsqueeze(0), target_.unsqueeze(0))
            return ASMOutput(output.squeeze(0), loss)
        labels = self._labels(input_, target_)
        cluster = host.searchsorted(host.asarray(self.cutoffs), labels, side="right") - 1
        places = host.where(cluster < 0, labels, self.shortlist_size + cluster)
        output = _of_class(self.head(input_), places)
        for number, (low, _) in self._clusters():
            rows = host.flatnonzero(cluster == number)
            if len(rows):
                index = _whole(rows, input_)
                found = _of_class(self.tail[number](input_[index]), labels[rows] - low)
                output = output.index_add(0, index, found)
        return ASMOutput(output, -output.mean())

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities of all classes: (batch, in_features) -> (batch, n_classes)."""
        head = functional.log_softmax(self.head(input), 1)
        parts = [head[:, : self.shortlist_size]]
        for number in range(self.n_clusters):
            cluster = head[:, self.shortlist_size + number].unsqueeze(1)
            parts.append(functional.log_softmax(self.tail[number](input), 1) + cluster)
        return cat(parts, 1)

    def predict(self, input: Tensor) -> Tensor:
        """The class of each sample: the best of the head, or the most probable of all where that is a cluster."""
        found = self.head(input).argmax(1)
        rows = host.flatnonzero(found.numpy(force=True) >= self.shortlist_size)
        if len(rows):
            index = _whole(rows, input)
            found = found.index_copy(0, index, self.log_prob(input[index]).argmax(1))
        return found

    def _labels(self, input: Tensor, target: Tensor) -> Any:
        if input.ndim != 2 or tuple(target.shape) != (input.shape[0],) or input.shape[1] != self.in_features:
            raise ShapeError(
                "AdaptiveLogSoftmaxWithLoss cannot use its inputs",
                where=self.path,
                got=f"input: {input.shape}, target: {target.shape}",
                want=f"input: (batch, {self.in_features}), target: (batch,); or without batch",
            )
        labels = target.numpy(force=True)
        if labels.size and not 0 <= labels.min() <= labels.max() < self.n_classes:
            raise ArgumentError(
                "a target is not one of the classes",
                where=self.path,
                got=f"{labels.min()} to {labels.max()}",
                want=f"0 to {self.n_classes - 1}",
            )
        return labels


def _of_class(scores: Tensor, places: Any) -> Tensor:
    """The log-probability of one class for each sample: (batch, classes), (batch,) -> (batch,)."""
    return functional.log_softmax(scores, 1).gather(1, _whole(places, scores).unsqueeze(1)).squeeze(1)


def _whole(numbers: Any, like: Tensor) -> Tensor:
    return Tensor(like.backend.asarray(numbers))
