"""Sequences of different lengths, padded to one length and cut again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn.arguments import choice
from patchgrad.ops.arrange import pad
from patchgrad.ops.movement import stack
from patchgrad.tensor import Tensor


def pad_sequence(
    sequences: Sequence[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences (length, *) side by side, the short ones filled up with ``padding_value``.

    Shapes
        ->  (longest, batch, *), or (batch, longest, *) with ``batch_first``
    Errors
        ShapeError  if they differ in more than their length.
    """
    choice("pad_sequence", ("right", "left"), padding_side=padding_side)
    entries = list(sequences)
    if not entries or len({tuple(entry.shape[1:]) for entry in entries}) > 1:
        raise ShapeError(
            "pad_sequence cannot put the sequences side by side",
            got=", ".join(str(tuple(entry.shape)) for entry in entries) or "no sequences",
            want="sequences (length, *) that differ in their length alone",
        )
    longest = max(len(entry) for entry in entries)
    return stack([_filled(entry, longest, padding_value, padding_side) for entry in entries], 0 if batch_first else 1)


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False
) -> list[Tensor]:
    """The sequences (length, *) of a padded tensor, padding left out."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    counts = checked_lengths("unpad_sequence", lengths, rows.shape[0], rows.shape[1])
    return [rows[row, :count] for row, count in enumerate(counts.tolist())]


def checked_lengths(function: str, lengths: Any, batch: int, longest: int, least: int = 0) -> Any:
    """Lengths as an array (batch,) int64; raises ArgumentError for those that do not fit."""
    given = lengths.numpy(force=True) if isinstance(lengths, Tensor) else host.asarray(lengths)
    fits = given.dtype.kind in "iu" and given.shape == (batch,)
    if not fits or (batch and not least <= given.min() <= given.max() <= longest):
        raise ArgumentError(
            f"{function} cannot use the lengths",
            got=str(given.tolist()),
            want=f"{batch} whole numbers from {least} to {longest}",
        )
    return given.astype(host.int64)


def _filled(sequence: Tensor, longest: int, value: float, side: str) -> Tensor:
    missing = longest - len(sequence)
    if not missing:
        return sequence
    ends = (0, missing) if side == "right" else (missing, 0)
    return pad(sequence, (*(0, 0) * (sequence.ndim - 1), *ends), value=value)
