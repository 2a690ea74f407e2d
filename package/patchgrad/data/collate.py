"""Collating: a list of samples becomes one batch; converting: a sample stays one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from patchgrad.backend import host, low
from patchgrad.errors import DataError
from patchgrad.tensor import Tensor


def default_convert(data: Any) -> Any:
    """Arrays become tensors; goes into tuples, lists and dictionaries, and leaves all else as it is."""
    if isinstance(data, (host.ndarray, host.generic)):
        return Tensor(host.asarray(data)) if data.dtype.kind in "biufc" or low.touches(data) else data
    if isinstance(data, Mapping):
        return {key: default_convert(value) for key, value in data.items()}
    if isinstance(data, (tuple, list)):
        entries = [default_convert(entry) for entry in data]
        return entries if isinstance(data, list) else _rebuilt(data, entries)
    return data


def default_collate(batch: Sequence[Any], indices: Sequence[int] | None = None) -> Any:
    """Stack tensors, arrays and numbers along a new first axis; go into tuples, lists and dictionaries; keep text.

    Python floats become float32, integers int64, as in ``pg.tensor``.

    Errors
        DataError  naming the first sample that differs in shape, type or fields, by ``indices`` where given.
    """
    return _collate(batch, list(range(len(batch))) if indices is None else indices, "")


def _collate(samples: Sequence[Any], indices: Sequence[int], field: str) -> Any:
    first = samples[0]
    for sample, index in zip(samples, indices, strict=True):
        if type(sample) is not type(first):
            raise _differs(field, indices[0], type(first).__name__, index, type(sample).__name__)
    if isinstance(first, Mapping):
        _check_fields(samples, indices, field, lambda sample: sorted(map(str, sample)))
        return {key: _collate([sample[key] for sample in samples], indices, f"{field}[{key!r}]") for key in first}
    if isinstance(first, (tuple, list)):
        _check_fields(samples, indices, field, lambda sample: f"{len(sample)} fields")
        columns = [
            _collate(column, indices, f"{field}[{place}]") for place, column in enumerate(zip(*samples, strict=True))
        ]
        return columns if isinstance(first, list) else _rebuilt(first, columns)
    if isinstance(first, (str, bytes)):
        return list(samples)
    return _stacked(samples, indices, field)


def _rebuilt(first: tuple[Any, ...], columns: list[Any]) -> tuple[Any, ...]:
    return type(first)(*columns) if hasattr(first, "_fields") else tuple(columns)


def _check_fields(samples: Sequence[Any], indices: Sequence[int], field: str, describe: Any) -> None:
    want = describe(samples[0])
    for sample, index in zip(samples, indices, strict=True):
        if describe(sample) != want:
            raise _differs(field, indices[0], str(want), index, str(describe(sample)))


def _stacked(samples: Sequence[Any], indices: Sequence[int], field: str) -> Tensor:
    first = samples[0]
    if isinstance(first, Tensor):
        arrays = [sample.data for sample in samples]
        xp = first.backend.xp
    else:
        arrays, xp = [_as_array(sample, index, field) for sample, index in zip(samples, indices, strict=True)], host
    for array, index in zip(arrays, indices, strict=True):
        if array.shape != arrays[0].shape:
            raise _differs(field, indices[0], f"shape {arrays[0].shape}", index, f"shape {array.shape}")
    return Tensor(xp.stack(arrays))


def _as_array(sample: Any, index: int, field: str) -> Any:
    array = host.asarray(sample)
    if array.dtype.kind not in "biufc" and not low.touches(array):
        raise DataError(
            f"sample {index}{field} cannot become a tensor",
            got=type(sample).__name__,
            want="tensors, arrays or numbers, in tuples, lists or dictionaries",
            hint="convert it in the data set, or give the loader a collate_fn",
        )
    return array.astype(host.float32) if isinstance(sample, float) else array


def _differs(field: str, first: int, want: str, index: int, got: str) -> DataError:
    return DataError(
        f"samples of one batch do not fit together{f' in {field}' if field else ''}",
        got=f"sample {index}: {got}",
        want=f"as sample {first}: {want}",
        hint="give the loader a collate_fn that pads, or look at this sample",
    )
