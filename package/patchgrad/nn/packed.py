"""Sequences of different lengths without the padding: step by step, each step only of the sequences that still run.

Behind ``nn.utils.rnn``. Recurrent layers take a `PackedSequence` and give one; see ``recurrent_base.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn.lengths import checked_lengths, pad_sequence, unpad_sequence
from patchgrad.ops.arrange import pad
from patchgrad.tensor import Tensor


class PackedSequence(NamedTuple):
    """What `pack_padded_sequence` and `pack_sequence` make, longest sequence first; not to be made by hand.

    Fields
        data              (total steps, *features): step 0 of all sequences, then step 1 of those that have one ...
        batch_sizes       (longest,) int64: how many sequences each step has
        sorted_indices    (batch,) int64: which sequence stands where; None where the order was not changed
        unsorted_indices  the way back
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """The same sequences with ``data`` on another device or of another dtype."""
        return self._replace(data=self.data.to(*args, **kwargs))

    def double(self) -> Self:
        """With ``data`` in float64."""
        return self._replace(data=self.data.double())

    def float(self) -> Self:
        """With ``data`` in float32."""
        return self._replace(data=self.data.float())

    def half(self) -> Self:
        """With ``data`` in float16."""
        return self._replace(data=self.data.half())

    def cpu(self) -> Self:
        """With ``data`` on the CPU."""
        return self._replace(data=self.data.cpu())

    def cuda(self) -> Self:
        """With ``data`` on the GPU."""
        return self._replace(data=self.data.cuda())

    @property
    def is_cuda(self) -> bool:
        """Is ``data`` on a GPU?"""
        return self.data.is_cuda


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Leave out the padding.

    Shapes
        input (longest, batch, *), or (batch, longest, *) with ``batch_first``; lengths (batch,)
        ->  data (sum of the lengths, *)
    Parameters
        enforce_sorted  False: the sequences may come in any order, and are sorted here
    Errors
        ArgumentError  for lengths that do not fit, or that do not fall with ``enforce_sorted``.
    """
    steps = input.transpose(0, 1) if batch_first else input
    counts = checked_lengths("pack_padded_sequence", lengths, steps.shape[1], steps.shape[0], least=1)
    order = None
    if not enforce_sorted:
        order = host.argsort(-counts, stable=True)
        counts = counts[order]
        steps = steps[:, _whole(order, steps)]
    elif (counts[1:] > counts[:-1]).any():
        raise ArgumentError(
            "pack_padded_sequence wants the longest sequence first",
            got=f"lengths {counts.tolist()}",
            want="lengths that do not grow",
            hint="pack_padded_sequence(..., enforce_sorted=False)",
        )
    sizes = (host.arange(counts.max())[:, None] < counts).sum(1)
    time, column = host.nonzero(host.arange(len(counts)) < sizes[:, None])
    data = steps[_whole(time, steps), _whole(column, steps)]
    if order is None:
        return PackedSequence(data, Tensor(sizes))
    return PackedSequence(data, Tensor(sizes), _whole(order, steps), _whole(host.argsort(order), steps))


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """Sequences of one length again, in their first order, and how long they were.

    Shapes
        ->  (longest, batch, *), or batch first; lengths (batch,) int64
    Parameters
        total_length  pad up to this length instead of the longest
    """
    longest = len(sequence.batch_sizes)
    if total_length is not None and total_length < longest:
        raise ArgumentError(
            "pad_packed_sequence cannot make sequences shorter",
            got=f"total_length={total_length}",
            want=f"{longest} or more",
        )
    steps, counts = padded(sequence, padding_value, total_length)
    if sequence.unsorted_indices is not None:
        steps = steps[:, sequence.unsorted_indices]
        counts = counts[sequence.unsorted_indices.numpy(force=True)]
    return (steps.transpose(0, 1) if batch_first else steps), Tensor(counts)


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack a list of sequences (length, *)."""
    return pack_padded_sequence(pad_sequence(sequences), [len(each) for each in sequences], False, enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences (length, *) again, in their first order."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences))


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The order that undoes an order."""
    return None if permutation is None else permutation.argsort()


def padded(sequence: PackedSequence, value: float = 0.0, length: int | None = None) -> tuple[Tensor, Any]:
    """(length, batch, *), longest sequence first, and the lengths as an array."""
    sizes = _sizes(sequence)
    counts = (host.arange(sizes[0])[:, None] < sizes).sum(1)
    rows = host.full((len(sizes) if length is None else length, sizes[0]), sizes.sum())
    begins = (host.cumsum(sizes) - sizes)[:, None] + host.arange(sizes[0])
    rows[: len(sizes)] = host.where(host.arange(sizes[0]) < sizes[:, None], begins, sizes.sum())
    filled = pad(sequence.data, (*(0, 0) * (sequence.data.ndim - 1), 0, 1), value=value)
    return filled[_whole(rows, filled)], counts


def repacked(steps: Tensor, sequence: PackedSequence) -> PackedSequence:
    """Other values, (length, batch, *), packed as ``sequence`` is."""
    sizes = _sizes(sequence)
    time, column = host.nonzero(host.arange(sizes[0]) < sizes[:, None])
    return sequence._replace(data=steps[_whole(time, steps), _whole(column, steps)])


def _sizes(sequence: PackedSequence) -> Any:
    sizes = sequence.batch_sizes.numpy(force=True)
    if sizes.sum() != sequence.data.shape[0]:
        raise ShapeError(
            "the packed sequence does not hold together",
            got=f"data of {sequence.data.shape[0]} steps",
            want=f"{sizes.sum()}, the sum of batch_sizes",
        )
    return sizes


def _whole(numbers: Any, like: Tensor) -> Tensor:
    """Whole numbers as a tensor on the device of another."""
    return Tensor(like.backend.asarray(numbers))
