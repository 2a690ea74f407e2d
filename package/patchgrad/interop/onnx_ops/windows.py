"""Windows, diagonals and scattered parts: rows picked by numbers that are known before the run."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.errors import GraphError
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.recorded import Dim, Event
from patchgrad.interop.words import meaning

IDENTITY = {"prod": 1, "sum": 0, "amax": -host.inf, "amin": host.inf}
REDUCTION = {"prod": "mul", "sum": "add", "amax": "max", "amin": "min"}


def _known(b: Builder, e: Event, axis: int, why: str) -> int:
    size = b.shape_of(e.inputs[0])[axis]
    if isinstance(size, Dim):
        raise b.cannot(why)
    return size


def _picked(b: Builder, x: str, places: Any, axis: int) -> str:
    return b.node("Gather", x, b.constant(places, "int64"), axis=axis)


def _unfold(b: Builder, e: Event) -> None:
    """Windows along an axis, which go last."""
    rank, size, step = b.rank(e.inputs[0]), e.attrs["size"], e.attrs["step"]
    axis = e.attrs["axis"] % rank
    total = _known(b, e, axis, "windows along the batch")
    starts = host.arange(0, total - size + 1, step)
    found = _picked(b, b.name(e.inputs[0]), starts[:, None] + host.arange(size), axis)
    order = [at for at in range(rank + 1) if at != axis + 1] + [axis + 1]
    b.set(0, b.node("Transpose", found, perm=order))


def _diagonal(b: Builder, e: Event) -> None:
    rows, columns = (_known(b, e, axis, "a diagonal of the batch") for axis in (-2, -1))
    offset = e.attrs["offset"]
    first = host.arange(max(-offset, 0), rows)
    places = first[: max(0, columns - max(offset, 0))] * (columns + 1) + offset
    flat = b.node("Reshape", b.name(e.inputs[0]), b.shape([*b.shape_of(e.inputs[0])[:-2], rows * columns]))
    b.set(0, _picked(b, flat, places, -1))


def _diag_embed(b: Builder, e: Event) -> None:
    """Each place takes its number of the vector, or the zero put behind it."""
    rank, kind = b.rank(e.inputs[0]), b.dtype_of(e.outputs[0])
    length, rows, columns = _known(b, e, -1, "a diagonal of the batch"), e.attrs["rows"], e.attrs["columns"]
    pads = [0] * (2 * rank - 1) + [1]
    longer = b.node("Pad", b.name(e.inputs[0]), b.ints(pads), b.constant(0, kind))
    row, column = host.ogrid[:rows, :columns]
    within = host.minimum(row + 0 * column, column + 0 * row) if e.attrs["offset"] else row + 0 * column
    b.set(0, _picked(b, longer, host.where(column - row == e.attrs["offset"], within, length), -1))


def _im2col(b: Builder, e: Event) -> None:
    """Rows of the picture for each window and place in it, then columns."""
    kernel, stride, padding, dilation = (e.attrs[name] for name in ("kernel", "stride", "padding", "dilation"))
    x = b.name(e.inputs[0])
    if any(padding):
        x = b.node("Pad", x, b.ints([0, 0, *padding, 0, 0, *padding]), b.constant(0, b.dtype_of(e.outputs[0])))
    counts: list[int] = []
    for at, axis in ((0, 2), (1, 4)):
        size = e.attrs["size"][at] + 2 * padding[at]
        last = size - dilation[at] * (kernel[at] - 1)
        places = dilation[at] * host.arange(kernel[at])[:, None] + host.arange(0, last, stride[at])
        counts.append(places.shape[1])
        x = _picked(b, x, places, axis)
    channels = b.shape_of(e.inputs[0])[1]
    turned = b.node("Transpose", x, perm=[0, 1, 2, 4, 3, 5])
    rows = channels * kernel[0] * kernel[1]
    b.set(0, b.node("Reshape", turned, b.ints([-1, rows, counts[0] * counts[1]])))


def _col2im(b: Builder, e: Event) -> None:
    settings = {
        "strides": list(e.attrs["stride"]),
        "pads": [*e.attrs["padding"], *e.attrs["padding"]],
        "dilations": list(e.attrs["dilation"]),
    }
    b.set(0, b.node("Col2Im", b.name(e.inputs[0]), b.ints(e.attrs["size"]), b.ints(e.attrs["kernel"]), **settings))


def _scatter_reduce(b: Builder, e: Event) -> None:
    reduce, axis, kind = e.attrs["reduce"], e.attrs["axis"], b.dtype_of(e.outputs[0])
    if reduce not in REDUCTION or (not kind.startswith("float") and reduce[0] == "a"):
        raise b.cannot(f"a scatter with reduce={reduce!r} of {kind}")
    x, index, source = (b.name(e.inputs[0], kind), b.name(e.inputs[1], "int64"), b.name(e.inputs[2], kind))
    if not e.attrs["include_self"]:
        start = b.node("Expand", b.constant(IDENTITY[reduce], kind), b.node("Shape", index))
        x = b.node("ScatterElements", x, index, start, axis=axis)
    b.set(0, b.node("ScatterElements", x, index, source, axis=axis, reduction=REDUCTION[reduce]))


def _rows_of(b: Builder, e: Event) -> tuple[int, Any]:
    """Axis and numbers of an index that names slices of one axis."""
    index = e.attrs["index"]
    index = index if isinstance(index, tuple) else (index,)
    axes = [at for at, entry in enumerate(index) if isinstance(entry, host.ndarray)]
    others = [entry for at, entry in enumerate(index) if at not in axes and entry is not ...]
    one = len(axes) == 1 and index[axes[0]].ndim == 1 and index[axes[0]].dtype.kind in "iu"
    if not one or any(entry != slice(None) for entry in others) or (axes[0] and index[0] is ...):
        raise b.cannot("a write at an index of several arrays, of a mask or of parts")
    return axes[0], index[axes[0]]


def _written(b: Builder, e: Event, into: str, source: str, reduction: str | None) -> None:
    axis, rows = _rows_of(b, e)
    shape = list(b.shape_of(e.outputs[0]))
    shape[axis] = len(rows)
    where = b.shape(shape)
    places = b.constant(rows.reshape(-1, *[1] * (len(shape) - axis - 1)), "int64")
    index, values = b.node("Expand", places, where), b.node("Expand", source, where)
    b.set(0, b.node("ScatterElements", into, index, values, axis=axis, reduction=reduction))


def _index_add(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    zeros = b.node("Expand", b.constant(0, kind), b.shape(b.shape_of(e.outputs[0])))
    _written(b, e, zeros, b.name(e.inputs[0], kind), "add")


def _index_put(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    into, value = (b.name(entry, kind) for entry in e.inputs)
    _written(b, e, into, value, "add" if e.attrs.get("accumulate") else None)


WRITE: dict[str, Any] = {
    "index_add": _index_add,
    "index_put": _index_put,
    "unfold": _unfold,
    "diagonal": _diagonal,
    "diag_embed": _diag_embed,
    "im2col": _im2col,
    "col2im": _col2im,
    "scatter_reduce": _scatter_reduce,
}


# --- Reading --------------------------------------------------------------------------------------


def _read_col2im(x: Any, size: Any, block: Any, **how: Any) -> Any:
    found: Any = meaning("functional.fold")
    pads = how.get("pads") or [0, 0, 0, 0]
    if size.size != 2 or pads[:2] != pads[2:]:
        raise GraphError("Col2Im of this kind is not supported", got=f"image {size.tolist()}, pads {pads}")
    return found(
        x,
        tuple(size.tolist()),
        tuple(block.tolist()),
        dilation=tuple(how.get("dilations") or (1, 1)),
        padding=tuple(pads[:2]),
        stride=tuple(how.get("strides") or (1, 1)),
    )


def _read_grid(x: Any, grid: Any, align_corners: int = 0, mode: str = "linear", padding_mode: str = "zeros") -> Any:
    name = {"linear": "bilinear", "cubic": "bicubic"}.get(mode, mode)
    found: Any = meaning("functional.grid_sample")
    return found(x, grid, mode=name, padding_mode=padding_mode, align_corners=bool(align_corners))


READ: dict[str, Any] = {"Col2Im": _read_col2im, "GridSample": _read_grid}
